"""Why: a closed set of words, the same in journal, metric, log and documentation."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Growing(StrEnum):
    """A set of words to which a newer version may add: a stored one that this version doesn't know
    is kept as it is, so that an older replica can still read what a newer one wrote."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        word = str.__new__(cls, value)
        word._name_, word._value_ = value, value
        return word


class Reason(Growing):
    """Each with the sentence that a human reads."""

    # What opens, changes and closes an incident.
    ALERT_FIRING = "alert_firing"
    ALERT_RESOLVED = "alert_resolved"
    OPS_EVENT = "ops_event"
    OBSERVED = "observed"
    INBOX_FULL = "inbox_full"
    INCIDENTS_FULL = "incidents_full"
    # Why we act.
    SICK_POD = "sick_pod"
    SICK_WORKLOAD = "sick_workload"
    # Why not, or not now.
    OBSERVE_MODE = "observe_mode"
    KILL_SWITCH = "kill_switch"
    KILL_SWITCH_UNREADABLE = "kill_switch_unreadable"
    CLOCKS_DISAGREE = "clocks_disagree"
    PROTECTED = "protected"
    OPTED_OUT = "opted_out"
    NO_CONTROLLER = "no_controller"
    TARGET_GONE = "target_gone"
    TARGET_UNKNOWN = "target_unknown"
    NOTHING_SICK = "nothing_sick"
    SICK_EVERYWHERE = "sick_everywhere"
    ROLLOUT_IN_PROGRESS = "rollout_in_progress"
    ROLLOUT_PAUSED = "rollout_paused"
    UPDATE_ON_DELETE = "update_on_delete"
    LAST_HEALTHY_REPLICA = "last_healthy_replica"
    DISRUPTION_BUDGET = "disruption_budget"
    BUSY = "busy"
    COOL_DOWN = "cool_down"
    ATTEMPTS_USED = "attempts_used"
    SOAKING = "soaking"
    EVIDENCE_UNKNOWN = "evidence_unknown"
    JOURNAL_STUCK = "journal_stuck"
    POLICY_BEHIND = "policy_behind"
    NO_PLAYBOOK = "no_playbook"
    # What the API server answered.
    ACCEPTED = "accepted"
    FOUND_DONE = "found_done"
    STALE = "stale"
    THROTTLED = "throttled"
    FORBIDDEN = "forbidden"
    DENIED_BY_POLICY = "denied_by_policy"
    QUOTA = "quota"
    SEVERAL_BUDGETS = "several_budgets"
    TERMINATING = "terminating"
    UNAUTHENTICATED = "unauthenticated"
    UNSUPPORTED = "unsupported"
    BAD_REQUEST = "bad_request"
    CLAIMED = "claimed"
    UNREACHABLE = "unreachable"
    NOT_SENT = "not_sent"
    SUPERSEDED = "superseded"
    # What the verification said.
    HEALTHY = "healthy"
    STILL_SICK = "still_sick"
    HELPED_IN_PART = "helped_in_part"
    SHRUNK = "shrunk"
    REPLACED = "replaced"
    STILL_FIRING = "still_firing"
    ALERT_SUPPRESSED = "alert_suppressed"
    NOT_YET = "not_yet"
    # How it ends.
    REPAIRED = "repaired"
    RESOLVED_BY_OTHERS = "resolved_by_others"
    LADDER_EXHAUSTED = "ladder_exhausted"
    HELD_TOO_LONG = "held_too_long"
    VERIFICATION_UNKNOWN = "verification_unknown"
    OWNER_UNKNOWN = "owner_unknown"
    MALFORMED_INPUT = "malformed_input"
    WORKER_BUG = "worker_bug"
    LEFT_TO_HUMAN = "left_to_human"
    RECEIVED = "received"
