"""Which platform package is missing, as far as the log tells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from logdoctor.model import Line, Step
from logdoctor.remedies.names import Platform, find, parse

NEARBY = 80
"""Lines below the cause in which a list of causes or an explanation may name the package."""
NEEDS = re.compile(r"needs the \"([^\"]{1,214})\" package")
TELLING = ("Cannot find module", "could not be found", "Tried ")
SEPARATE = {"sharp": "@img/sharp-"}
"""Packages that name only the platform in their message, and what their platform packages begin with."""


def needed(captures: Mapping[str, str], cause: Line, step: Step) -> Platform:
    """The missing package; without a name where the log names only the platform or nothing at all."""
    given = (captures.get("package", ""), *captures.values())
    named = [found for text in given if (found := parse(text))]
    said = next((each for each in (*named, *_below(cause, step)) if each.stem), None)
    if said:
        return said
    owner = captures.get("package", "")
    bare = named[0] if named else find(cause.text)
    if bare and owner in SEPARATE:
        return parse(SEPARATE[owner] + bare.name) or bare
    return _unnamed(owner, captures, bare, step.platform or "")


def _below(cause: Line, step: Step) -> Iterator[Platform]:
    """Names in the cause and the lines that explain it."""
    if found := find(cause.text):
        yield found
    start = next((at for at, line in enumerate(step.lines) if line.number == cause.number), len(step.lines))
    for line in step.lines[start : start + NEARBY]:
        wanted = NEEDS.search(line.text[:8192])
        if wanted and (platform := parse(wanted[1])):
            yield platform
        telling = any(sign in line.text for sign in TELLING) and ".node'" not in line.text
        if telling and (platform := find(line.text)):
            yield platform


def _unnamed(owner: str, captures: Mapping[str, str], bare: Platform | None, platform: str) -> Platform:
    os, _, arch = platform.partition("/")
    cpu = {"amd64": "x64"}.get(arch.partition("/")[0], arch.partition("/")[0])
    return Platform(
        name="",
        owner=owner,
        stem="",
        os=captures.get("os") or (bare.os if bare else os),
        cpu=captures.get("cpu") or (bare.cpu if bare else cpu),
        libc=captures.get("libc") or (bare.libc if bare else ""),
    )
