"""`make mutants`: plants each bug in a copy of the tree, and prints which test kills it.

Only properties and invariants of the simulation count: a unit test may be about that very
line. The exit code tells whether all died.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.mutants.catalog import MUTANTS, Mutant

ROOT = Path(__file__).parents[2]
KILLERS = ("tests/property", "tests/simulation")
WITHIN_S = 600.0  # both take about a minute; a mutant may make them wait
FOLDERS = ("worker", "tests", "tools", "benchmarks", "k8s")


def main(names: list[str]) -> int:
    """Try the mutants whose name contains one of these words, or all."""
    chosen = [one for one in MUTANTS if not names or any(name in one.name for name in names)]
    survived = []
    for number, mutant in enumerate(chosen, 1):
        killer = killed_by(mutant)
        print(f"[{number}/{len(chosen)}] {mutant.name}: {killer or 'SURVIVED'}", flush=True)
        if not killer:
            survived.append(mutant.name)
    print(f"{len(chosen) - len(survived)} killed, {len(survived)} survived")
    return 1 if survived else 0


def killed_by(mutant: Mutant) -> str:
    """The first test that fails with this bug, "" when none does."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        copy = Path(folder)
        for name in FOLDERS:
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", copy)
        plant(mutant, copy)
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-x", "-q", "-n", "2", "-p", "no:cacheprovider",
             "-m", "not e2e and not soak", *KILLERS],
            cwd=copy, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True, text=True, timeout=WITHIN_S, check=False,
        )  # fmt: skip
    failed = re.search(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.M)
    if done.returncode and not failed:
        raise RuntimeError(f"{mutant.name}: the tests did not run\n{done.stdout[-2000:]}")
    return failed[1] if failed else ""


def plant(mutant: Mutant, tree: Path) -> None:
    path = tree / mutant.file
    text = path.read_text()
    if text.count(mutant.old) != 1:
        raise RuntimeError(f"{mutant.name}: its place in {mutant.file} is not there, or not once")
    path.write_text(text.replace(mutant.old, mutant.new))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
