"""Labelled logs of any folder: a corpus of cases, or plain logs beside a cases.jsonl.

cases.jsonl has one JSON object a line: `id`, `log` (a path beside it), `passed`, `cause_lines` (texts,
any of which tells the cause), and if it is known `labels` (names of rules, each equally good),
`family`, `project` and `scenario`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from logdoctor.logs.text import strip
from logdoctor.model import Line
from logdoctor.workshop.lab.case import CaseError, find_cases

CASES = "cases.jsonl"
LEAST = 25
"""Characters from which a line that holds another one counts as the same."""
_STAMP = re.compile(
    r"^(?:\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z?\s*|#\d+\s+\d+\.\d+\s+|\d{1,4}\.\d{1,3}\s+|##\[\w+\]|\[?\d\d:\d\d:\d\d(?:\.\d+)?\]?\s+)+"
)


class Labelled(NamedTuple):
    """A log and the truth about it.

    `causes` are texts of which any tells the cause, `numbers` the raw lines they stand on where that is
    known (counted from 1), `labels` the rules that would be right. `project` and `scenario` say what
    must never be split between training and measuring.
    """

    name: str
    read: Callable[[], bytes]
    passed: bool
    causes: tuple[str, ...]
    numbers: tuple[int, ...]
    labels: tuple[str, ...]
    family: str
    project: str
    scenario: str
    holdout: bool = False
    on_host: bool = False


class FolderError(ValueError):
    """A folder that holds no labelled logs, in words for the user."""


def labelled(folder: Path) -> list[Labelled]:
    """The labelled logs of a folder, in order; FolderError if there are none or one is wrong."""
    found: list[Labelled] = []
    try:
        if (folder / CASES).is_file():
            found += _plain(folder)
        found += _corpus(folder)
    except CaseError as error:
        raise FolderError(str(error)) from None
    if not found:
        raise FolderError(f"{folder}: neither {CASES} nor <family>/<case>/case.yaml in it")
    return found


def _corpus(folder: Path) -> Iterator[Labelled]:
    for case in find_cases(folder):
        for label in case.spec.logs:
            scenario = label.rule or case.spec.expect.rule or case.name
            yield Labelled(
                name=f"{case.name}/{Path(label.file).name}",
                read=(case.folder / label.file).read_bytes,
                passed=label.outcome == "passed",
                causes=(label.cause.text,) if label.cause else (),
                numbers=(label.cause.line,) if label.cause else (),
                labels=(label.rule,) if label.rule else (),
                family=case.spec.family,
                project=case.name,
                scenario=scenario if label.outcome == "failed" else case.name,
                holdout=case.spec.holdout,
                on_host=case.spec.where == "host",
            )


def _plain(folder: Path) -> Iterator[Labelled]:
    for number, row in enumerate((folder / CASES).read_text(encoding="utf-8").splitlines(), 1):
        if not row.strip():
            continue
        try:
            case = json.loads(row)
            log = folder / str(case["log"])
            if not log.resolve().is_relative_to(folder.resolve()):
                raise ValueError("its log lies outside of the folder")
            labels = tuple(map(str, case.get("labels") or ()))
            yield Labelled(
                name=str(case["id"]),
                read=log.read_bytes,
                passed=bool(case["passed"]),
                causes=tuple(map(str, case.get("cause_lines") or ())),
                numbers=(),
                labels=labels,
                family=str(case.get("family") or ""),
                project=str(case.get("project") or case["id"]),
                scenario=str(case.get("scenario") or (labels[0] if labels else case["id"])),
            )
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise FolderError(f"{folder / CASES}:{number}: {error}") from None


def tells(line: Line, case: Labelled) -> bool:
    """Whether a line that was read is one of those that tell the cause."""
    if case.numbers:
        return any(line.number <= number <= line.end for number in case.numbers) and (
            line.number == line.end or any(same(line.text, cause) for cause in case.causes) or not case.causes
        )
    return any(same(line.text, cause) for cause in case.causes)


def same(one: str, other: str) -> bool:
    """Whether two lines say the same, once colours, stamps and blanks are taken off."""
    one, other = bare(one), bare(other)
    if not one or not other:
        return False
    short, long = sorted((one, other), key=len)
    return one == other or (len(short) >= LEAST and short in long)


def bare(text: str) -> str:
    """A line without colours, stamps and needless blanks."""
    return " ".join(_STAMP.sub("", strip(text).replace("\u2009", " ").strip()).split())


def any_of(line: str, causes: Sequence[str]) -> bool:
    """Whether the line is the same as one of several."""
    return any(same(line, cause) for cause in causes)
