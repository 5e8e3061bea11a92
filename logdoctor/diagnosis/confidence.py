"""How sure a diagnosis is, and why: a plain table until a model is fitted on the corpus.

Each feature moves the odds the way it moved them on recorded logs; none of them comes from a rule
file, so that no author can type a confidence.
"""

from __future__ import annotations

from logdoctor.model import Tier
from logdoctor.record import NamedTuple

GENERIC_MOST = 0.6
CLIPPED_MOST = 0.7


class Grounds(NamedTuple):
    """What is known about a diagnosis when its confidence is asked for."""

    tier: Tier
    generic: bool
    step_failed: bool
    outcome_failed: bool
    rivals: int
    clipped: bool
    confirmed: bool


def confidence(grounds: Grounds) -> tuple[float, tuple[str, ...]]:
    """The probability that the named line is the cause, and the grounds in words."""
    value, basis = _start(grounds)
    if not grounds.step_failed:
        value -= 0.06
        basis.append("no step is marked as failed")
    if not grounds.outcome_failed:
        value -= 0.1
        basis.append("the log does not show how the build ended")
    if grounds.rivals:
        value -= min(0.24, 0.12 * grounds.rivals)
        basis.append(
            f"{grounds.rivals} other known trouble{'s' if grounds.rivals > 1 else ''} in the same step"
        )
    if grounds.confirmed:
        value += 0.05
        basis.append("the project's files show the same fault")
    if grounds.clipped:
        value = min(value, CLIPPED_MOST)
        basis.append("part of the log is missing")
    if grounds.generic:
        value = min(value, GENERIC_MOST)
    return round(max(0.05, min(0.98, value)), 2), tuple(basis)


def _start(grounds: Grounds) -> tuple[float, list[str]]:
    if grounds.generic:
        return 0.5, ["the failing command's own error line; no rule knows this trouble"]
    if grounds.tier == "cause":
        return 0.92, ["a rule knows this line as a cause"]
    return 0.6, ["a rule knows this line as a symptom; the cause may stand above it"]
