"""What surrounds a workload: scopes, owners, history, rules, conditions, the calendar.

Their moments are ages ago or far ahead, so that they mean the same at any time of a life.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from tests.unit.domain.builders import NOW_S, WEB
from tests.unit.domain.remedies import revision, scaler
from worker.domain.calendar.recurrence import Absolute
from worker.domain.calendar.window import Window, WindowKind, WindowScope
from worker.domain.observed.evidence import Unknown
from worker.domain.observed.facts import Facts
from worker.domain.observed.history import RolloutHistory
from worker.domain.observed.ownership import Ownership
from worker.domain.observed.rule_window import NO_RULES, RuleWindow
from worker.domain.people.person_hold import PersonHold
from worker.domain.playbooks.playbook import Condition, Mode
from worker.domain.scopes.record import Demotion, Record
from worker.domain.scopes.scope import Act, Lease, ScopeDocument, ScopeKind, Sick
from worker.domain.scopes.scopes_seen import ScopesSeen
from worker.domain.story.reason import Reason

EVER_S = 1e11  # later than any life, and within the calendar
UNKNOWN = Unknown("timed out")
ODD = Condition("c-odd", "odd()")
PLAYBOOK = "crash-loop"

HELD = (PersonHold("on_it:ada", "on_it", "ada", 0.0, EVER_S),)
SPENT = tuple(Act(f"spent-{n}", EVER_S) for n in range(9))
LEASED = (Lease("i-1", "service/shop/Deployment/other", 0.0, 1.0),)
MINE = (Lease("i-1", WEB.text, 0.0, 1.0),)
STORMY = tuple(Sick(f"service/shop/Deployment/s-{n}", NOW_S, "crash_loop") for n in range(9))


def record(promoted_by: int = 0, *demotions: Demotion) -> tuple[Record, ...]:
    return (Record(PLAYBOOK, promoted_by=promoted_by, demotions=demotions),)


FAILED = Demotion(WEB.key, Mode.SUGGEST, 0.0, EVER_S, Reason.LADDER_EXHAUSTED, "i-0")
HARMED = Demotion("", Mode.SUGGEST, 0.0, None, Reason.WORSE, "i-0")
NAMESPACES: tuple[dict[str, Any], ...] = (
    {}, {}, {"leases": MINE}, {"leases": LEASED}, {"acts": SPENT}, {"holds": HELD},
    {"records": record(2)}, {"records": record(3, FAILED)}, {"records": record(0, HARMED)},
)  # fmt: skip
CLUSTERS: tuple[dict[str, Any], ...] = (
    {}, {}, {"leases": MINE}, {"leases": LEASED}, {"acts": SPENT}, {"holds": HELD},
    {"sick": STORMY}, {"storm_until_s": EVER_S},
)  # fmt: skip


def scopes_of(namespace: dict[str, Any], cluster: dict[str, Any], known: Any = 10) -> ScopesSeen:
    shop = ScopeDocument(ScopeKind.NAMESPACE, "shop", **namespace)
    return ScopesSeen((shop, ScopeDocument(ScopeKind.CLUSTER, **cluster)), known)


scopes = st.builds(
    scopes_of,
    st.sampled_from(NAMESPACES),
    st.sampled_from(CLUSTERS),
    st.sampled_from((10, 10, 10, 0, UNKNOWN)),
)
ownerships = st.sampled_from(
    (
        Ownership(),
        Ownership(operator="Kafka/orders"),
        Ownership(gitops="Application/shop"),
        Ownership(gitops="Application/shop", self_heals=False),
        Ownership(replicas_owned_by=UNKNOWN, resources_owned_by=UNKNOWN, autoscaler=UNKNOWN),
        Ownership(resources_owned_by="VerticalPodAutoscaler/web"),
        scaler(3),
        UNKNOWN,
    )
)
histories = st.sampled_from(
    (
        RolloutHistory(()),
        RolloutHistory((revision(5, "a", 0.0, 3),)),
        RolloutHistory((revision(6, "bad", NOW_S - 600.0, 1), revision(5, "good", 0.0, 2))),
        RolloutHistory((revision(6, "bad", NOW_S - 600.0), revision(5, "b", NOW_S - 700.0))),
        UNKNOWN,
    )
)
rules = st.sampled_from(
    (Unknown(NO_RULES), UNKNOWN, {}, {"KubePodCrashLooping": RuleWindow(60.0, 120.0)})
)
rule_data = st.sampled_from(
    (
        Unknown(NO_RULES),
        UNKNOWN,
        {},
        *({f"Odd-web-{n}": known for n in (1, 2, 3)} for known in (True, False, UNKNOWN)),
    )
)
conditions = st.sampled_from(({}, {"c-odd": True}, {"c-odd": False}, {"c-odd": UNKNOWN}))

EVERYWHERE = WindowScope()
OPEN, CLOSED = Absolute(0.0, EVER_S), Absolute(EVER_S, EVER_S + 1.0)
FREEZE = (Window("freeze", WindowKind.FREEZE, EVERYWHERE, OPEN),)
MAINTENANCE = (Window("maintenance", WindowKind.MAINTENANCE, EVERYWHERE, OPEN),)
ONLY_NOW = (Window("only", WindowKind.ACT_ONLY, EVERYWHERE, OPEN),)
ONLY_LATER = (Window("later", WindowKind.ACT_ONLY, EVERYWHERE, CLOSED),)
ELSEWHERE = (Window("elsewhere", WindowKind.FREEZE, WindowScope(frozenset({"pay"})), OPEN),)
NONE: tuple[Window, ...] = ()
calendars = st.sampled_from(
    (NONE, NONE, NONE, FREEZE, MAINTENANCE, ONLY_NOW, ONLY_LATER, ELSEWHERE)
)

BENIGN: dict[str, Any] = {
    "ownership": Ownership(),
    "history": RolloutHistory(()),
    "rules": Unknown(NO_RULES),
    "rule_data": Unknown(NO_RULES),
    "scopes": scopes_of({}, {}),
    "conditions": {"c-odd": True},
}
"""Nothing around says no."""
anything_around = st.fixed_dictionaries(
    {
        "ownership": ownerships,
        "history": histories,
        "rules": rules,
        "rule_data": rule_data,
        "scopes": st.one_of(scopes, st.just(UNKNOWN)),
        "conditions": conditions,
    }
)
"""One of them is not as it should be, mostly none."""
mostly_benign = st.one_of(
    st.just(BENIGN),
    st.just(BENIGN),
    st.builds(lambda one, other: {**BENIGN, one: other[one]}, st.sampled_from(sorted(BENIGN)),
              anything_around),
)  # fmt: skip


def around(seen: Facts, surroundings: dict[str, Any]) -> Facts:
    return replace(seen, **surroundings)
