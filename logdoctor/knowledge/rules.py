"""Where the rules come from: the compiled book, and what users wrote beside their own code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from os import PathLike

from logdoctor.knowledge.book import RuleBook, load
from logdoctor.knowledge.errors import RuleError, RuleTimeout

__all__ = ["LOOKED_UP", "RuleBook", "RuleError", "RuleTimeout", "load_book", "user_rules"]

LOOKED_UP = {
    "pnpm-error-code": "pnpm",
    "npm-error-code": "npm",
    "yarn-error-code": "yarn",
    "buildkit-message": "buildkit",
}
"""The rules that only find a tool's code or message, and whose list says what it means."""


def load_book(folders: Sequence[PathLike[str]] = ()) -> RuleBook:
    """The rules that come with the program, with those of users' folders; RuleError if one is wrong."""
    book = shipped()
    return book.with_users(user_rules(folders)) if folders else book


@lru_cache(maxsize=1)
def shipped() -> RuleBook:
    """The rules that come with the program."""
    from logdoctor import resources

    if (data := resources.packaged("book.json")) is not None:
        return load(data)
    from logdoctor.knowledge.checkout import book_bytes

    return load(*book_bytes())


def user_rules(folders: Iterable[PathLike[str]]) -> RuleBook:
    """A book of the rule files in these folders."""
    from logdoctor.knowledge.book import book_of
    from logdoctor.knowledge.compile import compiled, read_folder

    rules = [compiled(each) for folder in folders for each in read_folder(folder, stranger=True)]
    return book_of(rules, ours=False)
