"""The shipped manifests, read as they are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

Json = dict[str, Any]
ROOT = Path(__file__).parents[2]
BASE = ROOT / "k8s" / "base"
AUTO = ROOT / "k8s" / "overlays" / "auto"
NODES = ROOT / "k8s" / "overlays" / "nodes"
COMPONENTS = ROOT / "components"
NAMESPACE = "aiops-system"


def objects(folder: Path) -> Iterator[Json]:
    for path in sorted(folder.glob("*.yaml")):
        if path.name != "kustomization.yaml":
            yield from (one for one in yaml.safe_load_all(path.read_text()) if one)


def only(folder: Path, kind: str, name: str) -> Json:
    (found,) = [o for o in objects(folder) if (o["kind"], o["metadata"]["name"]) == (kind, name)]
    return found


def pod_template() -> Json:
    return dict(only(BASE, "Deployment", "aiops-operator")["spec"]["template"])


def container() -> Json:
    (one,) = pod_template()["spec"]["containers"]
    return dict(one)


def granted(folder: Path) -> set[tuple[str, str, str]]:
    """(role, resource, verb) of every rule."""
    return {
        (role["metadata"]["name"], resource, verb)
        for role in objects(folder)
        if role["kind"] in ("Role", "ClusterRole")
        for rule in role["rules"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }


def granted_by_group(folder: Path) -> set[tuple[str, str, str]]:
    """(API group, resource, verb) of every rule."""
    return {
        (group, resource, verb)
        for role in objects(folder)
        if role["kind"] in ("Role", "ClusterRole")
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }
