"""A recording is looked through once; in order of time, and within its bounds."""

from __future__ import annotations

import random

import pytest

from tests.unit.backtest.recordings import DAY_S, alert, at, deploy, file_of, recorded, webhook
from tests.unit.domain.builders import NOW_S
from worker.backtest import survey
from worker.backtest.recorded import Recorded
from worker.backtest.recording import read_file
from worker.backtest.survey import Recording, RecordingError, in_time_order


def recording(*values: object) -> Recording:
    return Recording([lambda: read_file(file_of(*values))])


def many(count: int) -> list[Recorded]:
    return recorded(*(alert(from_s=60.0 * n, service=f"web-{n % 7}") for n in range(count)))


def test_it_counts_what_there_is() -> None:
    found = recording(
        webhook(alert(), alert(service="api", until_s=60.0)), deploy(-60.0), {"nope": 1}, 7,
        alert(service="", pod="odd"),
    ).survey  # fmt: skip
    assert (found.alerts, found.ops_events, found.records) == (3, 1, 4)
    assert found.unread == {"missing_field": 1, "wrong_type": 1}
    assert [one.place for one in found.listed] == ["3", "4"]
    assert (len(found.subjects), found.services) == (3, 2)
    assert found.first is not None
    assert found.last is not None
    assert (found.first.at_s, found.last.at_s) == (NOW_S - 60.0, NOW_S + 60.0)


def test_a_small_one_is_put_in_order_whatever_its_order() -> None:
    values = [alert(from_s=60.0 * n) for n in range(50)]
    random.Random(1).shuffle(values)
    made = recording(*values)
    once, again = list(made.records()), list(made.records())
    assert [one.at_s for one in once] == [NOW_S + 60.0 * n for n in range(50)]
    assert once == again


def test_several_files_are_one_recording() -> None:
    alerts = [alert(from_s=60.0 * n) for n in range(5)]
    deploys = [deploy(60.0 * n - 30.0) for n in range(5)]
    made = Recording([
        lambda: read_file(file_of(*alerts), "alerts"),
        lambda: read_file(file_of(*deploys), "deploys"),
    ])  # fmt: skip
    names = [one.place.partition(":")[0] for one in made.records()]
    assert names == ["deploys", "alerts"] * 5


def test_a_large_one_is_read_again_and_never_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey, "WINDOW_MAX", 10)
    reads = []

    def read() -> object:
        reads.append(1)
        return iter([*many(20), *many(5)][:20])

    made = Recording([read, read])  # type: ignore[list-item]
    assert len(reads) == 2
    found = list(made.records())
    assert len(reads) == 4
    assert len(found) == 40
    assert [one.at_s for one in found] == sorted(one.at_s for one in found)


def test_out_of_place_is_put_right_within_the_window() -> None:
    records = many(100)
    shuffled = [one for n in range(0, 100, 10) for one in reversed(records[n : n + 10])]
    assert list(in_time_order(shuffled, window_max=10)) == records


def test_beyond_the_window_it_says_what_to_do() -> None:
    records = many(100)
    with pytest.raises(RecordingError, match=r"1 is of 2026-01-31T12:00:00Z.*sort") as raised:
        list(in_time_order([*records[1:], records[0]], window_max=10))
    assert "more than 10 records" in str(raised.value)


def test_a_wrong_clock_is_told_with_both_places() -> None:
    with pytest.raises(RecordingError, match=r"1 is of 2026-01-31 and 3 of 2027-03-12"):
        recording(alert(), alert(from_s=60.0), at(405 * DAY_S, alert()))


def test_more_subjects_than_fit_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey, "SUBJECTS_MAX", 3)
    with pytest.raises(RecordingError, match="4: more than 3 services; give the recording of some"):
        recording(*(alert(service=f"web-{n}") for n in range(5)))


def test_of_many_that_cant_be_read_the_first_are_listed() -> None:
    found = recording(*([7] * 150)).survey
    assert found.unread == {"wrong_type": 150}
    assert len(found.listed) == survey.UNREAD_LISTED_MAX
