"""One verb per file: the fenced request that an intent makes."""

from __future__ import annotations

from collections.abc import Mapping

from worker.actions import evict_pod, rollout_restart
from worker.domain.playbook import Verb
from worker.engine.perform import Form

ACTIONS: Mapping[Verb, Form] = {
    Verb.EVICT_POD: evict_pod.form,
    Verb.ROLLOUT_RESTART: rollout_restart.form,
}
