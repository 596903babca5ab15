"""Playbook packs: what is written is what is meant, and what is left out has its default."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.adapters.playbook_texts import FULL, GOOD, changed, load, no_conditions, pack, step
from worker.adapters.playbook_files import PlaybookError, load_pack
from worker.adapters.playbook_files.format import SOAK_S
from worker.adapters.yaml_nodes import FILE_MAX_BYTES
from worker.domain.catalogue import Verb
from worker.domain.document.identity import SubjectKind
from worker.domain.playbooks.playbook import Condition, Matcher, Mode, Promotion, Step, Watch


def test_what_is_left_out_has_its_default(tmp_path: Path) -> None:
    loaded = load(pack(tmp_path, mine=GOOD))
    (mine,) = loaded.playbooks
    assert loaded.version == 7
    assert mine.match == Matcher(causes=frozenset({"crash_loop"}))
    assert mine.match.subjects == {SubjectKind.SERVICE}
    assert (mine.mode, mine.soak_s, mine.summary) == (None, SOAK_S, "")
    assert (mine.promotion, mine.escalation) == (None, "")
    assert mine.steps == (Step(Verb.EVICT_POD, parameters={}),)


def test_everything_that_can_be_written_is_read(tmp_path: Path) -> None:
    (mine,) = load(pack(tmp_path, mine=FULL)).playbooks
    assert (mine.mode, mine.soak_s, mine.summary) == (Mode.SUGGEST, 1.5, "Say why.")
    assert mine.promotion == Promotion(Mode.AUTO, 30)
    assert mine.escalation == "Look at the broker.\nThen at the members."
    assert mine.match == Matcher(
        alerts=frozenset({"A", "B"}),
        causes=frozenset({"c"}),
        subjects=frozenset({SubjectKind.SERVICE}),
        labels=(("env", "no"), ("team", "shop")),
        when=Condition("mine/match", 'alert.severity == "critical"'),
    )
    assert mine.steps == (
        Step(
            Verb.ROLLOUT_RESTART,
            parameters={},
            attempts_max=2,
            cool_down_s=5400.0,
            watch=Watch(5.0, 120.0, 180.0),
            next="more",
        ),
        Step(
            Verb.RAISE_MEMORY_LIMIT,
            parameters={"percent": 25, "ceiling": "2Gi"},
            name="more",
            when=(
                Condition("mine/2/when/1", "a == 1"),
                Condition("mine/2/when/2", "b == 2"),
            ),
            never=(Condition("mine/2/never/1", "c == 3"),),
            next="human",
            mode=Mode.APPROVE,
        ),
        Step(Verb.EVICT_POD, parameters={}),
    )
    assert [mine.rung_after(rung) for rung in range(3)] == [1, 3, 3]


def test_a_parameter_that_is_left_out_is_the_catalogues(tmp_path: Path) -> None:
    text = changed("evict_pod", "scale\n      parameters: {ceiling: 6}")
    (mine,) = load(pack(tmp_path, mine=text)).playbooks
    assert mine.steps[0].parameters == {"percent": 50, "ceiling": 6}


def test_no_step_at_all_is_a_human_at_once(tmp_path: Path) -> None:
    text = changed("  steps:\n    - action: evict_pod\n", "  steps: []\n  escalation: Look.\n")
    (mine,) = load(pack(tmp_path, mine=text)).playbooks
    assert mine.steps == ()
    assert mine.escalation == "Look."


def test_a_node_has_steps_of_its_own_kind_only(tmp_path: Path) -> None:
    text = changed("[crash_loop]", "[crash_loop]\n    subjects: [node]")
    with pytest.raises(PlaybookError, match="evict_pod is for a service, and this playbook is for"):
        load(pack(tmp_path, mine=text))


def test_their_order_is_that_of_the_file_names(tmp_path: Path) -> None:
    files = {name: changed("mine", f"the-{name}") for name in ("b", "a", "c")}
    loaded = load(pack(tmp_path, **files))
    assert [one.name for one in loaded.playbooks] == ["the-a", "the-b", "the-c"]


def test_a_folder_in_it_is_not_looked_into(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "case.yaml").write_text("no: playbook\n")
    assert len(load(pack(tmp_path, mine=GOOD)).playbooks) == 1


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("", "1:1", "empty"),
        ("version: 0\n", "1:10", "a whole number from 1 to"),
        ("version: one\n", "1:10", "a whole number from 1 to"),
        ('version: "1"\n', "1:10", "without quotes"),
        ("version: 01\n", "1:10", "a whole number from 1 to"),
        ("name: x\n", "1:1", "'name' is unknown; known here: version"),
    ],
)
def test_the_packs_own_file_has_errors_too(
    tmp_path: Path, text: str, position: str, words: str
) -> None:
    with pytest.raises(PlaybookError) as refused:
        load(pack(tmp_path, pack=text, mine=GOOD))
    assert str(refused.value).startswith(f"{tmp_path / 'pack.yaml'}:{position}: ")
    assert words in str(refused.value)


def test_a_folder_without_pack_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(PlaybookError, match=r"pack\.yaml:1:1: missing; create it with the line"):
        load(tmp_path)


def test_a_name_is_taken_once(tmp_path: Path) -> None:
    with pytest.raises(PlaybookError) as refused:
        load(pack(tmp_path, a=GOOD, b=GOOD))
    words = "name 'mine' is taken by a.yaml; give each playbook its own"
    assert str(refused.value) == f"{tmp_path / 'b.yaml'}:4:9: {words}"


def test_a_file_whose_name_ends_otherwise_is_not_passed_over(tmp_path: Path) -> None:
    (pack(tmp_path, mine=GOOD) / "other.yml").write_text(GOOD)
    with pytest.raises(PlaybookError, match=r"other\.yml:1:1: would not be read; let its name end"):
        load(tmp_path)


def test_what_an_editor_leaves_behind_is_passed_over(tmp_path: Path) -> None:
    (pack(tmp_path, mine=GOOD) / ".#mine.yaml").symlink_to("somebody@somewhere")
    (tmp_path / "mine.yaml~").write_text("no: playbook")
    assert len(load(tmp_path).playbooks) == 1


def test_a_folder_in_place_of_a_file(tmp_path: Path) -> None:
    (pack(tmp_path, mine=GOOD) / "other.yaml").mkdir()
    with pytest.raises(PlaybookError, match=r"other\.yaml:1:1: Is a directory; write a file that"):
        load(tmp_path)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (pack(tmp_path) / "mine.yaml").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(PlaybookError, match=r"mine\.yaml:1:1: no YAML"):
        load(tmp_path)


def test_a_file_has_a_largest_size(tmp_path: Path) -> None:
    with pytest.raises(PlaybookError, match=rf"mine\.yaml:1:1: .* at most {FILE_MAX_BYTES}"):
        load(pack(tmp_path, mine=GOOD + "#" * FILE_MAX_BYTES))


def test_the_checker_of_conditions_sees_every_one_of_them(tmp_path: Path) -> None:
    seen: list[str] = []

    def remember(condition: str) -> str | None:
        seen.append(condition)
        return no_conditions(condition)

    load_pack(pack(tmp_path, mine=FULL), check_condition=remember)
    assert sorted(seen) == ["a == 1", 'alert.severity == "critical"', "b == 2", "c == 3"]


def test_a_value_that_only_looks_like_a_text_is_told(tmp_path: Path) -> None:
    """`no` is false to one YAML reader and a text to the next: it has to be quoted."""
    with pytest.raises(PlaybookError, match="'no' is read as bool; write the label's whole value"):
        load(pack(tmp_path, mine=changed('env: "no"', "env: no", FULL)))
    assert load(pack(tmp_path, mine=step('coolDown: "10m"'))).playbooks
