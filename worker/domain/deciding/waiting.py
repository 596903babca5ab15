"""What keeps a whole incident waiting, before any rung of its ladder is looked at.

Many that have one cause wait on a link to its root: one human is told, not one for each of them.
"""

from __future__ import annotations

from worker.domain.deciding.situation import Situation
from worker.domain.document.identity import STORM
from worker.domain.document.subject import UNPUBLISHED_MAX, SubjectDocument
from worker.domain.guards.capacity import has_root
from worker.domain.observed.evidence import Unknown
from worker.domain.planners.plan import Refusal, Then
from worker.domain.scopes.scopes_seen import ScopesSeen
from worker.domain.scopes.storm import storm
from worker.domain.story.reason import Reason


def waits(document: SubjectDocument, situation: Situation) -> Refusal | None:
    """Why nothing is considered now; None when nothing keeps it."""
    first = stuck(document, situation) or _stormy(situation)
    return first or has_root(situation.facts.root, situation.policy, situation.now_s)


def stuck(document: SubjectDocument, situation: Situation) -> Refusal | None:
    """Nothing is begun under older playbooks than the last used, nor without a journal."""
    if situation.pack.version < document.pack_version:
        mine, used = situation.pack.version, document.pack_version
        words = f"playbooks of version {mine}, version {used} was used last"
        return Refusal(Reason.POLICY_BEHIND, Then.HOLD, words)
    if len(document.unpublished) >= UNPUBLISHED_MAX:
        words = f"{len(document.unpublished)} journal entries are not published"
        return Refusal(Reason.JOURNAL_STUCK, Then.HOLD, words)
    return None


def _stormy(situation: Situation) -> Refusal | None:
    """Until the storm is over."""
    seen = situation.facts.scopes
    if not isinstance(seen, ScopesSeen) or seen.cluster is None or isinstance(seen.known, Unknown):
        return None  # the guard of the same name refuses what isn't known
    found = storm(seen.cluster, seen.known, situation.policy.storm, situation.now_s)
    if found is None:
        return None
    return Refusal(Reason.STORM, Then.HOLD, f"{found.words}; see {STORM.text}", patient=True)
