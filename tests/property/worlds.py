"""Random worlds: what comes in, and what is seen of a workload with up to three pods."""

from __future__ import annotations

import os
from dataclasses import replace

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.property.surroundings import BENIGN, anything_around, around, mostly_benign
from tests.unit.domain.builders import NOW_S, alert, pod, rollout
from worker.domain.document.identity import Target
from worker.domain.incoming.alert import AlertStatus
from worker.domain.incoming.ops_event import OpsEvent, OpsEventKind
from worker.domain.observed.evidence import AlertStates, Gone, RolloutHealth, Unknown
from worker.domain.observed.facts import Facts
from worker.domain.observed.pods import Container, DisruptionBudget, Pod, PodHealth

SHARE_PERCENT = int(os.environ.get("EXAMPLES_PERCENT", "40"))  # `make soak` has all of them
EXAMPLES_LEAST = 10


def examples(count: int, *, always: bool = False) -> settings:
    """So many examples in a long run and a part of them in a quick one, however long they take;
    `always` so many where what they reach is counted."""
    if not always:
        count = max(EXAMPLES_LEAST, count * SHARE_PERCENT // 100)
    return settings(max_examples=count, deadline=None, suppress_health_check=[HealthCheck.too_slow])


ALERT_NAMES = ("KubePodCrashLooping", "PodRestarting", "KubePodNotReady", "Odd", "{evil} %s")
PODS = ("web-1", "web-2", "web-3")
UNKNOWN = Unknown("timed out")

alerts = st.builds(
    alert,
    st.sampled_from(ALERT_NAMES),
    pod=st.sampled_from(PODS),
    status=st.sampled_from(AlertStatus),
    starts_at_s=st.integers(0, 3).map(lambda minutes: NOW_S + 60.0 * minutes),
)
ops_events = st.builds(
    lambda number, kind: OpsEvent(f"event-{number}", kind, NOW_S, "ci", {}, {"image": "{0}"}),
    st.integers(0, 5),
    st.sampled_from(OpsEventKind),
)
news = st.one_of(alerts, alerts, alerts, ops_events)

containers = st.builds(
    Container,
    st.just("app"),
    st.booleans(),
    st.sampled_from((0, 1, 5)),
    st.sampled_from(("", "", "CrashLoopBackOff", "ImagePullBackOff")),
)
pods = st.builds(
    lambda name, restarted, phase, flags, made_s, some: replace(
        pod(name, uid=f"uid-{name}-{restarted}"),
        phase=phase, terminating=flags == 1, controlled=flags != 2, serving=flags != 3,
        created_at_s=NOW_S + made_s, containers=tuple(some),
    ),
    st.sampled_from(PODS),
    st.integers(0, 1),
    st.sampled_from(("Running", "Running", "Running", "Pending", "Failed")),
    st.sampled_from((0, 0, 0, 0, 1, 2, 3)),
    st.sampled_from((-3600.0, 120.0)),
    st.lists(containers, min_size=1, max_size=2),
)  # fmt: skip
crashing = st.builds(
    lambda name, restarts: pod(name, ready=False, restarts=restarts, waiting="CrashLoopBackOff"),
    st.sampled_from(PODS),
    st.integers(1, 6),
)
well = st.sampled_from([pod(name) for name in PODS])
budgets = st.builds(
    DisruptionBudget, st.just("web"), st.integers(0, 1), st.integers(0, 2), st.integers(0, 2)
)
rollouts = st.builds(
    rollout,
    target=st.sampled_from(("uid-web", "uid-web", "uid-web", "uid-new")).map(
        lambda uid: Target("Deployment", "shop", "web", uid)
    ),
    desired=st.sampled_from((3, 3, 3, 2, 0)),
    updated=st.sampled_from((3, 3, 2)),
    observed_generation=st.sampled_from((3, 3, 2)),
    available=st.sampled_from((3, 2, 0)),
    paused=st.sampled_from((False, False, True)),
    restart_keeps=st.sampled_from((2, 0)),
    annotations=st.sampled_from(({}, {}, {"aiops-operator.io/enabled": "false"})),
)


def distinct(some: list[Pod]) -> PodHealth:
    return PodHealth(tuple({one.target.name: one for one in some}.values()))


def states(firing: set[str], suppressed: set[str]) -> AlertStates:
    return AlertStates(frozenset(firing), frozenset(suppressed))


fingerprints = st.sets(
    st.sampled_from([f"{name}-{one}" for name in ALERT_NAMES[:3] for one in PODS]), max_size=2
)
healths = st.builds(
    lambda health, some: replace(health, budgets=tuple(some)),
    st.lists(st.one_of(well, well, crashing, pods), max_size=4).map(distinct),
    st.lists(budgets, max_size=1),
)
known_or_not = st.builds(
    Facts,
    at_s=st.sampled_from((NOW_S, NOW_S, NOW_S - 59.0, NOW_S - 61.0)),
    rollout=st.one_of(rollouts, rollouts, st.just(Gone("web")), st.just(UNKNOWN)),
    pods=st.one_of(healths, healths, st.just(UNKNOWN)),
    alerts=st.one_of(st.builds(states, fingerprints, fingerprints), st.just(UNKNOWN)),
    kill_switch_set=st.sampled_from((False, False, True, UNKNOWN)),
    clock_skew_s=st.sampled_from((0.0, 0.0, -45.0, UNKNOWN)),
)
anything = st.builds(around, known_or_not, anything_around)


def benign(rollout_now: RolloutHealth, health: PodHealth) -> Facts:
    return around(Facts(NOW_S, rollout_now, health, QUIET, False, 0.0), BENIGN)


QUIET = states(set(), set())
permissive = st.builds(
    lambda health, quiet: replace(
        benign(rollout(available=2), health), alerts=QUIET if quiet else UNKNOWN
    ),
    st.lists(st.one_of(well, crashing), min_size=1, max_size=4).map(distinct),
    st.sampled_from((True, True, True, False)),
)
WELL = tuple(pod(name) for name in PODS)
CRASH = pod("web-1", ready=False, restarts=5, waiting="CrashLoopBackOff")
HEALTHY = benign(rollout(), PodHealth(WELL))
CRASHED = benign(rollout(available=2, ready=2), PodHealth((CRASH, *WELL[1:])))
plain = st.sampled_from((CRASHED, HEALTHY))
facts = st.one_of(
    plain, plain, plain, st.builds(around, plain, mostly_benign), permissive, anything
)


def at(seen: Facts, now_s: float) -> Facts:
    """The same, seen as long ago as it was, at another moment."""
    return replace(seen, at_s=now_s + seen.at_s - NOW_S)
