"""Why a file that COPY wants is not in the build context."""

from __future__ import annotations

from posixpath import normpath

from logdoctor.model import NotPatched, Remedy, RemedyPlan
from logdoctor.remedies.carried import ignore_file
from logdoctor.remedies.change import Change, Finding
from logdoctor.remedies.dockerfiles import Undecided, listed
from logdoctor.remedies.documents import line_of
from logdoctor.remedies.ignoring import deciding, ignores
from logdoctor.remedies.remedy import Case, worded
from logdoctor.remedies.site import Site
from logdoctor.remedies.solved import from_finding
from logdoctor.remedies.view import at_line


def remedies(plan: RemedyPlan, case: Case) -> tuple[Remedy, ...]:
    """Let the file into the context, write its name as the folder has it, or say where it is."""
    site = case.site
    assert site is not None
    if isinstance(site.dockerfile, Undecided):
        return (worded(plan, case, NotPatched(site.dockerfile.reason)),)
    wanted = normpath(case.captures.get("path", "").strip("/") or ".")
    if wanted == "." or wanted.startswith("../"):
        return (worded(plan, case, NotPatched("the log does not say which file is missing")),)
    finding = _ignored(site, wanted) or _other_case(site, wanted)
    if finding:
        return (from_finding(plan, case, finding),)
    return (worded(plan, case, NotPatched(_elsewhere(site, wanted))),)


def _ignored(site: Site, wanted: str) -> Finding | None:
    """The file is there, but .dockerignore keeps it from the builder."""
    ignore = ignore_file(site)
    text = site.project.text(ignore) or ""
    if not exists(site, site.contexts[0], wanted) or not ignores(text, wanted):
        return None
    pattern = deciding(text, wanted)
    line = line_of(text, (pattern,))
    # A line that names just this file goes; a wider pattern stays and gets an exception.
    alone = pattern.strip("/") == wanted
    return Finding(
        id="stop-ignoring",
        said=f"{ignore}:{line} ({pattern}) keeps {wanted} out of the build",
        weight=90,
        title=f"Let {wanted} into the build context",
        why="COPY sees only what .dockerignore lets through.",
        evidence=(at_line(site, line, ignore),) if line else (),
        changes=(
            Change(
                ignore,
                "ignore-remove" if alone else "ignore-except",
                {"pattern": pattern if alone else wanted},
            ),
        ),
    )


def _other_case(site: Site, wanted: str) -> Finding | None:
    """A file system that ignores case finds the file, the builder does not."""
    start = f"{site.contexts[0]}/".lstrip("/")
    found = [
        path
        for path in (*site.project.paths, *site.project.folders)
        if path.lower() == f"{start}{wanted}".lower()
    ]
    line = site.line
    if len(found) != 1 or found[0] == f"{start}{wanted}" or line is None:
        return None
    real = found[0].removeprefix(start)
    word = next((each for each in _words(site, line) if normpath(each.strip("/")) == wanted), None)
    if word is None:
        return None
    args = {"line": str(line), "old": word, "new": word.replace(wanted, real)}
    return Finding(
        id="fix-case",
        said=f"The file is called {real}, not {wanted}",
        weight=90,
        title=f"Write {real} as it is called",
        why="Docker tells capitals from small letters, wherever the build runs.",
        evidence=(at_line(site, line),),
        changes=(Change(str(site.dockerfile), "dockerfile-replace-word", args),),
    )


def _words(site: Site, line: int) -> list[str]:
    placed = next(
        (each.instruction for stage in site.stages for each in stage.placed if each.instruction.line == line),
        None,
    )
    return placed.value.split() if placed else []


def exists(site: Site, context: str, wanted: str) -> bool:
    """Whether the folder has the file or folder, one that the walk did not enter included."""
    path = f"{context}/{wanted}".lstrip("/")
    project = site.project
    return project.has(path) or path in project.folders or path in project.listing.skipped


def _elsewhere(site: Site, wanted: str) -> str:
    """Where a file of this name is, if anywhere."""
    context = site.contexts[0] or "the project's root"
    tail = f"/{wanted}"
    places = [
        path for path in (*site.project.paths, *sorted(site.project.folders)) if f"/{path}".endswith(tail)
    ]
    places = [path for path in places if path != f"{site.contexts[0]}/{wanted}".lstrip("/")]
    if places:
        there = f"there is {listed(places)}: build with a context that holds it"
        return f"{wanted} is not in the build context ({context}); {there}"
    choices = "commit it, make it before the build, or drop the COPY"
    return f"there is no {wanted} in the build context ({context}): {choices}"
