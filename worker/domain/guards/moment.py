"""Is this a moment to act?"""

from __future__ import annotations

from worker.domain.calendar.window import WindowKind, blocking
from worker.domain.document.change import running
from worker.domain.guards.case import Case
from worker.domain.observed.evidence import AlertStates, Unknown
from worker.domain.people.person_hold import held
from worker.domain.planners.plan import Refusal, Then
from worker.domain.story.reason import Reason
from worker.domain.verify.verification import NO_MONITOR


def clocks_agree(case: Case) -> Refusal | None:
    """Leases, cool-downs and windows are moments: a wrong clock breaks all of them."""
    skew = case.facts.clock_skew_s
    if isinstance(skew, Unknown):
        return Refusal(Reason.EVIDENCE_UNKNOWN, Then.HOLD, f"clock skew: {skew.why}")
    if abs(skew) > case.policy.clock_skew_max_s:
        return Refusal(
            Reason.CLOCKS_DISAGREE, Then.HOLD, f"{skew:+.0f} s to the API server's clock"
        )
    return None


def fresh(case: Case) -> Refusal | None:
    """A plan is made from what is true now; an old one is made again, never done. How old it is
    tells the clock by which it was read."""
    age_s = case.now_s - case.situation.lead_s - case.facts.at_s
    if age_s > case.policy.plan_ttl_s:
        return Refusal(Reason.STALE_FACTS, Then.HOLD, f"what was seen is {age_s:.0f} s old")
    return None


def nobody_at_work(case: Case) -> Refusal | None:
    """A person's hands come first: on the subject, its namespace, or the cluster."""
    hold, scopes = held(case.document.holds, case.now_s), case.facts.scopes
    where = "this subject"
    if hold is None:
        if isinstance(scopes, Unknown):
            return Refusal(Reason.SCOPE_UNREADABLE, Then.HOLD, scopes.why)
        found = next(scopes.holds(case.now_s), None)
        if found is not None:
            where, hold = found[0].text, found[1]
    if hold is None:
        return None
    words = f"{hold.what.replace('_', ' ')} on {where} by {hold.by or 'somebody'}. {hold.words}"
    return Refusal(Reason.PERSON_AT_WORK, Then.HOLD, words.strip(), hold.until_s, patient=True)


def no_deploy_running(case: Case) -> Refusal | None:
    """What is being rolled out is not judged before its pipeline says that it has finished."""
    since_s = case.now_s - case.policy.deploy_max_s
    change = running(case.document.changes, "deploy_started", "deploy_finished", since_s)
    if change is None:
        return None
    until_s = change.at_s + case.policy.deploy_max_s
    return Refusal(Reason.DEPLOY_RUNNING, Then.HOLD, f"by {change.by or 'somebody'}", until_s)


def window_open(case: Case) -> Refusal | None:
    """Freeze and maintenance: the calendar says when."""
    subject = case.document.subject
    closed = blocking(case.situation.windows, subject.scope, subject.text, case.now_s)
    if closed is None:
        return None
    words = f"{closed.kind} {closed.window}".replace("_", " ")
    people_at_work = closed.kind is WindowKind.MAINTENANCE
    return Refusal(Reason.WINDOW_CLOSED, Then.HOLD, words, closed.until_s, patient=people_at_work)


def not_silenced(case: Case) -> Refusal | None:
    """Somebody silenced it, or something greater is known to cause it. Not known is no yes."""
    states = case.facts.alerts
    if isinstance(states, AlertStates):
        muted = [r.name for r in case.incident.alerts if r.fingerprint in states.suppressed]
        return Refusal(Reason.SILENCED, Then.HOLD, ", ".join(sorted(set(muted)))) if muted else None
    if states.why == NO_MONITOR:
        return None
    return Refusal(Reason.EVIDENCE_UNKNOWN, Then.HOLD, f"silences: {states.why}")
