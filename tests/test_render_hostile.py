"""A log may be written to fool whoever shows it: nothing of it acts, in any format."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reports import DIAGNOSIS, EVIL, hostile

from logdoctor.render import html, json_report, junit, lines, markdown, plain, sarif, terminal

TERMINAL_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
FORBIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
COMMAND = re.compile(r"^\s*::|##\[", re.MULTILINE)

FORMATS = {
    "plain": plain.render,
    "terminal": lambda report: terminal.render(report, 60, colour=False),
    "coloured": lambda report: TERMINAL_COLOUR.sub("", terminal.render(report, 60, colour=True)),
    "markdown": markdown.render,
    "json": json_report.render,
    "html": html.render,
    "sarif": sarif.render,
    "junit": junit.render,
    "lines": lines.render,
}
PIECES = (
    *("::error::", "##[", "##", "[", "#", "::", "`", "```", "````", "@all", "<script>", "-->", "![x](y)"),
    *(
        "https://evil.example",
        "\n",
        "\r",
        "\t",
        "\x00",
        "\x9b",
        "\x1b[2J",
        "\x1b]0;t\x07",
        "\u202e",
        "\ud800",
    ),
    *(" ", "a", "ö", "漢"),
)
WORDS = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


@pytest.mark.parametrize("format", FORMATS)
def test_nothing_acts(format: str) -> None:
    text = FORMATS[format](hostile())
    assert not FORBIDDEN.search(text)
    assert not COMMAND.search(text)


@pytest.mark.parametrize("format", FORMATS)
@given(text=WORDS)
@settings(max_examples=60, deadline=None)
def test_no_combination_acts(format: str, text: str) -> None:
    shown = FORMATS[format](hostile(text))
    assert not FORBIDDEN.search(shown)
    assert not COMMAND.search(shown)


@given(text=WORDS)
@settings(max_examples=100, deadline=None)
def test_json_keeps_the_text_as_it_was(text: str) -> None:
    written = json_report.render(hostile(text))
    assert written.isascii()
    assert "<" not in written
    expected = text.encode("utf-8", "replace").decode()
    assert json.loads(written)["diagnoses"][0]["cause"]["text"] == expected


@given(text=WORDS)
@settings(max_examples=150, deadline=None)
def test_markdown_outside_fences_and_code_neither_calls_nor_links_nor_embeds(text: str) -> None:
    outside = _outside(markdown.render(hostile(text)))
    assert not re.search(r"@(?!\u200b)", outside)
    assert not re.search(r"(?<!\\)\]\(", outside)
    assert "evil.example" not in outside or "://evil" not in outside
    assert set(re.findall(r"<[^>]*>", outside)) <= {
        *("<details>", "<summary>", "</summary>", "</details>"),
        *(f"<{link}>" for link in DIAGNOSIS.references),
    }


def _outside(text: str) -> str:
    """The Markdown without what stands in fences and code spans, read the way CommonMark does."""
    kept: list[str] = []
    fence = ""
    for line in text.split("\n"):
        opening = re.match(r"(`{3,})[a-z]*$", line)
        if fence:
            if line == fence:
                fence = ""
        elif opening:
            fence = opening[1]
        else:
            kept.append(line)
    assert not fence, "a fence is left open"
    return re.sub(r"(?<![\\`])(`+)(?!`)(.*?)(?<!`)\1(?!`)", "", "\n".join(kept))


def test_the_evil_text_is_still_recognisable() -> None:
    assert "pwned" in plain.render(hostile(EVIL))
