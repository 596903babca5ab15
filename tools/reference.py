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
from tools.playbook_pages import MADE, actions_page, playbooks_page, schema_page
from worker.adapters.telemetry import COUNTERS
from worker.settings import Settings

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "reference"

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


METRICS_HEAD = f"""# Metrics, logs and traces

{MADE}

`/metrics` on the people's port, as OpenMetrics, behind `AIOPS_API_TOKEN`. All of them count; none
has the name of a pod, so their number stays small. What a `reason` means is in
[reasons](reasons.md).

| metric | labels | meaning |
|---|---|---|"""

METRICS_FOOT = """
Worth an alert: `aiops_bugs_total` and `aiops_dead_letters_total` when they rise;
`aiops_notices_failed_total` when it rises and `aiops_journal_entries_total{kind="receipt"}`
doesn't, because then escalations reach nobody.

Each journal entry is also one log line (JSON, on stderr) with `subject`, `incident`, `seq`, `kind`
and `reason`, and says in words what happened.

With `AIOPS_OTLP_ENDPOINT` set, spans are exported over OTLP/HTTP: `accept` goes on with the trace
that an alert came with, `turn` goes on with the trace of the alert that woke it and links the
others; inside it are `probe …`, `action …` and `notify`."""


def metrics_page() -> str:
    """Every counter with its labels, in the order of the telemetry adapter."""
    rows = [
        f"| `aiops_{name}_total` | {', '.join(f'`{one}`' for one in labels) or 'none'} | {text} |"
        for name, (text, labels) in COUNTERS.items()
    ]
    return "\n".join([METRICS_HEAD, *rows, METRICS_FOOT]) + "\n"


PAGES: Mapping[str, Callable[[], str]] = {
    "settings.md": settings_page,
    "metrics.md": metrics_page,
    "playbooks.md": playbooks_page,
    "actions.md": actions_page,
    "playbook.schema.json": schema_page,
}


def main() -> int:
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page())
        print(f"docs/reference/{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
