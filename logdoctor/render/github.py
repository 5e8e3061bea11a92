"""The report for a GitHub Actions job: the page, guarded, and one annotation for each failure.

The runner obeys lines like `::error::…`, and a log is full of them. So the page stands between
`stop-commands` and a token that no log can know; only our own annotations follow after it.
Source: "Workflow commands for GitHub Actions" in GitHub's documentation; a step may annotate ten times.
"""

from __future__ import annotations

from logdoctor.model import Diagnosis, Report
from logdoctor.render.clean import clean_line, tame
from logdoctor.render.page import UNKNOWN, Look, known, page
from logdoctor.render.places import Place, place_of

MOST = 10
"""Annotations of one kind that a step may make; the runner drops what comes after."""
LONGEST = 2000
"""Characters of an annotation's message."""


def render(report: Report, token: str, again: str = "", prefix: str = "") -> str:
    """Write the page and the annotations.

    `token` must be new and random; `prefix` leads from the repository's root to the project.
    """
    rows = (
        "".join(span.text for span in row).rstrip() for row in page(report, Look(ascii=False, again=again))
    )
    shown = "\n".join(row.replace(token, "") for row in rows)
    return f"::stop-commands::{token}\n{shown}\n::{token}::\n" + commands(report, prefix)


def commands(report: Report, prefix: str = "") -> str:
    """One workflow command a failure, at the line of the user's files that it is about."""
    if report.outcome != "failed":
        return ""
    if not report.diagnoses:
        return "::error title=logdoctor::The build failed, and no rule knows why\n"
    lines = [_command(each, place_of(each, report), prefix) for each in report.diagnoses[:MOST]]
    return "".join(f"{command}\n" for command in lines)


def _command(diagnosis: Diagnosis, place: Place | None, prefix: str) -> str:
    properties = []
    if place:
        properties += [
            f"file={_property(f'{prefix}/{place.file}' if prefix else place.file)}",
            f"line={place.line}",
        ]
    title = diagnosis.title if known(diagnosis) else UNKNOWN
    properties.append(f"title={_property(title[:200])}")
    said = [diagnosis.cause.text.strip()] if diagnosis.cause else []
    if known(diagnosis):
        said.append(diagnosis.explain)
        said += [f"Fix: {remedy.title}" for remedy in diagnosis.remedies[:1]]
    return f"::error {','.join(properties)}::{_message(said)}"


def _message(lines: list[str]) -> str:
    return "%0A".join(_data(line[:LONGEST]) for line in lines if line)


def _data(text: str) -> str:
    """Escape a message; a runner of today would not look for `##[` here, an older one would."""
    return tame(clean_line(text)).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
