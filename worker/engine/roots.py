"""Root incidents: the subject that owns what many suffer from is told once, and asked by each.

Rule of this file: a root is told like any alert, into its inbox and its index entry, by whoever
sees it first; that it knows already is read from its own document.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from worker.domain.document.identity import Subject
from worker.domain.document.subject import SubjectDocument
from worker.domain.incoming.alert import Alert
from worker.domain.incoming.correlation import cause_of
from worker.domain.incoming.inbox import accept as put_into_inbox
from worker.domain.observed.evidence import Unknown
from worker.domain.observed.facts import Facts
from worker.domain.observed.pods import PodHealth
from worker.domain.scopes.common_cause import Root, node_subject, sick_place, undecided_root
from worker.engine.documents import Documents
from worker.engine.indexes import CONFLICTS_MAX, OpenIndex
from worker.engine.ports import TransientError, Waker


@dataclass(frozen=True, slots=True)
class Roots:
    documents: Documents
    index: OpenIndex
    waker: Waker

    async def tell(self, root: Subject, alert: Alert, now_s: float) -> None:
        """Unless it has it already; as news that is newer than what was told before. Raises
        TransientError; a document that can't be read is left alone."""
        for _ in range(CONFLICTS_MAX):
            loaded = (await self.documents.load_many([root])).found.get(root.key)
            if loaded is None or _knows(loaded.document, alert.name):
                return
            told = put_into_inbox(loaded.document, [_newer(alert, loaded.document, now_s)])
            await self.index.add([root])
            if await self.documents.save(told, loaded.version):
                self.waker.wake(root.key)
                return
        raise TransientError(f"the document of {root.text} could not be saved")

    async def undecided(self, facts: Facts) -> Root | Unknown | None:
        """What is undecided about the node that all the sick pods are on. Raises TransientError."""
        place = sick_place(facts.pods) if isinstance(facts.pods, PodHealth) else ""
        if not place:
            return None
        subject = node_subject(place)
        loaded = await self.documents.load_many([subject])
        if subject.key in loaded.unreadable:
            return Unknown(f"{subject.text}: {loaded.unreadable[subject.key]}")
        return undecided_root(loaded.found[subject.key].document)


def _knows(document: SubjectDocument, name: str) -> bool:
    cause = cause_of(name)
    waiting = any(cause_of(one.name) == cause for one in document.inbox)
    return waiting or any(one.cause == cause for one in document.open_incidents)


def _newer(alert: Alert, document: SubjectDocument, now_s: float) -> Alert:
    before = [one.starts_at_s for one in document.seen if one.fingerprint == alert.fingerprint]
    if not before or alert.starts_at_s > before[-1]:
        return alert
    return replace(alert, starts_at_s=max(now_s, before[-1] + 1.0))
