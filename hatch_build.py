"""Compiles the rules into one book when a wheel is built, and refuses to build one of wrong rules."""

from __future__ import annotations

import shutil
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class RuleBook(BuildHookInterface):
    """Puts `logdoctor/data/book.json` into the wheel; an editable install compiles its own on first use."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile the book before the wheel is put together."""
        if self.target_name != "wheel" or version == "editable":
            return
        sys.path.insert(0, self.root)
        self.folder = Path(tempfile.mkdtemp(prefix="logdoctor-book-"))
        book = self.folder / "book.json"
        book.write_bytes(compiled_book(Path(self.root) / "rules"))
        build_data["force_include"][str(book)] = "logdoctor/data/book.json"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what was made on the way."""
        if hasattr(self, "folder"):
            shutil.rmtree(self.folder)


def compiled_book(rules: Path) -> bytes:
    """The book's bytes, once every proof but the one that needs a clock has passed."""
    from logdoctor.knowledge.book import dump
    from logdoctor.knowledge.compile import compiled, read_folder
    from logdoctor.knowledge.lint import check
    from logdoctor.logs.read import read
    from logdoctor.logs.sources import Raw
    from logdoctor.logs.steps import cut
    from logdoctor.model import Step

    @cache
    def steps(log: str) -> tuple[Step, ...]:
        return cut(read(Raw("example", log.encode())))

    errors = check(rules, reader=steps, timed=False)
    if errors:
        raise SystemExit("\n".join(map(str, errors)))
    return dump(compiled(authored) for authored in read_folder(rules))
