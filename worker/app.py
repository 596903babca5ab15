"""Composition: the engine around its ports. The runtimes choose the adapters, this wires them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import uuid4

from worker.actions import ACTIONS
from worker.domain.playbook import Pack
from worker.engine.accept import Accept
from worker.engine.dead_letters import DeadLetters
from worker.engine.delivery import Decode
from worker.engine.documents import Documents
from worker.engine.indexes import OpenIndex, RecentIndex
from worker.engine.observe import Observe
from worker.engine.perform import Perform
from worker.engine.ports import (
    Clock,
    ClusterApi,
    DeadLetterTopic,
    Inventory,
    JournalTopic,
    KillSwitch,
    Monitor,
    Sink,
    StateStore,
    Telemetry,
    Waker,
)
from worker.engine.reading import Reading
from worker.engine.settle import Settle
from worker.engine.shell import Shell
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


@dataclass(frozen=True, slots=True)
class Engine:
    """What the runtimes drive and the interfaces read."""

    accept: Accept
    shell: Shell
    sweep: Sweep
    reading: Reading
    dead_letters: DeadLetters


def build_engine(adapters: Adapters, settings: Settings) -> Engine:
    """Wire the engine; starts nothing."""
    a = adapters
    index = OpenIndex(a.store)
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
        clock=a.clock,
        telemetry=a.telemetry,
        every_s=settings.sweep_every_s,
    )
    turn = _turn(a, index, settings)
    shell = Shell(turn, a.waker, a.telemetry, turns_at_once=settings.turns_at_once)
    return Engine(accept, shell, sweep, Reading(a.store), dead_letters)


def _turn(a: Adapters, index: OpenIndex, settings: Settings) -> Turn:
    documents = Documents(a.store)
    return Turn(
        TurnParts(
            documents=documents,
            index=index,
            recent=RecentIndex(a.store),
            observe=Observe(
                probes=probes(a.cluster, a.monitor, a.kill_switch, settings.annotation_prefix),
                cluster=a.cluster,
                clock=a.clock,
                telemetry=a.telemetry,
                probe_timeout_s=settings.probe_timeout_s,
            ),
            perform=Perform(
                actions=ACTIONS,
                cluster=a.cluster,
                kill_switch=a.kill_switch,
                telemetry=a.telemetry,
                annotation_prefix=settings.annotation_prefix,
                write_timeout_s=settings.write_timeout_s,
            ),
            settle=Settle(
                documents=documents,
                journal=a.journal,
                sinks=a.sinks,
                clock=a.clock,
                telemetry=a.telemetry,
                policy=settings.policy,
                send_timeout_s=settings.send_timeout_s,
            ),
            clock=a.clock,
            telemetry=a.telemetry,
            policy=settings.policy,
            pack=a.pack,
            deadline_s=settings.turn_deadline_s,
            instance=uuid4().hex[:12],
        )
    )
