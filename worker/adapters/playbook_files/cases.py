"""Test cases of playbooks from YAML files beside them: what is given, and what is expected."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from worker.adapters.playbook_files.case import (
    Case,
    Expected,
    Given,
    GivenAlert,
    GivenCronJob,
    GivenEvent,
    GivenFacts,
    GivenNode,
    GivenPod,
)
from worker.adapters.playbook_files.case_format import PLAYBOOK_TEST
from worker.adapters.playbook_files.loading import SHIPPED
from worker.adapters.playbook_files.problems import PlaybookError, Problems
from worker.adapters.playbook_files.reading import Found, read
from worker.adapters.yaml_nodes import Node, YamlFileError

TESTS_FOLDER = "tests"  # within the pack's own
FILES_MAX = 500  # of one pack, as many as playbooks

T = TypeVar("T")


def load_cases(folder: Path | None = None) -> tuple[Case, ...]:
    """The cases beside the playbooks of a folder (the shipped ones by default), by file name.

    Raises PlaybookError.
    """
    problems = Problems()
    cases: list[Case] = []
    paths = sorted(((folder or SHIPPED) / TESTS_FOLDER).glob("*.yaml"))
    for path in paths[:FILES_MAX]:
        before = len(problems.found)
        try:
            found = read(Node.of(path, "cases of a playbook"), PLAYBOOK_TEST, problems)
        except YamlFileError as error:
            problems.take(error)
            continue
        if found is not None and len(problems.found) == before:
            cases += _cases(found)
    for path in paths[FILES_MAX:]:
        words = f"one file too many; at most {FILES_MAX} are read"
        problems.take(YamlFileError.at(path, 1, 1, words))
    if problems.found:
        raise PlaybookError(problems.found)
    return tuple(cases)


def _cases(found: Found) -> list[Case]:
    playbook = str(found.fields["metadata"].fields["name"].value)
    return [
        Case(
            place=f"{one.node.path}:{one.node.problem('').line}",
            playbook=playbook,
            name=str(one.fields["name"].value),
            given=_given(one.fields["given"].fields),
            expected=_expected(one.fields["expect"].fields),
        )
        for one in found.fields["spec"].fields["cases"].items
    ]


def _given(given: Mapping[str, Found]) -> Given:
    return Given(
        alerts=tuple(_alert(one.fields) for one in given["alerts"].items),
        subject=_or(given, "subject", "Deployment/web"),
        mode=_or(given, "mode", "auto"),
        events=_each(given, "events", _event),
        tried=_each(given, "tried", _text),
        open_for_s=_or(given, "openFor", None),
        facts=_facts(given["facts"].fields if "facts" in given else {}),
    )


def _alert(alert: Mapping[str, Found]) -> GivenAlert:
    return GivenAlert(
        name=alert["name"].value,
        labels=_pairs(alert, "labels"),
        severity=_or(alert, "severity", "warning"),
        firing=_or(alert, "status", "firing") == "firing",
    )


def _event(event: Found) -> GivenEvent:
    fields = event.fields
    return GivenEvent(
        fields["kind"].value, _or(fields, "before", 600.0), _or(fields, "by", "somebody")
    )


def _facts(facts: Mapping[str, Found]) -> GivenFacts:
    scaler = facts["autoscaler"].fields if "autoscaler" in facts else None
    return GivenFacts(
        replicas=_or(facts, "replicas", 3),
        sick=_each(facts, "sick", _pod),
        changed_before_s=_or(facts, "changed", 720 * 3600.0),
        rolling=_or(facts, "rolling", False),
        paused=_or(facts, "paused", False),
        proven=_or(facts, "proven", True),
        memory_limit=_or(facts, "memoryLimit", "256Mi"),
        autoscaler=None if scaler is None else (_or(scaler, "min", 1), scaler["max"].value),
        gitops=_or(facts, "gitops", ""),
        operator=_or(facts, "operator", ""),
        node=_node(facts["node"].fields if "node" in facts else {}),
        cron_job=_cron_job(facts["cronJob"].fields if "cronJob" in facts else {}),
        kill_switch=_or(facts, "killSwitch", False),
        silenced=_or(facts, "silenced", False),
        unknown=frozenset(_each(facts, "unknown", _text)),
    )


def _node(node: Mapping[str, Found]) -> GivenNode:
    return GivenNode(
        unfit=_or(node, "unfit", ""),
        cordoned=_or(node, "cordoned", False),
        control_plane=_or(node, "controlPlane", False),
        others=_or(node, "others", 9),
        others_out=_or(node, "othersOut", 0),
        leaving=_or(node, "leaving", ""),
    )


def _cron_job(cron_job: Mapping[str, Found]) -> GivenCronJob:
    return GivenCronJob(_or(cron_job, "failed", 0), _or(cron_job, "suspended", False))


def _pod(pod: Found) -> GivenPod:
    fields = pod.fields
    return GivenPod(
        state=fields["state"].value,
        name=_or(fields, "name", ""),
        node=_or(fields, "node", ""),
        restarts=_or(fields, "restarts", None),
        exit_code=_or(fields, "exitCode", None),
        reason=_or(fields, "reason", ""),
        age_s=_or(fields, "age", None),
    )


def _expected(expect: Mapping[str, Found]) -> Expected:
    return Expected(
        action=_or(expect, "action", ""),
        target=_or(expect, "target", ""),
        parameters=_pairs(expect, "parameters"),
        holds=_or(expect, "holds", ""),
        escalates=_or(expect, "escalates", ""),
        refuses=_each(expect, "refuses", _text),
    )


def _each(fields: Mapping[str, Found], name: str, made: Callable[[Found], T]) -> tuple[T, ...]:
    return tuple(made(one) for one in fields[name].items) if name in fields else ()


def _pairs(fields: Mapping[str, Found], name: str) -> dict[str, str]:
    found = fields[name].fields if name in fields else {}
    return {key: str(one.value) for key, one in found.items()}


def _text(found: Found) -> str:
    return str(found.value)


def _or(fields: Mapping[str, Found], name: str, default: Any) -> Any:
    return fields[name].value if name in fields else default
