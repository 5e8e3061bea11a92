"""Candidates into matches: a rule's pattern on a line of a step, with what must stand near it.

A literal of each pattern is looked for first, in the cleaned text of all steps at once; only on
the lines where it stands is the regex tried. Of a pattern's hits in a step the first and the last
few are kept, and a condition on the whole step reads its beginning and its end, so that a log of
many gigabytes, of which no more is kept, is judged like a small one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache

from logdoctor.knowledge.book import Owner, RuleBook
from logdoctor.knowledge.errors import RuleTimeout
from logdoctor.literals import Wanted, find
from logdoctor.model import Line, Match, Nearby, Pattern, Rule, Step
from logdoctor.record import NamedTuple

KEPT = 8
"""Hits of one pattern in one step that are kept at either end."""
HEAD = 64
TAIL = 400
"""Lines at a step's beginning and end that a condition on the whole step reads."""
BATCH = 8_192
"""Lines from which on steps are searched apart: what a search takes does not grow with the log."""
LONG = 80_000
"""Lines from which on making an engine for the needles pays; it also takes as much memory as their text."""
WIDEST = 8192
"""Characters of a line that are read."""
SPREAD, SLACK = 8, 64
"""How much further apart than `within` lines of a step may stand in an interleaved log."""
PATIENCE = 2.0
"""Seconds a user's pattern may take on one line."""


class Hit(NamedTuple):
    """A regex found on a line of a step."""

    position: int
    span: tuple[int, int]
    captures: dict[str, str]


Search = Callable[[str], re.Match[str] | None]
Found = tuple[int, Match]
"""A match, and the number of the pattern that found it."""


def match(book: RuleBook, steps: Sequence[Step]) -> tuple[Match, ...]:
    """Every rule's hits in every step, in the order of the steps and their lines."""
    long = sum(len(step.lines) for step in steps) > LONG
    chosen = [each for batch in _batches(steps) for each in _in_batch(book, batch, long)]
    return tuple(each for _, _, each in sorted(chosen, key=lambda entry: entry[:2]))


def _batches(steps: Sequence[Step]) -> Iterator[dict[int, Step]]:
    """The steps by their numbers, as many whole ones as are searched at once."""
    batch: dict[int, Step] = {}
    lines = 0
    for number, step in enumerate(steps):
        batch[number] = step
        lines += len(step.lines)
        if lines >= BATCH:
            yield batch
            batch, lines = {}, 0
    yield batch


def _in_batch(book: RuleBook, steps: Mapping[int, Step], long: bool) -> Iterator[tuple[int, int, Match]]:
    """The hits in some steps, with the numbers of their steps and their positions."""
    places = [(s, p) for s, step in steps.items() for p, line in enumerate(step.lines) if _counts(line)]
    text = "\n".join(_flat(steps[s].lines[p].text) for s, p in places).encode("utf-8", "replace")
    found: dict[tuple[int, int], list[Found]] = {}
    for (number, place), rows in _candidates(book, text, long).items():
        by_step: dict[int, list[int]] = {}
        pattern = book.at(number).patterns[place]
        for s, p in map(places.__getitem__, rows):
            if _likely(pattern, steps[s].lines[p].text) and not _is_quoted(steps[s], p):
                by_step.setdefault(s, []).append(p)
        for s, positions in by_step.items():
            hits = _in_step(book.at(number), place, steps[s], positions)
            found.setdefault((s, number), []).extend(hits)
    for (s, _), hits in found.items():
        for each in _chosen(hits):
            yield s, each.position, each


def wanted(book: RuleBook) -> Wanted:
    """What the book looks for, for the scan of a log too long to be read whole."""
    owners = [book.owners(needle) for needle in range(len(book.needles.texts))]
    patterns = sorted({owner for each in owners for owner in each})
    numbers = {owner: number for number, owner in enumerate(patterns)}

    def tries(pattern: int, text: str) -> bool:
        number, place = patterns[pattern]
        rule = book.at(number)
        return _search(rule, rule.patterns[place].line)(text[:WIDEST]) is not None

    def literals() -> dict[tuple[bytes, ...], list[int]]:
        found: dict[tuple[bytes, ...], list[int]] = {}
        for needle, those in zip(book.needles.texts, owners, strict=True):
            for owner in those:
                for pieces in _ways(book, owner, needle):
                    found.setdefault(pieces, []).append(numbers[owner])
        return found

    known = book.sieves()
    expressions = [
        known[owner].encode() if owner in known else _expression(book, owner) for owner in patterns
    ]
    within = [book.within[number] for number, _ in patterns]
    reach = [SPREAD * each + SLACK if each else 2 for each in within]
    return Wanted(expressions, literals, reach, tries)


def _expression(book: RuleBook, owner: Owner) -> bytes:
    """What an engine finds in every line that the pattern hits; of somebody else's pattern its needle."""
    from logdoctor.knowledge.sieve import sieve

    number, place = owner
    rule = book.at(number)
    pattern = rule.patterns[place]
    return sieve(pattern.line) if rule.ours else re.escape(pattern.needle.encode())


def _ways(book: RuleBook, owner: Owner, needle: bytes) -> list[tuple[bytes, ...]]:
    """What to look for without an engine: the needle, or with a common word what stands beside it."""
    from logdoctor.knowledge import needles

    number, place = owner
    rule = book.at(number)
    ways = (
        needles.clues(rule.patterns[place].line) if rule.ours and needles.is_common(needle.decode()) else []
    )
    return [tuple(piece.encode() for piece in way) or (needle,) for way in ways or [[]]]


def matches_in(rule: Rule, step: Step) -> tuple[Match, ...]:
    """One rule's hits in one step, its regexes tried on every line: slow, needs no needle."""
    positions = [p for p, line in enumerate(step.lines) if _counts(line)]
    hits = [each for n in range(len(rule.patterns)) for each in _in_step(rule, n, step, positions)]
    return tuple(_chosen(hits))


def _flat(text: str) -> str:
    """A line's text as one row."""
    return text[:WIDEST] if "\n" not in text else text[:WIDEST].replace("\n", " ")


def _counts(line: Line) -> bool:
    """Whether a line may be a cause: neither a quoted script, nor npm that tidies up after a failure."""
    return line.tag != "powershell" and not line.text.startswith(_TIDYING)


_TIDYING = ("npm warn cleanup", "npm WARN cleanup")


def _is_quoted(step: Step, position: int) -> bool:
    """Whether a line is source that node or Python quotes where it threw: the error itself comes below."""
    lines = step.lines
    if not 0 < position < len(lines) - 1:
        return False
    before, after = lines[position - 1].text, lines[position + 1].text
    if before[-1:].isdecimal() and not after.strip(" ^~\t") and "^" in after:
        return _place().match(before) is not None
    return lines[position].text[:4] == "    " and before.startswith('  File "') and ", line " in before


@cache
def _place() -> re.Pattern[str]:
    """Where node threw: a file and a line, alone on theirs."""
    return re.compile(r"^(?:file://)?\S{1,400}:\d{1,7}$")


def _candidates(book: RuleBook, text: bytes, long: bool) -> dict[tuple[int, int], list[int]]:
    """For each pattern whose needle occurs: the rows of the text in which it stands, in order."""
    found: dict[tuple[int, int], list[int]] = {}
    row = at = 0
    for begin, needle in find(book.needles, text, long):
        row += text.count(b"\n", at, begin)
        at = begin
        for owner in book.owners(needle):
            rows = found.setdefault(owner, [])
            if not rows or rows[-1] != row:
                rows.append(row)
    return found


def _in_step(rule: Rule, place: int, step: Step, positions: Sequence[int]) -> list[Found]:
    """The hits of one pattern on some lines of a step."""
    pattern = rule.patterns[place]
    search = _search(rule, pattern.line)
    found = []
    for hit in _ends(search, step, positions):
        met = _nearby(rule, pattern.nearby, step, hit.position)
        if met is not None:
            line, support = step.lines[hit.position], tuple(step.lines[each.position] for each in met)
            captures = {key: value for each in (*met, hit) for key, value in each.captures.items()}
            found.append((place, Match(rule, step, hit.position, line, hit.span, captures, support)))
    return found


def _likely(pattern: Pattern, text: str) -> bool:
    """Whether a line holds what every line must that the pattern matches."""
    return not pattern.clues or any(all(piece in text for piece in way) for way in pattern.clues)


def _chosen(hits: Iterable[Found]) -> list[Match]:
    """Of the hits of one rule in one step: one a line, and one in all for patterns that prefer the last.

    Where several patterns match a line, the one that its author put first speaks.
    """
    lines: dict[int, Found] = {}
    for each in sorted(hits, key=lambda hit: (hit[1].position, hit[0])):
        lines.setdefault(each[1].position, each)
    late = [n for n, (place, each) in lines.items() if each.rule.patterns[place].prefer == "last"]
    return [each for n, (_, each) in lines.items() if n not in late[:-1]]


def _ends(search: Search, step: Step, positions: Sequence[int]) -> list[Hit]:
    """The first and the last few hits; what lies between is not even tried."""
    first, tried = [], 0
    for position in positions:
        tried += 1
        first += _hit(search, step, position)
        if len(first) == KEPT:
            break
    last: list[Hit] = []
    for position in reversed(positions[tried:]):
        last += _hit(search, step, position)
        if len(last) == KEPT:
            break
    return first + last[::-1]


def _hit(search: Search, step: Step, position: int) -> list[Hit]:
    found = search(step.lines[position].text[:WIDEST])
    if found is None:
        return []
    return [Hit(position, found.span(), {key: value for key, value in found.groupdict().items() if value})]


def _nearby(rule: Rule, wanted: Iterable[Nearby], step: Step, position: int) -> list[Hit] | None:
    """What conditions were met by; None if one is not met."""
    support = []
    for near in wanted:
        search = _search(rule, near.line)
        places = _window(step, position, near)
        found = next((hit for place in places for hit in _hit(search, step, place)), None)
        if (found is None) != near.absent:
            return None
        if found is not None:
            support.append(found)
    return support


def _window(step: Step, position: int, near: Nearby) -> Iterator[int]:
    """The positions of the lines that a condition speaks of."""
    lines, within = step.lines, near.within
    reach = len(lines) if within is None else within
    begin = max(0, position - reach) if near.where != "after" else position + 1
    end = min(len(lines), position + reach + 1) if near.where != "before" else position
    for place in range(begin, end):
        if within is None:
            if place < HEAD or place >= len(lines) - TAIL:
                yield place
        elif abs(lines[place].number - lines[position].number) <= SPREAD * within + SLACK:
            yield place


def _search(rule: Rule, pattern: str) -> Search:
    return _searcher(pattern) if rule.ours else _patient(rule.id, pattern)


@cache
def _searcher(pattern: str) -> Search:
    return re.compile(pattern).search


@cache
def _patient(rule: str, pattern: str) -> Search:
    """Search with somebody else's pattern, which may take for ever."""
    import regex  # type: ignore[import-untyped]

    compiled = regex.compile(pattern)

    def search(text: str) -> re.Match[str] | None:
        try:
            found: re.Match[str] | None = compiled.search(text, timeout=PATIENCE)
        except TimeoutError:
            raise RuleTimeout(rule, pattern) from None
        return found

    return search
