"""`logdoctor serve`: a page on this machine, to paste or drop a log and get the report.

Only this machine is listened to. A foreign page in the same browser is no user of ours: a request under
another host's name (DNS rebinding) or sent by another page (cross-site forgery) is refused, and no answer
allows another page to read it.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from logdoctor.diagnose import diagnose
from logdoctor.faces import output
from logdoctor.faces.pipeline import confident, opened, rule_book, settings
from logdoctor.faces.status import NO_FAILURE, Refused
from logdoctor.knowledge.rules import RuleTimeout
from logdoctor.remedies.project import ProjectError, open_project
from logdoctor.render.html import render
from logdoctor.render.html.markup import policy
from logdoctor.render.html.upload import form

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.datastructures import FormData, UploadFile
    from starlette.requests import Request
    from starlette.responses import Response

HOST = "127.0.0.1"
LARGEST = 128 << 20
"""Bytes of one request: the log and the project's files."""
FILES = 2000
NAME = 200
"""Characters of a file's name, its folders included."""
SKIPPED = frozenset({"node_modules", ".git", ".venv", "dist", "__pycache__"})


class Kept(NamedTuple):
    """A log that was sent: what the user calls it, and where it lies for now."""

    name: str
    path: str


def served(port: int) -> int:
    """Answer on this machine's own address until Ctrl-C."""
    try:
        import python_multipart  # noqa: F401
        import uvicorn
    except ImportError:
        raise Refused("serve needs its extra: pip install 'logdoctor[serve]'") from None
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((HOST, port))
        except OSError as error:
            raise Refused(f"port {port}: {error.strerror}") from None
        listening.listen()
        port = listening.getsockname()[1]
        output.tell(f"logdoctor: http://{HOST}:{port}/ is ready; Ctrl-C ends it")
        config = uvicorn.Config(
            application(port),
            log_level="warning",
            access_log=False,
            server_header=False,
            limit_concurrency=16,
        )
        with contextlib.suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listening])
    return NO_FAILURE


def application(port: int, largest: int = LARGEST) -> Starlette:
    """The page as an ASGI application for that port."""
    from starlette.applications import Starlette
    from starlette.concurrency import run_in_threadpool
    from starlette.routing import Route

    token = secrets.token_urlsafe(24)
    names = {f"{host}:{port}" for host in (HOST, "localhost")}

    async def ask(request: Request) -> Response:
        _check_host(request, names)
        return _page(form(token))

    async def answer(request: Request) -> Response:
        _check_host(request, names)
        _check_origin(request, names)
        _limit(request, largest)
        try:
            async with request.form(max_files=FILES, max_fields=10, max_part_size=largest) as given:
                sent = given.get("token")
                if not isinstance(sent, str) or not secrets.compare_digest(sent.encode(), token.encode()):
                    return _page(form(token, "This page was open for too long; send the log again."), 403)
                with tempfile.TemporaryDirectory(prefix="logdoctor-") as folder:
                    logs = await _kept_logs(given, folder)
                    project = await _kept_files(given, os.path.join(folder, "project"))
                    return _page(await run_in_threadpool(_report, logs, project))
        except Refused as refused:
            return _page(form(token, str(refused)), 422)

    return Starlette(
        routes=[Route("/", ask, methods=["GET"]), Route("/", answer, methods=["POST"])],
    )


def _check_host(request: Request, names: set[str]) -> None:
    """Refuse a request that came here under another name: a foreign page's own, pointed at this machine."""
    from starlette.exceptions import HTTPException

    hosts = request.headers.getlist("host")
    if len(hosts) != 1 or hosts[0].lower() not in names:
        raise HTTPException(421, "this page answers to 127.0.0.1 and localhost only")


def _check_origin(request: Request, names: set[str]) -> None:
    """Refuse what another page sent: browsers name the page that a form was sent from."""
    from starlette.exceptions import HTTPException

    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site", "same-origin")
    if origin not in {f"http://{name}" for name in names} or site not in ("same-origin", "none"):
        raise HTTPException(403, "sent by another page")


def _limit(request: Request, largest: int) -> None:
    """Refuse a large request at once; the server reads no more than the length that was told."""
    from starlette.exceptions import HTTPException

    size = request.headers.get("content-length", "")
    if not size.isascii() or not size.isdecimal():
        raise HTTPException(411, "how long is it?")
    if int(size) > largest:
        raise HTTPException(413, f"more than {largest >> 20} MB")


def _page(text: str, status: int = 200) -> Response:
    from starlette.responses import HTMLResponse

    # Not `no-referrer`: a browser would then send the form with `Origin: null`.
    headers = {
        "Content-Security-Policy": policy("'self'") + "; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cache-Control": "no-store",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    return HTMLResponse(text, status, headers)


async def _kept_logs(given: FormData, folder: str) -> list[Kept]:
    """Put the logs into files, where the reader for packed and for huge ones finds them."""
    logs: list[Kept] = []
    text = given.get("text")
    if isinstance(text, str) and text.strip():
        path = os.path.join(folder, "pasted")
        with open(path, "w", encoding="utf-8", errors="replace", newline="") as file:
            file.write(text)
        logs.append(Kept("pasted log", path))
    for number, upload in enumerate(_uploads(given, "logs")):
        path = os.path.join(folder, f"log{number}")
        await _keep(upload, path)
        logs.append(Kept(PurePosixPath((upload.filename or "log").replace("\\", "/")).name, path))
    if not logs:
        raise Refused("There is no log: paste one, or choose a file.")
    return logs


async def _kept_files(given: FormData, folder: str) -> str | None:
    """Put the project's files into a folder of their own, and nowhere else."""
    count = 0
    for upload in _uploads(given, "files"):
        parts = inside(upload.filename or "")
        if not parts:
            continue
        path = os.path.join(folder, *parts)
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            await _keep(upload, path)
        except (OSError, ValueError):
            raise Refused(f"{'/'.join(parts)}: such a file cannot be kept") from None
        count += 1
    if not count:
        return None
    return _root(folder)


def inside(name: str) -> tuple[str, ...]:
    """The parts of a file's path below the project; none where it would lead out or is not of interest.

    >>> inside("shop/web/package.json"), inside("../../etc/passwd"), inside("node_modules/a/package.json")
    (('shop', 'web', 'package.json'), (), ())
    """
    parts = tuple(part for part in name.replace("\\", "/").split("/") if part not in ("", "."))
    if len(name) > NAME or ".." in parts or SKIPPED.intersection(parts) or "\0" in name or ":" in name:
        return ()
    return parts


def _root(folder: str) -> str:
    """The project's own folder, where a whole one was chosen: its name comes before every path."""
    names = os.listdir(folder)
    inner = os.path.join(folder, names[0])
    return inner if len(names) == 1 and os.path.isdir(inner) else folder


def _uploads(given: FormData, field: str) -> list[UploadFile]:
    """The files of a field; a browser sends an empty one where none was chosen."""
    return [each for each in given.getlist(field) if not isinstance(each, str) and each.filename]


async def _keep(upload: UploadFile, path: str) -> None:
    with open(path, "xb") as file:
        while piece := await upload.read(1 << 20):
            file.write(piece)


def _report(logs: Sequence[Kept], folder: str | None) -> str:
    config = settings(".")
    book = rule_book(config)
    try:
        read = []
        for kept in logs:
            found, _ = opened((kept.path,), book)
            read += [log._replace(name=kept.name) if len(found) == 1 else log for log in found]
        read = [log._replace(id=f"l{number}") for number, log in enumerate(read, 1)]
        project = open_project(folder) if folder else None
        return render(confident(diagnose(read, book, project), config), home="/")
    except (RuleTimeout, ProjectError) as error:
        raise Refused(str(error)) from None
    except Refused as refused:
        raise Refused(_named(str(refused), logs)) from None


def _named(message: str, logs: Iterable[Kept]) -> str:
    """A message that speaks of the files as the user named them."""
    for kept in logs:
        message = message.replace(kept.path, kept.name)
    return message
