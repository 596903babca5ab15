"""`python -m worker`: the worker beside its Dapr sidecar. `aiopsctl run` is the embedded one."""

from __future__ import annotations

import asyncio
import sys

from pydantic import ValidationError

from worker.adapters.telemetry import set_up_logging
from worker.adapters.yaml_nodes import YamlFileError
from worker.interfaces.serving import PortTakenError
from worker.settings import Settings
from worker.settings_names import explain


def main() -> int:
    try:
        settings = Settings()
    except ValidationError as error:
        print(explain(error), file=sys.stderr)
        return 2
    # Dapr's SDK reads its own settings when it is imported: after ours have been found valid.
    from worker.runtime_dapr import run_dapr

    set_up_logging(console=sys.stderr.isatty())
    try:
        asyncio.run(run_dapr(settings))
    except (YamlFileError, PortTakenError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
