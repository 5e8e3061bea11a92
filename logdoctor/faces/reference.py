"""Write the pages of docs/ that say what the program says: help, report, rules, picture.

`python -m logdoctor.faces.reference` writes them; with `--check` it compares and names what differs.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from logdoctor.faces import catalogue
from logdoctor.faces.cli import app
from logdoctor.faces.picture import picture
from logdoctor.schema import report_schema

MADE = "<!-- Made by `make docs`; change the program, not this page. -->\n\n"
GENERATED = ("reference/cli.md", "reference/report.md", "rules/**/*.md", "rules/*.html", "diagnosis.svg")
ROOT = Path(__file__).parent.parent.parent
PICTURED = (ROOT / "corpus/native-module/docker-rollup-no-optional", "logs/buildkit-26.1.5.log")
WIDTH = 80


def pages() -> Mapping[str, str]:
    """Every generated page by its path below docs/; the picture needs the checkout's corpus."""
    rules = catalogue.entries(ROOT / "rules")
    made = {"reference/cli.md": _commands(), "reference/report.md": _report()}
    made.update({f"rules/{path}": text for path, text in catalogue.pages(rules).items()})
    pages = {path: MADE + text for path, text in made.items()}
    return {**pages, "rules/index.html": catalogue.html(rules), "diagnosis.svg": picture(*PICTURED)}


def _commands() -> str:
    top = typer.main.get_group(app)
    parts = ["# Commands\n", "What `--help` says, for every command.\n"]
    for name, text in _helps(top, "logdoctor", None):
        parts.append(f"## {name}\n\n```text\n{text}\n```\n")
    return "\n".join(parts)


def _helps(
    command: TyperCommand | TyperGroup, name: str, parent: typer.Context | None
) -> Iterable[tuple[str, str]]:
    context = typer.Context(command, info_name=name.split()[-1], parent=parent, terminal_width=WIDTH)
    yield name, "\n".join(line.rstrip() for line in command.get_help(context).split("\n"))
    if isinstance(command, TyperGroup):
        for each in sorted(command.commands):
            inner = command.commands[each]
            assert isinstance(inner, TyperCommand | TyperGroup)
            yield from _helps(inner, f"{name} {each}", context)


def _report() -> str:
    schema = report_schema()
    parts = [
        "# The report as JSON\n",
        "What `logdoctor --format json` writes. The contract is `logdoctor.report/1`, and `logdoctor schema` "
        "prints it as JSON Schema. Only additions are made to it: ignore keys you do not know.\n",
    ]
    for title, value in _objects("report", schema):
        parts.append(f"## {title}\n\n{value['description']}\n")
        parts.append("| key | type | meaning |\n|---|---|---|")
        for key, each in value["properties"].items():
            parts.append(f"| `{key}` | {_type(each)} | {each['description']} |")
        parts.append("")
    return "\n".join(parts)


def _objects(title: str, schema: Mapping[str, Any]) -> Iterable[tuple[str, Mapping[str, Any]]]:
    yield title, schema
    for key, value in schema["properties"].items():
        inner = value.get("items") or next(iter(value.get("anyOf", ())), value)
        if inner.get("type") == "object" and "properties" in inner:
            yield from _objects(f"{title}.{key}{'[]' if 'items' in value else ''}", inner)


def _type(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return " or ".join(f"`{value}`" for value in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    if "anyOf" in schema:
        return " or ".join(_type(each) for each in schema["anyOf"])
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if kinds == ["array"]:
        return f"list of {_type(schema['items'])}"
    return " or ".join(kinds)


def write(docs: Path) -> None:
    """Write every page, and remove pages of families that are gone."""
    wanted = pages()
    for stale in _present(docs) - set(wanted):
        (docs / stale).unlink()
    for path, text in wanted.items():
        (docs / path).parent.mkdir(parents=True, exist_ok=True)
        (docs / path).write_text(text, encoding="utf-8")


def differing(docs: Path) -> list[str]:
    """Pages that do not say what the program says."""
    wanted = pages()
    wrong = {path for path, text in wanted.items() if not _same(docs / path, text)}
    return sorted(wrong | (_present(docs) - set(wanted)))


def _same(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


def _present(docs: Path) -> set[str]:
    return {path.relative_to(docs).as_posix() for pattern in GENERATED for path in docs.glob(pattern)}


def main(arguments: Sequence[str]) -> int:
    """Write or check docs/ of the current folder."""
    docs = Path("docs")
    if "--check" not in arguments:
        write(docs)
        return 0
    wrong = differing(docs)
    for path in wrong:
        print(f"docs/{path} is out of date: run `make docs`", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
