"""From an alert's labels to what the series of its successors have to fit."""

from __future__ import annotations

import pytest

from worker.adapters.prometheus_rules.lasting import lasting
from worker.domain.document.identity import Subject, SubjectKind

WEB = "service/shop/Deployment/web"
SUFFIX = "[bcdfghjklmnpqrstvwxz2456789]"


def kept(subject: str = WEB, **labels: str) -> list[str]:
    return sorted(lasting(labels, Subject.of_text(subject)).values())


def test_what_outlives_a_pod_has_to_be_the_same() -> None:
    labels = {"namespace": "shop", "consumergroup": "orders", "job": "kafka-exporter"}
    assert kept(**labels) == ['consumergroup="orders"', 'job="kafka-exporter"', 'namespace="shop"']


@pytest.mark.parametrize("label", ["instance", "container", "node", "uid", "version", "image"])
def test_what_ends_with_a_pod_is_left_out(label: str) -> None:
    assert kept(namespace="shop", **{label: "x"}) == ['namespace="shop"']


def test_of_a_node_its_name_is_what_outlives() -> None:
    labels = {"node": "n1", "instance": "10.0.0.1:9100", "pod": "node-exporter-xk2lp"}
    assert kept("node//n1", **labels) == ['node="n1"']


def test_what_speaks_of_health_itself_is_left_out() -> None:
    assert kept(namespace="shop", code="500", reason="Evicted") == ['namespace="shop"']


@pytest.mark.parametrize(
    ("subject", "pod", "matcher"),
    [
        (WEB, "web-7c9f8b6d5-xk2lp", f"web-{SUFFIX}{{1,10}}-{SUFFIX}{{5}}"),
        ("service/shop/Deployment/a.b", "a.b-7c9f8b6d5-xk2lp",
         f"a\\\\.b-{SUFFIX}{{1,10}}-{SUFFIX}{{5}}"),
        ("service/shop/StatefulSet/db", "db-0", "db-[0-9]+"),
        ("service/shop/DaemonSet/log", "log-xk2lp", f"log-{SUFFIX}{{5}}"),
        ("service/shop/Pod/lonely", "lonely", "lonely"),
    ],
)  # fmt: skip
def test_a_pod_stands_for_all_of_its_workload(subject: str, pod: str, matcher: str) -> None:
    assert kept(subject, pod=pod) == [f'pod=~"{matcher}"']
    assert kept(subject, exported_pod=pod) == [f'exported_pod=~"{matcher}"']


@pytest.mark.parametrize(
    ("subject", "pod"),
    [
        (WEB, "kafka-exporter-7c9f8b6d5-xk2lp"),
        (WEB, "web-admin-7c9f8b6d5-xk2lp"),
        ("service/shop/Job/report", "report-xk2lp"),
        ("unresolved/shop", "web-7c9f8b6d5-xk2lp"),
    ],
)
def test_the_pod_of_something_else_is_left_out(subject: str, pod: str) -> None:
    assert kept(subject, pod=pod) == []


@pytest.mark.parametrize(
    ("value", "quoted"),
    [
        ('a"b', '"a\\"b"'),
        ("a\\b", '"a\\\\b"'),
        ("a\nb", '"a\\nb"'),
        ("{{}} or vector(1)", '"{{}} or vector(1)"'),
        ("ü", '"ü"'),
        ("\x00", '"\\u0000"'),
    ],
)
def test_a_value_is_only_ever_a_text(value: str, quoted: str) -> None:
    assert kept(team=value) == [f"team={quoted}"]


@pytest.mark.parametrize(
    "labels", [{"a.b": "x"}, {'x="1"} or vector(1) #': "x"}, {"team": "\ud800"}]
)
def test_what_no_matcher_can_be_made_of_is_an_error(labels: dict[str, str]) -> None:
    with pytest.raises(ValueError):
        lasting(labels, Subject(SubjectKind.SERVICE, "shop", "Deployment/web"))
