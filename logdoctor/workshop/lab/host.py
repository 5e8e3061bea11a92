"""Runs the commands of a case on this machine, each tool in the version the matrix asks for.

As root the project really stands at /app, the tools at /opt/lab and the home at /home/user, by
binds in a mount namespace of the command alone: tools that wrap their messages at 80 columns
then wrap them as they do for users. Without root the folders keep their names, and the recorder
rewrites them.
"""

from __future__ import annotations

import functools
import hashlib
import os
import platform
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from logdoctor.workshop.lab import tools
from logdoctor.workshop.lab.backend import Backend, Phase, Recording, Tool
from logdoctor.workshop.lab.case import Case, Variant, merged
from logdoctor.workshop.lab.labels import host_suffix

APP, LAB, HOME = Path("/app"), Path("/opt/lab"), Path("/home/user")
LIMIT = 120
_STORE = f"{HOME}/.local/share/pnpm/store"
_KEPT = ("SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "PIP_CERT", "GIT_SSL_CAINFO")
_BIND = (
    '"$0" --bind "$1" /app && "$0" --bind "$2" /opt/lab && "$0" --bind "$3" /home/user '
    '&& cd /app && shift 3 && exec "$@"'
)
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def variants(case: Case) -> list[Tool]:
    """The matrix spelled out, with exact versions."""
    return [_variant(row, version) for row in case.spec.matrix for version in row.versions]


def _variant(row: Variant, version: str) -> Tool:
    node = tools.get("node", row.node or (version if row.tool == "node" else tools.SYSTEM))
    found = node if row.tool == "node" else tools.get(row.tool, version)
    suffix = host_suffix(row, node.version)
    version_of_node = node.version if row.node or tools.runs_on_node(row.tool) else None
    return Tool(found.name, found.version, version_of_node, None, this_platform(), row, suffix)


def this_platform() -> str:
    """The platform of this machine as Docker writes it."""
    machine = platform.machine()
    return f"linux/{_ARCHITECTURES.get(machine, machine)}"


def run(case: Case, commands: Sequence[Sequence[str]], folder: Path, tool: Tool, phase: Phase) -> Recording:
    """Runs commands until one fails; stdout and stderr share one pipe, so their order is true."""
    printed = b""
    for command in commands:
        words = [word.replace("{tool}", tool.name) for word in command]
        done = _run_one(case, words, folder, tool, phase)
        printed += done.data
        if done.exit_code != 0:
            return Recording(printed, done.exit_code)
    return Recording(printed, 0)


def _run_one(case: Case, words: list[str], folder: Path, tool: Tool, phase: Phase) -> Recording:
    uid = case.spec.user if phase == "build" else None
    home = tools.home_folder(uid)
    command = _in_namespace(words, folder, home, uid) if _has_namespaces() else words
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=_environment(case, tool, phase, home),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=LIMIT,
            check=False,
        )
    except FileNotFoundError as error:
        return Recording(f"{error.filename}: not found\n".encode(), 127)
    except subprocess.TimeoutExpired as error:
        return Recording(error.stdout or b"", 124)
    code = done.returncode
    return Recording(done.stdout, 128 - code if code < 0 else code)


@functools.cache
def _has_namespaces() -> bool:
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        return False
    for folder in (APP, LAB, HOME):
        folder.mkdir(parents=True, exist_ok=True)
    probe = subprocess.run(["unshare", "--mount", "mount", "--bind", "/opt", "/app"], check=False)
    return probe.returncode == 0


def _in_namespace(words: list[str], folder: Path, home: Path, uid: int | None) -> list[str]:
    place = [str(folder), str(tools.lab_folder()), str(home)]
    user = [] if uid is None else [_program("setpriv"), f"--reuid={uid}", f"--regid={uid}", "--clear-groups"]
    return [
        _program("unshare"),
        "--mount",
        _program("sh"),
        "-c",
        _BIND,
        _program("mount"),
        *place,
        *user,
        *words,
    ]


def _program(name: str) -> str:
    """A program of this machine by its full name, for the command's own PATH may lack it."""
    return shutil.which(name) or name


def _environment(case: Case, tool: Tool, phase: Phase, home: Path) -> dict[str, str]:
    own = merged(case.spec.env, tool.row.env) if phase == "build" else {}
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    base = {
        "PATH": _path(case, tool, phase),
        "HOME": str(HOME if _has_namespaces() else home),
        "LANG": "C.UTF-8",
        "CI": "true",
        "YARN_ENABLE_TELEMETRY": "0",
        "YARN_ENABLE_GLOBAL_CACHE": "1",
    }
    if tool.name == "pnpm":
        base |= {"npm_config_store_dir": _STORE, "pnpm_config_store_dir": _STORE}
    if tool.name == "dotnet":
        base |= tools.dotnet_environment(_seen(tools.get(tool.name, tool.version).path))
    if tools.registry():
        base["YARN_NPM_REGISTRY_SERVER"] = tools.registry().rstrip("/")
    return merged(base, kept, own)


def _path(case: Case, tool: Tool, phase: Phase) -> str:
    node = tools.get("node", tool.node or tools.SYSTEM).path
    own = node if tool.name == "node" else tools.get(tool.name, tool.version).path
    system = [Path(word) for word in ("/usr/local/bin", "/usr/bin", "/bin")]
    if case.spec.hide and phase == "build":
        seen = [place for place in (own, node) if not place.is_relative_to("/usr")]
        folders = [*seen, _without(case.spec.hide, [own, node, *system])]
    else:
        folders = [own, node, *system]
    return ":".join(dict.fromkeys(_seen(folder) for folder in folders))


def _seen(folder: Path) -> str:
    """A folder's name as the command sees it."""
    lab = tools.lab_folder()
    return (
        str(LAB / folder.relative_to(lab))
        if _has_namespaces() and folder.is_relative_to(lab)
        else str(folder)
    )


def _without(hidden: Sequence[str], folders: Sequence[Path]) -> Path:
    """A folder of links to all programs but some: how a slim image looks to a tool."""
    key = hashlib.sha256("\n".join(hidden).encode()).hexdigest()[:8]
    farm = tools.lab_folder() / "bin" / key
    farm.mkdir(parents=True, exist_ok=True)
    for folder in (place for place in folders if place.is_relative_to("/usr")):
        for program in folder.iterdir():
            link = farm / program.name
            if program.name not in hidden and not link.is_symlink():
                link.symlink_to(program)
    return farm


def names(folder: Path) -> Mapping[str, str]:
    """Paths of this machine and what a log calls them."""
    homes = {str(home): str(HOME) for home in tools.lab_folder().glob("home*")}
    own = {str(folder): str(APP), str(tools.lab_folder()): str(LAB), str(Path.home()): str(HOME)}
    return {**own, **homes}


BACKEND = Backend(variants, run, names)
