"""Bodies of requests that change something: hostile ones are answered in words, and do nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.unit.interfaces.people_port import People, bearer, people
from tests.unit.interfaces.team import detail, people_file, post, shown_by, token
from worker.interfaces.rest.bodies import BODY_MAX_BYTES

HOLD = {"scope": {"namespace": "shop"}, "for": "30m", "words": "migrating"}
DIGEST = "d" * 64
NONCE = "0" * 16


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[People]:
    async with people(tmp_path, people=people_file(tmp_path)) as opened:
        yield opened


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"", 400, "no JSON"),
        (b"{", 400, "no JSON"),
        (b"[]", 400, "list; send an object with scope, for, words"),
        (b"7", 400, "int; send an object"),
        (b'{"for": "1h", "for": "2h"}', 400, "key 'for' twice"),
        (b"\xff\xfe", 400, "no UTF-8"),
        (b'{"words": "\\ud800"}', 400, "half a character"),
        (b'{"a": {"b": {"c": 1}}}', 400, "nested deeper than 2"),
        (b"[" * 3000, 400, "deeper"),
        (b'{"for": NaN}', 400, "no JSON"),
        ({}, 422, "scope is missing; send scope, for, words"),
        ({"scope": {"cluster": True}}, 422, "for is missing"),
        ({**HOLD, "mode": "auto"}, 422, "'mode' is unknown; known here: scope, for, words"),
        ({**HOLD, "x" * 200: 1}, 422, "is unknown"),
        ({**HOLD, "scope": "shop"}, 422, "send an object with one of subject, namespace, cluster"),
        ({**HOLD, "scope": {}}, 422, "with one of"),
        ({**HOLD, "scope": {"namespace": "shop", "cluster": True}}, 422, "with one of"),
        ({**HOLD, "scope": {"node": "n"}}, 422, "'node' is unknown; known here: subject, namesp"),
        ({**HOLD, "scope": {"cluster": False}}, 422, "cluster: send true"),
        ({**HOLD, "scope": {"cluster": 1}}, 422, "cluster: send true"),
        ({**HOLD, "scope": {"namespace": "Shop"}}, 422, "write the name of a namespace"),
        ({**HOLD, "scope": {"namespace": "../etc"}}, 422, "write the name of a namespace"),
        ({**HOLD, "scope": {"namespace": 7}}, 422, "namespace: 7"),
        ({**HOLD, "scope": {"subject": "web"}}, 422, "'web' is no subject; write it as in"),
        ({**HOLD, "scope": {"subject": "service/shop/web"}}, 404, "the cluster has no"),
        ({**HOLD, "scope": {"subject": "shop/Deployment/a b"}}, 422, "is no subject"),
        ({**HOLD, "scope": {"subject": "a\nb"}}, 422, "subject: 'a\\nb'; write it as in"),
        ({**HOLD, "scope": {"subject": ""}}, 422, "subject: ''"),
        ({**HOLD, "for": "forever"}, 422, "for: 'forever'; write a time from 60s to 24h"),
        ({**HOLD, "for": "59s"}, 422, "from 60s to 24h, such as 30m"),
        ({**HOLD, "for": "25h"}, 422, "from 60s to 24h"),
        ({**HOLD, "for": "-1h"}, 422, "from 60s to 24h"),
        ({**HOLD, "for": 3600}, 422, "for: 3600; write a time"),
        ({**HOLD, "for": None}, 422, "for: None; write a time"),
        ({**HOLD, "words": 7}, 422, "words: 7; write at most 240 printable characters"),
        ({**HOLD, "words": "a\x1b[2Jb"}, 422, "printable characters"),
        ({**HOLD, "words": "x" * 241}, 422, "at most 240"),
    ],
)
async def test_what_is_wrong_is_said_with_field_value_and_remedy(
    served: People, body: object, status: int, words: str
) -> None:
    reply = await post(served, "/holds", body)
    assert reply.status == status, reply.body
    assert words in detail(reply)
    assert served.rig.store.saved("") == 0


async def test_what_is_repeated_of_a_wrong_value_is_short(served: People) -> None:
    reply = await post(served, "/holds", {**HOLD, "for": "x" * 3000})
    assert reply.status == 422
    assert len(reply.body) < 300


async def test_a_body_beyond_the_bound_is_not_read_to_its_end(served: People) -> None:
    reply = await post(served, "/holds", b"x" * (BODY_MAX_BYTES + 1))
    assert reply.status == 413
    assert f"more than {BODY_MAX_BYTES} bytes" in detail(reply)


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "json"]
)
async def test_what_a_form_can_send_is_not_taken(served: People, kind: str) -> None:
    headers = {**bearer(token("olaf")), "Content-Type": kind}
    reply = await served.port.post("/api/v1/holds", b'{"scope": {"cluster": true}}', headers)
    assert reply.status == 415
    assert "send application/json" in detail(reply)


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "https://worker.evil.example", "null", "", "http://", "worker"],
)
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/holds", HOLD),
        ("/holds/resume", {"scope": {"cluster": True}}),
        ("/demotions/lift", {"playbook": "p", "namespace": "shop"}),
        ("/approvals/inc-0123456789ab-r1/approve", {"digest": DIGEST, "nonce": NONCE}),
        ("/approvals/inc-0123456789ab-r1/reject", {"digest": DIGEST, "nonce": NONCE}),
    ],
)
async def test_no_page_of_anybody_elses_steers(
    served: People, path: str, body: object, origin: str
) -> None:
    """Whatever token it got hold of: a browser says where a request comes from."""
    reply = await post(served, path, body, Origin=origin)
    assert reply.status == 403
    assert "is not this worker; call it directly" in detail(reply)
    assert served.rig.store.saved("") == 0


@pytest.mark.parametrize("origin", ["http://worker", "https://worker", "HTTPS://Worker"])
async def test_a_page_of_ours_may(served: People, origin: str) -> None:
    """`worker` is the Host of the request."""
    assert (await post(served, "/holds", HOLD, Origin=origin)).status == 201


async def test_a_charset_beside_the_type_is_fine(served: People) -> None:
    headers = shown_by("olaf", **{"Content-Type": "Application/JSON; charset=utf-8"})
    raw = b'{"scope": {"cluster": true}, "for": "1h"}'
    assert (await served.port.post("/api/v1/holds", raw, headers)).status == 201
