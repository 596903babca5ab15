"""Documents to and from JSON: the unknown is kept, and what is wrong is named."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from tests.unit.domain.builders import (
    NOW_S,
    POLICY,
    SICK,
    acting,
    alert,
    ops_event,
    verifying,
    watched,
)
from worker.domain.deciding.decision import abandon
from worker.domain.document.codec import UndecodableError, decode, encode
from worker.domain.document.incident import Phase
from worker.domain.document.subject import SubjectDocument
from worker.domain.incoming.inbox import accept
from worker.domain.story.journal import EntryKind, broken_at, sentence
from worker.domain.story.reason import Reason

Json = dict[str, Any]


def full() -> SubjectDocument:
    """A document with something in every field that can be empty."""
    document = watched(verifying(), (120.0, SICK), (130.0, SICK))
    document = accept(document, [alert("Odd"), ops_event(image="web:1.4")])
    document = abandon(document, POLICY, NOW_S + 200.0, "detail")
    return replace(document, extra={})


def through_json(document: SubjectDocument) -> Json:
    encoded: Json = json.loads(json.dumps(encode(document)))
    return encoded


@pytest.mark.parametrize("document", [full(), acting(), SubjectDocument(full().subject)])
def test_a_document_comes_back_as_it_was(document: SubjectDocument) -> None:
    assert decode(SubjectDocument, through_json(document)) == document


def test_words_come_back_as_members_not_as_texts() -> None:
    back = decode(SubjectDocument, through_json(acting()))
    assert back.incidents[0].phase is Phase.ACTING
    assert back.inbox == ()
    assert isinstance(back.incidents, tuple)


def places(stored: Json) -> list[Json]:
    """The objects in a stored document that promise to keep what they don't know."""
    incident = stored["incidents"][0]
    return [
        stored, incident, incident["alerts"][0], incident["attempts"][0], stored["notices"][0],
        stored["cool_downs"][0],
    ]  # fmt: skip


@pytest.mark.parametrize("place", range(6))
def test_an_older_version_keeps_what_a_newer_one_wrote(place: int) -> None:
    stored = through_json(full())
    places(stored)[place]["novelty"] = {"deep": [1, None, "x"]}
    document = decode(SubjectDocument, stored)
    again = through_json(replace(document, overflowed=document.overflowed + 1))
    assert places(again)[place]["extra"] == {"novelty": {"deep": [1, None, "x"]}}
    assert decode(SubjectDocument, again).overflowed == document.overflowed + 1


def test_an_intent_keeps_it_too() -> None:
    stored = through_json(acting())
    stored["intents"][0]["novelty"] = 7
    assert decode(SubjectDocument, stored).intents[0].extra == {"novelty": 7}


@dataclass(frozen=True)
class Newer:
    """The next version of something: it knows `novelty`, and keeps what it doesn't know."""

    name: str
    novelty: int = 0
    extra: dict[str, Any] = None  # type: ignore[assignment]


@dataclass(frozen=True)
class Older:
    name: str
    extra: dict[str, Any]


def test_the_newer_version_finds_again_what_the_older_one_kept() -> None:
    kept = decode(Older, {"name": "a", "novelty": 7, "later": 8})
    assert kept == Older("a", {"novelty": 7, "later": 8})
    stored = json.loads(json.dumps(encode(replace(kept, name="b"))))
    assert decode(Newer, stored) == Newer("b", 7, {"later": 8})
    assert decode(Newer, {**stored, "novelty": 9}).novelty == 9, "its own field counts"


def test_a_newer_reason_is_kept_as_it_is() -> None:
    stored = through_json(verifying())
    stored["incidents"][0]["attempts"][0]["outcome"] = "moon_phase"
    again = through_json(decode(SubjectDocument, stored))
    assert again["incidents"][0]["attempts"][0]["outcome"] == "moon_phase"


@pytest.mark.parametrize("field", ["kind", "reason"])
def test_a_newer_entry_is_kept_as_it_is_and_its_chain_is_whole(field: str) -> None:
    document = SubjectDocument(full().subject)
    newer = {"kind": EntryKind.CLOSED, "reason": Reason.REPAIRED, field: Reason("moon_phase")}
    document = document.note(newer["kind"], newer["reason"], NOW_S)  # type: ignore[arg-type]
    back = decode(SubjectDocument, through_json(document))
    assert getattr(back.journal[0], field) == "moon_phase"
    assert broken_at(back.journal) is None
    assert back.journal == document.journal
    assert sentence(back.journal[0])


def test_a_newer_word_is_the_same_word_everywhere() -> None:
    assert Reason("moon_phase") == Reason("moon_phase") == "moon_phase"
    assert str(Reason("moon_phase")) == f"{Reason('moon_phase')}" == "moon_phase"
    assert "moon_phase" not in tuple(Reason)


def remove(*path: str | int) -> Callable[[Json], None]:
    def change(stored: Json) -> None:
        at: Any = stored
        for key in path[:-1]:
            at = at[key]
        del at[path[-1]]

    return change


def put(value: object, *path: str | int) -> Callable[[Json], None]:
    def change(stored: Json) -> None:
        at: Any = stored
        for key in path[:-1]:
            at = at[key]
        at[path[-1]] = value

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (put("x", "schema"), ["SubjectDocument.schema", "str instead of int"]),
        (put(None, "journal_head"), ["SubjectDocument.journal_head", "NoneType instead of str"]),
        (put({}, "incidents"), ["SubjectDocument.incidents", "dict instead of list"]),
        (put(7, "incidents", 0), ["SubjectDocument.incidents", "int instead of dict"]),
        (put("asleep", "incidents", 0, "phase"), ["Incident.phase", "'asleep'"]),
        (put([], "incidents", 0, "phase"), ["Incident.phase", "[]"]),
        (put("x", "incidents", 0, "opened_at_s"), ["Incident.opened_at_s", "str instead of"]),
        (
            put(7, "incidents", 0, "attempts", 0, "target", "uid"),
            ["Incident.attempts", "Attempt.target", "Target.uid", "int instead of str"],
        ),
        (put([], "inbox", 0, "labels"), ["SubjectDocument.inbox", "Alert.labels", "list"]),
        (put(7, "departure"), ["SubjectDocument.departure", "int instead of str"]),
        (put(7, "extra"), ["SubjectDocument.extra", "int, no object"]),
        (
            put(["x"], "incidents", 0, "extra"),
            ["SubjectDocument.incidents", "Incident.extra", "list, no object"],
        ),
        (put(10**400, "last_now_s"), ["SubjectDocument.last_now_s", "a number too large"]),
        (put(10**400, "incidents", 0, "opened_at_s"), ["Incident.opened_at_s", "too large"]),
        (put(7, "journal", 0, "kind"), ["SubjectDocument.journal", "Entry.kind"]),
        (put(None, "journal", 0, "reason"), ["SubjectDocument.journal", "Entry.reason"]),
        (remove("subject"), ["SubjectDocument", "'subject'"]),
        (remove("journal", 0, "reason"), ["SubjectDocument.journal", "Entry", "'reason'"]),
    ],
)
def test_what_cannot_be_read_is_named(change: Callable[[Json], None], words: list[str]) -> None:
    stored = copy.deepcopy(through_json(full()))
    change(stored)
    with pytest.raises(UndecodableError) as caught:
        decode(SubjectDocument, stored)
    assert [word for word in words if word not in str(caught.value)] == [], caught.value


@pytest.mark.parametrize("value", [None, 7, "text", [], [1]])
def test_what_is_no_object_is_no_document(value: object) -> None:
    with pytest.raises(UndecodableError, match="instead of dict"):
        decode(SubjectDocument, value)


def test_whole_numbers_are_taken_for_times() -> None:
    stored = {**through_json(acting()), "last_now_s": 17}
    back = decode(SubjectDocument, stored)
    assert back.last_now_s == 17.0
    assert isinstance(back.last_now_s, float)
