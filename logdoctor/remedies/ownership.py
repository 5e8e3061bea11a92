"""Give the image's user the folder that it may not write to."""

from __future__ import annotations

import re
from posixpath import dirname

from logdoctor.model import NotPatched, Remedy, RemedyPlan
from logdoctor.record import NamedTuple
from logdoctor.remedies.change import Change, Finding
from logdoctor.remedies.dockerfiles import Undecided
from logdoctor.remedies.paths import origins
from logdoctor.remedies.remedy import BY_HAND, Case, worded
from logdoctor.remedies.site import Site, workdir
from logdoctor.remedies.solved import from_finding
from logdoctor.remedies.stages import absolute, chain, copies, split_flags
from logdoctor.remedies.view import at_line

SAFE_WORD = re.compile(r"[\w./@:-]+")
CD = re.compile(r"^\s*cd\s+([\w./@-]+)\s*&&")


class User(NamedTuple):
    """The USER in effect, and the line that says so."""

    name: str
    line: int


def remedies(plan: RemedyPlan, case: Case) -> tuple[Remedy, ...]:
    """Own the WORKDIR or the copied folder, whichever the denied path lies in."""
    site = case.site
    assert site is not None
    if isinstance(site.dockerfile, Undecided) and site.in_image:
        return (worded(plan, case, NotPatched(site.dockerfile.reason)),)
    user = _user(site) if site.in_image else None
    path = case.captures.get("path", "")
    finding = _finding(site, user, path) if user and SAFE_WORD.fullmatch(path) else None
    return (from_finding(plan, case, finding) if finding else worded(plan, case, NotPatched(BY_HAND)),)


def _user(site: Site) -> User | None:
    """The USER that the failed instruction ran as, unless it is root."""
    before = site.line or 0
    for stage in chain(site.stages, site.stage) if site.stage else ():
        for each, _ in reversed(stage.placed):
            if each.keyword == "USER" and each.line < before:
                name = each.value.strip()
                ordinary = SAFE_WORD.fullmatch(name) and name.partition(":")[0] not in ("root", "0")
                return User(name, each.line) if ordinary else None
        before = 1 << 30
    return None


def _finding(site: Site, user: User, path: str) -> Finding | None:
    assert site.stage is not None
    where = absolute(path, _cwd(site))
    copied = next(
        origins(site.project, site.stages, site.stage, where, site.line or 0, site.contexts[0]), None
    )
    if copied:
        return _copied(site, user, where, copied[1])
    folder = dirname(where)
    made = _made_by_workdir(site, user, folder)
    if made:
        return _owned(site, user, folder, made)
    line = _copied_folder(site, user, folder)
    return _copied(site, user, folder, line) if line else None


def _cwd(site: Site) -> str:
    """Where the command ran: WORKDIR, or where its own `cd` went."""
    start = workdir(site) or "/"
    placed = (each.instruction for stage in site.stages for each in stage.placed)
    failed = next((each for each in placed if each.line == site.line), None)
    moved = CD.match(split_flags(failed.value)[1]) if failed else None
    return absolute(moved[1], start) if moved else start


def _made_by_workdir(site: Site, user: User, folder: str) -> int | None:
    """The WORKDIR that made the folder as root, before USER."""
    stages = chain(site.stages, site.stage) if site.stage else ()
    for stage in stages:
        for each, place in stage.placed:
            if each.keyword == "WORKDIR" and place == folder and each.line < user.line:
                return each.line
    return None


def _copied_folder(site: Site, user: User, folder: str) -> int | None:
    """The COPY without --chown that made the folder."""
    for stage in chain(site.stages, site.stage) if site.stage else ():
        for copied in copies(stage, site.line or 0):
            if copied.target != "/" and f"{folder}/".startswith(f"{copied.target}/"):
                return copied.line
    return None


def _copied(site: Site, user: User, what: str, line: int) -> Finding | None:
    shown = at_line(site, line)
    if "--chown" in shown.text or not shown.text.lstrip().upper().startswith(("COPY", "ADD")):
        return None
    change = Change(str(site.dockerfile), "dockerfile-copy-chown", {"line": str(line), "owner": user.name})
    return Finding(
        id="own-copied-files",
        said=f"{site.dockerfile}:{line} copies {what} as root, {_works_as(site, user)}",
        weight=90,
        title=f"Copy the files as {user.name}",
        why="What COPY brings belongs to root unless it is told otherwise.",
        evidence=(shown, at_line(site, user.line)),
        changes=(change,),
    )


def _owned(site: Site, user: User, folder: str, line: int) -> Finding:
    args = {"line": str(user.line), "text": f"RUN chown {user.name} {folder}"}
    return Finding(
        id="own-workdir",
        said=f"{site.dockerfile}:{line} makes {folder} as root, {_works_as(site, user)}",
        weight=90,
        title=f"Give {folder} to {user.name}",
        why="WORKDIR makes folders that belong to root.",
        evidence=(at_line(site, line), at_line(site, user.line)),
        changes=(Change(str(site.dockerfile), "dockerfile-insert-before", args),),
    )


def _works_as(site: Site, user: User) -> str:
    return f"and {site.dockerfile}:{user.line} goes on as {user.name}"
