"""Second half of `make mutants`: mutmut's bugs, a few for each line, against the core's unit tests.

Those that no test and no type finds are compared with `survivors.md`: whoever comes up beside it
is new, and whoever is listed and doesn't come up any more is to be taken off the list.
`[tool.mutmut]` in `pyproject.toml` says which modules are mutated.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.mutants.survivors import LIST, Survivor, listed

ROOT = Path(__file__).parents[2]
FOLDERS = ("worker", "tests")
PROGRAM = Path(sys.executable).with_name("mutmut")
WITHIN_S = 3600.0  # it takes about ten minutes on one core
DEAD = frozenset({"killed", "timeout", "caught by type check"})


def main() -> int:
    """Run mutmut in a copy, and print what differs from the list; 1 when something does."""
    with tempfile.TemporaryDirectory(prefix="mutmut-") as folder:
        copy = Path(folder)
        for name in FOLDERS:
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", copy)
        mutmut(copy, "run")
        ends = statuses(mutmut(copy, "results", "--all", "true"))
        alive = [name for name, status in ends.items() if status not in DEAD]
        found = Counter(survivor(mutmut(copy, "show", name)) for name in alive)
    print(f"{len(ends)} mutants: {told(ends)}")
    expected = Counter(listed())
    for title, ones in (
        ("NEW, to be killed or listed with a reason", found - expected),
        ("listed, but not there or not surviving any more", expected - found),
    ):
        for one in sorted(ones.elements()):
            print(f"\n{title}:\n{one.text}")
    print(f"{found.total()} survive, {LIST.relative_to(ROOT)} lists {expected.total()}")
    return 0 if found == expected else 1


def mutmut(folder: Path, *words: str) -> str:
    """What it prints; the type checker that it calls is the one beside it."""
    path = f"{PROGRAM.parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [PROGRAM, *words], cwd=folder, env={**os.environ, "PATH": path},
        capture_output=True, text=True, timeout=WITHIN_S, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"mutmut {words[0]} failed\n{(done.stdout + done.stderr)[-2000:]}")
    return done.stdout


def statuses(results: str) -> dict[str, str]:
    """How each mutant ended, by its name."""
    ends = dict(re.findall(r"^ +(\S+__mutmut_\d+): (.+)$", results, re.M))
    if not ends or "not checked" in ends.values():
        raise RuntimeError("mutmut has not tried all of them")
    return ends


def told(ends: dict[str, str]) -> str:
    return ", ".join(f"{count} {status}" for status, count in Counter(ends.values()).most_common())


def survivor(shown: str) -> Survivor:
    """From a heading with the mutant's name and a unified diff."""
    heading, old, _, *lines = shown.strip().splitlines()
    function = re.search(r"\.x(?:_|ǁ(\w+)ǁ)(\w+?)__mutmut_", heading)
    assert function is not None, heading
    name = ".".join(part for part in function.groups() if part)
    changed = tuple(f"{one[0]} {one[1:].strip()}" for one in lines if one.startswith(("-", "+")))
    return Survivor(old.removeprefix("--- ").strip(), name, changed)


if __name__ == "__main__":
    sys.exit(main())
