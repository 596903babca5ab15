"""What is left of a process that was killed: its lock is free, what it acknowledged is there."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.unit.engine.rig import on_disk
from worker.adapters.sqlite.store import DatabaseInUseError, SqliteStore
from worker.engine.ports import Save

ROOT = Path(__file__).parents[3]

# Saves one document after the other, and says each number once its save was acknowledged.
WRITER = """
import asyncio, sys
from pathlib import Path
from worker.adapters.sqlite.store import SqliteStore
from worker.engine.ports import Save

async def main():
    store = SqliteStore(Path(sys.argv[1]))
    for number in range(int(sys.argv[2])):
        key = f"document-{number}"
        assert await store.save([Save(key, {"n": number}, "")]) == {key}
        print(number, flush=True)
    await asyncio.sleep(3600)

asyncio.run(main())
"""


@contextmanager
def writing(path: Path, count: int) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), str(count)],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def until_acknowledged(process: subprocess.Popen[str], number: int) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if int(line) == number:
            return
    raise AssertionError(f"ended before {number} was acknowledged")


async def test_another_process_is_refused_until_the_first_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "aiops.db"
    with writing(path, 1) as process:
        until_acknowledged(process, 0)
        with pytest.raises(DatabaseInUseError):
            SqliteStore(path)
        process.send_signal(signal.SIGKILL)
        process.wait()
        store = SqliteStore(path)  # the lock file is still there; the lock is not
        assert (await store.load(["document-0"]))["document-0"].value == {"n": 0}
        assert await store.save([Save("document-0", {"n": 1}, "1")]) == {"document-0"}
        await store.close()


async def test_what_was_acknowledged_survives_a_kill_at_that_moment(tmp_path: Path) -> None:
    path = tmp_path / "aiops.db"
    with writing(path, 1000) as process:
        until_acknowledged(process, 20)
        process.send_signal(signal.SIGKILL)
        process.wait()
    store = SqliteStore(path)
    keys = [f"document-{number}" for number in range(21)]
    loaded = await store.load(keys)
    assert [loaded[key].value["n"] for key in keys] == list(range(21))
    await store.close()


async def test_an_acknowledged_save_is_in_the_file_for_everybody(tmp_path: Path) -> None:
    """Not only in the memory of the process that saved it."""
    path = tmp_path / "aiops.db"
    store = SqliteStore(path)
    for number in range(20):
        await store.save([Save("a", {"n": number}, str(number or ""))])
        assert await asyncio.to_thread(on_disk, path, "a") == {"n": number}
    await store.close()
