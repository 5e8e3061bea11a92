"""Given a step's lines and a rule, these lines match and these do not."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logdoctor.knowledge import match as matching
from logdoctor.knowledge.book import RuleBook, book_of
from logdoctor.knowledge.errors import RuleTimeout
from logdoctor.knowledge.match import KEPT, match
from logdoctor.knowledge.needles import derive
from logdoctor.knowledge.rules import load_book
from logdoctor.literals import find, finder, literals_of
from logdoctor.model import Line, Match, Nearby, Pattern, Rule, Step


def rule(id: str, *patterns: Pattern, ours: bool = True) -> Rule:
    return Rule(id, id, "test", "cause", "your-change", {}, patterns, "Because.", (), ours=ours)


def pattern(line: str, *nearby: Nearby, prefer: str = "first", needle: str | None = None) -> Pattern:
    return Pattern(
        line, derive(line) if needle is None else needle, nearby, "last" if prefer == "last" else "first"
    )


def step(*texts: str, id: str = "s1", tags: Sequence[str] = ()) -> Step:
    lines = tuple(
        Line(number, text, number, tags[number - 1] if tags else "") for number, text in enumerate(texts, 1)
    )
    return Step(id, "l1", "log", "log", "failed", 1, len(lines), lines)


def places(found: Sequence[Match]) -> list[tuple[str, int]]:
    return [(each.rule.id, each.line.number) for each in found]


def book(*patterns: Pattern) -> RuleBook:
    return book_of([rule("one", *patterns)])


def near(line: str, within: int | None = None, where: str = "near", absent: bool = False) -> Nearby:
    return Nearby(
        line, within, "before" if where == "before" else "after" if where == "after" else "near", absent
    )


def test_a_line_with_its_captures() -> None:
    log = step("fine", "npm error code ERESOLVE", "done")
    (found,) = match(book(pattern(r"code (?P<code>ERESOLVE)(?P<more>x)?")), [log])
    assert (found.position, found.span, found.captures) == (1, (10, 23), {"code": "ERESOLVE"})


def test_each_step_on_its_own_and_in_order() -> None:
    both = book_of([rule("b", pattern("ENOSPC")), rule("a", pattern("EACCES"))])
    steps = [step("EACCES", "ENOSPC"), step("ENOSPC", id="s2")]
    assert places(match(both, steps)) == [("a", 1), ("b", 2), ("b", 1)]


def test_the_author_orders_alternatives_that_meet_on_one_line() -> None:
    two = book(pattern(r"ENOSPC (?P<path>\S+)"), pattern(r"ENOSPC"))
    (found,) = match(two, [step("ENOSPC /app")])
    assert found.captures == {"path": "/app"}


def test_prefer_last_keeps_only_the_last() -> None:
    two = book(pattern("ENOSPC", prefer="last"), pattern("EDQUOT", prefer="last"))
    assert places(match(two, [step("ENOSPC", "EDQUOT", "ENOSPC again", "end")])) == [("one", 3)]


def test_the_first_and_the_last_hits_are_kept() -> None:
    found = match(book(pattern("ENOSPC")), [step(*["ENOSPC"] * 1000)])
    assert [each.position for each in found] == [*range(KEPT), *range(1000 - KEPT, 1000)]


@pytest.mark.parametrize(
    ("condition", "lines"),
    [
        (near("lock", 1), [2, 4, 6]),
        (near("lock", 1, "before"), [4]),
        (near("lock", 1, "after"), [2]),
        (near("lock", 0), [6]),
        (near("lock", 1, absent=True), [8]),
        (near("nothing"), []),
        (near("lock"), [2, 4, 6, 8]),
    ],
)
def test_what_must_stand_nearby(condition: Nearby, lines: list[int]) -> None:
    log = step("", "ENOSPC", "lock", "ENOSPC", "", "ENOSPC lock", "", "ENOSPC")
    assert [each.line.number for each in match(book(pattern("ENOSPC", condition)), [log])] == lines


def test_a_line_nearby_supports_and_names() -> None:
    log = step("ENOSPC", "while unpacking left-pad")
    (found,) = match(book(pattern("ENOSPC", near(r"unpacking (?P<package>\S+)", 3))), [log])
    assert [line.number for line in found.support] == [2]
    assert found.captures == {"package": "left-pad"}


def test_a_condition_on_the_whole_step_reads_its_beginning_and_its_end() -> None:
    texts = ["ENOSPC", *["."] * 2000]
    texts[1000] = "lock"
    wanted = book(pattern("ENOSPC", near("lock")))
    assert match(wanted, [step(*texts)]) == ()
    texts[1900] = "lock"
    assert places(match(wanted, [step(*texts)])) == [("one", 1)]


def test_a_gap_in_the_log_does_not_bring_lines_together() -> None:
    log = step("ENOSPC", "lock")
    apart = log._replace(lines=(log.lines[0], log.lines[1]._replace(number=500)))
    wanted = book(pattern("ENOSPC", near("lock", 2)))
    assert match(wanted, [log])
    assert not match(wanted, [apart])


def test_a_quoted_script_and_repeats_never_match() -> None:
    quoted = step("ENOSPC", "ENOSPC", tags=["powershell", ""])
    assert places(match(book(pattern("ENOSPC")), [quoted._replace(repeats=quoted.lines)])) == [("one", 2)]


def test_a_users_pattern_that_hangs_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "PATIENCE", 0.05)
    evil = book_of([rule("evil", pattern(r"ENOSPC(?:a|aa)+$", needle="ENOSPC"), ours=False)], ours=False)
    with pytest.raises(RuleTimeout, match="evil"):
        match(evil, [step("ENOSPC" + "a" * 60 + "!")])


def test_strange_lines_are_only_lines() -> None:
    log = step("", "\ud800 ENOSPC", "x" * 100_000, "ENOSPC\nENOSPC", "\x00")
    assert [each.position for each in match(book(pattern("ENOSPC")), [log])] == [1, 3]
    assert match(book(pattern("ENOSPC")), []) == ()


def test_what_stands_beyond_8_kib_of_a_line_is_not_read() -> None:
    assert match(book(pattern("ENOSPC")), [step("x" * 8192 + "ENOSPC")]) == ()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.text("abE \n", min_size=1, max_size=4).map(lambda text: text.replace("\n", "x")), max_size=6),
    st.lists(st.text("abEx \n", max_size=30), max_size=8),
)
def test_the_plain_finder_and_hyperscan_find_the_same(literals: list[str], texts: list[str]) -> None:
    wanted = sorted({literal.encode() for literal in literals})
    text = "\n".join(texts).encode()
    lines = [
        _lines(text, finder(tuple((each,) for each in wanted), engine)(text)) for engine in (None, False)
    ]
    expected = {
        (index, row)
        for index, literal in enumerate(wanted)
        for row, line in enumerate(text.split(b"\n"))
        if literal in line
    }
    assert lines == [expected, expected]
    assert _lines(text, find(literals_of(wanted), text)) == expected


def test_literals_in_order_on_one_line() -> None:
    text = b"npm a error\nerror npm\nnpm\nerror\nnpm error npm"
    for engine in (None, False):
        found = finder(((b"npm", b"error"),), engine)(text)
        assert _lines(text, found) == {(0, 0), (0, 4)}


def _lines(text: bytes, hits: Sequence[tuple[int, int]]) -> set[tuple[int, int]]:
    return {(index, text.count(b"\n", 0, place)) for place, index in hits}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(["ENOSPC", "error ENOSPC x", "error", "lock", "", "EACCES lock"]), max_size=12)
)
def test_needles_find_what_the_regexes_alone_would(texts: list[str]) -> None:
    rules = [
        rule("a", pattern(r"error (?P<code>E\w+)")),
        rule("b", pattern("EACCES|ENOSPC", near("lock", 2), needle=""), pattern("^lock$")),
        rule("c", pattern("(?:EACCES|ENOSPC) (?P<rest>.)")),
    ]
    found = places(match(book_of(rules), [step(*texts)]))
    wanted = [(each.id, n) for n, text in enumerate(texts, 1) for each in rules if _alone(each, text)]
    assert found == sorted(wanted, key=lambda place: place[1])


def _alone(each: Rule, text: str) -> bool:
    return any(one.needle and re.search(one.line, text) for one in each.patterns)


@pytest.mark.parametrize("level", ["warn", "WARN"])
def test_what_npm_fails_to_tidy_up_after_a_failure_is_no_cause(level: str) -> None:
    locked = rule("locked", pattern("EBUSY: resource busy"))
    found = match(
        book_of((locked,)),
        (step(f"npm {level} cleanup     [Error: EBUSY: resource busy", "npm error EBUSY: resource busy"),),
    )
    assert places(found) == [("locked", 2)]


def test_source_that_is_quoted_above_an_error_is_not_the_error() -> None:
    book = book_of([rule("wanted", pattern("API_URL is not set"))])
    node = step(
        "/app/config.js:2",
        "  throw new Error('API_URL is not set')",
        "        ^",
        "",
        "Error: API_URL is not set",
    )
    python = step(
        '  File "/app/settings.py", line 3, in <module>',
        '    raise RuntimeError("API_URL is not set")',
        "RuntimeError: API_URL is not set",
    )
    assert places(match(book, [node])) == [("wanted", 5)]
    assert places(match(book, [python])) == [("wanted", 3)]


def test_an_error_above_a_caret_is_an_error() -> None:
    book = book_of([rule("wanted", pattern("unexpected token"))])
    assert places(match(book, [step("reading a.cfg", "unexpected token here", "           ^")])) == [
        ("wanted", 2)
    ]


def test_books_put_together_look_for_the_same_literals_and_expressions() -> None:
    """A project turns one rule off and adds one: all others are found as before."""
    ours = load_book()
    own = book_of([rule("own", pattern("ENOSPC", needle="ENOSPC"), ours=False)], ours=False)
    both = ours.with_users(own).without({ours.ids[0]})
    assert [*both.ids] == [*ours.ids[1:], "own"]

    def looked_for(book: RuleBook) -> dict[tuple[str, int], set[bytes]]:
        found: dict[tuple[str, int], set[bytes]] = {}
        for number, text in enumerate(book.needles.texts):
            for rule_number, place in book.owners(number):
                found.setdefault((book.ids[rule_number], place), set()).add(text)
        return found

    def expressions(book: RuleBook) -> dict[tuple[str, int], str]:
        return {(book.ids[number], place): text for (number, place), text in book.sieves().items()}

    off = ours.ids[0]
    assert looked_for(both) == {
        **{owner: texts for owner, texts in looked_for(ours).items() if owner[0] != off},
        ("own", 0): {b"ENOSPC"},
    }
    assert expressions(both) == {owner: text for owner, text in expressions(ours).items() if owner[0] != off}
    assert [both.rule(id) for id in both.ids] == [*ours.rules[1:], own.rules[0]]
