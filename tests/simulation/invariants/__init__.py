"""What must hold in every run, judged by what was done to the cluster and what humans received.

The numbers in brackets are those of the reliability reference. A violation names its run's seed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.simulation.invariants.arrival import (
    documents_are_bounded,
    plans_are_fresh,
    replayed_it_changes_nothing,
    rubbish_holds_up_nobody,
    rubbish_is_kept_and_told,
    the_latest_word_counts,
)
from tests.simulation.invariants.delivery import (
    durable_before_acknowledged,
    no_alert_is_lost,
    no_bug_was_met,
    open_subjects_are_indexed,
)
from tests.simulation.invariants.effects import (
    claimed_before_done,
    decided_before_done,
    each_write_names_one_object,
    every_intent_closes,
    no_repair_is_claimed_that_is_none,
    nothing_changed_is_written_over,
    nothing_is_done_twice,
    nothing_is_lost_for_good,
    nothing_well_is_evicted,
    read_before_sent_again,
    the_untouchable_is_not_touched,
    what_is_called_not_done_was_not,
)
from tests.simulation.invariants.journal import story_is_whole
from tests.simulation.invariants.limits import (
    a_cause_cools_down,
    a_storm_stops_everything,
    no_remedy_for_ever,
    one_disruption_at_a_time,
    rates_are_kept,
    the_cluster_bears_it,
)
from tests.simulation.invariants.people import (
    lower_modes_write_nothing,
    packs_never_go_back,
    the_kill_switch_stops_everything,
    what_needs_a_yes_has_one,
)
from tests.simulation.scenario import REPAIRABLE, truly_healthy
from tests.simulation.schedule import Run
from worker.domain.playbooks.playbook import Mode
from worker.domain.story.reason import Reason

Check = Callable[[Run], Iterator[str]]


def violations(run: Run) -> list[str]:
    """Everything that doesn't hold, each with the seed to see it again."""
    return [
        f"seed {run.seed}, {check.__name__}: {words}"
        for check in INVARIANTS
        for words in check(run)
    ]


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


INVARIANTS: tuple[Check, ...] = (
    rubbish_holds_up_nobody,
    rubbish_is_kept_and_told,
    documents_are_bounded,
    the_latest_word_counts,
    plans_are_fresh,
    replayed_it_changes_nothing,
    every_intent_closes,
    no_alert_is_lost,
    durable_before_acknowledged,
    nothing_is_done_twice,
    what_is_called_not_done_was_not,
    one_disruption_at_a_time,
    nothing_well_is_evicted,
    nothing_changed_is_written_over,
    nothing_is_lost_for_good,
    decided_before_done,
    claimed_before_done,
    read_before_sent_again,
    each_write_names_one_object,
    the_cluster_bears_it,
    a_cause_cools_down,
    packs_never_go_back,
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
