"""What gets installed: the same for tests and image, by hash, from wherever the installer looks."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_locks_name_no_place() -> None:
    """Where packages come from is the installer's configuration; what they are is the lock's."""
    for lock in sorted((ROOT / "requirements").glob("*.txt")):
        for line in lock.read_text().splitlines():
            assert "://" not in line, f"{lock.name}: {line}"
            assert not line.lstrip().startswith(("-i ", "--index", "--extra-index", "--find")), line
            if "==" in line:
                assert line.endswith("\\"), f"{lock.name}: {line} has no hash"


def test_locks_agree() -> None:
    """What is tested is what is shipped."""
    pins = {
        lock: set(re.findall(r"^([\w.-]+==\S+)", (ROOT / "requirements" / lock).read_text(), re.M))
        for lock in ("build.txt", "runtime.txt", "development.txt")
    }
    assert pins["runtime.txt"]
    assert pins["runtime.txt"] | pins["build.txt"] <= pins["development.txt"]


def test_dapr_pair_is_pinned_equal() -> None:
    """dapr 1.19 ships the extension's files itself: with both, removing one breaks the other."""
    declared = re.findall(r'"(dapr[\w-]*)==([\d.]+)"', (ROOT / "pyproject.toml").read_text())
    assert sorted(name for name, _ in declared) == ["dapr", "dapr-ext-fastapi"]
    assert len({pinned for _, pinned in declared}) == 1
    assert version("dapr") == version("dapr-ext-fastapi") == declared[0][1]


def test_dapr_imports_without_a_warning() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", "import dapr.ext.fastapi"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
