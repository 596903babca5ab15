"""Brings every part into .lab/bin, in the version that parts.toml says, or fails loudly.

A part is skipped when its stamp holds its key and its file is there. Nothing is fetched but through
the package managers' own clients: go, mvn, apt-get.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import time
from pathlib import Path

from tests.lab import debian
from tests.lab.errors import LabError, tail
from tests.lab.parts import DebianPart, GoPart, MavenPart, Part, load
from tests.lab.paths import BINARIES, BUILD_LOGS, SOURCE, STAMPS

STEP_WITHIN_S = 1800.0  # the longest single compilation takes four minutes on two cores


def build() -> None:
    """Builds what is missing, one part after the other: a Go build uses every core by itself."""
    for folder in (BINARIES, STAMPS, BUILD_LOGS):
        folder.mkdir(parents=True, exist_ok=True)
    with (BUILD_LOGS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # a second build waits, then finds everything
        build_missing(*load())


def build_missing(parts: list[Part], tools: dict[str, str]) -> None:
    started = time.monotonic()
    missing = [part for part in parts if not is_built(part)]
    debian.install(packages_for(missing, tools))
    for number, part in enumerate(parts, 1):
        at = time.monotonic()
        if part not in missing:
            verdict = "is there"
        else:
            say(f"[{number:2}/{len(parts)}] {part.name} {part.version} …")
            make(part)
            (STAMPS / part.name).write_text(part.key)
            verdict = f"built in {time.monotonic() - at:.0f} s"
        elapsed = time.monotonic() - started
        say(f"[{number:2}/{len(parts)}] {part.name} {part.version}: {verdict} ({elapsed:.0f} s)")


def is_built(part: Part) -> bool:
    stamp = STAMPS / part.name
    here = (BINARIES / part.name).exists()  # False for a link whose package was removed
    return here and stamp.exists() and stamp.read_text() == part.key


def packages_for(missing: list[Part], tools: dict[str, str]) -> list[str]:
    """Packages of the parts and tools that this machine lacks."""
    programs = {part.name: part.package for part in missing if isinstance(part, DebianPart)}
    return sorted(
        {package for name, package in {**tools, **programs}.items() if not shutil.which(name)}
    )


def make(part: Part) -> None:
    match part:
        case GoPart():
            make_go(part)
        case MavenPart():
            make_maven(part)
        case DebianPart():
            link(part)


def make_go(part: GoPart) -> None:
    if not shutil.which("go"):
        raise LabError("the lab is compiled with Go 1.26 or newer, and `go` is not on the PATH")
    module = fetch_module(part)
    arguments = ["go", "build", "-mod=readonly", "-trimpath"]
    linker = " ".join(["-s -w", *(f"-X {one}" for one in part.defines)])
    arguments += ["-ldflags", linker, *(["-tags", part.tags] if part.tags else [])]
    arguments += ["-o", str(BINARIES / part.name), part.package]
    run(part.name, arguments, SOURCE / "go" / part.folder if part.folder else module)
    if part.files:
        copied = BINARIES / part.files_to
        shutil.rmtree(copied, ignore_errors=True)
        copied.mkdir()
        for file in part.files:
            # Contents only: the module cache is read-only, a copy must not be.
            shutil.copyfile(module / file, copied / Path(file).name)


def fetch_module(part: GoPart) -> Path:
    """The module's folder in Go's cache, after its checksum was compared with ours."""
    wanted = f"{part.module}@{part.version}"
    answer = run(part.name, ["go", "mod", "download", "-json", wanted], BUILD_LOGS)
    told = json.loads(answer)
    if told.get("Sum") != part.sum:
        raise LabError(f"{wanted} has the checksum {told.get('Sum')}, parts.toml says {part.sum}")
    return Path(told["Dir"])


def make_maven(part: MavenPart) -> None:
    source, target = SOURCE / part.folder, BINARIES / part.name
    shutil.rmtree(target, ignore_errors=True)
    arguments = ["mvn", "-B", "-q", "-C", "dependency:copy-dependencies"]
    run(part.name, [*arguments, "-DincludeScope=runtime", f"-DoutputDirectory={target}"], source)
    lines = (source / "jars.sha256").read_text().splitlines()
    listed = {name: checksum for checksum, name in (line.split() for line in lines)}
    found = {jar.name: hashlib.sha256(jar.read_bytes()).hexdigest() for jar in target.glob("*.jar")}
    if found != listed:
        wrong = sorted({name for name, _ in found.items() ^ listed.items()})
        raise LabError(f"jars differ from {part.folder}/jars.sha256: {', '.join(wrong)}")


def link(part: DebianPart) -> None:
    program = shutil.which(part.name)
    if program is None:
        raise LabError(f"{part.package} is installed, yet {part.name} is not on the PATH")
    target = BINARIES / part.name
    target.unlink(missing_ok=True)
    target.symlink_to(program)


def run(name: str, arguments: list[str], folder: Path) -> str:
    """Standard output of a step; everything goes to the part's build log."""
    log = BUILD_LOGS / f"{name}.log"
    # Only what the build itself decides: a GOFLAGS or GOWORK from outside would change the result.
    settings = {"CGO_ENABLED": "0", "GOFLAGS": "-buildvcs=false", "GOWORK": "off"}
    with log.open("a") as opened:
        opened.write(f"$ {' '.join(arguments)}\n")
        opened.flush()
        done = subprocess.run(
            arguments,
            cwd=folder,
            env={**os.environ, **settings},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=opened,
            text=True,
            timeout=STEP_WITHIN_S,
        )
        opened.write(done.stdout)
    if done.returncode:
        raise LabError(f"{name}: `{arguments[0]}` failed, see {log}\n{tail(log)}")
    return done.stdout


def say(text: str) -> None:
    print(text, flush=True)
