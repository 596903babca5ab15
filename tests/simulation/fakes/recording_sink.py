"""A human's inbox that the test reads."""

from __future__ import annotations

from dataclasses import dataclass, field

from worker.domain.document.outbox import Notice
from worker.engine.ports import PermanentError, TransientError


@dataclass
class RecordingSink:
    """Answers with `status`, as the webhook's receiver would; `away`, nobody listens.

    Seen: sink/taken, sink/delivered_twice (nothing is merged), sink/well_again.
    """

    name: str = "webhook"
    status: int = 202
    away: bool = False
    received: list[tuple[Notice, str]] = field(default_factory=list)

    async def deliver(self, notice: Notice, subject: str) -> str:
        """Seen: sink/trouble_over_there, sink/our_fault, sink/which_success,
        sink/nobody_listens.
        """
        if self.away:
            raise TransientError("nobody listens")
        if self.status == 429 or self.status >= 500:
            raise TransientError(f"the sink answered {self.status}")
        if not 200 <= self.status < 300:
            raise PermanentError(f"the sink answered {self.status}")
        self.received.append((notice, subject))
        return f"HTTP {self.status}"
