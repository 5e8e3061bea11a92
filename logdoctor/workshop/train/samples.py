"""What the models learn from: failed steps of recorded logs, of the rules' examples, and of made logs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from logdoctor.diagnosis.rank import failing
from logdoctor.knowledge.book import RuleBook
from logdoctor.knowledge.compile import read_folder
from logdoctor.knowledge.features import candidates, of_candidates
from logdoctor.logs.read import read
from logdoctor.logs.sources import Raw
from logdoctor.logs.steps import cut
from logdoctor.logs.text import decode
from logdoctor.model import Log, Step
from logdoctor.workshop.lab.variation import Recorded, vary
from logdoctor.workshop.labelled import Labelled, bare, labelled, same, tells

SEED = "1"
NOISE_LINES = 400
"""Lines of one recording that are taken as another step's output."""


class Place(NamedTuple):
    """A failed step to learn from: the features of its candidate lines, and which of them tell the cause.

    `weight` is 1 shared among all logs of a project and scenario, so that a tool recorded in nine
    versions does not count nine times.
    """

    name: str
    step: Step
    named: Mapping[int, list[str]]
    truth: frozenset[int]
    label: str
    family: str
    project: str
    scenario: str
    weight: float = 1.0


class Source(NamedTuple):
    """A labelled log as learned from: what it is called and where it came from."""

    case: Labelled
    data: bytes


def sources(corpus: Path, rules: Path | None, also: Sequence[Path] = (), copies: int = 2) -> list[Source]:
    """Every labelled log: recorded, of the rules' examples, and `copies` variations of each."""
    cases = [each for folder in (corpus, *also) for each in labelled(folder)]
    recorded = [Source(case, case.read()) for case in cases]
    recorded += examples(rules) if rules else []
    made = list(variations(recorded, copies))
    return recorded + made


def examples(rules: Path) -> list[Source]:
    """The rules' own positive examples, which know tools that the corpus has no project of."""
    found = []
    for authored in read_folder(rules):
        rule = authored.rule
        if rule.tier == "wrapper":
            continue
        for example in rule.examples:
            if example.none or example.line is None:
                continue
            text = example.log.rstrip("\n").split("\n")
            project = example.origin.case or f"{rule.id}/{example.name}"
            case = Labelled(
                name=f"{rule.id}/{example.name}",
                read=example.log.encode,
                passed=False,
                causes=(text[example.line - 1],),
                numbers=(example.line,),
                labels=(rule.id,),
                family=rule.family,
                project=project,
                scenario=rule.id,
                on_host=not any(line.startswith(("#", "Step ", "STEP ")) for line in text),
            )
            found.append(Source(case, example.log.encode()))
    return found


def variations(recorded: Sequence[Source], copies: int) -> Iterator[Source]:
    """Made logs of each recorded one."""
    noise = backgrounds(recorded)
    for case, data in recorded:
        source = as_recorded(case, data)
        for number in range(copies):
            made = vary(source, noise, f"{SEED}.{number}")
            yield Source(
                case._replace(name=f"{case.name}~{number}", numbers=made.causes, read=lambda: b""), made.data
            )


def as_recorded(case: Labelled, data: bytes) -> Recorded:
    """A labelled log as the generator takes it."""
    lines = decode(data)[0].replace("\r\n", "\n").removesuffix("\n").split("\n")
    causes = frozenset(number - 1 for number in case.numbers) or frozenset(
        number for number, line in enumerate(lines) if any(same(line, cause) for cause in case.causes)
    )
    return Recorded(case.name, lines, causes, not case.passed, case.on_host)


def backgrounds(recorded: Iterable[Source]) -> list[Recorded]:
    """What steps that ended well printed: whole logs that passed, and the good steps of failed ones."""
    found: list[Recorded] = []
    for case, data in recorded:
        if "/" not in case.name or case.name.count("/") < 2:
            continue
        log = read(Raw(case.name, data))
        texts: list[list[str]] = []
        if case.passed:
            texts.append([line.text for line in log.lines])
        else:
            texts += [[line.text for line in step.lines] for step in cut(log) if step.status == "done"]
        for number, lines in enumerate(texts):
            if len(lines) >= 3:
                name = f"{case.name}#{number}"
                found.append(Recorded(name, tuple(lines[:NOISE_LINES]), frozenset(), False, True))
    return found


def places(found: Iterable[Source], book: RuleBook | None = None) -> list[Place]:
    """The failed steps that hold the line that tells the cause."""
    made = [place for case, data in found if not case.passed for place in _places(case, data)]
    counts: dict[tuple[str, str], int] = {}
    for place in made:
        counts[place.project, place.scenario] = counts.get((place.project, place.scenario), 0) + 1
    return [place._replace(weight=1 / counts[place.project, place.scenario]) for place in made]


def _places(case: Labelled, data: bytes) -> Iterator[Place]:
    log = read(Raw(case.name, data))
    for step in failing(steps_of(log)):
        named = of_candidates(step, candidates(step))
        texts = {bare(step.lines[p].text) for p in named if tells(step.lines[p], case)}
        truth = frozenset(p for p in named if bare(step.lines[p].text) in texts)
        if truth:
            label = case.labels[0] if case.labels else ""
            yield Place(case.name, step, named, truth, label, case.family, case.project, case.scenario)


def steps_of(log: Log) -> tuple[Step, ...]:
    """The steps of a log, as the diagnosis sees them."""
    return tuple(cut(log))


@lru_cache(maxsize=1)
def families(rules: Path) -> Mapping[str, str]:
    """The family of every rule."""
    return {authored.rule.id: authored.rule.family for authored in read_folder(rules)}
