"""The list of survivors speaks of the code as it is, and can be read back."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.mutants.mutmut_report import statuses, survivor
from tests.mutants.survivors import Survivor, listed

ROOT = Path(__file__).parents[2]
SHOWN = """\
# worker.domain.guards.case.xǁCaseǁintent__mutmut_12: survived
--- worker/domain/guards/case.py
+++ worker/domain/guards/case.py
@@ -1,4 +1,4 @@
 def intent(self) -> str:
     if self.resending:
-        return "a"
+        return "XXaXX"
"""
EXPECTED = Survivor(
    "worker/domain/guards/case.py", "Case.intent", ('- return "a"', '+ return "XXaXX"')
)


@pytest.mark.parametrize("one", sorted(set(listed())), ids=lambda one: one.function)
def test_its_line_is_there(one: Survivor) -> None:
    lines = {line.strip() for line in (ROOT / one.file).read_text().splitlines()}
    was = [line[2:] for line in one.changed if line.startswith("- ")]
    assert was
    assert set(was) <= lines


def test_what_is_shown_is_what_is_listed() -> None:
    assert survivor(SHOWN) == EXPECTED
    page = f"## Words\n\nWhy.\n\n```diff\n{EXPECTED.text}\n\n{EXPECTED.text}\n```\n"
    assert Counter(listed(page)) == {EXPECTED: 2}


def test_a_run_that_did_not_end_is_no_result() -> None:
    name = "worker.domain.guards.case.x_a__mutmut_1"
    assert statuses(f"    {name}: no tests\n") == {name: "no tests"}
    with pytest.raises(RuntimeError):
        statuses(f"    {name}: not checked\n")
    with pytest.raises(RuntimeError):
        statuses("")
