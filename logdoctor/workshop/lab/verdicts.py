"""What logdoctor says of every recorded log, kept in corpus/verdicts.tsv: a change shows what it moves.

The truth about a log stands in its case.yaml; here stands the verdict, right or wrong, with the rule,
the line of the cause and the lines of the chain.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from logdoctor.diagnose import diagnose
from logdoctor.knowledge.rules import RuleBook
from logdoctor.logs.read import read
from logdoctor.logs.sources import Raw
from logdoctor.model import Diagnosis
from logdoctor.workshop.lab.case import Case, LogLabel

Mark = Literal["right", "wrong line", "wrapper won", "silent", "other rule", "false alarm"]
KEPT = "verdicts.tsv"
HEAD = "log\tmark\trule\tcause\tchain"


class Verdict(NamedTuple):
    """One log's: how it compares with the truth, the rule, the line of the cause, the lines after it."""

    mark: Mark
    rule: str
    cause: int
    chain: tuple[int, ...]

    @property
    def told(self) -> str:
        """One line for a table."""
        if not self.cause:
            return self.mark
        chain = "".join(f" > {line}" for line in self.chain)
        return f"{self.mark}: {self.rule or 'no rule'} at {self.cause}{chain}"


def verdicts(cases: Iterable[Case], book: RuleBook) -> Iterator[tuple[str, Verdict]]:
    """Every recorded log's name and verdict, from the log alone."""
    for case in cases:
        for label in case.spec.logs:
            data = (case.folder / label.file).read_bytes()
            report = diagnose([read(Raw(label.file, data, None))], book)
            first = report.diagnoses[0] if report.diagnoses else None
            yield f"{case.name}/{Path(label.file).name}", _verdict(label, first)


def _verdict(label: LogLabel, told: Diagnosis | None) -> Verdict:
    if told is None or told.cause is None:
        return Verdict("silent" if label.outcome == "failed" else "right", "", 0, ())
    chain = tuple(link.line for link in told.chain if link.role == "consequence")
    return Verdict(_mark(label, told, told.cause.line), told.rule or "", told.cause.line, chain)


def _mark(label: LogLabel, told: Diagnosis, line: int) -> Mark:
    if label.cause is None:
        return "false alarm"
    if label.rule and told.rule != label.rule:
        consequences = {place.line for place in label.chain}
        return "wrapper won" if line in consequences else "other rule"
    return "right" if line == label.cause.line else "wrong line"


def moved(old: Mapping[str, Verdict], now: Mapping[str, Verdict]) -> list[str]:
    """One line for each log that is judged in another way than before, is new, or is gone."""
    rows = []
    for name in sorted(old.keys() | now.keys()):
        before, after = old.get(name), now.get(name)
        if before != after:
            words = [each.told if each else "–" for each in (before, after)]
            rows.append(f"{name}\n    was {words[0]}\n    now {words[1]}")
    return rows


def load(corpus: Path) -> dict[str, Verdict]:
    """The verdicts as they were blessed last."""
    file = corpus / KEPT
    lines = file.read_text(encoding="utf-8").splitlines()[1:] if file.exists() else []
    return dict(_parsed(line.split("\t")) for line in lines)


def _parsed(cells: Sequence[str]) -> tuple[str, Verdict]:
    name, mark, rule, cause, chain = cells
    lines = tuple(int(number) for number in chain.split())
    found: Mark = mark  # type: ignore[assignment]
    return name, Verdict(found, rule, int(cause or 0), lines)


def save(corpus: Path, found: Mapping[str, Verdict]) -> None:
    """Bless: what is said now becomes what is expected; git shows the difference for review."""
    rows = [
        "\t".join((name, each.mark, each.rule, str(each.cause or ""), " ".join(map(str, each.chain))))
        for name, each in sorted(found.items())
    ]
    (corpus / KEPT).write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
