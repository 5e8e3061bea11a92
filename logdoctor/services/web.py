"""The one place that speaks HTTP: patient with servers that are busy, careful about where a token goes.

Written on urllib, so that commenting needs nothing beyond the core installation. Source of the rules
for waiting: "Best practices for using the REST API" and "Rate limits" in GitHub's documentation;
GitLab answers 429 with `Retry-After` too.
"""

from __future__ import annotations

import json
import random
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from http.client import HTTPException
from typing import Any, BinaryIO, NamedTuple
from urllib.parse import urlencode, urljoin, urlsplit

TRIES = 4
REDIRECTS = 5
LARGEST = 32 << 20
"""Bytes of an answer that is read whole."""
SECONDARY = 60.0
"""Seconds to wait where a limit was hit and the answer does not say for how long."""
_PIECE = 1 << 16


class WebError(Exception):
    """What the server refused or could not do; `status` is 0 where it gave no answer at all."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status

    @property
    def unsure(self) -> bool:
        """Whether the server may have done what was asked all the same."""
        return self.status == 0 or self.status >= 500


class Answer(NamedTuple):
    """An answer that was a success."""

    url: str
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as data."""
        try:
            return json.loads(self.body)
        except ValueError:
            raise WebError(f"{self.url}: the answer is not JSON") from None


class Clock(NamedTuple):
    """How to wait, and what time it is; tests have one that does not really wait."""

    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.time


def optional(ask: Callable[[], Answer]) -> str:
    """The text of a file that need not be there."""
    try:
        return ask().body.decode("utf-8", "replace")
    except WebError as error:
        if error.status == 404:
            return ""
        raise


class _Closed(urllib.request.HTTPRedirectHandler):
    """Redirects are followed by us: urllib would hand our token on to any host."""

    def redirect_request(self, *_: object) -> None:
        return None


class Web:
    """A server and how to be known there. `patience` bounds the seconds that all waiting may take."""

    def __init__(
        self,
        base: str,
        headers: Mapping[str, str],
        patience: float = 120.0,
        timeout: float = 30.0,
        clock: Clock | None = None,
    ) -> None:
        if urlsplit(base).scheme not in ("https", "http") or not urlsplit(base).hostname:
            raise WebError(f"{base}: not the address of a server")
        self.base = base.rstrip("/")
        self._headers = dict(headers)
        self._patience = patience
        self._timeout = timeout
        self._clock = clock or Clock()
        self._opener = urllib.request.build_opener(_Closed)

    def get(self, path: str, **query: str | int) -> Any:
        """Ask for data."""
        return self.ask("GET", _with_query(path, query)).json()

    def pages(self, path: str, most: int = 100, **query: str | int) -> Iterator[Any]:
        """Ask for data that comes in pages; `most` bounds them."""
        url: str | None = _with_query(path, {"per_page": 100, **query})
        for _ in range(most):
            if url is None:
                return
            answer = self.ask("GET", url)
            yield answer.json()
            url = _next(answer, self.base)

    def send(self, method: str, path: str, data: object = None) -> Any:
        """Change something; a POST is never repeated where the first one may have been obeyed."""
        answer = self.ask(method, path, data)
        return answer.json() if answer.body.strip() else None

    def query(self, path: str, text: str) -> Any:
        """Ask for data in GraphQL: a POST that changes nothing and may be repeated."""
        return self.ask("POST", path, {"query": text}, harmless=True).json()

    def ask(
        self, method: str, path: str, data: object = None, accept: str = "", harmless: bool = False
    ) -> Answer:
        """One request with its redirects and repetitions."""
        url = path if "://" in path else self.base + path
        body = None if data is None else json.dumps(data).encode()
        for attempt in range(1, TRIES + 1):
            try:
                return self._followed(method, url, body, accept, None)
            except _Refused as refused:
                self._wait_or_raise(refused, attempt, harmless or method != "POST")
        raise AssertionError("the last attempt returns or raises")

    def download(self, path: str, into: BinaryIO, limit: int) -> bool:
        """Write what a path holds to a file; false where it was longer than the limit and is cut off."""
        for attempt in range(1, TRIES + 1):
            into.seek(0)
            into.truncate()
            try:
                answer = self._followed("GET", self.base + path, None, "", (into, limit))
                return answer.body != b"cut"
            except _Refused as refused:
                self._wait_or_raise(refused, attempt, repeatable=True)
        raise AssertionError("the last attempt returns or raises")

    def _followed(
        self, method: str, url: str, body: bytes | None, accept: str, into: tuple[BinaryIO, int] | None
    ) -> Answer:
        for _ in range(REDIRECTS):
            answer = self._once(method, url, body, accept, into)
            if isinstance(answer, Answer):
                return answer
            url = answer
        raise WebError(f"{url}: too many redirects")

    def _once(
        self, method: str, url: str, body: bytes | None, accept: str, into: tuple[BinaryIO, int] | None
    ) -> Answer | str:
        """The answer, or where the server sends us instead."""
        request = urllib.request.Request(url, body, method=method)
        request.add_header("User-Agent", "logdoctor")
        if body is not None:
            request.add_header("Content-Type", "application/json")
        if _origin(url) == _origin(self.base):
            for name, value in self._headers.items():
                request.add_header(name, value)
            if accept:
                request.add_header("Accept", accept)
        try:
            with self._opener.open(request, timeout=self._timeout) as reply:
                headers = {name.lower(): value for name, value in reply.headers.items()}
                return Answer(url, headers, _body(reply, into, url))
        except urllib.error.HTTPError as error:
            with error:
                goal = error.headers.get("Location") if error.code in (301, 302, 303, 307, 308) else None
                if goal:
                    return _redirected(method, url, goal, error.code, self.base)
                raise _Refused(method, url, error, self._clock.now()) from None
        except (OSError, HTTPException) as error:
            reason = getattr(error, "reason", None) or error or type(error).__name__
            raise _Refused(method, url, reason, self._clock.now()) from None

    def _wait_or_raise(self, refused: _Refused, attempt: int, repeatable: bool) -> None:
        pause = refused.pause(attempt, repeatable)
        if pause is None or attempt == TRIES or pause > self._patience:
            raise WebError(str(refused), refused.status) from None
        self._patience -= pause
        self._clock.sleep(pause)


class _Refused(Exception):
    """A failure of one attempt, which knows whether and when another one makes sense."""

    def __init__(self, method: str, url: str, reason: object, now: float) -> None:
        self._headers: Mapping[str, str] = {}
        self._now = now
        self.status = 0
        text = str(reason)
        if isinstance(reason, urllib.error.HTTPError):
            self.status = reason.code
            self._headers = {name.lower(): value for name, value in reason.headers.items()}
            text = _told(reason)
        self._text = text
        code = f" {self.status}" if self.status else ""
        super().__init__(f"{method} {urlsplit(url).path}:{code} {text}".rstrip())

    def pause(self, attempt: int, repeatable: bool) -> float | None:
        """Seconds until another attempt, or nothing where none would help."""
        if self.status in (403, 429):
            return self._limit()
        if self.status in (0, 500, 502, 503, 504) and repeatable:
            return self._after() or 2.0 ** (attempt - 1) * random.uniform(0.8, 1.2)
        return None

    def _limit(self) -> float | None:
        after = self._after()
        if after is not None:
            return after
        if self._headers.get("x-ratelimit-remaining") == "0":
            reset = _number(self._headers.get("x-ratelimit-reset"))
            return max(1.0, reset - self._now + 1) if reset else SECONDARY
        limited = self.status == 429 or "rate limit" in self._text.lower()
        return SECONDARY if limited else None

    def _after(self) -> float | None:
        value = self._headers.get("retry-after")
        if value is None:
            return None
        seconds = _number(value)
        if seconds is None:
            from email.utils import parsedate_to_datetime

            try:
                seconds = parsedate_to_datetime(value).timestamp() - self._now
            except (ValueError, TypeError):
                return None
        return max(1.0, seconds)


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text and text.strip().isdecimal() else None
    except ValueError:
        return None


def _told(error: urllib.error.HTTPError) -> str:
    """The server's own words about a refusal, on one line."""
    try:
        said = json.loads(error.read(_PIECE))
        message = said.get("message") or said.get("error") if isinstance(said, dict) else None
    except (OSError, ValueError, HTTPException):
        message = None
    return " ".join(str(message or error.reason).split())[:300]


def _body(reply: Any, into: tuple[BinaryIO, int] | None, url: str) -> bytes:
    if into is None:
        data: bytes = reply.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise WebError(f"{url}: the answer is larger than {LARGEST >> 20} MiB")
        return data
    file, left = into
    while part := reply.read(_PIECE):
        if len(part) > left:
            file.write(part[:left])
            return b"cut"
        file.write(part)
        left -= len(part)
    return b""


def _redirected(method: str, url: str, goal: str, code: int, base: str) -> str:
    """Where a redirect leads; what changes something never follows one to another server."""
    there = urljoin(url, goal)
    same = _origin(there) == _origin(base)
    if urlsplit(there).scheme not in ("https", "http") or (method != "GET" and not (same and code >= 307)):
        raise WebError(f"{method} {urlsplit(url).path}: sent elsewhere, which is not followed", code)
    if _origin(url)[0] == "https" and urlsplit(there).scheme == "http":
        raise WebError(f"{method} {urlsplit(url).path}: sent to an address without encryption", code)
    return there


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port


def _with_query(path: str, query: Mapping[str, str | int]) -> str:
    return f"{path}{'&' if '?' in path else '?'}{urlencode(query)}" if query else path


def _next(answer: Answer, base: str) -> str | None:
    """The next page's address, if it lies on the same server."""
    for link in answer.headers.get("link", "").split(","):
        address, _, relation = link.partition(";")
        if 'rel="next"' in relation:
            url = urljoin(answer.url, address.strip().removeprefix("<").removesuffix(">"))
            return url if _origin(url) == _origin(base) else None
    return None
