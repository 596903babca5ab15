"""A child process of the lab: started in its own session, stopped by its id, its log in one file.

Rules: SIGTERM goes to the process alone, SIGKILL, SIGSTOP and SIGCONT to its whole group, which is
ours by the session; nothing is ever found by name. A restart keeps arguments, folder and log.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.lab import identity
from tests.lab.errors import LabError, tail

TERMINATE_WITHIN_S = 10.0
KILL_WITHIN_S = 10.0


class Process:
    """One program; `start` may be called again after it ended."""

    def __init__(
        self,
        name: str,
        arguments: Sequence[str | Path],
        *,
        directory: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        self.name = name
        self.arguments = [str(one) for one in arguments]
        self.log = directory / "logs" / f"{name}.log"
        self._mark = directory / "processes" / name
        self._env = dict(env) if env is not None else None
        self._cwd = cwd or directory
        self._popen: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        if self.running:
            raise LabError(f"{self.name} runs already")
        for folder in (self.log.parent, self._mark.parent):
            folder.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._popen = subprocess.Popen(
                self.arguments,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self._env,
                cwd=self._cwd,
                start_new_session=True,
            )
        # So that another lab can clean up when this one's owner is killed.
        self._mark.write_text(identity.of(self._popen.pid))

    @property
    def pid(self) -> int:
        if self._popen is None:
            raise LabError(f"{self.name} was never started")
        return self._popen.pid

    @property
    def running(self) -> bool:
        return self._popen is not None and self._popen.poll() is None

    @property
    def code(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        return self._popen.poll() if self._popen else None

    def terminate(self) -> None:
        """Asks it to end (SIGTERM) and does not wait."""
        if self.running:
            os.kill(self.pid, signal.SIGTERM)

    def kill(self) -> None:
        """Ends it at once (SIGKILL), with its children, and waits until it is gone."""
        if self._popen is not None:
            self._signal_group(signal.SIGKILL)
            self.wait(KILL_WITHIN_S)

    def stop(self, within_s: float = TERMINATE_WITHIN_S) -> None:
        """SIGTERM, a bounded wait, SIGKILL."""
        if self.running:
            self.resume()  # a stopped process would not see SIGTERM
            self.terminate()
            try:
                self.wait(within_s)
            except LabError:
                self.kill()
        self._mark.unlink(missing_ok=True)

    def pause(self) -> None:
        """Freezes it (SIGSTOP): its ports stay open and answer nothing."""
        self._signal_group(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal_group(signal.SIGCONT)

    def restart(self) -> None:
        self.stop()
        self.start()

    def wait(self, timeout_s: float) -> int:
        """The exit code; raises when it still runs after the timeout."""
        if self._popen is None:
            raise LabError(f"{self.name} was never started")
        try:
            return self._popen.wait(timeout_s)
        except subprocess.TimeoutExpired as error:
            raise LabError(f"{self.name} still runs after {timeout_s} s") from error

    def log_tail(self) -> str:
        return tail(self.log)

    def _signal_group(self, number: signal.Signals) -> None:
        if self._popen is None or self._popen.returncode is not None:
            return  # once reaped, the id may be someone else's
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._popen.pid, number)
