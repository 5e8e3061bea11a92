"""Takes this machine's hosts and paths out of a recording; every other byte stays.

Package registries become `registry.example`, system package mirrors `mirror.example`, the
scratch folder `/app`, the lab's cache `/opt/lab`, the home `/home/user`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

REGISTRY = b"registry.example"
MIRROR = b"mirror.example"

_TLD = rb"\.(?:org|com|net|io|dev)\b"
_REGISTRIES = re.compile(
    rb"\b(?:(?:registry|npm|packages?)\.[a-z0-9-]+(?:\.[a-z0-9-]+)*"
    + _TLD
    + rb"|py[a-z]{2}\.org\b|files\.python[a-z]*\.org\b"
    rb"|api\.nu[a-z]{3}\.org\b|c[a-z]an\.r-[a-z]{7}\.org\b|releases\.[a-z]{4}icorp\.com\b)"
)
_MIRRORS = re.compile(rb"\b(?:deb|archive|security|ports|snapshot|ftp\.[a-z]+)\.[a-z0-9-]+" + _TLD)
_STUB = re.compile(rb"\bhttp://(?:127\.0\.0\.1|localhost):\d+")
_TIMES = re.compile(
    rb"\b\d+(?:\.\d+)?\s?(?:ms|s|m|h|milliseconds|seconds)\b(?:\s?\d+(?:\.\d+)?\s?(?:ms|s)\b)?"
    rb"|\d{4}-\d\d-\d\d[T ]?\d\d[:_]\d\d[:_]\d\d[._]\d+Z?|\d\d:\d\d:\d\d(?:\.\d+)?|0x[0-9a-f]+"
    rb"|\(v?[\d.]+ (?:is )?available\)|\[\d+:0x|\bdated? .*"
)
_UNSTEADY = re.compile(
    rb"^(?:Progress: .*|.*Downloading .*|.*Will retry in .*|Resolved, downloaded.*|Resolving dep.*"
    rb"|.*B/s \| .*|#\d+ sha256:[0-9a-f]{64}(?: \S+B / .*)?|#\d+ extracting sha256:.*"
    rb"|[0-9a-f]{12}: (?:Downloading|Verifying Checksum|Download complete))$",
    re.MULTILINE,
)


class Names(NamedTuple):
    """What is private to this machine: paths with their public names, and package hosts."""

    paths: Mapping[str, str]
    hosts: Iterable[str] = ()


def normalise(data: bytes, names: Names, *, stub: bool = False) -> bytes:
    """The recording with hosts and paths of this machine replaced, the longest path first."""
    if stub:
        data = _STUB.sub(b"https://" + REGISTRY, data)
    for path in sorted(names.paths, key=len, reverse=True):
        data = data.replace(path.encode(), names.paths[path].encode())
    data = _REGISTRIES.sub(REGISTRY, data)
    data = _MIRRORS.sub(MIRROR, data)
    for host in names.hosts:
        data = data.replace(host.encode(), MIRROR)
    return data


def foreign_hosts(data: bytes) -> list[str]:
    """Package hosts that still stand in a text, for the checker."""
    found = [*_REGISTRIES.findall(data), *_MIRRORS.findall(data)]
    return sorted({host.decode() for host in found})


def steady(data: bytes) -> bytes:
    """What two runs of the same build share: the log without times, progress and newer versions."""
    lines = [line for line in _UNSTEADY.sub(b"", data).split(b"\n") if line.strip()]
    return b"\n".join(_TIMES.sub(b"<time>", line).replace(b" <time> done", b" done") for line in lines)
