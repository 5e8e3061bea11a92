"""A tiny image registry on loopback that fails in the ways real ones do.

What it answers follows the name of the repository asked for, as written in `_FAILURES`; `both/` has
an image for two platforms (image_pair.py), `damaged/` broken ones (image_damaged.py), every other name
is unknown to it. The engines also use it as their mirror of Docker Hub, for which a name that does not
exist is one that needs a login.
The answers have the form of the distribution protocol, so the engine's own words about them are real.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import socket
import ssl
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from logdoctor.workshop.lab.image_damaged import damaged_images
from logdoctor.workshop.lab.image_pair import image_pair
from logdoctor.workshop.lab.tools import ToolError

PORT = 5000
PATIENCE = 600.0
_INDEX = "application/vnd.oci.image.index.v1+json"
_FAILURES: Mapping[str, tuple[int, str, str]] = {
    "limited": (429, "TOOMANYREQUESTS", "You have reached your pull rate limit."),
    "forbidden": (403, "DENIED", "requested access to the resource is denied"),
    "broken": (503, "UNAVAILABLE", "service unavailable"),
}


@contextlib.contextmanager
def image_registry() -> Iterator[None]:
    """Answers on loopback as long as the block runs."""
    _Handler.secure = _certificate()
    server = _served()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _served() -> _Server:
    """The server, as soon as another lab on this machine has given the port back."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return _Server(("127.0.0.1", PORT), _Handler)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() > until:
                raise ToolError(f"the stub of an image registry needs port {PORT}: {error}") from error
            time.sleep(1)


def _certificate() -> ssl.SSLContext:
    """A certificate of nobody, made anew each time: the engine is told not to check it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as scratch:
        key, certificate = Path(scratch) / "key", Path(scratch) / "certificate"
        made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost"]
        subprocess.run([*made, "-keyout", key, "-out", certificate], check=True, capture_output=True)
        context.load_cert_chain(certificate, key)
    return context


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Says nothing: a client that hangs up in the middle of a question is no trouble here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    secure: ssl.SSLContext

    def setup(self) -> None:
        """New engines speak TLS to a registry, old ones and curl do not: the first byte tells."""
        if self.request.recv(1, socket.MSG_PEEK) == b"\x16":
            self.request = self.secure.wrap_socket(self.request, server_side=True)
        super().setup()

    def do_GET(self) -> None:
        if self.path.startswith("/token"):
            self._send(200, {"token": "stub", "access_token": "stub", "expires_in": 300})
        elif self.path == "/v2/":
            self._send(200, {})
        else:
            self._manifest()

    do_HEAD = do_GET

    def _manifest(self) -> None:
        first = self.path.removeprefix("/v2/").partition("/")[0]
        if first in ("private", "library"):
            self._ask_for_login()
        elif first == "basic":
            self._send(401, _error("UNAUTHORIZED", "authentication required"), 'Basic realm="stub"')
        elif first == "foreign":
            self._send(200, _foreign_index(), kind=_INDEX)
        elif found := _images(first).get(self.path.rpartition("/")[2]):
            self._send_bytes(200, *found)
        else:
            status, code, message = _FAILURES.get(first, (404, "MANIFEST_UNKNOWN", "manifest unknown"))
            self._send(status, _error(code, message))

    def _ask_for_login(self) -> None:
        name = self.path.removeprefix("/v2/").partition("/manifests/")[0]
        realm = f'Bearer realm="http://localhost:{PORT}/token",service="stub",scope="repository:{name}:pull"'
        answer = _error("UNAUTHORIZED", "authentication required")
        if "authorization" in self.headers:
            realm += ',error="insufficient_scope"'
            answer = _error("DENIED", "requested access to the resource is denied")
        self._send(401, answer, realm)

    def _send(self, status: int, content: object, challenge: str = "", kind: str = "") -> None:
        self._send_bytes(status, json.dumps(content).encode(), kind or "application/json", challenge)

    def _send_bytes(self, status: int, body: bytes, kind: str, challenge: str = "") -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.send_header("docker-content-digest", f"sha256:{hashlib.sha256(body).hexdigest()}")
        if challenge:
            self.send_header("www-authenticate", challenge)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: the recording must hold the engine's words only."""


def _images(first: str) -> Mapping[str, tuple[bytes, str]]:
    if first == "both":
        return image_pair()
    return damaged_images() if first == "damaged" else {}


def _error(code: str, message: str) -> dict[str, object]:
    return {"errors": [{"code": code, "message": message}]}


def _foreign_index() -> dict[str, object]:
    """An image that exists for a machine nobody here has."""
    manifest = {
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "digest": f"sha256:{'a' * 64}",
        "size": 500,
        "platform": {"architecture": "s390x", "os": "linux"},
    }
    return {"schemaVersion": 2, "mediaType": _INDEX, "manifests": [manifest]}
