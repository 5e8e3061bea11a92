"""A change of one file of the project, by the name of an operation."""

from __future__ import annotations

from collections.abc import Mapping

from logdoctor.model import Applicability, Evidence
from logdoctor.record import NamedTuple

ORDER: tuple[Applicability, ...] = ("safe", "review", "manual")


class Change(NamedTuple):
    """An operation with its arguments, and the file it is to change."""

    path: str
    operation: str
    args: Mapping[str, str]


class Finding(NamedTuple):
    """An explanation found in the project's files, and what ends it; without changes a person must act."""

    id: str
    said: str
    weight: int
    title: str
    why: str
    evidence: tuple[Evidence, ...] = ()
    changes: tuple[Change, ...] = ()
    steps: tuple[str, ...] = ()


class Solution(NamedTuple):
    """Explanations, the strongest first, and what was looked at and found in order."""

    findings: tuple[Finding, ...]
    cleared: tuple[str, ...]


def lower(one: Applicability, other: Applicability) -> Applicability:
    """The more careful of two levels.

    >>> lower("safe", "review")
    'review'
    """
    return max(one, other, key=ORDER.index)
