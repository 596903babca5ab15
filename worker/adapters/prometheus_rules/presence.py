"""Whether the series that a rule needs are there now, asked as instant queries.

Rules of this file: an answer is one number for each label at most, whatever is stored. A label of
the alert that no such series carries at all has it from elsewhere (Prometheus' external labels) and
is left out. One that says whose series they are never is: none is no evidence of anything.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from worker.adapters.prometheus_rules.api import PrometheusApi
from worker.adapters.prometheus_rules.need import Need
from worker.domain.incoming.correlation import WORKLOAD_LABELS

AT_ONCE = 4  # queries; an incident's alerts must not be a load for Prometheus
QUERY_TIMEOUT = "4s"  # Prometheus' own; the probe's deadline is a little longer
LABELS_MAX = 32  # of one alert; Prometheus' rules make fewer
WHOSE = frozenset({"namespace", "node", *WORKLOAD_LABELS})
Series = Sequence[Mapping[str, str]]
CARRIED = "carried"  # the label in which an answer names a label


class Presence:
    def __init__(self, api: PrometheusApi) -> None:
        self._api = api
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def of(self, needs: Iterable[Need], matchers: Mapping[str, str]) -> bool:
        """Whether each of them has a series. Raises TransientError, PermanentError."""
        ordered = sorted(needs, key=lambda one: one.selector(()))
        asked = (self._has(one, matchers) for one in ordered)
        return all(await asyncio.gather(*asked))

    async def _has(self, need: Need, matchers: Mapping[str, str]) -> bool:
        wanted = {label: one for label, one in matchers.items() if label in need.labels}
        if await self._any(f"count({need.selector(wanted.values())})"):
            return True
        loose = wanted.keys() - WHOSE
        if not loose:
            return False
        carried = await self._carried(need, loose)
        left = [one for label, one in wanted.items() if label in carried or label in WHOSE]
        return len(left) < len(wanted) and await self._any(f"count({need.selector(left)})")

    async def _carried(self, need: Need, labels: Iterable[str]) -> set[str]:
        """Those of the labels that any series has."""
        queries = []
        for label in sorted(labels):
            carriers = need.selector([f'{label}!=""'])
            queries.append(f'label_replace(count({carriers}), "{CARRIED}", "{label}", "", "")')
        found = await self._result(" or ".join(queries))
        return {one.get(CARRIED, "") for one in found}

    async def _any(self, query: str) -> bool:
        return bool(await self._result(query))

    async def _result(self, query: str) -> Series:
        parameters = {"query": query, "timeout": QUERY_TIMEOUT}
        async with self._turns:
            return await self._api.ask("POST", "query", parameters, _series)


def _series(data: Mapping[str, Any]) -> Series:
    """The labels of each. Raises ValueError and the like for what is none."""
    if data["resultType"] != "vector":
        raise ValueError("no vector")
    return [dict(one["metric"]) for one in data["result"]]
