"""A suggestion is made only for lines that the pull request's diff shows, text and all."""

from __future__ import annotations

import difflib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logdoctor.model import Patch
from logdoctor.services.github import Place
from logdoctor.services.suggest import Suggestion, body, suggestion

FILE = "FROM node\nWORKDIR /app\nCOPY . .\nRUN pnpm i --no-optional\nRUN pnpm build\n"


def diff(old: str, new: str, context: int = 3) -> str:
    lines = difflib.unified_diff(
        old.splitlines(True), new.splitlines(True), "a/Dockerfile", "b/Dockerfile", n=context
    )
    return "".join(lines)


def hunks(old: str, new: str, context: int = 3) -> str:
    """What GitHub gives as a file's patch: the hunks without a head."""
    return diff(old, new, context).split("\n", 2)[2]


def patch(old: str, new: str) -> Patch:
    return Patch(diff(old, new), ("Dockerfile",), "files", {"Dockerfile": new.encode()})


PULL = hunks(FILE.replace(" --no-optional", ""), FILE)


def test_a_changed_line() -> None:
    made = suggestion(patch(FILE, FILE.replace(" --no-optional", "")), {"Dockerfile": PULL})
    assert made == Suggestion(Place("Dockerfile", 4, 4), ("RUN pnpm i",))


def test_an_added_line_takes_its_neighbour_along() -> None:
    made = suggestion(patch(FILE, FILE.replace("COPY", "USER node\nCOPY")), {"Dockerfile": PULL})
    assert made == Suggestion(Place("Dockerfile", 2, 2), ("WORKDIR /app", "USER node"))


def test_a_removed_line() -> None:
    made = suggestion(patch(FILE, FILE.replace("COPY . .\n", "")), {"Dockerfile": PULL})
    assert made == Suggestion(Place("Dockerfile", 3, 3), ())


@pytest.mark.parametrize(
    ("new", "diffs"),
    [
        (FILE.replace("node", "node:22").replace("build", "test"), {"Dockerfile": PULL}),
        (FILE.replace(" --no-optional", ""), {}),
        (FILE.replace(" --no-optional", ""), {"other": PULL}),
        (FILE.replace("FROM node", "FROM node:22"), {"Dockerfile": hunks(FILE, FILE + "CMD x\n", 1)}),
        ("USER node\n" + FILE, {"Dockerfile": PULL}),
    ],
    ids=[
        "two changes",
        "file not in the diff",
        "another file",
        "outside of the hunk",
        "before the first line",
    ],
)
def test_none_is_made(new: str, diffs: dict[str, str]) -> None:
    assert suggestion(patch(FILE, new), diffs) is None


def test_none_is_made_from_a_log_alone_or_for_windows_line_ends() -> None:
    good = patch(FILE, FILE.replace(" --no-optional", ""))
    assert suggestion(good._replace(basis="log"), {"Dockerfile": PULL}) is None
    assert suggestion(good._replace(diff=good.diff.replace("\n", "\r\n")), {"Dockerfile": PULL}) is None


def test_a_project_in_a_folder() -> None:
    made = suggestion(
        patch(FILE, FILE.replace(" --no-optional", "")), {"apps/web/Dockerfile": PULL}, "apps/web"
    )
    assert made is not None
    assert made.place.path == "apps/web/Dockerfile"


LINES = st.lists(
    st.sampled_from(["a", "b", "--- x", "+++ y", "@@ -1 +1 @@", "", " c"]), min_size=1, max_size=8
)


@given(before=LINES, now=LINES, fixed=LINES, context=st.integers(0, 3))
@settings(max_examples=300, deadline=None)
def test_applied_it_is_the_patch(before: list[str], now: list[str], fixed: list[str], context: int) -> None:
    """In the place of the lines it is for, a suggestion gives the repaired file."""
    old, here, new = ("".join(f"{line}\n" for line in lines) for lines in (before, now, fixed))
    made = suggestion(patch(here, new), {"Dockerfile": hunks(old, here, context) if old != here else ""})
    if made is None:
        return
    first, last = made.place.first, made.place.last
    assert [*now[: first - 1], *made.lines, *now[last:]] == fixed


def test_the_fence_is_longer_than_any_in_the_lines() -> None:
    written = body("<!-- key -->", "Title", ("````", "x"))
    assert written == "<!-- key -->\nTitle\n\n`````suggestion\n````\nx\n`````\n"
