"""One assumed service, as the tests of back-testing look at it."""

from __future__ import annotations

from tests.unit.backtest.recordings import SERVICES, recorded
from tests.unit.domain.builders import NOW_S
from worker.backtest.assumed import Assumed
from worker.backtest.assumed_facts import AssumedFacts
from worker.domain.catalogue import Verb
from worker.domain.document.identity import Subject, SubjectKind, Target
from worker.domain.document.outbox import Intent
from worker.domain.observed.evidence import RolloutHealth
from worker.domain.observed.facts import Facts
from worker.domain.observed.history import RolloutHistory
from worker.domain.observed.pods import Pod, PodHealth
from worker.domain.scopes.scopes_seen import ScopesSeen

WEB = Subject(SubjectKind.SERVICE, "shop", "Deployment/web")
SCOPES = ScopesSeen((), SERVICES)


class Seen:
    """Facts of `web` after some records."""

    def __init__(self, *values: object, subject: Subject = WEB) -> None:
        self.of = AssumedFacts(Assumed(subject, NOW_S))
        self.take(*values)

    def take(self, *values: object, muted: bool = False) -> None:
        for one in recorded(*values):
            self.of.assumed.take(one.item, one.at_s, muted=muted)

    def write(self, verb: Verb, at_s: float, target: str = "web", **given: int | str) -> None:
        kind = "Pod" if verb is Verb.EVICT_POD else "Deployment"
        intent = Intent(
            id=f"intent-{verb}", incident="inc", action=verb, fence="1", generation=1,
            target=Target(kind, "shop", target, "uid"), decided_at_s=NOW_S, sent_at_s=NOW_S,
            parameters=given,
        )  # fmt: skip
        self.of.assumed.written(intent, NOW_S + at_s)

    def facts(self, at_s: float = 0.0) -> Facts:
        return self.of.facts(NOW_S + at_s, SCOPES)

    def rollout(self, at_s: float = 0.0) -> RolloutHealth:
        found = self.facts(at_s).rollout
        assert isinstance(found, RolloutHealth)
        return found

    def pods(self, at_s: float = 0.0) -> tuple[Pod, ...]:
        found = self.facts(at_s).pods
        assert isinstance(found, PodHealth)
        return found.pods

    def pod(self, name: str, at_s: float = 0.0) -> Pod:
        (found,) = (one for one in self.pods(at_s) if one.target.name == name)
        return found

    def templates(self) -> list[str]:
        found = self.facts().history
        assert isinstance(found, RolloutHistory)
        return [one.template for one in found.revisions]
