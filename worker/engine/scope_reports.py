"""What a subject and its scopes tell each other: who is sick, what is owed, whether it storms.

A subject reports itself as sick before anything is decided about it, so that its own sickness
counts, and as well once nothing of it is open. A storm is told once, by whoever sees it first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from worker.domain.alert import Alert, AlertStatus
from worker.domain.correlation import Inventory
from worker.domain.evidence import Unknown
from worker.domain.identity import STORM
from worker.domain.inbox import accept as put_into_inbox
from worker.domain.policy import Policy
from worker.domain.scope import CLUSTER, ScopeDocument, Sick
from worker.domain.scopes_seen import ScopesSeen
from worker.domain.storm import storm
from worker.domain.subject import SubjectDocument
from worker.engine.documents import Documents
from worker.engine.indexes import CONFLICTS_MAX, OpenIndex
from worker.engine.ports import PermanentError, TransientError, Waker
from worker.engine.scopes import Scopes, reports

STORM_ALERT = "aiops/storm"  # no monitor's: this name can't come in from outside as this subject


@dataclass(frozen=True, slots=True)
class ScopeReports:
    scopes: Scopes
    documents: Documents
    index: OpenIndex
    inventory: Inventory
    waker: Waker
    policy: Policy

    async def report(self, document: SubjectDocument, now_s: float) -> SubjectDocument:
        """Tell the cluster's document when this subject fell sick or got well. Raises
        TransientError; a document that can't be read leaves it untold, and nothing is done."""
        sick = bool(document.open_incidents) and reports(document.subject)
        if sick == document.reported_sick:
            return document
        known = self.inventory.services()
        cause = document.open_incidents[0].cause if sick else ""
        mine = Sick(document.subject.text, now_s, cause) if sick else None
        opened = {one.id: one.opened_at_s for one in document.open_incidents}
        try:
            await self.scopes.report(document.subject, mine, opened, known or 0, now_s)
        except PermanentError:
            return document
        return replace(document, reported_sick=sick)

    async def seen(self, document: SubjectDocument, now_s: float) -> ScopesSeen | Unknown:
        """The scope documents for this decision; a storm that nobody was told of is told now."""
        if not document.open_incidents:
            return Unknown("not asked")
        known = self.inventory.services()
        services = Unknown("the inventory is not read yet") if known is None else known
        try:
            seen = await self.scopes.seen(document.subject, services)
        except PermanentError as error:
            return Unknown(str(error))
        if seen.cluster is not None and known is not None:
            await self._tell_storm(seen.cluster, known, now_s)
        return seen

    async def settle(self, document: SubjectDocument, now_s: float) -> SubjectDocument:
        """Give back leases that have ended, apply what is owed to scopes, report what got well.
        Raises TransientError; what a scope document refuses stays owed."""
        ended = [one for one in document.leases if one.ended]
        well = document.reported_sick and not document.open_incidents
        if not ended and not document.scope_notes and not well:
            return document
        notes = document.scope_notes
        try:
            await self.scopes.give_back(document.subject, ended)
            await self.scopes.note(notes, now_s)
        except PermanentError:
            return document
        reported = await self.report(document, now_s)
        done = {one.intent for one in ended}
        told = {note.id for note in notes}

        def change(stored: SubjectDocument) -> SubjectDocument:
            still_well = not stored.open_incidents and not reported.reported_sick
            return replace(
                stored,
                leases=tuple(one for one in stored.leases if one.intent not in done),
                scope_notes=tuple(one for one in stored.scope_notes if one.id not in told),
                reported_sick=stored.reported_sick and not still_well,
            )

        return await self.documents.change(document.subject.key, change) or document

    async def _tell_storm(self, cluster: ScopeDocument, known: int, now_s: float) -> None:
        found = storm(cluster, known, self.policy.storm, now_s)
        if found is None or cluster.storm_told_s >= cluster.storm_since_s > 0:
            return
        alert = Alert(
            name=STORM_ALERT, status=AlertStatus.FIRING,
            labels={"severity": "critical", "sick": str(found.sick), "words": found.words},
            annotations={}, starts_at_s=found.since_s, ends_at_s=None, fingerprint=STORM_ALERT,
        )  # fmt: skip
        for _ in range(CONFLICTS_MAX):
            loaded = (await self.documents.load_many([STORM])).found.get(STORM.key)
            if loaded is None:
                return
            news = put_into_inbox(loaded.document, [alert])
            if news is not loaded.document:
                await self.index.add([STORM])
                if not await self.documents.save(news, loaded.version):
                    continue
            await self.scopes.change(
                CLUSTER, lambda stored: replace(stored, storm_told_s=found.since_s)
            )
            self.waker.wake(STORM.key)
            return
        raise TransientError("the storm's own document could not be saved")
