"""Monitors to test: a real Alertmanager, driven through its own API, and the simulated one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import ClientSession

from tests.contracts.observing import until
from tests.simulation.fakes.simulated_monitor import SimulatedMonitor
from worker.adapters.alertmanager import Alertmanager
from worker.adapters.system_clock import SystemClock
from worker.engine.ports import Monitor

CONFIGURATION = {
    "route": {"receiver": "nobody", "group_wait": "1s"},
    "receivers": [{"name": "nobody"}],
    "inhibit_rules": [
        {"source_matchers": ['severity="inhibiting"'], "target_matchers": ['severity="inhibited"']}
    ],
}
HOUR = timedelta(hours=1)


class AlertmanagerRig:
    """Alerts carry the case's name, so that cases don't meet on the one Alertmanager."""

    def __init__(self, session: ClientSession, url: str, case: str, dead_url: str) -> None:
        self.monitor: Monitor = Alertmanager(session, url)
        self._session, self._url, self._case, self._dead_url = session, url, case, dead_url
        self._severities: dict[str, str] = {}
        self._silences: dict[str, str] = {}

    async def fire(self, name: str, severity: str = "warning") -> str:
        self._severities[name] = severity
        await self._post("alerts", [self._alert(name, ends=HOUR)])
        return await until(SystemClock(), f"{name} fires", lambda: self._fingerprint(name))

    async def resolve(self, name: str) -> None:
        await self._post("alerts", [self._alert(name, ends=timedelta(seconds=-1))])

        async def over() -> bool:
            return await self._fingerprint(name) is None

        await until(SystemClock(), f"{name} is over", over)

    async def silence(self, name: str) -> None:
        matchers = [
            {"name": key, "value": value, "isRegex": False, "isEqual": True}
            for key, value in self._labels(name).items()
        ]
        now = datetime.now(UTC)
        made = await self._post(
            "silences",
            {
                "matchers": matchers,
                "startsAt": now.isoformat(),
                "endsAt": (now + HOUR).isoformat(),
                "createdBy": "test",
                "comment": "for a test",
            },
        )
        self._silences[name] = made["silenceID"]

    async def expire_silence(self, name: str) -> None:
        url = f"{self._url}/api/v2/silence/{self._silences[name]}"
        async with self._session.delete(url) as answer:
            assert answer.status == 200, answer.status

    async def cut_off(self) -> None:
        self.monitor = Alertmanager(self._session, self._dead_url)

    def _labels(self, name: str) -> dict[str, str]:
        return {"alertname": name, "severity": self._severities[name], "case": self._case}

    def _alert(self, name: str, *, ends: timedelta) -> dict[str, Any]:
        now = datetime.now(UTC)
        return {
            "labels": self._labels(name),
            "startsAt": (now - HOUR).isoformat(),
            "endsAt": (now + ends).isoformat(),
        }

    async def _fingerprint(self, name: str) -> str | None:
        async with self._session.get(f"{self._url}/api/v2/alerts") as answer:
            found = [one for one in await answer.json() if one["labels"] == self._labels(name)]
        return found[0]["fingerprint"] if found else None

    async def _post(self, what: str, body: Any) -> Any:
        async with self._session.post(f"{self._url}/api/v2/{what}", json=body) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json() if what == "silences" else None


class SimulatedMonitorRig:
    def __init__(self) -> None:
        self.monitor = SimulatedMonitor()
        self._inhibited: set[str] = set()

    async def fire(self, name: str, severity: str = "warning") -> str:
        self.monitor.active.add(name)
        if severity == "inhibited":
            self._inhibited.add(name)
        if severity == "inhibiting":
            self.monitor.suppressed |= self._inhibited
        return name

    async def resolve(self, name: str) -> None:
        self.monitor.active.discard(name)
        self.monitor.suppressed -= self._inhibited

    async def silence(self, name: str) -> None:
        self.monitor.suppressed.add(name)

    async def expire_silence(self, name: str) -> None:
        self.monitor.suppressed.discard(name)

    async def cut_off(self) -> None:
        self.monitor.away = True
