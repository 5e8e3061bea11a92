"""Which Dockerfile a log is about: candidates with evidence, the likeliest first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from logdoctor.model import Evidence, Step
from logdoctor.record import NamedTuple
from logdoctor.remedies.compose import Build
from logdoctor.remedies.instructions import Instruction, instructions
from logdoctor.remedies.project import Project
from logdoctor.remedies.stages import read_stages, stage_named

SHAPE = re.compile(r"(?i)(?:Docker|Container)file(?:[.-][\w.-]+)?$|[\w.-]+\.(?:Docker|Container)file$")
STEP_MARK = re.compile(
    r"^(?:\[[^\]]*\d/\d+\][ \t]*)?(?:STEP \d+/\d+:|Step \d+/\d+ :)?[ \t]*(?:ONBUILD[ \t]+)?"
)
MOST = 60


class Candidate(NamedTuple):
    """A Dockerfile that may be meant; `score` orders, `evidence` says why."""

    path: str
    score: int
    evidence: tuple[Evidence, ...]


class Undecided(NamedTuple):
    """No file, or several alike, with the reason to tell the user."""

    reason: str
    paths: tuple[str, ...] = ()


def rank(
    project: Project, step: Step, steps: Sequence[Step], known: Sequence[Build]
) -> tuple[Candidate, ...]:
    """Every Dockerfile of the project that the log does not speak against, the likeliest first."""
    if project.dockerfile:
        return (Candidate(project.real(project.dockerfile), 1000, ()),)
    paths = _called(_all(project, known), step.file or "")
    names = tuple(instruction_of(each.name) for each in steps if "/" in each.name)
    found = [_weigh(project, path, step, names, known) for path in paths[:MOST]]
    return tuple(sorted(found, key=lambda each: (-each.score, each.path.count("/"), each.path)))


def choose(ranked: Sequence[Candidate]) -> Candidate | Undecided:
    """The one Dockerfile that is meant, or why that cannot be said."""
    if not ranked:
        return Undecided("there is no Dockerfile in the project")
    best = [each for each in ranked if each.score == ranked[0].score]
    if len(best) > 1:
        paths = tuple(each.path for each in best)
        return Undecided(f"{listed(paths)} fit the log alike; choose one with --dockerfile", paths)
    if best[0].score <= -50:
        return Undecided(f"the log does not speak of {best[0].path} as it is now", (best[0].path,))
    return best[0]


def is_dockerfile(path: str) -> bool:
    """Say whether a file is a Dockerfile by its name."""
    name = path.rpartition("/")[2]
    return bool(SHAPE.match(name)) and not name.lower().endswith((".dockerignore", ".md", ".sh", ".txt"))


def instruction_of(name: str) -> str:
    """The instruction in a step's name, without `[builder 3/7]` or `Step 3/7 :`.

    >>> instruction_of("[linux/arm64 builder 3/7] RUN pnpm build")
    'RUN pnpm build'
    """
    return name[STEP_MARK.match(name).end() :].strip()  # type: ignore[union-attr]


def find_instruction(text: str, wanted: str) -> Instruction | None:
    """The one instruction of a file that reads like a step's name, which may have been cut short."""
    key = _squeezed(wanted.removesuffix("..."))
    if len(key) < 4:
        return None
    found = [each for each in instructions(text) if _alike(each, key, wanted.endswith("..."))]
    return found[0] if len(found) == 1 else None


def listed(paths: Sequence[str]) -> str:
    """Paths in a sentence."""
    shown = list(paths[:5]) + ([f"{len(paths) - 5} more"] if len(paths) > 5 else [])
    return " and ".join((", ".join(shown[:-1]), shown[-1])) if len(shown) > 1 else "".join(shown)


def agreement(text: str, step: Step) -> float | None:
    """How much of what the log quotes of the Dockerfile stands in the file, from 0 to 1."""
    lines = text.split("\n")
    quoted = [line for line in step.source if line.text.strip()]
    if not quoted:
        return None
    same = [
        line
        for line in quoted
        if 0 < line.number <= len(lines) and _squeezed(lines[line.number - 1]) == _squeezed(line.text)
    ]
    return len(same) / len(quoted)


def _all(project: Project, known: Sequence[Build]) -> tuple[str, ...]:
    described = (project.real(build.dockerfile) for build in known if project.has(build.dockerfile))
    return tuple(dict.fromkeys((*filter(is_dockerfile, project.paths), *described)))


def _called(paths: Sequence[str], name: str) -> tuple[str, ...]:
    """Those whose path ends like the name that BuildKit printed, if there are any."""
    wanted = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    for length in range(len(wanted), 0, -1):
        tail = wanted[-length:]
        found = tuple(path for path in paths if path.split("/")[-length:] == tail)
        if found:
            return found
    return tuple(paths)


def _weigh(
    project: Project, path: str, step: Step, names: Sequence[str], known: Sequence[Build]
) -> Candidate:
    text = project.text(path) or ""
    weights = tuple(_weights(path, text, step, names, known))
    return Candidate(path, sum(weight for weight, _ in weights), tuple(each for _, each in weights if each))


def _weights(
    path: str, text: str, step: Step, names: Sequence[str], known: Sequence[Build]
) -> Iterator[tuple[int, Evidence | None]]:
    quoted = agreement(text, step)
    if quoted is not None:
        yield (int(quoted * 100) if quoted >= 0.5 else -60), None
    if own := find_instruction(text, instruction_of(step.name)):
        shown = text.split("\n")[own.line - 1].rstrip("\r")[:300]
        yield 30, Evidence("project", path, own.line, shown)
    yield _share(text, names), None
    if step.stage and not re.fullmatch(r"stage-\d+", step.stage):
        yield (20 if stage_named(read_stages(text), step.stage) else -20), None
    words = step.name.partition("]")[0].lstrip("[").split()
    for build in known:
        if build.dockerfile == path:
            yield (40 if build.name in words else 15 if not build.name else 0), None


def _share(text: str, names: Sequence[str]) -> int:
    """How many of the log's instructions stand in the file, at most 40."""
    wanted = {_squeezed(name) for name in names if name[:4].upper() in ("RUN ", "COPY")}
    if not wanted:
        return 0
    own = {_squeezed(f"{each.keyword} {each.value}") for each in instructions(text)}
    return 40 * len(wanted & own) // len(wanted)


def _alike(each: Instruction, key: str, cut: bool) -> bool:
    own = _squeezed(f"{each.keyword} {each.value}")
    return own == key or (cut and own.startswith(key))


def _squeezed(text: str) -> str:
    return " ".join(text.split())
