"""Where the lab keeps things. Nothing here is committed."""

from __future__ import annotations

from pathlib import Path

SOURCE = Path(__file__).resolve().parent
REPOSITORY = SOURCE.parents[1]
HOME = REPOSITORY / ".lab"
BINARIES = HOME / "bin"
STAMPS = BINARIES / ".stamps"
BUILD_LOGS = HOME / "build"
RUNS = HOME / "runs"
