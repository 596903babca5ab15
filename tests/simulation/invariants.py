"""What must hold in every run, judged by what was done to the cluster and what humans received.

The numbers in brackets are those of the reliability reference. A violation names its run's seed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from itertools import pairwise

from tests.simulation.parts import Applied
from tests.simulation.scenario import REPAIRABLE, UNTOUCHABLE, Fault, truly_healthy
from tests.simulation.schedule import SKEW_MAX_S, WATCH, Run, at_rest
from worker.domain.codec import decode
from worker.domain.journal import Entry, broken_at
from worker.domain.reason import Reason
from worker.domain.subject import SubjectDocument

STOPPED_WITHIN_S = 5.0

Check = Callable[[Run], Iterator[str]]


def violations(run: Run) -> list[str]:
    """Everything that doesn't hold, each with the seed to see it again."""
    return [
        f"seed {run.seed}, {check.__name__}: {words}"
        for check in INVARIANTS
        for words in check(run)
    ]


def no_alert_is_lost(run: Run) -> Iterator[str]:
    """[1, 25] What was acknowledged is part of an incident that ended or that a human received."""
    told = {notice.incident for notice, _ in run.shared.sink.received}
    for document in run.documents:
        if not at_rest(document):
            yield f"{document.subject.text} never came to rest: {_state(document)}"
        for incident in document.open_incidents:
            if incident.id not in told:
                yield f"{incident.id} is {incident.phase} and no human was told"
    known = {record.fingerprint for one in run.documents for record in one.seen}
    for alert in run.monitoring.acknowledged:
        if alert["fingerprint"] not in known:
            yield f"alert {alert['fingerprint']} was acknowledged and is nowhere"


def nothing_is_done_twice(run: Run) -> Iterator[str]:
    """[6] One effect an intent."""
    counted = Counter(one.request.intent_id for one in run.shared.applied)
    for intent, count in counted.items():
        if count > 1:
            yield f"{intent} took effect {count} times"


def one_disruption_at_a_time(run: Run) -> Iterator[str]:
    """[11] A service is left alone until the last deed has settled, by any replica's clock."""
    apart_s = WATCH.settle_s - 2 * SKEW_MAX_S
    by_subject: dict[tuple[str, str], list[Applied]] = defaultdict(list)
    for one in run.shared.applied:
        by_subject[one.subject].append(one)
    for subject, writes in by_subject.items():
        for before, after in pairwise(writes):
            if after.at_s - before.at_s < apart_s:
                yield f"{subject}: {after.at_s - before.at_s:.1f} s between two writes"


def nothing_well_is_evicted(run: Run) -> Iterator[str]:
    """[7] What was decided about a sick pod has no effect on one that got well in the meantime."""
    for one in run.shared.applied:
        if one.target_was_ready:
            yield f"{one.request.intent_id} evicted {one.request.ref.name}, which was ready"


def decided_before_done(run: Run) -> Iterator[str]:
    """[20] The intent was in a stored document when its write took effect."""
    for one in run.shared.applied:
        if not one.intent_was_durable:
            yield f"{one.request.intent_id} took effect before it was durable"


def no_remedy_for_ever(run: Run) -> Iterator[str]:
    """[17] What is done in one incident is bounded by its playbook."""
    steps = {step.verb: step.attempts_max for p in run.shared.pack.playbooks for step in p.steps}
    for document in run.documents:
        for incident in document.incidents:
            done = Counter(attempt.action for attempt in incident.attempts if attempt.done)
            for action, count in done.items():
                if count > max(steps.values()):
                    yield f"{incident.id}: {action} {count} times"


def no_repair_is_claimed_that_is_none(run: Run) -> Iterator[str]:
    """What was called repaired is healthy in truth, and was sick in truth."""
    by_name = {service.name: service for service in run.services}
    for document in run.documents:
        for incident in document.incidents:
            if incident.resolution is not Reason.REPAIRED:
                continue
            service = by_name[document.subject.name.partition("/")[2]]
            if service.fault in (Fault.NONE, Fault.TEMPLATE):
                yield f"{incident.id}: {service.fault} was called repaired"
            if not truly_healthy(run.shared.cluster, service):
                yield f"{incident.id}: called repaired, and {service.name} is sick"


def the_untouchable_is_not_touched(run: Run) -> Iterator[str]:
    """[15, 28] No write at all to what is protected, opted out, or would not be made again."""
    names = {(one.namespace, one.name) for one in run.services if one.fault in UNTOUCHABLE}
    for one in run.shared.applied:
        if one.subject in names:
            yield f"{one.request.intent_id} touched {one.request.ref.name}"


def the_kill_switch_stops_everything(run: Run) -> Iterator[str]:
    """[18] No write is sent later than 5 s after the switch was set."""
    for intent_id, late_s in run.shared.sent_while_stopped:
        if late_s > STOPPED_WITHIN_S:
            yield f"{intent_id} was sent {late_s:.1f} s after the kill switch was set"


def story_is_whole(run: Run) -> Iterator[str]:
    """[22] The published journal of each subject is one unbroken chain; repeats are the same."""
    chains: dict[str, dict[int, Entry]] = defaultdict(dict)
    for record in run.shared.journal.records:
        entry = decode(Entry, record.data)
        if chains[record.key].setdefault(entry.seq, entry) != entry:
            yield f"{record.key} #{entry.seq} was published with two contents"
    for subject, entries in chains.items():
        ordered = [entries[seq] for seq in sorted(entries)]
        if ordered[0].seq != 1 or (broken := broken_at(ordered)) is not None:
            yield f"{subject}: the chain is broken at {ordered[0].seq if not ordered else broken}"


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


def repaired(run: Run) -> tuple[int, int]:
    """How many services with a repairable fault there were, and how many are healthy in truth."""
    sick = [one for one in run.services if one.fault in REPAIRABLE]
    return len(sick), sum(truly_healthy(run.shared.cluster, one) for one in sick)


def _state(document: SubjectDocument) -> str:
    open_ones = [f"{one.id} {one.phase} {one.hold}" for one in document.open_incidents]
    return (
        f"{len(document.inbox)} in the inbox, {len(document.intents)} intents, "
        f"{len(document.notices)} notices, {len(document.unpublished)} unpublished, {open_ones}"
    )


INVARIANTS: tuple[Check, ...] = (
    no_alert_is_lost,
    nothing_is_done_twice,
    one_disruption_at_a_time,
    nothing_well_is_evicted,
    decided_before_done,
    no_remedy_for_ever,
    no_repair_is_claimed_that_is_none,
    the_untouchable_is_not_touched,
    the_kill_switch_stops_everything,
    story_is_whole,
    open_subjects_are_indexed,
    no_bug_was_met,
)
