"""What may be done to what runs from time to time."""

from __future__ import annotations

from worker.domain.catalogue.descriptor import (
    ActionClass,
    Descriptor,
    Right,
    Verb,
)
from worker.domain.document.identity import SubjectKind

JOBS: tuple[Descriptor, ...] = (
    Descriptor(
        Verb.SUSPEND_CRON_JOB,
        "Stop a CronJob from starting further jobs; running ones go on.",
        ActionClass.MEDIUM,
        SubjectKind.SERVICE,
        frozenset({"CronJob"}),
        {},
        undo=Verb.RESUME_CRON_JOB,
        irreversible="",
        before=("it is not suspended",),
        verified_by="no further job of it fails",
        rights=(Right("patch", "batch", "cronjobs"),),
    ),
    Descriptor(
        Verb.RESUME_CRON_JOB,
        "Let a CronJob go on that we suspended.",
        ActionClass.LOW,
        SubjectKind.SERVICE,
        frozenset({"CronJob"}),
        {},
        undo=Verb.SUSPEND_CRON_JOB,
        irreversible="",
        before=("it was suspended by us",),
        verified_by="its next job succeeds",
        rights=(Right("patch", "batch", "cronjobs"),),
    ),
)  # fmt: skip
