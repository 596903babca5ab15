"""The pack in force: a better one takes its place at once, and nothing else ever does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.simulation.fakes.recording_telemetry import RecordingTelemetry
from tests.unit.adapters.playbook_texts import GOOD, changed, load, pack
from tests.unit.engine.parts import SetClock
from worker.adapters.playbook_files import PlaybookError
from worker.adapters.playbook_reload import LOOK_EVERY_S, ReloadingPack
from worker.domain.playbooks.pack import Pack

OTHER = changed("attempts: 1", "attempts: 2", GOOD + "      attempts: 1\n")


class Folder:
    """A folder that is looked at, with what is read and counted."""

    def __init__(self, path: Path) -> None:
        self.path = pack(path, mine=GOOD)
        self.clock = SetClock()
        self.telemetry = RecordingTelemetry()
        self.while_reading: Callable[[], None] | None = None
        self.reads = 0
        self.reloading = ReloadingPack(path, self.read, self.clock, self.telemetry)

    def read(self) -> Pack:
        self.reads += 1
        loaded = load(self.path)
        if self.while_reading is not None:
            self.while_reading()
        return loaded

    async def look(self, **files: str) -> Pack:
        """After these files were written."""
        if files:
            pack(self.path, **{"pack": "version: 7\n", **files})
        await self.reloading.look()
        return self.reloading.current()

    def refusals(self) -> dict[str, int]:
        return {
            dict(labels)["error"]: amount
            for (name, labels), amount in self.telemetry.counted.items()
            if name == "playbooks_refused"
        }


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


async def test_a_higher_version_takes_its_place(folder: Folder) -> None:
    first = folder.reloading.current()
    second = await folder.look(pack="version: 8\n", mine=OTHER)
    assert (first.version, second.version) == (7, 8)
    assert [one.playbooks[0].steps[0].attempts_max for one in (first, second)] == [1, 2]
    assert folder.telemetry.total("playbooks_swapped") == 1
    assert folder.refusals() == {}
    assert folder.reloading.refused == ""


async def test_what_is_the_same_is_not_read_again(folder: Folder) -> None:
    first = folder.reloading.current()
    assert await folder.look() is first
    assert folder.reads == 1


@pytest.mark.parametrize(
    ("files", "error", "words"),
    [
        ({"pack": "version: 8\n", "mine": "[", "more": "["}, "unreadable", "mine.yaml:1:2: no YA"),
        ({"pack": "version: 6\n", "mine": OTHER}, "older", "version 6 is older than 7"),
        ({"pack": "version: 6\n"}, "older", "version 6 is older than 7"),
        ({"mine": OTHER}, "same_version", "it was changed, and its version is 7 still; raise it"),
    ],
    ids=["broken", "older", "older and the same", "changed only"],
)
async def test_the_last_good_one_stays(
    folder: Folder, files: dict[str, str], error: str, words: str
) -> None:
    first = folder.reloading.current()
    assert await folder.look(**files) is first
    assert words in folder.reloading.refused
    assert folder.refusals() == {error: 1}
    assert await folder.look() is first
    assert folder.refusals() == {error: 1}, "said once, not at every look"
    mended = await folder.look(pack="version: 9\n", mine=OTHER, more=changed("mine", "more"))
    assert mended.version == 9
    assert folder.reloading.refused == ""


async def test_a_file_that_is_gone_is_a_change_too(folder: Folder) -> None:
    (folder.path / "mine.yaml").unlink()
    await folder.look()
    assert folder.refusals() == {"same_version": 1}
    assert len(folder.reloading.current().playbooks) == 1


async def test_a_folder_that_is_gone(folder: Folder) -> None:
    for path in folder.path.iterdir():
        path.unlink()
    folder.path.rmdir()
    await folder.look()
    assert "pack.yaml:1:1: missing" in folder.reloading.refused
    assert folder.reloading.current().version == 7


async def test_a_comment_changes_nothing_and_is_no_error(folder: Folder) -> None:
    first = folder.reloading.current()
    assert await folder.look(mine=f"# why\n{GOOD}") is first
    assert folder.refusals() == {}


async def test_what_is_half_written_is_not_judged(folder: Folder) -> None:
    """A file is written while the folder is read: only the next look may say something."""

    def write() -> None:
        (folder.path / "mine.yaml").write_text(OTHER.replace("attempts: 2", "attempts: 3"))

    folder.while_reading = write
    first = folder.reloading.current()
    assert await folder.look(pack="version: 8\n", mine=OTHER) is first
    assert (folder.reloading.refused, folder.refusals()) == ("", {})
    folder.while_reading = None
    second = await folder.look()
    assert (second.version, second.playbooks[0].steps[0].attempts_max) == (8, 3)


async def test_a_config_map_is_a_link_that_is_moved(tmp_path: Path) -> None:
    old, new, mount = tmp_path / "1", tmp_path / "2", tmp_path / "mount"
    for path, text, version in ((old, GOOD, 7), (new, OTHER, 8)):
        path.mkdir()
        pack(path, mine=text, pack=f"version: {version}\n")
    mount.mkdir()
    (mount / "..data").symlink_to(old)
    for name in ("pack.yaml", "mine.yaml"):
        (mount / name).symlink_to(Path("..data") / name)
    reloading = ReloadingPack(mount, lambda: load(mount), SetClock(), RecordingTelemetry())
    (mount / "..new").symlink_to(new)
    (mount / "..new").rename(mount / "..data")
    await reloading.look()
    assert reloading.current().version == 8


async def test_it_looks_every_few_seconds(folder: Folder) -> None:
    def write(times: int) -> None:
        if times == 2:
            pack(folder.path, pack="version: 8\n", mine=OTHER)

    folder.clock.on_sleep = write
    task = asyncio.create_task(folder.reloading.run())
    async with asyncio.timeout(10.0):
        while folder.reloading.current().version == 7:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    task.cancel()
    assert set(folder.clock.slept_s) == {LOOK_EVERY_S}


def test_without_a_good_one_there_is_nothing_to_keep(tmp_path: Path) -> None:
    with pytest.raises(PlaybookError):
        ReloadingPack(tmp_path, lambda: load(tmp_path), SetClock(), RecordingTelemetry())
