"""The installation that is simulated: the shipped playbooks and settings with shorter waits."""

from __future__ import annotations

from dataclasses import replace

from worker.domain.playbooks.pack import Pack
from worker.domain.playbooks.playbook import Mode, Watch
from worker.packs import read_pack
from worker.settings import Settings

WATCH = Watch(settle_s=12.0, window_s=45.0, deadline_s=120.0)
SOAK_S = 10.0
COOL_DOWN_S = 30.0


def quick(pack: Pack) -> Pack:
    """The shipped playbooks with shorter waits."""
    return replace(
        pack,
        playbooks=tuple(
            replace(
                one,
                soak_s=SOAK_S,
                steps=tuple(
                    replace(step, watch=WATCH, cool_down_s=COOL_DOWN_S) for step in one.steps
                ),
            )
            for one in pack.playbooks
        ),
    )


def settings_of(mode: Mode) -> Settings:
    return Settings(
        mode=mode, sweep_every_s=30.0, hold_s=8.0, verify_every_s=8.0, watch_every_s=60.0,
        decide_within_s=240.0, close_after_healthy_s=30.0, approval_s=60.0, newborn_s=8.0,
        notice_retry_s=5.0,
    )  # fmt: skip


PACK = quick(read_pack())
