"""What a decision is made in: the facts, the playbooks, the policy and the moment."""

from __future__ import annotations

from dataclasses import dataclass

from worker.domain.evidence import Facts
from worker.domain.playbook import Pack
from worker.domain.policy import Policy


@dataclass(frozen=True, slots=True)
class Situation:
    """`now_s` is the effective now, in seconds since the epoch: it never runs backwards."""

    facts: Facts
    pack: Pack
    policy: Policy
    now_s: float
