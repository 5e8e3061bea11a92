"""The one way text gets into a page: everything is escaped, but what was built here."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape as entities

from logdoctor.render.clean import clean

VOID = frozenset({"br", "link", "meta", "input"})


class Html(str):
    """Text that is markup already; only this module makes it from strings."""

    __slots__ = ()


Child = str | int | None | Iterable["Child"]
"""What an element may hold: markup, plain text, a number, nothing, or several of these."""


def h(name: str, /, *children: Child, **attributes: str | int | bool | None) -> Html:
    """An element. A trailing `_` of an attribute's name falls away, every other `_` becomes `-`.

    >>> h("a", "<b>", href="#L1", class_="line", hidden=False)
    '<a href="#L1" class="line">&lt;b&gt;</a>'
    """
    parts = [f"<{name}"]
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        key = key.removesuffix("_").replace("_", "-")
        parts.append(f" {key}" if value is True else f' {key}="{escape(str(value))}"')
    parts.append(">")
    if name not in VOID:
        parts += [joined(children), f"</{name}>"]
    return Html("".join(parts))


def joined(children: Child) -> Html:
    """Children one after the other, text among them escaped."""
    if children is None:
        return Html("")
    if isinstance(children, Html):
        return children
    if isinstance(children, str | int):
        return Html(escape(str(children)))
    return Html("".join(map(joined, children)))


def escape(text: str) -> str:
    """Make text harmless: to a browser, and to a CI runner in whose log the page may be printed.

    >>> escape('##[error] <b> "')
    '#&#35;[error] &lt;b&gt; &quot;'
    """
    text = entities(clean(text) if not text.isprintable() or not text.isascii() else text, quote=True)
    return text.replace("##[", "#&#35;[").replace("::", ":&#58;")


def raw(text: str) -> Html:
    """Text of our own resources as it is."""
    return Html(text)
