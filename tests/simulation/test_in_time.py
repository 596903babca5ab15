"""How soon an accepted alert is worked on: after a crash, and beside a service that is stuck."""

from __future__ import annotations

from collections.abc import Iterator

from tests.simulation.nemesis import CALM, Rates
from tests.simulation.scenario import Fault, Service
from tests.simulation.schedule import SKEW_MAX_S, Run, simulate
from worker.domain.document.subject import SubjectDocument
from worker.domain.playbooks.playbook import Mode

SEEDS = 15
CRASHES = Rates(crash=0.0015)
HANDLED_WITHIN_S = 15.0
STUCK = tuple(Service(f"app{n}", 2, Fault.NODE, 0.0) for n in range(3))
DELAYED_MAX_S = 1.0


def first_words(run: Run) -> Iterator[tuple[SubjectDocument, float, float, float | None]]:
    """Of each subject's first incident: when its first alert was taken in and when it opened, and
    when the host that took it died."""
    first: dict[str, tuple[float, float | None]] = {}
    for one in run.monitoring.taken:
        first.setdefault(one.alert["fingerprint"], (one.at_s, one.host.died_s))
    for document in run.documents:
        for incident in document.incidents[:1]:
            known = [first[a.fingerprint] for a in incident.alerts if a.fingerprint in first]
            if known:
                at_s, died_s = min(known, key=lambda one: one[0])
                yield document, at_s, incident.opened_at_s, died_s


def test_after_a_crash_the_next_alert_is_handled_soon() -> None:
    """[31] By whoever took it, if that one lives; by any replica's clock."""
    runs = [simulate(seed, CRASHES, Mode.AUTO) for seed in range(3000, 3000 + SEEDS)]
    late, after_a_crash = [], 0
    for run in runs:
        died = [one.died_s for one in run.hosts if one.died_s is not None]
        for document, taken_s, opened_s, died_s in first_words(run):
            if died_s is not None and died_s - taken_s < HANDLED_WITHIN_S:
                continue  # the sweep of the other one finds it
            after_a_crash += any(at_s < taken_s for at_s in died)
            if opened_s - taken_s > HANDLED_WITHIN_S + 2 * SKEW_MAX_S:
                late.append(f"seed {run.seed}: {document.subject.text} {opened_s - taken_s:.0f} s")
    assert late == []
    assert after_a_crash > 0, "nothing crashed before an alert came"


def delays_s(unanswered: str) -> list[float]:
    runs = [
        simulate(seed, CALM, Mode.AUTO, services=STUCK, unanswered=unanswered)
        for seed in range(4000, 4000 + SEEDS)
    ]
    return sorted(
        opened_s - taken_s
        for run in runs
        for document, taken_s, opened_s, _ in first_words(run)
        if document.subject.name != "Deployment/app0"
    )


def test_a_service_that_is_stuck_delays_nobody() -> None:
    """[29] With its probes unanswered for ever the others are worked on as soon as without."""
    usual, beside = delays_s(""), delays_s("app0")
    assert len(beside) >= SEEDS
    assert beside[-1] <= usual[-1] + DELAYED_MAX_S
