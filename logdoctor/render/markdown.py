"""The report as Markdown for a pull request's comment: nothing from a log can act in it.

Lines of logs and files stand in fences longer than any run of backticks in them; words from them are
escaped, and names that would call, link or embed something are broken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from logdoctor.model import Diagnosis, Evidence, NotPatched, Patch, Remedy, Report, Step
from logdoctor.render.clean import clean, clean_line, tame
from logdoctor.render.page import UNKNOWN, known, sureness
from logdoctor.wording import nearest

WHOLE = 3
WIDEST = 500
"""Characters of a quoted line."""
DIFF_LINES = 200
ROOM = 60_000
"""Characters of a comment; GitHub refuses 65,536 and some more go into a footer."""

_SPECIAL = re.compile(r"([\\`*_\[\]#|~$])")
_BACKTICKS = re.compile(r"`+")
_LINK = re.compile(r"https://[A-Za-z0-9./_~#?&=%:+-]+")
_REFERENCE = re.compile(r"(?i)(\bGH-|[!%~$]|&amp;)(\w)")
"""What else names an issue, a merge request, a milestone, an epic or a snippet on GitHub or GitLab."""
_BREAK = "\u200b"


def render(report: Report) -> str:
    """Write the comment."""
    parts = list(_failures(report)) if report.outcome == "failed" else [_no_failure(report)]
    return _fit(parts)


def failure(diagnosis: Diagnosis, report: Report) -> str:
    """Write one failure alone, its heading first."""
    return _fit(list(_diagnosis(diagnosis, report, whole=True)))


def escape(text: str) -> str:
    """Escape words of a log for running text.

    >>> escape("ping @all <b>")
    'ping @\\u200ball &lt;b&gt;'
    """
    text = clean_line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = _SPECIAL.sub(r"\\\1", text)
    text = text.replace("@", "@" + _BREAK).replace("#", "#" + _BREAK).replace("://", ":" + _BREAK + "//")
    text = _REFERENCE.sub(rf"\1{_BREAK}\2", text)
    return text.replace("www.", "www" + _BREAK + ".")


def code(text: str) -> str:
    """Words of a log as inline code, whatever backticks are in them."""
    text = tame(clean_line(text))
    if not text:
        return ""
    ticks = "`" * (_longest(text) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def prose(text: str) -> str:
    """Words of ours with words of a log in them; what stands between two backticks becomes inline code.

    >>> prose("`fix LOG` pings @all")
    '`fix LOG` pings @\\u200ball'
    """
    parts = clean_line(text).split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    return "".join(code(part) if number % 2 else _escaped(part) for number, part in enumerate(parts))


def _escaped(part: str) -> str:
    """A part of running text, with the blanks at its ends."""
    lead, end = " " * part.startswith(" "), " " * (part.endswith(" ") and part != " ")
    return f"{lead}{escape(part)}{end}"


def fence(lines: Sequence[str], language: str) -> str:
    """Lines in a fence that none of them can close."""
    text = "\n".join(tame(clean(line)) for line in lines)
    ticks = "`" * max(3, _longest(text) + 1)
    return f"{ticks}{language}\n{text}\n{ticks}"


def _longest(text: str) -> int:
    return max((len(run) for run in _BACKTICKS.findall(text)), default=0)


def _fit(parts: Sequence[str]) -> str:
    """Leave out the last parts where all would be too long, and say so."""
    kept: list[str] = []
    room = ROOM
    for part in parts:
        room -= len(part) + 2
        if room < 0:
            kept.append("*The rest of the report is too long for a comment.*")
            break
        kept.append(part)
    return "\n\n".join(kept) + "\n"


def _no_failure(report: Report) -> str:
    names = ", ".join(code(log.name) for log in report.logs) or "the input"
    if report.outcome == "passed":
        return f"### No failure in {names}"
    return f"### No failure known in {names}\n\nThe log does not show how the build ended."


def _failures(report: Report) -> Iterable[str]:
    if not report.diagnoses:
        yield "### ✗ The build failed, and no rule knows why"
        yield from _excerpt(report)
        return
    if len(report.diagnoses) > 1:
        yield f"**{len(report.diagnoses)} independent failures**"
    for number, diagnosis in enumerate(report.diagnoses):
        yield from _diagnosis(diagnosis, report, whole=number < WHOLE)
    if not any(known(diagnosis) for diagnosis in report.diagnoses):
        yield from _excerpt(report)


def _diagnosis(diagnosis: Diagnosis, report: Report, whole: bool) -> Iterable[str]:
    yield f"### ✗ {escape(diagnosis.title if known(diagnosis) else UNKNOWN)}"
    yield _where(diagnosis, report)
    yield fence(list(_quotes(diagnosis)), "text")
    if not whole:
        return
    if known(diagnosis):
        yield f"**Why:** {escape(diagnosis.explain)}"
    elif like := nearest(diagnosis.title):
        yield f"**Like:** {escape(like)}"
    for remedy in diagnosis.remedies[:1]:
        yield from _remedy(remedy)
    details = list(_details(diagnosis))
    if details:
        yield "<details><summary>How sure, what followed, what else helps</summary>"
        yield from details
        yield "</details>"


def _where(diagnosis: Diagnosis, report: Report) -> str:
    places: list[str] = []
    log = next((log for log in report.logs if diagnosis.cause and log.id == diagnosis.cause.log), None)
    if log and diagnosis.cause:
        places.append(f"{code(log.name)} line {diagnosis.cause.line}")
        if log.job:
            places.append(f"job {code(log.job)}")
    step = next((step for step in report.steps if step.id == diagnosis.step), None)
    if step and step.kind != "log":
        places.append(_step_place(step))
    places.append(f"{sureness(diagnosis)} ({diagnosis.confidence:.2f})")
    others = len({(each.log, each.line) for each in diagnosis.occurrences}) - 1
    if others > 0:
        places.append(f"and {others} more time{'s' if others > 1 else ''}")
    return " · ".join(places)


def _step_place(step: Step) -> str:
    at = f"{code(f'{step.file}:{step.line}')} " if step.file and step.line else ""
    platform = f" on {code(step.platform)}" if step.platform else ""
    return at + code(step.name[:200]) + platform


def _quotes(diagnosis: Diagnosis) -> Iterable[str]:
    if diagnosis.cause:
        yield f"{diagnosis.cause.line} │ {diagnosis.cause.text.rstrip()[:WIDEST]}"
    for each in diagnosis.evidence[:6]:
        if each.side == "log" and diagnosis.cause and each.line != diagnosis.cause.line:
            yield f"{each.line} │ {each.text.rstrip()[:WIDEST]}"
        elif each.side == "project":
            yield f"{_place(each)} │ {each.text.rstrip()[:WIDEST]}"


def _place(evidence: Evidence) -> str:
    return f"{evidence.file}:{evidence.line}" if evidence.line else f"{evidence.file}"


_LEVEL = {"safe": "safe", "review": "check it first", "manual": "needs you"}


def _titled(remedy: Remedy) -> str:
    return f"({_LEVEL[remedy.applicability]}): {escape(remedy.title)}. {escape(remedy.why)}".rstrip()


def _remedy(remedy: Remedy) -> Iterable[str]:
    yield f"**Fix** {_titled(remedy)}"
    match remedy.outcome:
        case Patch() as patch:
            lines = patch.diff.removesuffix("\n").split("\n")
            yield fence([line.removesuffix("\r") for line in lines[:DIFF_LINES]], "diff")
            if len(lines) > DIFF_LINES:
                yield f"{len(lines) - DIFF_LINES} more lines: {code('logdoctor fix --diff')}"
            if patch.basis == "log":
                yield "Line numbers come from the log; the files were not at hand."
        case NotPatched(reason):
            yield f"No patch: {prose(reason)}"
    if remedy.steps:
        yield "\n".join(f"- {code(step)}" for step in remedy.steps)


def _details(diagnosis: Diagnosis) -> Iterable[str]:
    if diagnosis.confidence_basis:
        yield f"**Sure:** {escape('; '.join(diagnosis.confidence_basis))}"
    links = [link for link in diagnosis.chain if link.role == "consequence"]
    if links:
        yield "**Then:**"
        yield fence([f"{link.line} │ {link.text.rstrip()[:WIDEST]}" for link in links], "text")
    for remedy in diagnosis.remedies[1:]:
        yield f"**Or** {_titled(remedy)}"
    more = [f"<{link}>" for link in diagnosis.references if _LINK.fullmatch(link)]
    if diagnosis.rule and known(diagnosis):
        more.insert(0, code(f"logdoctor explain {diagnosis.rule}"))
    if more:
        yield "**More:** " + " · ".join(more)


def _excerpt(report: Report) -> Iterable[str]:
    if report.excerpt:
        yield "The most telling lines:"
        yield fence([f"{line.line} │ {line.text}" for line in report.excerpt], "text")
