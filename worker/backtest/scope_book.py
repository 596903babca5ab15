"""Scope documents kept in memory: the same pure changes as in the store, without a store."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from worker.domain.catalogue import DESCRIPTOR_OF, Verb
from worker.domain.deciding.policy import Policy
from worker.domain.document.identity import Subject
from worker.domain.document.outbox import Intent
from worker.domain.document.subject import SubjectDocument
from worker.domain.incoming.alert import Alert
from worker.domain.scopes.repair import REPAIR
from worker.domain.scopes.scope import (
    CLUSTER,
    Claim,
    Scope,
    ScopeDocument,
    ScopeKind,
    claimed,
    released,
    withdrawn,
)
from worker.domain.scopes.scope_notes import SHADOW, applied
from worker.domain.scopes.scopes_seen import ScopesSeen, scopes_of
from worker.domain.scopes.standing import opened_by, standing
from worker.domain.scopes.storm import HOUR_S, reported, storm, storm_alert
from worker.domain.story.reason import Reason

NOT_COUNTED = frozenset({REPAIR, SHADOW})
"""What comes of an act is assumed: it is no ground for promoting or demoting a playbook."""


@dataclass
class ScopeBook:
    """`services` is how many the cluster has."""

    policy: Policy
    services: int
    documents: dict[Scope, ScopeDocument] = field(default_factory=dict)
    _told_s: float = 0.0  # the beginning of the storm that was told last
    _calm: tuple[ScopeDocument | None, int] = (None, 0)

    def seen(self, subject: Subject, node_pool: str = "") -> ScopesSeen:
        """The documents that count for this subject."""
        return ScopesSeen(
            tuple(self._of(scope) for scope in scopes_of(subject, node_pool)), self.services
        )

    def report(self, document: SubjectDocument, now_s: float) -> SubjectDocument:
        """The subject says that it fell sick, or got well."""
        sick = standing(document, now_s)
        if (sick is not None) == document.reported_sick:
            return document
        self.documents[CLUSTER] = reported(
            self._of(CLUSTER), subject=document.subject.text, sick=sick,
            opened=opened_by(document), known=self.services, limits=self.policy.storm, now_s=now_s,
        )  # fmt: skip
        return replace(document, reported_sick=sick is not None)

    def storm_to_tell(self, now_s: float) -> Alert | None:
        """The alert about a storm that nobody was told of yet; from now on somebody was."""
        cluster, hour = self._of(CLUSTER), int(now_s // HOUR_S)
        if cluster is self._calm[0] and hour == self._calm[1]:
            return None  # time alone makes no storm, but for the usual inflow of another hour
        found = storm(cluster, self.services, self.policy.storm, now_s)
        if found is None:
            self._calm = (cluster, hour)
            return None
        if self._told_s >= cluster.storm_since_s > 0:
            return None
        self._told_s = found.since_s
        return storm_alert(found, found.since_s)

    def claim(self, subject: Subject, intent: Intent, now_s: float) -> Reason | None:
        """Room in every scope, or why not; nothing is kept when one has none."""
        disrupts = DESCRIPTOR_OF[Verb(intent.action)].disrupts
        pool = intent.node_pool
        claim = Claim(intent.id, subject.text, disrupts, self.policy.lease_s, pool)
        done: list[Scope] = []
        for scope in scopes_of(subject, pool):
            answer = claimed(self._of(scope), claim, self.policy.limits_of(scope), now_s)
            if isinstance(answer, Reason):
                for one in done:
                    self.documents[one] = withdrawn(self._of(one), intent.id)
                return answer
            self.documents[scope] = answer
            done.append(scope)
        return None

    def settle(self, document: SubjectDocument, now_s: float) -> SubjectDocument:
        """Leases given back, what is owed to scopes applied, the well reported."""
        ended = [one for one in document.leases if one.ended]
        for lease in ended:
            give = released if lease.sent else withdrawn
            for scope in scopes_of(document.subject, lease.node_pool):
                self.documents[scope] = give(self._of(scope), lease.intent)
        for note in document.scope_notes:
            if note.kind not in NOT_COUNTED:
                scope = Scope(ScopeKind(note.scope_kind), note.scope)
                self.documents[scope] = applied(self._of(scope), note, now_s)
        if ended or document.scope_notes:
            kept = tuple(lease for lease in document.leases if not lease.ended)
            document = replace(document, leases=kept, scope_notes=())
        if document.reported_sick and not document.open_incidents:
            return self.report(document, now_s)
        return document

    def _of(self, scope: Scope) -> ScopeDocument:
        return self.documents.get(scope) or ScopeDocument(scope.kind, scope.name)
