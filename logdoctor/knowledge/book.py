"""The compiled form of rules: one row of plain JSON for each, read back only when it is hit."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from logdoctor.model import Nearby, Pattern, RemedyPlan, Rule
from logdoctor.record import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

FORMAT = 3
_BREAK = b',\n"rules": [\n'
_END = b"\n]}\n"

Owner = tuple[int, int]
"""A rule's and a pattern's number."""
Index = tuple[Sequence[str], Sequence[Sequence[Owner]]]
"""Literals, and for each the patterns that want it."""


class RuleBook:
    """All rules, found by the literals of their patterns; a rule is built when somebody asks."""

    def __init__(
        self,
        heads: Sequence[Sequence[Any]],
        rows: Sequence[bytes],
        ours: bool = True,
        index: Index | None = None,
    ) -> None:
        self.ids: tuple[str, ...] = tuple(head[0] for head in heads)
        self.families: tuple[str, ...] = tuple(head[1] for head in heads)
        self.within: tuple[int, ...] = tuple(head[3] for head in heads)
        self._ours = [ours] * len(rows)
        self._heads = list(heads)
        self._rows = list(rows)
        self._built: dict[int, Rule] = {}
        self._index = _indexed(heads) if index is None else index

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def needles(self) -> Sequence[str]:
        """The literals that are looked for."""
        return self._index[0]

    @property
    def owners(self) -> Sequence[Sequence[Owner]]:
        """For each of the needles the patterns that want it."""
        return self._index[1]

    def at(self, number: int) -> Rule:
        """The rule of that number."""
        if number not in self._built:
            self._built[number] = _rule(json.loads(self._rows[number]), self._ours[number])
        return self._built[number]

    def rule(self, id: str) -> Rule:
        """The rule of that name; KeyError if there is none."""
        if id not in self.ids:
            raise KeyError(id)
        return self.at(self.ids.index(id))

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule, built."""
        return tuple(self.at(number) for number in range(len(self)))

    def of_family(self, family: str) -> tuple[Rule, ...]:
        """The rules of one family."""
        return tuple(self.at(number) for number, each in enumerate(self.families) if each == family)

    def without(self, ids: Iterable[str]) -> RuleBook:
        """This book without the rules of those names."""
        kept = [number for number, id in enumerate(self.ids) if id not in set(ids)]
        book = RuleBook([self._heads[number] for number in kept], [self._rows[number] for number in kept])
        book._ours = [self._ours[number] for number in kept]
        return book

    def with_users(self, other: RuleBook) -> RuleBook:
        """This book with somebody's own rules, which replace those of the same name."""
        kept = [number for number, id in enumerate(self.ids) if id not in other.ids]
        heads = [self._heads[number] for number in kept] + other._heads
        book = RuleBook(heads, [self._rows[number] for number in kept] + other._rows)
        book._ours = [self._ours[number] for number in kept] + [False] * len(other)
        return book


def dump(rules: Iterable[Rule]) -> bytes:
    """The book's bytes: plain JSON, laid out so that a reader needs only its first line to search."""
    ordered = list(rules)
    heads = [_head(rule) for rule in ordered]
    first = _json({"book": FORMAT, "heads": heads, "index": _indexed(heads)})[:-1]
    return first + _BREAK + b",\n".join(_json(rule) for rule in ordered) + _END


def load(data: bytes) -> RuleBook:
    """Read a book; the rows stay unread bytes."""
    first, _, rest = data.partition(_BREAK)
    head = json.loads(first + b"}")
    rows = rest.removesuffix(_END).split(b",\n") if rest != _END else []
    needles, owners = head["index"]
    return RuleBook(head["heads"], rows, index=(needles, [[(n, p) for n, p in each] for each in owners]))


def _indexed(heads: Iterable[Sequence[Any]]) -> Index:
    owners: dict[str, list[Owner]] = {}
    for number, head in enumerate(heads):
        for place, needles in enumerate(head[2]):
            for needle in needles:
                owners.setdefault(needle, []).append((number, place))
    return list(owners), list(owners.values())


def book_of(rules: Iterable[Rule], ours: bool = True) -> RuleBook:
    """A book of rules that are at hand."""
    ordered = list(rules)
    return RuleBook([_head(rule) for rule in ordered], [_json(rule) for rule in ordered], ours)


def _head(rule: Rule) -> list[Any]:
    """What must be known of a rule to search: names, the literals of each pattern, how far it looks."""
    from logdoctor.knowledge.needles import each_way

    within = max((near.within or 0 for each in rule.patterns for near in each.nearby), default=0)
    literals = [each_way(each.line, each.needle) if each.needle else [] for each in rule.patterns]
    return [rule.id, rule.family, literals, within]


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _rule(row: list[Any], ours: bool) -> Rule:
    rule = Rule(*row)
    return rule._replace(
        patterns=tuple(_pattern(each) for each in rule.patterns),
        remedies=tuple(RemedyPlan(*each)._replace(steps=tuple(each[-1])) for each in row[8]),
        references=tuple(rule.references),
        yields_to=tuple(rule.yields_to),
        ours=ours,
    )


def _pattern(row: Any) -> Pattern:
    line, needle, nearby, prefer, clues = row
    return Pattern(line, needle, tuple(Nearby(*each) for each in nearby), prefer, tuple(map(tuple, clues)))
