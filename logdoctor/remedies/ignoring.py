"""What a .dockerignore keeps out of the build context."""

from __future__ import annotations

from fnmatch import fnmatchcase


def ignores(text: str, path: str) -> bool:
    """Say whether the last pattern that speaks of a path keeps it out.

    >>> ignores("node_modules", "web/node_modules")
    False
    """
    pattern = deciding(text, path)
    return bool(pattern) and not pattern.startswith("!")


def deciding(text: str, path: str) -> str:
    """The last pattern that speaks of a path or a folder it lies in, empty if none does."""
    found = ""
    parts = path.strip("/").split("/")
    for line in text.splitlines():
        pattern = line.strip()
        globs = [each for each in pattern.removeprefix("!").strip("/").split("/") if each not in ("", ".")]
        if not globs or pattern.startswith("#"):
            continue
        if globs[-1] in ("**", "*") and len(globs) > 1:
            globs.pop()
        if any(matches(parts[:length], globs) for length in range(1, len(parts) + 1)):
            found = pattern
    return found


def matches(parts: list[str], globs: list[str]) -> bool:
    """Match a path against a pattern in which `*` stops at a slash and `**` does not."""
    reached = {0}
    for glob in globs[:20]:
        if not reached:
            return False
        if glob == "**":
            reached = set(range(min(reached), len(parts) + 1))
        else:
            reached = {at + 1 for at in reached if at < len(parts) and fnmatchcase(parts[at], glob)}
    return len(parts) in reached
