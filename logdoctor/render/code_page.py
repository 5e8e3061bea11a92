"""What is known about one error code or message of a tool, as a page for `logdoctor explain`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from logdoctor.model import Nature
from logdoctor.render.clean import clean

_NATURE = {
    "your-change": "a change of the code that was built",
    "environment": "the machine, image or account that builds",
    "upstream": "somebody else's package or server",
    "transient": "chance: it may pass when run again",
}


def render(
    name: str,
    *,
    printed_by: str,
    wording: str,
    sentences: Sequence[str],
    concerns: str,
    nature: Nature,
    steps: Sequence[str],
    rules: Sequence[str],
) -> str:
    """The page as Markdown that also reads well as plain text; `rules` know the same trouble better."""
    parts = [f"# {clean(name)}", *sentences]
    parts.append("\n".join(_facts(printed_by, concerns, nature, wording)))
    parts += ["## What helps", "\n".join(f"- {step}" for step in steps)]
    if rules:
        parts += ["## Rules that know more", "\n".join(f"- `logdoctor explain {rule}`" for rule in rules)]
    return "\n\n".join(parts) + "\n"


def _facts(printed_by: str, concerns: str, nature: Nature, wording: str) -> Iterable[str]:
    yield f"- Printed by: {printed_by}"
    yield f"- Concerns: {concerns}"
    yield f"- Comes from: {_NATURE[nature]}"
    if wording:
        yield f"- Worded: {wording}"
