"""What people said holds: the mode, a yes for each deed that needs one, the kill switch."""

from __future__ import annotations

from collections.abc import Iterator

from tests.simulation.schedule import Run
from worker.domain.playbooks.playbook import Mode
from worker.domain.story.journal import EntryKind

STOPPED_WITHIN_S = 5.0


def what_needs_a_yes_has_one(run: Run) -> Iterator[str]:
    """[23, 24] In approve mode each deed but an undo has a yes of its own, said before it."""
    if run.mode is not Mode.APPROVE or run.shared.restored_s:
        return
    attempts = {a.intent_id: a for d in run.documents for i in d.incidents for a in i.attempts}
    used: set[int] = set()
    for one in run.shared.applied:
        attempt = attempts.get(one.request.intent_id)
        if attempt is None or attempt.undoes:
            continue
        fits = next(
            (
                n
                for n, yes in enumerate(run.operators.said_yes)
                if n not in used
                and yes.action == attempt.action
                and yes.target_uid in (attempt.target.uid, attempt.target.text)
                and yes.at_s <= one.at_s
            ),
            None,
        )
        if fits is None:
            yield f"{one.request.intent_id} was done without a yes of its own"
        else:
            used.add(fits)


def lower_modes_write_nothing(run: Run) -> Iterator[str]:
    """[19] Observe and suggest look and tell."""
    if run.mode in (Mode.OBSERVE, Mode.SUGGEST):
        for one in run.shared.applied:
            yield f"{one.request.intent_id} was done in {run.mode} mode"


def packs_never_go_back(run: Run) -> Iterator[str]:
    """[30] No subject is decided about with older playbooks than before."""
    if run.shared.restored_s:
        return  # what was used last is forgotten too
    for document in run.documents:
        used = [int(e.detail["pack"]) for e in document.journal if e.kind is EntryKind.DECIDED]
        if used != sorted(used):
            yield f"{document.subject.text} was decided about with packs {used}"


def the_kill_switch_stops_everything(run: Run) -> Iterator[str]:
    """[18] No write is sent later than 5 s after the switch was set."""
    for intent_id, late_s in run.shared.sent_while_stopped:
        if late_s > STOPPED_WITHIN_S:
            yield f"{intent_id} was sent {late_s:.1f} s after the kill switch was set"
