"""A case of the corpus: what stands in its case.yaml, read strictly and written back.

A case is a broken project small enough to read, the commands that break it, and what the logs
recorded from real tools must show.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, cast

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import YAMLError

from logdoctor.knowledge.yaml_read import quickest

Where = Literal["host", "docker"]
Result = Literal["failed", "passed"]
Command = Annotated[list[str], msgspec.Meta(min_length=1)]
Name = Annotated[str, msgspec.Meta(pattern="^[a-z0-9]+(-[a-z0-9]+)*$")]
Service = Literal["registry-stub"]


class CaseError(ValueError):
    """A case.yaml that cannot be read, with the file and what is wrong in plain words."""


class Expect(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a recording must show: the outcome, the rule, and the line that tells why.

    `cause` and `chain` are regular expressions; the first of `cause` that matches anywhere names
    the labelled line, each of `chain` names one consequence after it.
    """

    outcome: Result
    rule: str | None = None
    cause: list[str] = []
    chain: list[str] = []


class Variant(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One row of the matrix: a tool in some versions, and what differs for it.

    `rule` replaces the rule alone, `expect` the whole expectation; `person` says why no patch can
    repair this row, where one repairs the others.
    """

    tool: str
    versions: list[str]
    node: str | None = None
    engine: str | None = None
    platform: str | None = None
    progress: str | None = None
    setup: list[Command] | None = None
    commands: list[Command] | None = None
    env: dict[str, str] = {}
    rule: str | None = None
    expect: Expect | None = None
    person: str | None = None

    def expected(self, usual: Expect) -> Expect:
        """What this row must show: its own expectation, or the usual one with its own rule."""
        chosen = self.expect or usual
        return msgspec.structs.replace(chosen, rule=self.rule) if self.rule else chosen


class Remedy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The repair that must make this case's build pass."""

    id: str
    basis: Literal["files", "log"] = "files"
    applicability: Literal["safe", "review", "manual"] = "review"


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line of a recorded log, counted from 1, with its text."""

    line: int
    text: str


class StepLabel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What kind of step the log holds and how it ended."""

    kind: str
    status: Literal["failed", "cancelled", "cached", "done", "unknown"]
    name: str | None = None


class LogLabel(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One recorded log and the truth about it."""

    file: str
    tool: str
    version: str
    node: str | None
    engine: str | None
    platform: str
    recorded: str
    exit_code: int
    outcome: Result
    rule: str | None
    cause: Place | None
    chain: list[Place] = []
    steps: list[StepLabel] = []


class CaseFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole case.yaml, schema 1.

    `env` is added to the commands' environment (not to setup's); `hide` names programs that the
    commands must not find; `user` is the uid that runs the commands; `services` are started
    before setup. `{tool}` in a command stands for the tool of the matrix row.
    """

    schema: Literal[1]
    id: Name
    family: Name
    title: Annotated[str, msgspec.Meta(max_length=100)]
    broken: str
    holdout: bool
    where: Where
    setup: list[Command] = []
    commands: Annotated[list[Command], msgspec.Meta(min_length=1)]
    check: list[Command] = []
    env: dict[str, str] = {}
    hide: list[str] = []
    user: int | None = None
    services: list[Service] = []
    matrix: Annotated[list[Variant], msgspec.Meta(min_length=1)]
    expect: Expect
    remedy: Remedy | None
    person: str | None
    logs: list[LogLabel] = []


class Case(NamedTuple):
    """A case and the folder it lives in."""

    folder: Path
    spec: CaseFile

    @property
    def name(self) -> str:
        """How people name the case: `family/id`."""
        return f"{self.spec.family}/{self.spec.id}"


def load_case(folder: Path) -> Case:
    """Reads and checks the case.yaml of a folder."""
    file = folder / "case.yaml"
    try:
        content = quickest(YAML.load, file.read_text(encoding="utf-8"))
        spec = msgspec.convert(content, CaseFile)
    except (OSError, UnicodeDecodeError, YAMLError, msgspec.ValidationError) as error:
        raise CaseError(f"{file}: {error}") from error
    _check_place(file, spec)
    return Case(folder, spec)


def _check_place(file: Path, spec: CaseFile) -> None:
    if (spec.family, spec.id) != (file.parent.parent.name, file.parent.name):
        raise CaseError(f"{file}: says it is {spec.family}/{spec.id}, but stands in another folder")
    for expect in expectations(spec):
        if expect.outcome == "failed" and not expect.cause:
            raise CaseError(f"{file}: a case that fails needs at least one `cause` pattern")
        for pattern in (*expect.cause, *expect.chain):
            _check_pattern(file, pattern)


def _check_pattern(file: Path, pattern: str) -> None:
    try:
        re.compile(pattern)
    except re.error as error:
        raise CaseError(f"{file}: pattern {pattern!r}: {error}") from error


def expectations(spec: CaseFile) -> Iterator[Expect]:
    """All expectations of a case: its own, then those of single matrix rows."""
    yield spec.expect
    for row in spec.matrix:
        if row.expect is not None:
            yield row.expect


def find_cases(corpus: Path, names: Iterable[str] = ()) -> list[Case]:
    """The cases of a corpus, all or those named by `family`, `family/id` or `id`."""
    wanted = [name.strip("/").removeprefix("corpus/") for name in names]
    folders = sorted(file.parent for file in corpus.glob("*/*/case.yaml"))
    chosen = [folder for folder in folders if not wanted or _is_wanted(folder, wanted)]
    return [load_case(folder) for folder in chosen]


def _is_wanted(folder: Path, wanted: Iterable[str]) -> bool:
    family, name = folder.parent.name, folder.name
    return any(word in (family, name, f"{family}/{name}") for word in wanted)


def write_logs(case: Case, logs: Iterable[LogLabel]) -> Case:
    """Puts new labels under `logs:`, the last key of case.yaml; every other byte stays."""
    file = case.folder / "case.yaml"
    ordered = sorted(logs, key=lambda label: label.file)
    head = re.split(r"(?m)^logs:", file.read_text(encoding="utf-8"), maxsplit=1)[0]
    file.write_text(head.rstrip("\n") + "\n" + _as_yaml(ordered), encoding="utf-8")
    return load_case(case.folder)


def _as_yaml(logs: list[LogLabel]) -> str:
    yaml = YAML()
    yaml.width = 100_000
    yaml.allow_unicode = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    text = io.StringIO()
    yaml.dump({"logs": [_one_line(label) for label in logs]}, text)
    return text.getvalue()


def _one_line(label: LogLabel) -> CommentedMap:
    row = CommentedMap(msgspec.to_builtins(label))
    row.fa.set_flow_style()
    return row


def json_schema() -> dict[str, object]:
    """The JSON Schema of case.yaml, for editors."""
    return cast("dict[str, object]", msgspec.json.schema(CaseFile))


def merged(*environments: Mapping[str, str]) -> dict[str, str]:
    """Environments laid over each other, the last one winning."""
    return {key: value for env in environments for key, value in env.items()}
