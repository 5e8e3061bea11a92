"""Keep a labelled, masked copy of a log in the user's own folder, which `logdoctor train --also` reads."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import NamedTuple

from logdoctor.logs.text import decode
from logdoctor.redact import mask
from logdoctor.workshop.labelled import CASES, bare


class LabelError(ValueError):
    """A label that does not fit its log, in words for the user."""


class Label(NamedTuple):
    """What somebody says of a log. `line` counts from 1; None says that the build passed."""

    line: int | None
    rule: str = ""
    family: str = ""
    project: str = ""


def keep(folder: Path, name: str, data: bytes, label: Label) -> Path:
    """Write the masked log and its row; returns the log's path. Nothing is written unmasked."""
    text = mask(decode(data)[0])
    lines = text.split("\n")
    cause = ""
    if label.line is not None:
        if not 0 < label.line <= len(lines) or not bare(lines[label.line - 1]):
            raise LabelError(f"there is nothing on line {label.line} of {name}")
        cause = lines[label.line - 1].strip()
    id = _free(folder, _slug(name))
    log = folder / "logs" / f"{id}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text(text, encoding="utf-8", errors="replace", newline="")
    row = {
        "id": id,
        "log": f"logs/{id}.log",
        "passed": label.line is None,
        "cause_lines": [cause] if cause else [],
        "labels": [label.rule] if label.rule else [],
        "family": label.family,
        "project": label.project or id,
    }
    with (folder / CASES).open("a", encoding="utf-8") as out:
        out.write(json.dumps(row, ensure_ascii=False) + "\n")
    return log


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", Path(name).stem.lower()).strip("-") or "log"


def _free(folder: Path, id: str) -> str:
    """A name that no log of the folder has yet."""
    names = [id, *(f"{id}-{number}" for number in range(2, 10_000))]
    return next(name for name in names if not (folder / "logs" / f"{name}.log").exists())
