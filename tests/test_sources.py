"""Where logs come from, told as stories: what is opened, and what is said when it cannot be."""

from __future__ import annotations

import gzip
import io
import mmap
import zipfile
from pathlib import Path
from typing import BinaryIO, cast

import pytest

from logdoctor.logs import sources
from logdoctor.logs.read import read
from logdoctor.logs.sources import Raw, SourceError, Stream, open_logs


def opened(*paths: object, stdin: bytes = b"") -> list[Raw | Stream]:
    return list(open_logs([str(path) for path in paths], io.BytesIO(stdin)))


def test_a_pipe_is_read_whole() -> None:
    assert opened("-", stdin=b"one\ntwo\n") == [Raw("stdin", b"one\ntwo\n")]


def test_a_pipe_that_brings_nothing_is_an_empty_log() -> None:
    assert opened("-") == [Raw("stdin", b"")]


def test_files_come_in_the_order_they_were_named(tmp_path: Path) -> None:
    for name in ("b.log", "a.log"):
        (tmp_path / name).write_bytes(name.encode())
    assert [log.name for log in opened(tmp_path / "b.log", tmp_path / "a.log")] == [
        str(tmp_path / "b.log"),
        str(tmp_path / "a.log"),
    ]


def test_a_missing_file_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"none\.log: No such file or directory"):
        opened(tmp_path / "none.log")


def test_a_directory_is_no_log(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="is a directory"):
        opened(tmp_path)


def test_a_long_file_is_streamed_from_where_its_head_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "WHOLE", 100)
    monkeypatch.setattr(sources, "_HEAD", 40)
    content = b"0123456789" * 30
    (tmp_path / "long.log").write_bytes(content)
    [log] = opened(tmp_path / "long.log")
    assert isinstance(log, Stream)
    assert log.head == content[:40]
    buffer = bytearray(1000)
    count = log.rest.readinto(buffer)  # type: ignore[attr-defined]
    assert log.head + bytes(buffer[:count]) == content
    log.rest.close()


def test_a_long_pipe_is_streamed_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "WHOLE", 100)
    [log] = opened("-", stdin=b"x" * 300)
    assert isinstance(log, Stream)
    assert len(log.head) + len(log.rest.readall()) == 300


class Dripping(io.RawIOBase):
    """A named pipe whose writer is slower than its reader: every read brings a hundred bytes."""

    def __init__(self, size: int) -> None:
        self._left = size

    def readable(self) -> bool:
        return True

    def readinto(self, view: memoryview) -> int:  # type: ignore[override]
        count = min(100, len(view), self._left)
        view[:count] = b"x" * count
        self._left -= count
        return count


def test_a_pipe_that_brings_line_after_line_takes_no_map_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    maps: list[int] = []
    make = mmap.mmap

    def counted(file: int, size: int) -> mmap.mmap:
        maps.append(size)
        return make(file, size)

    monkeypatch.setattr(mmap, "mmap", counted)
    [log] = open_logs(["-"], cast(BinaryIO, Dripping(3_000_000)))
    assert isinstance(log, Raw)
    assert (len(log.data), len(maps) < 12) == (3_000_000, True)


def test_gzip_is_unpacked_also_when_piped(tmp_path: Path) -> None:
    packed = gzip.compress(b"npm error code 1\n") + gzip.compress(b"two\n")
    (tmp_path / "build.log.gz").write_bytes(packed)
    assert opened(tmp_path / "build.log.gz") == [Raw(str(tmp_path / "build.log"), b"npm error code 1\ntwo\n")]
    assert opened("-", stdin=packed) == [Raw("stdin", b"npm error code 1\ntwo\n")]


def test_a_gzip_file_that_was_cut_off_gives_what_is_there() -> None:
    packed = gzip.compress(b"".join(b"line %d\n" % number for number in range(5000)))
    [log] = opened("-", stdin=packed[: len(packed) // 2])
    assert isinstance(log, Raw)
    assert log.data.startswith(b"line 0\nline 1\n")


def test_a_bomb_is_refused() -> None:
    with pytest.raises(SourceError, match="400 times its size"):
        opened("-", stdin=gzip.compress(bytes(40 << 20)))


def test_a_damaged_gzip_file_is_said_so() -> None:
    with pytest.raises(SourceError, match="not a gzip file"):
        opened("-", stdin=b"\x1f\x8b\x08\x00nonsense and more of it")


def archive(files: dict[str, str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in files.items():
            made.writestr(name, text)
    return packed.getvalue()


STAMP = "2026-03-01T10:00:00.1234567Z "


def test_a_runs_archive_gives_one_log_for_each_job(tmp_path: Path) -> None:
    (tmp_path / "logs_7.zip").write_bytes(
        archive(
            {
                "0_build.txt": f"{STAMP}whole build\n",
                "build/1_Set up job.txt": f"{STAMP}set up\n",
                "test (20)/10_Post.txt": f"\ufeff{STAMP}ten\n",
                "test (20)/2_Run tests.txt": f"\ufeff{STAMP}two\n{STAMP}more\n",
                "test (20)/system.txt": "noise",
                "__MACOSX/._0_build.txt": "noise",
                ".DS_Store": "noise",
            }
        )
    )
    build, test = opened(tmp_path / "logs_7.zip")
    assert (build.job, test.job) == ("build", "test (20)")
    assert isinstance(build, Raw)
    assert isinstance(test, Raw)
    assert [line.text for line in read(build).lines] == ["whole build"]
    log = read(test)
    assert [(line.lane, line.text) for line in log.lines] == [
        ("test (20)\tRun tests", "two"),
        ("test (20)\tRun tests", "more"),
        ("test (20)\tPost", "ten"),
    ]


def test_any_other_archive_gives_its_text_files() -> None:
    logs = opened("-", stdin=archive({"a/build.log": "one\n", "readme.md": "no"}))
    assert logs == [Raw("stdin/a/build.log", b"one\n")]


def test_an_archive_without_logs_is_said_so() -> None:
    with pytest.raises(SourceError, match="no logs in this archive"):
        opened("-", stdin=archive({"picture.png": "no"}))


def test_an_archive_that_is_a_bomb_is_refused() -> None:
    with pytest.raises(SourceError, match="times its size"):
        opened("-", stdin=archive({"0_build.txt": "x" * (40 << 20)}))


def test_a_damaged_archive_is_said_so() -> None:
    with pytest.raises(SourceError, match="cannot be unpacked"):
        opened("-", stdin=b"PK\x03\x04 and nothing more")


def test_bytes_that_are_no_text_are_still_a_log() -> None:
    [log] = opened("-", stdin=bytes(range(256)))
    assert isinstance(log, Raw)
    assert read(log).lines
