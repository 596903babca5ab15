"""Who owns a problem, and what exactly may be acted upon."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

UNDERSTOOD_KINDS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "Pod"})
"""Workloads with pods all the time that a probe can judge."""

CRON_JOB = "CronJob"  # a workload that has pods from time to time, judged by its Jobs

KEY_LENGTH = 32  # hexadecimal digits; actor ids and state keys stay within [a-z0-9-]


class SubjectKind(StrEnum):
    SERVICE = "service"
    NODE = "node"
    CLUSTER = "cluster"
    UNRESOLVED = "unresolved"


@dataclass(frozen=True, slots=True)
class Target:
    """One object of the cluster. Without its uid it is only a name, and names are reused."""

    kind: str
    namespace: str
    name: str
    uid: str

    @property
    def text(self) -> str:
        """What belongs to the whole cluster has no namespace."""
        return f"{self.namespace}/{self.kind}/{self.name}".removeprefix("/")


@dataclass(frozen=True, slots=True)
class Subject:
    """Who owns a problem: for a service `name` is `Kind/name` of its workload."""

    kind: SubjectKind
    scope: str
    name: str

    @property
    def text(self) -> str:
        return f"{self.kind}/{self.scope}/{self.name}" if self.name else f"{self.kind}/{self.scope}"

    @classmethod
    def of_text(cls, text: str) -> Subject:
        """The subject whose `text` this is."""
        kind, _, rest = text.partition("/")
        scope, _, name = rest.partition("/")
        return cls(SubjectKind(kind), scope, name)

    @property
    def key(self) -> str:
        """The actor's id and the document's key: stable, and safe for every store and URL."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:KEY_LENGTH]

    @property
    def workload(self) -> tuple[str, str] | None:
        """Kind and name of the workload behind a service."""
        if self.kind is not SubjectKind.SERVICE or "/" not in self.name:
            return None
        kind, _, name = self.name.partition("/")
        return kind, name

    @property
    def has_object(self) -> bool:
        """Whether something of the cluster stands behind it that could be acted upon."""
        return self.workload is not None or self.kind is SubjectKind.NODE

    @property
    def understood(self) -> bool:
        """Whether a probe can judge that object; else only its monitor's word is known."""
        kind, _ = self.workload or ("", "")
        return self.kind is SubjectKind.NODE or kind in UNDERSTOOD_KINDS | {CRON_JOB}


INGEST = Subject(SubjectKind.CLUSTER, "", "ingest")
"""The subject that owns input which nobody could read."""

STORM = Subject(SubjectKind.CLUSTER, "", "storm")
"""The subject that owns a storm: one incident for all that is sick at once."""

STORM_ALERT = "aiops/storm"
"""The name of the alert about it: the worker's own, which can't come in from outside for STORM."""

NODE_ALERT = "aiops/sick-node"
"""The name of the worker's own alert about a node that several services are sick on."""
