"""Who owns a problem: its key, and what of the cluster stands behind it."""

from __future__ import annotations

import re

import pytest

from worker.domain.document.identity import INGEST, KEY_LENGTH, STORM, Subject, SubjectKind, Target

WEB = Subject(SubjectKind.SERVICE, "shop", "Deployment/web")
NODE = Subject(SubjectKind.NODE, "", "node-1")
UNRESOLVED = Subject(SubjectKind.UNRESOLVED, "shop", "")


def service(name: str) -> Subject:
    return Subject(SubjectKind.SERVICE, "shop", name)


def test_a_key_is_the_subject_and_nothing_else() -> None:
    subjects = [
        WEB,
        service("StatefulSet/web"),
        Subject(SubjectKind.SERVICE, "blog", "Deployment/web"),
        Subject(SubjectKind.NODE, "", "node-1"),
        UNRESOLVED,
        INGEST,
    ]
    assert len({one.key for one in subjects}) == len(subjects)
    assert WEB.key == Subject(SubjectKind.SERVICE, "shop", "Deployment/web").key
    assert all(re.fullmatch(rf"[a-f0-9]{{{KEY_LENGTH}}}", one.key) for one in subjects)


@pytest.mark.parametrize(
    ("subject", "workload"),
    [
        (WEB, ("Deployment", "web")),
        (service("web"), None),
        (UNRESOLVED, None),
        (Subject(SubjectKind.NODE, "", "a/b"), None),
    ],
)
def test_only_a_service_has_a_workload(subject: Subject, workload: tuple[str, str] | None) -> None:
    assert subject.workload == workload


@pytest.mark.parametrize(
    ("subject", "has_object", "understood"),
    [
        (WEB, True, True),
        (service("CronJob/nightly"), True, True),
        (service("Job/import"), True, False),
        (NODE, True, True),
        (UNRESOLVED, False, False),
        (INGEST, False, False),
        (STORM, False, False),
    ],
)
def test_what_stands_behind_it(subject: Subject, has_object: bool, understood: bool) -> None:
    assert (subject.has_object, subject.understood) == (has_object, understood)


def test_what_belongs_to_the_whole_cluster_has_no_namespace_in_its_text() -> None:
    assert Target("Node", "", "node-1", "u1").text == "Node/node-1"
    assert Target("Pod", "shop", "web-1", "u2").text == "shop/Pod/web-1"
