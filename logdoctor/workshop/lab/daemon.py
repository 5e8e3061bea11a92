"""Starts and stops a real Docker engine for the lab, beside whatever the host has or has not.

Two engines: a modern one (Debian 13's packages with Debian 12's runc, because Debian 13's needs a
newer C library) and an old one (Debian 12's 20.10) for the wording of that time. Each has its own
socket and data in the lab's cache, no bridge and no firewall rules, and is stopped by the process
id it wrote itself.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal, NamedTuple

from logdoctor.workshop.lab import debian
from logdoctor.workshop.lab.tools import ToolError, lab_folder

Age = Literal["modern", "old"]
SMALL = "logdoctor-small"
_SMALL_GROUP = Path("/sys/fs/cgroup/memory") / SMALL
_SMALL_BYTES = 96 * 1024 * 1024
_PATIENCE = 60.0
_SETTINGS = {"insecure-registries": ["localhost:5000"], "registry-mirrors": ["http://localhost:5000"]}
_PACKAGES: Mapping[Age, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "modern": (
        ("trixie", ("docker.io", "docker-cli", "docker-buildx", "docker-compose", "containerd", "tini")),
        ("bookworm", ("runc", "libseccomp2")),
    ),
    "old": (("bookworm", ("docker.io", "containerd", "runc", "tini", "libdevmapper1.02.1", "libseccomp2")),),
}


class Engine(NamedTuple):
    """An engine's place in the cache."""

    age: Age
    programs: Path
    home: Path

    @property
    def socket(self) -> Path:
        """Where clients reach the engine."""
        return self.home / "run/docker.sock"

    @property
    def pid_file(self) -> Path:
        """Where the engine wrote its process id."""
        return self.home / "run/docker.pid"

    @property
    def data(self) -> Path:
        """Where the engine keeps images and layers."""
        return self.home / "data"


def engine(age: Age = "modern") -> Engine:
    """The engine of that age, running or not."""
    folder = lab_folder() / "engines" / age
    return Engine(age, folder / "programs", folder)


def environment(chosen: Engine) -> dict[str, str]:
    """What a client of the engine's own time needs to reach it; only the modern one has plugins."""
    client = chosen.home / "client"
    return {
        "PATH": f"{_path(chosen)}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
        "DOCKER_HOST": f"unix://{chosen.socket}",
        "DOCKER_CONFIG": str(client),
        "HOME": str(client),
        "LANG": "C.UTF-8",
        "BUILDX_NO_DEFAULT_ATTESTATIONS": "1",
    }


def is_up(chosen: Engine) -> bool:
    """Whether something answers on the engine's socket."""
    with socket.socket(socket.AF_UNIX) as door:
        try:
            door.connect(str(chosen.socket))
        except OSError:
            return False
    return True


def start(chosen: Engine) -> bool:
    """Starts an engine unless it is up; true when this call started it."""
    if is_up(chosen):
        return False
    if os.geteuid() != 0:
        raise ToolError("a Docker engine needs root")
    get(chosen.age)
    for folder in (chosen.socket.parent, chosen.data):
        folder.mkdir(parents=True, exist_ok=True)
    _small_group()
    with (chosen.home / "run/dockerd.log").open("wb") as log:
        process = subprocess.Popen(
            _command(chosen),
            env={
                **os.environ,
                "PATH": f"{_path(chosen)}:{os.environ['PATH']}",
                "LD_LIBRARY_PATH": _libraries(chosen),
            },
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    with contextlib.suppress(ToolError):
        _wait(lambda: is_up(chosen) or process.poll() is not None, "")
    if not is_up(chosen):
        stop(chosen)
        raise ToolError(f"the engine did not come up; it said:\n{_last_words(chosen)}")
    return True


def _libraries(chosen: Engine) -> str:
    """The folders with what the engine's programs link against and a slim machine lacks."""
    places = {file.parent for file in chosen.programs.glob("**/*.so.*")}
    return ":".join(sorted(map(str, places)))


def _last_words(chosen: Engine) -> str:
    lines = (chosen.home / "run/dockerd.log").read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(lines[-12:])


def stop(chosen: Engine) -> None:
    """Stops the engine by the process id in its pid file, and takes away what it mounted."""
    if not chosen.pid_file.exists():
        return
    number = int(chosen.pid_file.read_text())
    if _is_ours(number, chosen):
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGTERM)
        _wait(lambda: not _is_ours(number, chosen), f"the engine {number} does not stop")
    chosen.pid_file.unlink(missing_ok=True)
    for place in mounts_below(chosen.home):
        subprocess.run(["umount", place], check=True)
    if _SMALL_GROUP.is_dir() and not any(is_up(engine(age)) for age in _PACKAGES):
        _SMALL_GROUP.rmdir()


def _is_ours(number: int, chosen: Engine) -> bool:
    """Whether the process of that id is still our engine: after a crash the number may be another's."""
    try:
        words = Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return f"--pidfile={chosen.pid_file}".encode() in words


def mounts_below(folder: Path) -> list[str]:
    """What is mounted in a folder, the innermost first."""
    places = [line.split(" ")[1] for line in Path("/proc/mounts").read_text().splitlines()]
    return sorted((place for place in places if Path(place).is_relative_to(folder)), key=len, reverse=True)


def get(age: Age) -> None:
    """Fetches and unpacks an engine's programs, once."""
    folder = engine(age).programs
    for suite, packages in _PACKAGES[age]:
        debian.unpack(suite, packages, folder)
    _plugins(engine(age))


def _plugins(chosen: Engine) -> None:
    folder = chosen.home / "client/cli-plugins"
    folder.mkdir(parents=True, exist_ok=True)
    for plugin in (chosen.programs / "usr/libexec/docker/cli-plugins").glob("*"):
        link = folder / plugin.name
        if not link.exists():
            shutil.copy2(plugin, link)


def _path(chosen: Engine) -> str:
    return f"{chosen.programs}/usr/sbin:{chosen.programs}/usr/bin"


def _command(chosen: Engine) -> list[str]:
    settings = chosen.home / "run/daemon.json"
    settings.write_text(json.dumps(_SETTINGS))
    return [
        f"{chosen.programs}/usr/sbin/dockerd",
        f"--config-file={settings}",
        "--storage-driver=overlay2",
        "--iptables=false",
        "--ip6tables=false",
        "--bridge=none",
        f"--data-root={chosen.data}",
        f"--exec-root={chosen.home}/run/exec",
        f"--pidfile={chosen.pid_file}",
        f"--host=unix://{chosen.socket}",
    ]


def _small_group() -> None:
    """A group with little memory, for builds that shall be killed."""
    if _SMALL_GROUP.parent.is_dir():
        _SMALL_GROUP.mkdir(exist_ok=True)
        (_SMALL_GROUP / "memory.limit_in_bytes").write_text(str(_SMALL_BYTES))


def _wait(done: Callable[[], bool], complaint: str) -> None:
    until = time.monotonic() + _PATIENCE
    while not done():
        if time.monotonic() > until:
            raise ToolError(complaint)
        time.sleep(0.2)


def main(arguments: list[str]) -> int:
    """`up` and `down` for both engines, `env` for a shell that wants to talk to the modern one."""
    word = arguments[0] if arguments else ""
    if word not in ("up", "down", "env"):
        print("usage: python -m logdoctor.workshop.lab.daemon up|down|env", file=sys.stderr)
        return 2
    if word == "env":
        wanted = ("PATH", "DOCKER_HOST", "DOCKER_CONFIG")
        found = environment(engine("modern"))
        print("\n".join(f"export {name}={found[name]}" for name in wanted))
        return 0
    for age in _PACKAGES:
        (start if word == "up" else stop)(engine(age))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
