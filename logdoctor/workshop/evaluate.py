"""`logdoctor eval DIR`: how well labelled logs are diagnosed, as figures, a table and a page with pictures."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from logdoctor.diagnose import diagnose
from logdoctor.knowledge.book import RuleBook
from logdoctor.knowledge.classify import Classifier
from logdoctor.logs.read import read
from logdoctor.logs.sources import Raw
from logdoctor.logs.text import decode
from logdoctor.model import Line, Report
from logdoctor.workshop.labelled import Labelled, any_of, labelled, tells
from logdoctor.workshop.measure import ece, perfect_band, reliability, risk_coverage

SURE = 0.8
"""Confidence from which an answer counts as sure."""
ROOM = 4000
"""Characters of an excerpt, and of the baselines it is measured beside."""
SLOWEST = 5


class Verdict(NamedTuple):
    """What was answered for one log, and whether it was right."""

    name: str
    passed: bool
    alarm: bool
    answered: bool
    right: bool
    confidence: float
    label: str
    family: str
    got: str
    got_family: str
    excerpt: bool
    tail: bool
    grep: bool
    long: bool
    seconds: float


def evaluate(
    folder: Path,
    book: RuleBook,
    classifier: Classifier,
    holdout: bool = False,
    clock: Callable[[], float] = time.perf_counter,
) -> list[Verdict]:
    """Diagnose every labelled log of a folder; of a corpus only the cases held out, if asked."""
    cases = [case for case in labelled(folder) if case.holdout or not holdout]
    families = dict(zip(book.ids, book.families, strict=True))
    return [_verdict(case, book, classifier, families.get, clock) for case in cases]


def _verdict(
    case: Labelled,
    book: RuleBook,
    classifier: Classifier,
    family_of: Callable[[str], str | None],
    clock: Callable[[], float],
) -> Verdict:
    data = case.read()
    began = clock()
    log = read(Raw(case.name, data))
    report = diagnose([log], book, classifier=classifier)
    seconds = clock() - began
    first = report.diagnoses[0] if report.diagnoses else None
    cause = first.cause if first else None
    lines = decode(data)[0].split("\n")
    label = case.labels[0] if case.labels else ""
    return Verdict(
        name=case.name,
        passed=case.passed,
        alarm=report.outcome == "failed",
        answered=cause is not None,
        right=cause is not None and tells(Line(cause.line, cause.text, cause.end_line), case),
        confidence=first.confidence if first and cause else 0.0,
        label=label,
        family=family_of(label) or case.family,
        got=(first.rule or first.klass) if first else "",
        got_family=first.family if first else "",
        excerpt=_shown(report, case),
        tail=any(any_of(line, case.causes) for line in _tail(lines, ROOM)),
        grep=any(any_of(line, case.causes) for line in _grep(lines)),
        long=len(data) > ROOM,
        seconds=seconds,
    )


def _shown(report: Report, case: Labelled) -> bool:
    return any(any_of(line.text, case.causes) for line in report.excerpt)


def _tail(lines: Sequence[str], room: int) -> Iterable[str]:
    for line in reversed(lines):
        room -= len(line) + 1
        if room < 0:
            return
        yield line


def _grep(lines: Sequence[str]) -> Iterable[str]:
    """The first 2,000 characters of `grep -C3` for words of failure, and the last 2,000 of the log."""
    import re

    loud = re.compile(r"\b(?:error|fatal|failed|cannot|could not|not found|ERR_)\b|\berr!", re.I)
    hits = {near for n, line in enumerate(lines) if loud.search(line) for near in range(n - 3, n + 4)}
    room = ROOM // 2
    for number in sorted(hits):
        if 0 <= number < len(lines):
            room -= len(lines[number]) + 1
            if room < 0:
                break
            yield lines[number]
    yield from _tail(lines, ROOM // 2)


def figures(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """All that is measured, as plain numbers: the report card."""
    failed = [each for each in verdicts if not each.passed]
    passed = [each for each in verdicts if each.passed]
    answers = [each for each in failed if each.answered]
    sure = [each for each in answers if each.confidence >= SURE]
    long = [each for each in failed if each.long]
    known = [each for each in failed if each.label]
    confidences = [each.confidence for each in answers]
    truth = [each.right for each in answers]
    low, mean, high = perfect_band(confidences) if answers else (0.0, 0.0, 0.0)
    slowest = sorted(verdicts, key=lambda each: -each.seconds)[:SLOWEST]
    return {
        "failed": len(failed),
        "passed": len(passed),
        "cause": _share(each.right for each in failed),
        "class": _share(each.got == each.label for each in known),
        "family": _share(each.got_family == each.family for each in known),
        "excerpt": _share(each.excerpt for each in failed),
        "excerpt_of_long": _share(each.excerpt for each in long),
        "tail": _share(each.tail for each in failed),
        "tail_of_long": _share(each.tail for each in long),
        "grep_and_tail": _share(each.grep for each in failed),
        "grep_and_tail_of_long": _share(each.grep for each in long),
        "long": len(long),
        "abstained": _share(not each.answered for each in failed),
        "sure": _share(each.answered and each.confidence >= SURE for each in failed),
        "sure_wrong": _share(not each.right for each in sure),
        "alarm": _share(each.alarm for each in passed),
        "ece": round(ece(confidences, truth), 4),
        "ece_if_perfect": {"low": round(low, 4), "mean": round(mean, 4), "high": round(high, 4)},
        "reliability": [
            [round(p, 4), round(share, 4), count] for p, share, count in reliability(confidences, truth)
        ],
        "risk_coverage": [[round(x, 4), round(y, 4)] for x, y in risk_coverage(confidences, truth)],
        "families": _families(known),
        "slowest": [[each.name, round(each.seconds * 1000)] for each in slowest],
    }


def _share(rows: Iterable[bool]) -> float | None:
    """The share that is true; None of nothing."""
    found = list(rows)
    return round(sum(found) / len(found), 4) if found else None


def _families(known: Sequence[Verdict]) -> dict[str, dict[str, int]]:
    """For each family what it was taken for, most often first."""
    table: dict[str, Counter[str]] = {}
    for each in known:
        table.setdefault(each.family, Counter())[each.got_family or "no answer"] += 1
    return {family: dict(table[family].most_common()) for family in sorted(table)}


ROWS = (
    ("cause", "cause line named"),
    ("class", "class named, of logs whose class is known"),
    ("family", "family named, of those"),
    ("excerpt", "cause within the excerpt"),
    ("grep_and_tail", "… within as much of grep -C3 and the tail"),
    ("tail", "… within as much of the tail"),
    ("excerpt_of_long", "cause within the excerpt, longer logs"),
    ("grep_and_tail_of_long", "… within as much of grep -C3 and the tail"),
    ("tail_of_long", "… within as much of the tail"),
    ("abstained", "no line named"),
    ("sure", "answered with 0.8 or more"),
    ("sure_wrong", "wrong, of those"),
    ("alarm", "false alarm, of builds that passed"),
)


def table(card: dict[str, Any]) -> str:
    """The figures as rows of text."""
    perfect = card["ece_if_perfect"]
    rows = [
        f"{card['failed']} failed logs ({card['long']} longer than {ROOM} bytes), {card['passed']} that passed"
    ]
    rows += [f"  {words:<46} {_percent(card[key]):>7}" for key, words in ROWS]
    rows.append(f"  {'expected calibration error':<46} {card['ece']:>7.3f}")
    rows.append(
        f"  {'… if it were perfectly calibrated, 5 to 95 %':<46} {perfect['low']:.3f} to {perfect['high']:.3f}"
    )
    wrong = [
        (count, family, got)
        for family, row in card["families"].items()
        for got, count in row.items()
        if got != family
    ]
    rows += [
        f"  {family} taken for {got}: {count}" for count, family, got in sorted(wrong, reverse=True)[:10]
    ]
    rows += [f"  slow: {name} {milliseconds} ms" for name, milliseconds in card["slowest"]]
    return "\n".join(rows) + "\n"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"
