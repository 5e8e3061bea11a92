"""SARIF, JUnit and problem lines: what code scanning, test reports and editors are given."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot
from reports import (
    BY_HAND,
    DIAGNOSIS,
    EXCERPT,
    FAILED,
    LOG,
    PASSED,
    REMEDY,
    STEP,
    UNDECIDED,
    UNKNOWN,
    hostile,
)

from logdoctor.model import Cause, Evidence, Report
from logdoctor.render import junit, lines, sarif
from logdoctor.render.places import Place, first_changed, place_of

SCHEMA = json.loads((Path(__file__).parent / "schemas" / "sarif-2.1.0.json").read_text())
VALID = jsonschema.Draft4Validator(SCHEMA)
WITHOUT_FILES = FAILED._replace(
    steps=(STEP._replace(file=None, line=None),),
    diagnoses=(DIAGNOSIS._replace(evidence=DIAGNOSIS.evidence[:1], remedies=(BY_HAND,)),),
)
REPORTS = {
    "failed": FAILED,
    "unknown cause": UNKNOWN,
    "passed": PASSED,
    "undecided": UNDECIDED,
    "no file known": WITHOUT_FILES,
    "hostile": hostile(),
    "two failures": FAILED._replace(
        diagnoses=(DIAGNOSIS, DIAGNOSIS._replace(id="d2", fingerprint="f1:other"))
    ),
}


@pytest.mark.parametrize("name", REPORTS)
def test_sarif_is_valid_and_as_github_wants_it(name: str) -> None:
    document = json.loads(sarif.render(REPORTS[name]))
    VALID.validate(document)
    assert document["version"] == "2.1.0"
    (run,) = document["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    for rule in rules:
        assert rule["shortDescription"]["text"]
        assert len(rule["fullDescription"]["text"]) <= 1024
        assert rule["properties"]["precision"] in ("very-high", "high", "medium", "low")
    hashes = [result["partialFingerprints"]["primaryLocationLineHash"] for result in run["results"]]
    assert len(set(hashes)) == len(hashes)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        (location,) = result["locations"]
        where = location["physicalLocation"]
        assert re.fullmatch(r"[A-Za-z0-9_.%~-][A-Za-z0-9_.%~/-]*", where["artifactLocation"]["uri"])
        assert where["region"]["startLine"] >= 1
        assert "](" not in result["message"]["text"]


def test_a_sarif_result_points_at_the_users_file_and_tells_the_cause() -> None:
    (run,) = json.loads(sarif.render(FAILED))["runs"]
    (result,) = run["results"]
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "Dockerfile", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 5},
    }
    assert result["message"]["text"] == snapshot("""\
The platform package @rollup/rollup-linux-arm64-gnu is not installed.
Rollup loads a program made for linux/arm64, and it is missing from node_modules. It is an optional package, and the image was installed without those.
The log says in line 41: Error: Cannot find module @rollup/rollup-linux-arm64-gnu. npm has a bug related to optional dependencies
What helps: Install optional packages again.\
""")


def test_a_failure_that_no_file_is_known_for_is_told_beside_the_results() -> None:
    for report in (WITHOUT_FILES, UNKNOWN):
        (run,) = json.loads(sarif.render(report))["runs"]
        assert run["results"] == []
        assert len(run["invocations"][0]["toolExecutionNotifications"]) == 1
    (run,) = json.loads(sarif.render(PASSED))["runs"]
    assert "toolExecutionNotifications" not in run["invocations"][0]


def test_the_fingerprint_stays_when_lines_move() -> None:
    moved = DIAGNOSIS._replace(
        cause=DIAGNOSIS.cause and DIAGNOSIS.cause._replace(line=99, end_line=99),
        evidence=(Evidence("project", "Dockerfile", 50, "RUN pnpm install --no-optional"),),
    )
    prints = [
        json.loads(sarif.render(FAILED._replace(diagnoses=(each,))))["runs"][0]["results"][0][
            "partialFingerprints"
        ]
        for each in (DIAGNOSIS, moved)
    ]
    assert prints[0] == prints[1]


def test_junit_whole() -> None:
    assert junit.render(FAILED) == snapshot("""\
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="logdoctor">
  <testsuite name="build.log" tests="1" failures="1" errors="0" skipped="0">
    <testcase name="[builder 4/6] RUN pnpm build" classname="native-optional-package-missing" file="Dockerfile" line="5">
      <failure message="The platform package @rollup/rollup-linux-arm64-gnu is not installed" type="native-optional-package-missing">
build.log:41: Error: Cannot find module @rollup/rollup-linux-arm64-gnu. npm has a bug related to optional dependencies

Rollup loads a program made for linux/arm64, and it is missing from node_modules. It is an optional package, and the image was installed without those.

Fix (review): Install optional packages again
--- a/Dockerfile
+++ b/Dockerfile
@@ -3,3 +3,3 @@
 WORKDIR /app
 COPY . .
-RUN pnpm install --no-optional
+RUN pnpm install
</failure>
    </testcase>
  </testsuite>
</testsuites>
""")


@pytest.mark.parametrize(
    ("report", "tests", "failures", "skipped"),
    [(PASSED, 1, 0, 0), (UNKNOWN, 1, 1, 0), (UNDECIDED, 1, 0, 1), (FAILED, 1, 1, 0)],
    ids=["passed", "unknown cause", "undecided", "failed"],
)
def test_junit_counts_what_it_holds(report: Report, tests: int, failures: int, skipped: int) -> None:
    (suite,) = ElementTree.fromstring(junit.render(report))
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == (
        str(tests),
        str(failures),
        str(skipped),
    )
    assert len(suite.findall("testcase")) == tests
    assert len(suite.findall("testcase/failure")) == failures
    assert len(suite.findall("testcase/skipped")) == skipped


def test_junit_puts_each_failure_into_the_suite_of_its_log() -> None:
    other = LOG._replace(id="l2", name="web.log", job="web")
    second = DIAGNOSIS._replace(
        id="d2", cause=DIAGNOSIS.cause and DIAGNOSIS.cause._replace(log="l2"), fingerprint="f1:b"
    )
    nowhere = DIAGNOSIS._replace(id="d3", cause=None, origin="classifier", rule=None)
    report = Report("failed", (LOG, other), (STEP,), (DIAGNOSIS, second, nowhere), EXCERPT)
    suites = ElementTree.fromstring(junit.render(report))
    assert [(suite.get("name"), suite.get("failures")) for suite in suites] == [
        ("build.log", "2"),
        ("web", "1"),
    ]


@given(st.text(max_size=60))
@settings(max_examples=150, deadline=None)
def test_junit_is_xml_whatever_a_log_says(text: str) -> None:
    ElementTree.fromstring(junit.render(hostile(text)))


def test_lines_whole() -> None:
    assert lines.render(FAILED) == snapshot("""\
Dockerfile:5:1: error: The platform package @rollup/rollup-linux-arm64-gnu is not installed [native-optional-package-missing]
build.log:41:8: note: Error: Cannot find module @rollup/rollup-linux-arm64-gnu. npm has a bug related to optional dependencies [cause]
Dockerfile:5:1: note: Install optional packages again [review]
""")
    assert lines.render(WITHOUT_FILES) == snapshot(
        "build.log:41:8: error: The platform package @rollup/rollup-linux-arm64-gnu is not installed [native-optional-package-missing]\n"
    )
    assert lines.render(UNKNOWN) == snapshot(
        "build.log:84:1: error: The build failed, and no rule knows why\n"
    )
    assert lines.render(PASSED) == ""


@given(st.text(max_size=60))
@settings(max_examples=100, deadline=None)
def test_each_problem_is_one_line_that_names_file_line_and_column(text: str) -> None:
    for line in lines.render(hostile(text)).splitlines():
        assert re.search(r":[1-9]\d*:[1-9]\d*: (error|note): ", line)


@pytest.mark.parametrize(
    "file", ["/etc/passwd", "../up", "a/../../b", "C:/x", "https://evil.example/x", "a\\b", "~/x", "a\nb", ""]
)
def test_a_path_outside_of_the_repository_is_no_place(file: str) -> None:
    report = FAILED._replace(steps=(STEP._replace(file=file, line=3),))
    diagnosis = DIAGNOSIS._replace(evidence=(Evidence("project", file, 5, "x"),), remedies=())
    assert place_of(diagnosis, report) is None


def test_the_place_comes_from_the_files_then_the_patch_then_the_log() -> None:
    assert place_of(DIAGNOSIS, FAILED) == Place("Dockerfile", 5)
    patched = DIAGNOSIS._replace(evidence=())
    assert place_of(patched, FAILED) == Place("Dockerfile", 5)
    assert place_of(patched._replace(remedies=()), FAILED) == Place("Dockerfile", 6)


def test_a_file_that_a_compiler_names_is_a_place_unless_it_is_one_of_the_image() -> None:
    cause = Cause("l1", 9, 9, "src/main.ts(3,19): error TS2345: Argument of type", (0, 20))
    diagnosis = DIAGNOSIS._replace(cause=cause, captures={"file": "src/main.ts"}, evidence=(), remedies=())
    in_ci = STEP._replace(kind="ci-step", file=None, line=None)
    in_image = STEP._replace(file=None, line=None)
    assert place_of(diagnosis, FAILED._replace(steps=(in_ci,))) == Place("src/main.ts", 3)
    assert place_of(diagnosis, FAILED._replace(steps=(in_image,))) is None
    script = in_ci._replace(kind="pnpm-script", parent="s1")
    assert place_of(diagnosis, FAILED._replace(steps=(in_image._replace(id="s1"), script))) is None
    absolute = diagnosis._replace(
        captures={"file": "/app/a.ts"}, cause=cause._replace(text="/app/a.ts:3: error")
    )
    assert place_of(absolute, FAILED._replace(steps=(in_ci,))) is None


def test_the_first_changed_line_of_a_diff() -> None:
    assert first_changed("--- a/x\n+++ b/x\n@@ -3,3 +3,4 @@\n a\n+b\n c\n d\n") == 4
    assert first_changed("--- a/x\n+++ b/x\n@@ -0,0 +1 @@\n+b\n") == 1
    assert first_changed("no diff") is None
    assert REMEDY.applicability == "review"
