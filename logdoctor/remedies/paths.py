"""Which file of the repository a path in a log means.

Logs speak of `/app/packages/x/package.json`, `C:\\repo\\package.json` or plain `package.json`. The
Dockerfile's COPY lines say where an image's files came from; without them the longest common tail
must do. All candidates are returned, for two that are equally good must not become a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from posixpath import normpath

from logdoctor.model import Evidence
from logdoctor.record import NamedTuple
from logdoctor.remedies.documents import read_json
from logdoctor.remedies.project import Project
from logdoctor.remedies.site import Site, workdir
from logdoctor.remedies.stages import MOST_HOPS, Copied, Stage, absolute, chain, copies, stage_named

POSITION = re.compile(r"[:(]\d+(?:[:,]\d+)*\)?:?$")
DRIVE = re.compile(r"^[A-Za-z]:[\\/]")
MAPPED, SAME_PATH, PACKAGE, TAIL, LOOSE = 500, 300, 200, 100, 50


class Found(NamedTuple):
    """A file that a log's path may mean; `score` orders, `evidence` says why."""

    path: str
    score: int
    evidence: tuple[Evidence, ...] = ()


class LogPath(NamedTuple):
    """A path as a log prints it, taken apart; `absolute` if it began at a root or a drive."""

    parts: tuple[str, ...]
    absolute: bool

    @property
    def text(self) -> str:
        """The path with `/`."""
        return ("/" if self.absolute else "") + "/".join(self.parts)


def read_path(text: str) -> LogPath:
    """Take a printed path apart: quotes, `file://`, drives, shares, `./` and `:3:5` fall away.

    >>> read_path("C:\\\\repo\\\\web\\\\package.json:3:5")
    LogPath(parts=('repo', 'web', 'package.json'), absolute=True)
    """
    text = text.strip().strip("'\"`<>").strip()[:2000]
    text = POSITION.sub("", text)
    if text.lower().startswith("file:"):
        from urllib.parse import unquote

        text = unquote(re.sub(r"^file:(?://localhost)?/*", "/", text, flags=re.IGNORECASE))
        text = text.lstrip("/") if DRIVE.match(text.lstrip("/")) else text
    text = re.sub(r"^[\\/]{2}[?.][\\/](?:UNC[\\/])?", lambda found: "//" if "UNC" in found[0] else "", text)
    share = re.match(r"^(?:\\\\|//)[^\\/]+[\\/][^\\/]+[\\/]", text)
    drive = DRIVE.match(text)
    rest = text[share.end() :] if share else text[2:] if drive else text
    if drive or share or "\\" in rest:
        rest = rest.replace("\\", "/")
    rooted = bool(drive or share or rest.startswith("/"))
    clean = normpath("/" + rest) if rooted else normpath(rest or ".")
    parts = tuple(part for part in clean.split("/") if part not in ("", ".", ".."))
    return LogPath(parts, rooted)


def locate(text: str, site: Site) -> tuple[Found, ...]:
    """Every file of the project that a log's path may mean, the likeliest first."""
    path = read_path(text)
    if not path.parts or "node_modules" in path.parts or any(ord(char) < 32 for char in text):
        return ()
    found: dict[str, Found] = {}
    for each in (*_mapped(path, site), *_by_package(path, site), *_by_tail(path, site)):
        real = site.project.real(each.path)
        if real not in found or found[real].score < each.score:
            found[real] = each._replace(path=real)
    return tuple(sorted(found.values(), key=lambda each: (-each.score, each.path)))


def best(found: Sequence[Found]) -> tuple[Found, ...]:
    """Those that no other beats."""
    return tuple(each for each in found if each.score == found[0].score)


def _mapped(path: LogPath, site: Site) -> Iterator[Found]:
    """Follow COPY lines back from the failing step, in each Dockerfile that fits."""
    if not site.in_image:
        return
    for seen in site.readings:
        yield from _through(path, seen)


def _through(path: LogPath, site: Site) -> Iterator[Found]:
    if site.stage is None or not isinstance(site.dockerfile, str):
        return
    where = path.text if path.absolute else absolute(path.text, workdir(site) or "/")
    line = site.line or (1 << 30)
    lines = site.text.split("\n")
    for context in site.contexts:
        for file, number in origins(site.project, site.stages, site.stage, where, line, context):
            shown = lines[number - 1].rstrip("\r")[:300]
            yield Found(file, MAPPED, (Evidence("project", site.dockerfile, number, shown),))


def origins(
    project: Project,
    stages: Sequence[Stage],
    stage: Stage,
    where: str,
    before: int,
    context: str,
    hops: int = 0,
) -> Iterator[tuple[str, int]]:
    """The files copied to `where` in an image with the line of the COPY, the latest first."""
    if hops > MOST_HOPS:
        return
    for part in chain(stages, stage):
        for copied in copies(part, before):
            other = stage_named(stages, copied.origin) if copied.origin else None
            if copied.origin and other is None:
                continue
            for inner in inner_paths(project, copied, where, context):
                if other is not None:
                    start = absolute(inner, "/")
                    yield from origins(project, stages, other, start, 1 << 30, context, hops + 1)
                elif project.has(file := f"{context}/{inner}".lstrip("/")):
                    yield file, copied.line
                    return
        before = 1 << 30


def inner_paths(project: Project, copied: Copied, where: str, context: str) -> Iterator[str]:
    """What paths of its sources a COPY would have put at `where`, be each source a file or a folder."""
    for source in copied.sources:
        clean = normpath(source.strip("/") or ".").removeprefix("./")
        clean = "" if clean == "." else clean
        root = copied.target.rstrip("/")
        if any(char in clean for char in "*?["):
            yield from _wild(project, copied, clean, where, context)
            continue
        if copied.parents and clean:
            root = f"{root}/{clean}"
        if where.startswith(f"{root}/"):
            yield f"{clean}{where[len(root) :]}".lstrip("/")
        name = clean.rpartition("/")[2]
        if clean and where == (f"{root}/{name}" if copied.into and not copied.parents else root):
            yield clean


def _wild(project: Project, copied: Copied, clean: str, where: str, context: str) -> Iterator[str]:
    for path in project.named(where.rpartition("/")[2]):
        inner = path.removeprefix(f"{context}/") if context else path
        if context and inner == path:
            continue
        kept = inner if copied.parents else inner.rpartition("/")[2]
        if fnmatchcase(inner, clean) and where == f"{copied.target.rstrip('/')}/{kept}":
            yield inner


def _by_package(path: LogPath, site: Site) -> Iterator[Found]:
    """A relative path that a workspace's package printed means the file in its own folder."""
    if path.absolute:
        return
    words = {word for word in re.split(r"[\s:#]+", f"{site.cause.lane} {site.inner.name[:300]}") if word}
    for folder in site.members if words else ():
        name = read_json(site.project, f"{folder}/package.json".lstrip("/")).get("name")
        file = f"{folder}/{'/'.join(path.parts)}".lstrip("/")
        if ((folder and folder in words) or name in words) and site.project.has(file):
            yield Found(file, PACKAGE + (200 if site.cause.lane else 0))


def _by_tail(path: LogPath, site: Site) -> Iterator[Found]:
    """Files whose own path ends the log's, the longest first; then files that share its last parts."""
    parts, project = path.parts, site.project
    whole = ["/".join(parts[-length:]) for length in range(1, len(parts) + 1)]
    own = [file for file in whole if project.has(file)]
    for file in own:
        length = file.count("/") + 1
        if length > 1 or not _in_subfolder(parts, site):
            yield Found(file, (SAME_PATH if length > 1 or not path.absolute else TAIL) + length)
    for file in project.named(parts[-1]):
        shared = _shared(file.split("/"), parts)
        if file in own:
            continue
        if path.absolute and shared > 1:
            yield Found(file, TAIL + shared)
        elif shared == len(parts) or (path.absolute and not own):
            yield Found(file, LOOSE)


def _in_subfolder(parts: Sequence[str], site: Site) -> bool:
    """Whether the log's path names a folder of the project, so that a file of the root is not meant."""
    folders = (folder.rpartition("/")[2] for folder in site.project.folders)
    return len(parts) > 1 and parts[-2] in folders


def _shared(file: Sequence[str], parts: Sequence[str]) -> int:
    count = 0
    while count < min(len(file), len(parts)) and file[-1 - count] == parts[-1 - count]:
        count += 1
    return count
