"""The request that sets a memory limit: where the container stands, and what is the same amount."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.forms import MEMORY, Sample, operations, request_or_unfit, value_tested
from worker.engine.perform import Unfit
from worker.engine.ports import Json

LIMIT = "/spec/template/spec/containers/1/resources/limits/memory"
REQUEST = "/spec/template/spec/containers/1/resources/requests/memory"


def memory(found: Json, **parameters: int | str) -> Sample:
    """The second container has these resources."""
    containers = [{"name": "sidecar"}, {"name": "backend", "resources": found}]
    material = {**MEMORY.material, "spec": {"template": {"spec": {"containers": containers}}}}
    intent = replace(MEMORY.intent, parameters={**MEMORY.intent.parameters, **parameters})
    return Sample(intent, material)


def test_memory_is_raised_where_the_container_stands() -> None:
    sample = memory({"limits": {"memory": "512Mi", "cpu": "1"}})
    assert value_tested(sample, "/spec/template/spec/containers/1/name") == "backend"
    assert value_tested(sample, LIMIT) == "512Mi"
    assert {"op": "replace", "path": LIMIT, "value": "768Mi"} in operations(sample)
    assert REQUEST not in [one["path"] for one in operations(sample)]


@pytest.mark.parametrize(
    ("found", "text"),
    [("536870912", "536870912"), ("0.5Gi", "0.5Gi"), ("1Gi", "512Mi"), ("nonsense", "512Mi")],
)
def test_a_quantity_is_tested_as_the_text_that_was_read(found: str, text: str) -> None:
    """Another amount fails the test on the server; the same one in other words doesn't."""
    assert value_tested(memory({"limits": {"memory": found}}), LIMIT) == text


@pytest.mark.parametrize(
    ("request_text", "moves"),
    [("512Mi", True), ("0.5Gi", True), ("256Mi", False), ("", False)],
)
def test_a_request_that_equals_the_limit_moves_along(request_text: str, moves: bool) -> None:
    requests = {"requests": {"memory": request_text}} if request_text else {}
    sample = memory({"limits": {"memory": "512Mi"}, **requests})
    assert (value_tested(sample, REQUEST) == request_text) == moves
    assert ({"op": "replace", "path": REQUEST, "value": "768Mi"} in operations(sample)) == moves


def test_memory_of_a_sidecar_among_the_init_containers() -> None:
    sidecar = {"name": "backend", "resources": {"limits": {"memory": "512Mi"}}}
    spec = {"containers": [{"name": "web"}], "initContainers": [sidecar]}
    sample = replace(MEMORY, material={**MEMORY.material, "spec": {"template": {"spec": spec}}})
    where = "/spec/template/spec/initContainers/0/resources/limits/memory"
    assert value_tested(sample, where) == "512Mi"


@pytest.mark.parametrize(
    "found", [{}, {"limits": None}, {"limits": {"cpu": "1"}}, {"requests": {"memory": "1Gi"}}]
)
def test_no_limit_is_not_given_where_none_is(found: Json) -> None:
    answer = request_or_unfit(memory(found))
    assert isinstance(answer, Unfit)
    assert "no memory limit" in answer.why


def test_a_container_that_is_gone_is_told() -> None:
    answer = request_or_unfit(memory({"limits": {"memory": "1Gi"}}, container="another"))
    assert isinstance(answer, Unfit)
    assert "no container another" in answer.why
