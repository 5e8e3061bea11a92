"""Tell why a rule is not the verdict on a log: what its patterns found, and who was preferred."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from logdoctor.diagnose import diagnose
from logdoctor.knowledge.match import match
from logdoctor.knowledge.rules import RuleBook
from logdoctor.logs.steps import cut
from logdoctor.model import Log, Match, Pattern, Report, Rule, Step
from logdoctor.redact import mask
from logdoctor.render.clean import clean

MOST = 5
WIDEST = 160


def why_not(rule: Rule, log: Log, book: RuleBook) -> str:
    """A few lines of text: patterns first, then what the ranking made of their matches."""
    steps = cut(log)
    own = [each for each in match(book, steps) if each.rule.id == rule.id]
    rows = [f"{rule.id} in {clean(mask(log.name))}:"]
    if not own:
        for number, pattern in enumerate(rule.patterns, 1):
            rows += _silent(number, pattern, steps)
    for each in own[:MOST]:
        rows += _matched(each)
    rows.append(_verdict(rule, diagnose([log], book), own))
    return "\n".join(rows) + "\n"


def _matched(found: Match) -> Iterable[str]:
    place = f"in step {found.step.id} ({found.step.status})"
    yield f"  line {found.line.number} matches, {place}: {_shown(found.line.text)}"


def _silent(number: int, pattern: Pattern, steps: Sequence[Step]) -> Iterable[str]:
    """The nearest the pattern came: its literal, its line, then the lines it asks for."""
    lines = [line for step in steps for line in step.lines]
    with_needle = [line for line in lines if pattern.needle in line.text]
    if pattern.needle and not with_needle:
        yield f"  pattern {number}: no line holds '{pattern.needle}'"
        return
    regex = re.compile(pattern.line)
    matching = [line for line in with_needle if regex.search(line.text)]
    if not matching:
        yield f"  pattern {number}: lines hold '{pattern.needle}', but none matches {pattern.line}"
        for line in with_needle[:MOST]:
            yield f"    line {line.number}: {_shown(line.text)}"
        return
    yield f"  pattern {number}: line {matching[0].number} matches, but not the lines it asks for nearby:"
    for each in pattern.nearby:
        within = f" within {each.within} lines" if each.within else ""
        yield f"    {'no ' if each.absent else ''}line {each.where}{within}: {each.line}"


def _verdict(rule: Rule, report: Report, own: Sequence[Match]) -> str:
    if any(diagnosis.rule == rule.id for diagnosis in report.diagnoses):
        return "  it is a verdict on this log."
    if not own:
        return "  so it never came up."
    if report.outcome != "failed":
        ended = "passed" if report.outcome == "passed" else "may have passed"
        return f"  but the log is of a build that {ended}."
    if rule.tier == "wrapper":
        return "  but such a line only passes a failure on; it can be a link of a chain, never the cause."
    better = [diagnosis for diagnosis in report.diagnoses if diagnosis.cause]
    if better and better[0].cause:
        return f"  but {better[0].rule or better[0].klass} was preferred: line {better[0].cause.line}."
    return "  but not in a step that failed."


def _shown(text: str) -> str:
    text = clean(mask(text.strip()))
    return text if len(text) <= WIDEST else text[:WIDEST] + "…"
