"""What must hold in every run, judged by what was done to the cluster and what humans received.

The numbers in brackets are those of the reliability reference. A violation names its run's seed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from itertools import pairwise

from tests.simulation.nemesis import LATE_MAX_S
from tests.simulation.parts import Applied
from tests.simulation.scenario import REPAIRABLE, UNREPAIRABLE, UNTOUCHABLE, truly_healthy
from tests.simulation.schedule import SKEW_MAX_S, WATCH, Run, at_rest, in_hand
from worker.domain.codec import decode
from worker.domain.identity import STORM
from worker.domain.incident import Incident
from worker.domain.journal import Entry, broken_at
from worker.domain.playbook import Mode
from worker.domain.reason import Reason
from worker.domain.subject import SubjectDocument

STOPPED_WITHIN_S = 5.0
ON_ITS_WAY_S = LATE_MAX_S + 1.0  # a write that was sent may be applied so much later

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
            waits = incident.escalated_for is None and in_hand(incident)
            if incident.id not in told and not (waits and _others_see_to_it(run, incident)):
                yield f"{incident.id} is {incident.phase} and no human was told"
    known = {record.fingerprint for one in run.documents for record in one.seen}
    for alert in run.monitoring.acknowledged:
        if alert["fingerprint"] not in known:
            yield f"alert {alert['fingerprint']} was acknowledged and is nowhere"


def nothing_is_done_twice(run: Run) -> Iterator[str]:
    """[6] One effect an intent. A store that forgot may give an id again, but never to a deed that
    was done: the pod that an eviction named is gone, and a workload bears the id."""
    restored = bool(run.shared.restored_s)
    counted = Counter(
        f"{one.request.intent_id} {one.request.ref.name if restored else ''}".strip()
        for one in run.shared.applied
    )
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
        if not one.intent_was_durable and not _just_restored(run, one.at_s):
            yield f"{one.request.intent_id} took effect before it was durable"


def _just_restored(run: Run, at_s: float) -> bool:
    """A write that was on its way when the store was put back: its intent was durable, and is
    forgotten."""
    return any(0.0 <= at_s - restored_s <= ON_ITS_WAY_S for restored_s in run.shared.restored_s)


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


def no_remedy_for_ever(run: Run) -> Iterator[str]:
    """[17] What is done in one incident is bounded by its playbook."""
    steps: dict[str, int] = {}
    for playbook in run.shared.pack.playbooks:
        for step in playbook.steps:
            steps[step.verb] = max(steps.get(step.verb, 0), step.attempts_max)
    for document in run.documents:
        for incident in document.incidents:
            done = Counter(a.action for a in incident.attempts if a.done and not a.undoes)
            for action, count in done.items():
                if count > steps[action]:
                    yield f"{incident.id}: {action} {count} times"


def no_repair_is_claimed_that_is_none(run: Run) -> Iterator[str]:
    """What was called repaired is healthy in truth, and was sick in truth."""
    by_name = {service.name: service for service in run.services}
    for document in run.documents:
        for incident in document.incidents:
            if incident.resolution is not Reason.REPAIRED:
                continue
            service = by_name[document.subject.name.partition("/")[2]]
            if service.fault in UNREPAIRABLE:
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
    if run.shared.restored_s:
        return  # what was forgotten is told anew, under the numbers that were forgotten
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


def a_storm_stops_everything(run: Run) -> Iterator[str]:
    """[14] While too much is known to be sick, nothing is done."""
    limits = run.settings.policy.storm
    for one in run.shared.applied:
        many = one.long_sick >= limits.least
        if many and one.long_sick > limits.share_max * one.services:
            yield f"{one.request.intent_id}: {one.long_sick} of {one.services} services were sick"


def rates_are_kept(run: Run) -> Iterator[str]:
    """[12] Acts within any window, in the cluster and of one service, by any replica's clock."""
    if run.shared.restored_s:
        return  # what the store forgot can't be counted
    policy = run.settings.policy
    times = sorted(one.at_s for one in run.shared.applied)
    slack_s = 2 * SKEW_MAX_S + LATE_MAX_S
    yield from _too_many(times, policy.cluster.acts_max, policy.cluster.window_s - slack_s, "all")
    by_subject: dict[tuple[str, str], list[float]] = defaultdict(list)
    for one in run.shared.applied:
        by_subject[one.subject].append(one.at_s)
    for subject, at_s in by_subject.items():
        window_s = policy.acts_window_s - slack_s
        yield from _too_many(sorted(at_s), policy.acts_max, window_s, "/".join(subject))


def _too_many(times: list[float], most: int, window_s: float, whose: str) -> Iterator[str]:
    for index in range(len(times) - most):
        if times[index + most] - times[index] < window_s:
            yield f"{whose}: {most + 1} acts within {times[index + most] - times[index]:.0f} s"


def repaired(run: Run) -> tuple[int, int]:
    """How many services with a repairable fault there were, and how many are healthy in truth."""
    waiting = {
        document.subject.name.partition("/")[2]
        for document in run.documents
        for incident in document.open_incidents
        if incident.hold is not None and incident.hold.reason is Reason.STORM
    }
    if run.mode is not Mode.AUTO:
        return 0, 0
    sick = [one for one in run.services if one.fault in REPAIRABLE and one.name not in waiting]
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
    what_needs_a_yes_has_one,
    lower_modes_write_nothing,
    no_remedy_for_ever,
    no_repair_is_claimed_that_is_none,
    the_untouchable_is_not_touched,
    the_kill_switch_stops_everything,
    a_storm_stops_everything,
    rates_are_kept,
    story_is_whole,
    open_subjects_are_indexed,
    no_bug_was_met,
)
