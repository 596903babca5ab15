"""Decisions a second on one core, and what they cost when there is more of everything.

The peer is orjson, which writes and reads the same documents: whoever keeps a document durable
does that at every decision, whatever is decided, and nothing in Python does it faster. The ratio
says how many decisions fit into the time that one such round trip takes; it can't be bought by a
smaller document, which both sides would get.

Growth compares a decision with one in a smaller world, in the same run: `allowed` times the cost is
the goal, so that 1.00 holds it.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import replace

import orjson

from benchmarks.looks import Look, Looks
from benchmarks.result import Result, compare
from worker.domain.catalogue import Verb
from worker.domain.deciding.decision import decide as decided
from worker.domain.document.subject import INCIDENTS_OPEN_MAX, SubjectDocument
from worker.domain.incoming.absorb import absorb
from worker.domain.incoming.alert import Alert, AlertStatus
from worker.domain.incoming.inbox import accept
from worker.domain.playbooks.pack import Pack
from worker.domain.playbooks.playbook import Matcher, Mode, Playbook, Step
from worker.domain.scopes.scope import CLUSTER, Opened, ScopeDocument, Sick
from worker.domain.scopes.scopes_seen import ScopesSeen
from worker.packs import read_pack

RUNS = 5
GOAL = 0.25
PACK_SMALL, PACK_LARGE, PACK_ALLOWED = 10, 1000, 3.0
STORE_LARGE, STORE_ALLOWED = 1000, 10.0  # who acts writes down a digest of all that was seen
INCIDENTS_ALLOWED = 1.5  # one of many costs hardly more than one by itself
SERVICES_MANY = 10_000  # so that a thousand sick ones are no storm
SAMPLE = 400  # looks, evenly taken from the day
REPEATS = 20 * INCIDENTS_OPEN_MAX  # looks at an incident


def decide() -> list[Result]:
    """The rate against the peer, then three growths."""
    looks = Looks(read_pack())
    sample = looks.taken[:: max(1, len(looks.taken) // SAMPLE)]
    return [_rate(looks, sample), _packs(), _store(looks, sample), _incidents()]


def _rate(looks: Looks, sample: list[Look]) -> Result:
    def durable() -> None:
        for one in sample:
            orjson.loads(orjson.dumps(one.document))

    ours = [len(sample) / _cost_s(lambda: looks.decide(sample)) for _ in range(RUNS)]
    peer = [len(sample) / _cost_s(durable) for _ in range(RUNS)]
    bytes_each = sum(len(orjson.dumps(one.document)) for one in sample) / len(sample)
    print(
        f"{sorted(ours)[RUNS // 2]:,.0f} decisions/s, {sorted(peer)[RUNS // 2]:,.0f} round trips/s "
        f"of {bytes_each:,.0f} bytes",
        flush=True,
    )
    return compare("decide, against orjson on the same documents", ours, peer, GOAL)


def _packs() -> Result:
    """The same day with packs of which all but the shipped playbooks are about something else."""
    small, large = (Looks(_padded(size)) for size in (PACK_SMALL, PACK_LARGE))
    return _growth(
        f"decide, {PACK_LARGE} playbooks against {PACK_SMALL}", PACK_ALLOWED,
        lambda: small.decide(small.taken[:SAMPLE]), lambda: large.decide(large.taken[:SAMPLE]),
    )  # fmt: skip


def _padded(size: int) -> Pack:
    shipped = read_pack().playbooks
    wanted = {"crash-loop", "not-ready", "high-error-rate"}
    real = tuple(one for one in shipped if one.name in wanted)
    others = tuple(
        replace(real[0], name=f"other-{n}", match=Matcher(alerts=frozenset({f"Other{n}"})))
        for n in range(size - len(real))
    )
    return Pack(1, (*others[: size // 2], *real, *others[size // 2 :]))


def _store(looks: Looks, sample: list[Look]) -> Result:
    """The same looks in a cluster with one sick service and with a thousand."""
    alone, crowded = (_in_a_crowd(sample, size) for size in (1, STORE_LARGE))
    return _growth(
        f"decide, {STORE_LARGE} open incidents elsewhere against 1", STORE_ALLOWED,
        lambda: looks.decide(alone), lambda: looks.decide(crowded),
    )  # fmt: skip


def _in_a_crowd(sample: list[Look], size: int) -> list[Look]:
    since_s = sample[0].now_s - 86400.0
    cluster = ScopeDocument(
        CLUSTER.kind, CLUSTER.name,
        sick=tuple(Sick(f"service/crowd/Deployment/s-{n}", since_s, "crash_loop")
                   for n in range(size)),
        opened=tuple(Opened(f"inc-{n}", since_s) for n in range(min(size, 128))),
    )  # fmt: skip
    seen = ScopesSeen((cluster,), SERVICES_MANY)
    return [replace(one, facts=replace(one.facts, scopes=seen)) for one in sample]


def _incidents() -> Result:
    """One look at a subject with as many open incidents as fit, against one, for each of them."""
    playbook = Playbook("any", Matcher(), (Step(Verb.EVICT_POD),), soak_s=0.0)
    looks = Looks(Pack(1, (playbook,)), mode=Mode.OBSERVE)
    base = next(one for one in looks.taken if one.document.open_incidents)
    few, many = ([_with_incidents(looks, base, n)] * (REPEATS // n)
                 for n in (1, INCIDENTS_OPEN_MAX))  # fmt: skip
    return _growth(
        f"decide, each of {INCIDENTS_OPEN_MAX} open incidents against one", INCIDENTS_ALLOWED,
        lambda: looks.decide(few), lambda: looks.decide(many),
    )  # fmt: skip


def _with_incidents(looks: Looks, base: Look, count: int) -> Look:
    document = SubjectDocument(base.document.subject)
    alerts = [
        Alert(f"Own{n}", AlertStatus.FIRING, {"alertname": f"Own{n}"}, {}, base.now_s, None, str(n))
        for n in range(count)
    ]
    document = absorb(accept(document, alerts), looks.policy, base.now_s)
    look = Look(document, base.facts, base.now_s)
    after = decided(document, look.facts, looks.pack, looks.policy, look.now_s).document
    held = [one for one in after.open_incidents if one.hold is not None]
    assert len(held) == count, "each of them is considered, and none is passed by"
    return look


def _growth(
    name: str, allowed: float, small: Callable[[], None], large: Callable[[], None]
) -> Result:
    """How far below `allowed` times the small world's cost the large one's stays."""
    times = [_cost_s(large) / _cost_s(small) for _ in range(RUNS)]
    print(f"{name}: {sorted(times)[RUNS // 2]:.2f} times the cost, {allowed} allowed", flush=True)
    return compare(name, [allowed] * RUNS, times, 1.0)


def _cost_s(work: Callable[[], None]) -> float:
    """Seconds of this core; what others do on the machine doesn't count."""
    gc.collect()
    started_s = time.process_time()
    work()
    return time.process_time() - started_s
