"""Words that several rooms share: a rule's sentences filled in, and what is said where no rule knows."""

from __future__ import annotations

from collections.abc import Mapping

UNKNOWN, NEAREST = "not known", "not known; nearest is "


def nearest(title: str) -> str:
    """The class that the title of an unknown failure names as the nearest, or nothing.

    >>> nearest("not known; nearest is module-not-found"), nearest("not known")
    ('module-not-found', '')
    """
    return title.removeprefix(NEAREST) if title.startswith(NEAREST) else ""


def fill(template: str, captures: Mapping[str, str]) -> str:
    """Replace each `{name}`; a name that was not captured becomes an ellipsis, never a blank.

    >>> fill("Package {package} is missing", {"package": "left-pad"})
    'Package left-pad is missing'
    """
    first, *parts = template.split("{")
    return first + "".join([_filled(part, captures) for part in parts])


def _filled(part: str, captures: Mapping[str, str]) -> str:
    """What stands after a `{`, with the slot's value if it was one that was opened there."""
    name, closed, rest = part.partition("}")
    return (captures.get(name) or "…") + rest if closed and _is_name(name) else "{" + part


def slots(template: str) -> list[str]:
    """The names that a template leaves open.

    >>> slots("Package {package} is missing from { files }")
    ['package']
    """
    parts = (part.partition("}") for part in template.split("{")[1:])
    return [name for name, closed, _ in parts if closed and _is_name(name)]


def _is_name(text: str) -> bool:
    return text.isascii() and text.isidentifier() and text == text.lower()
