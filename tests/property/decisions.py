"""One decision, and all that it is made in: what is sent by it, and what is over by it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from worker.domain.calendar.window import Window
from worker.domain.deciding.decision import decide
from worker.domain.deciding.policy import Policy
from worker.domain.document.outbox import Intent
from worker.domain.document.subject import SubjectDocument
from worker.domain.observed.facts import Facts
from worker.domain.playbooks.pack import Pack


@dataclass(frozen=True)
class World:
    """What a decision is made in, all of it."""

    document: SubjectDocument
    seen: Facts
    pack: Pack
    policy: Policy
    now_s: float
    windows: tuple[Window, ...] = ()

    def alone(self) -> World:
        """With its first open incident only: where several wait, holding one lets another go."""
        first = self.document.open_incidents[:1]
        closed = tuple(one for one in self.document.incidents if not one.open)
        ours = {one.id for one in first}
        intents = tuple(one for one in self.document.intents if one.incident in ours)
        document = replace(self.document, incidents=(*closed, *first), intents=intents)
        return replace(self, document=document)

    def intents(self) -> tuple[Intent, ...]:
        """What is sent now."""
        return decide(
            self.document, self.seen, self.pack, self.policy, self.now_s, self.windows
        ).perform

    def sent(self) -> set[tuple[str, str, str]]:
        """The same: under which id, what, and to which object."""
        return {(one.id, one.action, one.target.uid) for one in self.intents()}

    def resolved(self) -> set[str]:
        """The incidents that are said to be over now."""
        after = decide(
            self.document, self.seen, self.pack, self.policy, self.now_s, self.windows
        ).document
        still_open = {one.id for one in after.open_incidents}
        return {one.id for one in self.document.open_incidents} - still_open
