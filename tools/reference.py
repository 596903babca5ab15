"""Writes the pages of docs/reference that are made from the code: `python -m tools.reference`.

Rules of this file: what a page says about a name is what stands beside that name in the code.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from tools.meanings import SETTINGS
from worker.settings import Settings

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "reference"
MADE = "<!-- Made by `python -m tools.reference`; edit the code instead. -->"

SETTINGS_HEAD = f"""# Settings

{MADE}

Read from the environment when the worker starts. A value that isn't allowed, or two that contradict
each other, end it with a sentence that says which. What ends in `_S` is in seconds.

A secret can also be a file: name a directory in `AIOPS_SECRETS_DIR` and put each secret into a file
that is called like its variable, in lower case."""


def settings_page() -> str:
    """Every setting with its variable, default and meaning, in the order of the class."""
    lines = [SETTINGS_HEAD]
    source = inspect.getsource(Settings).splitlines()
    table = False
    for number, line in enumerate(source):
        heading = re.fullmatch(r"    # (.*)", line)
        if heading and not source[number - 1].strip():
            lines += ["", f"## {heading[1].split('. ')[0].rstrip('.')}", ""]
            rest = heading[1].partition(". ")[2]
            lines += [rest, ""] if rest else []
            lines += ["| variable | default | meaning |", "|---|---|---|"]
            table = True
        named = re.match(r"    (\w+): ", line)
        if table and named and named[1] in Settings.model_fields:
            lines.append(_row(named[1]))
        if line.startswith("    @"):
            break
    return "\n".join(lines) + "\n"


def _row(name: str) -> str:
    field = Settings.model_fields[name]
    variable = str(field.validation_alias or f"AIOPS_{name.upper()}")
    return f"| `{variable}` | {_default(field)} | {SETTINGS[name]}{_bounds(field)} |"


def _default(field: FieldInfo) -> str:
    value: Any = field.default
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, frozenset):
        value = ",".join(sorted(value))
    if isinstance(value, float):
        value = f"{value:g}"
    return f"`{value}`" if value not in ("", None) else "none"


def _bounds(field: FieldInfo) -> str:
    low = next((one.ge for one in field.metadata if hasattr(one, "ge")), None)
    high = next((one.le for one in field.metadata if hasattr(one, "le")), None)
    return f" ({low} to {high})" if low is not None and high is not None else ""


PAGES: Mapping[str, Callable[[], str]] = {"settings.md": settings_page}


def main() -> int:
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page())
        print(f"docs/reference/{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
