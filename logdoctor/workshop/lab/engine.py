"""Runs the commands of a case with a real Docker engine: the docker backend of the recorder.

A case says `docker build .`; the backend adds what a build here needs and nothing that a log would
show: the host's network (there is no bridge), no cache, the progress style of the matrix row, and
the row's `env` as build arguments. Row tools: `buildkit` (modern engine), `buildkit-20.10` (old
engine), `legacy` (the builder before BuildKit, modern engine), `legacy-20.10`, `compose`, `bake`.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import functools
import os
import pty
import re
import shutil
import struct
import subprocess
import termios
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from logdoctor.workshop.lab import daemon, images, tools
from logdoctor.workshop.lab.backend import Backend, Phase, Recording, Tool
from logdoctor.workshop.lab.case import Case, Variant
from logdoctor.workshop.lab.host import this_platform
from logdoctor.workshop.lab.image_stub import PORT, image_registry
from logdoctor.workshop.lab.labels import ARM64, docker_suffix

LIMIT = 600
WIDTH, HEIGHT = 120, 50
_LEGACY = {"DOCKER_BUILDKIT": "0"}
_BUILDERS = (["docker", "build"], ["docker", "buildx", "build"])


def variants(case: Case) -> list[Tool]:
    """The matrix spelled out; starts the engines it needs and gives them their base images.

    Rows for arm64 take minutes under an emulator and are there on request, with LAB_ARM64=1.
    """
    asked = os.environ.get("LAB_ARM64") == "1"
    return [_variant(row) for row in case.spec.matrix if asked or row.platform != ARM64]


def _variant(row: Variant) -> Tool:
    age = _age(row)
    _ready(age)
    version = _client_version(row.tool) or _server_version(age)
    told = f"docker {_server_version(age)}"
    return Tool(
        row.tool.removesuffix("-20.10"),
        version,
        row.env.get("NODE_VERSION"),
        told,
        row.platform or this_platform(),
        row,
        docker_suffix(row),
    )


def _age(row: Variant) -> daemon.Age:
    if row.platform == ARM64:
        return "arm64"
    return "old" if row.tool.endswith("-20.10") else "modern"


@functools.cache
def _ready(age: daemon.Age) -> None:
    chosen = daemon.engine(age)
    if daemon.start(chosen):
        atexit.register(daemon.stop, chosen)
    images.make_all(chosen)


@functools.cache
def _server_version(age: daemon.Age) -> str:
    return _ask(age, "version", "--format", "{{.Server.Version}}").partition("+")[0]


@functools.cache
def _client_version(tool: str) -> str:
    if tool == "compose":
        return _ask("modern", "compose", "version", "--short").partition("-")[0]
    if tool == "bake":
        return _ask("modern", "buildx", "version").split()[1].partition("+")[0].removeprefix("v")
    return ""


def _ask(age: daemon.Age, *words: str) -> str:
    env = daemon.environment(daemon.engine(age))
    done = subprocess.run(
        _found(["docker", *words], env), env=env, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def run(case: Case, commands: Sequence[Sequence[str]], folder: Path, tool: Tool, phase: Phase) -> Recording:
    """Runs commands until one fails; builds print as the matrix row wants it."""
    printed = b""
    if phase == "setup":
        _point_at_stub(folder)
    with _turn(), image_registry():
        for command in commands:
            words = [word.replace("{tool}", tool.name) for word in command]
            done = _run_one(words, folder, tool, phase)
            printed += done.data
            if done.exit_code != 0:
                return Recording(printed, done.exit_code)
    return Recording(printed, 0)


@contextlib.contextmanager
def _turn() -> Iterator[None]:
    """One recorder at a time: they share the engines, the stub's port and two processors."""
    with (tools.lab_folder() / "engines/turn").open("w") as mark:
        fcntl.flock(mark, fcntl.LOCK_EX)
        yield


def _point_at_stub(folder: Path) -> None:
    """The projects name `registry.example`, which here is the registry that fails on purpose."""
    for file in folder.rglob("*Dockerfile*"):
        content = file.read_bytes()
        if b"registry.example" in content:
            file.write_bytes(content.replace(b"registry.example", f"localhost:{PORT}".encode()))


def _run_one(words: list[str], folder: Path, tool: Tool, phase: Phase) -> Recording:
    if any(daemon.SMALL in word for word in words):
        daemon.ensure_small_group()
    env = _environment(tool, phase)
    command = _found(as_run(words, tool.row) if phase == "build" else words, env)
    if phase == "build" and tool.row.progress == "tty":
        return _in_terminal(command, folder, env)
    done = subprocess.run(
        command,
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=LIMIT,
        check=False,
    )
    return Recording(done.stdout, done.returncode)


def as_run(words: Sequence[str], row: Variant) -> list[str]:
    """A build command as people write it, with what this lab needs added."""
    for builder in _BUILDERS:
        if list(words[: len(builder)]) == builder:
            machine = [f"--platform={row.platform}"] if row.platform else []
            return [
                *builder,
                "--network=host",
                *machine,
                *_style(row),
                *_arguments(row),
                *words[len(builder) :],
            ]
    if list(words[:3]) == ["docker", "compose", "build"]:
        style = [] if row.progress == "tty" else ["--progress", row.progress or "plain"]
        return ["docker", "compose", *style, "build", "--no-cache", *_arguments(row), *words[3:]]
    if list(words[:3]) == ["docker", "buildx", "bake"]:
        return ["docker", "buildx", "bake", *_style(row), *words[3:]]
    return list(words)


def _style(row: Variant) -> list[str]:
    if row.tool.startswith("legacy"):
        return ["--no-cache"]
    return ["--no-cache", f"--progress={row.progress or 'plain'}"]


def _arguments(row: Variant) -> list[str]:
    return [f"--build-arg={key}={value}" for key, value in row.env.items()]


def _in_terminal(command: Sequence[str], folder: Path, env: Mapping[str, str]) -> Recording:
    """Runs a command that believes it talks to a person, and keeps every byte it painted."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", HEIGHT, WIDTH, 0, 0))
    env = {**env, "TERM": "xterm-256color"}
    with subprocess.Popen(command, cwd=folder, env=env, stdin=slave, stdout=slave, stderr=slave) as child:
        os.close(slave)
        data = _read_all(master)
    os.close(master)
    return Recording(data, child.returncode)


def _read_all(door: int) -> bytes:
    chunks: list[bytes] = []
    while True:
        try:
            chunk = os.read(door, 65536)
        except OSError:
            break
        if not chunk:
            break
        chunks.append(chunk)
    return b"".join(chunks)


def _environment(tool: Tool, phase: Phase) -> dict[str, str]:
    env = daemon.environment(daemon.engine(_age_of(tool)))
    if tool.row.tool.startswith("legacy"):
        env |= _LEGACY
    elif _age_of(tool) == "old":
        env["DOCKER_BUILDKIT"] = "1"
    if phase == "setup":
        own = [tools.get(name, wanted).path for name, wanted in (("pnpm", "10"), ("npm", "10"))]
        env["PATH"] = ":".join([*map(str, own), env["PATH"]])
        env["HOME"] = str(tools.home_folder())
    return env


def _age_of(tool: Tool) -> daemon.Age:
    return _age(tool.row)


def _found(command: Sequence[str], env: Mapping[str, str]) -> list[str]:
    """The command with the program found in the lab's path, not in the recorder's own."""
    return [shutil.which(command[0], path=env["PATH"]) or command[0], *command[1:]]


def names(folder: Path) -> Mapping[str, str]:
    """Paths and addresses of this machine and what a log calls them."""
    data = {str(daemon.engine(age).data): "/var/lib/docker" for age in ("modern", "old", "arm64")}
    return {
        **data,
        **dict.fromkeys(_name_servers(), "10.0.0.53"),
        str(folder): "/app",
        str(tools.lab_folder()): "/opt/lab",
        f"localhost:{PORT}": "registry.example",
        f"127.0.0.1:{PORT}": "registry.example",
    }


def _name_servers() -> list[str]:
    """Addresses of this machine's name servers: failed look-ups name them."""
    file = Path("/etc/resolv.conf")
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    return re.findall(r"(?m)^nameserver\s+(\S+)", text)


BACKEND = Backend(variants, run, names)
