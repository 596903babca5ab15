"""Transcripts: what the real parts did in each case, committed beside the tests.

A real part must still do what its transcript says; a fake must do exactly that. They are written
anew only by `python -m tests.contracts.record`, never by a test that failed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

Json = dict[str, Any]

FOLDER = Path(__file__).parent / "transcripts"
RECORD = "RECORD_TRANSCRIPTS"


@dataclass(frozen=True, slots=True)
class Transcript:
    """One file: the part, with its version, and its observations by case."""

    name: str

    @property
    def path(self) -> Path:
        return FOLDER / f"{self.name}.json"

    def cases(self) -> dict[str, list[Json]]:
        found: dict[str, list[Json]] = self._read()["cases"]
        return found

    def check_recorded(self, case: str, seen: Sequence[Json]) -> None:
        """That a part did again what was recorded; pytest shows the difference."""
        cases = self.cases()
        assert case in cases, (
            f"{self.name}/{case} was never recorded; see tests/contracts/record.py"
        )
        differences = [
            f"recorded {json.dumps(one)}\n     now {json.dumps(other)}"
            for one, other in zip_longest(cases[case], seen)
            if one != other
        ]
        assert not differences, f"{self.name}/{case}\n" + "\n".join(differences)

    def check_or_record(self, case: str, seen: Sequence[Json], part: str) -> None:
        """The real part's side: compared, or written when this is a recording."""
        if os.environ.get(RECORD) == "1":
            self._write(case, seen, part)
        self.check_recorded(case, seen)

    def _read(self) -> Json:
        if not self.path.exists():
            return {"part": "", "cases": {}}
        document: Json = json.loads(self.path.read_text())
        return document

    def _write(self, case: str, seen: Sequence[Json], part: str) -> None:
        cases = {**self._read()["cases"], case: list(seen)}
        self.path.write_text(_text(part, dict(sorted(cases.items()))))


def _text(part: str, cases: dict[str, list[Json]]) -> str:
    """JSON with one observation a line, so that a change is read as one."""
    blocks = []
    for name, observations in cases.items():
        lines = ",\n".join(f"   {json.dumps(one, ensure_ascii=False)}" for one in observations)
        blocks.append(f"  {json.dumps(name)}: [\n{lines}\n  ]")
    return f'{{\n "part": {json.dumps(part)},\n "cases": {{\n' + ",\n".join(blocks) + "\n }\n}\n"
