"""Every reason can be reached: by the shortest way to it that there is, and by no mock."""

from __future__ import annotations

import pytest

from tests.unit.domain.builders import reasons
from tests.unit.domain.reached import (
    Way,
    by_answers,
    by_containment,
    by_ends,
    by_guards,
    by_people,
    by_plans,
)
from worker.domain.document.subject import SubjectDocument
from worker.domain.story.journal import broken_at, story
from worker.domain.story.reason import Reason

MODULES = (by_ends, by_plans, by_guards, by_people, by_answers, by_containment)
WAYS: dict[Reason, Way] = {reason: way for module in MODULES for reason, way in module.WAYS.items()}


def told(document: SubjectDocument) -> set[str]:
    """The reasons that a human can read in its journal."""
    return {one.partition(":")[2] for one in reasons(document)}


def test_every_reason_has_exactly_one_way_that_leads_to_it() -> None:
    assert sum(len(module.WAYS) for module in MODULES) == len(WAYS), "one has two ways"
    assert {str(one) for one in Reason} - {str(one) for one in WAYS} == set()


@pytest.mark.parametrize("reason", WAYS, ids=str)
def test_the_way_leads_there_and_the_story_says_so(reason: Reason) -> None:
    document = WAYS[reason]()
    assert str(reason) in told(document)
    assert broken_at(document.journal) is None
    assert len(story(document.journal).splitlines()) == len(document.journal)
