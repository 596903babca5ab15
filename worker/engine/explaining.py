"""`why`: an incident looked at with fresh eyes, and nothing done about it.

Rules of this file: it loads and asks like a turn, and saves nothing, tells nothing, wakes nobody.
What it asks costs the API server as much as a turn, so that only a few run at a time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from worker.domain.calendar.window import Window
from worker.domain.deciding.decision import true_now_s, wake_at
from worker.domain.deciding.explanation import explain
from worker.domain.deciding.outlook import outlook
from worker.domain.deciding.policy import Policy
from worker.domain.document.subject import SubjectDocument
from worker.domain.incoming.absorb import absorb
from worker.domain.observed.evidence import Unknown
from worker.domain.observed.evidence_words import evidence_words
from worker.domain.observed.question import questions
from worker.domain.playbooks.pack import Pack
from worker.domain.scopes.scopes_seen import ScopesSeen
from worker.engine.conditions import answers
from worker.engine.explained import chosen, conditions, leases, mode, refusal, rung, state
from worker.engine.observe import Observe
from worker.engine.ports import Clock, Expressions, Inventory, Json, PermanentError
from worker.engine.reading import Reading
from worker.engine.roots import Roots
from worker.engine.scopes import Scopes

AT_ONCE = 2  # explanations that run side by side; more wait


@dataclass(frozen=True, slots=True)
class Explaining:
    reading: Reading
    observe: Observe
    scopes: Scopes
    roots: Roots
    inventory: Inventory
    expressions: Expressions
    clock: Clock
    policy: Policy
    windows: tuple[Window, ...]
    pack: Callable[[], Pack]
    deadline_s: float
    at_once: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def why(self, incident_id: str) -> Json | None:
        """None when there is no such incident. Raises TransientError, TimeoutError."""
        async with asyncio.timeout(self.deadline_s), self.at_once:
            found = await self.reading.incident(incident_id)
            return None if found is None else await self._why(found.document, incident_id)

    async def _why(self, document: SubjectDocument, incident_id: str) -> Json:
        policy, pack = self.policy, self.pack()
        skew_s = await self.observe.skew_s()
        now_s = true_now_s(self.clock.now_s(), skew_s, policy)
        absorbed = absorb(document, policy, now_s)
        if absorbed.incident(incident_id) is not None:  # news makes it forget closed ones
            document = absorbed
        incident = document.incident(incident_id)
        assert incident is not None, f"{incident_id} is not in the document it was found in"
        facts = await self.observe.facts(questions(document), skew_s)
        root = await self.roots.undecided(facts)
        facts = replace(facts, scopes=await self._seen(document, facts.node_pool), root=root)
        yes = answers(document, facts, pack, policy, now_s, self.expressions)
        facts = replace(facts, conditions=yes)
        at_s = self.clock.now_s()
        found = explain(document, incident, facts, pack, policy, at_s, self.windows)
        return {
            **state(document, incident),
            "at_s": now_s,
            "playbook": chosen(found.playbook, pack),
            "evidence": evidence_words(facts),
            "conditions": conditions(found, facts),
            "mode": mode(found, document.subject, policy),
            "leases": leases(document.subject, facts.scopes, policy, now_s, facts.node_pool),
            "before": refusal(found.before),
            "steps": [rung(one) for one in found.rungs],
            "next": outlook(incident, found),
            "next_at_s": wake_at(document, policy, now_s),
        }

    async def _seen(self, document: SubjectDocument, node_pool: str) -> ScopesSeen | Unknown:
        known = self.inventory.services()
        services = Unknown("the inventory is not read yet") if known is None else known
        try:
            return await self.scopes.seen(document.subject, services, node_pool)
        except PermanentError as error:
            return Unknown(str(error))
