"""Which file a plan means, and the plan's edit made in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from logdoctor.model import Evidence, NotPatched, Remedy, RemedyPlan
from logdoctor.record import NamedTuple
from logdoctor.remedies.change import Change
from logdoctor.remedies.dockerfiles import Undecided, listed
from logdoctor.remedies.patching import Patched, patch
from logdoctor.remedies.paths import Found, best, locate
from logdoctor.remedies.remedy import SELF_EVIDENT, Case, filled_args, worded
from logdoctor.remedies.site import Site
from logdoctor.wording import fill, slots


class Tried(NamedTuple):
    """A file in which the edit was tried."""

    found: Found
    outcome: Patched | NotPatched


def edit_files(plan: RemedyPlan, case: Case) -> Remedy:
    """Make a plan's edit in the one file that log and project agree on."""
    assert case.site is not None
    if any(not case.captures.get(slot) for slot in slots(plan.file or "")):
        return _search(plan, case, case.site)
    found = _targets(plan, case, case.site)
    if isinstance(found, Undecided):
        return worded(plan, case, NotPatched(found.reason))
    return _settle(plan, case, [Tried(each, _try(plan, case, each.path)) for each in found])


def _settle(plan: RemedyPlan, case: Case, tried: Sequence[Tried]) -> Remedy:
    """Take the file in which the edit could be made; two of them are one too many."""
    first = [each for each in tried if each.found.score == tried[0].found.score]
    fitting = [each for each in first if isinstance(each.outcome, Patched)]
    if not fitting and plan.edit in SELF_EVIDENT:
        fitting = [each for each in tried if isinstance(each.outcome, Patched)]
    if len(fitting) > 1 and plan.edit not in SELF_EVIDENT:
        paths = [each.found.path for each in fitting]
        return worded(plan, case, NotPatched(f"the log may mean {listed(paths)}; they fit it alike"))
    if len(fitting) > 1:
        return _all(plan, case, [each.found.path for each in fitting])
    chosen = fitting[0] if fitting else tried[0]
    if isinstance(chosen.outcome, NotPatched):
        return worded(plan, case, chosen.outcome)
    patched = chosen.outcome
    return worded(plan, case, patched.patch, _merged(patched.evidence, chosen.found.evidence))


def _try(plan: RemedyPlan, case: Case, path: str) -> Patched | NotPatched:
    assert case.site is not None
    args = filled_args(plan, case)
    operation = plan.edit or ""
    if not operation.startswith("dockerfile-"):
        return patch(case.site.project, (Change(path, operation, args),))
    line = _line(case.site, path)
    if isinstance(line, NotPatched):
        return line
    done: Patched | NotPatched = NotPatched(f"the failed instruction is not found in {path}")
    for more in _places(operation, args, line):
        done = patch(case.site.project, (Change(path, operation, {**args, **more}),))
        if isinstance(done, Patched):
            return done
    return done


def _places(operation: str, args: Mapping[str, str], line: int | None) -> Iterator[dict[str, str]]:
    """Where a Dockerfile edit may be made: at the failed instruction, else where the operation looks."""
    from logdoctor.remedies.edits import OPERATIONS

    known = OPERATIONS.get(operation)
    if known is None or "line" not in known.arguments or {"line", "stage", "instruction"} & set(args):
        yield {}
        return
    if line:
        yield {"line": str(line)}
    if not known.arguments["line"]:
        yield {}


def _line(site: Site, path: str) -> int | NotPatched | None:
    """The failed instruction's line in this file, which must read as the log quotes it."""
    from logdoctor.remedies.dockerfiles import agreement
    from logdoctor.remedies.site import instruction_line

    text = site.project.text(path) or ""
    line = instruction_line(text, site.step)
    share = agreement(text, site.step)
    if line is None and share is not None and share < 0.5:
        shown = next((each for each in site.step.source if each.failing), site.step.source[0])
        said = f"which shows at line {shown.number}: {shown.text.strip()[:200]}"
        return NotPatched(f"{path} does not agree with the log, {said}")
    return line


def _targets(plan: RemedyPlan, case: Case, site: Site) -> tuple[Found, ...] | Undecided:
    name = fill(plan.file or _default(plan.edit or ""), case.captures)
    if name == "dockerfile":
        return _dockerfiles(site)
    if name == ".dockerignore":
        return _ignore_file(site)
    found = locate(name, site)
    if not found and name in (".npmrc", "pnpm-workspace.yaml"):
        found = tuple(Found(f"{context}/{name}".lstrip("/"), 1) for context in _homes(site))
    if found:
        top = best(found)
        return found if plan.edit in SELF_EVIDENT else top
    if "node_modules" in name.replace("\\", "/").split("/"):
        return Undecided(f"{name} belongs to an installed package, not to the project")
    return Undecided(f"no file of the project is {name}")


def _default(operation: str) -> str:
    return {
        "dockerfile": "dockerfile",
        "ignore": ".dockerignore",
        "ini": ".npmrc",
        "yaml": "pnpm-workspace.yaml",
    }.get(operation.partition("-")[0], "package.json")


def _dockerfiles(site: Site) -> tuple[Found, ...] | Undecided:
    chosen = site.dockerfile
    if isinstance(chosen, str):
        evidence = next((each.evidence for each in site.candidates if each.path == chosen), ())
        return (Found(chosen, 1, evidence),)
    return tuple(Found(path, 1) for path in chosen.paths) or chosen


def _ignore_file(site: Site) -> tuple[Found, ...] | Undecided:
    chosen = site.dockerfile
    if isinstance(chosen, Undecided):
        return chosen
    own = f"{chosen}.dockerignore"
    paths = (
        [own] if site.project.has(own) else [f"{home}/.dockerignore".lstrip("/") for home in site.contexts]
    )
    return tuple(Found(path, 1) for path in paths)


def _homes(site: Site) -> tuple[str, ...]:
    return site.contexts if site.in_image and isinstance(site.dockerfile, str) else ("",)


def _search(plan: RemedyPlan, case: Case, site: Site) -> Remedy:
    """The log names no file: look for the fault in every package.json, in the workspace's own first.

    All that have it are repaired together, for the tool stops at the first and the build would
    fail again at the next. Files outside the workspace may be broken on purpose; only a lone one counts.
    """
    every = site.project.named("package.json")
    own = [path for path in every if path.rpartition("/")[0] in site.members]
    for paths, most in ((own, len(own)), ([path for path in every if path not in own], 1)):
        broken = [path for path in paths if isinstance(_try(plan, case, path), Patched)]
        if len(broken) > most:
            return worded(
                plan, case, NotPatched(f"the log names no file, and {listed(broken)} have the fault")
            )
        if broken:
            return _all(plan, case, broken)
    reason = "the log names no file, and no package.json of the project has the fault"
    return worded(plan, case, NotPatched(reason))


def _all(plan: RemedyPlan, case: Case, paths: Sequence[str]) -> Remedy:
    assert case.site is not None
    args = filled_args(plan, case)
    done = patch(case.site.project, [Change(path, plan.edit or "", args) for path in paths])
    if isinstance(done, NotPatched):
        return worded(plan, case, done)
    return worded(plan, case, done.patch, done.evidence)


def _merged(one: Sequence[Evidence], other: Sequence[Evidence]) -> tuple[Evidence, ...]:
    return tuple(dict.fromkeys((*one, *other)))
