"""One thing that was recorded, read and understood."""

from __future__ import annotations

from dataclasses import dataclass

from worker.domain.document.identity import Subject
from worker.domain.incoming.alert import Alert
from worker.domain.incoming.ops_event import OpsEvent

Order = tuple[float, float, int, str, str]


@dataclass(frozen=True, slots=True)
class Recorded:
    """One alert or ops-event with its subject and its time, in seconds since the epoch. `muted`:
    silenced or inhibited; `place`: where it was read."""

    at_s: float
    subject: Subject
    item: Alert | OpsEvent
    muted: bool = False
    place: str = ""

    @property
    def order(self) -> Order:
        """Of the same moment an event comes first, then what began earlier, and what fires before
        its own end: so nothing hangs on the order in which they were written down."""
        item = self.item
        if isinstance(item, OpsEvent):
            return (self.at_s, 0.0, 0, self.subject.text, item.id)
        starts_at_s, resolved = item.order
        return (self.at_s, starts_at_s, resolved, self.subject.text, item.fingerprint)
