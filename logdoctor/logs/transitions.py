"""Where one step of a build ends and another begins, told from raw lines of a log in passing.

Only marks that stand at transitions are looked for, never a prefix that every line has. A mark that
is none costs nothing but a kept line: the steps are cut from what is kept, by those who know better.
"""

from __future__ import annotations

import re
from functools import cache

from logdoctor.record import NamedTuple

MARKS: tuple[bytes, ...] = (
    b"] RUN ",
    b"] COPY ",
    b"] ADD ",
    b"] FROM ",
    b"] WORKDIR ",
    b"[internal] ",
    b"[auth] ",
    b" exporting to ",
    b" importing cache manifest ",
    b" resolve image config ",
    b" DONE ",
    b" CACHED",
    b" CANCELED",
    b" ERROR: ",
    b"Step 1",
    b"Step 2",
    b"Step 3",
    b"Step 4",
    b"Step 5",
    b"Step 6",
    b"Step 7",
    b"Step 8",
    b"Step 9",
    b"STEP ",
    b"] Building ",
    b"##[group]",
    b"##[endgroup]",
    b"##[section]",
    b"##[error]",
    b"::group::",
    b"section_start:",
    b"section_end:",
    b"travis_fold:",
    b"[Pipeline] ",
    b"Finished: ",
    b"~~~ ",
    b"--- :",
    b"+++ :",
    b"^^^ +++",
    b"Entering phase ",
    b"Phase complete: ",
    b"#!/bin/bash -eo pipefail",
    b"Exited with code ",
    b"Post job cleanup.",
    b"failed to solve",
    b"executor failed running",
    b"returned a non-zero code",
    b"building at STEP ",
    b"error building image",
)


class Transition(NamedTuple):
    """What a raw line says about steps.

    `vertex` is the BuildKit number it speaks of, `name` what it says of it. Otherwise it opens a step,
    unless `remark` is set: then it is a last word, worth keeping, about the lines before it.
    """

    vertex: str = ""
    name: bytes = b""
    closing: bool = False
    remark: bool = False


def transition(line: bytes) -> Transition | None:
    """What this line, which holds one of the marks, says; None if it is nobody's mark.

    >>> transition(b"2026-05-12T15:27:19.93Z #12 [builder 3/7] RUN npm ci")
    Transition(vertex='#12', name=b'[builder 3/7] RUN npm ci', closing=False, remark=False)
    """
    line = line[:4096]
    if found := _vertex().search(line):
        closing = found[2].startswith((b"DONE", b"CACHED", b"CANCELED", b"ERROR"))
        return Transition(f"#{found[1].decode()}", found[2], closing)
    if _remark().search(line):
        return Transition(remark=True)
    return Transition() if _opening().search(line) else None


@cache
def _vertex() -> re.Pattern[bytes]:
    return re.compile(
        rb"(?:^|[\s|])#(\d{1,5}) "
        rb"((?:\[|DONE |CACHED|CANCELED|ERROR: |exporting |importing |resolve )[^\r\n]*)"
    )


@cache
def _opening() -> re.Pattern[bytes]:
    return re.compile(
        rb"\b(?:Step|STEP) \d+/\d+ ?: |\] (?:RUN|COPY|ADD|FROM|WORKDIR|Building) |##\[(?:group|section)\]"
        rb"|::group::|section_(?:start|end):|travis_fold:|\[Pipeline\] |~~~ |(?:---|\+\+\+) :"
        rb"|Entering phase |Phase complete: |#!/bin/bash -eo|Post job cleanup\."
    )


@cache
def _remark() -> re.Pattern[bytes]:
    return re.compile(
        rb"failed to solve|executor failed running|returned a non-zero code|building at STEP "
        rb"|error building image|##\[e(?:rror|ndgroup)\]|Finished: |\^\^\^ \+\+\+|Exited with code "
    )
