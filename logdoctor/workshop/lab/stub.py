"""A package registry on loopback that answers as a case tells it to: 401, 403, 500, or a package.

`stub.json` beside case.yaml maps a package's name to the statuses of successive answers (the last
one stays) and to the versions it has, each with the fields of its package.json.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
import json
import tarfile
import threading
from collections.abc import Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TypedDict
from urllib.parse import unquote

PORT = 4873


class Offer(TypedDict, total=False):
    """What the stub says about one package."""

    answers: list[int]
    versions: dict[str, dict[str, object]]


@contextlib.contextmanager
def registry_stub(folder: Path) -> Iterator[None]:
    """Serves a case's stub.json on loopback as long as the block runs."""
    offers: dict[str, Offer] = json.loads((folder / "stub.json").read_text(encoding="utf-8"))
    server = ThreadingHTTPServer(("127.0.0.1", PORT), _handler(offers))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(offers: dict[str, Offer]) -> type[BaseHTTPRequestHandler]:
    asked: dict[str, int] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name, _, rest = unquote(self.path).lstrip("/").partition("/-/")
            offer = offers.get(name, Offer(answers=[404]))
            status = self._next(name, offer) if not rest else 200 if offer.get("versions") else 404
            body = (
                _tarball(name, _version(rest), offer)
                if rest and status == 200
                else _packument(name, offer, status)
            )
            self.send_response(status)
            self.send_header("content-type", "application/octet-stream" if rest else "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.send_response(404)
            self.send_header("content-length", "0")
            self.end_headers()

        def _next(self, name: str, offer: Offer) -> int:
            answers = offer.get("answers", [200])
            asked[name] = asked.get(name, 0) + 1
            return answers[min(asked[name], len(answers)) - 1]

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing: the recording must hold the tool's words only."""

    return Handler


def _version(tarball: str) -> str:
    """The version in a tarball's name, `boat-2.0.0.tgz`."""
    return tarball.removesuffix(".tgz").rpartition("-")[2]


def _packument(name: str, offer: Offer, status: int) -> bytes:
    if status != 200:
        return json.dumps({"error": HTTPStatus(status).phrase}).encode()
    versions = {version: _published(name, version, offer) for version in offer["versions"]}
    latest = list(versions)[-1]
    return json.dumps({"name": name, "dist-tags": {"latest": latest}, "versions": versions}).encode()


def _published(name: str, version: str, offer: Offer) -> dict[str, object]:
    digest = hashlib.sha512(_tarball(name, version, offer)).digest()
    tarball = f"http://localhost:{PORT}/{name}/-/{name.split('/')[-1]}-{version}.tgz"
    dist = {"tarball": tarball, "integrity": "sha512-" + base64.b64encode(digest).decode()}
    return {**_manifest(name, version, offer), "dist": dist}


def _manifest(name: str, version: str, offer: Offer) -> dict[str, object]:
    return {"name": name, "version": version, **offer["versions"][version]}


def _tarball(name: str, version: str, offer: Offer) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", compresslevel=0) as archive:
        _add(archive, "package/package.json", json.dumps(_manifest(name, version, offer)).encode())
        _add(archive, "package/index.js", b"module.exports = 1;\n")
    data = buffer.getvalue()
    return data[:4] + b"\0\0\0\0" + data[8:]


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    archive.addfile(entry, io.BytesIO(content))
