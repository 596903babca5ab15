"""Everything with which people steer the worker: answers, holds, and demotions given back."""

from __future__ import annotations

from dataclasses import dataclass

from worker.engine.approvals import Approvals
from worker.engine.by_hand import ByHand
from worker.engine.demotions import Demotions
from worker.engine.holds import Holds
from worker.engine.ports import Clock, Inventory, StateStore, Telemetry, Waker
from worker.engine.reading import Reading
from worker.engine.scopes import Scopes


@dataclass(frozen=True, slots=True)
class Steering:
    approvals: Approvals
    holds: Holds
    demotions: Demotions

    @classmethod
    def of(
        cls,
        store: StateStore,
        scopes: Scopes,
        inventory: Inventory,
        waker: Waker,
        clock: Clock,
        telemetry: Telemetry,
    ) -> Steering:
        by_hand = ByHand(store, waker, telemetry)
        return cls(
            Approvals(Reading(store), by_hand, clock),
            Holds(store, scopes, by_hand, inventory, clock),
            Demotions(store, scopes, by_hand, clock),
        )
