"""A topic that is read again from any place changes nothing: not the story, not what is done."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.property.lives import Move, live
from tests.property.tales import Tale, tales
from tests.property.worlds import examples
from tests.unit.domain.builders import WEB
from worker.domain.document.subject import SubjectDocument
from worker.domain.incoming.alert import Alert
from worker.domain.incoming.inbox import accept
from worker.domain.incoming.ops_event import OpsEvent

News = tuple[Alert | OpsEvent, ...]


def told_again(life: list[Move], cuts: list[int]) -> list[Move]:
    """Before each turn's own news comes all that came up to some earlier place."""
    so_far: News = ()
    again: list[Move] = []
    for move, cut in zip(life, [*cuts, *[0] * len(life)], strict=False):
        again.append(replace(move, came=(*so_far[:cut], *move.came, *so_far[:cut])))
        so_far += move.came
    return again


def documents(life: list[Move], tale: Tale) -> list[SubjectDocument]:
    return [step.after for step in live(WEB, life, tale.policy, tale.pack)]


@examples(150)
@given(tales, st.lists(st.integers(0, 30), max_size=12))
def test_news_that_comes_again_changes_nothing(tale: Tale, cuts: list[int]) -> None:
    assert documents(told_again(tale.life, cuts), tale) == documents(tale.life, tale)


@examples(100)
@given(tales, st.integers(0, 30), st.booleans())
def test_all_of_it_again_at_the_end_is_no_news(tale: Tale, cut: int, backwards: bool) -> None:
    news: News = tuple(one for move in tale.life for one in move.came)
    again = news[:cut][::-1] if backwards else news[:cut]
    end = tale.end
    assert accept(end, again) is end
    assert accept(end, news) is end


@examples(100)
@given(tales)
def test_the_same_life_is_lived_the_same(tale: Tale) -> None:
    assert documents(tale.life, tale) == documents(tale.life, tale)
