"""Build an image for the machine that runs it, where the files ask for another platform."""

from __future__ import annotations

import json
from collections.abc import Iterator

from logdoctor.model import Evidence, NotPatched, Remedy, RemedyPlan
from logdoctor.remedies.change import Change, Finding
from logdoctor.remedies.compose import BAKE, COMPOSE
from logdoctor.remedies.dockerfiles import is_dockerfile, listed
from logdoctor.remedies.documents import at, line_of, read_json, read_yaml, strings
from logdoctor.remedies.project import Project
from logdoctor.remedies.remedy import Case, worded
from logdoctor.remedies.solved import from_finding
from logdoctor.remedies.stages import read_stages

NOWHERE = "no file asks for {}: it was given on the command line, or is all that the base image has"


def remedies(plan: RemedyPlan, case: Case) -> tuple[Remedy, ...]:
    """Change the one place that asks for the image's platform; several places are a person's choice."""
    assert case.site is not None
    project, wrong, right = case.site.project, case.captures["image"], case.captures["host"]
    found = [*_dockerfiles(project, wrong, right), *_composed(project, wrong, right)]
    found += _baked(project, wrong, right)
    if not found:
        return (worded(plan, case, NotPatched(NOWHERE.format(wrong))),)
    if len(found) > 1:
        paths = [each.changes[0].path for each in found]
        return (worded(plan, case, NotPatched(f"{listed(paths)} ask for {wrong} alike")),)
    return (from_finding(plan, case, found[0]),)


def _dockerfiles(project: Project, wrong: str, right: str) -> Iterator[Finding]:
    """Dockerfiles whose last stage, which is the image, is pinned to the platform."""
    for path in filter(is_dockerfile, project.paths):
        text = project.text(path) or ""
        stages = read_stages(text)
        if stages and stages[-1].platform == wrong and f"--platform={wrong}" in text:
            args = {"platform": right, "line": str(stages[-1].line)}
            change = Change(path, "dockerfile-set-platform", args)
            yield _finding(path, stages[-1].line, f"FROM --platform={wrong}", change)


def _composed(project: Project, wrong: str, right: str) -> Iterator[Finding]:
    """Services that are built and run for the platform."""
    for path in (path for path in project.paths if COMPOSE.match(path.rpartition("/")[2])):
        services = at(read_yaml(project, path), "services")
        for name, service in services.items() if isinstance(services, dict) else ():
            if at(service, "platform") == wrong and at(service, "build"):
                key = f"services[{json.dumps(str(name))}].platform"
                yield _document(project, path, f"platform: {wrong}", wrong, ("yaml-set", key, right))


def _baked(project: Project, wrong: str, right: str) -> Iterator[Finding]:
    """Targets of docker-bake.json that are built for this platform alone."""
    for path in (path for path in project.paths if BAKE.match(path.rpartition("/")[2])):
        targets = at(read_json(project, path), "target") if path.endswith(".json") else None
        for name, target in targets.items() if isinstance(targets, dict) else ():
            if strings(at(target, "platforms")) == (wrong,):
                key = f"target[{json.dumps(str(name))}].platforms[0]"
                yield _document(project, path, f'"platforms": ["{wrong}"]', wrong, ("json-set", key, right))


def _document(project: Project, path: str, said: str, wrong: str, edit: tuple[str, str, str]) -> Finding:
    operation, key, value = edit
    change = Change(
        path, operation, {"path": key, "value": value if "yaml" in operation else json.dumps(value)}
    )
    return _finding(path, line_of(project.text(path) or "", [wrong]), said, change)


def _finding(path: str, line: int | None, said: str, change: Change) -> Finding:
    evidence = (Evidence("project", path, line, said),) if line else ()
    return Finding("", f"{path} says {said}", 0, "", "", evidence, (change,))
