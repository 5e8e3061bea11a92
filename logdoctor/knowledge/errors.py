"""What can be wrong with a rule file, told with file and line, or with a model."""

from __future__ import annotations


class RuleError(ValueError):
    """A rule file that cannot be used as it stands; `line` counts from 1."""

    def __init__(self, file: str, line: int, message: str) -> None:
        super().__init__(f"{file}:{line}: {message}")
        self.file = file
        self.line = line
        self.message = message


class RuleTimeout(RuntimeError):
    """A user's pattern that needs too long on a line: reported, never taken for a miss."""

    def __init__(self, rule: str, pattern: str) -> None:
        super().__init__(f"rule {rule}: the pattern takes too long on a line of this log: {pattern}")
        self.rule = rule
        self.pattern = pattern


class ModelError(ValueError):
    """A model file that cannot be used, in words for the user."""
