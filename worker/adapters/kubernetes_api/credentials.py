"""Where the API server is and who we are there: the pod's own account, or a kubeconfig."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from worker.engine.ports import PermanentError


async def configuration_of(kubeconfig: Path | None, context: str | None) -> Any:
    """kubernetes-asyncio's configuration. Raises PermanentError with what to do about it."""
    import yaml
    from kubernetes_asyncio import client, config

    configuration = client.Configuration()
    try:
        if kubeconfig is None and "KUBERNETES_SERVICE_HOST" in os.environ:
            config.load_incluster_config(client_configuration=configuration)
        else:
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
