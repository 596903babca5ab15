"""What people say by name: an answer is taken in once, a hold is lifted by hand only."""

from __future__ import annotations

from dataclasses import replace

import pytest

from worker.domain.document.identity import Subject, SubjectKind, Target
from worker.domain.document.incident import Incident, Phase
from worker.domain.document.subject import ANSWERS_MAX, SubjectDocument
from worker.domain.people.approval import Answer, Request, Say
from worker.domain.people.person_hold import HOLDS_MAX, ON_HOLD, PersonHold, held, with_hold
from worker.domain.people.steering import held_by_hand, let_go, taken_in, told, told_hold
from worker.domain.story.journal import sentence
from worker.domain.story.reason import Reason

NOW_S = 1000.0
SHOP = Subject(SubjectKind.SERVICE, "shop", "Deployment/web")
REQUEST = Request(
    id="inc-1-r1", digest="d" * 64, nonce="n" * 16, action="evict_pod",
    target=Target("Pod", "shop", "web-1", "uid-1"), parameters={}, asked_at_s=NOW_S,
    expires_at_s=NOW_S + 900.0, effect="it crashes", asked_by="",
)  # fmt: skip


def asked(request: Request | None = REQUEST) -> SubjectDocument:
    incident = Incident(
        id="inc-1", cause="crash_loop", phase=Phase.OPEN, severity="warning", opened_at_s=NOW_S,
        decide_by_s=NOW_S + 900.0, alerts=(), alerts_seen=1, request=request, asked=1,
    )  # fmt: skip
    return SubjectDocument(SHOP, incidents=(incident,))


def answer(say: Say = Say.YES, by: str = "alice", **changes: object) -> Answer:
    made = Answer("inc-1-r1", REQUEST.digest, REQUEST.nonce, say, by, NOW_S + 10.0)
    return replace(made, **changes)  # type: ignore[arg-type]


def with_answer(document: SubjectDocument, one: Answer) -> SubjectDocument:
    taken = taken_in(document, one)
    assert isinstance(taken, SubjectDocument), taken
    return taken


def test_an_answer_waits_in_the_document_and_changes_nothing_else() -> None:
    document = with_answer(asked(), answer())
    assert document == replace(asked(), answers=(answer(),))


def test_taken_in_twice_is_taken_in_once() -> None:
    document = with_answer(asked(), answer())
    assert taken_in(document, answer()) is document


@pytest.mark.parametrize(
    ("document", "one", "why"),
    [
        (asked(None), answer(), Reason.NOTHING_ASKED),
        (SubjectDocument(SHOP), answer(), Reason.NOTHING_ASKED),
        (asked(), answer(request="inc-1-r2"), Reason.NOTHING_ASKED),
        (asked(), answer(digest="e" * 64), Reason.OTHER_QUESTION),
        (asked(), answer(nonce="m" * 16), Reason.OTHER_QUESTION),
        (asked(), answer(at_s=NOW_S + 900.0), Reason.APPROVAL_EXPIRED),
        (asked(), answer(bot=True), Reason.APPROVED_BY_MACHINE),
        (asked(), answer(by=""), Reason.APPROVED_BY_ASKER),
        (asked(replace(REQUEST, asked_by="alice")), answer(), Reason.APPROVED_BY_ASKER),
        (asked(replace(REQUEST, approved_by="bob")), answer(), Reason.ANSWERED_BEFORE),
    ],
    ids=lambda one: str(one) if isinstance(one, Reason) else "",
)
def test_what_would_do_nothing_is_not_kept(
    document: SubjectDocument, one: Answer, why: Reason
) -> None:
    assert taken_in(document, one) is why


def test_of_two_yeses_the_first_one_counts() -> None:
    document = with_answer(asked(), answer(by="alice"))
    assert taken_in(document, answer(by="bob")) is Reason.ANSWERED_BEFORE


def test_a_no_still_stops_a_yes_that_waits_and_nothing_stops_a_no() -> None:
    document = with_answer(asked(), answer(by="alice"))
    document = with_answer(document, answer(Say.NO, by="bob"))
    for say in Say:
        assert taken_in(document, answer(say, by="carol")) is Reason.ANSWERED_BEFORE


def test_an_answer_that_counts_for_nothing_blocks_nobody() -> None:
    """One that got in by whatever way, such as for a question that has changed since."""
    document = replace(asked(), answers=(answer(by="mallory", digest="e" * 64),))
    assert with_answer(document, answer()).answers[-1] == answer()


def test_answers_that_wait_are_bounded() -> None:
    others = tuple(answer(request=f"inc-2-r{number}") for number in range(ANSWERS_MAX))
    assert taken_in(replace(asked(), answers=others), answer()) is Reason.INBOX_FULL


def hold(
    holds: tuple[PersonHold, ...] = (), *, by: str = "alice", for_s: float = 600.0,
    now_s: float = NOW_S,
) -> tuple[PersonHold, ...]:  # fmt: skip
    return held_by_hand(holds, by=by, for_s=for_s, words="migrating", now_s=now_s)[0]


def test_a_hold_is_in_force_until_its_time_is_over() -> None:
    holds = hold()
    found = held(holds, NOW_S)
    assert found is not None
    assert (found.by, found.what, found.words) == ("alice", ON_HOLD, "migrating")
    assert held(holds, NOW_S + 599.0) == found
    assert held(holds, NOW_S + 600.0) is None


def test_said_again_it_begins_anew() -> None:
    (once,) = hold()
    (again,) = hold((once,), for_s=60.0, now_s=NOW_S + 30.0)
    assert (again.since_s, again.until_s) == (NOW_S + 30.0, NOW_S + 90.0), "a shorter one too"


def test_a_replica_whose_clock_is_behind_can_renew_it() -> None:
    (once,) = hold(now_s=NOW_S)
    (again,) = hold((once,), for_s=3600.0, now_s=NOW_S - 5.0)
    assert again.until_s == NOW_S - 5.0 + 3600.0


def test_each_person_has_one_and_they_go_together() -> None:
    holds = hold(hold(), by="bob")
    assert [one.by for one in holds] == ["alice", "bob"]
    assert let_go(holds) == ()


def test_what_was_said_by_message_is_not_lifted_by_hand() -> None:
    on_it = PersonHold("on_it:carol", "on_it", "carol", NOW_S, NOW_S + 60.0)
    assert let_go((*hold(), on_it)) == (on_it,)


def test_no_flood_of_messages_pushes_it_out() -> None:
    """Messages are untrusted; what they began they could end, and then nobody would be at work."""
    holds = hold(for_s=60.0)
    for number in range(2 * HOLDS_MAX):
        name = f"on_it:{number}"
        flood = PersonHold(name, "on_it", str(number), NOW_S, NOW_S + 86400.0)
        holds, _ = held_by_hand(holds, by="bob", for_s=70.0, words="", now_s=NOW_S)
        holds = with_hold(holds, flood)
    assert len(holds) == HOLDS_MAX
    assert {one.by for one in holds if one.what == ON_HOLD} == {"alice", "bob"}


def test_the_story_says_who_put_what_on_hold_and_who_let_go() -> None:
    (made,) = hold()
    document = told_hold(SubjectDocument(SHOP), made, SHOP.text, NOW_S)
    document = told(
        document, Reason.LET_GO, NOW_S + 5.0, by="bob", where="cluster", words="done \x1b[2J now"
    )
    document = told(
        document, Reason.DEMOTION_LIFTED, NOW_S, by="bob", where="namespace shop", playbook="crash",
    )  # fmt: skip
    assert [sentence(entry) for entry in document.journal] == [
        f"alice put {SHOP.text} on hold until 1970-01-01 00:26 UTC (migrating).",
        "bob lifted the hold on cluster (done [2J now).",
        "bob gave crash its mode back for namespace shop.",
    ]
    assert not document.settled, "the story is owed to the journal's topic"


def test_the_story_never_runs_backwards() -> None:
    document = replace(SubjectDocument(SHOP), last_now_s=NOW_S + 50.0)
    (made,) = hold()
    (entry,) = told_hold(document, made, SHOP.text, NOW_S).journal
    assert entry.at_ms == (NOW_S + 50.0) * 1000
