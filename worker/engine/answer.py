"""What an API server's answer to a write means: one table for every action.

Refused is only what surely didn't happen. Whatever leaves a doubt is unclear, and the target is
read before anything is sent again. Source: the API server's status reasons and causes.
"""

from __future__ import annotations

from worker.domain.outcome import Answer, Outcome
from worker.domain.reason import Reason
from worker.engine.ports import ApiAnswer

MESSAGE_LENGTH_MAX = 300  # characters of the server's words that the journal repeats
STALE_RETRY_S = 2.0  # a lost race is looked at again soon


def outcome_of(answer: ApiAnswer) -> Outcome:
    """The outcome of one send."""
    status, failed = answer.status, answer.body.get("status") == "Failure"
    if 200 <= status < 300 and failed:
        # The eviction of a pod under several budgets answers 2xx around a failure.
        status = int(answer.body.get("code") or 500)
    words = f"HTTP {status} {answer.body.get('message') or ''}".strip()[:MESSAGE_LENGTH_MAX]
    if status == 0:
        sent = "the request was sent" if answer.sent else "nothing was sent"
        words = f"no answer, {sent}. {answer.body.get('message') or ''}"[:MESSAGE_LENGTH_MAX]
        return Outcome(Answer.UNCLEAR, Reason.UNREACHABLE, words)
    if 200 <= status < 300:
        return Outcome(Answer.ACCEPTED, Reason.ACCEPTED, words)
    if status in (408, 500, 502, 503, 504):
        return Outcome(Answer.UNCLEAR, Reason.UNREACHABLE, words, answer.retry_after_s)
    if status in (409, 422) and _is_race(answer):
        return Outcome(Answer.UNCLEAR, Reason.STALE, words, STALE_RETRY_S)
    if status == 429:
        reason = Reason.DISRUPTION_BUDGET if _by_budget(answer) else Reason.THROTTLED
        return Outcome(Answer.REJECTED, reason, words, answer.retry_after_s)
    return Outcome(Answer.REJECTED, _refusal(status, answer), words, answer.retry_after_s)


def _refusal(status: int, answer: ApiAnswer) -> Reason:
    message = str(answer.body.get("message") or "")
    match status:
        case 401:
            return Reason.UNAUTHENTICATED
        case 403:
            return _forbidden(answer, message)
        case 404:
            named = (answer.body.get("details") or {}).get("name")
            return Reason.TARGET_GONE if named else Reason.UNSUPPORTED
        case 409:
            return Reason.CLAIMED
        case 405:
            return Reason.UNSUPPORTED
    denied = "denied" in message or "admission webhook" in message
    return Reason.DENIED_BY_POLICY if denied else Reason.BAD_REQUEST


def _forbidden(answer: ApiAnswer, message: str) -> Reason:
    """403 stands for rights, quota, a namespace that goes away, and admission."""
    causes = {one.get("reason") for one in (answer.body.get("details") or {}).get("causes") or ()}
    if "NamespaceTerminating" in causes or "being terminated" in message:
        return Reason.TERMINATING
    if "exceeded quota" in message:
        return Reason.QUOTA
    if "denied" in message or "admission" in message or "violates PodSecurity" in message:
        return Reason.DENIED_BY_POLICY
    return Reason.FORBIDDEN


def _by_budget(answer: ApiAnswer) -> bool:
    causes = (answer.body.get("details") or {}).get("causes") or ()
    return any(one.get("reason") == "DisruptionBudget" for one in causes)


def _is_race(answer: ApiAnswer) -> bool:
    """A precondition failed: Conflict, or a JSON patch whose `test` did not hold."""
    if answer.body.get("reason") == "AlreadyExists":
        return False
    message = str(answer.body.get("message") or "")
    return (
        answer.status == 409
        or "testing" in message
        or "the server rejected our request due to an error in our request" in message
    )
