"""What the beginning of a log tells about how to read every line of it."""

from __future__ import annotations

from collections.abc import Sequence

from logdoctor.logs.read.layers import LAYERS, bare, layers_of
from logdoctor.logs.text import code_page, decode, strip
from logdoctor.record import NamedTuple

_WIDEST = 250
_LOOK_INSIDE = 1000
_LOOK = 1 << 16
_MARKS = (
    ("##[section]Starting: ", "azure"),
    ("##[group]Run ", "github-actions"),
    ("section_start:", "gitlab"),
    ("travis_fold:start:", "travis"),
    ("_bk;t=", "buildkite"),
    ("[Pipeline] ", "jenkins"),
    ("\nFinished: FAILURE", "jenkins"),
    ("Exited with code exit status ", "circleci"),
    ("#!/bin/bash -eo pipefail", "circleci"),
    ("==> Running build command ", "render"),
    ("[railpack] ", "railway"),
    ("Build Failed: build daemon returned an error", "railway"),
    ("Running build in ", "vercel"),
    ("Failed during stage 'building site'", "netlify"),
    ("BITBUCKET_", "bitbucket"),
    ("opt/atlassian/pipelines", "bitbucket"),
    ("+ CategoryInfo", "powershell"),
    ('{"stream":"', "docker-stream"),
    ("\n#1 ", "buildkit"),
    ("failed to solve", "buildkit"),
    ("\nStep 1/", "docker-legacy"),
    ("\x1b[", "ansi"),
)


_BOXES = ("─▶ ", "  × ", "ΓöÇΓû╢ ", "ÔöÇÔûÂ ", "â”€â–¶ ", "  ├ù ", "  Ã— ")


class Profile(NamedTuple):
    """How to read a log: its encoding, the prefixes of its lines, where its lines were cut.

    `width` is the column at which every line was cut, `powershell` the one at which PowerShell cut
    some of them; 0 if it did not. `records` says that its lines are JSON objects, `boxes` that errors
    are printed in boxes. `inner` are both widths again where lines were cut before they got their
    colours and prefixes.
    """

    encoding: str = "utf-8"
    page: str = "cp1252"
    layers: tuple[str, ...] = ()
    width: int = 0
    powershell: int = 0
    records: bool = False
    boxes: bool = False
    inner: tuple[int, int] = (0, 0)
    formats: tuple[str, ...] = ("plain",)


def profile(head: bytes) -> Profile:
    """How to read the log that begins with these bytes."""
    text, encoding = decode(head)
    text = text.replace("\r\n", "\n")
    return examine(text, text.split("\n"), strip(text).split("\n"), encoding)._replace(page=code_page(head))


def examine(text: str, rows: Sequence[str], plain: Sequence[str], encoding: str) -> Profile:
    """How to read a log of this text; `rows` are its raw lines, `plain` the same without colours."""
    seen = "\n".join((text[:_LOOK], text[-_LOOK:])) if len(text) > 2 * _LOOK else text
    sample = _sample(plain)
    layers = layers_of(sample)
    width, powershell, whole = _widths(rows, layers, seen)
    if width or powershell:
        sample = _sample(_stripped(whole))
        layers = layers_of(sample)
    inner = (0, 0)
    if layers or "\x1b" in seen:
        width, powershell, inner = _hidden(plain, layers, seen, width, powershell)
    formats = dict.fromkeys([*_of_layers(layers), *(name for mark, name in _MARKS if mark in seen)])
    if "github" in layers and "azure" not in formats:
        formats = {"github-actions": None, **formats}
    records = sum(bare(line, layers).startswith('{"') for line in sample) * 3 > len(sample) * 2
    boxes = any(sign in text for sign in _BOXES)
    names = tuple(formats) or ("plain",)
    return Profile(encoding, "cp1252", layers, width, powershell, records, boxes, inner, names)


def _sample(rows: Sequence[str]) -> list[str]:
    """The first lines that say anything, and some from all over the log."""
    first = [row for row in rows[:400] if row][:200]
    later = rows[400:]
    more = [row for row in (*later[:: len(later) // 60 + 1], *later[-40:]) if row]
    return [row[:400].lstrip("\r") for row in first + more]


def _stripped(rows: Sequence[str]) -> list[str]:
    return strip("\n".join(rows)).split("\n") if rows else []


def _of_layers(layers: Sequence[str]) -> list[str]:
    return [LAYERS[name].format for name in layers if LAYERS[name].format]


def _hidden(
    plain: Sequence[str], layers: Sequence[str], seen: str, width: int, powershell: int
) -> tuple[int, int, tuple[int, int]]:
    """Both widths, and those at which lines were cut before they got their colours and prefixes.

    The latter hold where the former found nothing, or PowerShell's report denies them.
    """
    if (width or powershell) and "+ CategoryInfo" not in seen:
        return width, powershell, (0, 0)
    texts = [bare(row, layers) for row in plain[:_LOOK_INSIDE]]
    inner = _widths(texts, (), seen)[:2]
    if width or powershell:
        from logdoctor.logs.read.wrapping import reported_width

        if reported_width(texts) in (0, powershell):
            return width, powershell, (0, 0)
    return 0, 0, inner


def _widths(rows: Sequence[str], layers: Sequence[str], seen: str) -> tuple[int, int, Sequence[str]]:
    """The widths at which lines were cut, and the lines put together."""
    blocks = "+ CategoryInfo" in seen
    if not blocks and max(map(len, rows), default=0) > _WIDEST:
        return 0, 0, rows
    from logdoctor.logs.read import wrapping

    powershell = wrapping.reported_width(rows) if blocks else 0
    width = wrapping.width_of(rows, layers)
    rows = wrapping.again(rows, width, 0)
    if blocks:
        powershell = wrapping.reported_width(rows) or powershell
        powershell = powershell or wrapping.powershell_width(rows, layers, width)
        rows = wrapping.again(rows, 0, powershell)
    return width, powershell, rows
