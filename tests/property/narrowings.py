"""Taking a permission away, or a piece of knowledge: what must never begin anything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.property.decisions import World
from tests.property.surroundings import (
    EVER_S,
    FAILED,
    FREEZE,
    HARMED,
    HELD,
    LEASED,
    MAINTENANCE,
    ONLY_LATER,
    SPENT,
    STORMY,
    UNKNOWN,
)
from tests.unit.domain.builders import CRASH_LOOP, NOT_READY
from worker.domain.catalogue import Verb
from worker.domain.document.change import Change, Recurrence
from worker.domain.document.subject import CoolDown
from worker.domain.observed.evidence import AlertStates, RolloutHealth
from worker.domain.playbooks.playbook import Mode
from worker.domain.scopes.common_cause import Root, node_subject
from worker.domain.scopes.record import Demotion, Record
from worker.domain.scopes.scopes_seen import ScopesSeen

Narrowing = Callable[[World], World]


def unknown(*names: str) -> Narrowing:
    blind: dict[str, Any] = dict.fromkeys(names, UNKNOWN)
    return lambda world: replace(world, seen=replace(world.seen, **blind))


def seeing(**changes: Any) -> Narrowing:
    return lambda world: replace(world, seen=replace(world.seen, **changes))


def forbidding(**changes: Any) -> Narrowing:
    return lambda world: replace(world, policy=replace(world.policy, **changes))


def remembering(**changes: Any) -> Narrowing:
    return lambda world: replace(world, document=replace(world.document, **changes))


def rolled_out(**changes: Any) -> Narrowing:
    def narrowed(world: World) -> World:
        rollout = world.seen.rollout
        if not isinstance(rollout, RolloutHealth):
            return world
        return replace(world, seen=replace(world.seen, rollout=replace(rollout, **changes)))

    return narrowed


def scoped(number: int, **parts: Any) -> Narrowing:
    """The namespace's (0) or the cluster's (1) document says this as well, if any can be read."""

    def narrowed(world: World) -> World:
        scopes = world.seen.scopes
        if not isinstance(scopes, ScopesSeen) or number >= len(scopes.documents):
            return replace(world, seen=replace(world.seen, scopes=UNKNOWN))
        documents = list(scopes.documents)
        documents[number] = replace(documents[number], **parts)
        changed = replace(scopes, documents=tuple(documents))
        return replace(world, seen=replace(world.seen, scopes=changed))

    return narrowed


def uncounted(world: World) -> World:
    scopes = world.seen.scopes
    changed = replace(scopes, known=UNKNOWN) if isinstance(scopes, ScopesSeen) else UNKNOWN
    return replace(world, seen=replace(world.seen, scopes=changed))


def silenced(world: World) -> World:
    alerts = {r.fingerprint for one in world.document.incidents for r in one.alerts}
    return seeing(alerts=AlertStates(frozenset(), frozenset(alerts)))(world)


def stale(world: World) -> World:
    return seeing(at_s=world.seen.at_s - 1000.0)(world)


def unanswered(world: World) -> World:
    """Nobody has said yes, neither to what is asked nor to what was sent."""
    incidents = tuple(
        replace(
            one,
            request=replace(one.request, approved_by="") if one.request else None,
            attempts=tuple(replace(a, approved_by="") for a in one.attempts),
        )
        for one in world.document.incidents
    )
    return forbidding(mode=Mode.APPROVE)(remembering(incidents=incidents)(world))


def cooling(world: World) -> World:
    causes = {one.cause for one in world.document.incidents}
    cools = (CoolDown(cause, verb, "inc-0", (EVER_S,)) for cause in causes for verb in Verb)
    return remembering(cool_downs=tuple(cools))(world)


def flapping(world: World) -> World:
    causes = {one.cause for one in world.document.incidents}
    return remembering(recurrences=tuple(Recurrence(one, (EVER_S,) * 6) for one in causes))(world)


def lowered(demotion: Demotion) -> tuple[Record, ...]:
    """Of both playbooks of the lives."""
    return tuple(Record(one.name, demotions=(demotion,)) for one in (CRASH_LOOP, NOT_READY))


MARK = "aiops-operator.io/enabled"
DEPLOYING = Change("c", "deploy_started", EVER_S, "ci")

NEVER: dict[str, Narrowing] = {
    "rollout unknown": unknown("rollout"),
    "pods unknown": unknown("pods"),
    "alerts unknown": unknown("alerts"),
    "kill switch unreadable": unknown("kill_switch_set"),
    "skew unknown": unknown("clock_skew_s"),
    "ownership unknown": unknown("ownership"),
    "scopes unreadable": unknown("scopes"),
    "number of services unknown": uncounted,
    "kill switch set": seeing(kill_switch_set=True),
    "clocks disagree": seeing(clock_skew_s=31.0),
    "facts stale": stale,
    "silenced": silenced,
    "opted out": rolled_out(annotations={MARK: "no"}),
    "a change is not observed": rolled_out(observed_generation=0),
    "somebody at work": remembering(holds=HELD),
    "somebody at work in the namespace": scoped(0, holds=HELD),
    "somebody at work in the cluster": scoped(1, holds=HELD),
    "a deploy runs": remembering(changes=(DEPLOYING,)),
    "a freeze": lambda world: replace(world, windows=FREEZE),
    "maintenance": lambda world: replace(world, windows=MAINTENANCE),
    "no time to act": lambda world: replace(world, windows=ONLY_LATER),
    "cooling down": cooling,
    "flapping": flapping,
    "a storm": scoped(1, sick=STORMY),
    "calm for a moment": scoped(1, storm_until_s=EVER_S),
    "another's lease": scoped(0, leases=LEASED),
    "another's lease in the cluster": scoped(1, leases=LEASED),
    "rate of the namespace": scoped(0, acts=SPENT),
    "rate of the cluster": scoped(1, acts=SPENT),
    "rate of the subject": remembering(acts=SPENT),
    "demoted": scoped(0, records=lowered(FAILED)),
    "demoted in the namespace": scoped(0, records=lowered(HARMED)),
    "observe": forbidding(mode=Mode.OBSERVE),
    "observe in the namespace": forbidding(namespace_modes={"shop": Mode.OBSERVE}),
    "a node's incident first": seeing(root=Root(node_subject("node-1"), "", EVER_S)),
    "a node's incident can't be read": unknown("root"),
    "suggest": forbidding(mode=Mode.SUGGEST),
    "nobody said yes": unanswered,
    "namespace protected": forbidding(protected_namespaces=frozenset({"shop"})),
    "workload protected": forbidding(protected_workloads=frozenset({"shop/Deployment/web"})),
    "an older pack": remembering(pack_version=99),
}
"""Where nothing is undone, nothing at all is sent under any of these."""
LESS: dict[str, Narrowing] = {
    "history unknown": unknown("history"),
    "rules unknown": unknown("rules"),
    "conditions unknown": seeing(conditions={}),
    "approve": forbidding(mode=Mode.APPROVE),
    "fewer attempts": forbidding(attempts_max=0),
    "nothing known": unknown(
        "rollout", "pods", "alerts", "kill_switch_set", "clock_skew_s", "history", "ownership",
        "rules", "scopes",
    ),
}  # fmt: skip
ALL = {**NEVER, **LESS}
