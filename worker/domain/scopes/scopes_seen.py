"""The scope documents that one decision may look at, as they were read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from worker.domain.document.identity import Subject, SubjectKind
from worker.domain.observed.evidence import Unknown
from worker.domain.people.person_hold import PersonHold, held
from worker.domain.scopes.record import Record, record_of
from worker.domain.scopes.scope import CLUSTER, Scope, ScopeDocument, ScopeKind


@dataclass(frozen=True, slots=True)
class ScopesSeen:
    """`known` is how many services the cluster has, as the inventory counts them."""

    documents: tuple[ScopeDocument, ...]
    known: int | Unknown

    def of(self, scope: Scope) -> ScopeDocument | None:
        for one in self.documents:
            if one.name == scope.name and one.kind is scope.kind:
                return one
        return None

    @property
    def cluster(self) -> ScopeDocument | None:
        return self.of(CLUSTER)

    def holds(self, now_s: float) -> Iterator[tuple[Scope, PersonHold]]:
        """What people hold as a whole, with its scope."""
        for document in self.documents:
            hold = held(document.holds, now_s)
            if hold is not None:
                yield document.scope, hold

    def record(self, playbook: str, scope: Scope) -> Record:
        document = self.of(scope)
        return record_of(document.records if document else (), playbook)


def home_of(subject: Subject) -> Scope:
    """The scope that keeps the records of its playbooks. A node's is the cluster: which pool it is
    in can't be asked any more once it is gone."""
    return CLUSTER if subject.kind is SubjectKind.NODE else scopes_of(subject)[0]


def scopes_of(subject: Subject, node_pool: str = "") -> tuple[Scope, ...]:
    """The scopes a deed on this subject counts in, in the order in which they are claimed."""
    if subject.kind is SubjectKind.NODE:
        return (Scope(ScopeKind.NODE_POOL, node_pool), CLUSTER)
    if subject.scope:
        return (Scope(ScopeKind.NAMESPACE, subject.scope), CLUSTER)
    return (CLUSTER,)
