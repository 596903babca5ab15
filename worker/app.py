"""Composition: the engine around its ports. The runtimes choose the adapters, this wires them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import uuid4

from worker.actions import ACTIONS
from worker.domain.calendar.window import Window
from worker.domain.playbooks.pack import Pack
from worker.engine.accept import Accept
from worker.engine.archive import Archive
from worker.engine.carry_out import CarryOut
from worker.engine.dead_letters import DeadLetters
from worker.engine.delivery import Decode
from worker.engine.departure import Departure
from worker.engine.documents import Documents
from worker.engine.explaining import Explaining
from worker.engine.indexes import OpenIndex, RecentIndex
from worker.engine.observe import Observe
from worker.engine.perform import Perform
from worker.engine.ports import (
    Clock,
    ClusterApi,
    DeadLetterTopic,
    Expressions,
    Inventory,
    JournalTopic,
    KillSwitch,
    Monitor,
    Rules,
    Sink,
    StateStore,
    Telemetry,
    Waker,
)
from worker.engine.reading import Reading
from worker.engine.reclaim import Reclaim
from worker.engine.roots import Roots
from worker.engine.scope_reports import ScopeReports
from worker.engine.scopes import Scopes
from worker.engine.settle import Settle
from worker.engine.shell import Shell
from worker.engine.steering import Steering
from worker.engine.sweep import Sweep
from worker.engine.turn import Turn, TurnParts
from worker.probes import probes
from worker.settings import Settings


@dataclass(frozen=True, slots=True)
class Adapters:
    """One of each port. `monitor` is None where no Alertmanager is configured."""

    store: StateStore
    cluster: ClusterApi
    inventory: Inventory
    kill_switch: KillSwitch
    journal: JournalTopic
    dead_letter_topic: DeadLetterTopic
    sinks: Sequence[Sink]
    monitor: Monitor | None
    waker: Waker
    clock: Clock
    telemetry: Telemetry
    decode: Decode
    pack: Callable[[], Pack]
    expressions: Expressions
    rules: Rules | None = None
    windows: tuple[Window, ...] = ()


@dataclass(frozen=True, slots=True)
class Engine:
    """What the runtimes drive and the interfaces read."""

    accept: Accept
    shell: Shell
    sweep: Sweep
    reading: Reading
    dead_letters: DeadLetters
    steering: Steering
    explaining: Explaining
    kill_switch: KillSwitch


def build_engine(adapters: Adapters, settings: Settings) -> Engine:
    """Wire the engine; starts nothing."""
    a = adapters
    index = OpenIndex(a.store)
    scopes, observe = Scopes(a.store, settings.policy), _observe(a, settings)
    dead_letters = DeadLetters(a.store, a.dead_letter_topic, a.clock)
    accept = Accept(
        documents=Documents(a.store),
        index=index,
        dead_letters=dead_letters,
        inventory=a.inventory,
        waker=a.waker,
        clock=a.clock,
        telemetry=a.telemetry,
        decode=a.decode,
        deadline_s=settings.accept_deadline_s,
    )
    sweep = Sweep(
        index=index,
        dead_letters=dead_letters,
        waker=a.waker,
        reclaim=Reclaim(
            scopes=scopes, documents=Documents(a.store), index=index, inventory=a.inventory,
            observe=observe, waker=a.waker, clock=a.clock,
        ),
        clock=a.clock,
        telemetry=a.telemetry,
        every_s=settings.sweep_every_s,
    )  # fmt: skip
    turn = _turn(a, index, scopes, observe, settings)
    shell = Shell(turn, a.waker, a.telemetry, turns_at_once=settings.turns_at_once)
    reading = Reading(a.store)
    steering = Steering.of(a.store, scopes, a.inventory, a.waker, a.clock, a.telemetry)
    explaining = Explaining(
        reading=reading, observe=observe, scopes=scopes,
        roots=Roots(Documents(a.store), index, a.waker), inventory=a.inventory,
        expressions=a.expressions, clock=a.clock, policy=settings.policy, windows=a.windows,
        pack=a.pack, deadline_s=settings.turn_deadline_s,
    )  # fmt: skip
    return Engine(accept, shell, sweep, reading, dead_letters, steering, explaining, a.kill_switch)


def _turn(
    a: Adapters, index: OpenIndex, scopes: Scopes, observe: Observe, settings: Settings
) -> Turn:
    documents = Documents(a.store)
    return Turn(
        TurnParts(
            documents=documents,
            index=index,
            departure=Departure(
                documents=documents,
                index=index,
                recent=RecentIndex(a.store),
                clock=a.clock,
                instance=uuid4().hex[:12],
            ),
            observe=observe,
            scope_reports=ScopeReports(
                scopes=scopes,
                documents=documents,
                roots=Roots(documents, index, a.waker),
                inventory=a.inventory,
                policy=settings.policy,
            ),
            expressions=a.expressions,
            carry_out=CarryOut(scopes, _perform(a, settings)),
            settle=Settle(
                documents=documents,
                journal=a.journal,
                archive=Archive(a.store, keep_days=settings.journal_keep_days),
                sinks=a.sinks,
                clock=a.clock,
                telemetry=a.telemetry,
                policy=settings.policy,
                send_timeout_s=settings.send_timeout_s,
            ),
            clock=a.clock,
            telemetry=a.telemetry,
            policy=settings.policy,
            windows=a.windows,
            pack=a.pack,
            deadline_s=settings.turn_deadline_s,
        )
    )


def _perform(a: Adapters, settings: Settings) -> Perform:
    return Perform(
        actions=ACTIONS,
        cluster=a.cluster,
        kill_switch=a.kill_switch,
        telemetry=a.telemetry,
        annotation_prefix=settings.annotation_prefix,
        write_timeout_s=settings.write_timeout_s,
    )


def _observe(a: Adapters, settings: Settings) -> Observe:
    return Observe(
        probes=probes(a.cluster, a.monitor, a.kill_switch, a.rules, settings.annotation_prefix),
        cluster=a.cluster,
        clock=a.clock,
        telemetry=a.telemetry,
        probe_timeout_s=settings.probe_timeout_s,
    )
