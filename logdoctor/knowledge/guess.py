"""Guess the failing command's own error line where no rule knows the trouble.

The generic rules have no literal that a scan could look for, so they are tried only on the lines
of a failed step that tell the most.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

from logdoctor.model import Match, Rule, Step

TRIED = 12
"""Telling lines that are tried; a guess further down than this would be no better than the last."""


def guess(rules: Sequence[Rule], step: Step, weights: Mapping[int, float]) -> Match | None:
    """The most telling line of a step that one of the generic rules can read, or None."""
    ordered = sorted(weights, key=lambda position: (-weights[position], position))
    for position in ordered[:TRIED]:
        for rule in rules:
            if found := _try(rule, step, position):
                return found
    return None


def _try(rule: Rule, step: Step, position: int) -> Match | None:
    line = step.lines[position]
    for pattern in rule.patterns:
        if hit := _compiled(pattern.line).search(line.text):
            captures = {key: value for key, value in hit.groupdict().items() if value}
            return Match(rule, step, position, line, hit.span(), captures)
    return None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
