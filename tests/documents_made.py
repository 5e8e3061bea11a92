"""JSON, YAML, ini and ignore files in many layouts, with a change for each and what it must mean."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st
from ruamel.yaml import YAML

Change = tuple[str, Mapping[str, str], Callable[[str], bool] | None]

KEYS = ("name", "größe 😀", "scripts", "a.b", "pnpm", 'qu"ote')
SCALARS = st.one_of(
    st.sampled_from(["x", "", "é😀", "a, b", "[1,]", 'q"\\', "// no"]), st.integers(-9, 99), st.booleans()
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS), inner, max_size=3)
    ),
    max_leaves=5,
)
OBJECTS = st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=4)
ENDS = st.sampled_from(["\n", "\n", "\r\n"])


def typed(value: Any) -> str:
    """A form in which 1, 1.0 and true differ and the order of keys does not count."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def json_files(operation: str) -> st.SearchStrategy[Change]:
    """package.json-like files for one of the JSON operations."""
    name = operation.removeprefix("json-")

    @st.composite
    def change(draw: Any) -> Change:
        data, seed = draw(OBJECTS), draw(st.integers(0, 2**16))
        commas = draw(st.sampled_from([True, False])) if name != "remove-trailing-commas" else True
        text = _json(data, random.Random(seed), draw(ENDS), commas)
        text = draw(st.sampled_from(["", "", "\ufeff"])) + text
        args, wanted = {}, data
        if name != "remove-trailing-commas":
            args, wanted = _arguments(draw, name, data, json.dumps)
        if wanted is None:
            return text, args, None
        return text, args, lambda after: typed(_loaded(after, commas and bool(args))) == typed(wanted)

    return change()


def yaml_files(operation: str) -> st.SearchStrategy[Change]:
    """pnpm-workspace.yaml-like files for one of the YAML operations."""
    name = operation.removeprefix("yaml-")

    @st.composite
    def change(draw: Any) -> Change:
        data = draw(OBJECTS)
        text = _yaml(data, random.Random(draw(st.integers(0, 2**16))), draw(ENDS))
        args, wanted = _arguments(draw, name, data, lambda value: json.dumps(value, ensure_ascii=False))
        text = text if draw(st.booleans()) else text.rstrip("\r\n")
        if wanted is None:
            return text, args, None
        return text, args, lambda after: typed(_yaml_value(after) or {}) == typed(wanted)

    return change()


def ini_files(operation: str) -> st.SearchStrategy[Change]:
    """.npmrc-like files."""
    line = st.sampled_from(
        [
            "a=1",
            "b = x ; why",
            "a = 2",
            "# größe",
            "",
            "//registry.example/:always-auth=true",
            "flag",
            "c[]=1",
            "ä=ö",
        ]
    )

    @st.composite
    def change(draw: Any) -> Change:
        newline = draw(ENDS)
        lines = draw(st.lists(line, max_size=6)) + draw(st.sampled_from([[], [], ["[section]", "a=9"]]))
        text = newline.join(lines) + (newline if draw(st.booleans()) and lines else "")
        key = draw(st.sampled_from(["a", "a", "b", "c[]", "flag", "new", "ä"]))
        args = {"key": key}
        if operation == "ini-set":
            args["value"] = draw(st.sampled_from(["1", "x", "z;#", "ö 😀", "true"]))
        return text, args, lambda after: _ini(after) == _ini_wanted(text, args)

    return change()


def ignore_files(operation: str) -> st.SearchStrategy[Change]:
    """.dockerignore-like files."""
    line = st.sampled_from(["node_modules", "dist/", "# größe", "", "!dist", "/a b", "!./ä", "ä", "a b "])

    @st.composite
    def change(draw: Any) -> Change:
        newline = draw(ENDS)
        lines = draw(st.lists(line, max_size=6))
        text = newline.join(lines) + (newline if draw(st.booleans()) and lines else "")
        pattern = draw(st.sampled_from(["node_modules", "dist", "a b", "ä", "new/"]))
        own = [one.strip().strip("./") for one in text.split("\n")]
        told = [_bare(one) for one in own]
        name = pattern.strip("/")

        def holds(after: str) -> bool:
            now = [_bare(one.strip()) for one in after.split("\n")]
            verdict = [one for one in now if one.strip("!") == name][-1:] == [name]
            others = [one for one in now if one.strip("!") != name and one]
            kept = others == [one for one in told if one.strip("!") != name and one]
            if operation == "ignore-remove":
                return kept and name not in now
            return kept and verdict == (operation == "ignore-add")

        return text, {"pattern": pattern}, holds

    return change()


def _bare(line: str) -> str:
    line = line.strip()
    return ("!" if line.startswith("!") else "") + line.lstrip("!").strip("./")


def _arguments(draw: Any, name: str, data: Any, dump: Callable[[Any], str]) -> tuple[dict[str, str], Any]:
    """A path into the data (or beside it), a value, and what must come out; None for a refusal."""
    path: list[str | int] = []
    here = data
    while isinstance(here, dict | list) and here and draw(st.sampled_from([True, True, not path])):
        part = draw(st.sampled_from(sorted(here) if isinstance(here, dict) else range(len(here))))
        path.append(part)
        here = here[part]
    if not path or (isinstance(here, dict) and name == "set" and draw(st.booleans())):
        path.append("neu.key")
    args = {
        "path": "".join(f"[{json.dumps(part)}]" if isinstance(part, str) else f"[{part}]" for part in path)
    }
    wanted = deepcopy(data)
    if name == "remove" and isinstance(path[-1], int):
        return _removal(args, path, wanted, here, dump)
    if name == "remove":
        return args, _without(wanted, path)
    value = draw(VALUES if name == "set" else SCALARS)
    args["value"] = dump(value)
    holder = wanted
    for part in path[:-1]:
        holder = holder[part]
    last = path[-1]
    if name == "set":
        holder[last] = value
        return args, wanted
    missing = isinstance(holder, dict) and last not in holder
    if missing:
        holder[last] = []
    if not isinstance(holder[last], list):
        return args, None
    if typed(value) not in [typed(one) for one in holder[last]]:
        holder[last].append(value)
    return args, wanted


def _path(path: list[str | int]) -> str:
    return "".join(f"[{json.dumps(part)}]" if isinstance(part, str) else f"[{part}]" for part in path)


def _removal(
    args: dict[str, str], path: list[str | int], wanted: Any, value: Any, dump: Callable[[Any], str]
) -> tuple[dict[str, str], Any]:
    """An item goes by its value; one that is there twice, or a list that is the root, does not."""
    args = {"path": _path(path[:-1]), "value": dump(value)}
    holder = wanted
    for part in path[:-1]:
        holder = holder[part]
    if [typed(one) for one in holder].count(typed(value)) > 1:
        return args, None
    return args, _without(wanted, path)


def _without(data: Any, path: list[str | int]) -> Any:
    holder = data
    for part in path[:-1]:
        holder = holder[part]
    if isinstance(holder, dict):
        holder.pop(path[-1], None)
    else:
        del holder[path[-1]]
    return data


def _json(value: Any, chance: random.Random, newline: str, commas: bool, indent: str = "") -> str:
    """Indented or on one line, with trailing commas on demand."""
    if not isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    if not value:
        return chance.choice(["{}", "{ }"] if isinstance(value, dict) else ["[]", f"[{newline}{indent}]"])
    flat = chance.random() < 0.3
    step = indent + "  "
    parts = [
        f"{json.dumps(key, ensure_ascii=False)}: {_json(one, chance, newline, commas, step)}"
        for key, one in (value.items() if isinstance(value, dict) else ())
    ] or [_json(one, chance, newline, commas, step) for one in value]
    gap, edge = (" ", "") if flat else (f"{newline}{step}", f"{newline}{indent}")
    last = "," if commas and chance.random() < 0.4 else ""
    body = f",{gap}".join(parts) + last + edge
    open_mark, close = "{}" if isinstance(value, dict) else "[]"
    whole = f"{open_mark}{'' if flat else gap}{body}{close}"
    return whole if indent else whole + chance.choice(["", newline])


def _loaded(text: str, commas: bool) -> Any:
    """What the text means; YAML's flow form is JSON that allows a last comma."""
    text = text.removeprefix("\ufeff")
    return YAML(typ="safe", pure=True).load(text) if commas else json.loads(text)


def _yaml_value(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


def _yaml(data: dict[str, Any], chance: random.Random, newline: str) -> str:
    step = chance.choice(["  ", "    "])
    dash = chance.choice(["", step])
    lines = list(_yaml_lines(data, chance, "", step, dash))
    return newline.join([*chance.choice([[], ["# größe"], ["---"]]), *lines, ""]) if lines else "# nothing\n"


def _yaml_lines(data: Any, chance: random.Random, indent: str, step: str, dash: str) -> Any:
    """Block style with comments, flow style here and there."""
    for key, value in data.items() if isinstance(data, dict) else ((None, one) for one in data):
        head = f"{indent}-" if key is None else f"{indent}{json.dumps(key, ensure_ascii=False)}:"
        if chance.random() < 0.2:
            yield f"{indent}# größe: {chance.choice('ab')}"
        if isinstance(value, dict | list) and value and key is not None and chance.random() < 0.7:
            yield head + chance.choice(["", "  # why"])
            yield from _yaml_lines(
                value, chance, indent + (step if isinstance(value, dict) else dash), step, dash
            )
        elif isinstance(value, dict) and value and key is None and chance.random() < 0.7:
            inner = list(_yaml_lines(value, random.Random(3), indent + "  ", step, dash))
            first = next(at for at, line in enumerate(inner) if not line.lstrip().startswith("#"))
            yield f"{head} {inner[first].lstrip()}"
            yield from inner[first + 1 :]
        else:
            yield f"{head} {json.dumps(value, ensure_ascii=False)}{chance.choice(['', '', '  # why'])}"


def _ini(text: str) -> tuple[dict[str, list[str]], list[str]]:
    """Settings by key, and everything else in order."""
    found: dict[str, list[str]] = {}
    rest: list[str] = []
    for line in text.split("\n"):
        bare = line.strip()
        if rest and "[section]" in rest:
            rest.append(bare)
        elif not bare or bare[0] in "#;[":
            rest += [bare] * bool(bare)
        else:
            key, mark, value = bare.partition("=")
            value = value.split(" ;")[0].strip().replace("\\;", ";").replace("\\#", "#")
            found.setdefault(key.strip(), []).append(value if mark else "true")
    return found, [line for line in rest if line]


def _ini_wanted(text: str, args: Mapping[str, str]) -> tuple[dict[str, list[str]], list[str]]:
    found, rest = _ini(text)
    key = args["key"]
    if "value" not in args:
        found.pop(key, None)
    elif key.endswith("[]"):
        have = found.setdefault(key, [])
        have += [args["value"]] * (args["value"] not in have)
    else:
        found[key] = [*found.get(key, [])[:-1], args["value"]]
    return found, rest
