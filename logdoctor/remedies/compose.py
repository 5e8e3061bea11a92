"""Which image builds the project describes: compose files, bake files and CI workflows.

Each says which folder is the build context and which Dockerfile is used, which the log does not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from posixpath import join, normpath

from logdoctor.model import Step
from logdoctor.record import TYPE_CHECKING, NamedTuple
from logdoctor.remedies.documents import at, read_json, read_yaml
from logdoctor.remedies.project import Project

if TYPE_CHECKING:
    from typing import Any

COMPOSE = re.compile(r"(?:docker-)?compose[\w.-]*\.ya?ml$")
BAKE = re.compile(r"(?:docker-)?bake[\w.-]*\.(hcl|json)$")
WORKFLOW = re.compile(r"\.github/workflows/[^/]+\.ya?ml$")
BLOCK = re.compile(r"^target[ \t]+\"([\w.-]+)\"[ \t]*\{(.*?)^\}", re.DOTALL | re.MULTILINE)
FIELD = re.compile(r"^[ \t]*(context|dockerfile|target)[ \t]*=[ \t]*\"([^\"\n]*)\"", re.MULTILINE)
COMMAND = re.compile(r"\b(?:docker|podman|buildah|nerdctl|depot)\s+(?:buildx\s+|image\s+)?bu(?:il)?d\b(.*)")
WITH_VALUE = frozenset(
    [
        "-t", "--tag", "-f", "--file", "--target", "--platform", "--build-arg", "--cache-from", "--cache-to",
        "--secret", "--ssh", "-o", "--output", "--label", "--network", "--progress", "--builder",
        "--build-context", "--iidfile", "--metadata-file", "--add-host", "-m", "--memory",
    ]
)  # fmt: skip
MOST_FILES = 40
MOST_HCL = 50_000


class Build(NamedTuple):
    """An image build: `context` and `dockerfile` are paths in the project; `by` names who says so."""

    by: str
    name: str
    context: str
    dockerfile: str
    target: str = ""
    platform: str = ""


def builds(project: Project) -> tuple[Build, ...]:
    """Every build that compose files, bake files and workflows of the project describe."""
    found: list[Build] = []
    read = 0
    for path in project.paths:
        reader = _reader(path)
        if reader and read < MOST_FILES:
            read += 1
            found += reader(project, path)
    return tuple(dict.fromkeys(found))


def _reader(path: str) -> Callable[[Project, str], Iterator[Build]] | None:
    name = path.rpartition("/")[2]
    if WORKFLOW.match(path):
        return _workflow
    return _compose if COMPOSE.match(name) else _bake if BAKE.match(name) else None


def _compose(project: Project, path: str) -> Iterator[Build]:
    services = at(read_yaml(project, path), "services")
    for name, service in services.items() if isinstance(services, dict) else ():
        build = at(service, "build")
        build = {"context": build} if isinstance(build, str) else build
        if isinstance(build, dict):
            fields = {**build, "platform": at(service, "platform")}
            yield from _described(path, str(name), _folder(path), fields)


def _bake(project: Project, path: str) -> Iterator[Build]:
    targets = at(read_json(project, path), "target") if path.endswith(".json") else None
    if path.endswith(".hcl"):
        targets = {
            name: dict(FIELD.findall(body))
            for name, body in BLOCK.findall((project.text(path) or "")[:MOST_HCL])
        }
    for name, fields in targets.items() if isinstance(targets, dict) else ():
        if isinstance(fields, dict):
            # buildx resolves a bake file's paths from where it is called, nearly always the root.
            yield from _described(path, str(name), "", fields)


def _workflow(project: Project, path: str) -> Iterator[Build]:
    jobs = at(read_yaml(project, path), "jobs")
    for name, job in jobs.items() if isinstance(jobs, dict) else ():
        steps = at(job, "steps")
        for step in steps if isinstance(steps, list) else ():
            if "build-push-action" in str(at(step, "uses")):
                fields = at(step, "with") or {}
                platform = str(at(fields, "platforms") or "")
                yield from _described(
                    path,
                    str(name),
                    "",
                    {
                        "context": at(fields, "context"),
                        "file": at(fields, "file"),
                        "target": at(fields, "target"),
                        "platform": platform if "," not in platform else "",
                    },
                )


def _described(by: str, name: str, start: str, fields: dict[str, Any]) -> Iterator[Build]:
    """Turn a description's fields into paths of the project; contexts elsewhere are left out."""
    context = inside(start, str(fields.get("context") or "."))
    if context is None:
        return
    given = fields.get("file")
    own = str(fields.get("dockerfile") or "Dockerfile")
    dockerfile = inside("", str(given)) if given else inside(context, own)
    if dockerfile:
        target, platform = str(fields.get("target") or ""), str(fields.get("platform") or "")
        yield Build(by, name, context, dockerfile, target, platform)


def commands(project: Project, steps: Sequence[Step]) -> tuple[Build, ...]:
    """The `docker build` commands that the log itself shows."""
    found: list[Build] = []
    for step in steps:
        for text in (step.name, *(line.text for line in step.lines if "build" in line.text[:2000])):
            if command := COMMAND.search(text[:2000]):
                found += _command(project, command[1])
    return tuple(dict.fromkeys(found))


def _command(project: Project, words: str) -> Iterator[Build]:
    options, context = _options(words.split())
    where = inside("", context) if context else None
    if where is None or (where and where not in project.folders):
        return
    given = options.get("--file") or options.get("-f")
    dockerfile = inside("", given) if given else join(where, "Dockerfile")
    if dockerfile and project.has(dockerfile):
        target, platform = options.get("--target", ""), options.get("--platform", "")
        yield Build("the log's docker build command", "", where, dockerfile, target, platform)


def _options(words: Sequence[str]) -> tuple[dict[str, str], str]:
    options: dict[str, str] = {}
    context = ""
    index = 0
    while index < len(words) and words[index] not in ("&&", "||", "|", ";", "\\"):
        word = words[index].strip("\"'")
        name, equals, value = word.partition("=")
        if word in WITH_VALUE and index + 1 < len(words):
            index += 1
            options[word] = words[index].strip("\"'")
        elif word.startswith("-") and equals and word != "-":
            options[name] = value
        elif not word.startswith("-"):
            context = context or word
        index += 1
    return options, context


def inside(start: str, path: str) -> str | None:
    """Join two paths of the project; nothing if that leads out of it or is no path at all.

    >>> inside("deploy", "../web")
    'web'
    """
    if "://" in path or path.startswith(("/", "~", "$")) or "$" in path or re.match(r"[A-Za-z]:", path):
        return None
    whole = normpath(join(start, path.replace("\\", "/")))
    if whole == ".":
        return ""
    return None if whole == ".." or whole.startswith("../") else whole


def _folder(path: str) -> str:
    return path.rpartition("/")[0]
