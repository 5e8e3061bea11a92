"""Small failing steps and projects for stories about remedies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from logdoctor.model import Line, Rule, SourceLine, Step
from logdoctor.model import RemedyPlan as Plan
from logdoctor.remedies.project import Project, project_from
from logdoctor.remedies.site import Site


def cause(text: str = "boom", lane: str = "") -> Line:
    return Line(7, text, 7, "", lane)


def step(
    name: str = "",
    kind: str = "buildkit",
    *,
    file: str | None = None,
    line: int | None = None,
    stage: str | None = None,
    platform: str | None = None,
    source: Sequence[str] = (),
    texts: Sequence[str] = ("boom",),
) -> Step:
    """A failed step; `source` are lines as BuildKit prints them: `  12 | >>> RUN x`."""
    lines = tuple(Line(number, text, number) for number, text in enumerate(texts, 7))
    return Step(
        id="s1",
        log="l1",
        kind=kind,
        name=name,
        status="failed",
        first_line=1,
        last_line=9,
        lines=lines,
        stage=stage,
        platform=platform,
        exit_code=1,
        file=file,
        line=line,
        source=tuple(_quoted(each) for each in source),
    )


def _quoted(line: str) -> SourceLine:
    number, _, text = line.partition("|")
    return SourceLine(int(number), text[5:], text.startswith(" >>>"))


def site(
    files: Mapping[str, str | bytes] | Project,
    failed: Step | None = None,
    others: Sequence[Step] = (),
    said: Line | None = None,
) -> Site:
    project = files if isinstance(files, Project) else project_from(files)
    failed = failed or step(kind="log")
    return Site(project, said or cause(), failed, (*others, failed))


def rule(*plans: Plan) -> Rule:
    return Rule(
        id="x",
        title="x",
        family="x",
        tier="cause",
        nature="your-change",
        tools={},
        patterns=(),
        explain="x",
        remedies=plans,
    )
