"""JSON is read with the place of everything, and changed without moving anything else."""

from __future__ import annotations

import json

import pytest
from documents_made import OBJECTS, VALUES
from hypothesis import given, settings
from hypothesis import strategies as st

from logdoctor.remedies.edits import EditError, apply
from logdoctor.remedies.edits.json_text import Node, is_strict, parse, value_of

MANIFEST = """\
{
    "name": "web",
    "scripts": { "build": "vite build" },
    "pnpm": {
        "onlyBuiltDependencies": ["esbuild"]
    }
}
"""


@settings(max_examples=200, deadline=None, derandomize=True)
@given(VALUES, st.sampled_from([None, 1, "\t"]), st.booleans())
def test_whatever_json_writes_is_read_as_the_same_value(
    value: object, indent: int | str | None, ascii: bool
) -> None:
    assert value_of(parse(json.dumps(value, indent=indent, ensure_ascii=ascii)).root) == value


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from([*'{}[]:,"\\ \n1-.e', "null", "true", '"a"', "0", "\\u00e9"]), max_size=9))
def test_what_json_refuses_is_refused_but_for_last_commas(parts: list[str]) -> None:
    text = "".join(parts)
    try:
        found = parse(text)
    except EditError:
        assert not is_strict(text)
        return
    assert is_strict(text) or found.trailing
    assert is_strict(apply("json-remove-trailing-commas", text, {}))


@settings(max_examples=80, deadline=None, derandomize=True)
@given(OBJECTS)
def test_every_node_stands_where_it_says(value: object) -> None:
    text = json.dumps(value, indent=2, ensure_ascii=False)

    def walk(node: Node) -> None:
        assert json.loads(text[node.start : node.end]) == value_of(node)
        for entry in node.entries or ():
            assert text[entry.start] == '"' if entry.key is not None else entry.start == entry.node.start
            walk(entry.node)

    walk(parse(text).root)


@pytest.mark.parametrize(
    ("operation", "args", "old", "new"),
    [
        pytest.param("json-set", {"path": "name", "value": "app"}, '"web"', '"app"', id="a value"),
        pytest.param(
            "json-set",
            {"path": "scripts.test", "value": "x"},
            'build" }',
            'build", "test": "x" }',
            id="on one line",
        ),
        pytest.param(
            "json-set",
            {"path": 'pnpm.overrides["lodash.merge"]', "value": '"^4"'},
            '["esbuild"]\n',
            '["esbuild"],\n        "overrides": {\n            "lodash.merge": "^4"\n        }\n',
            id="with the objects on the way",
        ),
        pytest.param(
            "json-add-to-list",
            {"path": "pnpm.onlyBuiltDependencies", "value": "@swc/core"},
            '["esbuild"]',
            '["esbuild", "@swc/core"]',
            id="an item",
        ),
        pytest.param(
            "json-remove",
            {"path": "pnpm.onlyBuiltDependencies", "value": "esbuild"},
            '["esbuild"]',
            "[]",
            id="the only item",
        ),
        pytest.param(
            "json-remove",
            {"path": "pnpm"},
            ' },\n    "pnpm": {\n        "onlyBuiltDependencies": ["esbuild"]\n    }',
            " }",
            id="the last key",
        ),
        pytest.param("json-remove", {"path": "name"}, '    "name": "web",\n', "", id="the first key"),
        pytest.param("json-remove", {"path": "engines.node"}, "", "", id="nothing to remove"),
        pytest.param(
            "json-set", {"path": "scripts.build", "value": "vite build"}, "", "", id="nothing to set"
        ),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_change_stays_in_its_place(
    operation: str, args: dict[str, str], old: str, new: str, newline: str
) -> None:
    wanted = MANIFEST.replace(old, new, 1).replace("\n", newline)
    assert apply(operation, MANIFEST.replace("\n", newline), args) == wanted


def test_last_commas_go_and_commas_in_strings_stay() -> None:
    text = '\ufeff{\r\n  "a": [1, ", ]",],\r\n  "b": {"c": 2 , },\r\n}'
    assert (
        apply("json-remove-trailing-commas", text, {})
        == '\ufeff{\r\n  "a": [1, ", ]"],\r\n  "b": {"c": 2  }\r\n}'
    )


def test_comments_outlive_their_neighbours() -> None:
    text = '{\n  // first\n  "a": 1, // of a\n  "b": 2 // of b\n}\n'
    assert (
        apply("json-set", text, {"path": "c", "value": "3"})
        == '{\n  // first\n  "a": 1, // of a\n  "b": 2, // of b\n  "c": 3\n}\n'
    )
    assert apply("json-remove", text, {"path": "b"}) == '{\n  // first\n  "a": 1 // of a // of b\n}\n'


@pytest.mark.parametrize(
    ("text", "args", "reason"),
    [
        pytest.param(
            "", {"path": "a", "value": "1"}, "line 1: the file ends where a value should be", id="empty"
        ),
        pytest.param(
            '{"a": 1\n"b": 2}',
            {"path": "a", "value": "1"},
            'line 2: "b" where } or a comma should be',
            id="no comma",
        ),
        pytest.param(
            '{\n"a": 1, "a": 2}', {"path": "a", "value": "3"}, "line 2 repeats the key a", id="repeated key"
        ),
        pytest.param(
            '{"a": "x"}',
            {"path": "a.b", "value": "1"},
            "line 1: a.b leads through something that is no object",
            id="through a string",
        ),
        pytest.param("{}", {"path": "a", "value": "{"}, "'{' is not valid JSON", id="half a value"),
        pytest.param("{}", {"path": "a"}, "json-set needs value", id="an argument is missing"),
        pytest.param("[" * 999, {"path": "a", "value": "1"}, "line 1 is nested too deeply", id="too deep"),
    ],
)
def test_what_cannot_be_done_is_refused_with_the_reason(text: str, args: dict[str, str], reason: str) -> None:
    with pytest.raises(EditError) as refusal:
        apply("json-set", text, args)
    assert str(refusal.value) == reason
