"""The documentation says what the program says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from logdoctor.__main__ import COMMANDS
from logdoctor.faces.cli import COMMANDS as COMMANDS_OF_THE_APP
from logdoctor.faces.cli import app
from logdoctor.faces.reference import differing, write

ROOT = Path(__file__).parent.parent
PAGES = sorted(path for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")))


def test_generated_pages_are_up_to_date() -> None:
    assert differing(ROOT / "docs") == []


def test_a_stale_page_is_found_and_removed(tmp_path: Path) -> None:
    write(tmp_path)
    assert differing(tmp_path) == []
    (tmp_path / "rules" / "gone.md").write_text("old")
    (tmp_path / "reference" / "cli.md").write_text("old")
    assert differing(tmp_path) == ["reference/cli.md", "rules/gone.md"]
    write(tmp_path)
    assert differing(tmp_path) == []


def test_the_way_in_knows_every_command() -> None:
    assert set(COMMANDS) == set(typer.main.get_group(app).commands)
    assert set(COMMANDS) == COMMANDS_OF_THE_APP


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"(?ms)^(`{3,})[a-z]*\n.*?^\1$", "", page.read_text())
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
        if "://" not in target:
            assert (page.parent / target).exists(), target


def test_targets_of_the_makefile_that_are_spoken_of_exist() -> None:
    known = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for page in ("README.md", "CONTRIBUTING.md"):
        for call in re.findall(r"`make ([a-z ]+)`|\$ make ([a-z ]+)$", (ROOT / page).read_text(), re.M):
            assert set("".join(call).split()) <= known
