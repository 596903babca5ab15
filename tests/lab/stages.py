"""The file that kwok plays from: the module's stock stages, made quick, and the lab's own faults.

The faults in stages/*.yaml ask `@fault`: which fault the object itself names by labels and node. It
is one expression (stages/fault.jq), so exactly one stage matches; kwok would choose at random.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from tests.lab.paths import BINARIES, SOURCE

Stage = dict[str, Any]

STOCK = BINARIES / "kwok-stages"
OWN = SOURCE / "stages"
# Milliseconds, from and to: a pod is ready after about two seconds, and gone after one.
QUICK: dict[str, dict[str, int]] = {
    "pod-create": {"durationMilliseconds": 200, "jitterDurationMilliseconds": 600},
    "pod-ready": {"durationMilliseconds": 500, "jitterDurationMilliseconds": 1500},
    "pod-delete": {"durationMilliseconds": 1000},
}
HEALTHY = {"key": "@fault", "operator": "In", "values": ["none"]}


def write(target: Path) -> None:
    """Stock stages first, then ours, as one file of many documents."""
    stages = [quick(stage) for stage in read(STOCK)] + read(OWN)
    expressions = {f"@{file.stem}": " ".join(file.read_text().split()) for file in OWN.glob("*.jq")}
    for stage in stages:
        for one in stage["spec"]["selector"].get("matchExpressions", []):
            one["key"] = expressions.get(one["key"], one["key"])
    target.write_text(yaml.safe_dump_all(stages))


def read(folder: Path) -> list[Stage]:
    files = sorted(folder.glob("*.yaml"))
    return [one for file in files for one in yaml.safe_load_all(file.read_text()) if one]


def quick(stage: Stage) -> Stage:
    """A stock stage with our delays; what makes a pod ready leaves the sick ones alone."""
    name, spec = stage["metadata"]["name"], stage["spec"]
    if name in QUICK:
        by_annotation = spec["delay"]["durationFrom"]
        spec["delay"] = {**QUICK[name], "durationFrom": by_annotation}
    if name == "pod-ready":
        spec["selector"]["matchExpressions"].append(HEALTHY.copy())
    return stage
