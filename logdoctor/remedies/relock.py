"""The command that writes a lockfile anew, for the package manager and version that were seen."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from logdoctor.model import Evidence, NotPatched, Remedy, RemedyPlan, Step
from logdoctor.record import NamedTuple
from logdoctor.remedies.project import Project
from logdoctor.remedies.remedy import Case, worded

NAMES = ("pnpm", "yarn", "bun", "npm")
FILES = {"pnpm": "pnpm-lock.yaml", "npm": "package-lock.json", "yarn": "yarn.lock", "bun": "bun.lock"}
SIGNS = (
    ("npm", "npm error"),
    ("npm", "npm ERR!"),
    ("pnpm", "ERR_PNPM"),
    ("pnpm", "using pnpm v"),
    ("pnpm", "ELIFECYCLE"),
    ("yarn", "yarn run v"),
    ("yarn", "yarn install v"),
    ("yarn", "YN0000"),
    ("bun", "bun install v"),
    ("bun", 'error: script "'),
)
WORDS = re.compile(r"[\w.-]+")
PINNED = re.compile(r"(pnpm|npm|yarn|bun)@(\d+(?:\.\d+){0,2})")
SEEN = re.compile(r"\b(pnpm|npm|yarn|bun)@?[ /:v]{0,2}(\d+\.\d+\.\d+)\b")


class Manager(NamedTuple):
    """A package manager with its version, empty where it is not known, and what says so."""

    name: str
    version: str
    evidence: tuple[Evidence, ...] = ()


def manager(
    captures: Mapping[str, str], step: Step, steps: Sequence[Step], project: Project | None
) -> Manager | None:
    """The package manager in use: as captured or pinned, by its lockfile, or by the log's commands."""
    named = captures.get("manager", "") if captures.get("manager") in NAMES else ""
    pinned = _pinned(project) if project else None
    if pinned and (not named or pinned.name == named):
        return pinned
    name = named or (_locked(project) if project else "") or _mentioned(step, steps)
    return Manager(name, captures.get("version", "") or _version(name, steps)) if name else None


def command(using: Manager) -> str:
    """The shortest command that brings the lockfile up to date and installs nothing."""
    major = int(using.version.partition(".")[0]) if using.version[:1].isdigit() else 0
    if using.name == "yarn":
        old = major == 1
        return "yarn install" if old else "yarn install --mode=update-lockfile" if major else "yarn install"
    option = "--package-lock-only" if using.name == "npm" else "--lockfile-only"
    # Another major version writes another lockfile format, which the build would refuse again.
    runner = f"npx {using.name}@{using.version}" if using.version else using.name
    return f"{runner} install {option}"


def steps_for(using: Manager) -> tuple[str, ...]:
    """What a person runs and then commits."""
    return command(using), f"git add {FILES[using.name]} && git commit"


def remedies(plan: RemedyPlan, case: Case) -> tuple[Remedy, ...]:
    """The command, for a person to run."""
    using = manager(case.captures, case.step, case.steps, case.site.project if case.site else None)
    reason = NotPatched("a lockfile holds checksums that only the package manager can write; run the command")
    remedy = worded(plan, case, reason, using.evidence if using else ())
    return (remedy._replace(steps=steps_for(using) + remedy.steps) if using else remedy,)


def _pinned(project: Project) -> Manager | None:
    text = project.text("package.json") or ""
    for number, line in enumerate(text.split("\n"), 1):
        if '"packageManager"' in line and (found := PINNED.search(line[:500])):
            return Manager(
                found[1], found[2], (Evidence("project", "package.json", number, line.strip()[:300]),)
            )
    return None


def _locked(project: Project) -> str:
    found = [name for name, file in FILES.items() if project.has(file)]
    return found[0] if len(found) == 1 else ""


def sure_name(project: Project, steps: Sequence[Step]) -> str:
    """The package manager by the project's own word or by its signature in the log, else nothing."""
    pinned = _pinned(project)
    return pinned.name if pinned else _locked(project) or _signed(steps)


def _signed(steps: Sequence[Step]) -> str:
    """The manager that signs its own lines."""
    for step in steps:
        for line in step.lines:
            for name, sign in SIGNS:
                if sign in line.text[:300]:
                    return name
    return ""


def _mentioned(step: Step, steps: Sequence[Step]) -> str:
    """The manager that signs its lines, or else the first that a command names."""
    if signed := _signed((step, *steps)):
        return signed
    for text in (step.name, *(line.text for line in step.lines[:20]), *(each.name for each in steps)):
        found = next((word for word in WORDS.findall(text[:2000]) if word in NAMES), "")
        if found:
            return found
    return ""


def _version(name: str, steps: Sequence[Step]) -> str:
    for step in steps:
        for text in (step.name, *(line.text for line in step.lines if name in line.text[:300])):
            found = SEEN.search(text[:2000])
            if found and found[1] == name:
                return found[2]
    return ""
