"""Write patches into the user's files, only where that can be undone and nobody else's work is lost."""

from __future__ import annotations

import os
import stat
import subprocess
import tempfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from logdoctor.model import Applicability, Diagnosis, Patch, Remedy, Report


class Chosen(NamedTuple):
    """The remedy that would be carried out for a diagnosis."""

    diagnosis: Diagnosis
    remedy: Remedy
    patch: Patch


class Written(NamedTuple):
    """A remedy whose files were changed."""

    chosen: Chosen


class Kept(NamedTuple):
    """A remedy that was not carried out, and why not."""

    chosen: Chosen
    reason: str


def choose(report: Report) -> tuple[Chosen, ...]:
    """For each diagnosis its first remedy with a patch; no file is changed twice."""
    found: list[Chosen] = []
    taken: set[str] = set()
    for diagnosis in report.diagnoses:
        for remedy in diagnosis.remedies:
            if isinstance(remedy.outcome, Patch):
                if not taken.intersection(remedy.outcome.files):
                    found.append(Chosen(diagnosis, remedy, remedy.outcome))
                    taken.update(remedy.outcome.files)
                break
    return tuple(found)


def apply(
    chosen: Sequence[Chosen], root: str, levels: Collection[Applicability], allow_dirty: bool = False
) -> tuple[Written | Kept, ...]:
    """Write each patch that is sure enough, whole or not at all."""
    return tuple(_apply(each, root, levels, allow_dirty) for each in chosen)


def _apply(chosen: Chosen, root: str, levels: Collection[Applicability], allow_dirty: bool) -> Written | Kept:
    if chosen.patch.basis != "files":
        return Kept(chosen, "the patch was made from the log alone; name the project with --project")
    if chosen.remedy.applicability not in levels:
        return Kept(chosen, f"it is for review; read it, then use --apply={chosen.remedy.applicability}")
    for path in chosen.patch.contents:
        reason = _refusal(root, path) or (None if allow_dirty else _dirty(root, path))
        if reason:
            return Kept(chosen, f"{path} {reason}")
    write(root, chosen.patch.contents)
    return Written(chosen)


def _refusal(root: str, path: str) -> str | None:
    """Why a path must not be written: it leads elsewhere, or belongs to something else as well."""
    if os.path.isabs(path) or ".." in path.split("/"):
        return "is outside the project"
    for part in _parts(path):
        if os.path.islink(os.path.join(root, part)):
            return "is reached through a link"
    try:
        found = os.lstat(os.path.join(root, path))
    except FileNotFoundError:
        return None if os.path.isdir(os.path.dirname(os.path.join(root, path))) else "is in no folder"
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    if not stat.S_ISREG(found.st_mode):
        return "is not a file"
    if found.st_nlink > 1:
        return "shares its content with another name (a hard link)"
    if not os.access(os.path.join(root, path), os.W_OK):
        return "is read-only"
    return None


def _parts(path: str) -> Iterable[str]:
    parts = path.split("/")
    return ("/".join(parts[:end]) for end in range(1, len(parts) + 1))


def _dirty(root: str, path: str) -> str | None:
    """Why git could not bring the file back; without git there is nothing to ask."""
    command = [
        "git",
        "-c",
        "core.fsmonitor=false",
        "--no-optional-locks",
        "status",
        "--porcelain",
        "--ignored",
        "--",
        path,
    ]
    try:
        told = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    if told.returncode or not told.stdout.strip():
        return None
    state = {"??": "is not yet known to git", "!!": "is ignored by git"}.get(told.stdout[:2], "has changes")
    return f"{state}, so the old text could not be brought back; commit it first, or use --allow-dirty"


def write(root: str, contents: Mapping[str, bytes]) -> None:
    """Write beside the files first, then put all in place, so that a full disk spoils nothing."""
    ready: list[tuple[str, str]] = []
    try:
        for path, content in contents.items():
            target = os.path.join(root, path)
            handle, beside = tempfile.mkstemp(prefix=".logdoctor-", dir=os.path.dirname(target) or ".")
            ready.append((beside, target))
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            os.chmod(beside, _mode(target))
        for beside, target in ready:
            os.replace(beside, target)
    finally:
        for beside, _ in ready:
            if os.path.lexists(beside):
                os.unlink(beside)


def _mode(target: str) -> int:
    """The mode that the file has, or that a new one would have."""
    if os.path.exists(target):
        return stat.S_IMODE(os.stat(target).st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
