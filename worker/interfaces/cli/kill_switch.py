"""`aiopsctl kill-switch on|off|status`: with your own account, whether the worker runs or not."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from worker.interfaces.cli.output import output_option, plain, print_data, print_fields
from worker.interfaces.cli.server import Server, server_options

if TYPE_CHECKING:
    from worker.adapters.kubernetes_kill_switch_turn import SwitchState
    from worker.engine.ports import ClusterApi

F = TypeVar("F", bound=Callable[..., Any])
WITHIN_S = 15.0  # for all of it: who stops everything wants to know soon
BY_HAND = (
    "; or say `kubectl -n {namespace} patch configmap {name} --type merge -p "
    '\'{{"data":{{"stop":"true"}}}}\'`; harder ways: docs/how-to/stop-everything.md'
)


@dataclass(frozen=True, slots=True)
class Switch:
    """Where it is, and as whom it is reached."""

    namespace: str
    name: str
    kubeconfig: Path | None
    context: str


@click.group()
def command() -> None:
    """Stop all writes of the worker to the cluster, or let them through again.

    Uses your kubeconfig, not the worker: it has no right to turn its own switch.
    """


def _switch_options(command: F) -> F:
    for option in (
        click.option(
            "--context", "kube_context", envvar="AIOPS_KUBE_CONTEXT", default="",
            help="Context in it; none is the current.",
        ),
        click.option(
            "--kubeconfig", type=click.Path(exists=True, dir_okay=False, path_type=Path),
            envvar="AIOPS_KUBECONFIG", help="Yours; none is kubectl's.",
        ),
        click.option(
            "--name", envvar="AIOPS_KILL_SWITCH_NAME", default="aiops-kill-switch",
            show_default=True, help="The ConfigMap.",
        ),
        click.option(
            "--namespace", envvar="AIOPS_OWN_NAMESPACE", default="aiops-system",
            show_default=True, help="Where the worker runs.",
        ),
    ):  # fmt: skip
        command = option(command)
    return command


@command.command("on")
@click.option("--reason", default="", help="Why; it stands in the switch for whoever comes next.")
@output_option
@_switch_options
def turn_on(
    reason: str, output: str, namespace: str, name: str, kubeconfig: Path | None, kube_context: str
) -> None:
    """Stop: no write is sent from now on. What was sent before can't be called back."""
    switch = Switch(namespace, name, kubeconfig, kube_context)
    by_hand = BY_HAND.format(namespace=namespace, name=name)
    _show(_turn(switch, stop=True, words=reason, or_else=by_hand), switch, output)


@command.command("off")
@click.option("--reason", default="", help="Why; it stands in the switch for whoever comes next.")
@click.option("--yes", is_flag=True, help="Don't ask whether you are sure.")
@output_option
@_switch_options
def turn_off(
    reason: str, yes: bool, output: str,
    namespace: str, name: str, kubeconfig: Path | None, kube_context: str,
) -> None:  # fmt: skip
    """Let writes through again: what is held is looked at within seconds."""
    switch = Switch(namespace, name, kubeconfig, kube_context)
    if not yes:
        before = _run(switch, lambda cluster: _state(cluster, switch))
        why = f" It was set: {plain(before.words)}." if before.words else ""
        click.confirm(f"Shall the worker act on the cluster again?{why}", abort=True, err=True)
    _show(_turn(switch, stop=False, words=reason), switch, output)


@command.command("status")
@click.option("--ask-worker", is_flag=True, help="As the worker of --server sees it.")
@output_option
@_switch_options
@server_options
def status(
    ask_worker: bool, output: str,
    namespace: str, name: str, kubeconfig: Path | None, kube_context: str,
    server: str, token: str,
) -> None:  # fmt: skip
    """Say whether writes are let through."""
    if ask_worker:
        told = Server(server, token).get("/api/v1/kill-switch")
        if not isinstance(told, dict):
            raise click.ClickException(f"{server} is no worker of this version")
        if output != "table":
            print_data(told, output)
        else:
            print_fields({"set": "yes" if told["set"] else "no", "words": told["words"]})
        return
    switch = Switch(namespace, name, kubeconfig, kube_context)
    _show(_run(switch, lambda cluster: _state(cluster, switch)), switch, output)


def _turn(switch: Switch, *, stop: bool, words: str, or_else: str = "") -> SwitchState:
    from worker.adapters.kubernetes_kill_switch_turn import turn

    return _run(
        switch,
        lambda cluster: turn(
            cluster, switch.namespace, switch.name, stop=stop, words=words, now_s=time.time()
        ),
        or_else,
    )


def _state(cluster: ClusterApi, switch: Switch) -> Awaitable[SwitchState]:
    from worker.adapters.kubernetes_kill_switch_turn import state

    return state(cluster, switch.namespace, switch.name)


def _run(
    switch: Switch, ask: Callable[[ClusterApi], Awaitable[SwitchState]], or_else: str = ""
) -> SwitchState:
    """Raises ClickException with what else can be done."""
    import asyncio

    from worker.adapters.kubernetes_api import KubernetesApi
    from worker.engine.ports import PermanentError, TransientError

    async def run() -> SwitchState:
        api = KubernetesApi(switch.kubeconfig, switch.context)
        try:
            async with asyncio.timeout(WITHIN_S):
                return await ask(api)
        finally:
            await api.close()

    try:
        return asyncio.run(run())
    except (TransientError, PermanentError, TimeoutError) as error:
        words = plain(str(error) or f"no answer within {WITHIN_S:.0f} s")
        raise click.ClickException(
            f"{words}; name an account that may with --kubeconfig and --context{or_else}"
        ) from error


def _show(found: SwitchState, switch: Switch, output: str) -> None:
    what = "set: no write is sent" if found.stops else "not set: writes are let through"
    if not found.there:
        what = "missing, which counts as set: no write is sent"
    if output != "table":
        named = {"namespace": switch.namespace, "name": switch.name}
        turned = {"words": found.words, "turned_at": found.turned_at}
        print_data({"set": found.stops, "there": found.there, **named, **turned}, output)
        return
    where = f"ConfigMap {switch.namespace}/{switch.name}"
    fields = {"kill switch": what, "where": where}
    if found.turned_at:
        fields |= {"turned": found.turned_at, "words": found.words}
    print_fields(fields)
