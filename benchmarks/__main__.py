"""`make bench`: runs every benchmark, prints ratios, writes `.bench/results.json`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.decide import decide
from benchmarks.drain import drain
from benchmarks.result import Result
from benchmarks.simulate import simulate
from benchmarks.turns import turns

BENCHMARKS: dict[str, Callable[[], list[Result]]] = {
    "decide": decide,
    "simulate": simulate,
    "drain": drain,
    "turns": turns,
}
RESULTS = Path(__file__).parents[1] / ".bench" / "results.json"


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all; the exit code tells whether every goal holds."""
    results: list[Result] = []
    for name in names or list(BENCHMARKS):
        print(f"── {name}", flush=True)
        for result in BENCHMARKS[name]():
            print(result.line(), flush=True)
            results.append(result)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps([one.as_json() for one in results], indent=2) + "\n")
    return 0 if all(one.ratio >= one.goal for one in results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
