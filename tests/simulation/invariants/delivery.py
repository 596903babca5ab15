"""Nothing is lost: what was acknowledged ends, or a human has it; no worker met its own bug."""

from __future__ import annotations

from collections.abc import Iterator

from tests.simulation.schedule import Run, at_rest, in_hand
from worker.domain.document.identity import STORM
from worker.domain.document.incident import Incident
from worker.domain.document.subject import SubjectDocument
from worker.domain.playbooks.playbook import Mode
from worker.domain.story.reason import Reason


def no_alert_is_lost(run: Run) -> Iterator[str]:
    """[1, 25] What was acknowledged is part of an incident that ended or that a human received."""
    told = {notice.incident for notice, _ in run.shared.sink.received}
    for document in run.documents:
        if not at_rest(document):
            yield f"{document.subject.text} never came to rest: {_state(document)}"
        for incident in document.open_incidents:
            waits = incident.escalated_for is None and in_hand(incident)
            if incident.id not in told and not (waits and _others_see_to_it(run, incident)):
                yield f"{incident.id} is {incident.phase} and no human was told"
    known = {record.fingerprint for one in run.documents for record in one.seen}
    for alert in run.monitoring.acknowledged:
        # A store that forgot has it again when its monitor repeats it, if it still fires.
        if alert["fingerprint"] not in known and not run.shared.restored_s:
            yield f"alert {alert['fingerprint']} was acknowledged and is nowhere"


def durable_before_acknowledged(run: Run) -> Iterator[str]:
    """[2] At the moment of its acknowledgement an alert is in a stored document."""
    if run.shared.restored_s:
        return  # a dump may be put back in between
    for fingerprint in run.shared.lost:
        yield f"alert {fingerprint} was acknowledged before it was durable"


def open_subjects_are_indexed(run: Run) -> Iterator[str]:
    """Whoever is open will be woken."""
    indexed = {key for value in run.shared.store.values("open-") for key in value["entries"]}
    for document in run.documents:
        if not document.settled and document.subject.key not in indexed:
            yield f"{document.subject.text} is open and not in the open index"


def no_bug_was_met(run: Run) -> Iterator[str]:
    for host in run.hosts:
        for where, error in host.telemetry.bugs:
            yield f"{host.name} at {where}: {error!r}"


def _others_see_to_it(run: Run, incident: Incident) -> bool:
    """In observe mode nobody waits for us; whoever is at work knows; a storm is told as one."""
    assert incident.hold is not None
    match incident.hold.reason:
        case Reason.STORM:
            return _storm_was_told(run)
        case Reason.PERSON_AT_WORK:
            return True
    return run.mode is Mode.OBSERVE


def _storm_was_told(run: Run) -> bool:
    told = {notice.incident for notice, _ in run.shared.sink.received}
    storms = [one for one in run.documents if one.subject == STORM]
    return any(incident.id in told for one in storms for incident in one.incidents)


def _state(document: SubjectDocument) -> str:
    open_ones = [f"{one.id} {one.phase} {one.hold}" for one in document.open_incidents]
    return (
        f"{len(document.inbox)} in the inbox, {len(document.intents)} intents, "
        f"{len(document.notices)} notices, {len(document.unpublished)} unpublished, {open_ones}"
    )
