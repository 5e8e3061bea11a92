"""What a proof rests on, as a hash: the case, the rules that spoke, and the edits that they may make.

A row of PROOF.md carries the seal of the day it was seen. As long as the same seal can be computed
from the files, nothing that the row covers has changed since; no date and no history is needed, so
any clone can tell. Words that a build cannot notice (a rule's explanation, a case's labels) are not
part of it.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec

from logdoctor.knowledge.rules import RuleBook
from logdoctor.model import RemedyPlan, Rule
from logdoctor.remedies.edits import CHECKS, OPERATIONS
from logdoctor.remedies.remedy import SOLVERS
from logdoctor.workshop.lab.case import Case
from logdoctor.workshop.lab.labels import row_of

_ROOT = "logdoctor.remedies"
_SHARED = "targets"
"""How every edit finds its file; what it needs is the ground of all repairs and belongs to none."""
_LENGTH = 16
_QUIET = re.compile(
    rb"^[ \t]*(?:from [\w.]+ import (?:\([^)]*\)|[^\n(]*)|import [^\n]*|if TYPE_CHECKING:|#[^\n]*|)\n",
    re.MULTILINE,
)


def seal(case: Case, tool: str, rules: Collection[str], book: RuleBook) -> str:
    """The hash of all that a proof of one variant of a case by these rules rests on."""
    known = {name: book.rule(name) for name in rules if name in book.ids}
    digest = hashlib.sha256()
    for part in (*_case(case, tool), *(_rule(known.get(name), name) for name in sorted(set(rules)))):
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()[:_LENGTH]


def _case(case: Case, tool: str) -> Iterator[bytes]:
    """The case as a person wrote it, with that variant's row alone, and its files with their modes."""
    row = row_of(case.spec, tool)
    rows = [row] if row else []
    spec = msgspec.structs.replace(case.spec, matrix=rows, logs=[], title="", broken="", person=None)
    yield msgspec.json.encode(_said(msgspec.to_builtins(spec)), order="sorted")
    stub = case.folder / "stub.json"
    places = [*sorted((case.folder / "project").rglob("*")), *([stub] if stub.exists() else [])]
    for place in places:
        name = place.relative_to(case.folder).as_posix()
        if place.is_symlink():
            yield f"{name} -> {place.readlink()}".encode()
        elif place.is_file():
            executable = bool(place.stat().st_mode & 0o100)
            yield f"{name} {executable}\n".encode() + place.read_bytes()


def _said(value: Any) -> Any:
    """A document without what is left open, so that a new key of the format changes no old seal."""
    if isinstance(value, dict):
        return {key: _said(one) for key, one in value.items() if one or one is False}
    return [_said(one) for one in value] if isinstance(value, list) else value


def _rule(rule: Rule | None, name: str) -> bytes:
    """What a rule recognises and does; nothing where there is no such rule any more."""
    if rule is None:
        return name.encode()
    plans = [plan._replace(title="", why="", steps=()) for plan in rule.remedies]
    patterns = [(each.line, "", each.nearby, each.prefer) for each in rule.patterns]
    told = msgspec.json.encode((rule.tier, rule.tools, patterns, rule.yields_to, plans), order="sorted")
    return told + b"".join(_code(module) for module in sorted(edits_of(rule.remedies)))


def edits_of(plans: Iterable[RemedyPlan]) -> frozenset[str]:
    """The modules below remedies/ that carry the plans out, without those that all repairs share."""
    found: set[str] = set()
    for plan in plans:
        if plan.solve in SOLVERS:
            own = _reached(SOLVERS[plan.solve]) - _reached(_SHARED)
            found |= own
            for name in (word for module in own for word in _operations_in(module)):
                found |= _of_operation(name)
        if plan.edit:
            found |= _of_operation(plan.edit)
    return frozenset(found)


def _of_operation(name: str) -> frozenset[str]:
    operation = OPERATIONS[name]
    return _reached(f"edits.{operation.module}") | _reached(f"edits.{CHECKS[operation.format]}")


@cache
def _code(module: str) -> bytes:
    """A module's text without imports, comment lines and blank ones: moving them changes no repair."""
    return _QUIET.sub(b"", _file(module).read_bytes())


def _file(module: str) -> Path:
    return Path(str(files(_ROOT).joinpath(*module.split(".")[:-1], f"{module.split('.')[-1]}.py")))


@cache
def _reached(module: str) -> frozenset[str]:
    """A module below remedies/ and all that it imports there, at whatever place in its text."""
    seen: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name not in seen and _file(name).exists():
            seen.add(name)
            waiting += _imported(name)
    return frozenset(seen)


def _imported(module: str) -> list[str]:
    found: list[str] = []
    for node in ast.walk(ast.parse(_file(module).read_bytes())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(_ROOT):
            below = (node.module or "").removeprefix(_ROOT).lstrip(".")
            found += [below] if below else [one.name for one in node.names]
    return found


@cache
def _operations_in(module: str) -> frozenset[str]:
    """The operations that a solver names in its text."""
    words = set(re.findall(r"[a-z]+(?:-[a-z]+)+", _code(module).decode()))
    return frozenset(words & OPERATIONS.keys())
