"""Whose trace a turn continues: that of the alert it has to decide about, whoever woke it."""

from __future__ import annotations

import pytest

from tests.unit.domain.builders import NOW_S, POLICY, RESOLVED, acting, opened, verifying
from tests.unit.domain.builders import alert as made
from tests.unit.engine.parts import RecordedSpan
from tests.unit.engine.rig import NOBODY, SHOP, Rig, alert, body
from worker.adapters.telemetry import LINKS_MAX
from worker.domain.deciding.decision import abandon
from worker.domain.document.incident import Phase
from worker.domain.document.subject import SubjectDocument
from worker.domain.incoming.absorb import absorb
from worker.domain.incoming.alert import Alert
from worker.domain.incoming.inbox import accept
from worker.engine.tracing import links_of, parent_of


def trace(number: int, span: int = 7) -> str:
    return f"00-{number:032x}-{span:016x}-01"


def traced(number: int, name: str = "KubePodCrashLooping", **words: str) -> Alert:
    one = made(name, **words)  # type: ignore[arg-type]
    return Alert(
        name=one.name, status=one.status, labels=one.labels, annotations={},
        starts_at_s=one.starts_at_s, ends_at_s=None, fingerprint=one.fingerprint,
        traceparent=trace(number) if number else "",
    )  # fmt: skip


EMPTY = SubjectDocument(SHOP)
CALLER = trace(99)
ESCALATED = abandon(opened(traced(1)), POLICY, NOW_S, "")


def with_trace(document: SubjectDocument, *numbers: int) -> SubjectDocument:
    """More alerts of the same cause, in the incident that is there."""
    news = [traced(number, pod=f"pod-{number}") for number in numbers]
    return absorb(accept(document, news), POLICY, NOW_S)


@pytest.mark.parametrize(
    ("document", "parent"),
    [
        pytest.param(EMPTY, CALLER, id="nothing to decide"),
        pytest.param(opened(traced(1)), trace(1), id="open"),
        pytest.param(with_trace(acting(), 1), trace(1), id="acting"),
        pytest.param(with_trace(verifying(), 1), CALLER, id="verifying"),
        pytest.param(ESCALATED, CALLER, id="in a human's hands"),
        pytest.param(accept(EMPTY, [traced(1)]), trace(1), id="still in the inbox"),
        pytest.param(
            accept(with_trace(verifying(), 1), [traced(2, "Odd")]), trace(2),
            id="verifying, and an alert came",
        ),
        pytest.param(accept(opened(traced(1)), [traced(2)]), trace(1), id="the older one first"),
        pytest.param(opened(traced(0)), CALLER, id="an alert without a trace"),
        pytest.param(opened(traced(0), traced(3, "Odd")), trace(3), id="the first that has one"),
        pytest.param(
            absorb(accept(EMPTY, [traced(4, status=RESOLVED)]), POLICY, NOW_S),
            CALLER, id="nothing opened",
        ),
    ],
)  # fmt: skip
def test_whose_trace_goes_on(document: SubjectDocument, parent: str) -> None:
    assert parent_of(document, CALLER) == parent
    assert parent_of(document, "") == ("" if parent == CALLER else parent)


@pytest.mark.parametrize("number", [1, 2])
def test_a_caller_of_one_of_its_alerts_is_continued_as_it_calls(number: int) -> None:
    """The span in which the alert was accepted has woken it: the trace is the same already."""
    document = opened(traced(1), traced(2, pod="web-2"))
    caller = trace(number, span=8)
    assert parent_of(document, caller) == caller


@pytest.mark.parametrize("caller", ["nonsense", "00-", "-", "a-b", "00-" + "1" * 32])
def test_a_caller_without_a_trace_is_no_alerts_trace(caller: str) -> None:
    assert parent_of(opened(traced(1)), caller) == trace(1)
    assert parent_of(opened(traced(0)), caller) == caller


@pytest.mark.parametrize("parent", [trace(1), trace(2), CALLER])
def test_all_others_are_linked_and_none_twice(parent: str) -> None:
    document = accept(opened(traced(1), traced(2, "Odd"), traced(0, pod="w")), [traced(3, "New")])
    everything = {trace(1), trace(2), trace(3), CALLER}
    links = links_of(document, CALLER, parent)
    assert set(links) == everything - {parent}
    assert len(links) == len(set(links))
    assert links_of(document, "", parent) == tuple(sorted(everything - {parent, CALLER}))


def test_closed_incidents_are_linked_no_more() -> None:
    assert links_of(EMPTY, CALLER, CALLER) == ()
    assert links_of(ESCALATED, CALLER, CALLER) == (trace(1),)


def turns(rig: Rig) -> list[RecordedSpan]:
    return [one for one in rig.telemetry.spans if one.name == "turn"]


async def test_a_sweep_continues_the_undecided_alerts_trace_and_a_verifying_turn_its_callers(
    rig: Rig,
) -> None:
    pod = await rig.deploy_sick()
    await rig.deliver_traced(body(alert(namespace="shop", pod=pod)), trace(1))
    await rig.engine.shell.work(SHOP.key, traceparent=CALLER)
    accepted = (await rig.document()).incidents[0].alerts[0].traceparent
    assert accepted.split("-")[1] == trace(1).split("-")[1]
    rig.clock.pass_s(61.0)
    await rig.engine.shell.work(SHOP.key)
    assert (await rig.document()).incidents[0].phase is Phase.VERIFYING
    rig.clock.pass_s(10.0)
    await rig.engine.shell.work(SHOP.key, traceparent=CALLER)
    await rig.engine.shell.work(SHOP.key)
    assert [one.parent for one in turns(rig)] == [accepted, accepted, CALLER, ""]
    assert [one.links for one in turns(rig)] == [(CALLER,), (), (accepted,), (accepted,)]


@pytest.mark.parametrize("links", [2, LINKS_MAX + 8])
async def test_merged_alerts_are_linked_however_many(rig: Rig, links: int) -> None:
    alerts = [
        alert(f"Odd{number}", namespace="nowhere", at_s=rig.clock.now_s())
        for number in range(links)
    ]
    for number, one in enumerate(alerts):
        parent = f"00-{number + 1:032x}-00f067aa0ba902b7-01"
        await rig.deliver_traced(body(one), parent)
    await rig.engine.shell.work(NOBODY.key, traceparent=rig.wakes.woken[0][1])
    turn = next(one for one in rig.telemetry.spans if one.name == "turn")
    assert turn.parent == rig.wakes.woken[0][1]
    assert len(set(turn.links)) == links - 1, "all but the one that it continues"
    assert turn.parent not in turn.links
