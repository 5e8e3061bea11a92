"""The one way text gets into a page: everything is escaped, but what was built here."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from html import escape as entities

from logdoctor.render.clean import clean
from logdoctor.resources import packaged

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


def page(title: str, body: Html, forms: str = "'none'") -> str:
    """A whole document round a body, with the policy that lets nothing in; `forms` is where they may go."""
    head = h(
        "head",
        h("meta", charset="utf-8"),
        h("meta", http_equiv="Content-Security-Policy", content=policy(forms)),
        h("meta", name="viewport", content="width=device-width, initial-scale=1"),
        h("meta", name="color-scheme", content="light dark"),
        h("meta", name="referrer", content="same-origin"),
        h("title", f"{title} · logdoctor"),
        h("link", rel="icon", href="data:,"),
        h("style", raw(resource("report.css"))),
    )
    return f"<!doctype html>\n{h('html', head, body, lang='en')}\n"


@cache
def policy(forms: str = "'none'") -> str:
    """The page's content security policy: its own style and script by hash, and nothing else."""
    style, script = (_hash(resource(name)) for name in ("report.css", "report.js"))
    return (
        f"default-src 'none'; style-src '{style}'; script-src '{script}'; img-src data:; "
        f"base-uri 'none'; form-action {forms}"
    )


def _hash(text: str) -> str:
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()


@cache
def resource(name: str) -> str:
    """A style or script that comes with the program."""
    data = packaged(name)
    if data is None:
        raise FileNotFoundError(f"{name} is missing from the installation")
    return data.decode()
