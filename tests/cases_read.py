"""The corpus, read once for all tests."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from logdoctor.workshop.lab.case import Case, find_cases

CORPUS = Path(__file__).parent.parent / "corpus"


@cache
def cases() -> tuple[Case, ...]:
    """Every case."""
    return tuple(find_cases(CORPUS))
