"""The compiled form of rules: one row of plain JSON for each, read back only when it is hit."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import accumulate

from logdoctor import resources
from logdoctor.literals import Literals, literals_of
from logdoctor.model import Nearby, Pattern, RemedyPlan, Rule
from logdoctor.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Any

FORMAT = 4
_SIEVES = b',\n"sieves": '
_ROWS = b',\n"rules": [\n'
_BETWEEN = b",\n"
_END = b"\n]}\n"

Owner = tuple[int, int]
"""A rule's and a pattern's number."""


class Heads(NamedTuple):
    """What must be known of rules to search for them.

    `owners` says for each of the needles which patterns want it, as words such as `12.0`. `within` is
    how many lines a rule's conditions look to either side at most.
    """

    ids: Sequence[str] = ()
    families: Sequence[str] = ()
    within: Sequence[int] = ()
    needles: Literals = Literals()
    owners: Sequence[str] = ()


NOTHING = Heads()
NO_RULES: tuple[Rule, ...] = ()


class RuleBook:
    """All rules, found by the literals of their patterns; a rule is built when somebody asks."""

    def __init__(
        self,
        heads: Heads = NOTHING,
        make: Callable[[int], Rule] = NO_RULES.__getitem__,
        sieves: Callable[[], Mapping[Owner, str]] = dict,
    ) -> None:
        self.ids = heads.ids
        self.families = heads.families
        self.within = heads.within
        self.needles = heads.needles
        self._owners = heads.owners
        self._make = make
        self._sieves = sieves
        self._built: dict[int, Rule] = {}

    def __len__(self) -> int:
        return len(self.ids)

    def owners(self, needle: int) -> list[Owner]:
        """The patterns that want the needle of that number."""
        return [_owner(word) for word in self._owners[needle].split()]

    def at(self, number: int) -> Rule:
        """The rule of that number."""
        if number not in self._built:
            self._built[number] = self._make(number)
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

    def sieves(self) -> Mapping[Owner, str]:
        """Expressions for an engine, as far as they were made with the book."""
        return self._sieves()

    def without(self, ids: Collection[str]) -> RuleBook:
        """This book without the rules of those names."""
        return _joined([(self, number) for number, id in enumerate(self.ids) if id not in ids])

    def with_users(self, other: RuleBook) -> RuleBook:
        """This book with somebody's own rules, which replace those of the same name."""
        kept = [(self, number) for number, id in enumerate(self.ids) if id not in other.ids]
        return _joined([*kept, *((other, number) for number in range(len(other)))])


def _owner(word: str) -> Owner:
    number, _, place = word.partition(".")
    return int(number), int(place)


def _joined(places: Sequence[tuple[RuleBook, int]]) -> RuleBook:
    """A book of rules that stand in others."""
    now = {(id(book), old): new for new, (book, old) in enumerate(places)}
    books = {id(book): book for book, _ in places}

    def moved(book: RuleBook, owners: Iterable[Owner]) -> list[tuple[Owner, Owner]]:
        numbered = ((now.get((id(book), number)), (number, place)) for number, place in owners)
        return [((new, old[1]), old) for new, old in numbered if new is not None]

    def sieves() -> dict[Owner, str]:
        known = [(book, book.sieves()) for book in books.values()]
        return {new: made[old] for book, made in known for new, old in moved(book, made)}

    wanted: dict[bytes, list[Owner]] = {}
    for book in books.values():
        for needle, text in enumerate(book.needles.texts):
            owners = [new for new, _ in moved(book, book.owners(needle))]
            if owners:
                wanted.setdefault(text, []).extend(owners)
    heads = Heads(
        [book.ids[old] for book, old in places],
        [book.families[old] for book, old in places],
        [book.within[old] for book, old in places],
        literals_of(list(wanted)),
        _words(wanted.values()),
    )
    return RuleBook(heads, lambda number: places[number][0].at(places[number][1]), sieves)


def book_of(rules: Iterable[Rule], ours: bool = True) -> RuleBook:
    """A book of rules that are at hand."""
    ordered = [rule._replace(ours=ours) for rule in rules]
    return RuleBook(_heads(ordered), ordered.__getitem__)


def _heads(rules: Sequence[Rule]) -> Heads:
    from logdoctor.knowledge.needles import each_way

    wanted: dict[bytes, list[Owner]] = {}
    for number, rule in enumerate(rules):
        for place, each in enumerate(rule.patterns):
            for needle in each_way(each.line, each.needle) if each.needle else ():
                wanted.setdefault(needle.encode(), []).append((number, place))
    within = [
        max((near.within or 0 for each in rule.patterns for near in each.nearby), default=0) for rule in rules
    ]
    return Heads(
        [rule.id for rule in rules],
        [rule.family for rule in rules],
        within,
        literals_of(list(wanted)),
        _words(wanted.values()),
    )


def _words(owners: Iterable[Sequence[Owner]]) -> list[str]:
    return [" ".join(f"{number}.{place}" for number, place in each) for each in owners]


def dump(rules: Iterable[Rule]) -> bytes:
    """The book's bytes: plain JSON, of which a reader needs only the first line to search.

    That line holds long texts rather than lists, which are slower to read than all that is done with
    them. The second holds what an engine looks for, each further one a rule.
    """
    from logdoctor.knowledge.sieve import sieve

    ordered = list(rules)
    heads = _heads(ordered)
    needles = heads.needles
    rows = [_json(rule) for rule in ordered]
    first = {
        "book": FORMAT,
        "ids": " ".join(heads.ids),
        "families": " ".join(heads.families),
        "within": heads.within,
        "needles": _lines(needles.texts),
        "words": _lines(needles.words),
        "firsts": needles.firsts.decode("latin-1"),
        "lasts": needles.lasts.decode("latin-1"),
        "owners": "\n".join(heads.owners),
        "sizes": [len(row) for row in rows],
    }
    patterns = sorted({_owner(word) for each in heads.owners for word in each.split()})
    sieves = [sieve(ordered[number].patterns[place].line).decode() for number, place in patterns]
    made = [[f"{number}.{place}" for number, place in patterns], sieves]
    return _json(first)[:-1] + _SIEVES + _json(made) + _ROWS + _BETWEEN.join(rows) + _END


def _lines(texts: Iterable[bytes]) -> str:
    return b"\n".join(texts).decode()


def load(data: bytes, begin: int = 0) -> RuleBook:
    """Read a book that stands in these bytes from there on; all but its first line stays unread."""
    end = data.index(_SIEVES, begin)
    rules = data.index(_ROWS, end)
    head = resources.parsed(data[begin:end] + b"}")
    sizes: Sequence[int] = head["sizes"]
    starts = list(accumulate((size + len(_BETWEEN) for size in sizes), initial=rules + len(_ROWS)))

    def make(number: int) -> Rule:
        start = starts[number]
        return _rule(resources.parsed(data[start : start + sizes[number]]))

    def sieves() -> dict[Owner, str]:
        owners, made = resources.parsed(data[end + len(_SIEVES) : rules])
        return dict(zip(map(_owner, owners), made, strict=True))

    needles = Literals(
        head["needles"].encode().split(b"\n"),
        head["words"].encode().split(b"\n"),
        head["firsts"].encode("latin-1"),
        head["lasts"].encode("latin-1"),
    )
    heads = Heads(
        head["ids"].split(), head["families"].split(), head["within"], needles, head["owners"].split("\n")
    )
    return RuleBook(heads if heads.ids else NOTHING, make, sieves)


def _json(value: object) -> bytes:
    import json

    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _rule(row: list[Any]) -> Rule:
    rule = Rule(*row)
    return rule._replace(
        patterns=tuple(_pattern(each) for each in rule.patterns),
        remedies=tuple(RemedyPlan(*each)._replace(steps=tuple(each[-1])) for each in row[8]),
        references=tuple(rule.references),
        yields_to=tuple(rule.yields_to),
        ours=True,
    )


def _pattern(row: Any) -> Pattern:
    line, needle, nearby, prefer, clues = row
    return Pattern(line, needle, tuple(Nearby(*each) for each in nearby), prefer, tuple(map(tuple, clues)))
