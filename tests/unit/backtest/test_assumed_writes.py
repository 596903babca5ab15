"""What deploys and accepted writes make of a service that is only assumed."""

from __future__ import annotations

from tests.unit.backtest.assumed_service import Seen
from tests.unit.backtest.recordings import DAY_S, HOUR_S, POD, alert, deploy
from tests.unit.domain.builders import NOW_S
from worker.backtest.assumed import REPLICAS
from worker.backtest.symptoms import CRASHES_SHOW_S
from worker.domain.catalogue import Verb
from worker.domain.observed.history import RolloutHistory


def test_a_deploy_is_a_revision_whatever_it_says_of_itself() -> None:
    seen = Seen(deploy(-600.0, kind="deploy_started"), deploy(-300.0, kind="deploy_finished"))
    assert seen.templates() == ["template-2", "template-1"]
    assert seen.rollout().changed_at_s == NOW_S - 600.0
    seen.take(deploy(0.0))
    assert seen.templates() == ["template-3", "template-2", "template-1"]
    seen.take(deploy(60.0, kind="config_changed"))
    assert len(seen.templates()) == 3


def test_a_deploy_that_never_finished_doesnt_hide_the_next_one() -> None:
    seen = Seen(deploy(-DAY_S, kind="deploy_started"), deploy(0.0, kind="deploy_finished"))
    assert seen.templates() == ["template-3", "template-2", "template-1"]


def test_what_was_there_before_the_deploys_is_proven_for_good() -> None:
    seen = Seen(deploy(0.0))
    history = seen.facts(100 * DAY_S).history
    assert isinstance(history, RolloutHistory)
    good = history.last_proven(DAY_S, frozenset())
    assert good is not None
    assert good.template == "template-1"


def test_an_evicted_pod_comes_back_as_another_one_and_as_sick() -> None:
    seen = Seen(alert(pod=POD))
    before = seen.pod(POD)
    seen.write(Verb.EVICT_POD, 60.0, target=POD)
    early, later = seen.pod(POD, 61.0), seen.pod(POD, 60.0 + CRASHES_SHOW_S)
    assert early.target.uid != before.target.uid
    assert (early.created_at_s, early.ready, early.crash_looping) == (NOW_S + 60.0, False, False)
    assert later.crash_looping
    assert len(seen.pods()) == REPLICAS


def test_the_pods_that_are_well_dont_get_younger_as_time_goes_by() -> None:
    """Else they would be taken for the repair's own, and a failed one for helpful in part."""
    seen = Seen(alert(pod=POD))
    assert seen.pods(10 * HOUR_S) == seen.pods(0.0)


def test_fields_hold_what_was_written() -> None:
    seen = Seen(deploy(-HOUR_S))
    seen.write(Verb.SCALE, 0.0, replicas=5)
    assert (seen.rollout().desired, seen.rollout().ready) == (5, 5)
    seen.write(Verb.RAISE_MEMORY_LIMIT, 10.0, limit="768Mi", container="app")
    assert seen.rollout().containers[0].memory_limit == "768Mi"
    assert seen.rollout().revision == "3"
    seen.write(Verb.PAUSE_ROLLOUT, 20.0)
    assert (seen.rollout().paused, seen.rollout().paused_by) == (True, "intent-pause_rollout")
    seen.write(Verb.RESUME_ROLLOUT, 30.0)
    assert not seen.rollout().paused
    assert seen.rollout().last_intent == "intent-resume_rollout"


def test_a_rollback_brings_the_old_template_back() -> None:
    seen = Seen(deploy(-600.0))
    seen.write(Verb.ROLL_BACK, 0.0, template="template-1")
    assert seen.templates() == ["template-1", "template-2"]
    assert seen.rollout().revision == "3"
    seen.write(Verb.ROLL_BACK, 60.0, template="template-2")
    assert seen.templates() == ["template-2", "template-1"]


def test_a_restart_is_a_revision_of_the_same_template() -> None:
    seen = Seen(deploy(-600.0))
    before = seen.facts().history
    seen.write(Verb.ROLLOUT_RESTART, 0.0)
    after = seen.facts().history
    assert isinstance(before, RolloutHistory)
    assert isinstance(after, RolloutHistory)
    assert seen.rollout().revision == "3"
    assert after.unchanged_from_s == before.unchanged_from_s
