"""One verb per file: the fenced request it makes, and what the API server's answer means."""

from __future__ import annotations

from collections.abc import Mapping

from worker.actions import evict_pod, rollout_restart
from worker.domain.playbook import Verb
from worker.engine.perform import Form, Read

ACTIONS: Mapping[Verb, tuple[Form, Read]] = {
    Verb.EVICT_POD: (evict_pod.form, evict_pod.read),
    Verb.ROLLOUT_RESTART: (rollout_restart.form, rollout_restart.read),
}
