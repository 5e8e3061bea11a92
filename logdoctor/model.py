"""The nouns: what a log is read into, and what is said about it.

Frozen data without behaviour. They are named tuples because the plain filter must start in
milliseconds: importing msgspec or dataclasses alone costs more than reading a common log.
"""

from __future__ import annotations

from collections.abc import Mapping

from logdoctor.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Literal

    Tier = Literal["cause", "symptom", "wrapper"]
    Nature = Literal["your-change", "environment", "upstream", "transient"]
    Status = Literal["failed", "cancelled", "cached", "done", "unknown"]
    Outcome = Literal["failed", "passed", "unknown"]
    Applicability = Literal["safe", "review", "manual"]
    Basis = Literal["files", "log"]
    Side = Literal["log", "project"]
    Role = Literal["cause", "consequence"]
else:
    Tier = Nature = Status = Outcome = Applicability = Basis = Side = Role = str


AFTER = "Post job cleanup"
"""The step in which GitHub's runner tidies up: an action that fails there warns, and the job stays green."""


class Line(NamedTuple):
    """One line of what a tool printed, cleaned of colours, stamps and prefixes.

    `number` and `end` count raw lines of the input from 1; they differ where a hard-wrapped line
    was joined again, and `joints` then holds the offsets in `text` at which each further raw line
    begins. `tag` is a CI mark that stood before the text (`error` for `##[error]`); `lane` names
    the interleaved stream the line came from (job, service or package of a peeled prefix).
    """

    number: int
    text: str
    end: int
    tag: str = ""
    lane: str = ""
    joints: tuple[int, ...] = ()


class Log(NamedTuple):
    """A whole input after reading. `lines` may have gaps where the large path dropped some."""

    id: str
    name: str
    lines: tuple[Line, ...]
    size: int
    count: int  # type: ignore[assignment]  # hides tuple.count, which nobody asks of a log
    encoding: str
    formats: tuple[str, ...]
    clipped: bool = False
    job: str | None = None


class SourceLine(NamedTuple):
    """A line of the user's Dockerfile as BuildKit quotes it; `failing` where it prints `>>>`."""

    number: int
    text: str
    failing: bool


class Step(NamedTuple):
    """What one command of the build printed, put back together.

    `lines` are the step's own, in the order it printed them, without its prefix; the copies that
    a build tool prints again at its end are in `repeats` and never make a second cause. `file` and
    `line` say which instruction it was; `source` is that instruction as the log quotes it.
    `parent` is the id of the enclosing step (a Docker vertex inside a CI step).
    """

    id: str
    log: str
    kind: str
    name: str
    status: Status
    first_line: int
    last_line: int
    lines: tuple[Line, ...]
    stage: str | None = None
    platform: str | None = None
    exit_code: int | None = None
    file: str | None = None
    line: int | None = None
    source: tuple[SourceLine, ...] = ()
    repeats: tuple[Line, ...] = ()
    parent: str | None = None
    clipped: bool = False


class Nearby(NamedTuple):
    """A further line that a pattern asks for in the same step (or forbids, if `absent`)."""

    line: str
    within: int | None
    where: Literal["before", "after", "near"]
    absent: bool


class Pattern(NamedTuple):
    """One way in which a trouble is worded: a regex for the line, and what must stand nearby.

    Of the `clues`, sets of literals, one stands in every line that the regex matches; a line without
    is none, whatever the regex says, and the regex need not even be compiled.
    """

    line: str
    needle: str
    nearby: tuple[Nearby, ...]
    prefer: Literal["first", "last"]
    clues: tuple[tuple[str, ...], ...] = ()


class RemedyPlan(NamedTuple):
    """What a rule proposes: an edit with arguments, a solver, or steps for a person."""

    id: str
    title: str
    applicability: Applicability
    why: str
    edit: str | None = None
    file: str | None = None
    args: Mapping[str, str] = {}
    solve: str | None = None
    steps: tuple[str, ...] = ()


class Rule(NamedTuple):
    """A known trouble: how logs word it, what it means, what helps.

    `yields_to` names rules or families that know better where both claim the same line. `recorded` says
    that a real tool was seen to print what it looks for.
    """

    id: str
    title: str
    family: str
    tier: Tier
    nature: Nature
    tools: Mapping[str, str]
    patterns: tuple[Pattern, ...]
    explain: str
    remedies: tuple[RemedyPlan, ...]
    false_positives: str = ""
    references: tuple[str, ...] = ()
    yields_to: tuple[str, ...] = ()
    ours: bool = True
    recorded: bool = True


class Match(NamedTuple):
    """A rule's pattern found on a line of a step. `position` indexes `Step.lines`."""

    rule: Rule
    step: Step
    position: int
    line: Line
    span: tuple[int, int]
    captures: Mapping[str, str]
    support: tuple[Line, ...] = ()


class Opinion(NamedTuple):
    """What the classifier thinks of a failed step.

    `position` indexes `Step.lines`; `score` is how much that line tells, `margin` how far it stands
    before the next one of `lines`; `klass` is the nearest known class (or `none`) and `share` its probability
    among all classes, uncalibrated.
    """

    step: str
    position: int
    line: Line
    score: float
    margin: float
    klass: str
    family: str
    share: float
    lines: int


class Cause(NamedTuple):
    """The line that tells why; `span` marks the telling part of `text`."""

    log: str
    line: int
    end_line: int
    text: str
    span: tuple[int, int]


class Link(NamedTuple):
    """One step on the way from the cause to the exit code."""

    line: int
    role: Role
    tier: Tier
    step: str
    text: str


class Evidence(NamedTuple):
    """A line, of the log or of the user's files, that a verdict or a patch rests on."""

    side: Side
    file: str | None
    line: int | None
    text: str


class Patch(NamedTuple):
    """A unified diff relative to the repository's root, and what it rests on.

    `contents` maps each path to the file's new bytes, for applying without a second parse.
    """

    diff: str
    files: tuple[str, ...]
    basis: Basis
    contents: Mapping[str, bytes]


class NotPatched(NamedTuple):
    """Why there is no patch, in words for the user, and the command that would give one."""

    reason: str


class Remedy(NamedTuple):
    """What repairs the build, with the diff or the plain reason why there is none."""

    id: str
    title: str
    applicability: Applicability
    why: str
    outcome: Patch | NotPatched
    steps: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()


class Occurrence(NamedTuple):
    """Another place where the same failure was seen."""

    log: str
    line: int


class Diagnosis(NamedTuple):
    """One failure: its cause, how it became the exit code, why, and what helps."""

    id: str
    fingerprint: str
    rule: str | None
    klass: str
    family: str
    origin: Literal["rule", "classifier"]
    title: str
    explain: str
    nature: Nature
    confidence: float
    confidence_basis: tuple[str, ...]
    cause: Cause | None
    step: str | None
    occurrences: tuple[Occurrence, ...]
    chain: tuple[Link, ...]
    evidence: tuple[Evidence, ...]
    captures: Mapping[str, str]
    remedies: tuple[Remedy, ...]
    references: tuple[str, ...]


class Excerpt(NamedTuple):
    """A telling line, for readers and programs that want the log in 4,000 characters."""

    log: str
    line: int
    text: str


class Report(NamedTuple):
    """All that is said about the logs of one run."""

    outcome: Outcome
    logs: tuple[Log, ...]
    steps: tuple[Step, ...]
    diagnoses: tuple[Diagnosis, ...]
    excerpt: tuple[Excerpt, ...]
