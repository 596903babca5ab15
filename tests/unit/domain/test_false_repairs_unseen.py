"""False repairs that no evidence of today tells apart, with the evidence that it would take."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.domain.builders import (
    WATCH,
    WELL,
    only,
    rollout,
    steadily,
    verifying,
    watched,
)
from tests.unit.domain.remedies import HPA, SCALE, SETTLED_S, Remedy
from worker.domain.observed.evidence import AlertStates, Unknown
from worker.domain.story.reason import Reason

QUIET = AlertStates(frozenset(), frozenset())


def test_weaken_the_probe() -> None:
    """A readiness probe that asks for less is still one: what it asks is no evidence today, and
    what shows is the new template, so that it is credited to whoever changed it.

    It would take what each probe asks (`ContainerSpec`, `Baseline`), and which of two asks for more
    is nothing that could be told. That a probe is taken away is seen: test_probe_taken_away.py.
    """
    changed = replace(WELL, rollout=rollout(revision="6"))
    document = watched(verifying(), *steadily(changed, SETTLED_S, SETTLED_S + WATCH.window_s))
    assert only(document).resolution is Reason.RESOLVED_BY_OTHERS
    assert only(document).attempts[0].verdict is Reason.RESOLVED_BY_OTHERS


@pytest.mark.parametrize("remedy", [SCALE, HPA], ids=lambda one: str(one.verb))
def test_the_metric_vanishes(remedy: Remedy) -> None:
    """An alert about load has no sick pod beside it: a metric that is not scraped any more makes it
    quiet, and that is credited. A monitor that says nothing at all is not.

    It would take whether the rule's expression still has data (an `absent()` of what it reads, or
    the health and the samples of the rule), and a dead man's alert for the monitor as a whole.
    """
    quiet = replace(remedy.in_vain, alerts=QUIET)
    silent = replace(remedy.in_vain, alerts=Unknown("connection refused"))
    for seen, resolution in ((quiet, Reason.REPAIRED), (silent, None)):
        document = remedy.verifying()
        for after_s, look in steadily(seen, SETTLED_S, SETTLED_S + WATCH.window_s):
            document = remedy.looked(document, look, after_s).document
        assert only(document).resolution is resolution
