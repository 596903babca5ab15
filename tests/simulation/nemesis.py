"""What goes wrong, how often, and the proof that it did: every fault is drawn and counted here."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from random import Random


@dataclass(frozen=True, slots=True)
class Rates:
    """Probability of each fault, each time it could happen."""

    crash: float = 0.0  # at any await of the engine: its memory is lost
    load_fails: float = 0.0
    save_fails: float = 0.0  # nothing was written
    save_unanswered: float = 0.0  # written, and the answer lost
    read_fails: float = 0.0
    write_not_sent: float = 0.0
    write_unanswered: float = 0.0  # applied, and the answer lost
    write_late: float = 0.0  # no answer, applied up to LATE_MAX_S later
    write_unavailable: float = 0.0  # 503, not applied
    write_throttled: float = 0.0  # 429, not applied
    monitor_fails: float = 0.0
    rules_fail: float = 0.0
    sink_fails: float = 0.0
    journal_fails: float = 0.0
    wake_lost: float = 0.0
    delivery_again: float = 0.0
    delivery_late: float = 0.0
    garbled: float = 0.0  # in one batch with an alert comes what nobody can read
    resolved_falsely: float = 0.0
    person_acts: float = 0.0  # holds, announces, deletes a pod, scales up
    answer_wrong: float = 0.0  # to another question
    answer_by_machine: float = 0.0
    answer_no: float = 0.0
    answer_again: float = 0.0  # the same yes twice
    pack_behind: float = 0.0  # a replica starts with yesterday's playbooks
    store_restored: float = 0.0  # an old dump is put back


CALM = Rates()
CRUEL = Rates(
    crash=0.0005,
    load_fails=0.01,
    save_fails=0.02,
    save_unanswered=0.02,
    read_fails=0.03,
    write_not_sent=0.1,
    write_unanswered=0.2,
    write_late=0.1,
    write_unavailable=0.05,
    write_throttled=0.05,
    monitor_fails=0.03,
    rules_fail=0.03,
    sink_fails=0.3,
    journal_fails=0.1,
    wake_lost=0.1,
    delivery_again=0.2,
    delivery_late=0.2,
    garbled=0.05,
    resolved_falsely=0.05,
    person_acts=0.3,
    answer_wrong=0.1,
    answer_by_machine=0.1,
    answer_no=0.05,
    answer_again=0.3,
    pack_behind=0.1,
    store_restored=0.08,
)
LATE_MAX_S = 34.0  # the API server may apply a timed-out write for so long


@dataclass
class Nemesis:
    random: Random
    rates: Rates
    happened: Counter[str] = field(default_factory=Counter)

    def strikes(self, fault: str) -> bool:
        """Whether this fault happens now; it is counted when it does."""
        if self.random.random() >= getattr(self.rates, fault):
            return False
        self.happened[fault] += 1
        return True

    def rest(self) -> None:
        """No more faults from now on: what is owed has to be settled."""
        self.rates = CALM
