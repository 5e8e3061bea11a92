"""Fill a rule's sentences with what was captured from the log."""

from __future__ import annotations

import re
from collections.abc import Mapping

SLOT = re.compile(r"\{([a-z_][a-z0-9_]*)\}")


def fill(template: str, captures: Mapping[str, str]) -> str:
    """Replace each `{name}`; a name that was not captured becomes an ellipsis, never a blank.

    >>> fill("Package {package} is missing", {"package": "left-pad"})
    'Package left-pad is missing'
    """
    return SLOT.sub(lambda slot: captures.get(slot[1]) or "…", template)
