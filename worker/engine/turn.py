"""One wake of a subject, start to durable end.

load → absorb → ask and observe → decide → persist → perform → settle. The document is durable
before anything is touched, and every outcome is saved by compare-and-swap: a turn that was
overtaken by another one loses its save, reloads and starts over.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from worker.domain.calendar.window import Window
from worker.domain.deciding.decision import abandon, decide, true_now_s, wake_at
from worker.domain.deciding.outcome import record
from worker.domain.deciding.policy import Policy
from worker.domain.document.subject import SubjectDocument
from worker.domain.incoming.absorb import absorb
from worker.domain.observed.question import questions
from worker.domain.playbooks.pack import Pack
from worker.engine.carry_out import CarryOut
from worker.engine.conditions import answers
from worker.engine.departure import Departure
from worker.engine.documents import Documents, Loaded
from worker.engine.failpoint import failpoint
from worker.engine.indexes import OpenIndex
from worker.engine.observe import Observe
from worker.engine.ports import Clock, Expressions, Telemetry, TransientError
from worker.engine.scope_reports import ScopeReports
from worker.engine.settle import Settle
from worker.engine.tracing import links_of, parent_of

ROUNDS_MAX = 8  # decide-and-perform rounds of one turn; what is left waits for the next wake
BUGS_MAX = 3  # turns of one subject that may fail by a bug before its incidents go to a human


@dataclass(frozen=True, slots=True)
class TurnParts:
    documents: Documents
    index: OpenIndex
    departure: Departure
    observe: Observe
    carry_out: CarryOut
    settle: Settle
    clock: Clock
    telemetry: Telemetry
    scope_reports: ScopeReports
    expressions: Expressions
    policy: Policy
    windows: tuple[Window, ...]
    pack: Callable[[], Pack]
    deadline_s: float


class Turn:
    def __init__(self, parts: TurnParts) -> None:
        self._parts = parts
        self._bugs: dict[str, int] = {}

    async def run(self, subject_key: str, *, traceparent: str = "") -> float | None:
        """Work on one subject; when to look at it again, None when it is settled.

        Raises TransientError or TimeoutError when the world kept it from its end: everything done
        so far is durable, and the sweep comes back to it.
        """
        async with asyncio.timeout(self._parts.deadline_s):
            return await self._run(subject_key, traceparent)

    async def _run(self, subject_key: str, traceparent: str) -> float | None:
        parts = self._parts
        loaded = await parts.documents.load(subject_key)
        if loaded is None:
            await parts.departure.forget(subject_key)
            return None
        parent = parent_of(loaded.document, traceparent)
        with parts.telemetry.span(
            "turn",
            parent=parent,
            links=links_of(loaded.document, traceparent, parent),
            subject=loaded.document.subject.text,
        ):
            return await self._finish(await self._rounds(subject_key, loaded))

    async def _rounds(self, subject_key: str, loaded: Loaded) -> SubjectDocument:
        parts = self._parts
        for _ in range(ROUNDS_MAX):
            saved = await self._round(loaded)
            if saved is not None:
                document, again = saved
                if not again:
                    return await self._settle(document)
            reloaded = await parts.documents.load(subject_key)
            if reloaded is None:  # an older store was put back just now
                raise TransientError(f"document {subject_key} vanished inside a turn")
            loaded = reloaded
        return await self._settle(loaded.document)

    async def _settle(self, document: SubjectDocument) -> SubjectDocument:
        lead_s = await self._lead_s()
        now_s = self._parts.clock.now_s() - lead_s
        document = await self._parts.scope_reports.settle(document, now_s)
        return await self._parts.settle.settle(document, lead_s)

    async def _round(self, loaded: Loaded) -> tuple[SubjectDocument, bool] | None:
        """The document as stored, and whether to look again at once; None when a save was lost."""
        parts, policy = self._parts, self._parts.policy
        skew_s = await parts.observe.skew_s()
        now_s = true_now_s(parts.clock.now_s(), skew_s, policy)
        document = absorb(loaded.document, policy, now_s)
        document = await parts.scope_reports.report(document, now_s)
        facts = await parts.observe.facts(questions(document), skew_s)
        document = await parts.scope_reports.placed(document, facts, now_s)
        scopes = await parts.scope_reports.seen(document, now_s, facts.node_pool)
        facts = replace(facts, scopes=scopes)
        facts = replace(facts, root=await parts.scope_reports.root(document, facts, now_s))
        pack = parts.pack()
        yes = answers(document, facts, pack, policy, now_s, parts.expressions)
        facts = replace(facts, conditions=yes)
        await failpoint("turn.slow")
        decision = decide(document, facts, pack, policy, parts.clock.now_s(), parts.windows)
        if decision.document != loaded.document:
            await parts.index.add([document.subject])
            if not await parts.documents.save(decision.document, loaded.version):
                parts.telemetry.count("turns_overtaken")
                return None
            self._told(loaded.document, decision.document)
        if not decision.perform:
            return decision.document, False
        await failpoint("turn.intent_durable")
        for intent in decision.perform:
            now_s = true_now_s(parts.clock.now_s(), skew_s, policy)  # looking took its time
            outcome = await parts.carry_out.carry_out(document.subject, intent, now_s)
            at_s = true_now_s(parts.clock.now_s(), skew_s, policy)
            await self._change(
                document.subject.key,
                lambda stored, i=intent.id, o=outcome, t=at_s: record(stored, i, o, policy, t),  # type: ignore[misc]
            )
        return decision.document, True

    async def _finish(self, document: SubjectDocument) -> float | None:
        parts = self._parts
        self._bugs.pop(document.subject.key, None)
        if document.settled:
            return await parts.departure.leave(document)
        lead_s = await self._lead_s()
        wake_s = wake_at(document, parts.policy, parts.clock.now_s() - lead_s)
        return None if wake_s is None else wake_s + lead_s

    async def _lead_s(self) -> float:
        """How far our clock is ahead of the document's time: nothing, unless it is wrong."""
        now_s, skew_s = self._parts.clock.now_s(), await self._parts.observe.skew_s()
        return now_s - true_now_s(now_s, skew_s, self._parts.policy)

    async def _change(
        self, subject_key: str, change: Callable[[SubjectDocument], SubjectDocument]
    ) -> None:
        before: list[SubjectDocument] = []

        def remember(stored: SubjectDocument) -> SubjectDocument:
            before[:] = [stored]
            return change(stored)

        after = await self._parts.documents.change(subject_key, remember)
        if after is not None:
            self._told(before[0], after)

    def _told(self, before: SubjectDocument, after: SubjectDocument) -> None:
        fresh = tuple(entry for entry in after.journal if entry.seq > before.journal_seq)
        if fresh:
            self._parts.telemetry.entries(after.subject.text, fresh)

    async def failed(self, subject_key: str, error: Exception) -> None:
        """A turn ended by a bug of ours: counted, and after a few a human is told."""
        count = self._bugs.get(subject_key, 0) + 1
        self._bugs[subject_key] = count
        if count < BUGS_MAX:
            return
        parts, now_s = self._parts, self._parts.clock.now_s()
        words = f"{type(error).__name__} in {count} turns"
        await self._change(subject_key, lambda one: abandon(one, parts.policy, now_s, words))
        loaded = await parts.documents.load(subject_key)
        if loaded is not None:
            await parts.settle.settle(loaded.document, await self._lead_s())
