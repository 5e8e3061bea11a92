"""`logdoctor prove`: repair a copy of the project until its build is green, and hand over the one patch."""

from __future__ import annotations

import io
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from logdoctor.faces import output
from logdoctor.faces.fix import LEVELS
from logdoctor.faces.pipeline import Call, examined
from logdoctor.faces.status import INTERRUPTED, USAGE, Refused
from logdoctor.logs.read import read
from logdoctor.logs.sources import Raw
from logdoctor.model import Diagnosis, NotPatched, Patch, Remedy, Report
from logdoctor.remedies.edits.spans import diff
from logdoctor.render.clean import clean_line
from logdoctor.services.apply import Chosen, Kept, apply, write
from logdoctor.services.copy import MEGABYTE, TooBig, copy_project
from logdoctor.services.process import CannotRun, run
from logdoctor.services.prove import Built, End, Progress, Proof, Round, prove

STATUS: dict[End, int] = {"proven": 0, "improved": 1, "not repaired": 3}
TAIL = 15
STOPPED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Wish(NamedTuple):
    """What the user asked for; `apply` is the level of remedies that may be written, or nothing."""

    command: Sequence[str]
    project: str | None = None
    dockerfile: str | None = None
    rounds: int = 5
    most: int = 2000
    apply: str = ""
    allow_dirty: bool = False


class Place(NamedTuple):
    """The user's project, where its copies stand, and where in them the command runs.

    `held` notes what files held before they were repaired in a copy (None: there was no file).
    """

    original: str
    copy: str
    here: str
    held: dict[str, bytes | None]


def proven(wish: Wish) -> int:
    """Prove, tell, and write if asked to; whatever stops it, the user's tree is as it was."""
    try:
        with _place(wish) as place:
            proof = prove(
                lambda contents: _build(wish, place, contents),
                lambda log: _examine(wish, place, log),
                wish.rounds,
                Progress(_trying, _tried),
            )
            return _answered(wish, place, proof)
    except KeyboardInterrupt:
        output.tell("logdoctor: stopped; your files are as they were")
        return INTERRUPTED
    except CannotRun as error:
        raise Refused(str(error), USAGE) from None


@contextmanager
def _place(wish: Wish) -> Iterator[Place]:
    """A folder for copies, for as long as the block runs."""
    original = os.path.realpath(wish.project or ".")
    if not os.path.isdir(original):
        raise Refused(f"{wish.project}: no such folder")
    inside = os.path.relpath(os.path.realpath("."), original)
    with tempfile.TemporaryDirectory(prefix="logdoctor-", ignore_cleanup_errors=True) as scratch:
        # The copy keeps the folder's name: compose and some tools derive theirs from it.
        copy = os.path.join(os.path.realpath(scratch), os.path.basename(original) or "project")
        here = copy if inside.startswith("..") else os.path.normpath(os.path.join(copy, inside))
        yield Place(original, copy, here, {})


def _copy(wish: Wish, place: Place, contents: Mapping[str, bytes]) -> None:
    """A fresh copy of the user's files, with the repairs so far."""
    shutil.rmtree(place.copy, ignore_errors=True)
    try:
        done = copy_project(place.original, place.copy, wish.most * MEGABYTE)
        place.held.update({path: _content(place.copy, path) for path in contents})
        write(place.copy, contents)
    except TooBig as error:
        raise Refused(f"{error}; raise the limit with --limit MB") from None
    except OSError as error:
        raise Refused(f"{error.filename}: cannot be copied ({error.strerror})") from None
    if not contents:
        output.tell(f"copied {done.files} files, {done.size / MEGABYTE:.1f} MB; yours are not touched")


def _build(wish: Wish, place: Place, contents: Mapping[str, bytes]) -> Built:
    _copy(wish, place, contents)
    heard: list[int] = []
    # Its output goes to standard error: standard output is for the patch alone.
    out = sys.stderr.buffer if sys.stderr else io.BytesIO()
    with tempfile.TemporaryFile("w+b") as kept:
        status = run(wish.command, out, kept, place.here, heard)
        if any(number in STOPPED for number in heard) or status == INTERRUPTED:
            raise KeyboardInterrupt
        kept.seek(0)
        return Built(status, kept.read())


def _examine(wish: Wish, place: Place, log: bytes) -> Report:
    call = Call((), place.copy, wish.dockerfile)
    if not log.strip():
        raise Refused(f"{wish.command[0]} failed and printed nothing", STATUS["not repaired"])
    return examined(call, io.BytesIO(log), " ".join(wish.command))[0]


def _trying(number: int, diagnosis: Diagnosis, remedy: Remedy) -> None:
    output.tell(f"\nround {number}: {clean_line(diagnosis.title)}")
    output.tell(f"  trying: {clean_line(remedy.title)} ({remedy.applicability}) …\n")


def _tried(number: int, done: Round) -> None:
    output.tell(f"\nround {number}: {done.result}")


def _answered(wish: Wish, place: Place, proof: Proof) -> int:
    if proof.rounds:
        output.tell("\n" + "\n".join(table(proof)) + "\n")
    tail = _tail(proof.last.log, place) if proof.end == "proven" else ""
    output.tell(tail + "\n" * bool(tail) + verdict(proof))
    output.answer(combined(place, proof))
    status = STATUS[proof.end]
    if wish.apply and proof.contents:
        return _written(wish, place, proof) or status
    return status


def table(proof: Proof) -> Iterable[str]:
    """The rounds, one a line, in columns."""
    rows = [("round", "rule", "remedy", "level", "result")]
    for number, each in enumerate(proof.rounds, 1):
        rule = each.diagnosis.rule or each.diagnosis.klass
        result = each.result if each in proof.kept else f"{each.result}, taken back"
        rows.append((str(number), rule, each.remedy.id, each.remedy.applicability, result))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def verdict(proof: Proof) -> str:
    """One sentence that says what is proven and what is not."""
    if proof.end == "proven":
        return "proven: the build is green with this patch" if proof.rounds else "the build is green as it is"
    found = proof.report.diagnoses if proof.report else ()
    left = clean_line(found[0].title) if found else "a failure that no rule knows"
    reason = next((_reason(each) for each in found if _reason(each)), "")
    told = f"{left}{': ' + clean_line(reason) if reason else ''}"
    if proof.end == "improved":
        return f"improved, not green: this patch repairs what failed first; now it fails with: {told}"
    return f"not repaired: {told}"


def _reason(diagnosis: Diagnosis) -> str:
    reasons = [each.outcome.reason for each in diagnosis.remedies if isinstance(each.outcome, NotPatched)]
    return reasons[0] if reasons else ""


def combined(place: Place, proof: Proof) -> str:
    """One diff from the user's files to the repaired ones."""
    return "".join(
        diff(path, None if (old := place.held[path]) is None else _text(old), _text(content))
        for path, content in proof.contents.items()
    )


def _text(content: bytes) -> str:
    return content.decode("utf-8", "surrogateescape")


def _tail(log: bytes, place: Place) -> str:
    """The end of the green build's log, with the user's own folder in it."""
    lines = read(
        Raw("build.log", log.replace(os.fsencode(place.copy), os.fsencode(place.original)), None)
    ).lines
    told = (f"  | {clean_line(line.text)}".rstrip() for line in lines[-TAIL:])
    return "\n".join(["the green build ended with:", *told, ""]) if lines else ""


def _written(wish: Wish, place: Place, proof: Proof) -> int:
    """Write what was proven, under the guards of `fix --apply`; 0 when that is done."""
    if proof.end != "proven":
        output.tell("not written: the build is not green with it")
        return STATUS[proof.end]
    changed = [path for path in proof.contents if _content(place.original, path) != place.held[path]]
    if changed:
        output.tell(f"not written: {', '.join(map(clean_line, changed))} changed while the build ran")
        return STATUS["improved"]
    (result,) = apply([_whole(place, proof)], place.original, LEVELS[wish.apply], wish.allow_dirty)
    if isinstance(result, Kept):
        output.tell(f"not written: {clean_line(result.reason)}")
        return STATUS["improved"]
    output.tell(f"written: {', '.join(map(clean_line, proof.contents))}")
    return 0


def _content(folder: str, path: str) -> bytes | None:
    try:
        with open(os.path.join(folder, path), "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None


def _whole(place: Place, proof: Proof) -> Chosen:
    """All rounds as one patch, as sure as the least sure of them."""
    least = next((each for each in proof.kept if each.remedy.applicability != "safe"), proof.kept[0])
    patch = Patch(combined(place, proof), tuple(proof.contents), "files", proof.contents)
    return Chosen(least.diagnosis, least.remedy._replace(outcome=patch), patch)
