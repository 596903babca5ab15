"""`aiopsctl hold|resume|demotions|why` on a worker."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from click.testing import Result

from tests.unit.adapters.http_server import json_answer, serving
from tests.unit.engine.asking import SOAKED_S
from tests.unit.engine.rig import SHOP, alert, body
from tests.unit.interfaces.cli_stage import UNSAFE, aiopsctl
from tests.unit.interfaces.people_port import People, people
from tests.unit.interfaces.team import people_file, token
from worker.domain.guards import GUARDS

WEB = "shop/Deployment/web"


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[People]:
    async with people(tmp_path, people=people_file(tmp_path)) as opened:
        await opened.rig.deploy_sick()
        yield opened


async def call(served: People, *words: str, by: str = "olaf") -> Result:
    return await aiopsctl(*words, AIOPS_SERVER=served.port.url, AIOPS_API_TOKEN=token(by))


@pytest.mark.parametrize(
    ("place", "where"),
    [
        ((WEB,), SHOP.text),
        ((SHOP.text,), SHOP.text),
        (("--namespace", "shop"), "namespace shop"),
        (("--cluster",), "cluster"),
    ],
)
async def test_hold_list_and_resume(served: People, place: tuple[str, ...], where: str) -> None:
    now_s = served.rig.clock.now_s()
    done = await call(served, "hold", *place, "--for", "2h", "--reason", "migrating", by="ann")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{where} is on hold by ann, for ")
    listed = await call(served, "hold", "--list", "-o", "json", by="vera")
    (one,) = json.loads(listed.stdout)
    assert (one["where"], one["by"], one["words"]) == (where, "ann", "migrating")
    assert one["until_s"] == now_s + 7200.0
    table = (await call(served, "hold", "--list")).stdout
    assert table.splitlines()[0].split()[:3] == ["WHERE", "WHAT", "BY"]
    resumed = await call(served, "resume", *place)
    assert (resumed.exit_code, resumed.stdout) == (0, f"{where}: the hold by ann is lifted\n")
    assert (await call(served, "hold", "--list")).stderr == "Nothing is on hold.\n"
    again = await call(served, "resume", *place)
    assert (again.exit_code, again.stdout) == (3, "")
    assert f"{where} was not on hold by hand" in again.stderr


async def test_an_hour_is_what_is_meant_without_a_time(served: People) -> None:
    done = await call(served, "hold", "--cluster", "-o", "json")
    held = json.loads(done.stdout)
    assert held["until_s"] - held["since_s"] == 3600.0


@pytest.mark.parametrize(
    "place", [(), (WEB, "--cluster"), ("--namespace", "shop", "--cluster"), (WEB, "--namespace=x")]
)
@pytest.mark.parametrize("command", ["hold", "resume"])
async def test_one_place_has_to_be_named(command: str, place: tuple[str, ...]) -> None:
    done = await aiopsctl(command, *place)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "name one of: SUBJECT" in done.stderr


async def test_what_is_wrong_is_said_in_the_workers_words(served: People) -> None:
    for words, told in (
        (("hold", "--cluster", "--for", "2 days"), "for: '2 days'; write a time from 60s to 24h"),
        (("hold", "--namespace", "Shop"), "namespace: 'Shop'; write the name of a namespace"),
        (("hold", "web"), "'web' is no subject; write it as in `aiopsctl incidents`"),
    ):
        done = await call(served, *words)
        assert (done.exit_code, done.stdout) == (1, ""), words
        assert told in done.stderr
    missing = await call(served, "hold", "shop/Deployment/nobody")
    assert missing.exit_code == 3
    assert "the cluster has no service/shop/Deployment/nobody" in missing.stderr
    small = await call(served, "resume", "--cluster", by="ann")
    assert small.exit_code == 1
    assert "this takes the role operator" in small.stderr


async def test_demotions(served: People) -> None:
    done = await call(served, "demotions", "list")
    assert (done.exit_code, done.stderr) == (0, "No playbook lost its mode.\n")
    lift = await call(served, "demotions", "lift", "crash-loop", "--namespace", "shop")
    assert lift.exit_code == 3
    assert "nothing lowered crash-loop for all of namespace shop" in lift.stderr


async def test_demotions_as_people_read_them() -> None:
    one = {
        "playbook": "crash-loop", "namespace": "shop", "subject": "", "mode": "suggest",
        "since_s": 0.0, "until_s": None, "reason": "worse", "what": "inc-1-s1-a1",
    }  # fmt: skip
    unreadable = {"namespace": "kitchen", "unreadable": "schema 99"}
    async with serving([json_answer([one, unreadable]), json_answer([one])]) as server:
        listed = await aiopsctl("demotions", "list", "--server", server.url)
        lifted = await aiopsctl(
            "demotions", "lift", "crash-loop", "--namespace", "shop", "--server", server.url
        )
    _, first, second = listed.stdout.splitlines()
    assert first.split()[:4] == ["crash-loop", "shop", "-", "suggest"]
    assert "inc-1-s1-a1 ended as worse" in first
    assert first.endswith("when lifted")
    assert "schema 99" in second
    assert lifted.stdout == "crash-loop has its mode back for namespace shop\n"


async def why(served: People, *more: str) -> Result:
    rig = served.rig
    pods = [one for one in rig.cluster.world.of("Pod") if one["metadata"]["namespace"] == "shop"]
    await rig.deliver(body(alert(namespace="shop", pod=pods[0]["metadata"]["name"])))
    await rig.turn()
    rig.clock.pass_s(SOAKED_S)
    return await call(served, "why", (await rig.document()).incidents[0].id, *more, by="vera")


async def test_why_says_what_each_guard_says_in_words(served: People) -> None:
    await call(served, "hold", WEB, "--reason", "migrating", by="ann")
    done = await why(served)
    assert (done.exit_code, done.stderr) == (0, "")
    for words in (
        "phase       open, held: soaking since ",
        "playbook    crash-loop (matches causes crash_loop)",
        "mode        auto (installation auto)",
        "  rollout         2 of 3 replicas available",
        "  namespace shop: 1 of 1 leases left; 5 of 5 acts left in 600 s",
        "would act on shop/Pod/web-1-",
        "✗ nobody at work  person at work: hold on this subject by ann. migrating (until ",
        "✓ kill switch",
        "next      it waits (person at work) and is looked at again, in ",
    ):
        assert words in done.stdout, words
    asked = [line for line in done.stdout.splitlines() if line.startswith(("  ✓", "  ✗"))]
    guards = [name.__name__.replace("_", " ") for name in GUARDS]
    assert [line[4:].split("  ")[0] for line in asked][-len(guards) :] == guards


async def test_why_as_data(served: People) -> None:
    found = json.loads((await why(served, "-o", "json")).stdout)
    assert found["subject"] == SHOP.text
    assert found["next"].startswith("evict pod")


async def test_why_of_what_is_not_there_is_3(served: People) -> None:
    done = await call(served, "why", "inc-none")
    assert (done.exit_code, done.stdout) == (3, "")
    assert "list them with `aiopsctl incidents --all`" in done.stderr


async def test_nothing_in_an_answer_moves_the_cursor() -> None:
    evil = "evil\x1b[2J\u202e"
    held = {"where": evil, "what": evil, "by": evil, "words": evil, "since_s": 0.0, "until_s": 0.0}
    async with serving([json_answer([held])]) as server:
        done = await aiopsctl("hold", "--list", "--server", server.url)
    assert "evil" in done.stdout
    assert not UNSAFE.search(done.output)
