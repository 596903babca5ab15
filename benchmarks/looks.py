"""What decisions are measured on: the documents and facts of a replayed day, as they came."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace

from benchmarks.recorded_week import week
from worker.adapters.expressions.evaluator import CelExpressions
from worker.backtest.recording import read_file
from worker.backtest.replay import Replay
from worker.backtest.survey import Recording
from worker.domain.deciding.decision import decide
from worker.domain.deciding.policy import Policy
from worker.domain.document.subject import SubjectDocument
from worker.domain.observed.evidence import Unknown
from worker.domain.observed.facts import Facts
from worker.domain.playbooks.pack import Pack
from worker.domain.playbooks.playbook import Mode
from worker.engine.conditions import answers

RECORDS, SERVICES = 1500, 100


@dataclass(frozen=True, slots=True)
class Look:
    """The input of one decision."""

    document: SubjectDocument
    facts: Facts
    now_s: float


class Looks:
    """The inputs of every decision of a replay, with these playbooks."""

    def __init__(self, pack: Pack, *, mode: Mode = Mode.AUTO) -> None:
        self.pack = pack
        self.policy = Policy(mode=mode)
        self.taken: list[Look] = []
        self._expressions = CelExpressions()
        text = b"".join(week(RECORDS, SERVICES))
        recording = Recording([lambda: read_file(io.BytesIO(text))])
        replay = Replay(pack, self.policy, SERVICES, self._conditions, lambda *_: None)
        for _ in replay.run(recording.records()):
            pass
        self.policy = replay.policy

    def decide(self, looks: list[Look]) -> None:
        """Every decision once more."""
        for one in looks:
            decide(one.document, one.facts, self.pack, self.policy, one.now_s)

    def _conditions(
        self, document: SubjectDocument, facts: Facts, now_s: float
    ) -> dict[str, bool | Unknown]:
        found = answers(document, facts, self.pack, self.policy, now_s, self._expressions)
        self.taken.append(Look(document, replace(facts, conditions=found), now_s))
        return found
