"""Holds by hand: on one subject, on a namespace, on all of the cluster; and letting go again.

Rules of this file: a hold is in force when the call returns. It is lifted here only, by whoever
may, and the story says who; what was said by message (on it, maintenance) is lifted as it was
said. One on a scope is told in the journal of `unresolved/<namespace>`, which owns what has no
owner there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from worker.domain.document.identity import Subject, SubjectKind
from worker.domain.document.subject import SubjectDocument
from worker.domain.people.person_hold import ON_HOLD, PersonHold
from worker.domain.people.steering import held_by_hand, let_go, told, told_hold
from worker.domain.scopes.scope import CLUSTER, Scope, ScopeKind
from worker.domain.story.reason import Reason
from worker.engine.by_hand import ByHand
from worker.engine.documents import Documents
from worker.engine.indexes import OpenIndex, RecentIndex
from worker.engine.ports import Clock, Inventory, Json, PermanentError, StateStore, TransientError
from worker.engine.scopes import Scopes

Where = Subject | Scope
"""What is on hold. A scope is a namespace or the cluster."""


class Holds:
    """All methods raise TransientError; those that change something raise PermanentError too."""

    def __init__(
        self, store: StateStore, scopes: Scopes, by_hand: ByHand, inventory: Inventory, clock: Clock
    ) -> None:
        self._documents = Documents(store)
        self._open = OpenIndex(store)
        self._recent = RecentIndex(store)
        self._scopes = scopes
        self._by_hand = by_hand
        self._inventory = inventory
        self._clock = clock

    async def all(self) -> list[Json]:
        """Everything that is on hold now, by hand or by message; the widest first."""
        subjects = await self._subjects()
        listed: list[Json] = []
        for scope in (CLUSTER, *namespaces(subjects)):
            try:
                (document,) = await self._scopes.read([scope])
            except PermanentError as error:
                listed.append({"where": scope.text, "unreadable": str(error)})
                continue
            listed += self._shown(scope, document.holds)
        loaded = await self._documents.load_many(subjects)
        for one in sorted(loaded.found.values(), key=lambda one: one.document.subject.text):
            listed += self._shown(one.document.subject, one.document.holds)
        return listed

    async def knows(self, subject: Subject) -> bool:
        """Whether there is such a subject: a workload that the cluster has, or one with a story."""
        if await self._documents.load(subject.key) is not None:
            return True
        if subject.workload is None:
            return False
        if self._inventory.services() is None:
            raise TransientError("the inventory is not read yet")
        return self._inventory.workload(subject.scope, *subject.workload) is not None

    async def hold(self, where: Where, *, by: str, for_s: float, words: str) -> Json:
        """Nothing new is begun there until the time is over or somebody lets go."""
        now_s = self._clock.now_s()
        made: list[PersonHold] = []

        def held(holds: tuple[PersonHold, ...]) -> tuple[PersonHold, ...]:
            changed, hold = held_by_hand(holds, by=by, for_s=for_s, words=words, now_s=now_s)
            if hold not in changed:
                raise PermanentError(f"{len(holds)} people hold {where.text} already")
            made[:] = [hold]
            return changed

        def change(document: SubjectDocument) -> SubjectDocument:
            holds = held(document.holds)
            if made[0] in document.holds:  # by a save that seemed to fail
                return document
            return told_hold(replace(document, holds=holds), made[0], where.text, now_s)

        if isinstance(where, Scope):
            await self._scopes.change(where, lambda one: replace(one, holds=held(one.holds)))
            story = lambda one: told_hold(one, made[0], where.text, now_s)  # noqa: E731
            await self._by_hand.change(_teller(where), story)
        else:
            await self._by_hand.change(where, change)
        return self._shown(where, made)[0]

    async def resume(self, where: Where, *, by: str, words: str) -> tuple[list[Json], list[Json]]:
        """Let go of what was put on hold by hand; what that was, and what holds it still."""
        now_s = self._clock.now_s()
        before: dict[str, PersonHold] = {}

        def left(holds: tuple[PersonHold, ...]) -> tuple[PersonHold, ...]:
            before.update({one.id: one for one in holds})
            return let_go(holds)

        def story(document: SubjectDocument) -> SubjectDocument:
            return told(document, Reason.LET_GO, now_s, by=by, where=where.text, words=words)

        def change(document: SubjectDocument) -> SubjectDocument:
            holds = left(document.holds)
            changed = holds != document.holds
            return story(replace(document, holds=holds)) if changed else document

        if isinstance(where, Scope):
            await self._scopes.change(where, lambda one: replace(one, holds=left(one.holds)))
            if any(one.what == ON_HOLD for one in before.values()):
                await self._by_hand.change(_teller(where), story)
        else:
            await self._by_hand.change(where, change)
        shown = self._shown(where, list(before.values()))
        lifted = [one for one in shown if one["what"] == ON_HOLD]
        return lifted, [one for one in shown if one["what"] != ON_HOLD]

    async def _subjects(self) -> list[Subject]:
        index = await self._open.all() | await self._recent.all()
        return [Subject.of_text(text) for text in index.values()]

    def _shown(self, where: Where, holds: Sequence[PersonHold]) -> list[Json]:
        now_s = self._clock.now_s()
        return [
            {
                "where": where.text,
                "what": one.what,
                "by": one.by,
                "since_s": one.since_s,
                "until_s": one.until_s,
                "words": one.words,
            }
            for one in holds
            if now_s < one.until_s
        ]


def namespaces(subjects: Sequence[Subject]) -> list[Scope]:
    """Those in which something is open, or was lately."""
    names = {
        one.scope
        for one in subjects
        if one.scope and one.kind in (SubjectKind.SERVICE, SubjectKind.UNRESOLVED)
    }
    return [Scope(ScopeKind.NAMESPACE, name) for name in sorted(names)]


def _teller(scope: Scope) -> Subject:
    """Whose journal tells what happens to the whole scope."""
    return Subject(SubjectKind.UNRESOLVED, scope.name, "")
