"""Probes for packages that were never installed: flags, settings, limits, a lockfile without them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from logdoctor.model import Evidence
from logdoctor.remedies import installs
from logdoctor.remedies.change import Change, Finding
from logdoctor.remedies.installs import OMIT_VARIABLE, Lockfile, Setting, flag_in, installing
from logdoctor.remedies.instructions import Instruction
from logdoctor.remedies.names import Platform
from logdoctor.remedies.relock import sure_name
from logdoctor.remedies.view import Probed, View, docker, quote

KEEP, UNIGNORE = "keep-optional-packages", "unignore-optional-package"
KEEP_TITLE = "Let the package manager install optional packages"
ALL_OUT = "Platform packages are optional dependencies, and this leaves all of them out."
REGENERATE = {
    "npm": "rm -rf node_modules package-lock.json && npm install",
    "pnpm": "rm -rf node_modules pnpm-lock.yaml && pnpm install",
    "yarn": "rm -rf node_modules yarn.lock && yarn install",
    "bun": "rm -rf node_modules bun.lock && bun install",
}


def flags(view: View) -> Probed:
    """An install command of the Dockerfile leaves optional packages out."""
    found = tuple(_flagged(view, each) for each in _runs(view) if flag_in(each.value))
    return Probed(found, "" if found else "no install command leaves optional packages out")


def _flagged(view: View, instruction: Instruction) -> Finding:
    flag = flag_in(instruction.value)
    evidence = quote(view.site, instruction, flag.split()[0])
    return Finding(
        id=KEEP,
        said=f"{evidence.file}:{evidence.line} installs with {flag}",
        weight=90,
        title=f"Install without {flag}",
        why=ALL_OUT,
        evidence=(evidence,),
        changes=(docker(view.site, "dockerfile-drop-flag", flag=flag, line=str(instruction.line)),),
    )


def variables(view: View) -> Probed:
    """A variable of the image tells npm or pnpm to leave optional packages out."""
    placed = (
        each for stage in view.stages for each, _ in stage.placed if each.keyword in ("ENV", "ARG", "RUN")
    )
    return Probed(tuple(_variable(view, each) for each in placed if OMIT_VARIABLE.search(each.value[:8192])))


def _variable(view: View, instruction: Instruction) -> Finding:
    found = OMIT_VARIABLE.search(instruction.value[:8192])
    word = found[1] if found else ""
    evidence = quote(view.site, instruction, word)
    place = f"{evidence.file}:{evidence.line}"
    # `optional=false` can be turned round; an `omit` has no opposite and must go, with its line.
    new = word.replace("false", "true") if "=false" in word.lower() else ""
    change = docker(view.site, "dockerfile-replace-word", line=str(instruction.line), old=word, new=new)
    return Finding(
        id=KEEP,
        said=f"{place} sets {word}",
        weight=88,
        title=KEEP_TITLE,
        why=ALL_OUT,
        evidence=(evidence,),
        changes=(change,) if new else (),
        steps=() if new else (f"Remove {word} from {place}.",),
    )


def settings(view: View) -> Probed:
    """A settings file of the package manager leaves optional packages out."""
    found = installs.settings(view.site.project, view.folders)
    return _settled(found, KEEP, 85, KEEP_TITLE, ALL_OUT, "no settings file turns optional packages off")


def scripts(view: View) -> Probed:
    """A script of package.json installs without optional packages."""
    found = installs.scripts(view.site.project, view.folders)
    return _settled(found, KEEP, 70, "Install optional packages too", ALL_OUT, "")


def workflows(view: View) -> Probed:
    """A CI workflow installs without optional packages."""
    found = installs.workflows(view.site.project) if not view.site.in_image else ()
    return _settled(found, KEEP, 75, "Install optional packages too", ALL_OUT, "")


def commands(view: View) -> Probed:
    """The log shows an install command that no file of the project holds."""
    found = next(installs.shown(view.site.steps), None)
    if found is None:
        return Probed(())
    evidence, flag = found
    finding = Finding(
        id=KEEP,
        said=f"The log shows an install with {flag}",
        weight=65,
        title=f"Install without {flag}",
        why=ALL_OUT,
        evidence=(evidence,),
        steps=(f"Install again without {flag}: {evidence.text.strip()[:200]}",),
    )
    return Probed((finding,))


def ignored(view: View) -> Probed:
    """pnpm was told to leave this very package out."""
    found = installs.ignored(view.site.project, view.need)
    return _settled(found, UNIGNORE, 95, "Do not leave the package out", "pnpm does what this list says.", "")


def _settled(found: Iterable[Setting], id: str, weight: int, title: str, why: str, cleared: str) -> Probed:
    findings = tuple(_setting(each, id, weight, title, why) for each in found)
    return Probed(findings, "" if findings else cleared)


def _setting(each: Setting, id: str, weight: int, title: str, why: str) -> Finding:
    file = each.evidence.file or ""
    return Finding(
        id=id,
        said=each.said,
        weight=weight,
        title=title,
        why=why,
        evidence=(each.evidence,),
        changes=(Change(file, each.operation, dict(each.args)),) if each.operation else (),
        steps=() if each.operation else (f"Remove the setting at {file}:{each.evidence.line}.",),
    )


def architectures(view: View) -> Probed:
    """`supportedArchitectures`, which pnpm and yarn read, names other machines only."""
    reader = sure_name(view.site.project, view.site.steps)
    if reader in ("npm", "bun"):
        return Probed(())
    found = tuple(installs.architectures(view.site.project, view.need))
    if not found:
        return Probed((), "supportedArchitectures does not shut this machine out")
    # Several files may hold the list, and which of them counts depends on the version: all must allow it.
    own = [each for each in found if (each.evidence.file == ".yarnrc.yml") is (reader == "yarn")] or found
    need = view.need
    machine = "-".join(part for part in (need.os, need.cpu, need.libc) if part)
    finding = Finding(
        id="add-architecture",
        said="; ".join(each.said for each in own),
        weight=92,
        title=f"Add {machine} to supportedArchitectures",
        why=f"Only packages for the listed machines are installed, and {machine} is not among them.",
        evidence=tuple(each.evidence for each in own),
        changes=tuple(Change(each.evidence.file or "", each.operation, dict(each.args)) for each in own),
    )
    return Probed((finding,))


def machines(view: View) -> Probed:
    """npm was told to install for another machine."""
    found = installs.machines(view.site.project, view.folders, view.need)
    title = "Install for the machine that builds"
    return _settled(found, "same-platform", 92, title, "Only that machine's packages are installed.", "")


def lockfile(view: View) -> Probed:
    """The lockfile was written on another machine, or with optional packages left out."""
    if not view.need.stem:
        return Probed(())
    found = installs.lockfiles(view.site.project, view.folders, view.need)
    relevant = [each for each in found if each.knows_owner or each.lists or each.siblings]
    listing = next((each for each in relevant if each.lists), None)
    if listing:
        return Probed((), f"{listing.path} lists {view.need.name}")
    return Probed((_stale(relevant[0], view.need),) if relevant else ())


def _stale(lockfile: Lockfile, need: Platform) -> Finding:
    if lockfile.siblings:
        said = f"{lockfile.path} lists {_shown(lockfile.siblings)} but not {need.name}"
        why = "The lockfile was written on another machine and holds only that machine's packages."
    else:
        said = f"{lockfile.path} lists no platform package of {need.owner}"
        why = "The lockfile was written with optional packages left out."
    return Finding(
        id="regenerate-lockfile",
        said=said,
        weight=60,
        title="Write the lockfile anew",
        why=f"{why} A patch cannot write the missing entries, for they carry checksums.",
        evidence=(Evidence("project", lockfile.path, None, said),),
        steps=(REGENERATE[lockfile.manager], f"Commit {lockfile.path}."),
    )


def _shown(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (" and others" if len(names) > 3 else "")


def _runs(view: View) -> Iterator[Instruction]:
    return (each for stage in view.stages for each, _ in stage.placed if installing(each))
