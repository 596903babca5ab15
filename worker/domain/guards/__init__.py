"""Who may say no. A guard refuses with a reason and never acts; the order of GUARDS is the policy.

Every guard is pure and fails closed: what it cannot know, it refuses. A guard is never "passed
with a warning".
"""

from __future__ import annotations

from worker.domain.guards.capacity import (
    availability_floor,
    no_common_cause,
    no_storm,
    one_disruption,
    room_in_scopes,
    subject_rate,
)
from worker.domain.guards.case import Case as Case
from worker.domain.guards.case import Guard
from worker.domain.guards.history import (
    attempts_left,
    cooled_down,
    not_flapping,
    not_looping,
    nothing_forgotten,
)
from worker.domain.guards.moment import (
    clocks_agree,
    fresh,
    no_deploy_running,
    nobody_at_work,
    not_silenced,
    window_open,
)
from worker.domain.guards.permission import (
    conditions,
    kill_switch,
    mode_allows,
    not_only_observing,
)
from worker.domain.guards.target import (
    has_controller,
    opted_out,
    owned_by_others,
    protected,
    still_there,
)
from worker.domain.planners.plan import Refusal

GUARDS: tuple[Guard, ...] = (
    still_there,
    protected,
    opted_out,
    has_controller,
    owned_by_others,
    conditions,
    clocks_agree,
    fresh,
    no_storm,
    no_common_cause,
    nobody_at_work,
    no_deploy_running,
    window_open,
    not_silenced,
    one_disruption,
    nothing_forgotten,
    attempts_left,
    not_looping,
    not_flapping,
    cooled_down,
    availability_floor,
    subject_rate,
    room_in_scopes,
    mode_allows,
    kill_switch,
)

UNDO_GUARDS: tuple[Guard, ...] = (
    still_there,
    protected,
    opted_out,
    clocks_agree,
    fresh,
    nobody_at_work,
    window_open,
    one_disruption,
    room_in_scopes,
    not_only_observing,
    kill_switch,
)
"""What may stop an undo: it puts back what we did, so neither a yes nor a cool-down is needed."""


def first_refusal(case: Case, guards: tuple[Guard, ...] = GUARDS) -> Refusal | None:
    return next((refusal for guard in guards if (refusal := guard(case)) is not None), None)


def answers(case: Case) -> tuple[tuple[str, Refusal | None], ...]:
    """What every guard says of this case, in their order: for whoever asks why."""
    return tuple((guard.__name__, guard(case)) for guard in GUARDS)
