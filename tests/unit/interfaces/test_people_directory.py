"""Who is taken out of the file is out soon; a file that can't be read opens and keeps no door."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from worker.adapters.yaml_nodes import YamlFileError
from worker.interfaces.people_directory import KEPT_S, LOOK_EVERY_S, PeopleDirectory

HEAD = "apiVersion: aiops/v1\nkind: People\npeople:\n"


def entry(name: str) -> str:
    return (
        f"  - {{name: {name}, role: viewer, sha256: {hashlib.sha256(name.encode()).hexdigest()}}}\n"
    )


@dataclass
class Stage:
    path: Path
    now_s: float = 100.0
    told: list[str] = field(default_factory=list)

    def write(self, *names: str) -> None:
        self.path.write_text(HEAD + "".join(map(entry, names)))

    def open(self) -> PeopleDirectory:
        return PeopleDirectory(self.path, self.told.append, lambda: self.now_s)

    async def names(self, directory: PeopleDirectory, later_s: float = LOOK_EVERY_S) -> list[str]:
        self.now_s += later_s
        return [one.name for one in await directory.people()]


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    made = Stage(tmp_path / "people.yaml")
    made.write("alice", "bob")
    return made


async def test_who_is_taken_out_is_out(stage: Stage) -> None:
    directory = stage.open()
    assert await stage.names(directory) == ["alice", "bob"]
    stage.write("alice")
    assert await stage.names(directory) == ["alice"]
    stage.write("alice", "carol")
    assert await stage.names(directory) == ["alice", "carol"]
    assert stage.told == []


async def test_a_file_that_is_replaced_is_read(stage: Stage) -> None:
    """As a Secret is: another file under the same name, whatever its time says."""
    directory = stage.open()
    before = stage.path.stat()
    other = stage.path.with_suffix(".new")
    other.write_text(HEAD + entry("carol") + entry("dora")[:-1] + " ")
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.replace(stage.path)
    assert await stage.names(directory) == ["carol", "dora"]


async def test_it_is_looked_at_once_a_second_at_most(stage: Stage) -> None:
    directory = stage.open()
    stage.write("alice")
    assert await stage.names(directory, later_s=LOOK_EVERY_S / 2) == ["alice", "bob"]
    assert await stage.names(directory, later_s=LOOK_EVERY_S / 2) == ["alice"]


async def test_what_was_read_last_counts_for_a_minute_and_no_longer(stage: Stage) -> None:
    directory = stage.open()
    stage.path.write_text("people: [")
    assert await stage.names(directory) == ["alice", "bob"]
    assert await stage.names(directory, later_s=KEPT_S - LOOK_EVERY_S - 0.1) == ["alice", "bob"]
    assert await stage.names(directory) == []
    (told,) = stage.told
    assert "no YAML" in told
    stage.write("carol")
    assert await stage.names(directory) == ["carol"]


async def test_a_file_that_goes_away_closes_too_and_comes_back(stage: Stage) -> None:
    directory = stage.open()
    text = stage.path.read_text()
    stage.path.unlink()
    assert await stage.names(directory) == ["alice", "bob"]
    assert await stage.names(directory, later_s=KEPT_S) == []
    stage.path.write_text(text)
    assert await stage.names(directory) == ["alice", "bob"]


async def test_a_quiet_hour_is_no_trouble(stage: Stage) -> None:
    directory = stage.open()
    assert await stage.names(directory, later_s=3600.0) == ["alice", "bob"]


async def test_opened_to_everybody_it_counts_no_more(stage: Stage) -> None:
    directory = stage.open()
    stage.path.chmod(0o666)
    await stage.names(directory)
    assert await stage.names(directory, later_s=KEPT_S) == []
    assert "everybody may write it" in stage.told[0]


async def test_each_new_trouble_is_told_once(stage: Stage) -> None:
    directory = stage.open()
    for text in ("people: [", "people: [", "kind: X"):
        stage.path.write_text(text)
        await stage.names(directory)
        await stage.names(directory)
    assert len(stage.told) == 2


def test_at_the_start_a_broken_file_is_an_error(stage: Stage) -> None:
    stage.path.write_text("people: [")
    with pytest.raises(YamlFileError):
        stage.open()
