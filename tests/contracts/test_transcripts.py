"""The transcripts are complete, and every fake names what it imitates.

A fake says so in its docstrings: `Seen: file/case, file/case.` Whoever adds behaviour to a fake
records it on the real part first.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.contracts.cases import (
    clock,
    cluster_away,
    cluster_budgets,
    cluster_evictions,
    cluster_json_patches,
    cluster_others,
    cluster_patches,
    cluster_reads,
    cluster_slow,
    cluster_unwell,
    cluster_verbs,
    inventory,
    kill_switch,
    monitor,
    rules,
    sink,
    state_store,
    telemetry,
    topics,
    waker,
)
from tests.contracts.transcripts import FOLDER, Transcript

ROOT = Path(__file__).parents[2]
FAKES = sorted(
    path
    for folder in ("tests/simulation/fakes", "worker/adapters/simulated")
    for path in (ROOT / folder).glob("*.py")
)
IMITATED: Mapping[str, Sequence[Callable[..., Any]]] = {
    "clock": clock.CASES,
    "cluster_away": cluster_away.CASES,
    "cluster_budgets": cluster_budgets.CASES,
    "cluster_evictions": cluster_evictions.CASES,
    "cluster_json_patches": cluster_json_patches.CASES,
    "cluster_others": cluster_others.CASES,
    "cluster_unwell": cluster_unwell.CASES,
    "cluster_patches": cluster_patches.CASES,
    "cluster_reads": cluster_reads.CASES,
    "cluster_slow": cluster_slow.CASES,
    "cluster_verbs": cluster_verbs.CASES,
    "dead_letter_topic": topics.LETTER_CASES,
    "inventory": inventory.CASES,
    "journal_topic": topics.JOURNAL_CASES,
    "kill_switch": kill_switch.CASES,
    "monitor": monitor.CASES,
    "rules": rules.CASES,
    "sink": sink.CASES,
    "state_store": state_store.CASES,
    "telemetry": telemetry.CASES,
    "waker": waker.ACTORS,
}
REAL_ONLY: Mapping[str, Sequence[Callable[..., Any]]] = {
    "journal_topic_sqlite": topics.JOURNAL_CASES,
    "sink_pagerduty": sink.CASES,
    "state_store_postgresql": state_store.CASES,
    "state_store_sqlite": state_store.CASES,
    "topic_events": topics.ENVELOPE_CASES,
    "waker_local": waker.HINTS,
}
CASES = {**IMITATED, **REAL_ONLY}
NAMES = re.compile(r"\b([a-z_]+)/([a-z_]+)\b")


def test_there_is_no_other_transcript() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_every_case_is_recorded_and_none_is_left_over(name: str) -> None:
    assert set(Transcript(name).cases()) == {case.__name__ for case in CASES[name]}


def docstrings(path: Path) -> Iterator[tuple[str, str]]:
    """Name and docstring of the module, its classes and functions, as far as there is one."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node)
            if text:
                yield getattr(node, "name", "module"), text


def named(path: Path) -> set[tuple[str, str]]:
    """Transcript and case of everything that this file names as seen."""
    seen = [text.partition("Seen:")[2] for _, text in docstrings(path)]
    seen += re.findall(r"# Seen: (.*)", path.read_text())
    seen += re.findall(r'"""[^"]*Seen: ([^"]*)"""', path.read_text())
    return {pair for text in seen for pair in NAMES.findall(text)}


@pytest.mark.parametrize("path", FAKES, ids=lambda path: path.stem)
def test_what_a_fake_names_was_recorded(path: Path) -> None:
    recorded = {(name, case) for name in IMITATED for case in Transcript(name).cases()}
    assert named(path) <= recorded


@pytest.mark.parametrize("path", FAKES, ids=lambda path: path.stem)
def test_every_fake_names_something(path: Path) -> None:
    """Each public class, itself or in its methods."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            if node.name in RECORDS_ONLY:
                continue
            texts = [
                ast.get_docstring(one) or ""
                for one in ast.walk(node)
                if isinstance(one, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            ]
            assert any("Seen: " in text for text in texts), node.name


RECORDS_ONLY = {
    "Published": "what a topic keeps of a record",
    "SimulatedWrite": "what a test reads afterwards",
    "StuckError": "no part's behaviour",
    "VirtualClock": "the module's docstring names what was seen",
    "VirtualLoop": "the module's docstring names what was seen",
}


@pytest.mark.parametrize("name", IMITATED)
def test_everything_that_was_recorded_is_somebody_s_behaviour(name: str) -> None:
    by_fakes = {case for path in FAKES for one, case in named(path) if one == name}
    assert by_fakes >= set(Transcript(name).cases())
