"""A replay hangs on nothing but what was recorded, and when."""

from __future__ import annotations

import random
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from tests.property.worlds import examples
from tests.unit.backtest.recordings import HOUR_S, Json, alert, at, deploy, file_of, read, replayed
from worker.backtest.compare import differences
from worker.backtest.recorded import Recorded
from worker.backtest.recording import read_file
from worker.backtest.replay import Replay
from worker.backtest.survey import Recording, in_time_order
from worker.domain.document.subject import SubjectDocument
from worker.domain.incoming.alert import Alert, AlertStatus
from worker.domain.playbooks.playbook import Mode
from worker.domain.story.journal import EntryKind
from worker.domain.story.reason import Reason

NAMES = ("KubePodCrashLooping", "KubePodNotReady", "HighErrorRate", "Odd")
SERVICES = ("web", "api", "db", "cart")


@st.composite
def episodes(draw: st.DrawFn) -> list[Json]:
    """An alert from its start to its end, told some more times in between, as monitors do."""
    name, service = draw(st.sampled_from(NAMES)), draw(st.sampled_from(SERVICES))
    from_s = 60.0 * draw(st.integers(0, 90))
    lasts_s = 30.0 * draw(st.integers(0, 200))
    pod = draw(st.sampled_from(("", f"{service}-7d9f8c6b5-x2k4q", f"{service}-7d9f8c6b5-x2k4c")))
    fires = alert(name, service=service, from_s=from_s, pod=pod)
    told = [at(from_s + 60.0 * n, fires) for n in range(draw(st.integers(1, 4)))]
    if draw(st.booleans()):
        over = alert(name, service=service, from_s=from_s, until_s=from_s + lasts_s, pod=pod)
        told.append(at(from_s + lasts_s, over))
    return told


events = st.builds(
    lambda minutes, kind, service: [deploy(60.0 * minutes, kind=kind, service=service)],
    st.integers(0, 120),
    st.sampled_from(("deploy_started", "deploy_finished", "on_it", "released", "scaled")),
    st.sampled_from(SERVICES),
)
recordings = st.lists(st.one_of(episodes(), episodes(), events), max_size=8).map(
    lambda many: [one for few in many for one in few]
)
seeds = st.integers(0, 2**32).map(random.Random)


def records(values: list[Json]) -> list[Recorded]:
    return list(Recording([lambda: read_file(file_of(*values))]).records())


@examples(60)
@given(recordings, seeds)
def test_the_order_in_which_it_was_written_down_changes_nothing(
    values: list[Json], chance: random.Random
) -> None:
    shuffled = list(values)
    chance.shuffle(shuffled)
    one, two = replayed(records(values)), replayed(records(shuffled))
    assert one.entries == two.entries
    assert list(differences(one.report, two.report)) == []


@examples(60)
@given(recordings, seeds)
def test_equal_times_lose_nothing(values: list[Json], chance: random.Random) -> None:
    """Everything at one moment: each alert that fires is still told."""
    same = [at(2 * HOUR_S, one.get("value", one)) for one in values]
    chance.shuffle(same)
    told = replayed(records(same))
    fired = {
        (one.subject.text, one.item.fingerprint, one.item.starts_at_s)
        for one in records(same)
        if isinstance(one.item, Alert) and one.item.status is AlertStatus.FIRING
    }
    heard = Counter(
        subject
        for subject, entry in told.entries
        if entry.kind is EntryKind.ALERT and entry.reason is Reason.ALERT_FIRING
    )
    assert heard == Counter(subject for subject, _, _ in fired)


@examples(30)
@given(recordings)
def test_twice_the_same_is_the_same(values: list[Json]) -> None:
    one, two = replayed(records(values)), replayed(records(values))
    assert one.entries == two.entries
    assert one.replay.documents == two.replay.documents
    assert one.report.as_json() == two.report.as_json()


class Restless(Replay):
    def rests(self, before: SubjectDocument, after: SubjectDocument) -> bool:
        return False


@examples(40)
@given(recordings, st.sampled_from((Mode.AUTO, Mode.APPROVE, Mode.OBSERVE)))
def test_looking_where_nothing_can_change_shows_nothing(values: list[Json], mode: Mode) -> None:
    resting = replayed(records(values), mode=mode)
    restless = replayed(records(values), mode=mode, kind=Restless)
    assert resting.entries == restless.entries


@examples(60)
@given(recordings, st.integers(1, 50))
def test_a_window_that_is_large_enough_is_as_good_as_sorting(
    values: list[Json], window: int
) -> None:
    found = [one for one in read(*values) if isinstance(one, Recorded)]
    in_order = sorted(found, key=lambda one: one.order)
    near = [one for n in range(0, len(in_order), window) for one in in_order[n : n + window][::-1]]
    assert [one.order for one in in_time_order(near, window)] == [one.order for one in in_order]
