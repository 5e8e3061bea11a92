"""The JSON Schema of a report: the contract that `--format json` keeps.

Only additions are allowed: a reader ignores keys it does not know, and no key goes away or changes.
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]


def report_schema() -> Schema:
    """The schema of `logdoctor.report/1`, draft 2020-12."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "logdoctor.report/1",
        "title": "logdoctor report",
        **_object(
            "All that is said about the logs of one run.",
            schema={"const": "logdoctor.report/1", "description": "Name and version of this contract."},
            outcome=_one_of(
                "`failed`, `passed`, or `unknown` where the log does not show how the build ended.",
                "failed",
                "passed",
                "unknown",
            ),
            logs=_list("The inputs, in the order given.", LOG),
            steps=_list("The commands of the build, put back together from the logs.", STEP),
            diagnoses=_list("Independent failures, the surest first.", DIAGNOSIS),
            excerpt=_list(
                "The most telling lines, in order, at most 4,000 characters, known cause or not.",
                _object(
                    "A telling line.",
                    log=_text("The log's `id`."),
                    line=_line("Line in that log."),
                    text=_text("The line without colours, stamps and prefixes."),
                ),
            ),
        ),
    }


def _object(description: str, **properties: Schema) -> Schema:
    return {
        "description": description,
        "type": "object",
        "properties": properties,
        "required": list(properties),
    }


def _list(description: str, items: Schema) -> Schema:
    return {"description": description, "type": "array", "items": items}


def _text(description: str) -> Schema:
    return {"description": description, "type": "string"}


def _maybe(schema: Schema) -> Schema:
    return {**schema, "type": [schema["type"], "null"]}


def _one_of(description: str, *values: str) -> Schema:
    return {"description": description, "type": "string", "enum": list(values)}


def _line(description: str) -> Schema:
    return {"description": description, "type": "integer", "minimum": 1}


def _count(description: str) -> Schema:
    return {"description": description, "type": "integer", "minimum": 0}


def _texts(description: str) -> Schema:
    return _list(description, {"type": "string"})


LOG = _object(
    "An input.",
    id=_text("Its name within this report."),
    name=_text("File name, or `stdin`."),
    job=_maybe(_text("CI job the log belongs to, where that is known.")),
    bytes=_count("Size as given."),
    lines=_count("Lines as given; a line ends at a line feed."),
    formats=_texts("Wrappers that were recognised, outermost first."),
    encoding=_text("Text encoding that was read."),
    clipped={"description": "Whether part of the log is missing.", "type": "boolean"},
)

STEP = _object(
    "What one command of the build printed.",
    id=_text("Its name within this report."),
    log=_text("The log's `id`."),
    parent=_maybe(_text("The `id` of the enclosing step.")),
    kind=_text(
        "Which tool's step it is: `buildkit`, `github-step`, `pnpm-script`, …, `log` for a whole log."
    ),
    name=_text("The step as the tool names it."),
    stage=_maybe(_text("Stage of the Dockerfile.")),
    platform=_maybe(_text("Platform that was built for.")),
    status=_one_of("How the step ended.", "failed", "cancelled", "cached", "done", "unknown"),
    exit_code=_maybe({"description": "Exit code that the log tells.", "type": "integer"}),
    first_line=_count("First line of the step."),
    last_line=_count("Last line of the step."),
    file=_maybe(_text("File that holds the instruction, usually a Dockerfile.")),
    line=_maybe(_count("Line of the instruction in that file.")),
)

CAUSE = _object(
    "The line that tells why.",
    log=_text("The log's `id`."),
    line=_line("First line."),
    end_line=_line("Last line; another one only where the log broke one line into several."),
    text=_text("The line without colours, stamps and prefixes."),
    span={
        "description": "Start and end of the telling part of `text`, in characters.",
        "type": "array",
        "items": {"type": "integer", "minimum": 0},
        "minItems": 2,
        "maxItems": 2,
    },
)

REMEDY = _object(
    "What repairs the build.",
    id=_text("Names the act."),
    title=_text("The act as a sentence."),
    applicability=_one_of(
        "`safe`: the build cannot have worked without it; `review`: may change image, size, versions or "
        "behaviour; `manual`: needs a person.",
        "safe",
        "review",
        "manual",
    ),
    why=_text("Why this helps."),
    basis=_maybe(
        _text("What the patch rests on: `files` (log and files agree) or `log` (only the log is at hand).")
    ),
    files=_texts("Files that the patch changes."),
    patch=_maybe(_text("Unified diff, relative to the repository's root, that `git apply` takes.")),
    not_patched=_maybe(_text("Why there is no patch.")),
    steps=_texts("What a person does, in order."),
)

DIAGNOSIS = _object(
    "One failure.",
    id=_text("Its name within this report."),
    fingerprint=_text("The same for the same failure, whichever run, machine and day."),
    rule=_maybe(_text("The rule that knows it; null where none does.")),
    **{
        "class": _text("Kind of trouble: the rule's name, or the nearest class where no rule knows it."),
    },
    family=_text("Group of troubles that this one belongs to."),
    origin=_one_of("Who says so; a classifier only guesses.", "rule", "classifier"),
    title=_text("The trouble in one line."),
    explain=_text("Why it happens."),
    nature=_one_of("Whose trouble it is.", "your-change", "environment", "upstream", "transient"),
    confidence={
        "description": "Probability that the named line is the cause.",
        "type": "number",
        "minimum": 0,
        "maximum": 1,
    },
    confidence_basis=_texts("What the confidence rests on."),
    cause={"description": "The cause; null where no line tells it.", "anyOf": [CAUSE, {"type": "null"}]},
    step=_maybe(_text("The `id` of the step that failed.")),
    occurrences=_list(
        "Every place where the failure was seen.",
        _object("A place.", log=_text("The log's `id`."), line=_line("Line in that log.")),
    ),
    chain=_list(
        "How the cause became the exit code, in order.",
        _object(
            "A line on that way.",
            line=_line("Line in the cause's log."),
            role=_one_of("`cause` for the first one.", "cause", "consequence"),
            tier=_one_of("What kind of line it is.", "cause", "symptom", "wrapper"),
            step=_text("The `id` of its step."),
            text=_text("The line."),
        ),
    ),
    evidence=_list(
        "Lines of the log and of the project's files that the verdict rests on.",
        _object(
            "A line.",
            side=_one_of("Where it stands.", "log", "project"),
            file=_maybe(_text("The project's file; null for the log.")),
            line=_maybe(_count("Its line.")),
            text=_text("The line."),
        ),
    ),
    captures={
        "description": "What the rule read from the line, such as package and platform.",
        "type": "object",
        "additionalProperties": {"type": "string"},
    },
    remedies=_list("What repairs it, the best first.", REMEDY),
    references=_texts("Documentation of the tools concerned."),
)
