"""Whatever is done to a random journal is found, wherever it is done; a repeat is no harm."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.property.worlds import examples
from worker.domain.story.chain import Head, How, examine
from worker.domain.story.journal import Entry, EntryKind, chained
from worker.domain.story.reason import Reason

texts = st.text(max_size=8)
details = st.dictionaries(st.sampled_from(("alert", "detail", "seen")), texts, max_size=2)


@st.composite
def chains(draw: st.DrawFn, *, least: int = 1) -> list[Entry]:
    """A whole journal, from its first entry on or from a later one."""
    entries: list[Entry] = []
    for seq in range(1, draw(st.integers(least + 2, least + 12)) + 1):
        entries.append(
            chained(
                seq=seq, at_s=draw(st.integers(0, 2**31)), incident=draw(texts),
                kind=draw(st.sampled_from(EntryKind)), reason=draw(st.sampled_from(Reason)),
                detail=draw(details), previous=entries[-1].hash if entries else "",
            )
        )  # fmt: skip
    return entries[draw(st.integers(0, 2)) :]


EDITS: dict[str, Callable[[Entry], Any]] = {
    "seq": lambda one: one.seq + 1,
    "at_ms": lambda one: one.at_ms + 1,
    "kind": lambda one: EntryKind.CLOSED if one.kind is EntryKind.ALERT else EntryKind.ALERT,
    "reason": lambda one: Reason.BUSY if one.reason is Reason.HEALTHY else Reason.HEALTHY,
    "incident": lambda one: one.incident + "x",
    "detail": lambda one: {**one.detail, "more": ""},
    "previous": lambda one: "0" * 64,
    "hash": lambda one: "0" * 64,
}


def judged(entries: Sequence[Entry], whole: Sequence[Entry]) -> set[How]:
    """What is found when its head and its beginning are known."""
    head = Head(whole[-1].hash, whole[-1].seq)
    found = examine(entries, heads=[head], from_first=whole[0].seq == 1)
    assert found.whole == (not found.breaks)
    return {one.how for one in found.breaks}


@examples(200)
@given(chains(), st.data())
def test_a_whole_one_is_whole_however_often_it_is_repeated(
    chain: list[Entry], data: st.DataObject
) -> None:
    """As a topic has it: from somewhere on it is published again."""
    published = list(chain)
    for _ in range(data.draw(st.integers(0, 3))):
        start = data.draw(st.integers(0, len(chain) - 1))
        until = data.draw(st.integers(start, len(chain)))
        published += chain[start:until]
    found = examine(published, heads=[Head(one.hash) for one in chain])
    assert (found.whole, found.entries) == (True, len(chain))
    assert found.repeats == len(published) - len(chain)
    assert (found.first, found.last) == (chain[0], chain[-1])


@examples(300)
@given(chains(), st.sampled_from(sorted(EDITS)), st.data())
def test_every_edit_is_found(chain: list[Entry], name: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(chain) - 1))
    changed = replace(chain[at], **{name: EDITS[name](chain[at])})
    assert changed != chain[at]
    assert judged([*chain[:at], changed, *chain[at + 1 :]], chain) & {How.EDITED, How.FORKED}


@examples(200)
@given(chains(), details, st.data())
def test_a_forgery_with_its_hash_is_found(
    chain: list[Entry], detail: dict[str, str], data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(chain) - 1))
    old = chain[at]
    forged = chained(
        seq=old.seq, at_s=old.at_ms / 1000, kind=old.kind, reason=old.reason,
        incident=old.incident, detail=detail, previous=old.previous,
    )  # fmt: skip
    assume(forged != old)
    assert judged([*chain[:at], forged, *chain[at + 1 :]], chain) & {How.EDITED}
    beside = judged([*chain[:at], *sorted((old, forged), key=lambda one: one.hash),
                     *chain[at + 1 :]], chain)  # fmt: skip
    assert How.FORKED in beside


@examples(200)
@given(chains(least=2), st.data())
def test_every_deletion_is_found(chain: list[Entry], data: st.DataObject) -> None:
    from_first = chain[0].seq == 1
    start = data.draw(st.integers(0 if from_first else 1, len(chain) - 1))
    until = data.draw(st.integers(start + 1, len(chain)))
    how = How.TRUNCATED if until == len(chain) else How.DELETED
    kept = [*chain[:start], *chain[until:]]
    assert judged(kept, chain) == {how}
    found = examine(kept, heads=[Head(chain[-1].hash, chain[-1].seq)], from_first=from_first)
    (gap,) = found.breaks
    first = chain[0].seq if kept else 1
    assert (gap.seq, gap.until) == (first + start, chain[0].seq + until - 1)


@examples(200)
@given(chains(least=2), st.data())
def test_every_swap_is_found(chain: list[Entry], data: st.DataObject) -> None:
    one, other = data.draw(
        st.lists(st.integers(0, len(chain) - 1), min_size=2, max_size=2, unique=True)
    )
    swapped = list(chain)
    swapped[one], swapped[other] = chain[other], chain[one]
    assert judged(swapped, chain) == {How.REORDERED}


@examples(200)
@given(chains(least=2), st.data())
def test_every_truncation_is_found_if_a_head_is_known(
    chain: list[Entry], data: st.DataObject
) -> None:
    kept = chain[: data.draw(st.integers(0, len(chain) - 1))]
    for head in (Head(chain[-1].hash), Head(chain[-1].hash, chain[-1].seq)):
        (found,) = examine(kept, heads=[head]).breaks
        assert (found.how, found.seq) == (How.TRUNCATED, kept[-1].seq + 1 if kept else 1)
    assert examine(kept).whole, "without one nobody can tell"


@examples(200)
@given(chains(), chains())
def test_two_journals_under_one_name_are_not_whole(one: list[Entry], other: list[Entry]) -> None:
    """As when documents were put back from a backup, and went on from there."""
    assume({(e.seq, e.hash) for e in one}.isdisjoint((e.seq, e.hash) for e in other))
    shared = {entry.seq for entry in one} & {entry.seq for entry in other}
    found = examine([*one, *other])
    if shared:
        forked = [b for b in found.breaks if b.how is How.FORKED]
        assert sum(b.until - b.seq + 1 for b in forked) == len(shared)
    assert not found.whole
