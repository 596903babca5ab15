"""A port that somebody else has: the start ends with a word of it, it doesn't wait for ever."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from socket import socket

import pytest

from tests.unit.interfaces.http_call import LIVENESS_S, free_port
from tests.unit.interfaces.test_cli_run import KUBECONFIG
from worker.interfaces.serving import Listener, PortTakenError, all_open, drain

ROOT = Path(__file__).parents[3]


@pytest.fixture
def taken() -> Iterator[int]:
    with socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield int(other.getsockname()[1])


@pytest.mark.parametrize("whose", ["AIOPS_PEOPLE_PORT", "AIOPS_SIDECAR_PORT"])
def test_beside_a_sidecar_a_taken_port_ends_the_worker_with_the_remedy(
    tmp_path: Path, taken: int, whose: str
) -> None:
    (tmp_path / "kubeconfig").write_text(KUBECONFIG)
    done = subprocess.run(
        [sys.executable, "-m", "worker"],
        cwd=tmp_path,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "AIOPS_KUBECONFIG": str(tmp_path / "kubeconfig"),
            "AIOPS_PEOPLE_PORT": str(free_port()),
            "AIOPS_SIDECAR_PORT": str(free_port()),
            "DAPR_HTTP_PORT": str(free_port()),  # nobody listens there
            whose: str(taken),
        },
        capture_output=True, text=True, check=False, timeout=LIVENESS_S,
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert f"127.0.0.1:{taken} is taken, or not ours to listen on" in done.stderr
    assert "give this worker another port (AIOPS_PEOPLE_PORT, AIOPS_SIDECAR_PORT)" in done.stderr
    assert "Traceback" not in done.stderr


async def nothing(_scope: object, _receive: object, _send: object) -> None:
    """An app that is never asked."""


def listener(port: int) -> Listener:
    return Listener(nothing, host="127.0.0.1", port=port, drain_s=1.0)


async def test_all_open_returns_once_each_port_takes_connections() -> None:
    ports = [free_port(), free_port()]
    listeners = [listener(port) for port in ports]
    serving = [asyncio.create_task(one.serve()) for one in listeners]
    async with asyncio.timeout(LIVENESS_S):
        await all_open(listeners, serving)
        for port in ports:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
    await drain(listeners, serving, 1.0)
    assert [one.done() for one in serving] == [True, True]


@pytest.mark.parametrize("place", [0, 1])
async def test_all_open_raises_what_kept_a_port_from_opening(taken: int, place: int) -> None:
    ports = [free_port(), free_port()]
    ports[place] = taken
    listeners = [listener(port) for port in ports]
    serving = [asyncio.create_task(one.serve()) for one in listeners]
    async with asyncio.timeout(LIVENESS_S):
        with pytest.raises(PortTakenError, match=f":{taken} is taken"):
            await all_open(listeners, serving)
    await drain(listeners, serving, 1.0)
    assert [one.done() for one in serving] == [True, True]


async def test_all_open_raises_any_other_end_of_a_server_too() -> None:
    async def broken() -> None:
        raise RuntimeError("a bug of ours")

    async with asyncio.timeout(LIVENESS_S):
        with pytest.raises(RuntimeError, match="a bug of ours"):
            await all_open([listener(free_port())], [asyncio.create_task(broken())])
