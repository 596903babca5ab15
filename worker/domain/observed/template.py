"""A pod template's identity: what it runs, whoever holds it and however often it was restarted.

Whoever chooses a template and whoever writes it compare by this one digest.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from worker.domain.document.digest import digest_of
from worker.domain.observed.history import RESTART_ANNOTATION

HASH_LABEL = "pod-template-hash"  # what a Deployment adds to the template of each ReplicaSet


def template_digest(template: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical JSON, without the ReplicaSet's label and the restart's annotation.

    Raises ValueError for what has no canonical JSON.
    """
    metadata = {
        **_mapping(template.get("metadata")),
        "labels": _without(template, "labels", HASH_LABEL),
        "annotations": _without(template, "annotations", RESTART_ANNOTATION),
    }
    # An empty map, null and a field left out say the same.
    said = {key: value for key, value in metadata.items() if value}
    return digest_of({**template, "metadata": said})


def unhashed(template: Mapping[str, Any]) -> dict[str, Any]:
    """A ReplicaSet's template as its Deployment has it: that label is the controller's."""
    labels = _without(template, "labels", HASH_LABEL)
    return {**template, "metadata": {**_mapping(template.get("metadata")), "labels": labels}}


def _without(template: Mapping[str, Any], field: str, key: str) -> dict[str, Any]:
    found = _mapping(_mapping(template.get("metadata")).get(field))
    return {name: value for name, value in found.items() if name != key}


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
