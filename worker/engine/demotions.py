"""What lowered a playbook's mode, and giving it back: by a person only, and told in the journal."""

from __future__ import annotations

from dataclasses import replace

from worker.domain.document.identity import Subject, SubjectKind
from worker.domain.people.steering import told
from worker.domain.scopes.record import Demotion, Record, lifted, record_of, with_record
from worker.domain.scopes.scope import Scope, ScopeDocument, ScopeKind
from worker.domain.story.reason import Reason
from worker.engine.by_hand import ByHand
from worker.engine.holds import namespaces
from worker.engine.indexes import OpenIndex, RecentIndex
from worker.engine.ports import Clock, Json, PermanentError, StateStore
from worker.engine.scopes import Scopes


class Demotions:
    """All methods raise TransientError; `lift` raises PermanentError too."""

    def __init__(self, store: StateStore, scopes: Scopes, by_hand: ByHand, clock: Clock) -> None:
        self._open = OpenIndex(store)
        self._recent = RecentIndex(store)
        self._scopes = scopes
        self._by_hand = by_hand
        self._clock = clock

    async def all(self) -> list[Json]:
        """Those in force, by namespace and playbook."""
        texts = await self._open.all() | await self._recent.all()
        listed: list[Json] = []
        for scope in namespaces([Subject.of_text(text) for text in texts.values()]):
            try:
                (document,) = await self._scopes.read([scope])
            except PermanentError as error:
                listed.append({"namespace": scope.name, "unreadable": str(error)})
                continue
            for record in sorted(document.records, key=lambda one: one.playbook):
                listed += [
                    _shown(scope.name, record, one, texts.get(one.subject, one.subject))
                    for one in record.demotions
                    if one.until_s is None or self._clock.now_s() < one.until_s
                ]
        return listed

    async def lift(
        self, playbook: str, namespace: str, subject: Subject | None, *, by: str, words: str
    ) -> list[Json]:
        """Give the playbook its mode back, for one subject or (None) for the whole namespace; what
        was lifted. The record itself stays: a promotion has to be earned again."""
        scope = Scope(ScopeKind.NAMESPACE, namespace)
        key = subject.key if subject else ""
        gone: dict[str, Demotion] = {}

        def change(document: ScopeDocument) -> ScopeDocument:
            record = record_of(document.records, playbook)
            changed = lifted(record, key)
            if changed == record:
                return document
            gone.update({one.what: one for one in record.demotions if one.subject == key})
            return replace(document, records=with_record(document.records, changed))

        await self._scopes.change(scope, change)
        where = subject.text if subject else scope.text
        if gone:
            await self._by_hand.change(
                subject or Subject(SubjectKind.UNRESOLVED, namespace, ""),
                lambda one: told(
                    one, Reason.DEMOTION_LIFTED, self._clock.now_s(),
                    by=by, playbook=playbook, where=where, words=words,
                ),
            )  # fmt: skip
        return [_shown(namespace, Record(playbook), one, where) for one in gone.values()]


def _shown(namespace: str, record: Record, demotion: Demotion, subject: str) -> Json:
    return {
        "playbook": record.playbook,
        "namespace": namespace,
        "subject": subject if demotion.subject else "",
        "mode": str(demotion.mode),
        "since_s": demotion.since_s,
        "until_s": demotion.until_s,
        "reason": str(demotion.reason),
        "what": demotion.what,
    }
