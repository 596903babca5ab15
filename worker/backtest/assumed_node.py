"""What a decision is shown of a node that is only assumed: unfit while an alert about it fires."""

from __future__ import annotations

from worker.backtest.assumed import Assumed
from worker.domain.document.identity import Target
from worker.domain.observed.nodes import NodeHealth

POOL, NODES_IN_POOL = "assumed", 10


def assumed_node(assumed: Assumed) -> NodeHealth:
    """One of a pool of ten, of which the nine others are well."""
    name, unfit = assumed.subject.name, bool(assumed.firing)
    return NodeHealth(
        target=Target("Node", "", name, f"uid-{name}"),
        resource_version=str(assumed.changes),
        pool=POOL,
        ready=not unfit,
        schedulable=not assumed.cordoned_by,
        conditions={"Ready": str(not unfit)},
        cordoned_by=assumed.cordoned_by,
        nodes_in_pool=NODES_IN_POOL,
        last_intent=assumed.last_intent,
    )
