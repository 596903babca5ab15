"""What a subject and its scopes tell each other: who is sick, what is owed, whether it storms.

A subject reports itself as sick before anything is decided about it, so that its own sickness
counts, and as well once nothing of it is open. A storm is told once, by whoever sees it first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from worker.domain.deciding.policy import Policy
from worker.domain.document.identity import STORM
from worker.domain.document.subject import SubjectDocument
from worker.domain.incoming.correlation import Inventory
from worker.domain.observed.evidence import Unknown
from worker.domain.observed.facts import Facts
from worker.domain.observed.pods import PodHealth
from worker.domain.scopes.common_cause import (
    Root,
    blamed_node,
    node_alert,
    node_subject,
    services_blaming,
)
from worker.domain.scopes.scope_notes import KINDS
from worker.domain.scopes.scopes_seen import ScopesSeen
from worker.domain.scopes.standing import opened_by, standing
from worker.domain.scopes.storm import storm, storm_alert
from worker.engine.documents import Documents
from worker.engine.ports import PermanentError
from worker.engine.roots import Roots
from worker.engine.scopes import Scopes


@dataclass(frozen=True, slots=True)
class ScopeReports:
    scopes: Scopes
    documents: Documents
    roots: Roots
    inventory: Inventory
    policy: Policy

    async def report(self, document: SubjectDocument, now_s: float) -> SubjectDocument:
        """Tell the cluster's document when this subject fell sick or got well. Raises
        TransientError; a document that can't be read leaves it untold, and nothing is done."""
        sick = standing(document, now_s)
        if (sick is not None) == document.reported_sick:
            return document
        try:
            await self._report(document, now_s)
        except PermanentError:
            return document
        return replace(document, reported_sick=sick is not None, reported_node="")

    async def seen(
        self, document: SubjectDocument, now_s: float, node_pool: str
    ) -> ScopesSeen | Unknown:
        """The scope documents for this decision; a storm that nobody was told of is told now."""
        if not document.open_incidents:
            return Unknown("not asked")
        known = self.inventory.services()
        services = Unknown("the inventory is not read yet") if known is None else known
        try:
            seen = await self.scopes.seen(document.subject, services, node_pool)
        except PermanentError as error:
            return Unknown(str(error))
        if seen.cluster is not None and known is not None:
            found = storm(seen.cluster, known, self.policy.storm, now_s)
            if found is not None:  # that it began is not always seen by a report: services change
                await self.roots.tell(STORM, storm_alert(found, found.since_s), now_s)
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
                reported_node="" if told_well else stored.reported_node,
            )

        return await self.documents.change(document.subject.key, change) or document

    async def placed(
        self, document: SubjectDocument, facts: Facts, now_s: float
    ) -> SubjectDocument:
        """Tell the cluster's document which node this subject blames, when that changed. Raises
        TransientError."""
        pods = facts.pods
        if not document.reported_sick or not isinstance(pods, PodHealth):
            return document
        blamed = replace(document, reported_node=blamed_node(pods))
        if blamed == document:
            return document
        try:
            await self._report(blamed, now_s)
        except PermanentError:
            return document
        return blamed

    async def root(
        self, document: SubjectDocument, facts: Facts, now_s: float
    ) -> Root | Unknown | None:
        """What is undecided about the node on which this subject is sick; the node is told first
        when several services blame it. Raises TransientError."""
        node, seen = document.reported_node, facts.scopes
        if isinstance(seen, ScopesSeen) and seen.cluster is not None:
            blaming = services_blaming(seen.cluster, node)
            if blaming >= self.policy.storm.least:
                await self.roots.tell(node_subject(node), node_alert(node, blaming, now_s), now_s)
        return await self.roots.undecided(facts)

    async def _report(self, document: SubjectDocument, now_s: float) -> None:
        known, opened = self.inventory.services(), opened_by(document)
        sick = standing(document, now_s)
        await self.scopes.report(document.subject, sick, opened, known, now_s)
