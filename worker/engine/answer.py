"""What an API server's answer to a write means: one table for every action.

Refused is only what surely didn't happen. Whatever leaves a doubt is unclear, and the target is
read before anything is sent again. Source: the API server's status reasons and causes.
"""

from __future__ import annotations

import re

from worker.domain.deciding.outcome import Answer, Outcome
from worker.domain.story.reason import Reason
from worker.engine.ports import ApiAnswer, Json, ObjectRef

MESSAGE_LENGTH_MAX = 300  # characters of the server's words that the journal repeats
STALE_RETRY_S = 2.0  # a lost race is looked at again soon

_NO_RIGHT = re.compile(r'User ".*" cannot [a-z]+ resource')  # what RBAC says
_SEVERAL_BUDGETS = "more than one PodDisruptionBudget"  # what an eviction answers with a 500
_DENIED = re.compile(r"denied|admission|violates PodSecurity")


def outcome_of(answer: ApiAnswer) -> Outcome:
    """The outcome of one send."""
    status, body = answer.status, answer.body
    words = f"HTTP {status} {body.get('message') or ''}".strip()[:MESSAGE_LENGTH_MAX]
    if status == 0:
        sent = "the request was sent" if answer.sent else "nothing was sent"
        words = f"no answer, {sent}. {body.get('message') or ''}".strip()[:MESSAGE_LENGTH_MAX]
        if not answer.sent:
            return Outcome(Answer.REJECTED, Reason.NOT_SENT, words)
        return Outcome(Answer.UNCLEAR, Reason.UNREACHABLE, words)
    if 200 <= status < 300:
        if body.get("kind") != "Status" or body.get("status") != "Failure":
            return Outcome(Answer.ACCEPTED, Reason.ACCEPTED, words)
        code = body.get("code")
        status = code if isinstance(code, int) and code >= 400 else 500
    if status == 500 and _SEVERAL_BUDGETS in words:  # the one 500 that surely changed nothing
        return Outcome(Answer.REJECTED, Reason.SEVERAL_BUDGETS, words)
    if status == 408 or status >= 500:
        return Outcome(Answer.UNCLEAR, Reason.UNREACHABLE, words, answer.retry_after_s)
    if status in (409, 422) and _is_race(answer, status):
        return Outcome(Answer.UNCLEAR, Reason.STALE, words, STALE_RETRY_S)
    return Outcome(Answer.REJECTED, _refusal(status, answer), words, answer.retry_after_s)


def outcome_unsent(why: str) -> Outcome:
    """Nothing was sent, since what was read right before is not what was decided upon."""
    words = f"nothing was sent: {why}"[:MESSAGE_LENGTH_MAX]
    return Outcome(Answer.REJECTED, Reason.TARGET_GONE, words)


def outcome_unread(ref: ObjectRef, error: str) -> Outcome:
    """Nothing was sent, since what the request is made of couldn't be read. A missing right is not
    asked for again."""
    words = f"nothing was sent: {ref.kind} {ref.name} was not read: {error or 'no answer in time'}"
    reason = Reason.FORBIDDEN if _NO_RIGHT.search(error) else Reason.NOT_SENT
    return Outcome(Answer.REJECTED, reason, words[:MESSAGE_LENGTH_MAX])


def _refusal(status: int, answer: ApiAnswer) -> Reason:
    message = str(answer.body.get("message") or "")
    match status:
        case 401:
            return Reason.UNAUTHENTICATED
        case 403:
            return _forbidden(answer, message)
        case 404:
            return Reason.TARGET_GONE if _details(answer).get("name") else Reason.UNSUPPORTED
        case 409:
            return Reason.CLAIMED
        case 429:
            by_budget = "DisruptionBudget" in _causes(answer)
            return Reason.DISRUPTION_BUDGET if by_budget else Reason.THROTTLED
    return Reason.DENIED_BY_POLICY if _DENIED.search(message) else Reason.BAD_REQUEST


def _forbidden(answer: ApiAnswer, message: str) -> Reason:
    """403 stands for rights, quota, a namespace that goes away, and admission."""
    if _NO_RIGHT.search(message):
        return Reason.FORBIDDEN
    if "NamespaceTerminating" in _causes(answer) or "being terminated" in message:
        return Reason.TERMINATING
    if "exceeded quota" in message:
        return Reason.QUOTA
    return Reason.DENIED_BY_POLICY if _DENIED.search(message) else Reason.FORBIDDEN


def _details(answer: ApiAnswer) -> Json:
    """A proxy between us and the API server may put anything there."""
    details = answer.body.get("details")
    return details if isinstance(details, dict) else {}


def _causes(answer: ApiAnswer) -> set[str]:
    causes = _details(answer).get("causes")
    listed = causes if isinstance(causes, list) else []
    return {str(one.get("reason")) for one in listed if isinstance(one, dict)}


def _is_race(answer: ApiAnswer, status: int) -> bool:
    """A precondition failed: Conflict, another uid, or a JSON patch whose `test` did not hold."""
    if status == 409:
        return answer.body.get("reason") != "AlreadyExists"
    message = str(answer.body.get("message") or "")
    other_object = "metadata.uid" in message and "immutable" in message  # a merge patch's own uid
    return other_object or "the server rejected our request due to an error" in message
