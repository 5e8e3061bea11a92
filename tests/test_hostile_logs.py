"""Whole hostile logs, from bytes to every format: nothing in them acts, and the report still comes."""

from __future__ import annotations

import pytest
from reports import EVIL
from test_render_hostile import COMMAND, FORBIDDEN, FORMATS

from logdoctor.diagnose import diagnose
from logdoctor.knowledge.rules import load_book
from logdoctor.logs.read import read
from logdoctor.logs.sources import Raw
from logdoctor.model import Report

CAUSE = "Error: Cannot find module @rollup/rollup-linux-arm64-gnu. npm has a bug related to optional"
END = 'ERROR: process "/bin/sh -c npm run build" did not complete successfully: exit code: 1'
RAW = EVIL.encode("utf-8", "surrogatepass")


def _build(noise: bytes, name: bytes = b"npm run build", rows: int = 3) -> bytes:
    body = b"".join(b"#9 0.%d " % number + noise + b"\n" for number in range(rows))
    head = b"#9 [build 4/4] RUN " + name + b"\n"
    return head + body + f"#9 1.0 {CAUSE}\n".encode() + body + f"#9 {END}\n".encode()


LOGS = {
    "what a runner, a browser and Markdown obey": _build(RAW, RAW),
    "invalid UTF-8": _build(b"\xff\xfe\xc3\x28\xed\xa0\x80 \x80\x81"),
    "a line of 80,000 characters": _build(b"`<b>::error::##[error]" * 4000),
    "carriage returns and escapes": _build(b"\r\x1b[2K\x1b[1A\x1b]0;title\x07\x9b31m x\x08\x08y"),
    "nothing but controls": _build(bytes(range(1, 32)).replace(b"\n", b"")),
    "a page in the log": _build(b"</pre></details><script>alert(1)</script><style>*{display:none}</style>"),
    "JSON and XML in the log": _build(b'"}]} ]]></failure></testcase> &amp; &#x202e; \\u0000'),
    "a name of another instruction": _build(b"x", b"echo \xe2\x80\xae ::add-mask::a ##[add-mask]b <!-- -->"),
}


@pytest.fixture(scope="module")
def reports() -> dict[str, Report]:
    book = load_book()
    return {name: diagnose([read(Raw(f"{EVIL}.log", data))], book) for name, data in LOGS.items()}


@pytest.mark.parametrize("log", LOGS)
@pytest.mark.parametrize("format", FORMATS)
def test_nothing_of_a_hostile_log_acts(log: str, format: str, reports: dict[str, Report]) -> None:
    report = reports[log]
    assert report.outcome == "failed"
    assert any("rollup" in str(each.captures) + each.title for each in report.diagnoses)
    shown = FORMATS[format](report)
    assert not FORBIDDEN.search(shown)
    assert not COMMAND.search(shown)
    if format in ("html", "junit"):
        assert "<script>alert" not in shown
