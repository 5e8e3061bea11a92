"""What the name of a BuildKit vertex says: target, platform, stage and instruction."""

from __future__ import annotations

from logdoctor.record import NamedTuple


class Name(NamedTuple):
    """A vertex name taken apart. `lone` is set where one word may be a stage or a bake target."""

    target: str | None = None
    platform: str | None = None
    stage: str | None = None
    instruction: str = ""
    lone: bool = False


def parse(name: str) -> Name:
    """Take a name such as `[web linux/arm64 builder 3/7] RUN npm ci` apart.

    >>> parse("[linux/amd64->linux/arm64 builder  3/12] RUN npm ci")[1:4]
    ('linux/amd64', 'builder', 'RUN npm ci')
    """
    inside, closed, rest = name[1:].partition("]") if name.startswith("[") else ("", "", name)
    words = inside.split()
    rest = rest.strip()
    if not closed or not words:
        return Name(instruction=rest)
    if not _is_place(words[-1]):
        target = words[0] if words[-1] in ("internal", "auth") and len(words) > 1 else None
        return Name(target=target, instruction=rest)
    platforms = [word for word in words[:-1] if "/" in word]
    others = [word for word in words[:-1] if "/" not in word]
    return Name(
        target=others[-2] if len(others) > 1 else None,
        platform=platforms[0].partition("->")[0] if platforms else None,
        stage=others[-1] if others else None,
        instruction=rest.removeprefix("ONBUILD "),
        lone=len(others) == 1,
    )


def _is_place(word: str) -> bool:
    """Whether a word is the `3/7` that says which of its stage's instructions this is."""
    index, slash, total = word.partition("/")
    return bool(slash) and index.isdecimal() and total.isdecimal()


def squeezed(text: str) -> str:
    """Text as it compares: one blank between words, however it was wrapped or quoted.

    >>> squeezed("npm ci   &&     npm test")
    'npm ci && npm test'
    """
    return " ".join(text.replace("\\", " ").split())


def is_name(text: str) -> bool:
    """Whether the text after `#n ` can only be a vertex's name, never its output or progress."""
    return text.startswith(_NAMES) and not text.startswith("[output clipped")


_NAMES = (
    "[",
    "resolve image config for ",
    "importing cache manifest from ",
    "exporting to ",
    "exporting cache",
    "preparing build cache",
    "docker-image://",
    "local://",
    "building with ",
    "resolving provenance",
    "copy /",
    "mkdir ",
    "load build definition",
    "merge ",
    "diff ",
    "booting buildkit",
    "could not determine",
)
