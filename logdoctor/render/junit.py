"""The report as JUnit XML, which GitLab, Jenkins, Buildkite and CircleCI show beside test results.

There is no standard; the elements are those of the schema that Jenkins' xUnit plug-in publishes:
one suite for each log, one case for each failure, and a passed or skipped case where there is none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from logdoctor.model import Diagnosis, Log, NotPatched, Patch, Report
from logdoctor.render.clean import clean, clean_line, tame
from logdoctor.render.page import UNKNOWN, known
from logdoctor.render.places import log_of, place_of, step_of

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_NOT_XML = re.compile("[\ufffe\uffff]")


def render(report: Report) -> str:
    """Write the report; text of the log is escaped, and holds nothing that XML forbids."""
    from xml.etree.ElementTree import Element, SubElement, indent, tostring

    suites = Element("testsuites", name="logdoctor")
    for number, log in enumerate(report.logs):
        # What no line was found for is told once, in the first log's suite.
        here = (log, None) if number == 0 else (log,)
        own = [each for each in report.diagnoses if log_of(each, report) in here]
        failed = len(own) or int(report.outcome == "failed" and not report.diagnoses)
        suite = SubElement(
            suites,
            "testsuite",
            name=_line(log.job or log.name),
            tests=str(max(1, len(own))),
            failures=str(failed),
            errors="0",
            skipped=str(int(report.outcome == "unknown" and not own)),
        )
        _cases(suite, log, own, report)
    indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(suites, encoding="unicode") + "\n"


def _cases(suite: Element, log: Log, diagnoses: Sequence[Diagnosis], report: Report) -> None:
    from xml.etree.ElementTree import SubElement

    for diagnosis in diagnoses:
        step, place = step_of(diagnosis, report), place_of(diagnosis, report)
        name = step.name if step and step.kind != "log" else log.job or log.name
        case = SubElement(suite, "testcase", name=_line(name), classname=_line(diagnosis.klass))
        if place:
            case.set("file", _line(place.file))
            case.set("line", str(place.line))
        title = diagnosis.title if known(diagnosis) else UNKNOWN
        failure = SubElement(case, "failure", message=_line(title), type=_line(diagnosis.klass))
        failure.text = _text(diagnosis, log)
    if diagnoses:
        return
    case = SubElement(suite, "testcase", name=_line(log.job or log.name), classname="build")
    if report.outcome == "failed" and not report.diagnoses:
        failure = SubElement(
            case, "failure", message="The build failed, and no rule knows why", type="unknown"
        )
        failure.text = "\n" + _lines([f"{each.line} | {each.text}" for each in report.excerpt])
    elif report.outcome == "unknown":
        SubElement(case, "skipped", message="The log does not show how the build ended")


def _text(diagnosis: Diagnosis, log: Log) -> str:
    rows: list[str] = [""]
    if diagnosis.cause:
        rows += [f"{log.name}:{diagnosis.cause.line}: {diagnosis.cause.text}", ""]
    if known(diagnosis):
        rows.append(diagnosis.explain)
    for remedy in diagnosis.remedies[:1]:
        rows += ["", f"Fix ({remedy.applicability}): {remedy.title}"]
        match remedy.outcome:
            case Patch(diff=diff):
                rows += diff.removesuffix("\n").split("\n")
            case NotPatched(reason):
                rows.append(f"No patch: {reason}")
        rows += [f"- {step}" for step in remedy.steps]
    return _lines(rows)


def _lines(rows: Sequence[str]) -> str:
    return "".join(f"{_NOT_XML.sub('�', tame(clean(row)))}\n" for row in rows)


def _line(text: str) -> str:
    return _NOT_XML.sub("�", tame(clean_line(text)))
