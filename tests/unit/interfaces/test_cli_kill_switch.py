"""`aiopsctl kill-switch`: with the account of whoever turns it, and what it says when it can't.

What a real API server makes of it is shown in tests/e2e/test_kill_switch.py.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp import web
from click.testing import Result

from tests.unit.interfaces.cli_stage import UNSAFE, aiopsctl
from tests.unit.interfaces.http_call import free_port
from tests.unit.interfaces.people_port import people

PATH = "/api/v1/namespaces/aiops-system/configmaps"
Json = dict[str, Any]


@dataclass
class Api:
    """One ConfigMap on an API server: patched, created and read as the real one does it."""

    kept: Json | None
    url: str = ""
    refuses: tuple[int, str] | None = None
    keeps: bool = True
    asked: list[tuple[str, str, str]] = field(default_factory=list)

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        self.asked.append((request.method, request.path, request.headers.get("Authorization", "")))
        if self.refuses is not None:
            return web.json_response({"message": self.refuses[1]}, status=self.refuses[0])
        if request.method == "POST":
            self.kept = await request.json()
        elif self.kept is None:
            return web.json_response({"kind": "Status", "status": "Failure"}, status=404)
        elif request.method == "PATCH" and self.keeps:
            change = await request.json()
            self.kept["data"] = {**self.kept.get("data", {}), **change["data"]}
            self.kept["metadata"] = {**self.kept["metadata"], **change["metadata"]}
        return web.json_response(self.kept)


@asynccontextmanager
async def api(kept: Json | None) -> AsyncIterator[Api]:
    made = Api(kept)
    runner = web.ServerRunner(web.Server(made.answer))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    made.url = f"http://{host}:{port}"
    try:
        yield made
    finally:
        await runner.cleanup()


def switch(stop: str | None = None) -> Json:
    return {
        "metadata": {"name": "aiops-kill-switch"},
        "data": {} if stop is None else {"stop": stop},
    }


async def call(folder: Path, url: str, *words: str, typed: str = "") -> Result:
    made = {
        "apiVersion": "v1", "kind": "Config", "current-context": "c",
        "clusters": [{"name": "c", "cluster": {"server": url}}],
        "users": [{"name": "u", "user": {"token": "mine"}}],
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
    }  # fmt: skip
    path = folder / "kubeconfig"
    path.write_text(yaml.safe_dump(made))
    return await aiopsctl("kill-switch", *words, "--kubeconfig", str(path), typed=typed)


@pytest.mark.parametrize("before", [None, "false", "true"])
async def test_on_stops_and_says_so(tmp_path: Path, before: str | None) -> None:
    async with api(switch(before)) as server:
        done = await call(tmp_path, server.url, "on", "--reason", "it went mad")
        assert (done.exit_code, done.stderr) == (0, "")
        assert "kill switch set: no write is sent" in done.stdout
        assert "it went mad" in done.stdout
        assert server.kept is not None
        assert server.kept["data"] == {"stop": "true"}
        assert server.asked == [
            ("PATCH", f"{PATH}/aiops-kill-switch", "Bearer mine"),
            ("GET", f"{PATH}/aiops-kill-switch", "Bearer mine"),
        ]


async def test_a_missing_switch_is_made(tmp_path: Path) -> None:
    async with api(None) as server:
        done = await call(tmp_path, server.url, "on")
        assert done.exit_code == 0
        assert server.kept is not None
        assert server.kept["data"] == {"stop": "true"}
        assert server.kept["metadata"]["name"] == "aiops-kill-switch"
        assert ("POST", PATH, "Bearer mine") in server.asked


async def test_off_asks_and_says_why_it_was_set(tmp_path: Path) -> None:
    async with api(switch()) as server:
        await call(tmp_path, server.url, "on", "--reason", "it went mad")
        for typed in ("n\n", "\n", ""):
            refused = await call(tmp_path, server.url, "off", typed=typed)
            assert refused.exit_code == 1
            assert (
                "Shall the worker act on the cluster again? It was set: it went" in refused.stderr
            )
        assert server.kept is not None
        assert server.kept["data"] == {"stop": "true"}
        done = await call(tmp_path, server.url, "off", typed="y\n")
        assert done.exit_code == 0
        assert "not set: writes are let through" in done.stdout
        assert server.kept["data"] == {"stop": "false"}
        assert (await call(tmp_path, server.url, "off", "--yes")).exit_code == 0


@pytest.mark.parametrize(
    ("kept", "stops", "there"),
    [
        (switch("false"), False, True),
        (switch("true"), True, True),
        (switch("no"), True, True),
        (switch(), True, True),
        (None, True, False),
    ],
)
async def test_status_reads_it_as_the_worker_does(
    tmp_path: Path, kept: Json | None, stops: bool, there: bool
) -> None:
    async with api(kept) as server:
        done = await call(tmp_path, server.url, "status", "-o", "json")
        assert {method for method, _, _ in server.asked} == {"GET"}
    found = json.loads(done.stdout)
    assert (found["set"], found["there"]) == (stops, there)
    assert (found["namespace"], found["name"]) == ("aiops-system", "aiops-kill-switch")


async def test_without_the_right_it_says_so_and_what_else_there_is(tmp_path: Path) -> None:
    async with api(switch()) as server:
        server.refuses = (403, 'User "eve" cannot patch resource "configmaps"\x07\u202e')
        done = await call(tmp_path, server.url, "on")
    assert (done.exit_code, done.stdout) == (1, "")
    assert 'User "eve" cannot patch' in done.stderr
    assert "name an account that may with --kubeconfig" in done.stderr
    assert "kubectl -n aiops-system patch configmap aiops-kill-switch" in done.stderr
    assert not UNSAFE.search(done.output)


async def test_a_switch_that_was_not_turned_is_no_success(tmp_path: Path) -> None:
    async with api(switch("false")) as server:
        server.keeps = False
        done = await call(tmp_path, server.url, "on")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "was not turned" in done.stderr


async def test_nobody_answers(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    for words in (("on",), ("off", "--yes"), ("status",)):
        done = await call(tmp_path, url, *words)
        assert (done.exit_code, done.stdout) == (1, ""), words
        assert ("kubectl" in done.stderr) is (words == ("on",)), "opening is not made easy"
        assert isinstance(done.exception, SystemExit)


async def test_another_place_may_be_named(tmp_path: Path) -> None:
    async with api(switch()) as server:
        done = await call(tmp_path, server.url, "on", "--namespace", "ops", "--name", "halt")
        assert done.exit_code == 0
        path = "/api/v1/namespaces/ops/configmaps/halt"
        assert {asked for _, asked, _ in server.asked} == {path}
        hostile = await call(tmp_path, server.url, "on", "--namespace", "../kube-system")
        assert hostile.exit_code == 1
        assert "is no object name" in hostile.stderr


async def test_the_worker_may_be_asked_what_it_sees(tmp_path: Path) -> None:
    async with people(tmp_path) as served:
        words = ("kill-switch", "status", "--ask-worker", "--server", served.port.url)
        open_ = await aiopsctl(*words)
        served.rig.cluster.switch_unreadable = True
        unreadable = await aiopsctl(*words, "-o", "json")
    assert "writes are let through" in open_.stdout
    assert json.loads(unreadable.stdout)["set"] is True
