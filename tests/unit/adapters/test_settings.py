"""Settings: read from the environment, refused with variable, value and remedy."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from worker.domain.deciding.policy import PROTECTED_NAMESPACES
from worker.domain.playbooks.playbook import Mode
from worker.settings import Settings
from worker.settings_names import explain

ROOT = Path(__file__).parents[3]
DAPR_NAMES = ("DAPR_HTTP_PORT", "DAPR_API_TOKEN", "APP_API_TOKEN")


ACCEPT = "AIOPS_ACCEPT_DEADLINE_S must be shorter than AIOPS_DELIVERY_TIMEOUT_S"
TURN = "AIOPS_TURN_DEADLINE_S must leave room"
SWEEP = "AIOPS_SWEEP_EVERY_S must be shorter than half of AIOPS_DECIDE_WITHIN_S"


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("AIOPS_") or name in DAPR_NAMES:
            monkeypatch.delenv(name)


def refused(**given: object) -> str:
    with pytest.raises(ValidationError) as error:
        Settings(**given)  # type: ignore[arg-type]
    return explain(error.value)


def test_without_anything_it_only_looks() -> None:
    settings = Settings()
    assert settings.mode is Mode.OBSERVE
    assert settings.people_host == "127.0.0.1"
    assert settings.policy.mode is Mode.OBSERVE
    assert settings.policy.protected_namespaces >= PROTECTED_NAMESPACES


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"accept_deadline_s": 15.0}, ACCEPT),
        ({"delivery_timeout_s": 10.0}, ACCEPT),
        ({"turn_deadline_s": 15.0}, TURN),
        ({"probe_timeout_s": 50.0}, TURN),
        ({"write_timeout_s": 55.0}, TURN),
        ({"sweep_every_s": 450.0}, SWEEP),
        ({"decide_within_s": 60.0}, SWEEP),
    ],
    ids=lambda value: "".join(value) if isinstance(value, dict) else "",
)
def test_a_relation_that_is_violated_is_refused_with_its_words(
    given: dict[str, float], words: str
) -> None:
    assert words in refused(**given)


@pytest.mark.parametrize(
    "given",
    [
        {"accept_deadline_s": 14.9},
        {"turn_deadline_s": 15.1},
        {"sweep_every_s": 449.0},
        {"decide_within_s": 60.1},
    ],
    ids=str,
)
def test_a_relation_that_just_holds_is_taken(given: dict[str, float]) -> None:
    taken = Settings(**given)  # type: ignore[arg-type]
    assert {name: getattr(taken, name) for name in given} == given


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AIOPS_MODE", "yolo"),
        ("AIOPS_PEOPLE_PORT", "http"),
        ("AIOPS_HOLD_S", "0"),
        ("AIOPS_HOLD_S", "-1"),
        ("AIOPS_WATCH_EVERY_S", "604801"),
        ("AIOPS_REMINDER_EVERY_S", "1.5"),
        ("AIOPS_BODY_MAX_BYTES", "1023"),
        ("AIOPS_DEPTH_MAX", "65"),
        ("AIOPS_TURNS_AT_ONCE", "0"),
        ("AIOPS_DRAIN_S", "soon"),
    ],
)
def test_a_bad_value_names_variable_and_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    text = refused()
    assert text.startswith(f"{name}: ")
    assert "should be" in text, "the remedy"
    assert f"(got {value!r})" in text
    assert "\n" not in text


def test_every_bad_variable_gets_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIOPS_MODE", "yolo")
    monkeypatch.setenv("AIOPS_DEPTH_MAX", "3")
    lines = refused().splitlines()
    assert [line.partition(":")[0] for line in lines] == ["AIOPS_MODE", "AIOPS_DEPTH_MAX"]


def test_an_endless_value_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIOPS_MODE", "x" * 5000)
    assert len(refused()) < 300


def test_names_are_lists_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIOPS_PROTECTED_NAMESPACES", "payments, ledger,")
    monkeypatch.setenv("AIOPS_PROTECTED_WORKLOADS", "shop/Deployment/web")
    policy = Settings().policy
    assert policy.protected_namespaces == PROTECTED_NAMESPACES | {"payments", "ledger"}
    assert policy.protected_workloads == {"shop/Deployment/web"}


def test_we_protect_ourselves() -> None:
    settings = Settings(own_namespace="aiops", own_workload="Deployment/worker")
    assert settings.policy.protected_workloads == {"aiops/Deployment/worker"}
    assert Settings(own_namespace="aiops").policy.protected_workloads == frozenset()


def test_every_duration_of_the_policy_comes_from_a_setting() -> None:
    given = {
        "decide_within_s": 901.0, "hold_s": 16.0, "verify_every_s": 11.0, "watch_every_s": 301.0,
        "close_after_healthy_s": 121.0, "notice_retry_s": 6.0,
    }  # fmt: skip
    policy = Settings(**given, annotation_prefix="example.org").policy  # type: ignore[arg-type]
    assert {name: getattr(policy, name) for name in given} == given
    assert policy.annotation_prefix == "example.org"


def test_dapr_s_own_variables_keep_their_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAPR_HTTP_PORT", "3999")
    monkeypatch.setenv("DAPR_API_TOKEN", "to the sidecar")
    monkeypatch.setenv("APP_API_TOKEN", "from the sidecar")
    settings = Settings()
    assert settings.dapr_http_port == 3999
    assert settings.dapr_api_token.get_secret_value() == "to the sidecar"
    assert settings.app_api_token.get_secret_value() == "from the sidecar"


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("API_TOKEN", "WEBHOOK_TOKEN", "PAGERDUTY_ROUTING_KEY"):
        monkeypatch.setenv(f"AIOPS_{name}", "hunter2")
    settings = Settings()
    assert settings.api_token.get_secret_value() == "hunter2"
    assert "hunter2" not in f"{settings!r} {settings} {settings.policy!r}"
    assert "hunter2" not in refused(api_token="hunter2", mode="yolo")


def test_a_secret_may_be_a_file(tmp_path: Path) -> None:
    """In a process of its own: the directory is read when the module is loaded."""
    (tmp_path / "aiops_api_token").write_text("from a file\n")
    (tmp_path / "aiops_mode").write_text("auto")
    script = (
        "from worker.settings import Settings\n"
        "s = Settings()\n"
        "print(s.api_token.get_secret_value(), s.mode, s.webhook_token.get_secret_value())\n"
    )
    environment = {
        "PATH": os.environ["PATH"],
        "AIOPS_SECRETS_DIR": str(tmp_path),
        "AIOPS_MODE": "observe",
    }
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout == "from a file observe \n", "a variable wins over a file"
