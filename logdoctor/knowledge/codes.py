"""What is known of a tool's error code where no rule knows the trouble: read only when one is asked for.

The lists stand in `data/codes`, one line for each code, and name a topic, which says what errors of
that kind mean, what they concern and what to do next. Code names and wordings are the tools' own
(pnpm 4 to 12, npm 12, Yarn 4, BuildKit of 2026); what is said about them is ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from logdoctor import resources
from logdoctor.knowledge.book import RuleBook
from logdoctor.model import Match, Nature, RemedyPlan, Rule, Step
from logdoctor.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Any

HOLE = "…"
"""Stands in a wording for what changes from log to log."""
MESSAGE = "buildkit-message"
"""The rule that stands for a message of BuildKit, which has wordings instead of codes."""
LEAST = 6
"""Letters by which a wording must be recognised if it is not the whole message."""
NAMES = {"pnpm": "pnpm", "npm": "npm", "yarn": "Yarn", "buildkit": "BuildKit"}
"""The tools as they call themselves."""
_BUILDER = re.compile(
    r"^\W{0,4}(?:[\w ]{0,40}failed with: |ERROR: |Error response from daemon: |failed to (?:build|solve): "
    r"|failed to solve with frontend [\w.-]+: |failed to create LLB definition: "
    r"|rpc error: code = \w+ desc = )+"
)
"""What stands before the builder's own message, in all its ways."""
_STARTS = (("pnpm", "ERR_PNPM_"), ("yarn", "YN"), ("npm", "E"))


class Topic(NamedTuple):
    """What errors of one kind have in common."""

    name: str
    about: str
    concerns: str
    nature: Nature
    next: tuple[str, ...]


class Code(NamedTuple):
    """An error that a tool can print. `versions` are those of the tool; `wording` is its own text."""

    tool: str
    name: str
    versions: str
    topic: Topic
    meaning: str
    wording: str

    @property
    def explain(self) -> str:
        """What it means, in one or two sentences."""
        return self.meaning or self.topic.about


def code_of(name: str) -> Code | None:
    """The error of that name, or of a family of names (`ERR_PNPM_FETCH_503`); None if it is no code."""
    for tool, start in _STARTS:
        if name.startswith(start) and re.fullmatch(r"[A-Z0-9_]+", name):
            return _exact(tool, name) or _starred(tool, name) or _kin(tool, name)
    return None


def message_of(text: str) -> Code | None:
    """The wording of BuildKit that a message was made from, the most telling one; None if it is none."""
    message = _BUILDER.sub("", text).strip()
    best: tuple[int, int] | None = None
    rows = _messages()
    for number, (_, _, _, wording) in enumerate(rows):
        if _may_say(message, wording):
            weight = sum(map(str.isalpha, wording))
            if (best is None or weight > best[0]) and _says(message, wording, weight):
                best = weight, number
    if best is None:
        return None
    _, _, topic, wording = rows[best[1]]
    return Code("buildkit", wording, "", _topic("buildkit", topic), "", wording)


def named(match: Match, book: RuleBook) -> Match:
    """The same hit, told as what is known of the code or message that stands in it."""
    rule = match.rule
    if not rule.ours:
        return match
    if rule.id == MESSAGE:
        return _worded(match, book) or match
    code = code_of(match.captures.get("code", ""))
    return match if code is None else match._replace(rule=_told(rule, code))


def spoken(step: Step, position: int, book: RuleBook) -> Match | None:
    """A line that no rule knows as a hit of BuildKit's messages, if the builder itself says it."""
    line = step.lines[position]
    if MESSAGE not in book.ids or _BUILDER.match(line.text) is None:
        return None
    span = (0, len(line.text))
    return _worded(Match(book.rule(MESSAGE), step, position, line, span, {}), book)


def _worded(match: Match, book: RuleBook) -> Match | None:
    code = message_of(match.line.text)
    if code is None:
        return None
    return match._replace(rule=_told(book.rule(MESSAGE), code), captures={"message": code.name})


def _told(rule: Rule, code: Code) -> Rule:
    """The rule of all codes, with the words of this one."""
    plan = RemedyPlan(
        id="next-step",
        title=f"Look at {code.topic.concerns}",
        applicability="manual",
        why=code.topic.about if code.meaning else "",
        steps=code.topic.next,
    )
    return rule._replace(explain=code.explain, nature=code.topic.nature, remedies=(plan,))


def _exact(tool: str, name: str) -> Code | None:
    text = _read(f"{tool}.tsv")
    at = text.find(f"\n{name}\t")
    return None if at < 0 else _code(tool, text[at + 1 : text.find("\n", at + 1)])


def _starred(tool: str, name: str) -> Code | None:
    """A code whose end is made at run time, such as a status; the longest beginning that is known."""
    found = None
    for row in re.findall(r"^[A-Z0-9_]+\*\t.*", _read(f"{tool}.tsv"), re.M):
        start = row.split("*", 1)[0]
        status = tool != "npm" or name[len(start) :].isdigit()
        if name.startswith(start) and status and (found is None or len(start) > len(found[0])):
            found = start, row
    return _code(tool, found[1])._replace(name=name) if found else None


def _kin(tool: str, name: str) -> Code | None:
    """A code of a later version: the topic that most codes with the same first words have."""
    words = name.split("_")
    for count in range(len(words) - 1, 2, -1):
        start = re.escape("_".join(words[:count]))
        topics = re.findall(rf"^{start}_\S*\t[^\t]*\t([^\t\n]+)", _read(f"{tool}.tsv"), re.M)
        if topics:
            return Code(tool, name, "", _topic(tool, max(topics, key=topics.count)), "", "")
    return None


def _code(tool: str, row: str) -> Code:
    name, versions, topic, meaning, wording = (*row.split("\t"), "", "")[:5]
    return Code(tool, name, versions, _topic(tool, topic), meaning, wording)


@cache
def _topic(tool: str, name: str) -> Topic:
    import tomllib

    text = _read(f"{tool}.toml")
    start = text.index(f"\n[{name}]\n") + 1
    end = text.find("\n[", start)
    table: dict[str, Any] = tomllib.loads(text[start : end if end > 0 else len(text)])[name]
    nature: Nature = table.get("nature", "your-change")
    return Topic(name, table["about"], table["concerns"], nature, tuple(table["next"]))


def every_code(tool: str) -> Iterator[Code]:
    """All that is known of one tool: `pnpm`, `npm` or `yarn`; of `buildkit` the messages."""
    if tool == "buildkit":
        for _, _, topic, wording in _messages():
            yield Code(tool, wording, "", _topic(tool, topic), "", wording)
        return
    for row in _read(f"{tool}.tsv").splitlines():
        if not row.startswith("#"):
            yield _code(tool, row)


def _may_say(message: str, wording: str) -> bool:
    """Whether every fixed piece of the wording stands in the message: quick, and rarely true."""
    return all(piece in message for piece in wording.split(HOLE))


def _says(message: str, wording: str, weight: int) -> bool:
    """Whether the message, or a part of it between colons, is made from the wording."""
    pattern = ".*?".join(re.escape(piece) for piece in wording.split(HOLE))
    if weight < LEAST:
        return re.fullmatch(pattern, message) is not None
    return re.search(rf"(?:^|: ){pattern}(?:$|: )", message) is not None


@cache
def _messages() -> list[tuple[str, str, str, str]]:
    rows = (row.split("\t") for row in _read("buildkit.tsv").splitlines() if not row.startswith("#"))
    return [(area, kind, topic, wording) for area, kind, topic, wording in rows]


@cache
def _read(name: str) -> str:
    data = resources.packaged(f"codes/{name}")
    if data is None:
        raise FileNotFoundError(f"the list {name} is missing from this installation of logdoctor")
    return data.decode()
