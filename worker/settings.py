"""Every limit with its unit, read from the environment, and the relations between them.

`AIOPS_MODE=auto` sets `mode`, and so on. In the directory that `AIOPS_SECRETS_DIR` names a file
`aiops_webhook_token` sets `webhook_token`, and so on.
"""

from __future__ import annotations

import os
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from worker.domain.deciding.policy import PROTECTED_NAMESPACES, Policy
from worker.domain.playbooks.playbook import Mode
from worker.domain.scopes.scope import Limits
from worker.domain.scopes.storm import StormLimits
from worker.settings_names import PREFIX, modes_of, must, service_link, variables_of

Seconds = Annotated[float, Field(gt=0, le=7 * 86400)]
Port = Annotated[int, Field(ge=1, le=65535)]
Names = Annotated[frozenset[str], NoDecode]
Modes = Annotated[dict[str, Mode], NoDecode]
Count = Annotated[int, Field(ge=1, le=256)]

LOOKS_MISSED_MAX = 6  # in a row, before health since the last look is only a guess
OTHER_VARIABLES = frozenset(
    {"AIOPS_SECRETS_DIR", "AIOPS_SERVER", "AIOPS_FAILPOINT", "AIOPS_FAILPOINT_MARK"}
)


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="forbid", secrets_dir=os.environ.get("AIOPS_SECRETS_DIR")
    )

    # What the worker may do.
    mode: Mode = Mode.OBSERVE
    namespace_modes: Modes = {}  # namespace=mode, …: for it, instead of `mode`
    playbooks: Path | None = None  # a directory of YAML files; none is the shipped pack
    windows: Path | None = None  # a YAML file: when nothing may be done
    protected_namespaces: Names = PROTECTED_NAMESPACES
    protected_workloads: Names = frozenset()  # namespace/Kind/name
    own_namespace: str = ""
    own_workload: str = ""  # Kind/name of our own Deployment
    annotation_prefix: str = "aiops-operator.io"
    kill_switch_name: str = "aiops-kill-switch"  # ConfigMap in our own namespace

    # Where things are.
    people_host: str = "127.0.0.1"
    people_port: Port = 8080
    sidecar_port: Port = 8000  # daprd's app port; bound to 127.0.0.1 always
    dapr_http_port: Port = Field(default=3500, validation_alias="DAPR_HTTP_PORT")
    state_store: str = "state"
    alerts_pubsub: str = "kafka-alerts"
    ops_events_pubsub: str = "kafka-ops-events"
    journal_pubsub: str = "kafka-journal"
    alerts_topic: str = "alerts"
    ops_events_topic: str = "ops-events"
    dead_letter_topic: str = "alerts.deadletter"
    journal_topic: str = "remediation-journal"
    kafka_brokers: str = ""  # for `aiopsctl doctor` only
    database: Path = Path("aiops.db")
    kubeconfig: Path | None = None
    kube_context: str = ""
    alertmanager_url: str = ""
    prometheus_url: str = ""
    webhook_sink_url: str = ""
    pagerduty_url: str = ""  # Events API v2 endpoint
    pagerduty_routing_key: SecretStr = SecretStr("")
    otlp_endpoint: str = ""  # base URL of an OTLP/HTTP collector

    # Secrets. Without a token reading is open on loopback; nobody but named people ever steers.
    people: Path | None = None  # who may read, answer and steer, with their tokens or digests
    api_token: SecretStr = SecretStr("")
    webhook_token: SecretStr = SecretStr("")
    dapr_api_token: SecretStr = Field(default=SecretStr(""), validation_alias="DAPR_API_TOKEN")
    app_api_token: SecretStr = Field(default=SecretStr(""), validation_alias="APP_API_TOKEN")

    # How patient it is.
    accept_deadline_s: Seconds = 10.0
    delivery_timeout_s: Seconds = 15.0  # the inbound policy's, in components/resiliency.yaml
    turn_deadline_s: Seconds = 60.0
    probe_timeout_s: Seconds = 5.0
    write_timeout_s: Seconds = 10.0
    send_timeout_s: Seconds = 5.0
    sweep_every_s: Seconds = 30.0
    reminder_every_s: Annotated[int, Field(ge=1, le=3600)] = 30  # whole seconds only
    decide_within_s: Seconds = 900.0
    hold_s: Seconds = 15.0
    verify_every_s: Seconds = 10.0
    watch_every_s: Seconds = 300.0
    close_after_healthy_s: Seconds = 120.0
    newborn_s: Seconds = 180.0
    approval_s: Seconds = 900.0

    # How much it may do at once, and in which time.
    leases_max: Count = 1  # disruptions at once in the whole cluster
    leases_namespace_max: Count = 1
    acts_max: Count = 5  # acts in the whole cluster within the window
    acts_namespace_max: Count = 5
    acts_window_s: Seconds = 600.0
    acts_subject_max: Count = 3  # acts on one service within an hour
    storm_share: Annotated[float, Field(gt=0, le=1)] = 0.3  # of the services sick: nothing new
    storm_least: Count = 3  # fewer sick services are never a storm
    storm_inflow_least: Count = 10  # fewer new incidents a minute are never a storm
    storm_calm_s: Seconds = 120.0
    notice_retry_s: Seconds = 5.0
    drain_s: Seconds = 10.0
    journal_keep_days: Annotated[int, Field(ge=1, le=3650)] = 30
    body_max_bytes: Annotated[int, Field(ge=1024, le=64 * 1024 * 1024)] = 1024 * 1024
    depth_max: Annotated[int, Field(ge=4, le=64)] = 20
    turns_at_once: Annotated[int, Field(ge=1, le=256)] = 16

    @model_validator(mode="before")
    @classmethod
    def _misspelt(cls, values: dict[str, object]) -> dict[str, object]:
        """A variable that nobody reads would change nothing, in silence."""
        known = {name for name in variables_of(cls) if name.startswith(PREFIX)} | OTHER_VARIABLES
        for name, value in sorted(os.environ.items()):
            if not name.startswith(PREFIX) or name in known or service_link(name, value):
                continue
            bare = name.removeprefix(PREFIX)
            alias = [bare] if bare in variables_of(cls) else []
            (near, *_) = [*alias, *get_close_matches(name, known, n=1), "the list of settings"]
            raise ValueError(f"{name} is no setting; see {near}")
        return values

    @model_validator(mode="before")
    @classmethod
    def _split_names(cls, values: dict[str, object]) -> dict[str, object]:
        for name in ("protected_namespaces", "protected_workloads"):
            text = values.get(name)
            if isinstance(text, str):
                values[name] = frozenset(part.strip() for part in text.split(",") if part.strip())
        return values

    @field_validator("namespace_modes", mode="before")
    @classmethod
    def _split_modes(cls, given: object) -> object:
        return modes_of(given) if isinstance(given, str) else given

    @model_validator(mode="after")
    def _relations(self) -> Settings:
        must(
            self.accept_deadline_s < self.delivery_timeout_s,
            "AIOPS_ACCEPT_DEADLINE_S must be shorter than AIOPS_DELIVERY_TIMEOUT_S: else the "
            "sidecar delivers again while the first delivery still runs",
        )
        must(
            self.probe_timeout_s + self.write_timeout_s < self.turn_deadline_s,
            "AIOPS_TURN_DEADLINE_S must leave room for a round of probes and one write: "
            "AIOPS_PROBE_TIMEOUT_S and AIOPS_WRITE_TIMEOUT_S together",
        )
        must(
            self.sweep_every_s < self.decide_within_s / 2,
            "AIOPS_SWEEP_EVERY_S must be shorter than half of AIOPS_DECIDE_WITHIN_S: else a "
            "forgotten subject is found too late",
        )
        return self

    @cached_property
    def policy(self) -> Policy:
        ours = {self.own_namespace} if self.own_namespace else set[str]()
        own = {f"{self.own_namespace}/{self.own_workload}"} if self.own_workload else set[str]()
        return Policy(
            mode=self.mode,
            namespace_modes=self.namespace_modes,
            protected_namespaces=PROTECTED_NAMESPACES | self.protected_namespaces | ours,
            protected_workloads=self.protected_workloads | own,
            annotation_prefix=self.annotation_prefix,
            decide_within_s=self.decide_within_s,
            hold_s=self.hold_s,
            verify_every_s=self.verify_every_s,
            look_gap_max_s=max(self.turn_deadline_s, LOOKS_MISSED_MAX * self.verify_every_s),
            watch_every_s=self.watch_every_s,
            close_after_healthy_s=self.close_after_healthy_s,
            newborn_s=self.newborn_s,
            notice_retry_s=self.notice_retry_s,
            approval_s=self.approval_s,
            acts_max=self.acts_subject_max,
            cluster=Limits(self.leases_max, self.acts_max, self.acts_window_s),
            namespace=Limits(
                self.leases_namespace_max, self.acts_namespace_max, self.acts_window_s
            ),
            storm=StormLimits(
                share_max=self.storm_share,
                least=self.storm_least,
                inflow_least=self.storm_inflow_least,
                calm_s=self.storm_calm_s,
            ),
        )
