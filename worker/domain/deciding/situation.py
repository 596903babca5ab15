"""What a decision is made in: the facts, the playbooks, the policy and the moment."""

from __future__ import annotations

from dataclasses import dataclass

from worker.domain.calendar.window import Window
from worker.domain.deciding.policy import Policy
from worker.domain.document.identity import Subject
from worker.domain.document.incident import Incident
from worker.domain.observed.evidence import Unknown
from worker.domain.observed.facts import Facts
from worker.domain.playbooks.pack import Pack
from worker.domain.playbooks.playbook import Mode, Playbook, lower
from worker.domain.scopes.record import Demotion, Record, mode_of
from worker.domain.scopes.scopes_seen import ScopesSeen, home_of


@dataclass(frozen=True, slots=True)
class Situation:
    """`now_s` is the effective now, in seconds since the epoch: it never runs backwards. `lead_s`
    is how far it is ahead of the clock by which the facts were read."""

    facts: Facts
    pack: Pack
    policy: Policy
    now_s: float
    windows: tuple[Window, ...] = ()
    lead_s: float = 0.0

    def playbook(self, subject: Subject, incident: Incident) -> Playbook | Unknown | None:
        """The playbook of this incident, by name once it has one: no new match while it climbs."""
        if incident.attempts and (chosen := self.pack.named(incident.playbook)) is not None:
            return chosen
        return self.pack.select(subject, incident, self.facts.conditions)

    def mode(self, subject: Subject, playbook: Playbook) -> tuple[Mode, Demotion | None]:
        """What this playbook may do on this subject, and what lowered it. A record that can't be
        read has earned nothing. What is said of a namespace is also the most that anything may do
        there, a playbook with a mode of its own or one that has earned more included."""
        record = Record(playbook.name)
        if isinstance(self.facts.scopes, ScopesSeen):
            record = self.facts.scopes.record(playbook.name, home_of(subject))
        namespace, policy = subject.scope, self.policy
        mode, demotion = mode_of(
            playbook, policy.mode_in(namespace), record, subject.key, self.now_s
        )
        if namespace not in policy.namespace_modes:
            return mode, demotion
        allowed = lower(mode, policy.namespace_modes[namespace])
        return allowed, demotion if allowed is mode else None

    def known_playbook(self, subject: Subject, incident: Incident) -> Playbook | None:
        found = self.playbook(subject, incident)
        return found if isinstance(found, Playbook) else None

    def rung_after(self, subject: Subject, incident: Incident) -> int:
        """The rung to climb to when this one didn't help; a pack that changed has none known."""
        playbook = self.known_playbook(subject, incident)
        if playbook is None or incident.rung >= len(playbook.steps):
            return incident.rung + 1
        return playbook.rung_after(incident.rung)
