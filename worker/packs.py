"""Playbooks for whoever composes a worker: files, their conditions checked by the evaluator."""

from __future__ import annotations

from pathlib import Path

from worker.adapters.playbook_files import load_pack
from worker.domain.playbooks.pack import Pack


def read_pack(folder: Path | None = None) -> Pack:
    """The pack of a folder, by default the shipped one. Raises PlaybookError."""
    return load_pack(folder, check_condition=why_not)


def why_not(condition: str) -> str | None:
    """What is wrong with a condition; None when it compiles."""
    from worker.adapters.expressions import ConditionError, compile_condition

    try:
        compile_condition(condition)
    except ConditionError as error:
        return str(error)
    return None
