"""A rule as its author writes it: YAML read strictly, every mistake with its line.

Scalars are taken as the text that stands there, so `version: 10.30` keeps its zero and a country
called `no` stays a country; msgspec turns them into numbers and truth values where the field asks
for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from msgspec import Meta, Struct, field
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from logdoctor.knowledge.errors import RuleError
from logdoctor.knowledge.yaml_read import quickest

Name = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
Title = Annotated[str, Meta(min_length=1, max_length=80)]
Text = Annotated[str, Meta(min_length=1)]


class Nearby(Struct, frozen=True, forbid_unknown_fields=True):
    """Another line of the same step that must, or must not, stand near the line."""

    line: Text
    within: Annotated[int, Meta(ge=0, le=200)] | None = None
    where: Literal["before", "after", "near"] = "near"
    absent: bool = False


class Alternative(Struct, frozen=True, forbid_unknown_fields=True):
    """One way in which the trouble is worded."""

    line: Text
    needle: Annotated[str, Meta(min_length=1)] | None = None
    nearby: tuple[Nearby, ...] = field(default=(), name="with")
    prefer: Literal["first", "last"] = "first"


class RemedyPlan(Struct, frozen=True, forbid_unknown_fields=True):
    """An act that repairs the build: an edit, a solver, or steps for a person."""

    id: Name
    title: Annotated[str, Meta(min_length=1, max_length=120)]
    applicability: Literal["safe", "review", "manual"]
    why: Text
    edit: str | None = None
    solve: str | None = None
    file: str | None = None
    args: dict[str, str] = {}
    steps: tuple[Text, ...] = ()


class Origin(Struct, frozen=True, forbid_unknown_fields=True):
    """Where an example's log came from: recorded from a real tool, or typed by somebody."""

    kind: Literal["recorded", "typed"]
    tool: str | None = None
    version: str | None = None
    case: str | None = None


class Example(Struct, frozen=True, forbid_unknown_fields=True):
    """A log and what must come of it: a test of the rule."""

    name: Text
    origin: Origin = field(name="from")
    log: Text
    line: Annotated[int, Meta(ge=1)] | None = None
    captures: dict[str, str] = {}
    none: bool = False
    files: dict[str, str] = {}
    remedy: str | None = None
    fixed: dict[str, str] = {}


class RuleFile(Struct, frozen=True, forbid_unknown_fields=True):
    """A known trouble of builds: how logs word it, what it means, what helps."""

    schema: Literal[1]
    id: Name
    title: Title
    family: Name
    tier: Literal["cause", "symptom", "wrapper"]
    nature: Literal["your-change", "environment", "upstream", "transient"]
    match: Annotated[tuple[Alternative, ...], Meta(min_length=1)]
    explain: Text
    examples: tuple[Example, ...]
    tools: dict[str, str] = {}
    remedies: tuple[RemedyPlan, ...] = ()
    false_positives: str = ""
    references: tuple[Text, ...] = ()
    unrecorded: str = ""
    yields_to: tuple[Name, ...] = ()


class Authored(NamedTuple):
    """A rule file that could be read, and the line of each of its values, by path (`$.match[0]`)."""

    file: str
    rule: RuleFile
    places: Mapping[str, int]

    def error(self, path: str, message: str) -> RuleError:
        """An error at the value of that path, or at the nearest one round it."""
        return RuleError(self.file, _nearest(self.places, path), message)


def rule_schema() -> dict[str, Any]:
    """The JSON Schema of a rule file, for editors."""
    schema = msgspec.json.schema(RuleFile)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "logdoctor rule", **schema}


@lru_cache(maxsize=1024)
def parse(text: str, file: str, stranger: bool = False) -> Authored:
    """Read one rule file; the first thing that is wrong with it is raised as RuleError.

    A `stranger`'s file lies in the project that is looked at, and whoever changed that may have written it.
    """
    places: dict[str, int] = {}
    data = _plain(_compose(text, file, stranger), "$", places, file)
    try:
        return Authored(file, msgspec.convert(data, RuleFile, strict=False), places)
    except msgspec.ValidationError as error:
        raise _located(str(error), file, places) from None


def _compose(text: str, file: str, stranger: bool) -> Node:
    try:
        node: Node | None = (
            YAML(typ="safe", pure=True).compose(text) if stranger else quickest(YAML.compose, text)
        )
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise RuleError(file, mark.line + 1 if mark else 1, f"not YAML: {error.problem}") from None
    except YAMLError as error:
        raise RuleError(file, 1, f"not YAML: {str(error).splitlines()[0]}") from None
    if node is None:
        raise RuleError(file, 1, "the file is empty")
    return node


def _plain(node: Node, path: str, places: dict[str, int], file: str) -> object:
    """The text, lists and mappings of a YAML node; refuses what YAML has beyond these."""
    line = node.start_mark.line + 1
    if node.anchor:
        raise RuleError(file, line, "anchors and aliases are not allowed in a rule")
    places.setdefault(path, line)
    if isinstance(node, MappingNode):
        return dict(_items(node, path, places, file))
    if isinstance(node, SequenceNode):
        return [_plain(each, f"{path}[{n}]", places, file) for n, each in enumerate(node.value)]
    assert isinstance(node, ScalarNode)
    tag = str(node.tag)
    if not tag.startswith("tag:yaml.org,2002:"):
        raise RuleError(file, line, f"tags such as {tag} are not allowed in a rule")
    return None if tag.endswith(":null") else str(node.value)


def _items(node: MappingNode, path: str, places: dict[str, int], file: str) -> Iterator[tuple[str, object]]:
    seen: set[str] = set()
    for key, value in node.value:
        name, line = str(key.value), key.start_mark.line + 1
        if not isinstance(key, ScalarNode):
            raise RuleError(file, line, "a key must be a word")
        if name in seen:
            raise RuleError(file, line, f"`{name}` stands here a second time")
        seen.add(name)
        places[f"{path}.{name}"] = line
        yield name, _plain(value, f"{path}.{name}", places, file)


def _located(message: str, file: str, places: Mapping[str, int]) -> RuleError:
    """Give msgspec's `Expected … - at `$.x`` the line it speaks of."""
    said, _, path = message.partition(" - at `")
    path = path.rstrip("`") or "$"
    unknown = re.search(r"unknown field `(.*)`", said)
    line = _nearest(places, f"{path}.{unknown[1]}" if unknown else path)
    where = "" if path == "$" else f" (in {path[2:]})"
    return RuleError(file, line, said + where)


def _nearest(places: Mapping[str, int], path: str) -> int:
    while path and path not in places:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return places.get(path, 1)
