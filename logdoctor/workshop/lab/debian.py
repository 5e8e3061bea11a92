"""Gets Debian packages into the lab's cache and unpacks them there; the host's own apt stays as it is.

The package mirror is the one this host uses, read from its apt sources. Packages of another
release come through an apt configuration of our own: own sources, own lists, own status.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from logdoctor.workshop.lab.tools import ToolError, checked, lab_folder

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_SOURCES = (Path("/etc/apt/sources.list"), Path("/etc/apt/sources.list.d"))


def mirror() -> str:
    """The address of Debian's packages that this host uses."""
    for file in _source_files():
        text = file.read_text(encoding="utf-8", errors="replace")
        for address in re.findall(r"(?m)^\s*(?:URIs:|deb(?:\s+\[[^\]]*\])?)\s+(https?://\S+)", text):
            if re.search(r"/debian/?$", address):
                return str(address)
    raise ToolError("this host has no Debian package source")


def unpack(suite: str, packages: Sequence[str], folder: Path, architecture: str = "") -> None:
    """Unpacks packages of a Debian release into a folder, once; for this machine unless said."""
    mark = folder / f".{suite}-{'-'.join(sorted(packages))[:80]}"
    if mark.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    for file in _download(suite, packages, architecture):
        checked(["dpkg", "-x", str(file), str(folder)])
    mark.touch()


def _source_files() -> list[Path]:
    found = [entry for place in _SOURCES for entry in ([place] if place.is_file() else place.glob("*"))]
    return sorted(file for file in found if file.suffix in (".list", ".sources"))


def _download(suite: str, packages: Sequence[str], architecture: str) -> list[Path]:
    folder = lab_folder() / "debian" / f"{suite}{architecture}"
    target = folder / "debs"
    target.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "APT_CONFIG": str(_configuration(suite, folder, architecture))}
    checked(["apt-get", "-q", "update"], environment)
    checked(["apt-get", "-q", "download", *packages], environment, target)
    files = {file.name.split("_")[0]: file for file in sorted(target.glob("*.deb"))}
    return [files[name] for name in packages]


def _configuration(suite: str, folder: Path, architecture: str) -> Path:
    for name in ("etc/preferences.d", "lists/partial", "cache/archives/partial", "state"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "state/status").touch()
    (folder / "etc/sources.list").write_text(f"deb [signed-by={KEYRING}] {mirror()} {suite} main\n")
    file = folder / "apt.conf"
    file.write_text("".join(f'{key} "{value}";\n' for key, value in _settings(folder, architecture).items()))
    return file


def _settings(folder: Path, architecture: str) -> Mapping[str, str]:
    own = {"APT::Architecture": architecture, "APT::Architectures": architecture} if architecture else {}
    return {
        **own,
        "Dir::Etc": str(folder / "etc"),
        "Dir::Etc::sourcelist": str(folder / "etc/sources.list"),
        "Dir::Etc::sourceparts": "-",
        "Dir::State": str(folder / "state"),
        "Dir::State::lists": str(folder / "lists"),
        "Dir::State::status": str(folder / "state/status"),
        "Dir::Cache": str(folder / "cache"),
        "APT::Sandbox::User": "root",
        "Acquire::Retries": "3",
    }
