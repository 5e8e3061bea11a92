"""The report as JSON: the contract with programs, `logdoctor schema` describes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from logdoctor.model import Cause, Diagnosis, Log, NotPatched, Patch, Remedy, Report, Step

SCHEMA = "logdoctor.report/1"


def render(report: Report) -> str:
    """Write the report; a terminal, a CI runner and a browser can be shown the text as it is.

    Everything but ASCII is escaped, and so are the signs that a runner (`##[`) or a browser (`<`) obeys.
    """
    text = json.dumps(document(report), indent=2, ensure_ascii=True)
    return text.replace("##[", "#\\u0023[").replace("<", "\\u003c") + "\n"


def document(report: Report) -> dict[str, Any]:
    """The report as plain dicts and lists."""
    return {
        "schema": SCHEMA,
        "outcome": report.outcome,
        "logs": [_log(log) for log in report.logs],
        "steps": [_step(step) for step in report.steps],
        "diagnoses": [_diagnosis(diagnosis) for diagnosis in report.diagnoses],
        "excerpt": [
            {"log": line.log, "line": line.line, "text": _text(line.text)} for line in report.excerpt
        ],
    }


def _text(text: str) -> str:
    """Text that every JSON reader takes: no half of a surrogate pair."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _words(words: Mapping[str, str]) -> dict[str, str]:
    return {_text(key): _text(value) for key, value in words.items()}


def _maybe(text: str | None) -> str | None:
    return None if text is None else _text(text)


def _log(log: Log) -> dict[str, Any]:
    return {
        "id": log.id,
        "name": _text(log.name),
        "job": _maybe(log.job),
        "bytes": log.size,
        "lines": log.count,
        "formats": list(log.formats),
        "encoding": log.encoding,
        "clipped": log.clipped,
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "id": step.id,
        "log": step.log,
        "parent": step.parent,
        "kind": step.kind,
        "name": _text(step.name),
        "stage": _maybe(step.stage),
        "platform": _maybe(step.platform),
        "status": step.status,
        "exit_code": step.exit_code,
        "first_line": step.first_line,
        "last_line": step.last_line,
        "file": _maybe(step.file),
        "line": step.line,
    }


def _diagnosis(diagnosis: Diagnosis) -> dict[str, Any]:
    return {
        "id": diagnosis.id,
        "fingerprint": diagnosis.fingerprint,
        "rule": diagnosis.rule,
        "class": diagnosis.klass,
        "family": diagnosis.family,
        "origin": diagnosis.origin,
        "title": _text(diagnosis.title),
        "explain": _text(diagnosis.explain),
        "nature": diagnosis.nature,
        "confidence": diagnosis.confidence,
        "confidence_basis": [_text(each) for each in diagnosis.confidence_basis],
        "cause": _cause(diagnosis.cause) if diagnosis.cause else None,
        "step": diagnosis.step,
        "occurrences": [{"log": each.log, "line": each.line} for each in diagnosis.occurrences],
        "chain": [
            {
                "line": link.line,
                "role": link.role,
                "tier": link.tier,
                "step": link.step,
                "text": _text(link.text),
            }
            for link in diagnosis.chain
        ],
        "evidence": [
            {"side": each.side, "file": _maybe(each.file), "line": each.line, "text": _text(each.text)}
            for each in diagnosis.evidence
        ],
        "captures": _words(diagnosis.captures),
        "remedies": [_remedy(remedy) for remedy in diagnosis.remedies],
        "references": list(diagnosis.references),
    }


def _cause(cause: Cause) -> dict[str, Any]:
    return {
        "log": cause.log,
        "line": cause.line,
        "end_line": cause.end_line,
        "text": _text(cause.text),
        "span": list(cause.span),
    }


def _remedy(remedy: Remedy) -> dict[str, Any]:
    patch = remedy.outcome if isinstance(remedy.outcome, Patch) else None
    reason = remedy.outcome.reason if isinstance(remedy.outcome, NotPatched) else None
    return {
        "id": remedy.id,
        "title": _text(remedy.title),
        "applicability": remedy.applicability,
        "why": _text(remedy.why),
        "basis": patch.basis if patch else None,
        "files": [_text(file) for file in patch.files] if patch else [],
        "patch": _text(patch.diff) if patch else None,
        "not_patched": _maybe(reason),
        "steps": [_text(step) for step in remedy.steps],
    }
