"""What a GitHub runner does with our output, whatever stands in a log: it obeys our annotations alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot
from reports import DIAGNOSIS, FAILED, PASSED, UNKNOWN, hostile
from test_render_hostile import WORDS

from logdoctor.faces.github_job import SUMMARY, add_summary, guarded, prefix
from logdoctor.render.github import render

TOKEN = "0123456789abcdef0123456789abcdef"
KNOWN = {
    "error",
    "warning",
    "notice",
    "debug",
    "group",
    "endgroup",
    "add-mask",
    "stop-commands",
    "set-output",
}


def obeyed(out: str) -> list[str]:
    """The commands that a runner takes from such output, read the way it reads them.

    `::name …::` where a trimmed line starts, `##[name …]` anywhere; between `stop-commands` and its
    token nothing but the token counts.
    """
    commands: list[str] = []
    stopped = ""
    for line in out.splitlines():
        found = re.match(r"\s*::([A-Za-z0-9-]+)(?: [^\n]*?)?::(.*)", line)
        if stopped:
            if found and found[1] == stopped:
                stopped = ""
            continue
        if found and found[1] == "stop-commands":
            stopped = found[2]
        elif (found and found[1] in KNOWN) or re.search(r"##\[([a-z-]+)", line):
            commands.append(line)
    assert not stopped, "commands stay stopped for the rest of the job"
    return commands


def test_the_whole_output() -> None:
    shown = render(FAILED, TOKEN).splitlines()
    assert [shown[0], shown[-2]] == [f"::stop-commands::{TOKEN}", f"::{TOKEN}::"]
    assert obeyed(render(FAILED, TOKEN)) == snapshot(
        [
            "::error file=Dockerfile,line=5,title=The platform package @rollup/rollup-linux-arm64-gnu is not installed::Error: Cannot find module @rollup/rollup-linux-arm64-gnu. npm has a bug related to optional dependencies%0ARollup loads a program made for linux/arm64, and it is missing from node_modules. It is an optional package, and the image was installed without those.%0AFix: Install optional packages again"
        ]
    )


def test_a_cause_that_nobody_knows_and_a_green_log() -> None:
    assert obeyed(render(UNKNOWN, TOKEN)) == snapshot(
        ["::error title=logdoctor::The build failed, and no rule knows why"]
    )
    assert obeyed(render(PASSED, TOKEN)) == []


def test_a_step_annotates_ten_times_at_most() -> None:
    many = FAILED._replace(diagnoses=(DIAGNOSIS,) * 12)
    assert len(obeyed(render(many, TOKEN))) == 10


def test_a_project_in_a_folder_is_annotated_there() -> None:
    assert "::error file=apps/web/Dockerfile,line=5," in render(FAILED, TOKEN, prefix="apps/web")


def test_hostile_text_gives_no_orders() -> None:
    (command,) = obeyed(render(hostile(), TOKEN))
    assert command.startswith("::error ")
    assert "##[" not in command


@given(
    st.lists(
        st.one_of(WORDS, st.sampled_from([TOKEN, f"::{TOKEN}::", "\n::", "::error::x", ",", "%0A"]))
    ).map("".join)
)
@settings(max_examples=150, deadline=None)
def test_no_combination_does(text: str) -> None:
    (command,) = obeyed(render(hostile(text), TOKEN))
    properties, _, _ = command.removeprefix("::error ").partition("::")
    assert re.fullmatch(r"(file=[^:,]*,line=\d+,)?title=[^:,]*", properties)


def test_the_token_is_new_each_time() -> None:
    first, second = (guarded(FAILED).splitlines()[0] for _ in range(2))
    assert first != second
    assert len(first) == len("::stop-commands::") + 32


def test_the_summary_is_added_to_what_is_there_and_never_grows_beyond_what_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "summary.md"
    path.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(path))
    add_summary(PASSED)
    assert path.read_text() == "before\n"
    add_summary(FAILED)
    assert path.read_text().startswith("before\n### ✗ The platform package")
    path.write_text("x" * (SUMMARY - 10))
    add_summary(FAILED)
    assert path.stat().st_size == SUMMARY - 10


def test_the_way_from_the_checkout_to_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    assert prefix(str(tmp_path / "apps" / "web")) == "apps/web"
    assert prefix(str(tmp_path)) == ""
    assert prefix("/elsewhere") == ""
