"""Named operations on the text of a file: what each repair is made of.

An operation finds what it must change and gives back Spans; nothing else in the file moves.
`apply` carries it out, reads the result again, and refuses what does not hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from logdoctor.record import TYPE_CHECKING, NamedTuple
from logdoctor.remedies.edits.spans import EditError, Span, diff, splice

if TYPE_CHECKING:
    from typing import Any

__all__ = ["OPERATIONS", "EditError", "Operation", "Span", "apply", "describe", "diff", "splice"]


class Operation(NamedTuple):
    """A change by name. `arguments` says of each argument whether it must be given."""

    name: str
    format: str
    arguments: Mapping[str, bool]
    module: str
    function: str

    def run(self, text: str, args: Mapping[str, str]) -> tuple[Span, ...]:
        """What to change; nothing if the file is as it should be, EditError if it cannot be done."""
        unknown = [name for name in args if name not in self.arguments]
        missing = [name for name, needed in self.arguments.items() if needed and name not in args]
        if unknown or missing:
            raise EditError(
                f"{self.name} {'does not take' if unknown else 'needs'} {(unknown or missing)[0]}"
            )
        found: tuple[Span, ...] = self._function()(text, args)
        return found

    @property
    def sentence(self) -> str:
        """What the operation does and refuses."""
        return " ".join((self._function().__doc__ or "").split())

    def _function(self) -> Any:
        return getattr(import_module(f"{__name__}.{self.module}"), self.function)


def _operations(format: str, module: str, *lines: str) -> dict[str, Operation]:
    """Read a table: a function and its arguments, those in brackets optional; imports nothing yet."""
    found = {}
    for line in lines:
        function, *names = line.split()
        name = f"{format}-{function.removesuffix('_it').replace('_', '-')}"
        arguments = {one.strip("[]"): not one.startswith("[") for one in names}
        found[name] = Operation(name, format, arguments, module, function)
    return found


OPERATIONS: Mapping[str, Operation] = {
    **_operations(
        "json",
        "json_edits",
        "remove_trailing_commas",
        "set_it path value",
        "remove_it path [value]",
        "add_to_list path value",
    ),
    **_operations(
        "yaml", "yaml_edits", "set_it path value", "remove_it path [value]", "add_to_list path value"
    ),
    **_operations("ini", "ini", "set_it key value", "remove_it key [value]"),
    **_operations("ignore", "ignore", "add_it pattern", "remove_it pattern", "except_it pattern"),
    **_operations(
        "dockerfile",
        "dockerfile_run",
        "drop_flag flag [line] [command]",
        "add_flag command flag [line]",
        "replace_word line old new",
        "replace_run line old new",
    ),
    **_operations(
        "dockerfile", "dockerfile_packages", "add_packages line manager packages", "apt_update line"
    ),
    **_operations(
        "dockerfile",
        "dockerfile_steps",
        "set_base image [stage] [line]",
        "set_platform platform [stage] [line]",
        "insert_before text [line] [instruction]",
        "insert_after text [line] [instruction]",
        "copy_chown line owner",
        "fix_keyword line old new",
        "fix_stage line old new",
        "add_copy line source target",
    ),
}

CHECKS = {
    "json": "json_text",
    "yaml": "yaml_text",
    "ini": "ini",
    "ignore": "ignore",
    "dockerfile": "dockerfile_find",
}


def apply(operation: str, text: str, args: Mapping[str, str]) -> str:
    """The text after the operation; unchanged if there is nothing to do, EditError if it cannot be done."""
    if operation not in OPERATIONS:
        raise EditError(f"there is no operation {operation}")
    found = OPERATIONS[operation]
    spans = found.run(text, args)
    if not spans:
        return text
    after = splice(text, spans)
    reader = import_module(f"{__name__}.{CHECKS[found.format]}")
    reader.check(text, after, spans)
    if found.run(after, reader.anchored(text, args) if "line" in args else args):
        raise EditError("done twice, the change would not settle")
    return after


def describe() -> list[tuple[str, Mapping[str, bool], str]]:
    """Every operation with its arguments (whether each must be given) and what it does, for the reference."""
    return [(one.name, one.arguments, one.sentence) for one in OPERATIONS.values()]
