"""The component that mounts the file of people: a setting's variable, a closed file, one place."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

import yaml

from tests.unit.manifests import BASE, ROOT, only, pod_template
from worker.settings import Settings


def added() -> dict[str, Any]:
    """What is added, by the list it is added to."""
    component = yaml.safe_load((ROOT / "k8s" / "people" / "kustomization.yaml").read_text())
    assert component["kind"] == "Component"
    (patch,) = component["patches"]
    only(BASE, patch["target"]["kind"], patch["target"]["name"])
    operations = yaml.safe_load(patch["patch"])
    assert {one["op"] for one in operations} == {"add"}
    return {one["path"].split("/")[-2]: one["value"] for one in operations}


def test_the_variable_is_a_setting_and_names_a_file_of_the_mount() -> None:
    variable, mount = added()["env"], added()["volumeMounts"]
    assert "people" in Settings.model_fields
    assert variable["name"] == "AIOPS_PEOPLE"
    assert str(PurePosixPath(variable["value"]).parent) == mount["mountPath"]
    assert mount["readOnly"] is True


def test_nobody_but_the_workers_group_reads_it() -> None:
    volume = added()["volumes"]
    assert volume["name"] == added()["volumeMounts"]["name"]
    assert volume["secret"]["defaultMode"] == 0o440
    assert pod_template()["spec"]["securityContext"]["fsGroup"]


def test_the_lists_it_adds_to_are_there() -> None:
    pod = pod_template()["spec"]
    (container,) = pod["containers"]
    assert container["env"]
    assert container["volumeMounts"]
    assert pod["volumes"]
