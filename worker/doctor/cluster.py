"""The API server: does it answer, do our clocks agree, may we look and act, is the switch set."""

from __future__ import annotations

from worker.doctor.finding import Finding
from worker.outside import Outside
from worker.settings import Settings

Right = tuple[str, str, str, str]
"""API group, resource, subresource, verb."""

# What k8s/base and k8s/overlays/auto grant in all namespaces; a test compares them.
READ_RIGHTS: tuple[Right, ...] = (
    *(
        (group, resource, "", verb)
        for group, resource in (
            ("", "pods"), ("apps", "deployments"), ("apps", "statefulsets"), ("apps", "daemonsets"),
            ("batch", "cronjobs"), ("autoscaling", "horizontalpodautoscalers"),
        )
        for verb in ("get", "list", "watch")
    ),
    *(
        (group, resource, "", verb)
        for group, resource in (("apps", "replicasets"), ("batch", "jobs"))
        for verb in ("list", "watch")
    ),
    ("", "nodes", "", "get"),
    ("", "nodes", "", "list"),
    ("policy", "poddisruptionbudgets", "", "list"),
    ("keda.sh", "scaledobjects", "", "list"),
    ("autoscaling.k8s.io", "verticalpodautoscalers", "", "list"),
)  # fmt: skip
ACT_RIGHTS: tuple[Right, ...] = (
    ("", "pods", "eviction", "create"),
    ("apps", "deployments", "", "patch"),
    ("apps", "statefulsets", "", "patch"),
    ("apps", "daemonsets", "", "patch"),
    ("apps", "replicasets", "", "get"),
    ("autoscaling", "horizontalpodautoscalers", "", "patch"),
    ("batch", "cronjobs", "", "patch"),
)


async def api_server(world: Outside) -> Finding:
    version = await world.api.get_version()
    return Finding("API server", "ok", str(version.get("gitVersion", "answers")))


async def clock(world: Outside, settings: Settings) -> Finding:
    skew_s = world.clock.now_s() - await world.api.server_time_s()
    if abs(skew_s) > settings.policy.clock_skew_max_s:
        return Finding("clock", "failed", f"{skew_s:+.1f} s to the API server", "run an NTP client")
    return Finding("clock", "ok", f"{skew_s:+.1f} s to the API server")


async def rights(world: Outside, wanted: tuple[Right, ...], what: str) -> Finding:
    missing = [
        f"{verb} {resource}{'/' + subresource if subresource else ''}"
        for group, resource, subresource, verb in wanted
        if not await world.api.may(group, resource, subresource, verb)
    ]
    if missing:
        remedy = "apply k8s/base; for auto mode k8s/overlays/auto"
        return Finding(what, "failed", "missing: " + ", ".join(missing), remedy)
    return Finding(what, "ok", f"{len(wanted)} rights checked")


async def kill_switch(world: Outside) -> Finding:
    stopped = await world.kill_switch.is_set()
    if stopped:
        return Finding("kill switch", "unknown", "set: nothing will be written", "see the how-to")
    return Finding("kill switch", "ok", "readable, not set")
