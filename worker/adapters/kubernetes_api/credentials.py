"""Where the API server is and who we are there: the pod's own account, or a kubeconfig."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from worker.engine.ports import PermanentError


def _must_exist(kubeconfig: Path | None) -> None:
    """The library would print a line of its own each time. Raises PermanentError."""
    named = [kubeconfig] if kubeconfig else _usual()
    if not any(path.is_file() for path in named):
        raise PermanentError(f"no kubeconfig at {named[0]}; set AIOPS_KUBECONFIG")


def _usual() -> list[Path]:
    """Where kubectl looks."""
    variable = os.environ.get("KUBECONFIG", "")
    named = [Path(one) for one in variable.split(os.pathsep) if one]
    return named or [Path.home() / ".kube" / "config"]


async def configuration_of(kubeconfig: Path | None, context: str | None) -> Any:
    """kubernetes-asyncio's configuration. Raises PermanentError with what to do about it."""
    import yaml
    from kubernetes_asyncio import client, config

    configuration = client.Configuration()
    try:
        if kubeconfig is None and "KUBERNETES_SERVICE_HOST" in os.environ:
            config.load_incluster_config(client_configuration=configuration)
        else:
            _must_exist(kubeconfig)
            await config.load_kube_config(
                config_file=str(kubeconfig) if kubeconfig else None,
                context=context,
                client_configuration=configuration,
            )
    except (config.ConfigException, yaml.YAMLError, OSError) as error:
        raise PermanentError(f"kubeconfig: {error}; set AIOPS_KUBECONFIG") from error
    except (TypeError, AttributeError, KeyError) as error:  # an empty file, or one of another kind
        raise PermanentError(f"kubeconfig {kubeconfig}: is none; set AIOPS_KUBECONFIG") from error
    return configuration
