"""The comment, read by a CommonMark parser: fences hold, and nothing of a log becomes markup."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from markdown_it import MarkdownIt
from markdown_it.token import Token
from reports import DIAGNOSIS, DIFF, EVIL, FAILED, TEXT, hostile
from test_render_hostile import WORDS

from logdoctor.render import markdown

PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
OURS = {"<details><summary>How sure, what followed, what else helps</summary>", "</details>"}


def _tokens(text: str) -> Iterable[Token]:
    for token in PARSER.parse(text):
        yield token
        yield from token.children or ()


def _fences(text: str) -> list[Token]:
    return [token for token in _tokens(text) if token.type == "fence"]


def test_fences_hold_the_cause_and_the_patch() -> None:
    fences = _fences(markdown.render(FAILED))
    assert [token.info for token in fences] == ["text", "diff", "text"]
    assert fences[0].content.startswith(f"41 │ {TEXT}\n")
    assert fences[1].content == DIFF


@pytest.mark.parametrize("text", [EVIL, "```\n```", "`" * 9, "~~~", "    ```", "</details>", "> - 1. #"])
def test_what_is_hostile_stays_in_its_fence(text: str) -> None:
    _nothing_acts(text)


@given(text=WORDS)
@settings(max_examples=120, deadline=None)
def test_no_combination_leaves_its_fence(text: str) -> None:
    _nothing_acts(text)


def _nothing_acts(text: str) -> None:
    shown = markdown.render(hostile(text))
    assert len(_fences(shown)) == 3
    for token in _tokens(shown):
        assert token.type != "image"
        if token.type in ("html_block", "html_inline"):
            assert token.content.strip() in OURS
        if token.type == "link_open":
            assert token.attrs["href"] in DIAGNOSIS.references
        if token.type == "heading_open":
            assert token.tag == "h3"
