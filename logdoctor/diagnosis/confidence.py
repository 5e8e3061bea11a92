"""How sure a diagnosis is, and why: a calibrated probability.

Each ground moves the odds as far as it moved them on logs that the model had not learned from; none
of them comes from a rule file, so that no author can type a confidence.
"""

from __future__ import annotations

from collections.abc import Mapping

from logdoctor.model import Tier
from logdoctor.record import NamedTuple

UNRECORDED = 0.7
"""The most that is given to a rule of whose trouble no real log was recorded, whatever its grounds."""
E = 2.718281828459045
"""The base of odds; importing math for it would cost more than all that is calculated here."""
LEAST, MOST = 0.02, 0.98
"""No answer is given as impossible or as certain."""
AHEAD = (0.5, 1.5, 2.0, 3.0)
"""Leads of the telling line that count one by one, so that a longer lead says at least as much."""
WORDS = {
    "rule: cause": "a rule knows this line as a cause",
    "rule: symptom": "a rule knows this line as a symptom; the cause may stand above it",
    "no rule": "no rule knows this trouble; the line is the one that tells most",
    "step not failed": "no step is marked as failed",
    "end unknown": "the log does not show how the build ended",
    "one rival": "1 other known trouble in the same step",
    "several rivals": "several other known troubles in the same step",
    "never recorded": "no real log of this trouble was recorded; the rule's wording was typed",
    "files agree": "the project's files show the same fault",
    "clipped": "part of the log is missing",
    "agreed": "it is also the line that tells most",
    "disputed": "another line tells more",
    "far ahead": "no other line tells nearly as much",
    "just ahead": "another line tells nearly as much",
    "like a known trouble": "its words are like those of a known trouble",
}
"""The grounds by name, as they are told; a ground that is not here moves the odds in silence."""


class Grounds(NamedTuple):
    """What is known about a diagnosis when its confidence is asked for.

    `tier` is None where no rule knows the trouble. `agrees` says whether the line is the one that the
    classifier would name, None if it was not asked; `margin` is how far its line stands ahead of the
    next, `share` the probability that it gives the nearest class, `lines` how many it chose from.
    """

    tier: Tier | None
    step_failed: bool
    outcome_failed: bool
    rivals: int
    clipped: bool
    confirmed: bool
    agrees: bool | None = None
    margin: float = 0.0
    share: float = 0.0
    lines: int = 0
    recorded: bool = True


def grounds_of(grounds: Grounds) -> tuple[str, ...]:
    """The grounds by name, the heaviest first: the features of the calibrated model."""
    names = [f"rule: {grounds.tier}" if grounds.tier else "no rule"]
    told = {
        "step not failed": not grounds.step_failed,
        "end unknown": not grounds.outcome_failed,
        "one rival": grounds.rivals == 1,
        "several rivals": grounds.rivals > 1,
        "never recorded": not grounds.recorded,
        "files agree": grounds.confirmed,
        "clipped": grounds.clipped,
    }
    names += [name for name, holds in told.items() if holds]
    if grounds.tier is None:
        return (*names, *_of_guess(grounds))
    if grounds.agrees is not None:
        names.append("agreed" if grounds.agrees else "disputed")
    return tuple(names)


def _of_guess(grounds: Grounds) -> list[str]:
    names = [f"ahead by {step}" for step in AHEAD if grounds.margin >= step]
    if grounds.margin >= 1:
        names.append("far ahead")
    elif grounds.margin < 0.25:
        names.append("just ahead")
    if grounds.share:
        names.append("like a known trouble")
    if grounds.lines <= 3:
        names.append("few lines")
    elif grounds.lines > 30:
        names.append("many lines")
    return names


def confidence(grounds: Grounds, weights: Mapping[str, float]) -> tuple[float, tuple[str, ...]]:
    """The probability that the named line is the cause, and the grounds in words."""
    names = grounds_of(grounds)
    odds = sum(weights.get(name, 0.0) for name in names)
    most = UNRECORDED if "never recorded" in names else MOST
    value = 1 / (1 + E**-odds)
    return round(max(LEAST, min(most, value)), 2), tuple(WORDS[name] for name in names if name in WORDS)
