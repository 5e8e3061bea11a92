"""What a GitHub Actions job gets beside a comment: the guarded page, annotations, summary and outputs."""

from __future__ import annotations

import os
import secrets

from logdoctor.model import Diagnosis, Patch, Report
from logdoctor.render.clean import clean_line
from logdoctor.render.github import render
from logdoctor.render.markdown import render as markdown
from logdoctor.render.page import known

SUMMARY = 1 << 20
"""Bytes of all summaries of a step; GitHub drops a larger one whole."""


def guarded(report: Report, again: str = "", project: str = "") -> str:
    """The report for the job's log; puts the summary where GitHub picks it up."""
    add_summary(report)
    return render(report, secrets.token_hex(16), again, prefix(project))


def prefix(project: str) -> str:
    """The way from the repository's root to the project."""
    top = os.environ.get("GITHUB_WORKSPACE")
    if not top:
        return ""
    inside = os.path.relpath(os.path.realpath(project or "."), os.path.realpath(top)).replace(os.sep, "/")
    return "" if inside == "." or inside.startswith("..") else inside


def add_summary(report: Report) -> None:
    """Append the report to the step's summary, if it is of a failure and there is room."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path or report.outcome != "failed":
        return
    text = markdown(report)
    if _size(path) + len(text.encode()) < SUMMARY:
        _append(path, text)


def add_outputs(report: Report, url: str, files: dict[str, str]) -> None:
    """Tell later steps what was found; every value is one line."""
    path = os.environ.get("GITHUB_OUTPUT")
    if not path:
        return
    best = report.diagnoses[0] if report.diagnoses else None
    values = {"outcome": report.outcome, **_outputs(best), "comment-url": url, **files}
    _append(path, "".join(f"{name}={clean_line(value)}\n" for name, value in values.items()))


def _outputs(best: Diagnosis | None) -> dict[str, str]:
    if best is None:
        return {"rule": "", "family": "", "nature": "", "confidence": "", "fixable": "false"}
    fixable = any(isinstance(remedy.outcome, Patch) for remedy in best.remedies)
    return {
        "rule": (best.rule or "") if known(best) else "",
        "family": best.family,
        "nature": best.nature,
        "confidence": f"{best.confidence:.2f}",
        "fixable": "true" if fixable else "false",
    }


def _size(path: str) -> int:
    try:
        return os.path.getsize(path)
    except OSError:
        return 0


def _append(path: str, text: str) -> None:
    with open(path, "a", encoding="utf-8", errors="replace") as file:
        file.write(text)
