"""What only contains harm: why it is done, and why not."""

from __future__ import annotations

from tests.unit.domain.containing import CORDON, SUSPEND, Containment, cron_job, facts_of, node
from tests.unit.domain.reached import Way, Ways
from worker.domain.observed.cron_jobs import CronJobHealth
from worker.domain.observed.nodes import NodeHealth
from worker.domain.story.reason import Reason


def looked(one: Containment, own: NodeHealth | CronJobHealth) -> Way:
    return lambda: one.looked(one.opened(), facts_of(own, one.news), 60.0)


WAYS: Ways = {
    Reason.SICK_NODE: CORDON.acting,
    Reason.FAILS_AGAIN: SUSPEND.acting,
    Reason.FAILED_TOO_SELDOM: looked(SUSPEND, cron_job(failed={})),
    Reason.LAST_NODE: looked(CORDON, node(nodes_in_pool=1)),
    Reason.POOL_UNWELL: looked(CORDON, node(cordoned_in_pool=1)),
    Reason.CONTAINED: CORDON.handed_over,
}
