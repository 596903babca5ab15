"""What was observed of a node."""

from __future__ import annotations

from dataclasses import dataclass

from worker.domain.document.identity import Target


@dataclass(frozen=True, slots=True)
class NodeHealth:
    """`conditions`: type → status. `cordoned_by`: the intent that cordoned it, when we did.
    `cordoned_in_pool`: other nodes of its pool that take no pods now."""

    target: Target
    resource_version: str
    pool: str
    ready: bool
    schedulable: bool
    conditions: dict[str, str]
    control_plane: bool = False
    cordoned_by: str = ""
    nodes_in_pool: int = 1
    cordoned_in_pool: int = 0
