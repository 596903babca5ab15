"""Was it tried too often already? Keyed on subject and cause: never on a fingerprint or a pod."""

from __future__ import annotations

from worker.domain.deciding.cooling import COOL_DOWN_MEMORY_S, acted_incidents, done_lately
from worker.domain.document.change import openings
from worker.domain.guards.case import Case
from worker.domain.observed.evidence import Gone, Unknown
from worker.domain.planners.plan import Refusal, Then
from worker.domain.story.reason import Reason


def attempts_left(case: Case) -> Refusal | None:
    """A bound on the same fix for the same cause; a remedy that keeps failing is none."""
    here = [a for a in case.incident.attempts if a.done and a.rung == case.incident.rung]
    if len(here) >= case.step.attempts_max:
        return Refusal(Reason.ATTEMPTS_USED, Then.NEXT_STEP, f"{len(here)} here")
    window_s = case.policy.attempts_window_s
    recent = len(done_lately(case.document, case.incident, case.step.verb, case.now_s - window_s))
    if recent >= case.policy.attempts_max:
        return Refusal(
            Reason.ATTEMPTS_USED, Then.ESCALATE,
            f"{recent} within {window_s:.0f} s",
        )  # fmt: skip
    return None


def not_looping(case: Case) -> Refusal | None:
    """Whatever was done, by any verb, it came back: the loop is the trouble, and a human's."""
    window_s = case.policy.loop_window_s
    count = acted_incidents(case.document, case.incident, case.now_s - window_s)
    if count >= case.policy.loops_max:
        words = f"{count} repairs of this within {window_s / 3600:.0f} h, and it came back"
        return Refusal(Reason.LOOPING, Then.ESCALATE, words)
    return None


def not_flapping(case: Case) -> Refusal | None:
    """What comes and goes by itself is not repaired by an act in between."""
    window_s = case.policy.flap_window_s
    count = openings(case.document.recurrences, case.incident.cause, case.now_s - window_s)
    if count >= case.policy.flaps_max:
        words = f"it came {count} times within {window_s:.0f} s"
        return Refusal(Reason.FLAPPING, Then.ESCALATE, words)
    return None


def cooled_down(case: Case) -> Refusal | None:
    """After an action about this cause the next incident waits, twice as long at each repeat."""
    since_s = case.now_s - COOL_DOWN_MEMORY_S
    done_s = done_lately(case.document, case.incident, case.step.verb, since_s)
    if not done_s:
        return None
    cap_s = max(case.step.cool_down_s, case.policy.cool_down_max_s)
    wait_s = min(case.step.cool_down_s * 2 ** (len(done_s) - 1), cap_s)
    until_s = max(done_s) + wait_s
    if case.now_s < until_s:
        return Refusal(Reason.COOL_DOWN, Then.HOLD, f"{until_s - case.now_s:.0f} s left", until_s)
    return None


def nothing_forgotten(case: Case) -> Refusal | None:
    """The subject's object bears a deed of this very incident that our memory doesn't know: an old
    store was put back, and whatever is planned from it may have been done, and undone, before.

    The one about to be decided is no surprise: its id is derived, and it is found done.
    """
    own, incident = case.facts.own, case.incident
    if isinstance(own, Gone | Unknown):
        return Refusal(Reason.TARGET_UNKNOWN, Then.HOLD)
    last = own.last_intent
    mine = last.startswith(f"{incident.id}-") and last != case.intent
    if mine and incident.attempt(last) is None:
        return Refusal(Reason.MEMORY_LOST, Then.ESCALATE, f"{last} is on {own.target.text}")
    return None
