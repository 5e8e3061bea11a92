"""The local page: a log goes in, the report comes out, and no foreign page can use or read it."""

from __future__ import annotations

import http.client
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from browser import browser
from calls import COMMA, COMMA_LOG, logdoctor

from logdoctor.faces.serve import inside

BOUNDARY = "x-boundary-x"


class Answer(NamedTuple):
    """What the server said."""

    status: int
    headers: dict[str, str]
    text: str


class Served(NamedTuple):
    """A running server."""

    port: int

    def ask(self, method: str, path: str = "/", body: bytes | None = None, **headers: str) -> Answer:
        """One request with exactly these headers."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        line.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        given = {"Host": f"127.0.0.1:{self.port}"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        if body is not None:
            given.setdefault("Content-Length", str(len(body)))
        for name, value in given.items():
            line.putheader(name, value)
        line.endheaders(body)
        answer = line.getresponse()
        text = answer.read().decode()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, headers, text)

    def token(self) -> str:
        """What the form brings back."""
        found = re.search(r'name="token" value="([^"]+)"', self.ask("GET").text)
        assert found
        return found[1]

    def send(self, *parts: tuple[str, str | None, bytes], token: str | None = None, **headers: str) -> Answer:
        """Send the form as a browser does: fields with a name, a file's name, and its bytes."""
        fields = [("token", None, (token or self.token()).encode()), *parts]
        body = b"".join(_part(*field) for field in fields) + f"--{BOUNDARY}--\r\n".encode()
        given = {
            "Content_Type": f"multipart/form-data; boundary={BOUNDARY}",
            "Origin": f"http://127.0.0.1:{self.port}",
        } | headers
        return self.ask("POST", body=body, **given)


def _part(name: str, file: str | None, data: bytes) -> bytes:
    ending = f'; filename="{file}"\r\nContent-Type: application/octet-stream' if file is not None else ""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{ending}\r\n\r\n'
    return head.encode() + data + b"\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with subprocess.Popen(
        [sys.executable, "-m", "logdoctor", "serve", "--port", "0"],
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path_factory.mktemp("empty"),
    ) as process:
        assert process.stderr
        said = process.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", said)
        assert found, said
        try:
            yield Served(int(found[1]))
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(10) == 0


def test_a_pasted_log_is_answered_with_the_report(server: Served) -> None:
    answer = server.send(("text", None, COMMA_LOG.read_bytes()))
    assert answer.status == 200
    assert "<h1>package.json has a trailing comma</h1>" in answer.text
    assert "pasted log" in answer.text


def test_a_dropped_log_and_the_project_give_the_patch(server: Served) -> None:
    files = [
        ("files", f"shop/{path.relative_to(COMMA / 'project')}", path.read_bytes())
        for path in (COMMA / "project").rglob("*")
        if path.is_file()
    ]
    answer = server.send(("logs", "build.log", COMMA_LOG.read_bytes()), *files)
    assert answer.status == 200
    assert '<span class="removed">-    &quot;is-number&quot;: &quot;7.0.0&quot;,\n</span>' in answer.text
    assert '<span class="level safe">safe</span>' in answer.text


def test_what_cannot_be_read_is_told_by_the_name_it_was_sent_under(server: Served) -> None:
    answer = server.send(("logs", "broken.gz", b"\x1f\x8bnonsense"))
    assert answer.status == 422
    assert "broken.gz" in answer.text
    assert "/tmp" not in answer.text
    assert server.send(("text", None, b"  ")).status == 422


def test_a_log_that_is_hostile_is_shown_harmlessly(server: Served) -> None:
    answer = server.send(("logs", "<script>alert(1)</script>.log", b"ERROR: <script>alert(1)</script>\n"))
    assert answer.status == 200
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize(
    "name", ["evil.example", "evil.example:80", "127.0.0.1", "[::1]:80", "localhost:1", ""]
)
def test_a_request_under_another_name_is_refused(server: Served, name: str) -> None:
    assert server.ask("GET", Host=name).status == 421
    assert server.send(("text", None, b"x"), Host=name).status == 421


def test_localhost_is_our_name_too(server: Served) -> None:
    assert server.ask("GET", Host=f"localhost:{server.port}").status == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", ""])
def test_a_form_of_another_page_is_refused(server: Served, origin: str) -> None:
    assert server.send(("text", None, b"x"), Origin=origin).status == 403
    assert server.send(("text", None, b"x"), Sec_Fetch_Site="cross-site").status == 403


def test_a_form_without_our_token_is_refused(server: Served) -> None:
    answer = server.send(("text", None, COMMA_LOG.read_bytes()), token="guessed")
    assert answer.status == 403
    assert "trailing comma" not in answer.text


def test_no_page_may_read_or_frame_an_answer(server: Served) -> None:
    for answer in (server.ask("GET", Origin="https://evil.example"), server.send(("text", None, b"x"))):
        assert "access-control-allow-origin" not in answer.headers
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert server.ask("OPTIONS", Origin="https://evil.example").status == 405


def test_too_much_is_refused_before_it_is_read(server: Served) -> None:
    headers = {"Origin": f"http://127.0.0.1:{server.port}", "Content_Type": "multipart/form-data; boundary=x"}
    assert server.ask("POST", Content_Length=str(1 << 40), **headers).status == 413
    assert server.ask("POST", Transfer_Encoding="chunked", body=None, **headers).status == 411


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("shop/web/package.json", ("shop", "web", "package.json")),
        ("Dockerfile", ("Dockerfile",)),
        ("/etc/passwd", ("etc", "passwd")),
        ("..\\..\\x", ()),
        ("a/../../b", ()),
        ("C:/x", ()),
        ("shop/node_modules/a/package.json", ()),
        ("shop/.git/config", ()),
        ("x" * 201, ()),
        ("a\0b", ()),
        ("", ()),
    ],
)
def test_a_files_name_stays_inside_the_project(name: str, parts: tuple[str, ...]) -> None:
    assert inside(name) == parts


def test_a_person_pastes_a_log_and_reads_the_report(server: Served) -> None:
    with browser() as window:
        window.open(f"http://127.0.0.1:{server.port}/")
        paste = "document.querySelector('textarea').value = arguments[0]; document.forms[0].submit()"
        window.run(paste, COMMA_LOG.read_text())
        title = "return document.querySelector('h1')?.textContent"
        end = time.monotonic() + 20
        while window.run(title) != "package.json has a trailing comma":
            assert time.monotonic() < end, "no report was shown"
            time.sleep(0.1)
        happened = window.happened()
        assert happened.acts == []
        assert {each for each in happened.requests if each.startswith("http")} == {
            f"http://127.0.0.1:{server.port}/"
        }


def test_a_port_in_use_is_told(server: Served) -> None:
    said = logdoctor("serve", "--port", server.port)
    assert said.status == 2
    assert "in use" in said.err
