"""The stories, as a human reads them: compared exactly with their files.

After a change of a sentence read what it makes of them all: `UPDATE_STORIES=1 pytest tests/stories`
writes them anew, which is refused where `CI=true`.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.stories import changes, containing, patience, people, sizes
from tests.stories.telling import Story

FOLDER = Path(__file__).parent
LINE_LENGTH_MAX = 90
STORIES = sorted(
    (one for module in (changes, containing, patience, people, sizes) for one in module.STORIES),
    key=lambda story: story.name,
)


def update_wanted() -> bool:
    return os.environ.get("UPDATE_STORIES") == "1"


def file_of(story: Story) -> Path:
    return FOLDER / f"{story.name}.txt"


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_it_is_told_word_for_word(story: Story) -> None:
    if update_wanted():
        assert os.environ.get("CI") != "true", "stories are written by people who read them"
        file_of(story).write_text(story.text)
    assert story.text == file_of(story).read_text()


def test_every_file_has_its_story_and_the_numbers_leave_no_gap() -> None:
    names = [story.name for story in STORIES]
    assert [path.stem for path in sorted(FOLDER.glob("*.txt"))] == names
    assert [int(name[:2]) for name in names] == [*range(1, len(names) + 1)]
    assert len(names) >= 20


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_it_can_be_read_at_night(story: Story) -> None:
    """Short lines, whole sentences, no gaps that a template left, and no words of a program."""
    title, _, *lines = story.text.splitlines()
    assert title.endswith(".")
    assert all(len(line) <= LINE_LENGTH_MAX for line in lines)
    for entry in re.split(r"\n(?=\d\d:\d\d:\d\d  )", "\n".join(lines)):
        told = re.sub(r"\s+", " ", entry).strip()
        assert re.search(r"[.!?:]$", told), told
        assert not re.search(r"\(\)|\{|\}|None|  ?[,;]|\.\.|: \.|\w+_\w+", told), told
