"""An Alertmanager in memory: alerts by fingerprint, silences, inhibition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from worker.engine.ports import TransientError


@dataclass
class SimulatedMonitor:
    """`active` fires, `suppressed` is silenced or inhibited by something; `away`, nobody answers.

    Seen: monitor/firing, monitor/silenced, monitor/inhibited, monitor/fires_again.
    """

    active: set[str] = field(default_factory=set)
    suppressed: set[str] = field(default_factory=set)
    away: bool = False

    async def states(self, fingerprints: Sequence[str]) -> Mapping[str, str]:
        """A silence without an alert is nothing.

        Seen: monitor/nothing_asked, monitor/never_heard_of, monitor/resolved,
        monitor/resolved_while_silenced, monitor/away.
        """
        if self.away:
            raise TransientError("the monitor is away")
        return {
            one: "suppressed" if one in self.suppressed else "firing"
            for one in fingerprints
            if one in self.active
        }
