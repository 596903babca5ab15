"""What a subject and its scopes tell each other: who is sick, what is owed, whether it storms.

A subject reports itself as sick before anything is decided about it, so that its own sickness
counts, and as well once nothing of it is open. A storm is told once, by whoever sees it first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from worker.domain.deciding.policy import Policy
from worker.domain.document.identity import STORM, STORM_ALERT
from worker.domain.document.subject import SubjectDocument
from worker.domain.incoming.alert import Alert
from worker.domain.incoming.correlation import Inventory
from worker.domain.incoming.inbox import accept as put_into_inbox
from worker.domain.observed.evidence import Unknown
from worker.domain.scopes.scope import ScopeDocument
from worker.domain.scopes.scope_notes import KINDS
from worker.domain.scopes.scopes_seen import ScopesSeen
from worker.domain.scopes.standing import opened_by, standing
from worker.domain.scopes.storm import Storm, storm, storm_alert
from worker.engine.documents import Documents
from worker.engine.indexes import CONFLICTS_MAX, OpenIndex
from worker.engine.ports import PermanentError, TransientError, Waker
from worker.engine.scopes import Scopes


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
        sick = standing(document, now_s)
        if (sick is not None) == document.reported_sick:
            return document
        known, opened = self.inventory.services(), opened_by(document)
        try:
            await self.scopes.report(document.subject, sick, opened, known, now_s)
        except PermanentError:
            return document
        return replace(document, reported_sick=sick is not None)

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
        Raises TransientError; what a scope document refuses stays owed, and so does a note that
        only a newer version understands."""
        ended = [one for one in document.leases if one.ended]
        well = document.reported_sick and not document.open_incidents
        notes = [one for one in document.scope_notes if one.kind in KINDS]
        if not ended and not notes and not well:
            return document
        try:
            await self.scopes.give_back(document.subject, ended)
            await self.scopes.note(notes, now_s)
        except PermanentError:
            return document
        reported = await self.report(document, now_s)
        done = {one.intent for one in ended}
        told_well = well and not reported.reported_sick  # news in the meantime is reported anew

        def change(stored: SubjectDocument) -> SubjectDocument:
            return replace(
                stored,
                leases=tuple(one for one in stored.leases if one.intent not in done),
                scope_notes=tuple(one for one in stored.scope_notes if one not in notes),
                reported_sick=stored.reported_sick and not told_well,
            )

        return await self.documents.change(document.subject.key, change) or document

    async def _tell_storm(self, cluster: ScopeDocument, known: int, now_s: float) -> None:
        """Unless the storm's own subject has it already: that it began is not always seen by a
        report, since the number of services changes too."""
        found = storm(cluster, known, self.policy.storm, now_s)
        if found is None:
            return
        for _ in range(CONFLICTS_MAX):
            loaded = (await self.documents.load_many([STORM])).found.get(STORM.key)
            if loaded is None or loaded.document.inbox or loaded.document.open_incidents:
                return
            news = put_into_inbox(loaded.document, [_told(found, loaded.document, now_s)])
            await self.index.add([STORM])
            if await self.documents.save(news, loaded.version):
                self.waker.wake(STORM.key)
                return
        raise TransientError("the storm's own document could not be saved")


def _told(found: Storm, document: SubjectDocument, now_s: float) -> Alert:
    """The storm as an alert that is newer than the one about the storm before."""
    before = [one.starts_at_s for one in document.seen if one.fingerprint == STORM_ALERT]
    since_s = found.since_s
    if before and since_s <= before[-1]:
        since_s = max(now_s, before[-1] + 1.0)
    return storm_alert(found, since_s)
