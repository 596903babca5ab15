"""What an answer of the API server means. The bodies were seen on a real one, version 1.36."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.domain.deciding.outcome import Answer
from worker.domain.story.reason import Reason
from worker.engine.answer import MESSAGE_LENGTH_MAX, STALE_RETRY_S, outcome_of
from worker.engine.ports import ApiAnswer

Json = dict[str, Any]

POD = {"name": "web-1", "kind": "pods"}
NO_RIGHT = (
    'User "aiops-worker" cannot create resource "pods/eviction" in API group "" in the namespace'
)
BY_POLICY = "ValidatingAdmissionPolicy 'p' with binding 'p' denied request: not on my watch"
CHANGED = "the object has been modified; please apply your changes to the latest version"
TWO_BUDGETS = (
    "This pod has more than one PodDisruptionBudget, which the eviction subresource does not "
    "support."
)


def failure(code: int, reason: str, message: str, details: Json | None = None) -> Json:
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "status": "Failure",
        "message": message,
        "reason": reason,
        "details": details or {},
        "code": code,
    }


def budget(allowed: str) -> Json:
    return {"causes": [{"reason": "DisruptionBudget", "message": allowed}]}


@dataclass(frozen=True)
class Row:
    name: str
    status: int
    body: Json
    answer: Answer
    reason: Reason
    retry_after_s: float | None = None
    told_s: float | None = None


A, R, U = Answer.ACCEPTED, Answer.REJECTED, Answer.UNCLEAR
ROWS = [
    Row("patched", 200, {"kind": "Deployment", "status": {"replicas": 3}}, A, Reason.ACCEPTED),
    Row("evicted", 201, {"kind": "Status", "status": "Success", "code": 201}, A, Reason.ACCEPTED),
    Row("failure inside a 2xx", 201, failure(500, "", TWO_BUDGETS), R, Reason.SEVERAL_BUDGETS),
    Row("several budgets", 500, failure(500, "", TWO_BUDGETS), R, Reason.SEVERAL_BUDGETS),
    Row("refusal inside a 2xx", 201, failure(429, "", "", budget("0")), R,
        Reason.DISRUPTION_BUDGET),
    Row("error inside a 2xx", 201, failure(500, "", "etcd"), U, Reason.UNREACHABLE),
    Row("a failure without code", 201, {"kind": "Status", "status": "Failure"}, U,
        Reason.UNREACHABLE),
    Row("malformed request", 400, failure(400, "BadRequest", "the body is no JSON"), R,
        Reason.BAD_REQUEST),
    Row("webhook says no", 400,
        failure(400, "", 'admission webhook "a.b" denied the request: no'), R,
        Reason.DENIED_BY_POLICY),
    Row("method not allowed", 405, failure(405, "MethodNotAllowed", "not this method"), R,
        Reason.BAD_REQUEST),
    Row("too large", 413, failure(413, "RequestEntityTooLarge", "limit is 3145728"), R,
        Reason.BAD_REQUEST),
    Row("unknown patch type", 415, failure(415, "UnsupportedMediaType", "no such type"), R,
        Reason.BAD_REQUEST),
    Row("token refused", 401, failure(401, "Unauthorized", "Unauthorized"), R,
        Reason.UNAUTHENTICATED),
    Row("no right", 403, failure(403, "Forbidden", f'pods "web-1" is forbidden: {NO_RIGHT}', POD),
        R, Reason.FORBIDDEN),
    Row("no right on a pod of that name", 403,
        failure(403, "Forbidden", f'pods "admission-denied" is forbidden: {NO_RIGHT}', POD), R,
        Reason.FORBIDDEN),
    Row("quota", 403, failure(403, "Forbidden", "exceeded quota: q, requested: pods=1", POD), R,
        Reason.QUOTA),
    Row("namespace going away", 403,
        failure(403, "Forbidden", "unable to create new content",
                {**POD, "causes": [{"reason": "NamespaceTerminating"}]}), R, Reason.TERMINATING),
    Row("policy with reason Forbidden", 403, failure(403, "Forbidden", BY_POLICY, POD), R,
        Reason.DENIED_BY_POLICY),
    Row("some other 403", 403, failure(403, "Forbidden", "negative budget"), R, Reason.FORBIDDEN),
    Row("object gone", 404, failure(404, "NotFound", 'pods "web-1" not found', POD), R,
        Reason.TARGET_GONE),
    Row("API not served", 404, failure(404, "NotFound", "could not find the resource"), R,
        Reason.UNSUPPORTED),
    Row("no API server at all", 404, {"message": "404 page not found"}, R, Reason.UNSUPPORTED),
    Row("name taken", 409, failure(409, "AlreadyExists", "already exists", POD), R,
        Reason.CLAIMED),
    Row("fence", 409, failure(409, "Conflict", CHANGED, POD), U, Reason.STALE, STALE_RETRY_S),
    Row("failed test of a JSON patch", 422,
        failure(422, "Invalid", "the server rejected our request due to an error in our request"),
        U, Reason.STALE, STALE_RETRY_S),
    Row("invalid", 422, failure(422, "Invalid", "spec.replicas: Invalid value: -1", POD), R,
        Reason.BAD_REQUEST),
    Row("policy without reason", 422, failure(422, "Invalid", BY_POLICY, POD), R,
        Reason.DENIED_BY_POLICY),
    Row("budget", 429, failure(429, "TooManyRequests", "would violate", budget("needs 3")), R,
        Reason.DISRUPTION_BUDGET, 10.0, 10.0),
    Row("flow control", 429, failure(429, "TooManyRequests", "try again later"), R,
        Reason.THROTTLED, 1.0, 1.0),
    Row("request timed out", 408, failure(408, "Timeout", "timed out"), U, Reason.UNREACHABLE),
    Row("internal error", 500, failure(500, "InternalError", "etcd"), U, Reason.UNREACHABLE),
    Row("bad gateway", 502, {"message": "<html>"}, U, Reason.UNREACHABLE),
    Row("unavailable", 503, failure(503, "ServiceUnavailable", "not ready"), U,
        Reason.UNREACHABLE, 5.0, 5.0),
    Row("gateway timeout", 504, failure(504, "Timeout", "too slow"), U, Reason.UNREACHABLE),
    Row("a proxy's own error", 520, {"message": "web server is down"}, U, Reason.UNREACHABLE),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_an_answer_means(row: Row) -> None:
    outcome = outcome_of(ApiAnswer(row.status, row.body, row.told_s))
    assert (outcome.answer, outcome.reason) == (row.answer, row.reason)
    assert outcome.retry_after_s == row.retry_after_s


@pytest.mark.parametrize(
    ("sent", "meant", "reason", "words"),
    [(True, U, Reason.UNREACHABLE, "was sent"), (False, R, Reason.NOT_SENT, "nothing was sent")],
)
def test_no_answer_is_unclear_unless_nothing_was_sent(
    sent: bool, meant: Answer, reason: Reason, words: str
) -> None:
    """What surely never left can't be found done later, by whoever did it instead."""
    outcome = outcome_of(ApiAnswer(0, {"message": "reset by peer"}, sent=sent))
    assert (outcome.answer, outcome.reason) == (meant, reason)
    assert words in outcome.detail
    assert "reset by peer" in outcome.detail


def test_the_missing_right_is_named() -> None:
    outcome = outcome_of(ApiAnswer(403, failure(403, "Forbidden", NO_RIGHT)))
    assert 'cannot create resource "pods/eviction"' in outcome.detail


def test_long_words_are_cut() -> None:
    outcome = outcome_of(ApiAnswer(422, failure(422, "Invalid", "x" * 100_000)))
    assert len(outcome.detail) == MESSAGE_LENGTH_MAX


JSON = st.sampled_from([None, True, 0, 500, "", "x", [], ["x"], {}, {"causes": "x"}, [{"a": 1}]])
BODIES = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.just("Status") | JSON,
        "status": st.just("Failure") | JSON,
        "message": JSON,
        "details": JSON | st.fixed_dictionaries({"causes": JSON, "name": JSON}),
        "code": JSON,
    },
)


@given(st.sampled_from([0, 200, 403, 409, 422, 429]) | st.integers(0, 999), BODIES)
def test_any_answer_has_an_outcome_and_only_a_good_one_is_accepted(status: int, body: Json) -> None:
    outcome = outcome_of(ApiAnswer(status, body))
    failed = body.get("kind") == "Status" and body.get("status") == "Failure"
    assert (outcome.answer is Answer.ACCEPTED) == (200 <= status < 300 and not failed)
    if status == 0 or status >= 501:
        assert outcome.answer is Answer.UNCLEAR
