"""Which variables are read: a misspelt one is refused with its neighbour, others' are let be."""

from __future__ import annotations

import os

import pytest
from pydantic import ValidationError

from worker.settings import LOOKS_MISSED_MAX, Settings
from worker.settings_names import explain

DAPR_NAMES = ("DAPR_HTTP_PORT", "DAPR_API_TOKEN", "APP_API_TOKEN")


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("AIOPS_") or name in DAPR_NAMES:
            monkeypatch.delenv(name)


def refused() -> str:
    with pytest.raises(ValidationError) as error:
        Settings()
    return explain(error.value)


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("AIOPS_MOD", "AIOPS_MODE"),
        ("AIOPS_PROTECTED_NAMESPACE", "AIOPS_PROTECTED_NAMESPACES"),
        ("AIOPS_DECIDE_WITHIN", "AIOPS_DECIDE_WITHIN_S"),
        ("AIOPS_ALERT_MANAGER_URL", "AIOPS_ALERTMANAGER_URL"),
        ("AIOPS_KILLSWITCH_NAME", "AIOPS_KILL_SWITCH_NAME"),
        ("AIOPS_SECRET_DIR", "AIOPS_SECRETS_DIR"),
        ("AIOPS_SERVERS", "AIOPS_SERVER"),
        ("AIOPS_ZZZZZZZZZZZZZZZZZZZZ", "the list of settings"),
        ("AIOPS_", "AIOPS_MODE"),
    ],
)
def test_a_variable_that_nobody_reads_is_refused_with_a_neighbour(
    monkeypatch: pytest.MonkeyPatch, name: str, near: str
) -> None:
    monkeypatch.setenv(name, "x")
    assert refused().endswith(f"{name} is no setting; see {near}")


def test_only_what_a_service_of_our_name_injects_is_let_be(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AIOPS_OPERATOR", "x")
    assert "AIOPS_OPERATOR is no setting; see " in refused()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AIOPS_REDIS_SERVICE_HOST", "10.0.0.1"),
        ("AIOPS_REDIS_SERVICE_PORT", "6379"),
        ("AIOPS_REDIS_SERVICE_PORT_TLS", "6380"),
        ("AIOPS_REDIS_PORT", "tcp://10.0.0.1:6379"),
        ("AIOPS_REDIS_PORT_6379_TCP", "tcp://10.0.0.1:6379"),
        ("AIOPS_REDIS_PORT_6379_TCP_ADDR", "10.0.0.1"),
        ("AIOPS_REDIS_PORT_6379_TCP_PROTO", "tcp"),
        ("AIOPS_DNS_PORT_53_UDP_PORT", "53"),
    ],
)
def test_what_kubernetes_makes_of_any_service_named_like_ours_is_let_be(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    assert Settings() == Settings(_env_file=None)  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AIOPS_PEOPEL_PORT", "8080"),
        ("AIOPS_REDIS_PORT", "6379"),
        ("AIOPS_OPERATOR_MODE", "auto"),
        ("AIOPS_SERVICE_HOSTS", "10.0.0.1"),
        ("AIOPS_DAPR_API_TOKEN", "secret"),
        ("AIOPS_APP_API_TOKEN", "secret"),
        ("AIOPS_DAPR_HTTP_PORT", "3500"),
    ],
)
def test_what_only_looks_like_it_or_has_another_name_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    words = refused()
    assert f"{name} is no setting; see " in words
    assert "secret" not in words


@pytest.mark.parametrize("name", ["DAPR_API_TOKEN", "APP_API_TOKEN"])
def test_the_sidecars_tokens_are_read_under_the_sidecars_names(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "from-the-sidecar")
    assert getattr(Settings(), name.lower()).get_secret_value() == "from-the-sidecar"


@pytest.mark.parametrize(
    "name",
    [
        "AIOPS_OPERATOR_SERVICE_HOST",
        "AIOPS_OPERATOR_SERVICE_PORT",
        "AIOPS_OPERATOR_PORT",
        "AIOPS_OPERATOR_PORT_8080_TCP_ADDR",
        "AIOPS_SERVER",
        "AIOPS_SECRETS_DIR",
        "AIOPS_FAILPOINT",
        "AIOPS_FAILPOINT_MARK",
        "AIOPSCTL_COLUMNS",
        "MY_AIOPS_MODE",
    ],
)
def test_what_others_read_or_kubernetes_injects_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "tcp://10.0.0.1:8080")
    assert Settings() == Settings(_env_file=None)  # type: ignore[call-arg]


def test_every_setting_is_read_from_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, field in Settings.model_fields.items():
        if field.validation_alias is None and field.annotation is str:
            monkeypatch.setenv(f"AIOPS_{name.upper()}", f"http://{name}")
    settings = Settings()
    assert settings.alertmanager_url == "http://alertmanager_url"
    assert settings.kill_switch_name == "http://kill_switch_name"


@pytest.mark.parametrize("name", ["AIOPS_PEOPLE_PORT", "AIOPS_SIDECAR_PORT", "DAPR_HTTP_PORT"])
@pytest.mark.parametrize("value", ["0", "-1", "65536", "http", "80.5", ""])
def test_what_is_no_port_is_refused_under_its_own_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    text = refused()
    assert text.startswith(f"{name}: ")
    assert text.endswith(f"(got {value!r})")


@pytest.mark.parametrize("name", ["AIOPS_PEOPLE_PORT", "AIOPS_SIDECAR_PORT", "DAPR_HTTP_PORT"])
@pytest.mark.parametrize("value", [1, 65535])
def test_the_first_and_the_last_port_are_taken(
    monkeypatch: pytest.MonkeyPatch, name: str, value: int
) -> None:
    monkeypatch.setenv(name, str(value))
    field = name.removeprefix("AIOPS_").lower()
    assert getattr(Settings(), field) == value


@pytest.mark.parametrize("every_s", [1.0, 10.0, 25.0])
def test_so_many_looks_may_be_missed_before_health_is_only_a_guess(every_s: float) -> None:
    settings = Settings(verify_every_s=every_s)
    assert LOOKS_MISSED_MAX == 6
    assert settings.policy.look_gap_max_s == max(6 * every_s, settings.turn_deadline_s)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"accept_deadline_s": 15.0}, "the sidecar delivers again while the first delivery"),
        ({"turn_deadline_s": 15.0}, "AIOPS_PROBE_TIMEOUT_S and AIOPS_WRITE_TIMEOUT_S together"),
        ({"sweep_every_s": 450.0}, "a forgotten subject is found too late"),
    ],
    ids=lambda value: "".join(value) if isinstance(value, dict) else "",
)
def test_a_relation_says_why_in_the_words_of_the_variables(
    given: dict[str, float], words: str
) -> None:
    with pytest.raises(ValidationError) as error:
        Settings(**given)  # type: ignore[arg-type]
    text = explain(error.value)
    assert words in text
    assert not [name for name in Settings.model_fields if name in text], "no name of the code"
