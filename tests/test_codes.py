"""Given any code or message of the tools' own lists, there is an answer: in `explain` and in a log.

These tests guard against gaps; that the answers are good is not theirs to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from calls import logdoctor

from logdoctor.diagnose import diagnose
from logdoctor.knowledge.codes import Code, code_of, every_code, message_of
from logdoctor.knowledge.match import match
from logdoctor.knowledge.rules import load_book
from logdoctor.logs.read import read
from logdoctor.logs.sources import Raw
from logdoctor.logs.steps import cut
from logdoctor.model import Diagnosis, Report

BOOK = load_book()
Dialect = Callable[[Code], str]
COUNTS = {"pnpm": 908, "npm": 131, "yarn": 93, "buildkit": 1261}
"""What the lists held when they were read; of BuildKit's 1,298 some are worded alike, two say nothing."""

PNPM: list[Dialect] = [
    lambda code: f"\u2009{code.name}\u2009 {_said(code)}\n",
    lambda code: f"[{code.name}] {_said(code)}\n",
    lambda code: f"Error: {code.name}\n\n  × installing dependencies\n  ╰─▶ {_said(code)}\n",
    lambda code: f"#7 [deps 4/5] RUN pnpm install\n#7 1.203 \u2009{code.name}\u2009 {_said(code)}\n",
]
NPM: list[Dialect] = [
    lambda code: f"npm error code {code.name}\nnpm error {code.meaning}\n",
    lambda code: f"npm ERR! code {code.name}\nnpm ERR! {code.meaning}\n",
]
YARN: list[Dialect] = [
    lambda code: (
        f"➤ {code.name}: │ left-pad@npm:1.0.0: {code.meaning}\n➤ YN0000: · Failed with errors in 1s\n"
    ),
]
BUILDKIT: list[Dialect] = [
    lambda code: f"ERROR: failed to solve: {_said(code)}\n",
    lambda code: f"ERROR: failed to build: failed to solve: {_said(code)}\n",
    lambda code: (
        f"#5 [2/3] COPY a b\n#5 ERROR: {_said(code)}\n------\n > [2/3] COPY a b:\n------\n"
        f"ERROR: failed to solve: {_said(code)}\n"
    ),
    lambda code: (
        f"Dockerfile:2\n--------------------\n   2 | >>> COPY a b\n--------------------\n"
        f"ERROR: failed to solve: {_said(code)}\n"
    ),
    lambda code: (
        f"failed to solve with frontend dockerfile.v0: failed to create LLB definition: {_said(code)}\n"
    ),
    lambda code: f"Step 3/4 : COPY a b\nError response from daemon: {_said(code)}\n",
]
DIALECTS = {"pnpm": PNPM, "npm": NPM, "yarn": YARN, "buildkit": BUILDKIT}


def _said(code: Code) -> str:
    return (code.wording or code.meaning).replace("…", "7")


def _full(code: Code) -> Code:
    """A code as it stands in a log: `FETCH_*` is a status there."""
    return code._replace(name=code.name.replace("*", "503"))


def _report(log: str) -> Report:
    return diagnose([read(Raw("build.log", log.encode()))], BOOK)


def _spread(tool: str) -> Iterable[tuple[Code, str]]:
    """Each code in one of its tool's dialects, in turn; all of them where there are few."""
    dialects = DIALECTS[tool]
    for number, code in enumerate(map(_full, every_code(tool))):
        chosen = dialects if tool in ("npm", "yarn") else [dialects[number % len(dialects)]]
        yield from ((code, dialect(code)) for dialect in chosen)


def _passed_on(log: str) -> bool:
    """Whether the rules take a line of this log for one that only passes a failure on."""
    return any(found.rule.tier == "wrapper" for found in match(BOOK, cut(read(Raw("l", log.encode())))))


@pytest.mark.parametrize(("tool", "count"), COUNTS.items())
def test_the_lists_are_whole(tool: str, count: int) -> None:
    names = [code.name for code in every_code(tool)]
    assert len(names) >= count
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("tool", ["pnpm", "npm", "yarn", "buildkit"])
def test_every_code_is_explained(tool: str) -> None:
    for code in map(_full, every_code(tool)):
        known = code_of(code.name) if tool != "buildkit" else message_of(_said(code))
        assert known is not None, code.name
        assert known.tool == tool
        assert known.explain.endswith(".")
        assert known.topic.concerns
        assert known.topic.next


@pytest.mark.parametrize("tool", ["pnpm", "npm", "yarn", "buildkit"])
def test_a_log_with_any_code_is_told_as_that_code_at_least(tool: str) -> None:
    for code, log in _spread(tool):
        found = _report(log).diagnoses
        if code.topic.name in ("run-failed", "notice") or code.name == "ELIFECYCLE":
            assert not found or found[0].rule != f"{tool}-error-code", code.name
        elif not found:
            assert _passed_on(log), log
        else:
            assert found[0].origin == "rule", log
            assert found[0].captures.get("code", code.name) in (code.name, None), log


def _first(log: str) -> Diagnosis:
    return _report(log).diagnoses[0]


def test_a_code_that_no_rule_knows_is_told_by_its_topic() -> None:
    found = _first(
        "\u2009ERR_PNPM_FROZEN_STORE_INCOMPLETE\u2009 frozenStore is enabled but the store is missing\n"
    )
    assert (found.rule, found.nature) == ("pnpm-error-code", "environment")
    assert found.explain.startswith("The store is declared read-only")
    assert found.remedies[0].title == "Look at `frozenStore` and the prepared store"
    own = _first(
        "\u2009ERR_PNPM_NO_LOCKFILE\u2009 Cannot install with frozen-lockfile: pnpm-lock.yaml is absent\n"
    )
    assert (own.rule, own.confidence > found.confidence) == ("pnpm-no-lockfile", True)


def test_a_code_of_a_later_version_is_told_by_its_kin() -> None:
    known = code_of("ERR_PNPM_VERSIONING_SOMETHING_NEW")
    assert known is not None
    assert known.topic.name == "release"
    assert code_of("ERR_PNPM_NEVER_HEARD_OF") is None
    assert "stands behind the name" in _first("\u2009ERR_PNPM_NEVER_HEARD_OF\u2009 what\n").explain


def test_the_innermost_message_of_the_builder_is_the_one_that_is_told() -> None:
    known = message_of(
        "failed to solve: failed to load cache key: invalid checksum x for Git URL, expected hex commit hash"
    )
    assert known is not None
    assert known.topic.name == "git"
    assert message_of("ERROR: failed to solve: the moon is full") is None


def test_a_script_that_failed_is_never_told_as_a_code() -> None:
    log = (
        "> web@1.0.0 build\n> node build.js\n\nError: no handle\n    at build.js:1:7\n"
        "\u2009ERR_PNPM_RECURSIVE_RUN_FIRST_FAIL\u2009 web@1.0.0 build: `node build.js`\n"
        "##[error]Process completed with exit code 1.\n"
    )
    assert _first(log).cause is not None
    assert "no handle" in str(_first(log).cause)


def test_explain_answers_for_a_code_and_names_the_rule_that_knows_more() -> None:
    page = logdoctor("explain", "ERR_PNPM_OUTDATED_LOCKFILE")
    assert page.status == 0
    assert "# ERR_PNPM_OUTDATED_LOCKFILE" in page.out
    assert "- Printed by: pnpm 4 to 12" in page.out
    assert "`logdoctor explain pnpm-outdated-lockfile`" in page.out


def test_explain_answers_for_a_message_of_buildkit() -> None:
    page = logdoctor("explain", 'failed to solve: target stage "web" could not be found')
    assert "FROM … AS" in page.out


def test_explain_refuses_what_nobody_knows() -> None:
    assert logdoctor("explain", "ERR_NOBODY").status == 2
