"""The names of settings in the environment, and what is wrong with a value, in words."""

from __future__ import annotations

import re

from pydantic import ValidationError
from pydantic_settings import BaseSettings

from worker.domain.playbooks.playbook import Mode

PREFIX = "AIOPS_"
NAMESPACE = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")  # RFC 1123
SERVICE_LINK = re.compile(r"_SERVICE_(HOST|PORT(_\w+)?)$|_PORT_\d+_(TCP|UDP|SCTP)(_\w+)?$")


def variables_of(settings: type[BaseSettings]) -> set[str]:
    fields = settings.model_fields.items()
    return {str(field.validation_alias or PREFIX + name.upper()) for name, field in fields}


def service_link(name: str, value: str) -> bool:
    """What Kubernetes makes of a Service in the same namespace that is named aiops-…."""
    return bool(SERVICE_LINK.search(name)) or (name.endswith("_PORT") and "://" in value)


def must(holds: bool, remedy: str) -> None:
    if not holds:
        raise ValueError(remedy)


def modes_of(text: str) -> dict[str, str]:
    """`payments=suggest, shop=auto` as a mapping. Raises ValueError with the remedy."""
    modes: dict[str, str] = {}
    for part in filter(None, (one.strip() for one in text.split(","))):
        namespace, equals, mode = (one.strip() for one in part.partition("="))
        must(
            bool(equals) and bool(NAMESPACE.fullmatch(namespace)),
            f"{part!r} is no namespace=mode; write for example payments=suggest,shop=auto",
        )
        must(mode in set(Mode), f"{part!r} names no mode; there are {', '.join(Mode)}")
        must(namespace not in modes, f"{namespace} is named twice; say its mode once")
        modes[namespace] = mode
    return modes


def explain(error: ValidationError) -> str:
    """One line a setting: its variable, what is wrong, and what was given."""
    lines = []
    for one in error.errors():
        name = "_".join(str(part) for part in one["loc"]).upper()
        if one["loc"]:
            variable = name if name.startswith(("DAPR_", "APP_")) else PREFIX + name
            lines.append(f"{variable}: {one['msg']} (got {str(one.get('input'))[:80]!r})")
        else:
            lines.append(str(one["msg"]).removeprefix("Value error, "))
    return "\n".join(lines)
