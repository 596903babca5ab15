"""What may be done to what runs from time to time."""

from __future__ import annotations

from worker.domain.catalogue.descriptor import (
    ActionClass,
    Descriptor,
    Parameter,
    ParameterKind,
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
        {
            "failures": Parameter(
                ParameterKind.COUNT, 2, 10, 3, "so many jobs failed since one succeeded"
            ),
        },
        undo=Verb.RESUME_CRON_JOB,
        irreversible="",
        before=("it is not suspended", "its jobs fail again and again"),
        verified_by="a job of it that succeeds, run by hand; suspending alone repairs nothing",
        rights=(Right("patch", "batch", "cronjobs"),),
        contains=True,
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
        before=("it was suspended by us", "a job of it has succeeded since"),
        verified_by="it is not suspended any more",
        rights=(Right("patch", "batch", "cronjobs"),),
    ),
)  # fmt: skip
