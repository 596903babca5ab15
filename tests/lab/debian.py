"""Distribution packages that the lab needs, installed without starting their services."""

from __future__ import annotations

import os
import shutil
import subprocess

from tests.lab.errors import LabError

INSTALL_WITHIN_S = 600.0
# RUNLEVEL=1 makes invoke-rc.d leave the services alone; the lab starts its own processes.
SETTINGS = ("env", "RUNLEVEL=1", "DEBIAN_FRONTEND=noninteractive")


def install(packages: list[str]) -> None:
    """Installs what is missing with one update before; does nothing for an empty list."""
    if not packages:
        return
    if not shutil.which("apt-get"):
        raise LabError(f"install these by hand, there is no apt-get here: {' '.join(packages)}")
    print(f"installing {' '.join(packages)}", flush=True)
    run("apt-get", "update", "-qq")
    run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages)
    if os.path.isdir("/run/systemd/system"):
        for service in ("redis-server", "prometheus"):
            if service in packages:
                run("systemctl", "disable", "--now", service)


def run(*arguments: str) -> None:
    privileged = [] if os.geteuid() == 0 else ["sudo", "-n"]
    done = subprocess.run(
        [*privileged, *SETTINGS, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=INSTALL_WITHIN_S,
    )
    if done.returncode:
        last = "\n".join((done.stdout + done.stderr).splitlines()[-30:])
        raise LabError(f"`{' '.join(arguments)}` failed\n{last}")
