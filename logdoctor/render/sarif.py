"""The report as SARIF 2.1.0, in the shape that GitHub's code scanning takes.

Source of the form: OASIS Standard "Static Analysis Results Interchange Format (SARIF) Version 2.1.0",
and GitHub's "SARIF support for code scanning". A result points at a file of the repository, and its
fingerprints hold no line numbers, so that it stays the same when lines move.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from logdoctor.model import Diagnosis, Patch, Report
from logdoctor.render.clean import clean, clean_line, tame
from logdoctor.render.page import UNKNOWN, assurance, known
from logdoctor.render.places import Place, log_of, place_of

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LONGEST = 1000
"""Characters of one message; GitHub shows 1,024 of a rule's description."""


def render(report: Report) -> str:
    """Write the report; a runner or a browser can be shown the text as it is."""
    text = json.dumps(document(report), indent=2, ensure_ascii=True)
    return text.replace("##[", "#\\u0023[").replace("<", "\\u003c") + "\n"


def document(report: Report) -> dict[str, Any]:
    """The report as plain dicts and lists."""
    placed = [(each, place) for each in report.diagnoses if (place := place_of(each, report))]
    homeless = [each for each in report.diagnoses if not place_of(each, report)]
    rules = _rules([each for each, _ in placed])
    places = {rule["id"]: number for number, rule in enumerate(rules)}
    run: dict[str, Any] = {
        "tool": {"driver": {"name": "logdoctor", "rules": rules}},
        "automationDetails": {"id": "logdoctor/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(report, homeless)],
        "results": [_result(each, place, places, report) for each, place in placed],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rules(diagnoses: Sequence[Diagnosis]) -> list[dict[str, Any]]:
    rules: dict[str, dict[str, Any]] = {}
    for diagnosis in diagnoses:
        rules.setdefault(_id(diagnosis), _rule(diagnosis))
    return list(rules.values())


def _id(diagnosis: Diagnosis) -> str:
    return clean_line(diagnosis.rule or diagnosis.klass)


def _rule(diagnosis: Diagnosis) -> dict[str, Any]:
    precision = {"very": "very-high", "fairly": "high", "not very": "medium", "hardly": "low"}
    rule: dict[str, Any] = {
        "id": _id(diagnosis),
        "shortDescription": {"text": _id(diagnosis).replace("-", " ").capitalize()},
        "fullDescription": {"text": _words(diagnosis.explain) or _id(diagnosis)},
        "defaultConfiguration": {"level": "error"},
        "properties": {
            "tags": ["build", clean_line(diagnosis.family), diagnosis.nature],
            "precision": precision[assurance(diagnosis.confidence)],
            "problem.severity": "error",
        },
    }
    links = [link for link in diagnosis.references if link.startswith("https://")]
    if links:
        rule["helpUri"] = quote(links[0], safe=":/?#[]@!$&'()*+,;=%~")
    return rule


def _result(diagnosis: Diagnosis, place: Place, rules: dict[str, int], report: Report) -> dict[str, Any]:
    log = log_of(diagnosis, report)
    return {
        "ruleId": _id(diagnosis),
        "ruleIndex": rules[_id(diagnosis)],
        "level": "error",
        "message": {"text": _message(diagnosis)},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": quote(place.file), "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": place.line},
                }
            }
        ],
        # GitHub reads the first; the second names the scheme, for everybody else.
        "partialFingerprints": {
            "primaryLocationLineHash": f"{clean_line(diagnosis.fingerprint)}:1",
            "logdoctor/v1": clean_line(diagnosis.fingerprint),
        },
        "properties": {
            "confidence": diagnosis.confidence,
            "log": clean_line(log.name) if log else None,
            "logLine": diagnosis.cause.line if diagnosis.cause else None,
            "cause": _words(diagnosis.cause.text) if diagnosis.cause else None,
            "patches": [clean_diff(patch.diff) for patch in _patches(diagnosis)],
        },
    }


def _patches(diagnosis: Diagnosis) -> Iterable[Patch]:
    return (each.outcome for each in diagnosis.remedies if isinstance(each.outcome, Patch))


def clean_diff(diff: str) -> str:
    """A diff whose lines are harmless to show."""
    return "\n".join(tame(clean(line)) for line in diff.split("\n"))


def _message(diagnosis: Diagnosis) -> str:
    title = _words(diagnosis.title if known(diagnosis) else UNKNOWN)
    parts = [title.rstrip(".") + "."]
    if known(diagnosis):
        parts.append(_words(diagnosis.explain))
    if diagnosis.cause:
        parts.append(f"The log says in line {diagnosis.cause.line}: {_words(diagnosis.cause.text)}")
    if diagnosis.remedies:
        parts.append(f"What helps: {_words(diagnosis.remedies[0].title)}.")
    return "\n".join(part for part in parts if part)


def _words(text: str) -> str:
    """Words of a log, in which no viewer of SARIF finds a link: `[text](target)` would be one."""
    return tame(clean_line(text).replace("](", "] ("))[:LONGEST]


def _invocation(report: Report, homeless: Sequence[Diagnosis]) -> dict[str, Any]:
    """What no file of the repository is known for is told beside the results, which all need one."""
    notes = [{"level": "error", "message": {"text": _message(each)}} for each in homeless]
    if report.outcome == "failed" and not report.diagnoses:
        notes.append({"level": "error", "message": {"text": "The build failed, and no rule knows why."}})
    invocation: dict[str, Any] = {"executionSuccessful": True}
    if notes:
        invocation["toolExecutionNotifications"] = notes
    return invocation
