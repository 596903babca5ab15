"""How much is done: one disruption at a time, rates, storms, and no remedy for ever."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise

from tests.simulation.installation import COOL_DOWN_S, WATCH
from tests.simulation.nemesis import LATE_MAX_S
from tests.simulation.parts import Applied
from tests.simulation.schedule import SKEW_MAX_S, Run


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


def the_cluster_bears_it(run: Run) -> Iterator[str]:
    """[11] At the moment of each deed no more services are down by our hand than are allowed."""
    if run.shared.restored_s:
        return  # what the store forgot can't be counted
    for one in run.shared.applied:
        if len(one.others_disrupted) >= run.settings.policy.cluster.leases_max:
            others = ", ".join(one.others_disrupted)
            yield f"{one.request.intent_id} was done while {others} were not back"


def a_cause_cools_down(run: Run) -> Iterator[str]:
    """[13] The same remedy for another incident of a service waits, whatever was in between."""
    apart_s = COOL_DOWN_S - 2 * SKEW_MAX_S - LATE_MAX_S
    last: dict[tuple[tuple[str, str], str, str], tuple[str, float]] = {}
    for one in run.shared.applied:
        incident = one.request.intent_id.rsplit("-s", 1)[0]
        key = (one.subject, one.request.verb, one.request.subresource)
        earlier, at_s = last.get(key, (incident, 0.0))
        if earlier != incident and one.at_s - at_s < apart_s and not run.shared.restored_s:
            yield f"{one.request.intent_id}: {one.at_s - at_s:.0f} s after {earlier}"
        last[key] = (incident, one.at_s)


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


def a_storm_stops_everything(run: Run) -> Iterator[str]:
    """[14] While too much is known to be sick, nothing new is done; our deeds are still undone."""
    limits = run.settings.policy.storm
    attempts = [a for d in run.documents for i in d.incidents for a in i.attempts]
    undos = {one.intent_id for one in attempts if one.undoes}
    for one in run.shared.applied:
        if one.request.intent_id in undos:
            continue
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
