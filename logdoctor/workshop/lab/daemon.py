"""Starts and stops a real Docker engine for the lab, beside whatever the host has or has not.

Three engines: a modern one (Debian 13's packages with Debian 12's runc, because Debian 13's needs a
newer C library), an old one (Debian 12's 20.10) for the wording of that time, and the modern one
once more with images for arm64, which an emulator runs. Each has its own socket and data in the
lab's cache, no bridge and no firewall rules, and is stopped by the process id it wrote itself.
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

from logdoctor.workshop.lab import debian, emulator
from logdoctor.workshop.lab.tools import ToolError, lab_folder

Age = Literal["modern", "old", "arm64"]
SMALL = "logdoctor-small"
_CGROUPS = Path("/sys/fs/cgroup")
_SMALL_BYTES = 96 * 1024 * 1024
_PATIENCE = 60.0
_SETTINGS = {"insecure-registries": ["localhost:5000"], "registry-mirrors": ["http://localhost:5000"]}
_PACKAGES: Mapping[Age, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "modern": (
        ("trixie", ("docker.io", "docker-cli", "docker-buildx", "docker-compose", "containerd", "tini")),
        ("bookworm", ("runc", "libseccomp2")),
    ),
    "old": (("bookworm", ("docker.io", "containerd", "runc", "tini", "libdevmapper1.02.1", "libseccomp2")),),
    "arm64": (),
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
    """The engine of that age, running or not; `arm64` is the modern one with images for that machine."""
    folder = lab_folder() / "engines"
    return Engine(age, folder / ("modern" if age == "arm64" else age) / "programs", folder / age)


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
    if chosen.age == "arm64":
        emulator.start()
    for folder in (chosen.socket.parent, chosen.data):
        folder.mkdir(parents=True, exist_ok=True)
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
    number = int(chosen.pid_file.read_text()) if chosen.pid_file.exists() else 0
    if _is_ours(number, chosen):
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGTERM)
        _wait(lambda: not _is_ours(number, chosen), f"the engine {number} does not stop")
    chosen.pid_file.unlink(missing_ok=True)
    for place in mounts_below(chosen.home):
        subprocess.run(["umount", place], check=True)
    if chosen.age == "arm64":
        emulator.stop()
    if not any(is_up(engine(age)) for age in _PACKAGES):
        _drop_small_group()


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
    if age == "arm64":
        get("modern")
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


def ensure_small_group() -> None:
    """A group with little memory, for builds that shall be killed; ToolError where there can be none.

    A build that eats memory must never run without it: it would take the whole machine.
    """
    folder, limit = _small_group()
    if limit.exists() and limit.read_text().strip() == str(_SMALL_BYTES):
        return
    try:
        folder.mkdir(exist_ok=True)
        limit.write_text(str(_SMALL_BYTES))
    except OSError as error:
        raise ToolError(f"no group with little memory can be made here: {error}") from error


def _small_group() -> tuple[Path, Path]:
    """The group's folder and the file with its limit, in the kernel's first or second way."""
    first = _CGROUPS / "memory"
    if first.is_dir():
        return first / SMALL, first / SMALL / "memory.limit_in_bytes"
    return _CGROUPS / SMALL, _CGROUPS / SMALL / "memory.max"


def _drop_small_group() -> None:
    """Takes the group away; where another lab's build is in it, it stays."""
    folder, _ = _small_group()
    with contextlib.suppress(OSError):
        folder.rmdir()


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
        if word == "down":
            stop(engine(age))
        elif age != "arm64" or os.environ.get("LAB_ARM64") == "1":
            start(engine(age))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
