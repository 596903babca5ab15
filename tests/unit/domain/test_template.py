"""When two pod templates are the same one."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from worker.domain.observed.template import template_digest, unhashed

RESTARTED_AT = "kubectl.kubernetes.io/restartedAt"
TEMPLATE: dict[str, Any] = {
    "metadata": {"labels": {"app": "web"}, "annotations": {"team": "shop"}},
    "spec": {"containers": [{"name": "web", "image": "web:1", "env": [{"name": "A"}]}]},
}


def changed(*path: str, value: object) -> dict[str, Any]:
    made = copy.deepcopy(TEMPLATE)
    *way, last = path
    holder = made
    for key in way:
        holder = holder[key]
    holder[last] = value
    return made


@pytest.mark.parametrize(
    "same",
    [
        changed("metadata", "labels", "pod-template-hash", value="6444769cf"),
        changed("metadata", "annotations", RESTARTED_AT, value="2026-01-01T10:00:00Z"),
        changed("metadata", "creationTimestamp", value=None),
        {key: TEMPLATE[key] for key in ("spec", "metadata")},
    ],
    ids=["the controller's label", "restarted", "null", "another order"],
)
def test_the_same(same: dict[str, Any]) -> None:
    assert template_digest(same) == template_digest(TEMPLATE)


def test_no_annotations_are_the_same_in_every_spelling() -> None:
    bare = changed("metadata", "annotations", value={})
    spelled = [
        bare,
        changed("metadata", "annotations", value=None),
        changed("metadata", "annotations", value={RESTARTED_AT: "2026-01-01T10:00:00Z"}),
        {**bare, "metadata": {"labels": {"app": "web"}}},
    ]
    assert len({template_digest(one) for one in spelled}) == 1
    assert template_digest(bare) != template_digest(TEMPLATE)


@pytest.mark.parametrize(
    "other",
    [
        changed("metadata", "labels", "app", value="db"),
        changed("metadata", "annotations", "team", value="other"),
        changed("metadata", "annotations", "pod-template-hash", value="x"),
        changed("spec", "containers", value=[{"name": "web", "image": "web:2"}]),
        changed("spec", "hostNetwork", value=True),
        {"metadata": TEMPLATE["metadata"]},
    ],
    ids=["label", "annotation", "label's name as annotation", "image", "more", "no spec"],
)
def test_another(other: dict[str, Any]) -> None:
    assert template_digest(other) != template_digest(TEMPLATE)


@pytest.mark.parametrize("odd", [{}, {"metadata": None}, {"metadata": "text"}, {"spec": None}])
def test_what_is_hardly_a_template_has_a_digest_too(odd: dict[str, Any]) -> None:
    assert template_digest(odd) != template_digest(TEMPLATE)


def test_what_json_can_t_say_exactly_is_refused() -> None:
    with pytest.raises(ValueError, match="2\\^53"):
        template_digest(changed("spec", "terminationGracePeriodSeconds", value=2**60))


def test_unhashed_takes_the_controller_s_label_only_and_from_a_copy() -> None:
    hashed = changed("metadata", "labels", "pod-template-hash", value="6444769cf")
    restarted = copy.deepcopy(hashed)
    restarted["metadata"]["annotations"][RESTARTED_AT] = "2026-01-01T10:00:00Z"
    assert unhashed(hashed) == TEMPLATE
    assert unhashed(restarted)["metadata"]["annotations"] == restarted["metadata"]["annotations"]
    assert hashed["metadata"]["labels"]["pod-template-hash"] == "6444769cf"
