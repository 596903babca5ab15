"""`aiopsctl demo`"""

from __future__ import annotations

import click


@click.command()
def command() -> None:
    """Watch one alert's whole life in a simulated cluster; needs no cluster, broker or account."""
    import asyncio

    from worker.demo import run_demo

    if not asyncio.run(run_demo()):
        raise SystemExit(1)
