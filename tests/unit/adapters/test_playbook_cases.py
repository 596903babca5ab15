"""Cases of playbooks: read strictly, run on the real decision, and what differs is told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.adapters.playbook_texts import GOOD, load, pack
from worker.adapters.expressions.evaluator import CelExpressions
from worker.adapters.playbook_files import PlaybookError, load_cases
from worker.domain.playbooks.pack import Pack
from worker.playbook_tests import Result, run_cases

EXPRESSIONS = CelExpressions()
CASES = """\
apiVersion: aiops/v1
kind: PlaybookTest
metadata:
  name: mine
spec:
  cases:
    - name: one crashes
      given:
        alerts: [{name: KubePodCrashLooping, labels: {pod: web-1}}]
        facts:
          sick: [{state: crashing}]
      expect:
        action: evict_pod
        target: Pod/web-1
"""


def folder(path: Path, text: str) -> Path:
    pack(path, mine=GOOD)
    (path / "tests").mkdir()
    (path / "tests" / "mine.yaml").write_text(text)
    return path


def run(path: Path, text: str, of: Pack | None = None) -> Result:
    """The one case of this text."""
    (result,) = run_cases(load_cases(folder(path, text)), of or load(path), EXPRESSIONS)
    return result


def changed(old: str, new: str) -> str:
    assert CASES.count(old) == 1
    return CASES.replace(old, new)


def test_what_comes_out_as_it_should_tells_nothing(tmp_path: Path) -> None:
    result = run(tmp_path, CASES)
    assert (result.passed, result.differs, result.told) == (True, (), ())
    assert result.case.place == f"{tmp_path / 'tests' / 'mine.yaml'}:7"


@pytest.mark.parametrize(
    ("old", "new", "differs"),
    [
        ("action: evict_pod", "holds: storm", "expected: holds storm; came: action evict_pod"),
        ("Pod/web-1\n", "Pod/web-9\n", "expected: target Pod/web-9; came: Pod/web-1"),
        ("Pod/web-1\n", "Pod/web-1\n        parameters: {a: 1}\n",
         "expected: parameter a 1; came: none"),
        ("Pod/web-1\n", "Pod/web-1\n        refuses: [storm]\n",
         "expected: refuses storm; came: no refusal"),
        ("state: crashing", "state: unready",
         "expected: action evict_pod; came: holds nothing_sick"),
        ("KubePodCrashLooping", "SomethingElse",
         "expected: action evict_pod; came: escalates no_playbook"),
        ("  name: mine", "  name: other", "there is no playbook 'other' in this pack"),
        ("        facts:", "        tried: [later]\n        facts:", "mine has no step later"),
        ("labels: {pod: web-1}", "status: resolved", "its alerts open no incident"),
    ],
)  # fmt: skip
def test_what_differs_is_told(tmp_path: Path, old: str, new: str, differs: str) -> None:
    result = run(tmp_path, changed(old, new))
    assert differs in result.differs


def test_the_story_of_what_came_instead_is_told(tmp_path: Path) -> None:
    result = run(tmp_path, changed("action: evict_pod", "escalates: storm"))
    assert any(one.startswith("Decided to evict pod shop/Pod/web-1") for one in result.told)


def test_another_playbook_that_was_faster_is_told(tmp_path: Path) -> None:
    shadow = load(pack(tmp_path, mine=GOOD))
    (mine,) = shadow.playbooks
    both = replace(shadow, playbooks=(replace(mine, name="faster"), mine))
    result = run(tmp_path, CASES, both)
    assert result.differs == ("expected: playbook mine; came: faster",)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("state: crashing", "state: sad", "11:26: 'sad' is unknown; write crashing or unready"),
        ("action: evict_pod", "action: delete", "13:17: 'delete' is unknown; write evict_pod or"),
        ("        action: evict_pod\n        target: Pod/web-1\n", "        target: Pod/web-1\n",
         "13:9: nothing is expected; write action, holds or escalates"),
        ("state: crashing", "state: crashing, age: old", "11:41: 'old' is no duration"),
        ("sick:", "rolling: yes\n          sick:", "11:20: write true or false"),
        ("    - name: one crashes", "    - name: 7", "7:13: '7' is read as int; write a text"),
        ("kind: PlaybookTest", "kind: Playbook", "2:7: 'Playbook' is unknown; write PlaybookTest"),
        ("action: evict_pod", "holds: boredom", "13:16: 'boredom' is unknown; write alert_firing"),
        ("name: mine", "name: &a mine", "4:9: anchors and aliases are not read"),
    ],
)  # fmt: skip
def test_an_error_says_where_and_what_to_do(tmp_path: Path, old: str, new: str, words: str) -> None:
    path = folder(tmp_path, changed(old, new))
    with pytest.raises(PlaybookError) as refused:
        load_cases(path)
    assert str(refused.value).startswith(f"{path / 'tests' / 'mine.yaml'}:{words}")


def test_errors_of_several_files_are_shown_together(tmp_path: Path) -> None:
    path = folder(tmp_path, changed("state: crashing", "state: sad"))
    (path / "tests" / "other.yaml").write_text("- no\n")
    with pytest.raises(PlaybookError) as refused:
        load_cases(path)
    assert [one.path.name for one in refused.value.problems] == ["mine.yaml", "other.yaml"]


def test_a_pack_without_cases_has_none(tmp_path: Path) -> None:
    assert load_cases(pack(tmp_path, mine=GOOD)) == ()
