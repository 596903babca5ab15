"""`make mutants`: plants each bug in a copy of the tree, and prints which test kills it.

Only properties and invariants of the simulation count: a unit test may be about that very
line. Dead is what makes such a test fail; a test that doesn't run, or doesn't end, kills nobody.
Seeds and examples are always the same, so that a kill is no luck. The exit code tells whether all
died. Words choose mutants by their names.

One that its likely killers find takes some seconds, one that survives as long as all tests that
count, a few minutes of one core; the tree itself has to pass all of them first. Two are tried at a
time.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.mutants.catalog import MUTANTS, Mutant

ROOT = Path(__file__).parents[2]
KILLERS = ("tests/simulation", "tests/property")
NO_KILLER = "tests/property/test_reached.py"  # it fails because a reason is never given any more
AT_ONCE = 2
WITHIN_S = 1200.0  # both take about three minutes on one core; a mutant may make them wait
FOLDERS = ("worker", "tests", "tools", "benchmarks", "k8s", "components", "docs")
FAILED = re.compile(r"^FAILED (.+?)(?: - |$)", re.M)
INVARIANT = re.compile(r"seed \d+, (\w+): ")
PASSED = 0


@dataclass(frozen=True, slots=True)
class Trial:
    """`killer` is "" when every test passed; `trouble`: it can't be said."""

    killer: str = ""
    trouble: str = ""
    lasted_s: float = 0.0

    def __str__(self) -> str:
        return f"{self.trouble or self.killer or 'SURVIVED'} ({self.lasted_s:.0f} s)"


def main(names: list[str]) -> int:
    """Try the mutants whose name contains one of these words, or all."""
    chosen = [one for one in MUTANTS if not names or any(name in one.name for name in names)]
    began_s, alive = time.monotonic(), 0
    with ThreadPoolExecutor(AT_ONCE) as pool:
        trials = pool.map(tried, [None, *chosen])
        sound = next(trials)
        if sound.killer or sound.trouble:
            pool.shutdown(cancel_futures=True)
            print(f"the tree itself, without any bug: {sound}")
            return 1
        for number, (mutant, trial) in enumerate(zip(chosen, trials, strict=True), 1):
            print(f"[{number}/{len(chosen)}] {mutant.name}: {trial}", flush=True)
            alive += not trial.killer
    passed_s = time.monotonic() - began_s
    print(f"{len(chosen) - alive} killed, {alive} not, in {passed_s / 60:.0f} minutes")
    return 1 if alive or not chosen else 0


def tried(mutant: Mutant | None) -> Trial:
    """The first test that fails with this bug; none of them does without any."""
    began_s = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        tree = Path(folder)
        copy_to(tree)
        killer = trouble = ""
        if mutant is not None:
            plant(mutant, tree)
            if mutant.killers:
                killer, trouble = first_failure(tree, mutant.killers)
        if not killer and not trouble:
            killer, trouble = first_failure(tree, KILLERS)
    return Trial(killer, trouble, time.monotonic() - began_s)


def first_failure(tree: Path, tests: tuple[str, ...]) -> tuple[str, str]:
    """Which test fails, and the trouble when that can't be said."""
    command = [
        sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist",
        "--hypothesis-profile=ci", "-m", "not e2e and not soak",
        f"--ignore={NO_KILLER}", *tests,
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(tree), "PYTHONHASHSEED": "0", "CI": "1"}
    try:
        done = subprocess.run(
            command, cwd=tree, env=environment, capture_output=True, text=True,
            timeout=WITHIN_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return "", f"the tests did not end within {WITHIN_S:.0f} s"
    if done.returncode == PASSED:
        return "", ""
    failed = FAILED.search(done.stdout)
    if failed is None:
        return "", f"the tests did not run:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
    broken = sorted(set(INVARIANT.findall(done.stdout)))
    return failed[1] + (f" {', '.join(broken)}" if broken else ""), ""


def copy_to(tree: Path) -> None:
    for name in FOLDERS:
        shutil.copytree(ROOT / name, tree / name)
    shutil.copy(ROOT / "pyproject.toml", tree)


def plant(mutant: Mutant, tree: Path) -> None:
    path = tree / mutant.file
    text = path.read_text()
    if text.count(mutant.old) != 1:
        raise RuntimeError(f"{mutant.name}: its place in {mutant.file} is not there, or not once")
    path.write_text(text.replace(mutant.old, mutant.new))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
