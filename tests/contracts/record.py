"""`python -m tests.contracts.record [pytest arguments]`: write the transcripts anew.

Runs the contract tests on the real parts (it needs the lab) and keeps what they did. Read the
difference before committing it: a fake that no longer does the same fails in `make check`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.contracts.transcripts import RECORD


def main() -> int:
    os.environ[RECORD] = "1"
    chosen = sys.argv[1:] or ["-k", "real", str(Path(__file__).parent)]
    return int(pytest.main(["-q", "-p", "no:xdist", *chosen]))


if __name__ == "__main__":
    raise SystemExit(main())
