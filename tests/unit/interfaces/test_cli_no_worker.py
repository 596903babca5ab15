"""`aiopsctl` asks something that answers and is no worker: said so, with what to do."""

from __future__ import annotations

import asyncio

import pytest

from tests.unit.adapters.http_server import Answer, json_answer, serving
from tests.unit.interfaces.cli_stage import aiopsctl

READING = (("incidents",), ("show", "x"), ("deadletter", "list"), ("deadletter", "show", "x"))
NO_WORKERS = [
    pytest.param(Answer(200, b"<html>login</html>"), "JSONDecodeError", id="a page"),
    pytest.param(Answer(200, b""), "JSONDecodeError", id="nothing"),
    pytest.param(Answer(200, b"\xff\xfe\xfa"), "UnicodeDecodeError", id="bytes"),
]


@pytest.mark.parametrize("words", READING, ids=" ".join)
@pytest.mark.parametrize(("answer", "why"), NO_WORKERS)
async def test_a_server_that_is_no_worker_is_named(
    words: tuple[str, ...], answer: Answer, why: str
) -> None:
    async with serving([answer]) as server:
        done = await aiopsctl(*words, "--server", server.url)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == (
        f"Error: {server.url} is no worker ({why}); name another with --server or AIOPS_SERVER\n"
    )


@pytest.mark.parametrize("words", [("incidents",), ("deadletter", "list")], ids=" ".join)
@pytest.mark.parametrize("value", [None, {}, {"error": "no"}, "text", 7], ids=repr)
async def test_a_server_that_lists_nothing_is_no_worker(
    words: tuple[str, ...], value: object
) -> None:
    async with serving([json_answer(value)]) as server:
        done = await aiopsctl(*words, "--server", server.url)
    assert (done.exit_code, done.stdout) == (1, "")
    assert f"{server.url} is no worker; name another with --server" in done.stderr


async def test_a_server_that_speaks_no_http_is_no_worker() -> None:
    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.6\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        url = "http://{}:{}".format(*server.sockets[0].getsockname())
        done = await aiopsctl("incidents", "--server", url)
    assert (done.exit_code, done.stdout) == (1, "")
    assert f"{url} is no worker (BadStatusLine)" in done.stderr


@pytest.mark.parametrize("url", ["http://[::1", "http://worker:port", "http://wor ker/"])
async def test_an_address_that_is_none_is_no_worker(url: str) -> None:
    done = await aiopsctl("incidents", "--server", url)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: ")
    assert "--server or AIOPS_SERVER" in done.stderr
    assert isinstance(done.exception, SystemExit)
