"""What was observed of a CronJob and of the Jobs that it made.

Rules of this file: how many Jobs are kept is the CronJob's own setting (`failedJobsHistoryLimit`,
one unless it says otherwise), so what isn't listed may have failed all the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from worker.domain.document.identity import Target


@dataclass(frozen=True, slots=True)
class CronJobHealth:
    """`failed`: its Jobs that failed and are still kept, by name, with when they did. `succeeded_s`
    is when one last succeeded, 0 for never. `suspended_by`: the intent that suspended it, when we
    did."""

    target: Target
    resource_version: str
    generation: int
    suspended: bool
    active: int
    failed: dict[str, float] = field(default_factory=dict)
    succeeded_s: float = 0.0
    suspended_by: str = ""
    last_intent: str = ""
    annotations: dict[str, str] = field(default_factory=dict)

    @property
    def rolling(self) -> bool:
        return False

    @property
    def ours(self) -> str:
        """The intent of ours that it stands under still."""
        return self.suspended_by

    @property
    def failed_since(self) -> frozenset[str]:
        """Those that failed since the last success."""
        return frozenset(name for name, at_s in self.failed.items() if at_s > self.succeeded_s)

    @property
    def words(self) -> str:
        suspended = "suspended" if self.suspended else "not suspended"
        return (
            f"{len(self.failed_since)} of its kept jobs failed since one succeeded, "
            f"{self.active} active, {suspended}"
        )
