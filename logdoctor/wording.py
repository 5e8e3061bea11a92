"""Words that several rooms share: a rule's sentences filled in, and what is said where no rule knows."""

from __future__ import annotations

import re
from collections.abc import Mapping

SLOT = re.compile(r"\{([a-z_][a-z0-9_]*)\}")


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
    return SLOT.sub(lambda slot: captures.get(slot[1]) or "…", template)
