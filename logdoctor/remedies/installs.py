"""What the project says about how its packages are installed: commands, settings, lockfiles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from logdoctor.model import Evidence, Step
from logdoctor.record import NamedTuple
from logdoctor.remedies.documents import at, ini, line_of, read_json, read_yaml, strings
from logdoctor.remedies.instructions import Instruction
from logdoctor.remedies.names import Platform
from logdoctor.remedies.project import Project

MANAGERS = frozenset(("npm", "pnpm", "yarn", "bun"))
INSTALLS = frozenset(("ci", "clean-install", "install", "i", "add", "install-clean", "focus"))
WITH_VALUE = frozenset(("--filter", "-F", "-C", "--dir", "--prefix", "--workspace", "-w", "--cwd"))
OMITTING = frozenset(("--no-optional", "--omit=optional", "--ignore-optional", "--optional=false"))
OMIT_VARIABLE = re.compile(r"(?i)\b((?:npm|pnpm)_config_(?:omit[= ]\"?optional\"?|optional[= ]\"?false\"?))")
SEPARATOR = re.compile(r"&&|\|\||[;|&()\n`]")
QUOTES = str.maketrans("\"'[],", "     ")
LOCKFILES = {
    "pnpm-lock.yaml": "pnpm",
    "package-lock.json": "npm",
    "npm-shrinkwrap.json": "npm",
    "yarn.lock": "yarn",
    "bun.lock": "bun",
}
ENTRY = re.compile(
    r"^[ \t]*[\"']?/?(?:[^\"'\s]*node_modules/)?(@?[\w.-]+(?:/[\w.-]+)?)(?:[@/][^\"'\s]*?)?[\"']?"
    r"(?:,[^:]*)?:[ \t]*(?:\[|\{|$)"
)
"""A package's own entry in any lockfile; a mere wish for it has its version on the same line."""


class Setting(NamedTuple):
    """A line of the project that keeps a package from being installed, and the edit that ends it."""

    evidence: Evidence
    said: str
    operation: str
    args: tuple[tuple[str, str], ...]


class Lockfile(NamedTuple):
    """What a lockfile knows of a platform package: itself, or only siblings for other machines."""

    path: str
    manager: str
    lists: bool
    siblings: tuple[str, ...]
    knows_owner: bool


def installing(instruction: Instruction) -> str:
    """The package manager that an instruction installs with, or nothing."""
    found = _installs(instruction.value) if instruction.keyword == "RUN" else iter(())
    return next((manager for manager, _ in found), "")


def flag_in(text: str) -> str:
    """The flag in an install command that leaves optional packages out.

    >>> flag_in("npm ci --omit optional && npm run build")
    '--omit optional'
    """
    for _, words in _installs(text):
        for word, following in zip(words, (*words[1:], ""), strict=True):
            if word in OMITTING:
                return word
            if f"{word}={following}" in OMITTING:
                return f"{word} {following}"
    return ""


def shown(steps: Sequence[Step]) -> Iterator[tuple[Evidence, str]]:
    """Install commands in a log that leave optional packages out, each with its flag."""
    for step in steps:
        texts = ((step.first_line, step.name), *((line.number, line.text) for line in step.lines))
        for number, text in texts:
            if "optional" in text[:8192] and (flag := flag_in(text)):
                yield Evidence("log", None, number, text[:300]), flag


def workflows(project: Project) -> Iterator[Setting]:
    """Steps of GitHub workflows that install without optional packages."""
    for path in project.paths:
        if path.startswith(".github/workflows/") and "optional" in (project.text(path) or ""):
            jobs = at(read_yaml(project, path), "jobs")
            for job, described in jobs.items() if isinstance(jobs, dict) else ():
                yield from _job(project, path, str(job), at(described, "steps"))


def _job(project: Project, path: str, job: str, steps: object) -> Iterator[Setting]:
    for index, step in enumerate(steps if isinstance(steps, list) else ()):
        run = at(step, "run")
        flag = flag_in(run) if isinstance(run, str) else ""
        line = line_of(project.text(path) or "", flag.split()) if flag else None
        if line:
            args = (("path", f"jobs.{job}.steps[{index}].run"), ("value", _json(_without(run, flag))))
            yield Setting(_line(project, path, line), f"{path}:{line} installs with {flag}", "yaml-set", args)


def _without(command: str, flag: str) -> str:
    return re.sub(r"  +", " ", command.replace(flag, "")).strip()


def _installs(text: str) -> Iterator[tuple[str, Sequence[str]]]:
    """The install commands of a shell text: the package manager and the words after its name."""
    for command in SEPARATOR.split(text[:8192]):
        words = command.translate(QUOTES).split()
        for index, word in enumerate(words):
            manager = word.rpartition("/")[2].partition("@")[0]
            if manager in MANAGERS:
                rest = words[index + 1 :]
                verb = _verb(rest)
                if verb in INSTALLS or (manager == "yarn" and not verb):
                    yield manager, rest
                    break


def _verb(words: Sequence[str]) -> str:
    """The first word that is neither an option nor an option's value."""
    before = ""
    for word in words:
        if not word.startswith("-") and before not in WITH_VALUE and word != "workspaces":
            return word
        before = word
    return ""


def settings(project: Project, folders: Sequence[str]) -> Iterator[Setting]:
    """Settings files, nearest first, that leave optional packages out."""
    for folder in folders:
        yield from _npmrc(project, f"{folder}/.npmrc".lstrip("/"))
        for name, words in (
            (".yarnrc", ("ignore-optional", "true")),
            ("bunfig.toml", ("optional", "=", "false")),
        ):
            path = f"{folder}/{name}".lstrip("/")
            if line := line_of(project.text(path) or "", words):
                yield Setting(
                    _line(project, path, line), f"{path}:{line} turns optional packages off", "", ()
                )
    yield from _workspace_settings(project, "pnpm-workspace.yaml")


def _workspace_settings(project: Project, path: str) -> Iterator[Setting]:
    """pnpm reads its settings from here since version 10."""
    if read_yaml(project, path).get("optional") is False:
        line = line_of(project.text(path) or "", ("optional:", "false")) or 1
        said = f"{path}:{line} turns optional packages off"
        yield Setting(_line(project, path, line), said, "yaml-remove", (("path", "optional"),))


def machines(project: Project, folders: Sequence[str], need: Platform) -> Iterator[Setting]:
    """Settings of npm that ask for another machine's packages."""
    wanted = {"os": (need.os,), "cpu": (need.cpu,), "libc": (need.libc, {"gnu": "glibc"}.get(need.libc, ""))}
    for folder in folders:
        path = f"{folder}/.npmrc".lstrip("/")
        for line, key, value in ini(project.text(path) or ""):
            mine = wanted.get(key, ())
            if any(mine) and value not in mine:
                said = f"{path}:{line} asks for packages of {key} {value}"
                yield Setting(
                    _line(project, path, line), said, "ini-remove", (("key", key), ("value", value))
                )


def _npmrc(project: Project, path: str) -> Iterator[Setting]:
    for line, key, value in ini(project.text(path) or ""):
        if (key, value) in (("optional", "false"), ("omit", "optional"), ("omit[]", "optional")):
            args = (("key", key), ("value", value))
            yield Setting(_line(project, path, line), f"{path}:{line} says {key}={value}", "ini-remove", args)


def scripts(project: Project, folders: Sequence[str]) -> Iterator[Setting]:
    """Scripts of package.json that install without optional packages."""
    for folder in folders:
        path = f"{folder}/package.json".lstrip("/")
        listed = read_json(project, path).get("scripts")
        for name, script in listed.items() if isinstance(listed, dict) else ():
            flag = flag_in(script) if isinstance(script, str) else ""
            line = line_of(project.text(path) or "", (f'"{name}"', flag)) if flag else None
            if line:
                args = (("path", f"scripts.{name}"), ("value", _json(_without(script, flag))))
                said = f"{path}:{line} installs with {flag}"
                operation = "json-set" if re.fullmatch(r"[\w:-]+", name) else ""
                yield Setting(_line(project, path, line), said, operation, args)


def ignored(project: Project, need: Platform) -> Iterator[Setting]:
    """pnpm's list of optional packages to leave out, where the missing one is on it."""
    places = (
        ("pnpm-workspace.yaml", read_yaml(project, "pnpm-workspace.yaml").get("ignoredOptionalDependencies")),
        ("package.json", at(read_json(project, "package.json"), "pnpm", "ignoredOptionalDependencies")),
    )
    for path, value in places:
        for pattern in strings(value):
            shape = re.escape(pattern).replace(r"\*", ".*")
            if need.name and re.fullmatch(shape, need.name):
                line = line_of(project.text(path) or "", (pattern,)) or 1
                said = f"{path}:{line} tells pnpm to leave {pattern} out"
                yield Setting(_line(project, path, line), said, "", ())


def architectures(project: Project, need: Platform) -> Iterator[Setting]:
    """`supportedArchitectures` that do not include the machine the package is missing on."""
    yaml = read_yaml(project, "pnpm-workspace.yaml").get("supportedArchitectures")
    yield from _architectures(project, "pnpm-workspace.yaml", yaml, need, "yaml-add-to-list", "")
    packages = at(read_json(project, "package.json"), "pnpm", "supportedArchitectures")
    yield from _architectures(project, "package.json", packages, need, "json-add-to-list", "pnpm.")
    berry = read_yaml(project, ".yarnrc.yml").get("supportedArchitectures")
    yield from _architectures(project, ".yarnrc.yml", berry, need, "yaml-add-to-list", "")


def _architectures(
    project: Project, path: str, listed: object, need: Platform, operation: str, before: str
) -> Iterator[Setting]:
    wanted = {"os": need.os, "cpu": need.cpu, "libc": {"gnu": "glibc"}.get(need.libc, need.libc)}
    for key, value in wanted.items():
        have = strings(at(listed, key))
        if value and have and value not in have and "current" not in have:
            text = project.text(path) or ""
            start = line_of(text, ("supportedArchitectures",)) or 1
            line = start + (line_of("\n".join(text.split("\n")[start:]), (key,)) or 0)
            said = f"{path}:{line} limits {key} to {', '.join(have)}"
            item = _json(value) if operation.startswith("json") else value
            args = (("path", f"{before}supportedArchitectures.{key}"), ("value", item))
            yield Setting(_line(project, path, line), said, operation, args)


def lockfiles(project: Project, folders: Sequence[str], need: Platform) -> tuple[Lockfile, ...]:
    """The lockfiles in these folders, with what each knows of the missing package."""
    found = []
    for folder in folders:
        for name, manager in LOCKFILES.items():
            path = f"{folder}/{name}".lstrip("/")
            text = project.text(path)
            if text:
                found.append(_lockfile(path, manager, text, need))
    return tuple(found)


def _lockfile(path: str, manager: str, text: str, need: Platform) -> Lockfile:
    """Look for entries of packages; a package's list of what it would like to have is no entry."""
    names = {name for name in _entries(text, need.stem) if name.startswith(need.stem)} if need.stem else set()
    owner = f'"{need.owner}"' in text or f"/{need.owner}" in text or f"{need.owner}@" in text
    siblings = tuple(sorted(names - {need.name}))
    return Lockfile(path, manager, need.name in names, siblings, owner)


def _entries(text: str, stem: str) -> set[str]:
    """The packages whose own entry begins with the stem."""
    from logdoctor.remedies.names import parse

    found = set()
    for line in text.split("\n"):
        if stem in line and len(line) < 2000 and (entry := ENTRY.match(line.rstrip("\r"))):
            platform = parse(entry[1] if entry[1].startswith(stem) else "")
            if platform:
                found.add(platform.name)
    return found


def _line(project: Project, path: str, line: int) -> Evidence:
    lines = (project.text(path) or "").split("\n")
    return Evidence("project", path, line, lines[line - 1].rstrip("\r")[:300] if line <= len(lines) else "")


def _json(value: str) -> str:
    import json

    return json.dumps(value, ensure_ascii=False)
