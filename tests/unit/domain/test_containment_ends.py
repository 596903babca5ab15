"""What contains harm, seen from its subject: when a node or a CronJob is well, or gone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.domain.builders import NOW_S, POLICY, RESOLVED, only, reasons
from tests.unit.domain.containing import (
    CORDON,
    CORDONED,
    DEADLINE_S,
    SUSPEND,
    cron_job,
    facts_of,
    fit,
    node,
)
from worker.domain.document.incident import Phase
from worker.domain.incoming.absorb import absorb
from worker.domain.incoming.inbox import accept
from worker.domain.observed.evidence import AlertStates, Gone, Unknown
from worker.domain.story.reason import Reason


@pytest.mark.parametrize(
    "alerts",
    [
        AlertStates(frozenset({CORDON.news.fingerprint}), frozenset()),
        AlertStates(frozenset(), frozenset({CORDON.news.fingerprint})),
        Unknown("HTTP 500"),
    ],
    ids=["still firing", "silenced", "no answer"],
)
def test_a_fit_node_is_not_well_while_its_alert_says_otherwise(
    alerts: AlertStates | Unknown,
) -> None:
    seen = facts_of(fit(), alerts=alerts)
    document = CORDON.steadily(CORDON.opened(), seen, 0.0, 400.0)
    assert only(document).phase is not Phase.RESOLVED


def test_a_node_that_got_well_by_itself_is_closed_without_an_act() -> None:
    document = CORDON.steadily(CORDON.opened(), facts_of(fit()), 0.0)
    assert only(document).resolution is Reason.RESOLVED_BY_OTHERS
    assert only(document).attempts == ()


def test_a_cordon_of_somebody_else_is_left_and_watched_to_its_end() -> None:
    theirs = facts_of(node(schedulable=False))
    document = CORDON.looked(CORDON.opened(), theirs, 60.0)
    assert only(document).escalated_for is Reason.LADDER_EXHAUSTED
    assert "refused:contained" in reasons(document)
    well = facts_of(fit(schedulable=False))
    document = CORDON.steadily(document, well, 100.0)
    assert (only(document).resolution, only(document).attempts) == (Reason.RESOLVED_BY_OTHERS, ())


def test_a_node_that_vanished_is_gone_for_good_once_its_alert_is_over() -> None:
    over = replace(CORDON.news, status=RESOLVED)
    document = absorb(accept(CORDON.handed_over(), (over,)), POLICY, NOW_S + DEADLINE_S + 5.0)
    gone = replace(CORDON.contained, node=Gone("Node node-1"))
    document = CORDON.looked(document, gone, DEADLINE_S + 60.0)
    assert only(document).resolution is Reason.GONE_FOR_GOOD


def test_a_cron_job_that_never_runs_again_is_left_to_the_human_after_a_day() -> None:
    over = replace(SUSPEND.news, status=RESOLVED)
    few = facts_of(cron_job(failed={}))
    document = SUSPEND.looked(SUSPEND.opened(), few, 60.0)
    assert only(document).phase is Phase.ESCALATED
    document = absorb(accept(document, (over,)), POLICY, NOW_S + 70.0)
    document = SUSPEND.looked(document, few, POLICY.watch_for_s - 1.0)
    assert only(document).phase is Phase.ESCALATED
    document = SUSPEND.looked(document, few, POLICY.watch_for_s)
    assert only(document).resolution is Reason.LEFT_TO_HUMAN


def test_the_lease_of_a_cordon_outlasts_every_decision_that_did_not_see_it() -> None:
    kept_s = 60.0 + 2.0 * POLICY.plan_ttl_s
    document = CORDON.looked(CORDON.verifying(), facts_of(CORDONED), kept_s - 1.0)
    (lease,) = document.leases
    assert (lease.ended, lease.node_pool) == (False, "workers")
    (lease,) = CORDON.looked(document, facts_of(CORDONED), kept_s).leases
    assert lease.ended


@pytest.mark.parametrize("own", [Gone("Node node-1"), Unknown("HTTP 403")], ids=["gone", "unknown"])
def test_its_lease_ends_with_the_node_and_never_unseen(own: Gone | Unknown) -> None:
    seen = replace(CORDON.contained, node=own)
    (lease,) = CORDON.looked(CORDON.verifying(), seen, 60.0 + POLICY.lease_s + 1.0).leases
    assert lease.ended is isinstance(own, Gone)
