"""Guards of the moment: clocks, fresh facts, people at work, deploys, the calendar, silences."""

from __future__ import annotations

import pytest

from tests.unit.domain.builders import POLICY, SOAKED_S, alert, only, opened
from tests.unit.domain.guard_cases import (
    Changes,
    Row,
    case_of,
    cluster,
    namespace,
    no,
    patiently,
    scopes,
)
from worker.domain.calendar.recurrence import Absolute
from worker.domain.calendar.window import Window, WindowKind, WindowScope
from worker.domain.document.change import Change
from worker.domain.guards.case import Guard
from worker.domain.guards.moment import (
    clocks_agree,
    fresh,
    no_deploy_running,
    nobody_at_work,
    not_silenced,
    window_open,
)
from worker.domain.observed.evidence import AlertStates, Unknown
from worker.domain.people.person_hold import PersonHold
from worker.domain.planners.plan import Refusal
from worker.domain.story.reason import Reason
from worker.domain.verify.verification import NO_MONITOR

UNKNOWN = Unknown("timed out")
FIRST = "KubePodCrashLooping-web-1"
LATER_S = SOAKED_S + 1800.0
DEPLOYED_S = SOAKED_S - 600.0


def at_work(
    ago_s: float = 60.0, left_s: float = 1800.0, by: str = "ada", words: str = ""
) -> PersonHold:
    since_s, until_s = SOAKED_S - ago_s, SOAKED_S + left_s
    return PersonHold(f"on_it:{by}", "on_it", by, since_s, until_s, words)


def there(words: str, until_s: float = LATER_S) -> Refusal:
    return patiently(Reason.PERSON_AT_WORK, words, until_s)


def holding(*holds: PersonHold) -> Changes:
    return {"document": {"holds": holds}}


def changed(*changes: tuple[str, float, str]) -> Changes:
    """What was deployed: its kind, when, and by whom."""
    made = tuple(Change(f"c-{n}", kind, at_s, by) for n, (kind, at_s, by) in enumerate(changes))
    return {"document": {"changes": made}}


def deploying(by: str = "ci", at_s: float = DEPLOYED_S) -> Refusal:
    return no(Reason.DEPLOY_RUNNING, f"by {by}", at_s + POLICY.deploy_max_s)


def calendar(
    kind: WindowKind, from_s: float = -600.0, until_s: float = 1800.0, **scope: frozenset[str]
) -> Changes:
    recurrence = Absolute(SOAKED_S + from_s, SOAKED_S + until_s)
    return {"windows": (Window("w", kind, WindowScope(**scope), recurrence),)}


def muted(*suppressed: str) -> Changes:
    return {"alerts": AlertStates(frozenset({FIRST}), frozenset(suppressed))}


TWO = {"alerts": only(opened(alert(), alert(pod="web-2"), alert("PodRestarting"))).alerts}
STALE = no(Reason.STALE_FACTS, "what was seen is 61 s old")

TABLE: list[Row] = [
    (clocks_agree, "the same", {}, None),
    (clocks_agree, "at the bound", {"clock_skew_s": -30.0}, None),
    (clocks_agree, "ahead", {"clock_skew_s": 31.0},
     no(Reason.CLOCKS_DISAGREE, "+31 s to the API server's clock")),
    (clocks_agree, "behind", {"clock_skew_s": -31.0},
     no(Reason.CLOCKS_DISAGREE, "-31 s to the API server's clock")),
    (clocks_agree, "unknown", {"clock_skew_s": UNKNOWN},
     no(Reason.EVIDENCE_UNKNOWN, "clock skew: timed out")),
    (fresh, "of this moment", {}, None),
    (fresh, "at the bound", {"at_s": SOAKED_S - 60.0}, None),
    (fresh, "beyond it", {"at_s": SOAKED_S - 61.0}, STALE),
    (fresh, "by the clock that it was read by", {"at_s": SOAKED_S - 99.0, "lead_s": 39.0}, None),
    (fresh, "old by that clock too", {"at_s": SOAKED_S - 99.0, "lead_s": 38.0}, STALE),
    (nobody_at_work, "nobody", {}, None),
    (nobody_at_work, "on this subject", holding(at_work()), there("on it on this subject by ada.")),
    (nobody_at_work, "with words, nobody knows who",
     holding(at_work(by="", words="ticket 7")),
     there("on it on this subject by somebody. ticket 7")),
    (nobody_at_work, "the one who stays longest",
     holding(at_work(left_s=60.0), at_work(by="bob"), at_work(by="eve", left_s=600.0)),
     there("on it on this subject by bob.")),
    (nobody_at_work, "until now", holding(at_work(left_s=0.0)), None),
    (nobody_at_work, "since now", holding(at_work(ago_s=0.0)),
     there("on it on this subject by ada.")),
    (nobody_at_work, "in its namespace", scopes(namespace(holds=(at_work(),))),
     there("on it on namespace shop by ada.")),
    (nobody_at_work, "in the whole cluster", scopes(namespace(), cluster(holds=(at_work(),))),
     there("on it on cluster by ada.")),
    (nobody_at_work, "in its namespace until now",
     scopes(namespace(holds=(at_work(left_s=0.0),))), None),
    (nobody_at_work, "not known of its namespace", {"scopes": UNKNOWN},
     no(Reason.SCOPE_UNREADABLE, "timed out")),
    (nobody_at_work, "on this subject, of its namespace it isn't known",
     {**holding(at_work()), "scopes": UNKNOWN}, there("on it on this subject by ada.")),
    (no_deploy_running, "none ever", {}, None),
    (no_deploy_running, "begun", changed(("deploy_started", DEPLOYED_S, "ci")), deploying()),
    (no_deploy_running, "begun by nobody knows whom",
     changed(("deploy_started", DEPLOYED_S, "")), deploying("somebody")),
    (no_deploy_running, "finished",
     changed(("deploy_started", DEPLOYED_S, "ci"), ("deploy_finished", DEPLOYED_S, "ci")), None),
    (no_deploy_running, "finished, and begun again",
     changed(("deploy_finished", DEPLOYED_S, "ci"), ("deploy_started", DEPLOYED_S, "ci")),
     deploying()),
    (no_deploy_running, "another's is finished",
     changed(("deploy_started", DEPLOYED_S, "ci"), ("deploy_finished", SOAKED_S, "cd")),
     deploying()),
    (no_deploy_running, "never said to be finished, for an hour",
     changed(("deploy_started", SOAKED_S - 3601.0, "ci")), None),
    (no_deploy_running, "which is not over yet",
     changed(("deploy_started", SOAKED_S - 3600.0, "ci")), deploying(at_s=SOAKED_S - 3600.0)),
    (no_deploy_running, "another change", changed(("config_changed", DEPLOYED_S, "ci")), None),
    (window_open, "no calendar", {}, None),
    (window_open, "a freeze", calendar(WindowKind.FREEZE),
     no(Reason.WINDOW_CLOSED, "freeze w", LATER_S)),
    (window_open, "maintenance: people see to it", calendar(WindowKind.MAINTENANCE),
     patiently(Reason.WINDOW_CLOSED, "maintenance w", LATER_S)),
    (window_open, "the only time to act", calendar(WindowKind.ACT_ONLY), None),
    (window_open, "another time", calendar(WindowKind.ACT_ONLY, from_s=600.0),
     no(Reason.WINDOW_CLOSED, "act only w", SOAKED_S + 600.0)),
    (window_open, "no time to act any more", calendar(WindowKind.ACT_ONLY, until_s=0.0),
     no(Reason.WINDOW_CLOSED, "act only w")),
    (window_open, "over", calendar(WindowKind.FREEZE, until_s=0.0), None),
    (window_open, "elsewhere", calendar(WindowKind.FREEZE, namespaces=frozenset({"pay"})), None),
    (window_open, "of this very subject",
     calendar(WindowKind.FREEZE, subjects=frozenset({"service/shop/Deployment/web"})),
     no(Reason.WINDOW_CLOSED, "freeze w", LATER_S)),
    (not_silenced, "fires", muted(), None),
    (not_silenced, "quiet", {"alerts": AlertStates(frozenset(), frozenset())}, None),
    (not_silenced, "another's", muted("Other-web-9"), None),
    (not_silenced, "silenced", muted(FIRST), no(Reason.SILENCED, "KubePodCrashLooping")),
    (not_silenced, "one of them", {**muted(f"{FIRST[:-1]}2"), "incident": TWO},
     no(Reason.SILENCED, "KubePodCrashLooping")),
    (not_silenced, "all of them, each name once",
     {**muted(FIRST, f"{FIRST[:-1]}2", "PodRestarting-web-1"), "incident": TWO},
     no(Reason.SILENCED, "KubePodCrashLooping, PodRestarting")),
    (not_silenced, "unknown", {"alerts": UNKNOWN},
     no(Reason.EVIDENCE_UNKNOWN, "silences: timed out")),
    (not_silenced, "nobody who could silence it", {"alerts": Unknown(NO_MONITOR)}, None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("guard", "changes", "expected"),
    [
        pytest.param(guard, changes, expected, id=f"{guard.__name__}: {words}")
        for guard, words, changes, expected in TABLE
    ],
)
def test_guard_of_the_moment(guard: Guard, changes: Changes, expected: Refusal | None) -> None:
    assert guard(case_of(**changes)) == expected
