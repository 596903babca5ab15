"""`aiopsctl run` as a process: it serves, refuses a second worker on its file, and ends cleanly."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import socket

import pytest

from tests.unit.interfaces.http_call import Port, free_port

ROOT = Path(__file__).parents[3]
LIVENESS_S = 60.0  # generous: a start takes two seconds on a slow core

# A cluster that nobody serves: the worker starts all the same, and isn't ready.
KUBECONFIG = """\
apiVersion: v1
kind: Config
clusters: [{name: none, cluster: {server: "http://127.0.0.1:1"}}]
users: [{name: none, user: {}}]
contexts: [{name: none, context: {cluster: none, user: none}}]
current-context: none
"""


class Cli:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "kubeconfig").write_text(KUBECONFIG)
        self.environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "AIOPS_KUBECONFIG": str(folder / "kubeconfig"),
        }

    def start(self, *words: str, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "worker.interfaces.cli.main", *words],
            cwd=self.folder, env={**self.environment, **environment},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def call(self, *words: str, **environment: str) -> tuple[int, str, str]:
        """Exit code, standard output, standard error."""
        process = self.start(*words, **environment)
        out, err = process.communicate(timeout=LIVENESS_S)
        return process.returncode, out, err

    @contextmanager
    def running(self, port: Port) -> Iterator[subprocess.Popen[str]]:
        """A worker on `aiops.db` that answers on this port."""
        process = self.start("run", "--database", "aiops.db", "--port", str(port.number))
        try:
            deadline = time.monotonic() + LIVENESS_S
            while not alive(port):
                assert process.poll() is None, process.communicate()
                assert time.monotonic() < deadline, "it never answered"
                time.sleep(0.05)
            yield process
        finally:
            process.kill()
            process.communicate()


def alive(port: Port) -> bool:
    try:
        return asyncio.run(port.get("/livez")).status == 200
    except OSError:
        return False


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    return Cli(tmp_path)


def test_it_serves_refuses_a_second_one_and_ends_cleanly(cli: Cli) -> None:
    port = Port(free_port())
    with cli.running(port) as process:
        ready = asyncio.run(port.get("/readyz"))
        assert (ready.status, ready.json()["checks"]) == (503, {"inventory": False})
        code, out, err = cli.call("run", "--database", "aiops.db", "--port", str(free_port()))
        assert (code, out) == (1, "")
        assert "database aiops.db is in use by another worker; stop it" in err
        assert "AIOPS_DATABASE" in err
        assert "Traceback" not in err
        assert alive(port), "the first one goes on"
        listed = cli.call("incidents", "--database", "aiops.db", "-o", "json")
        assert listed == (0, "[]\n", "")
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=LIVENESS_S)
        assert (process.returncode, out) == (0, "")
        assert "mode observe" in err
        assert "Traceback" not in err


def test_after_a_kill_the_next_one_starts_on_the_same_file(cli: Cli) -> None:
    port = Port(free_port())
    with cli.running(port) as process:
        process.kill()
        process.wait()
    with cli.running(port):
        assert alive(port)
    connection = sqlite3.connect(cli.folder / "aiops.db")
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()


def test_as_a_module_it_answers_help_and_version(cli: Cli) -> None:
    code, out, err = cli.call("--help")
    assert (code, err) == (0, "")
    assert "Exit codes:" in out
    code, out, _ = cli.call("--version")
    assert code == 0
    assert out.startswith("aiopsctl ")


def one_error(outcome: tuple[int, str, str]) -> str:
    """The error of a refused start: the last line, after what is being started."""
    code, out, err = outcome
    assert (code, out) == (1, ""), err
    started, *_, error = err.splitlines()
    assert started.startswith("mode observe, database ")
    assert error.startswith("Error: ")
    assert err.count("Error: ") == 1
    assert "Traceback" not in err
    return error


def test_a_port_that_is_taken_is_named_with_the_remedy(cli: Cli) -> None:
    with socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        error = one_error(cli.call("run", "--port", str(port)))
    assert f"127.0.0.1:{port} is taken, or not ours to listen on" in error
    assert "AIOPS_PEOPLE_PORT" in error


@pytest.mark.parametrize("folder", ["missing", "a file"])
def test_a_folder_that_is_none_is_named_with_the_remedy(cli: Cli, folder: str) -> None:
    (cli.folder / "a file").write_text("not a folder")
    path = cli.folder / folder / "aiops.db"
    error = one_error(cli.call("run", "--database", str(path), "--port", str(free_port())))
    assert f"database {path}: " in error
    assert error.endswith("; name another file with --database")


@pytest.mark.parametrize("content", [b"no database at all, by no means", b"\x00" * 5000])
def test_a_file_that_is_no_database_is_named_with_the_remedy(cli: Cli, content: bytes) -> None:
    (cli.folder / "aiops.db").write_bytes(content)
    error = one_error(cli.call("run", "--port", str(free_port())))
    assert error == (
        "Error: database aiops.db: file is not a database; name another file with --database"
    )
    assert (cli.folder / "aiops.db").read_bytes() == content, "not touched"


def test_a_pack_that_cannot_be_read_names_file_line_and_remedy(cli: Cli) -> None:
    (cli.folder / "pack.yaml").write_text("version: none\n")
    code, out, err = cli.call("run", AIOPS_PLAYBOOKS=str(cli.folder))
    assert (code, out) == (1, "")
    assert f"{cli.folder / 'pack.yaml'}:1:10: " in err
    assert "write a whole number from 1 to" in err
    assert "Traceback" not in err


def test_the_dapr_runtime_explains_bad_settings_too(cli: Cli) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "worker"],
        cwd=cli.folder, env={**cli.environment, "AIOPS_MODE": "yolo"},
        capture_output=True, text=True, check=False, timeout=LIVENESS_S,
    )  # fmt: skip
    assert done.returncode == 2
    assert "'observe', 'suggest', 'approve' or 'auto' (got 'yolo')\n" in done.stderr


@pytest.mark.parametrize("module", ["worker", "worker.interfaces.cli.main"])
def test_a_file_of_people_that_cannot_be_read_is_named_before_anything_is_opened(
    cli: Cli, module: str
) -> None:
    path = cli.folder / "people.yaml"
    path.write_text("people: [")
    done = subprocess.run(
        [sys.executable, "-m", module, *(["run"] if "cli" in module else [])],
        cwd=cli.folder, env={**cli.environment, "AIOPS_PEOPLE": str(path)},
        capture_output=True, text=True, check=False, timeout=LIVENESS_S,
    )  # fmt: skip
    assert done.returncode in (1, 2)
    assert f"{path}:1:10: no YAML" in done.stderr.splitlines()[-1]
    assert not (cli.folder / "aiops.db").exists()
