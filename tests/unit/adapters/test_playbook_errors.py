"""Every error of a pack says where it is, what is wrong and what to write, all of them at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.adapters.playbook_texts import EVICT, FULL, GOOD, changed, load, pack, step
from worker.adapters.playbook_files import PROBLEMS_MAX, PlaybookError

NO_STEP = ("  steps:\n" + EVICT, "  steps: []\n")
NAMED = EVICT + "      name: a\n      next: a\n"
BACK = "    - {action: evict_pod, name: a}\n    - {action: evict_pod, next: a}\n"
PASSED = "    - {action: evict_pod, next: human}\n    - action: rollout_restart\n"
SCALE = "    - action: scale\n"

Row = tuple[str, str, tuple[int, int], str]

YAML: list[Row] = [
    ("not yaml", changed("name: mine", "name: [mine"), (5, 5), "no YAML"),
    ("two documents", GOOD + "---\n" + GOOD, (10, 1), "no YAML"),
    ("empty", "# nothing\n", (1, 1), "write a playbook or remove the file"),
    ("a list", "- a\n", (1, 1), "write an object with apiVersion, kind"),
    ("anchor", changed("mine", "&a mine"), (4, 9), "anchors and aliases are not read; write the"),
    ("alias", changed("[crash_loop]", "[*a]"), (7, 14), "anchors and aliases are not read"),
    ("merge key", changed("causes:", "<<: {}\n    causes:"), (7, 5), "'<<' is unknown"),
    ("a set", changed("{name: mine}", "!!set {name}", changed("\n  name: mine", " {name: mine}")),
     (3, 11), "write an object with name"),
    ("too deep", "[" * 60_000, (1, 1), "nested far too deep; write a playbook"),
]  # fmt: skip

FIELDS: list[Row] = [
    ("version", changed("aiops/v1", "aiops/v9"), (1, 13), "'aiops/v9' is unknown; write aiops/v1"),
    ("kind", changed("kind: Playbook", "kind: Job"), (2, 7), "write Playbook"),
    ("missing", changed("  name: mine", "  {}"), (4, 3), "name is missing; add it"),
    ("unknown", changed("  match:", "  soack: 1s\n  match:"), (6, 3), "'soack' is unknown; known"),
    ("twice", changed("  match:", "  soak: 1s\n  soak: 2s\n  match:"), (7, 3), "keep one"),
    ("empty name", changed("name: mine", "name: ''"), (4, 9), "write a name of a-z, 0-9 and -"),
    ("long name", changed("mine", "m" * 64), (4, 9), "64 characters; write at most 63"),
    ("bad name", changed("mine", "My_Book"), (4, 9), "'My_Book': write a name of a-z"),
    ("a number", changed("mine", "123"), (4, 9), "'123' is read as int; write a name of"),
    ("no list", changed("[crash_loop]", "crash_loop"), (7, 13), "write a list"),
    ("no cause", changed("[crash_loop]", "[]"), (7, 13), "0 items; write 1 to 64"),
    ("twice in a list", changed("[crash_loop]", "[a, a]"), (7, 17), "'a' is written twice"),
    ("any alert", changed("causes: [crash_loop]", "subjects: [service]"), (7, 5), "name alerts"),
    ("subject", changed("[crash_loop]", "[a]\n    subjects: [pod]"), (8, 16), "write service or"),
    ("label's name", changed("team:", "te-am:", FULL), (15, 14), "write the name of a label"),
    ("label twice", changed("env:", "team:", FULL), (15, 26), "team is written twice; keep one"),
    ("no label", changed('{team: shop, env: "no"}', "{}", FULL), (15, 13), "0 entries; write 1"),
    ("mode", changed("  match:", "  mode: yolo\n  match:"), (6, 9), "write observe or suggest or"),
    ("soak", changed("  match:", "  soak: 2h\n  match:"), (6, 9), "write 0s to 3600s"),
    ("after", changed("after: 30", "after: 0", FULL), (6, 32), "a whole number from 1 to 1000"),
]  # fmt: skip

STEPS: list[Row] = [
    ("action", changed("evict_pod", "delete_all"), (9, 15), "write evict_pod or rollout_restart"),
    ("only an undo", changed("evict_pod", "resume_rollout"), (9, 15), "is unknown; write evict"),
    ("many steps", changed(EVICT, EVICT * 9), (9, 5), "9 items; write 0 to 8"),
    ("none", step("attempts: 0"), (10, 17), "a whole number from 1 to 10"),
    ("half", step("attempts: 1.5"), (10, 17), "a whole number from 1 to 10"),
    ("many", step("attempts: 11"), (10, 17), "a whole number from 1 to 10"),
    ("quoted", step('attempts: "2"'), (10, 17), "without quotes"),
    ("octal", step("attempts: 010"), (10, 17), "a whole number from 1 to 10"),
    ("no unit", step("coolDown: 10"), (10, 17), "such as 30s, 10m or"),
    ("negative", step("coolDown: -1s"), (10, 17), "is no duration"),
    ("long", step("coolDown: 25h"), (10, 17), "'25h' is out of bounds; write 0s to 86400s"),
    ("half a watch", step("verify: {settle: 1s, window: 2s}"), (10, 15), "deadline is missing"),
    ("empty when", step("when: []"), (10, 13), "0 items; write 1 to 16"),
    ("when no list", step("when: a == 1"), (10, 13), "write a list"),
    ("long when", step(f"when: [{'a' * 1025}]"), (10, 14), "1025 characters; write at most 1024"),
    ("parameters", step("parameters: {percent: 1}"), (10, 20), "'percent' is unknown; known here:"),
    ("no parameter", changed(EVICT, SCALE), (9, 15), "scale needs parameters: add ceiling"),
    ("one missing", changed(EVICT, SCALE) + "      parameters: {percent: 9}\n", (10, 19),
     "ceiling is missing; add it: never more replicas"),
    ("percent", changed("percent: 25", "percent: 51", FULL), (22, 29), "from 1 to 50"),
    ("quantity", changed("2Gi", "2 GB", FULL), (22, 42), "'2 GB' is no quantity; write one such"),
    ("bytes", changed("2Gi", "2Ti", FULL), (22, 42), "'2Ti' is out of bounds; write 16Mi to 1Ti"),
]  # fmt: skip

TOGETHER: list[Row] = [
    ("no step", changed(*NO_STEP), (8, 10), "no step, and nothing for the human who gets it"),
    ("never verified", step("verify: {settle: 1s, window: 9s, deadline: 8s}"), (10, 50),
     "shorter than the window"),
    ("match", changed("when: alert", "when: wrong", FULL), (16, 11), "doesn't compile: 1:1: wrong"),
    ("when", changed("b == 2", "wrong", FULL), (23, 22), "the condition doesn't compile: 1:1:"),
    ("never", changed("c == 3", "wrong", FULL), (24, 15), "the condition doesn't compile: 1:1:"),
    ("next", changed("next: more", "next: less", FULL), (18, 68), "'less' is no step; write more"),
    ("next is itself", changed(EVICT, NAMED), (11, 13), "'a' is no later step; write human"),
    ("next is above", changed(EVICT, BACK), (10, 33), "'a' is no later step; write human"),
    ("name", step("name: human"), (10, 13), "'human' is the end of every ladder; write another"),
    ("names", changed(EVICT, "    - {action: evict_pod, name: a}\n" * 2), (10, 33), "give each"),
    ("unreached", changed(EVICT, PASSED), (10, 15), "nothing leads to this step: the one above"),
    ("subject", changed("[crash_loop]", "[a]\n    subjects: [node, service]"), (10, 15),
     "evict_pod is for a service, and this playbook is for node too"),
    ("promotion", changed("to: auto", "to: observe", FULL), (6, 19), "observe allows no more than"),
]  # fmt: skip

ROWS = [*YAML, *FIELDS, *STEPS, *TOGETHER]


@pytest.mark.parametrize(
    ("text", "position", "words"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_an_error_says_where_and_what_to_do(
    tmp_path: Path, text: str, position: tuple[int, int], words: str
) -> None:
    folder = pack(tmp_path, mine=text, other=changed("mine", "other"))
    with pytest.raises(PlaybookError) as refused:
        load(folder)
    message = str(refused.value)
    assert message.startswith(f"{folder / 'mine.yaml'}:{position[0]}:{position[1]}: ")
    assert words in message
    assert "\n" not in message, "nothing else is wrong with it"


def test_a_step_that_may_be_passed_over_leads_to_the_one_below(tmp_path: Path) -> None:
    text = changed(EVICT, PASSED.replace("next: human", "next: human, when: [a == 1]"))
    (mine,) = load(pack(tmp_path, mine=text)).playbooks
    assert len(mine.steps) == 2


def test_all_errors_of_all_files_are_shown(tmp_path: Path) -> None:
    text = changed("aiops/v1", "v0").replace("[crash_loop]", "[a b]").replace("evict_pod", "evict")
    files = {"one": text, "two": "[", "three": changed("mine", "three") + "      next: no\n"}
    with pytest.raises(PlaybookError) as refused:
        load(pack(tmp_path, pack="version: x\n", **files))
    places = [(one.path.stem, one.line) for one in refused.value.problems]
    assert places == [
        ("one", 1), ("one", 7), ("one", 9), ("pack", 1), ("three", 10), ("two", 1),
    ]  # fmt: skip
    assert str(refused.value).splitlines() == [one.text for one in refused.value.problems]


def test_there_is_an_end_to_them(tmp_path: Path) -> None:
    text = GOOD + "".join(f"  unknown-{i}: 1\n" for i in range(PROBLEMS_MAX + 7))
    with pytest.raises(PlaybookError) as refused:
        load(pack(tmp_path, mine=text))
    assert len(refused.value.problems) == PROBLEMS_MAX
    assert str(refused.value).splitlines()[-1] == "and 7 more"
