"""The worker, but its own kill switch always says "go on": to see what the API server does then."""

from __future__ import annotations

import sys

from worker.__main__ import main
from worker.adapters.kubernetes_kill_switch import KubernetesKillSwitch


async def _go_on(self: KubernetesKillSwitch) -> bool:
    return False


if __name__ == "__main__":
    KubernetesKillSwitch.is_set = _go_on  # type: ignore[method-assign]
    sys.exit(main())
