"""Replays a recording: the same decisions as in production, pure, as fast as one core allows.

Rules of this file: no clock but the recording's. What a decision wants done is claimed and
accepted at once; what comes of it is what the recording says next. What is known or late already
changes nothing, as in production.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from worker.backtest.assumed import Assumed
from worker.backtest.assumed_facts import AssumedFacts
from worker.backtest.assumed_node import POOL
from worker.backtest.recorded import Recorded
from worker.backtest.scope_book import ScopeBook
from worker.domain.calendar.window import Window
from worker.domain.deciding.decision import decide, wake_at
from worker.domain.deciding.handover import received
from worker.domain.deciding.outcome import Answer, Outcome, record
from worker.domain.deciding.policy import Policy
from worker.domain.document.identity import STORM, SubjectKind
from worker.domain.document.incident import Phase
from worker.domain.document.outbox import Intent
from worker.domain.document.subject import SubjectDocument
from worker.domain.incoming.absorb import absorb
from worker.domain.incoming.inbox import accept
from worker.domain.observed.evidence import Unknown
from worker.domain.observed.facts import Facts
from worker.domain.playbooks.pack import Pack
from worker.domain.scopes.scopes_seen import scopes_of
from worker.domain.story.journal import Entry
from worker.domain.story.reason import Reason

SETTLE_FOR_S = 6 * 3600.0  # after the last record: whatever is open by then stays open
ROUNDS_MAX = 8  # decisions of one subject at one moment, as in a turn
LOOK_EVERY_S = 60.0  # between two looks at a repair: six times rarer than live, and as conclusive
SINK = "back-test"  # receives every notice
STORM_KEY = STORM.key

Conditions = Callable[[SubjectDocument, Facts, float], dict[str, bool | Unknown]]


def replayed(policy: Policy) -> Policy:
    """The policy as it is replayed: repairs are looked at once a minute. A look comes at most that
    much later than live, and health is as unbroken as it is then."""
    look_s = max(policy.verify_every_s, min(LOOK_EVERY_S, policy.look_gap_max_s))
    return replace(policy, verify_every_s=look_s)


@dataclass
class Replay:
    """`told` is called with every journal entry as it is made. `services` is how many there are in
    the cluster."""

    pack: Pack
    policy: Policy
    services: int
    conditions: Conditions
    told: Callable[[str, Entry], None]
    windows: tuple[Window, ...] = ()
    documents: dict[str, SubjectDocument] = field(default_factory=dict)
    decisions: int = 0
    ends_s: float = 0.0
    _seen: dict[str, AssumedFacts] = field(default_factory=dict)
    _wakes: list[tuple[float, str]] = field(default_factory=list)
    _next_s: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.policy = replayed(self.policy)
        self.scopes = ScopeBook(self.policy, self.services)

    def run(self, recording: Iterable[Recorded]) -> Iterator[int]:
        """Go through it in its order, which must be that of time; yields how many were taken."""
        last_s = 0.0
        for count, one in enumerate(recording, start=1):
            last_s = max(last_s, one.at_s)
            self._until(last_s)
            self._take(one, last_s)
            yield count
        self.ends_s = last_s + SETTLE_FOR_S
        self._until(self.ends_s)

    def _take(self, one: Recorded, now_s: float) -> None:
        key = one.subject.key
        document = self.documents.get(key) or SubjectDocument(one.subject)
        news, seen = accept(document, (one.item,)), self._seen.get(key)
        if news is document:
            if seen is not None and seen.assumed.mutes(one.item, one.muted):
                self._turn(key, now_s)
            return
        if seen is None:
            seen = self._seen[key] = AssumedFacts(Assumed(one.subject, now_s))
        seen.assumed.take(one.item, now_s, muted=one.muted)
        self.documents[key] = news
        self._turn(key, now_s)

    def _until(self, until_s: float) -> None:
        """Every wake that is due by this moment."""
        while self._wakes and self._wakes[0][0] <= until_s:
            at_s, key = heapq.heappop(self._wakes)
            if self._next_s.get(key) == at_s:
                self._turn(key, at_s)

    def _turn(self, key: str, now_s: float) -> None:
        if key == STORM_KEY:
            self._tell_storm(now_s)  # now, while its document is not in hand
        before = document = self.documents[key]
        for _ in range(ROUNDS_MAX):
            document, acted = self._round(key, document, now_s)
            if not acted:
                break
        document = self._settled(document, now_s)
        self.documents[key] = document
        self._wake(
            key, None if self.rests(before, document) else wake_at(document, self.policy, now_s)
        )

    def rests(self, before: SubjectDocument, after: SubjectDocument) -> bool:
        """Whether only news can change anything about it: all of it was in a human's hands already
        and was seen to be sick, and time alone heals nothing here. Production looks at it all the
        same, and sees no more."""
        if after.subject == STORM or after.leases or after.scope_notes:
            return False
        waits = {one.id for one in before.open_incidents if one.phase is Phase.ESCALATED}
        return all(
            one.id in waits and one.phase is Phase.ESCALATED and one.streak is None
            for one in after.open_incidents
        )

    def _wake(self, key: str, at_s: float | None) -> None:
        self._next_s.pop(key, None)
        if at_s is not None:
            self._next_s[key] = at_s
            heapq.heappush(self._wakes, (at_s, key))

    def _round(
        self, key: str, document: SubjectDocument, now_s: float
    ) -> tuple[SubjectDocument, bool]:
        document = self.scopes.report(absorb(document, self.policy, now_s), now_s)
        if document.open_incidents and key != STORM_KEY:
            self._tell_storm(now_s)
        node = document.subject.kind is SubjectKind.NODE
        seen = self.scopes.seen(document.subject, POOL if node else "")
        facts = self._seen[key].facts(now_s, seen)
        answers = self.conditions(document, facts, now_s)
        if answers:
            facts = replace(facts, conditions=answers)
        decision = decide(document, facts, self.pack, self.policy, now_s, self.windows)
        self.decisions += 1
        document = decision.document
        for intent in decision.perform:
            document = self._performed(key, document, intent, now_s)
        return document, bool(decision.perform)

    def _performed(
        self, key: str, document: SubjectDocument, intent: Intent, now_s: float
    ) -> SubjectDocument:
        refused = self.scopes.claim(document.subject, intent, now_s)
        if refused is not None:
            outcome = Outcome(
                Answer.REJECTED, refused, scopes_of(document.subject, intent.node_pool)[0].text
            )
        else:
            outcome = Outcome(Answer.ACCEPTED, Reason.ACCEPTED, "assumed")
            self._seen[key].assumed.written(intent, now_s)
        return record(document, intent.id, outcome, self.policy, now_s)

    def _tell_storm(self, now_s: float) -> None:
        """Once a storm, by whoever sees it first."""
        alert = self.scopes.storm_to_tell(now_s)
        if alert is None:
            return
        document = self.documents.get(STORM_KEY) or SubjectDocument(STORM)
        self.documents[STORM_KEY] = accept(document, (alert,))
        self._seen.setdefault(STORM_KEY, AssumedFacts(Assumed(STORM, now_s)))
        self._wake(STORM_KEY, now_s)

    def _settled(self, document: SubjectDocument, now_s: float) -> SubjectDocument:
        """Everything owed is paid: the recording has sinks and topics that always answer."""
        for notice in document.notices:
            document = received(document, notice.id, sink=SINK, receipt="assumed", now_s=now_s)
        document = self.scopes.settle(document, now_s)
        unpublished = document.unpublished
        if not unpublished:
            return document
        for entry in unpublished:
            self.told(document.subject.text, entry)
        return replace(document, published_seq=document.journal_seq)
