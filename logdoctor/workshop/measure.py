"""Figures about answers that come with a probability."""

from __future__ import annotations

import random
from collections.abc import Sequence

BINS = 10


def ece(probabilities: Sequence[float], truth: Sequence[bool], bins: int = BINS) -> float:
    """Expected calibration error: how far confidence is from the share that was right, on average.

    >>> ece([0.5, 0.5], [True, False])
    0.0
    """
    total = 0.0
    for rows in _binned(probabilities, truth, bins):
        if rows:
            total += abs(sum(p for p, _ in rows) - sum(right for _, right in rows))
    return total / max(1, len(probabilities))


def reliability(
    probabilities: Sequence[float], truth: Sequence[bool], bins: int = BINS
) -> list[tuple[float, float, int]]:
    """For each bin that holds answers: mean confidence, share that was right, how many."""
    return [
        (sum(p for p, _ in rows) / len(rows), sum(right for _, right in rows) / len(rows), len(rows))
        for rows in _binned(probabilities, truth, bins)
        if rows
    ]


def _binned(
    probabilities: Sequence[float], truth: Sequence[bool], bins: int
) -> list[list[tuple[float, bool]]]:
    rows: list[list[tuple[float, bool]]] = [[] for _ in range(bins)]
    for p, right in zip(probabilities, truth, strict=True):
        rows[min(bins - 1, int(p * bins))].append((p, right))
    return rows


def perfect_band(probabilities: Sequence[float], draws: int = 1000) -> tuple[float, float, float]:
    """What a perfectly calibrated model would show at these confidences: 5 %, mean and 95 % of its error."""
    chance = random.Random(1)
    seen = sorted(ece(probabilities, [chance.random() < p for p in probabilities]) for _ in range(draws))
    return seen[draws // 20], sum(seen) / draws, seen[draws - draws // 20 - 1]


def risk_coverage(probabilities: Sequence[float], truth: Sequence[bool]) -> list[tuple[float, float]]:
    """Answering only the surest: the share answered, and the share of those that is wrong."""
    ordered = sorted(zip(probabilities, truth, strict=True), key=lambda row: -row[0])
    points, wrong = [], 0
    for number, (p, right) in enumerate(ordered, 1):
        wrong += not right
        if number == len(ordered) or ordered[number][0] != p:
            points.append((number / len(ordered), wrong / number))
    return points
