"""What opens and changes an incident, what the verification says of it, and how it ends."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.domain.builders import (
    ACCEPTED,
    NOW_S,
    POLICY,
    RESOLVED,
    SICK,
    SOAKED_S,
    WATCH,
    WELL,
    alert,
    crashing,
    decided,
    facts,
    opened,
    pod,
    rollout,
    steadily,
    verifying,
    watched,
)
from tests.unit.domain.reached import Way, Ways
from tests.unit.domain.remedies import DEADLINE_S, FOUR, LAG, MADE_S, SCALE, SETTLED_S
from worker.domain.deciding.decision import abandon
from worker.domain.deciding.handover import received
from worker.domain.deciding.outcome import record
from worker.domain.document.identity import INGEST, STORM, Subject, SubjectKind, Target
from worker.domain.document.subject import INCIDENTS_OPEN_MAX, SubjectDocument
from worker.domain.incoming.absorb import absorb
from worker.domain.incoming.inbox import INBOX_MAX, accept
from worker.domain.observed.evidence import AlertStates, Gone, Unknown
from worker.domain.observed.facts import Facts
from worker.domain.scopes.scope import ScopeDocument, ScopeKind, Sick
from worker.domain.scopes.scopes_seen import ScopesSeen
from worker.domain.story.reason import Reason

FIRING = facts(pod("web-1"), pod("web-2"), pod("web-3"), firing=["KubePodCrashLooping-web-1"])
MUTED = replace(FIRING, alerts=AlertStates(frozenset(), frozenset({"KubePodCrashLooping-web-1"})))
BLIND = replace(WELL, pods=Unknown("timed out"))
CALM = ScopesSeen((ScopeDocument(ScopeKind.CLUSTER),), known=10)
NOBODY = Subject(SubjectKind.UNRESOLVED, "shop", "")
DAY_S = POLICY.watch_for_s


def after(seen: Facts, at_s: float = SETTLED_S) -> Way:
    """An eviction was done, and this is seen afterwards."""
    return lambda: watched(verifying(), (at_s, seen))


def for_the_window(seen: Facts) -> Way:
    return lambda: watched(verifying(), *steadily(seen, SETTLED_S, SETTLED_S + WATCH.window_s))


def flooded(count: int) -> Way:
    news = [alert(f"Odd{n}") for n in range(count)]
    return lambda: absorb(accept(SubjectDocument(NOBODY), news), POLICY, NOW_S)


def owned_by(subject: Subject, *looks: tuple[float, Facts]) -> Way:
    return lambda: watched(opened(alert("Odd"), subject=subject), *looks)


def silent() -> SubjectDocument:
    """One more consumer was started, and the lag isn't measured any more."""
    unmeasured = replace(FOUR, alerts=WELL.alerts, rule_data={LAG.fingerprint: False})
    looked: SubjectDocument = SCALE.looked(SCALE.verifying(), unmeasured, DEADLINE_S).document
    return looked


def held() -> SubjectDocument:
    stopped = replace(SICK, kill_switch_set=True)
    return watched(opened(), (60.0, stopped), (POLICY.decide_within_s, stopped))


def climbed() -> SubjectDocument:
    seen = facts(*(crashing(f"web-{n}") for n in (1, 2, 3)))
    document = decided(opened(), seen).document
    document = record(document, document.intents[0].id, ACCEPTED, POLICY, SOAKED_S)
    return watched(document, (SETTLED_S, seen), (SETTLED_S + 1.0, seen))


def gone() -> SubjectDocument:
    """Deleted, and its one alert is over."""
    away = replace(SICK, rollout=Gone("Deployment/web"))
    document = watched(opened(), (60.0, away))
    late_s = NOW_S + 600.0
    over = absorb(accept(document, [alert(status=RESOLVED)]), POLICY, late_s)
    return watched(over, (600.0, away))


def told() -> SubjectDocument:
    document = abandon(opened(), POLICY, NOW_S, "a bug")
    return received(document, document.notices[0].id, sink="slack", receipt="1", now_s=NOW_S)


HURT = ScopesSeen(
    (
        ScopeDocument(
            ScopeKind.CLUSTER,
            sick=tuple(
                Sick(f"service/shop/Deployment/{name}", SOAKED_S + 5.0, "crash_loop")
                for name in ("cart", "pay")
            ),
        ),
    ),
    known=100,
)

WAYS: Ways = {
    Reason.ALERT_FIRING: opened,
    Reason.ALERT_RESOLVED: lambda: opened(alert(), alert(status=RESOLVED, starts_at_s=NOW_S)),
    Reason.OBSERVED: lambda: decided(opened(), now_s=NOW_S).document,
    Reason.INBOX_FULL: flooded(INBOX_MAX + 1),
    Reason.INCIDENTS_FULL: flooded(INCIDENTS_OPEN_MAX + 1),
    Reason.SOAKING: lambda: decided(opened(), now_s=NOW_S).document,
    Reason.HEALTHY: for_the_window(WELL),
    Reason.STILL_SICK: after(SICK),
    Reason.WORSE: for_the_window(replace(WELL, scopes=HURT)),
    Reason.HELPED_IN_PART: after(
        facts(pod("web-4", created_at_s=MADE_S), crashing("web-2"), pod("web-3"))
    ),
    Reason.SHRUNK: after(replace(WELL, rollout=rollout(desired=2, updated=2, available=2))),
    Reason.REPLACED: after(
        replace(WELL, rollout=rollout(target=Target("Deployment", "shop", "web", "uid-new")))
    ),
    Reason.STILL_FIRING: after(FIRING, DEADLINE_S),
    Reason.ALERT_SUPPRESSED: after(MUTED, DEADLINE_S),
    Reason.SILENCE_PROVES_NOTHING: silent,
    Reason.NOT_YET: after(facts(pod("web-2"), pod("web-3")), DEADLINE_S),
    Reason.REPAIRED: for_the_window(WELL),
    Reason.RESOLVED_BY_OTHERS: lambda: watched(opened(), *steadily(WELL, 0.0, 120.0)),
    Reason.STORM_OVER: owned_by(
        STORM, (1.0, Facts(NOW_S)), (130.0, Facts(NOW_S, clock_skew_s=0.0, scopes=CALM))
    ),
    Reason.LADDER_EXHAUSTED: climbed,
    Reason.HELD_TOO_LONG: held,
    Reason.VERIFICATION_UNKNOWN: after(BLIND, DEADLINE_S),
    Reason.OWNER_UNKNOWN: owned_by(NOBODY, (1.0, Facts(NOW_S))),
    Reason.MALFORMED_INPUT: owned_by(INGEST, (1.0, Facts(NOW_S))),
    Reason.WORKER_BUG: lambda: abandon(opened(), POLICY, NOW_S, "a bug"),
    Reason.GONE_FOR_GOOD: gone,
    Reason.LEFT_TO_HUMAN: owned_by(INGEST, (1.0, Facts(NOW_S)), (DAY_S + 2.0, Facts(NOW_S))),
    Reason.RECEIVED: told,
}
