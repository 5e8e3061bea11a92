"""Changes happen at named places only, and diffs are ones that git applies byte for byte."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unidiff import PatchSet

from logdoctor.remedies.edits import EditError, Span, diff, splice


def test_changes_are_carried_out_together_whatever_their_order() -> None:
    assert splice("a bé d", [Span(5, 6, "D"), Span(0, 1, ""), Span(4, 4, "!")]) == " bé! D"


@pytest.mark.parametrize(
    "spans",
    [
        pytest.param([Span(0, 2, "x"), Span(1, 3, "y")], id="overlapping"),
        pytest.param([Span(1, 1, "x"), Span(1, 1, "y")], id="two at the same place"),
        pytest.param([Span(2, 9, "")], id="beyond the end"),
        pytest.param([Span(2, 1, "")], id="backwards"),
    ],
)
def test_changes_that_do_not_fit_together_are_refused(spans: list[Span]) -> None:
    with pytest.raises(EditError, match="line 1"):
        splice("abc", spans)


def test_a_diff_shows_three_lines_around_each_change() -> None:
    before = "".join(f"{number}\n" for number in range(1, 21))
    after = before.replace("5\n", "five\n", 1).replace("18\n", "")
    assert (
        diff("Dockerfile", before, after)
        == """\
--- a/Dockerfile
+++ b/Dockerfile
@@ -2,7 +2,7 @@
 2
 3
 4
-5
+five
 6
 7
 8
@@ -15,6 +15,5 @@
 15
 16
 17
-18
 19
 20
"""
    )


def test_a_missing_final_newline_is_marked_on_its_side() -> None:
    assert (
        diff(".npmrc", "a=1\r\nb=2", "a=1\r\nb=3\r\n")
        == "--- a/.npmrc\n+++ b/.npmrc\n@@ -1,2 +1,2 @@\n a=1\r\n-b=2\n\\ No newline at end of file\n+b=3\r\n"
    )


def test_a_new_file_comes_from_nowhere() -> None:
    assert diff(".dockerignore", None, "x\n") == "--- /dev/null\n+++ b/.dockerignore\n@@ -0,0 +1 @@\n+x\n"


def test_an_unchanged_file_has_no_diff() -> None:
    assert diff("a", "x\n", "x\n") == ""


def test_a_diff_reads_back_with_a_patch_reader() -> None:
    patch = PatchSet(diff("a/b.json", '{"a": 1,}\n', '{"a": 1}\n'))
    assert [(one.path, one.added, one.removed) for one in patch] == [("a/b.json", 1, 1)]


LINES = st.lists(st.sampled_from(["a", "b", "é😀", "a\r", "\x0b \u2028", "", "-- x", "\\"]), max_size=12)
TEXTS = st.builds(lambda lines, end: "\n".join(lines) + end, LINES, st.sampled_from(["", "\n", "\r\n"]))
PATHS = ["plain", "with space", "größe", 'a"b', "back\\slash", "tab\tname", "deep/er/file"]


def test_git_applies_every_diff_to_the_same_bytes(tmp_path: Path) -> None:
    cases: list[tuple[str, str | None, str]] = []

    @settings(max_examples=250, deadline=None, derandomize=True)
    @given(st.one_of(st.none(), TEXTS), TEXTS, st.sampled_from(PATHS))
    def collect(before: str | None, after: str, path: str) -> None:
        if before != after and (before, after) != (None, ""):
            cases.append((f"{len(cases)}/{path}", before, after))

    collect()
    for path, before, _ in cases:
        file = tmp_path / path
        file.parent.mkdir(parents=True)
        if before is not None:
            file.write_bytes(before.encode())
    patch = "".join(diff(path, before, after) for path, before, after in cases)
    command = ["git", "apply", "--whitespace=nowarn", "-"]
    done = subprocess.run(command, input=patch.encode(), cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    for path, _, after in cases:
        assert (tmp_path / path).read_bytes() == after.encode()


def test_git_makes_a_new_empty_file(tmp_path: Path) -> None:
    subprocess.run(["git", "apply", "-"], input=diff("größe", None, "").encode(), cwd=tmp_path, check=True)
    assert (tmp_path / "größe").read_bytes() == b""
