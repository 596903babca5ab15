"""What `hold` and `resume` are about: a subject, a namespace, or the whole cluster."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def place_options(command: F) -> F:
    for option in (
        click.option("--cluster", is_flag=True, help="Everything."),
        click.option("--namespace", default="", help="Every subject of one namespace."),
        click.argument("subject", required=False, default=""),
    ):
        command = option(command)
    return command


def scope_of(subject: str, namespace: str, cluster: bool) -> dict[str, Any]:
    """What REST calls it. Raises UsageError unless exactly one is named."""
    if sum((bool(subject), bool(namespace), cluster)) != 1:
        raise click.UsageError(
            "name one of: SUBJECT (as in `aiopsctl incidents`, or shop/Deployment/web), "
            "--namespace or --cluster"
        )
    if subject:
        return {"subject": subject}
    return {"namespace": namespace} if namespace else {"cluster": True}
