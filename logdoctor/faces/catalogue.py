"""The catalogue of all rules: an index with counts, a page for each rule, and one HTML page with search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple

from logdoctor.knowledge.compile import compiled, is_recorded, read_folder
from logdoctor.model import Rule
from logdoctor.render.clean import clean
from logdoctor.render.rule_page import render

_KINDS = {True: "recorded", False: "typed"}
_HEAD = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>logdoctor: all rules</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
input { font: inherit; width: 100%; padding: .5rem; box-sizing: border-box; }
li { margin: .4rem 0; }
code { font-size: .95em; }
small { opacity: .7; }
</style>
<h1>Every trouble that is known by name</h1>
"""
_TAIL = """<script>
const words = document.getElementById("words");
const rows = [...document.querySelectorAll("li")];
const parts = [...document.querySelectorAll("section")];
words.addEventListener("input", () => {
  const wanted = words.value.toLowerCase().split(/\\s+/).filter(Boolean);
  for (const row of rows) {
    const text = row.dataset.text;
    row.hidden = !wanted.every((word) => text.includes(word));
  }
  for (const part of parts) part.hidden = !part.querySelector("li:not([hidden])");
});
</script>
</html>
"""


class Entry(NamedTuple):
    """A rule, and whether the log of one of its examples was recorded from a real tool.

    `why` says what it would take where none was; `said` are the names of the examples.
    """

    rule: Rule
    recorded: bool
    why: str = ""
    said: str = ""


def entries(folder: Path) -> Sequence[Entry]:
    """Every rule of a folder, by family and name."""
    found = []
    for authored in read_folder(folder):
        rule = authored.rule
        said = ", ".join(each.name for each in rule.examples if not each.none)
        found.append(Entry(compiled(authored), is_recorded(rule), rule.unrecorded, said))
    return sorted(found, key=lambda entry: (entry.rule.family, entry.rule.id))


def pages(known: Sequence[Entry]) -> Mapping[str, str]:
    """The Markdown pages, by their paths below docs/rules/."""
    made = {"README.md": _index(known)}
    made.update({f"{each.rule.family}/{each.rule.id}.md": _page(each) for each in known})
    return made


def html(known: Sequence[Entry]) -> str:
    """One page with all rules and a field that filters them; it loads nothing from elsewhere."""
    parts = [_HEAD, f"<p>{escape(_count(known))}</p>\n"]
    parts.append('<input id="words" type="search" placeholder="a word of the log, a tool, a file">\n')
    for family, own in families(known).items():
        parts.append(f"<section>\n<h2>{escape(family)}</h2>\n<ul>\n")
        parts += [_row(each) for each in own]
        parts.append("</ul>\n</section>\n")
    return "".join([*parts, _TAIL])


def families(known: Sequence[Entry]) -> Mapping[str, Sequence[Entry]]:
    """The entries of each family, in order."""
    found: dict[str, list[Entry]] = {}
    for each in known:
        found.setdefault(each.rule.family, []).append(each)
    return found


def _row(each: Entry) -> str:
    rule = each.rule
    wordings = " ".join(pattern.line for pattern in rule.patterns)
    text = " ".join([rule.id, rule.family, title(rule), rule.explain, *rule.tools, wordings]).lower()
    link = f"{escape(rule.family)}/{escape(rule.id)}.md"
    name = f'<a href="{link}"><code>{escape(rule.id)}</code></a>'
    return (
        f'<li data-text="{escape(" ".join(text.split()))}">{name} '
        f"{escape(title(rule))} <small>{_KINDS[each.recorded]}</small></li>\n"
    )


def _page(each: Entry) -> str:
    origin = "a log that was recorded from the real tool" if each.recorded else "typed examples only"
    why = f": {each.why}" if each.why else ""
    return f"{render(each.rule).rstrip()}\n\n---\n\nKnown from {origin}{why}. [All rules](../README.md)\n"


def _index(known: Sequence[Entry]) -> str:
    parts = [
        "# Rules\n",
        "Every trouble that is known by name. `logdoctor explain RULE` prints the same pages; "
        "[index.html](index.html) has a search.\n",
        f"{_count(known)}\n",
        "| family | rules | recorded | typed only |\n|---|---|---|---|",
    ]
    for family, own in families(known).items():
        recorded = sum(each.recorded for each in own)
        parts.append(f"| [{family}](#{family}) | {len(own)} | {recorded} | {len(own) - recorded} |")
    parts.append("")
    for family, own in families(known).items():
        parts.append(f"## {family}\n")
        parts += [f"- [{each.rule.id}]({family}/{each.rule.id}.md): {title(each.rule)}" for each in own]
        parts.append("")
    return "\n".join([*parts, *_unrecorded(known)])


def _unrecorded(known: Sequence[Entry]) -> list[str]:
    """The rules of which no real log was recorded: what they know, where that stands, and why."""
    rows = [_wanting(each) for each in known if not each.recorded]
    return [
        "## Not recorded yet\n",
        "What these rules look for was typed from the tools' sources and documentation and from what their "
        "users show. Until a real run of it is recorded, they are believed with 0.7 at most.\n",
        "| rule | tools | its examples | source | why no log of it was recorded |\n|---|---|---|---|---|",
        *rows,
        "",
    ]


def _wanting(each: Entry) -> str:
    page = f"[{each.rule.id}]({each.rule.family}/{each.rule.id}.md)"
    return f"| {page} | {', '.join(each.rule.tools)} | {_cell(each.said)} | {_links(each)} | {each.why} |"


def _links(each: Entry) -> str:
    return ", ".join(f"[{number}]({link})" for number, link in enumerate(each.rule.references, 1))


def _cell(text: str) -> str:
    return clean(text).replace("|", "\\|")


def _count(known: Sequence[Entry]) -> str:
    recorded = sum(each.recorded for each in known)
    typed = len(known) - recorded
    return (
        f"{len(known)} rules: {recorded} known from logs that real tools printed, {typed} from the tools' "
        "sources and documentation and from what their users show."
    )


def title(rule: Rule) -> str:
    """The title as a page shows it."""
    return render(rule).split("**")[1]
