"""What scripts, programs and colleagues rest on: the JSON report, statuses, start-up, floors."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from calls import COMMA_LOG, CORPUS, logdoctor, plain_environment
from jsonschema import Draft202012Validator
from reports import DIAGNOSIS, FAILED, PASSED, STEP, UNDECIDED, UNKNOWN, hostile

from logdoctor import diagnose
from logdoctor.faces import status
from logdoctor.knowledge.rules import load_book
from logdoctor.logs.read import read
from logdoctor.logs.sources import Raw
from logdoctor.model import Report
from logdoctor.render import json_report, markdown, plain, terminal
from logdoctor.schema import report_schema

LOGS = sorted(CORPUS.glob("*/*/logs/*.log"))


def strict(schema: Any) -> Any:
    """The schema without room for keys that it does not tell of."""
    if isinstance(schema, dict):
        closed = {key: strict(value) for key, value in schema.items()}
        if "properties" in schema and "additionalProperties" not in schema:
            closed["additionalProperties"] = False
        return closed
    return [strict(each) for each in schema] if isinstance(schema, list) else schema


STRICT = Draft202012Validator(strict(report_schema()))


def test_the_schema_is_a_schema_and_the_command_prints_it() -> None:
    Draft202012Validator.check_schema(report_schema())
    assert json.loads(logdoctor("schema").out) == report_schema()


@pytest.mark.parametrize("report", [FAILED, UNKNOWN, PASSED, UNDECIDED, hostile()])
def test_reports_keep_the_schema(report: Report) -> None:
    STRICT.validate(json.loads(json_report.render(report)))


def test_a_guess_of_the_classifier_keeps_the_schema() -> None:
    guess = DIAGNOSIS._replace(rule=None, origin="classifier", cause=None, step=None, chain=(), remedies=())
    report = FAILED._replace(diagnoses=(guess,), steps=(STEP._replace(parent="s1"),))
    STRICT.validate(json.loads(json_report.render(report)))
    assert status.of(report) == status.UNKNOWN_CAUSE
    for text in (plain.render(report), markdown.render(report), terminal.render(report)):
        assert "no rule knows why; this line tells most" in text


def test_every_log_of_the_corpus_keeps_the_schema_and_can_be_shown() -> None:
    book = load_book()
    assert LOGS
    for path in LOGS:
        report = diagnose([read(Raw(path.name, path.read_bytes(), None))], book)
        STRICT.validate(json.loads(json_report.render(report)))
        assert len("".join(line.text for line in report.excerpt)) <= 4000
        for shown in (plain.render(report), markdown.render(report), terminal.render(report, 60)):
            assert shown.endswith("\n")


def test_keys_and_their_order_as_published() -> None:
    document = json_report.document(FAILED)
    assert list(document) == ["schema", "outcome", "logs", "steps", "diagnoses", "excerpt"]
    assert document["schema"] == "logdoctor.report/1"
    assert document["diagnoses"][0]["remedies"][1] == {
        "id": "declare-architecture",
        "title": "Name the build's architecture in pnpm-workspace.yaml",
        "applicability": "manual",
        "why": "",
        "basis": None,
        "files": [],
        "patch": None,
        "not_patched": "which architectures are built is not in the files",
        "steps": ["add linux/arm64 to supportedArchitectures"],
    }


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        (FAILED, 1),
        (UNKNOWN, 3),
        (PASSED, 0),
        (UNDECIDED, 0),
        (FAILED._replace(diagnoses=(DIAGNOSIS._replace(rule=None, origin="classifier"),)), 3),
    ],
)
def test_statuses(report: Report, expected: int) -> None:
    assert status.of(report) == expected


HEAVY = (
    *("typer", "click", "rich", "msgspec", "ruamel", "hyperscan", "hypothesis", "dataclasses", "inspect"),
    *("logging", "subprocess", "tempfile", "tomllib", "difflib", "asyncio", "importlib.metadata"),
)


def test_the_plain_filter_imports_nothing_heavy() -> None:
    program = (
        "import sys; from logdoctor.__main__ import main; status = main(sys.argv[1:]); "
        f"print(status, sorted(set({HEAVY!r}) & set(sys.modules)), file=sys.stderr)"
    )
    call = subprocess.run(
        [sys.executable, "-c", program, COMMA_LOG],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parent,
        env=plain_environment(),
        check=False,
    )
    assert call.stderr == "1 []\n"


def test_the_python_api() -> None:
    program = (
        "import logdoctor.diagnose; from logdoctor import diagnose; "
        "from logdoctor.knowledge.rules import load_book; print(diagnose([], load_book()).outcome)"
    )
    call = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert call.stdout == "unknown\n"


def test_importing_the_package_is_cheap() -> None:
    program = "import sys, logdoctor; print([name for name in sys.modules if name.startswith('logdoctor')])"
    call = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert call.stdout == "['logdoctor']\n"


def test_floors_hold() -> None:
    root = Path(__file__).parent.parent
    call = subprocess.run(
        [Path(sys.executable).parent / "lint-imports"], cwd=root, capture_output=True, text=True, check=False
    )
    assert call.returncode == 0, call.stdout
