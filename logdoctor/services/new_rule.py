"""Start a rule from a log: the pattern, the example and the words to fill in."""

from __future__ import annotations

import re
from collections.abc import Sequence

from logdoctor.logs.steps import cut
from logdoctor.model import Line, Log, Report
from logdoctor.redact import mask
from logdoctor.render.clean import clean

AROUND = 4
"""Lines of the step before and after the chosen one that go into the example."""
_SPECIAL = re.compile(r"[\\.^$*+?{}\[\]|()]")
_CHANGING = re.compile(r"\b[0-9a-f]{12,}\b|\d+(?:\.\d+)*")


def telling_line(report: Report) -> int | None:
    """The line a rule would be about, where the author names none."""
    for diagnosis in report.diagnoses:
        if diagnosis.cause:
            return diagnosis.cause.line
    return report.excerpt[0].line if report.excerpt else None


def rule_text(log: Log, number: int, id: str, family: str) -> str:
    """The rule file's text; what its author has to say stands there as a question."""
    before, line, after = _neighbours(log, number)
    shown = [_example(each) for each in (*before, line, *after)]
    return "\n".join(
        [
            "schema: 1",
            f"id: {id}",
            f"title: {_quoted('What is wrong, in one line, such as: ' + _example(line).strip()[:40])}",
            f"family: {family}",
            "tier: cause  # or symptom, where the cause stands above it",
            "nature: your-change  # or environment, upstream, transient",
            "match:",
            f"  - line: {_quoted(pattern_for(_example(line)))}",
            "explain: >-",
            "  Why does a build print this line? Two sentences for somebody tired.",
            "false_positives: >-",
            "  When is this line not the cause?",
            "examples:",
            "  - name: as it was printed",
            "    from: {kind: typed}  # believed more: {kind: recorded, tool: pnpm, version: 10.34.9}",
            "    log: " + _block(shown),
            f"    line: {len(before) + 1}",
            "  - name: the nearest line that must not match",
            "    from: {kind: typed}",
            "    log: " + _block(["Which line looks like it and means something else?"]),
            "    none: true",
            "",
        ]
    )


def pattern_for(text: str) -> str:
    r"""A regex that matches the line and the same line of another run.

    >>> pattern_for("line 7: dart: command not found (exit 127)")
    'line \\d+(?:\\.\\d+)*: dart: command not found \\(exit \\d+(?:\\.\\d+)*\\)'
    """
    parts: list[str] = []
    end = 0
    text = text.strip()
    for found in _CHANGING.finditer(text):
        parts.append(_SPECIAL.sub(r"\\\g<0>", text[end : found.start()]))
        parts.append(r"\d+(?:\.\d+)*" if found[0][0].isdigit() and len(found[0]) < 12 else "[0-9a-f]+")
        end = found.end()
    return "".join([*parts, _SPECIAL.sub(r"\\\g<0>", text[end:])])


def _neighbours(log: Log, number: int) -> tuple[Sequence[Line], Line, Sequence[Line]]:
    for step in cut(log):
        for position, line in enumerate(step.lines):
            if line.number <= number <= line.end:
                start = max(0, position - AROUND)
                return step.lines[start:position], line, step.lines[position + 1 : position + 1 + AROUND]
    raise ValueError(f"line {number} of {log.name} holds nothing that a rule could match")


def _example(line: Line) -> str:
    return clean(mask(line.text)).rstrip()


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _block(lines: Sequence[str]) -> str:
    """A literal block; the indentation is told because a log's first line may start with blanks."""
    return "\n".join(["|2", *(f"      {line}".rstrip() for line in lines)])
