"""What is truly wrong, which no probe sees: the cause of every symptom, and what heals it."""

from __future__ import annotations

from dataclasses import dataclass, field

from worker.adapters.simulated.objects import pod_status, waiting
from worker.domain.observed.history import RESTART_ANNOTATION
from worker.domain.observed.quantity import bytes_of
from worker.engine.ports import Json

CRASH_EVERY_S = 2.0  # a crash-looping container's restarts
ERROR, KILLED = (1, "Error"), (137, "OOMKilled")
"""How a container ended: exit code and reason."""


@dataclass
class Truth:
    """`sick_nodes` and `sick_images`: a pod on or of one crash-loops, until it runs elsewhere or
    another template does.

    `unready_templates` names apps that are not ready until they are restarted, `unready_apps`
    those that never are, `unpullable_images` what no registry has. `needs_memory`: the bytes
    below which a limit gets the app's containers killed again and again. `load`: how many ready
    replicas an app needs; with fewer its pods stay ready, and it answers too slowly to its callers.
    """

    sick_nodes: set[str] = field(default_factory=set)
    sick_images: set[str] = field(default_factory=set)
    unready_templates: set[str] = field(default_factory=set)
    unready_apps: set[str] = field(default_factory=set)
    unpullable_images: set[str] = field(default_factory=set)
    needs_memory: dict[str, int] = field(default_factory=dict)
    load: dict[str, int] = field(default_factory=dict)

    def status_of(self, pod: Json, since_s: float) -> Json:
        """Of a pod that runs this long.

        Seen: cluster_patches/heals_what_a_restart_heals, cluster_verbs/raise_memory_limit.
        """
        app, image = pod["metadata"]["labels"]["app"], pod["spec"]["containers"][0]["image"]
        if image in self.unpullable_images:
            return pod_status(pod, state=waiting("ImagePullBackOff"))
        ended = self._crash(pod, app, image)
        if ended is not None:
            restarts = 1 + int(since_s / CRASH_EVERY_S)
            crash_loop = waiting("CrashLoopBackOff")
            return pod_status(pod, state=crash_loop, restarts=restarts, ended=ended)
        restarted = RESTART_ANNOTATION in pod["metadata"]["annotations"]
        sluggish = app in self.unready_templates and not restarted
        before = pod["status"]["containerStatuses"][0]["restartCount"]
        ready = not sluggish and app not in self.unready_apps
        return pod_status(pod, state={"running": {}}, restarts=before, ready=ready)

    def _crash(self, pod: Json, app: str, image: str) -> tuple[int, str] | None:
        if pod["spec"]["nodeName"] in self.sick_nodes or image in self.sick_images:
            return ERROR
        limits = (pod["spec"]["containers"][0].get("resources") or {}).get("limits") or {}
        limit_bytes = bytes_of(limits.get("memory", ""))
        enough = limit_bytes is None or limit_bytes >= self.needs_memory.get(app, 0)
        return None if enough else KILLED
