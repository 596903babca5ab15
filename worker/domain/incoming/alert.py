"""One message of a monitor, normalised: Alertmanager's words, whatever it came wrapped in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from worker.domain.incoming.malformed import (
    Malformed,
    MalformedError,
    MalformedReason,
    missing,
    wrong_type,
)
from worker.domain.incoming.message import texts, time_s, unwrap

# Bounds of one alert. Anything over them is kept whole as a dead letter, never cut to fit.
FINGERPRINT_LENGTH_MAX = 64  # characters; Alertmanager's own have 16
LABEL_VALUE_LENGTH_MAX = 1024  # characters
ANNOTATION_LENGTH_MAX = 8192  # characters
ALERTS_PER_MESSAGE_MAX = 2000  # alerts; Alertmanager's groups stay far below
FUTURE_TOLERANCE_S = 600.0  # a monitor's clock may run ahead this far


class AlertStatus(StrEnum):
    FIRING = "firing"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert as its monitor sent it; times are seconds since the epoch."""

    name: str
    status: AlertStatus
    labels: dict[str, str]
    annotations: dict[str, str]
    starts_at_s: float
    ends_at_s: float | None
    fingerprint: str
    traceparent: str = ""

    @property
    def order(self) -> tuple[float, int]:
        """Later is larger: a resolve follows the firing that it ends, whatever arrives first."""
        return (self.starts_at_s, 1 if self.status is AlertStatus.RESOLVED else 0)


@dataclass(frozen=True, slots=True)
class Parsed:
    """The alerts of one message, and the pieces of it that are none."""

    alerts: tuple[Alert, ...] = ()
    malformed: tuple[Malformed, ...] = ()


def parse(payload: object, *, received_at_s: float, traceparent: str = "") -> Parsed:
    """Read an Alertmanager webhook body (version 4), one alert, or a CloudEvent around either.

    Source: Alertmanager's template.Data and the v2 API's postableAlert and gettableAlert.
    """
    try:
        body = unwrap(payload)
        if "alerts" not in body:
            return Parsed(alerts=(_alert(body, received_at_s, traceparent, "alert"),))
        entries = _entries(body["alerts"])
    except MalformedError as bad:
        return Parsed(malformed=(bad.malformed,))
    alerts: list[Alert] = []
    malformed: list[Malformed] = []
    for index, entry in enumerate(entries):
        try:
            alerts.append(_alert(entry, received_at_s, traceparent, f"alerts[{index}]"))
        except MalformedError as bad:
            malformed.append(bad.malformed)
    return Parsed(tuple(alerts), tuple(malformed))


def _entries(value: object) -> list[object]:
    if not isinstance(value, list):
        raise wrong_type("alerts", value, "a list of alerts")
    if not 0 < len(value) <= ALERTS_PER_MESSAGE_MAX:
        raise MalformedError(
            MalformedReason.OUT_OF_BOUNDS,
            f"alerts: {len(value)} entries; send 1 to {ALERTS_PER_MESSAGE_MAX}",
        )
    return value


def _alert(entry: object, received_at_s: float, traceparent: str, where: str) -> Alert:
    if not isinstance(entry, dict):
        raise wrong_type(where, entry, "an object with labels")
    labels = texts(entry, "labels", where, LABEL_VALUE_LENGTH_MAX)
    name = labels.get("alertname", "")
    if not name:
        raise missing(f"{where}.labels.alertname", "every alert carries its rule's name")
    starts_at_s = time_s(entry.get("startsAt"), f"{where}.startsAt") or received_at_s
    if starts_at_s > received_at_s + FUTURE_TOLERANCE_S:
        raise MalformedError(
            MalformedReason.BAD_TIME,
            f"{where}.startsAt: {entry.get('startsAt')!r} lies in the future; "
            "check the monitor's clock",
        )
    ends_at_s = time_s(entry.get("endsAt"), f"{where}.endsAt")
    fingerprint = entry.get("fingerprint") or fingerprint_of(labels)
    if not isinstance(fingerprint, str) or len(fingerprint) > FINGERPRINT_LENGTH_MAX:
        raise wrong_type(f"{where}.fingerprint", fingerprint, "a short text, or leave it out")
    return Alert(
        name=name,
        status=_status(entry, ends_at_s, received_at_s, where),
        labels=labels,
        annotations=texts(entry, "annotations", where, ANNOTATION_LENGTH_MAX),
        starts_at_s=starts_at_s,
        ends_at_s=ends_at_s,
        fingerprint=fingerprint,
        traceparent=traceparent,
    )


def _status(
    entry: Mapping[str, object], ends_at_s: float | None, now_s: float, where: str
) -> AlertStatus:
    status = entry.get("status")
    if status is None or isinstance(status, dict):  # the v2 API: {"state": "active", ...}
        over = ends_at_s is not None and ends_at_s <= now_s
        return AlertStatus.RESOLVED if over else AlertStatus.FIRING
    if status not in ("firing", "resolved"):
        raise wrong_type(f"{where}.status", status, "firing or resolved")
    return AlertStatus(str(status))


def fingerprint_of(labels: Mapping[str, str]) -> str:
    """The fingerprint that Alertmanager itself gives to these labels (FNV-1a, 64 bits).

    Source: prometheus/common, model.LabelSet.Fingerprint.
    """
    value = 0xCBF29CE484222325
    for name in sorted(labels):
        for byte in b"%s\xff%s\xff" % (name.encode(), labels[name].encode(errors="replace")):
            value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"
