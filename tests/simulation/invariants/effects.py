"""What is done is done once, decided before, and about what is still sick."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from tests.simulation.nemesis import LATE_MAX_S
from tests.simulation.parts import Applied
from tests.simulation.scenario import UNREPAIRABLE, UNTOUCHABLE, truly_healthy
from tests.simulation.schedule import Run
from worker.domain.document.subject import SubjectDocument
from worker.domain.story.reason import Reason

MAY_HAVE_HAPPENED = (None, Reason.ACCEPTED, Reason.FOUND_DONE, Reason.UNREACHABLE)
ON_ITS_WAY_S = LATE_MAX_S + 1.0  # a write that was sent may be applied so much later


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


def what_is_called_not_done_was_not(run: Run) -> Iterator[str]:
    """[21] A deed whose attempt is over without it had no effect, and has none later."""
    if not run.shared.restored_s:  # else the same id may be given to another attempt
        yield from called_not_done(run.shared.applied, run.documents)


def called_not_done(
    applied: Sequence[Applied], documents: Sequence[SubjectDocument]
) -> Iterator[str]:
    attempts = {a.intent_id: a for d in documents for i in d.incidents for a in i.attempts}
    for one in applied:
        attempt = attempts.get(one.request.intent_id)
        if attempt is not None and attempt.outcome not in MAY_HAVE_HAPPENED:
            yield f"{one.request.intent_id} took effect, and is called {attempt.outcome}"


def nothing_well_is_evicted(run: Run) -> Iterator[str]:
    """[7] What was decided about a sick pod has no effect on one that got well in the meantime."""
    for one in run.shared.applied:
        if one.target_was_ready:
            yield f"{one.request.intent_id} evicted {one.request.ref.name}, which was ready"


def nothing_changed_is_written_over(run: Run) -> Iterator[str]:
    """[7] What has changed since it was read last before the sending is not written to."""
    for one in run.shared.applied:
        if not one.target_was_as_read:
            yield f"{one.request.intent_id} wrote to {one.request.ref.name}, which had changed"


def nothing_is_lost_for_good(run: Run) -> Iterator[str]:
    """[15] No pod is evicted that nothing would make again."""
    for one in run.shared.applied:
        if not one.target_was_controlled:
            yield f"{one.request.intent_id} evicted {one.request.ref.name} for good"


def decided_before_done(run: Run) -> Iterator[str]:
    """[20] The intent was in a stored document when its write took effect."""
    for one in run.shared.applied:
        if not one.intent_was_durable and not _just_restored(run, one.at_s):
            yield f"{one.request.intent_id} took effect before it was durable"


def every_intent_closes(run: Run) -> Iterator[str]:
    """[21] At the end nothing is owed, each attempt has its outcome, and what was done has its
    verdict before its incident is called resolved."""
    for document in run.documents:
        for intent in document.intents:
            yield f"{intent.id} is still owed"
        for incident in document.incidents:
            for attempt in incident.attempts:
                if attempt.owed:
                    yield f"{attempt.intent_id} never got an outcome"
                judged = attempt.verdict or attempt.undone or attempt.undoes
                if attempt.done and not judged and incident.resolution is Reason.REPAIRED:
                    yield f"{attempt.intent_id} was never judged"


def claimed_before_done(run: Run) -> Iterator[str]:
    """[11, 12] Room was granted for it, by whoever bears it, when its write took effect."""
    for one in run.shared.applied:
        if not one.intent_was_claimed and not _just_restored(run, one.at_s):
            yield f"{one.request.intent_id} took effect without a claim"


def read_before_sent_again(run: Run) -> Iterator[str]:
    """[9] Without a clear answer the next thing this host asks is a read, not the same write."""
    unclear: dict[tuple[str, str], bool] = {}
    for host, what, name in run.shared.requests:
        if what == "unclear":
            unclear[host, name] = True
        elif what == "read":
            for key in [key for key in unclear if key[0] == host]:
                del unclear[key]
        elif unclear.get((host, name)):
            yield f"{host} sent {name} again without a look at its target"


def each_write_names_one_object(run: Run) -> Iterator[str]:
    """[16] Never a collection, never a selector."""
    for one in run.shared.applied:
        if not one.request.ref.name or one.request.ref.label_selector:
            yield f"{one.request.intent_id} wrote to {one.request.ref}"


def _just_restored(run: Run, at_s: float) -> bool:
    """A write that was on its way when the store was put back: its intent was durable, and is
    forgotten."""
    return any(0.0 <= at_s - restored_s <= ON_ITS_WAY_S for restored_s in run.shared.restored_s)


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
