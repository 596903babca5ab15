"""What may be done to a node; only what we did ourselves is undone."""

from __future__ import annotations

from worker.domain.catalogue.descriptor import (
    ActionClass,
    Descriptor,
    Right,
    Verb,
)
from worker.domain.document.identity import SubjectKind

NODES: tuple[Descriptor, ...] = (
    Descriptor(
        Verb.CORDON,
        "Keep new pods away from a node; those on it stay.",
        ActionClass.LOW,
        SubjectKind.NODE,
        frozenset({"Node"}),
        {},
        undo=Verb.UNCORDON,
        irreversible="",
        before=("a condition shows it unfit", "it is not cordoned", "it is no control plane",
                "enough nodes of its pool take pods"),
        verified_by="the node's own condition; its alert is cleared by the cordon itself",
        rights=(Right("patch", "", "nodes"),),
        disrupts=True,
        contains=True,
    ),
    Descriptor(
        Verb.UNCORDON,
        "Let a node be used again that we cordoned.",
        ActionClass.LOW,
        SubjectKind.NODE,
        frozenset({"Node"}),
        {},
        undo=Verb.CORDON,
        irreversible="",
        before=("it was cordoned by us", "it is ready"),
        verified_by="the node is schedulable and ready",
        rights=(Right("patch", "", "nodes"),),
    ),
)  # fmt: skip
