"""Packed logs: gzip, and the zip archives in which GitHub hands out the logs of a run.

A run's archive holds a folder per job with a file per step (`build/3_Run tests.txt`), a file per job
(`0_build.txt`), or both. A job's steps become one log in the form of `gh run view --log`, whose
columns name job and step.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping
from io import BytesIO, RawIOBase
from typing import TYPE_CHECKING, BinaryIO, cast

from logdoctor.logs.sources import MOST, RATIO, WHOLE, Raw, SourceError, Stream

if TYPE_CHECKING:
    from zipfile import ZipFile, ZipInfo

_PIECE = 1 << 16
_NOISE = ("_MACOSX/", "__MACOSX/", ".DS_Store", "/system.txt", "Thumbs.db")


class _Unpacked(RawIOBase):
    """What a gzip file holds; stops with a SourceError where it grows beyond all measure."""

    def __init__(self, name: str, head: bytes, file: BinaryIO) -> None:
        self._name, self._file, self._input = name, file, head
        self._packed, self._made = len(head), 0
        self._inflate = zlib.decompressobj(31)
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        while not self._left and self._more():
            pass
        part = self._left[: len(buffer)]
        self._left = self._left[len(part) :]
        buffer[: len(part)] = part
        return len(part)

    def _more(self) -> bool:
        """Unpack one more piece; false at the end, also where the file is cut off."""
        data = self._inflate.unconsumed_tail or self._input or self._file.read(_PIECE)
        if not self._inflate.unconsumed_tail and not self._input:
            self._packed += len(data)
        self._input = b""
        if not data:
            return False
        try:
            self._left = self._inflate.decompress(data, _PIECE * 16)
        except zlib.error:
            if self._made:
                return False
            raise SourceError(f"{self._name}: not a gzip file, or a damaged one") from None
        if self._inflate.eof:
            self._input = self._inflate.unused_data.lstrip(b"\0")
            self._inflate = zlib.decompressobj(31)
        self._made += len(self._left)
        _guard(self._name, self._made, self._packed)
        return True


def _guard(name: str, made: int, packed: int) -> None:
    if made > MOST:
        raise SourceError(
            f"{name}: unpacks to more than {MOST >> 20} MiB; unpack it and give me the log itself"
        )
    if made > WHOLE and made > RATIO * packed:
        raise SourceError(f"{name}: unpacks to more than {RATIO} times its size, which no log does")


def gunzipped(name: str, head: bytes, file: BinaryIO) -> Raw | Stream:
    """The log in a gzip file of which the beginning was read already."""
    unpacked = cast(BinaryIO, _Unpacked(name, head, file))
    name = name.removesuffix(".gz")
    parts: list[bytes] = []
    size = 0
    while size <= WHOLE and (part := unpacked.read(WHOLE + 1 - size)):
        parts.append(part)
        size += len(part)
    data = b"".join(parts)
    return Raw(name, data) if size <= WHOLE else Stream(name, data, unpacked)


def unzipped(name: str, data: bytes) -> Iterator[Raw | Stream]:
    """The logs in a zip archive, one for each job."""
    from zipfile import BadZipFile, ZipFile

    try:
        with ZipFile(BytesIO(data)) as archive:
            _refuse(name, archive, len(data))
            yield from _jobs(name, archive)
    except (BadZipFile, NotImplementedError, RuntimeError, zlib.error) as error:
        raise SourceError(f"{name}: cannot be unpacked ({error})") from None


def _refuse(name: str, archive: ZipFile, packed: int) -> None:
    made = sum(entry.file_size for entry in archive.infolist())
    _guard(name, made, packed)
    if not any(_is_log(entry) for entry in archive.infolist()):
        raise SourceError(f"{name}: no logs in this archive (.txt or .log files)")


def _is_log(entry: ZipInfo) -> bool:
    path = entry.filename
    return path.endswith((".txt", ".log")) and not any(noise in f"/{path}" for noise in _NOISE)


def _jobs(name: str, archive: ZipFile) -> Iterator[Raw | Stream]:
    entries = [entry for entry in archive.infolist() if _is_log(entry)]
    whole = {job: entry for entry in entries if (job := _job_of(entry.filename))}
    steps: dict[str, dict[tuple[int, str], ZipInfo]] = {}
    for entry in entries:
        folder, _, file = entry.filename.rpartition("/")
        match = re.match(r"(\d+)_(.*)\.txt$", file)
        if folder and match:
            steps.setdefault(folder, {})[int(match[1]), match[2]] = entry
        elif entry not in whole.values():
            yield _raw(f"{name}/{entry.filename}", archive.read(entry), None)
    for job, entry in whole.items():
        yield _raw(f"{name}/{entry.filename}", archive.read(entry), job)
    for job, files in steps.items():
        if job not in whole:
            yield _raw(f"{name}/{job}", _columns(job, files, archive), job)


def _job_of(path: str) -> str:
    """The job whose whole log a file at the top of the archive is."""
    match = re.match(r"-?\d+_([^/]+)\.txt$", path)
    return match[1] if match else ""


def _columns(job: str, files: Mapping[tuple[int, str], ZipInfo], archive: ZipFile) -> bytes:
    """The steps' logs one after another, every line with its job and step before it."""
    rows: list[bytes] = []
    for (_, step), entry in sorted(files.items(), key=lambda item: item[0]):
        before = f"{job}\t{step}\t".encode()
        text = archive.read(entry).removeprefix(b"\xef\xbb\xbf").removesuffix(b"\n")
        rows += [before + row for row in text.split(b"\n")]
    return b"\n".join([*rows, b""])


def _raw(name: str, data: bytes, job: str | None) -> Raw | Stream:
    if len(data) <= WHOLE:
        return Raw(name, data, job)
    return Stream(name, data[:WHOLE], BytesIO(data[WHOLE:]), job)
