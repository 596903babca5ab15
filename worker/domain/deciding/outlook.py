"""What happens next with an incident, in a sentence."""

from __future__ import annotations

from worker.domain.deciding.explanation import Explanation
from worker.domain.document.incident import Incident, Phase
from worker.domain.planners.plan import Refusal


def outlook(incident: Incident, found: Explanation) -> str:
    """What is waited for, and what a look now would come to."""
    after, last = found.after, incident.last_attempt
    match incident.phase:
        case Phase.RESOLVED:
            return f"nothing: it is closed ({incident.resolution})".replace("_", " ")
        case Phase.ESCALATED:
            words = f"it is in a human's hands ({incident.escalated_for}), and watched until the "
            return f"{words}cause is gone".replace("_", " ")
        case Phase.ACTING:
            what = f"{last.action} {last.target.text}" if last else "what was decided"
            return f"{what} is being sent; then it is verified".replace("_", " ")
        case Phase.VERIFYING:
            what = f"{last.action} {last.target.text}" if last else "what was done"
            return f"{what} is being verified".replace("_", " ")
        case Phase.OPEN:
            return _of_open(incident, after)


def _of_open(incident: Incident, after: Incident) -> str:
    match after.phase:
        case Phase.ACTING:
            last = after.last_attempt
            assert last is not None, f"{after.id} acts without an attempt"
            words = f"{last.action} {last.target.text}".replace("_", " ")
            return f"{words}, at its next look: nothing speaks against it now"
        case Phase.ESCALATED:
            return f"a human gets it: {after.escalated_for}".replace("_", " ")
        case Phase.RESOLVED:
            return f"it is closed: {after.resolution}".replace("_", " ")
    if after.request is not None and not after.request.approved_by:
        return f"a human is asked ({after.request.id}), and nothing is done without a yes"
    hold = after.hold or incident.hold
    why = f" ({hold.reason})" if hold else ""
    return f"it waits{why} and is looked at again".replace("_", " ")


def in_words(refusal: Refusal) -> str:
    words = str(refusal.reason).replace("_", " ")
    return f"{words}: {refusal.detail}" if refusal.detail else words
