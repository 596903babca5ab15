"""One verb per file, a pair of opposites together: the fenced request that an intent makes."""

from __future__ import annotations

from collections.abc import Mapping

from worker.actions import (
    cordon,
    evict_pod,
    pause_rollout,
    raise_hpa_max,
    raise_memory_limit,
    roll_back,
    rollout_restart,
    scale,
    suspend_cron_job,
)
from worker.actions.json_patch import itself
from worker.domain.catalogue import Verb
from worker.engine.perform import Action

ACTIONS: Mapping[Verb, Action] = {
    Verb.EVICT_POD: Action(evict_pod.form),
    Verb.ROLLOUT_RESTART: Action(rollout_restart.form),
    Verb.ROLL_BACK: Action(roll_back.form, roll_back.reads),
    Verb.PAUSE_ROLLOUT: Action(pause_rollout.pause, itself),
    Verb.RESUME_ROLLOUT: Action(pause_rollout.resume, itself),
    Verb.SCALE: Action(scale.form, itself),
    Verb.RAISE_MEMORY_LIMIT: Action(raise_memory_limit.form, itself),
    Verb.RAISE_HPA_MAX: Action(raise_hpa_max.form, itself),
    Verb.SUSPEND_CRON_JOB: Action(suspend_cron_job.suspend, itself),
    Verb.RESUME_CRON_JOB: Action(suspend_cron_job.resume, itself),
    Verb.CORDON: Action(cordon.cordon, itself),
    Verb.UNCORDON: Action(cordon.uncordon, itself),
}
