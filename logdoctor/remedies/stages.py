"""Read a Dockerfile for what it does: which stage starts from what, and which file comes from where."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from posixpath import normpath

from logdoctor.record import NamedTuple
from logdoctor.remedies.instructions import Instruction, instructions

VARIABLE = re.compile(r"\$(?:\{(\w+)(?::?([-+])([^}]*))?\}|(\w+))")
FLAG = re.compile(r"--([a-z-]+)(?:=(\S+))?\s*")
MOUNT = re.compile(r"--mount=(\S+)")
MOST_HOPS = 12


class Copied(NamedTuple):
    """One COPY or ADD: from where (`origin` is a stage or image, nothing for the build context) to where."""

    line: int
    sources: tuple[str, ...]
    target: str
    into: bool
    origin: str
    parents: bool = False


class Placed(NamedTuple):
    """An instruction and the folder it runs in."""

    instruction: Instruction
    workdir: str


class Stage(NamedTuple):
    """A FROM and what follows: `image` has its ARGs filled in, `parent` is the stage it starts from."""

    number: int
    name: str
    line: int
    written: str
    image: str
    platform: str
    parent: int | None
    placed: tuple[Placed, ...]

    @property
    def title(self) -> str:
        """The name BuildKit prints for it."""
        return self.name or f"stage-{self.number}"


def read_stages(text: str) -> tuple[Stage, ...]:
    """Cut a Dockerfile into its stages; what stands before the first FROM only gives ARGs their values."""
    stages: list[Stage] = []
    known: dict[str, str] = {}
    parts: list[list[Instruction]] = []
    for each in instructions(text):
        if each.keyword == "FROM":
            parts.append([each])
        elif parts:
            parts[-1].append(each)
        elif each.keyword == "ARG":
            known.update(_assigned(each.value, known))
    for number, part in enumerate(parts):
        stages.append(_stage(number, part, known, stages))
    return tuple(stages)


def _stage(
    number: int, part: Sequence[Instruction], known: Mapping[str, str], before: Sequence[Stage]
) -> Stage:
    flags, rest = split_flags(part[0].value)
    words = rest.split()
    written = words[0] if words else ""
    image = substitute(written, known)
    name = words[2].lower() if len(words) > 2 and words[1].lower() == "as" else ""
    parent = next(
        (each.number for each in reversed(before) if each.name and each.name == image.lower()), None
    )
    workdir = _last_workdir(before[parent]) if parent is not None else "/"
    placed = tuple(_place(part[1:], workdir))
    platform = substitute(flags.get("platform", ""), known)
    return Stage(number, name, part[0].line, written, image, platform, parent, placed)


def _place(part: Sequence[Instruction], workdir: str) -> Iterator[Placed]:
    known: dict[str, str] = {}
    for each in part:
        if each.keyword in ("ARG", "ENV"):
            known.update(_assigned(each.value, known))
        elif each.keyword == "WORKDIR":
            workdir = absolute(substitute(each.value.strip(" \"'"), known), workdir)
        yield Placed(each._replace(value=_filled(each, known)), workdir)


def _filled(each: Instruction, known: Mapping[str, str]) -> str:
    return substitute(each.value, known) if each.keyword in ("COPY", "ADD", "WORKDIR") else each.value


def _last_workdir(stage: Stage) -> str:
    return stage.placed[-1].workdir if stage.placed else "/"


def _assigned(value: str, known: Mapping[str, str]) -> dict[str, str]:
    """The variables an ARG or ENV sets, as far as the file itself tells."""
    found = {}
    for name, plain, quoted in re.findall(r"(\w+)=(?:\"([^\"]*)\"|('[^']*'|\S*))", value):
        found[name] = substitute(plain or quoted.strip("'"), known)
    if not found and (old := re.match(r"(\w+)\s+(\S.*)", value)):
        found[old[1]] = substitute(old[2].strip(), known)
    return found


def substitute(text: str, known: Mapping[str, str]) -> str:
    """Fill in `$NAME`, `${NAME}` and `${NAME:-default}`; what is not known stays as it is."""

    def value(found: re.Match[str]) -> str:
        name = found[1] or found[4]
        if known.get(name):
            return found[3] if found[2] == "+" else known[name]
        return found[3] if found[2] == "-" else found[0]

    return VARIABLE.sub(value, text)


def absolute(path: str, workdir: str) -> str:
    """Make an image path absolute.

    >>> absolute("./web/", "/app")
    '/app/web'
    """
    return normpath("/" + path if path.startswith("/") else f"/{workdir}/{path}").replace("//", "/")


def split_flags(value: str) -> tuple[dict[str, str], str]:
    """Take the leading `--flag=value` words off an instruction's value."""
    flags: dict[str, str] = {}
    value = value.lstrip()
    while found := FLAG.match(value):
        flags.setdefault(found[1], (found[2] or "").strip("\"'"))
        value = value[found.end() :]
    return flags, value


def chain(stages: Sequence[Stage], stage: Stage) -> Iterator[Stage]:
    """A stage and those it starts from, nearest first."""
    yield stage
    while stage.parent is not None:
        stage = stages[stage.parent]
        yield stage


def base_of(stages: Sequence[Stage], stage: Stage) -> Stage:
    """The stage whose FROM names a real image."""
    return list(chain(stages, stage))[-1]


def stage_at(stages: Sequence[Stage], line: int) -> Stage | None:
    """The stage that a line of the file belongs to."""
    return next((stage for stage in reversed(stages) if stage.line <= line), None)


def stage_named(stages: Sequence[Stage], name: str) -> Stage | None:
    """The stage that FROM, COPY --from or a step's name means."""
    for stage in reversed(stages):
        if name.lower() in (stage.name, stage.title) or name == str(stage.number):
            return stage
    return None


def copies(stage: Stage, before: int) -> tuple[Copied, ...]:
    """What a stage copies before the given line, the latest first; bind mounts of that line included."""
    found: list[Copied] = []
    for each, workdir in stage.placed:
        if each.keyword in ("COPY", "ADD") and each.line < before:
            found += _copied(each, workdir)
        elif each.keyword == "RUN" and each.line <= before <= each.end:
            found += _mounted(each, workdir)
    return tuple(reversed(found))


def _copied(each: Instruction, workdir: str) -> list[Copied]:
    flags, rest = split_flags(each.value)
    paths = _paths(rest)
    if len(paths) < 2 or rest.startswith("<<"):
        return []
    *sources, target = paths
    into = target.endswith(("/", "/.", ".")) or len(sources) > 1
    parents = flags.get("parents", "false") != "false"
    origin = flags.get("from", "")
    return [Copied(each.line, tuple(sources), absolute(target, workdir), into, origin, parents)]


def _paths(rest: str) -> list[str]:
    if rest.startswith("["):
        try:
            listed = json.loads(rest)
        except (ValueError, RecursionError):
            return []
        return [path for path in listed if isinstance(path, str)] if isinstance(listed, list) else []
    return [word.strip("\"'") for word in rest.split()]


def _mounted(each: Instruction, workdir: str) -> list[Copied]:
    """The files a RUN step sees through `--mount=type=bind`."""
    found = []
    for mount in MOUNT.findall(each.value):
        options = dict(part.partition("=")[::2] for part in mount.split(","))
        target = options.get("target") or options.get("dst") or options.get("destination")
        if options.get("type", "bind") == "bind" and target:
            source = options.get("source") or options.get("src") or "."
            origin = options.get("from", "")
            found.append(Copied(each.line, (source,), absolute(target, workdir), False, origin))
    return found
