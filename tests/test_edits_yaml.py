"""YAML changes only where asked; comments, quotes, indentation and flow style stay."""

from __future__ import annotations

import pytest

from logdoctor.remedies.edits import EditError, apply

WORKSPACE = """\
# the workspace: größe 😀
packages:
  - 'apps/*'  # all of them
  # the rest
  - 'packages/*'

onlyBuiltDependencies: [esbuild, sharp]  # build scripts
overrides:
  foo: ^1.0.0
catalog:
  react: 18
"""


@pytest.mark.parametrize(
    ("operation", "args", "old", "new"),
    [
        pytest.param(
            "yaml-add-to-list",
            {"path": "packages", "value": "tools/*"},
            "- 'packages/*'\n",
            "- 'packages/*'\n  - 'tools/*'\n",
            id="an item, quoted as its neighbours",
        ),
        pytest.param(
            "yaml-add-to-list",
            {"path": "onlyBuiltDependencies", "value": "@swc/core"},
            "sharp]",
            "sharp, '@swc/core']",
            id="an item in brackets",
        ),
        pytest.param(
            "yaml-add-to-list",
            {"path": "supportedArchitectures.libc", "value": "musl"},
            "react: 18\n",
            "react: 18\nsupportedArchitectures:\n  libc:\n    - 'musl'\n",
            id="a list with its parents",
        ),
        pytest.param(
            "yaml-remove",
            {"path": "packages", "value": "apps/*"},
            "  - 'apps/*'  # all of them\n",
            "",
            id="an item and its comment",
        ),
        pytest.param(
            "yaml-remove",
            {"path": "overrides.foo"},
            "overrides:\n  foo: ^1.0.0\n",
            "overrides: {}\n",
            id="the only key",
        ),
        pytest.param(
            "yaml-remove",
            {"path": "onlyBuiltDependencies", "value": "esbuild"},
            "[esbuild, sharp]",
            "[sharp]",
            id="an item in brackets",
        ),
        pytest.param("yaml-set", {"path": "catalog.react", "value": "19"}, "18", "19", id="a value"),
        pytest.param(
            "yaml-set",
            {"path": "onlyBuiltDependencies", "value": "false"},
            "[esbuild, sharp]",
            "false",
            id="another kind of value, its comment kept",
        ),
        pytest.param(
            "yaml-set",
            {"path": 'overrides["a>b"]', "value": "1"},
            "^1.0.0\n",
            "^1.0.0\n  a>b: 1\n",
            id="a new key",
        ),
        pytest.param(
            "yaml-set",
            {"path": "overrides.foo", "value": "{x: [1]}"},
            "  foo: ^1.0.0\n",
            "  foo:\n    x:\n      - 1\n",
            id="a block for a word",
        ),
        pytest.param("yaml-set", {"path": "catalog.react", "value": "18"}, "", "", id="nothing to set"),
        pytest.param("yaml-remove", {"path": "nothing"}, "", "", id="nothing to remove"),
        pytest.param(
            "yaml-add-to-list", {"path": "packages", "value": "apps/*"}, "", "", id="nothing to add"
        ),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("final", [True, False])
def test_a_change_stays_in_its_place(
    operation: str, args: dict[str, str], old: str, new: str, newline: str, final: bool
) -> None:
    before, wanted = WORKSPACE, WORKSPACE.replace(old, new, 1)
    if not final:
        before, wanted = before.removesuffix("\n"), wanted.removesuffix("\n")
    assert apply(operation, before.replace("\n", newline), args) == wanted.replace("\n", newline)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param("", "a:\n  b: 1\n", id="empty file"),
        pytest.param("# nothing yet", "# nothing yet\na:\n  b: 1", id="comments only"),
        pytest.param("---\nx: 1\n", "---\nx: 1\na:\n  b: 1\n", id="document mark"),
        pytest.param("a:\n", "a:\n  b: 1\n", id="a key without a value"),
        pytest.param("a: # why\n", "a: # why\n  b: 1\n", id="with a comment"),
        pytest.param("a: {}\n", "a: { b: 1 }\n", id="empty braces"),
        pytest.param("a: {c: 2}\n", "a: {c: 2, b: 1}\n", id="braces"),
        pytest.param("a: {\n  c: 2,\n}\n", "a: {\n  c: 2,\n  b: 1,\n}\n", id="braces over lines"),
        pytest.param(
            "a:\n    c: |\n        x\n\nd: 1\n",
            "a:\n    c: |\n        x\n    b: 1\n\nd: 1\n",
            id="after a text block",
        ),
        pytest.param(
            "d:\n- a: 1\na:\n   c: 2 # c\n # e", "d:\n- a: 1\na:\n   c: 2 # c\n   b: 1\n # e", id="odd steps"
        ),
        pytest.param("{x: 1}\n", "{x: 1, a: { b: 1 }}\n", id="all in braces"),
    ],
)
def test_a_key_finds_its_place_in_every_style(text: str, wanted: str) -> None:
    assert apply("yaml-set", text, {"path": "a.b", "value": "1"}) == wanted


@pytest.mark.parametrize(
    ("text", "args", "wanted"),
    [
        pytest.param(
            "a:\n- b: 1\n  c: 2\n", {"path": "a[0].b"}, "a:\n- c: 2\n", id="the key beside the dash"
        ),
        pytest.param(
            "a:\n- b: 1\n- c\n", {"path": "a[0].b"}, "a:\n- {}\n- c\n", id="the only key beside the dash"
        ),
        pytest.param("a: 1", {"path": "a"}, "{}", id="all there is"),
        pytest.param("a:\n  - x\nb: 1\n", {"path": "a", "value": "x"}, "a: []\nb: 1\n", id="the only item"),
        pytest.param(
            "a: [\n  x, # x\n  y,\n]\n",
            {"path": "a", "value": "y"},
            "a: [\n  x, # x\n]\n",
            id="a line in brackets",
        ),
        pytest.param("a: 1\nb:\n  c: |\n    t\n", {"path": "b"}, "a: 1\n", id="a block of text"),
    ],
)
def test_what_is_removed_leaves_no_hole(text: str, args: dict[str, str], wanted: str) -> None:
    assert apply("yaml-remove", text, args) == wanted


@pytest.mark.parametrize(
    ("operation", "text", "args", "reason"),
    [
        pytest.param("yaml-set", "a: [", {"path": "a", "value": "1"}, "line 1: ", id="no YAML"),
        pytest.param("yaml-set", "a: 1\na: 2\n", {"path": "a", "value": "3"}, "line 2: ", id="repeated key"),
        pytest.param(
            "yaml-set", "a: 1\n---\nb: 1\n", {"path": "a", "value": "3"}, "line 2: ", id="two documents"
        ),
        pytest.param(
            "yaml-set", "a: x\n", {"path": "a.b", "value": "1"}, "a.b leads through", id="through a word"
        ),
        pytest.param(
            "yaml-set",
            "a: &x {b: 1}\nc: *x\n",
            {"path": "a.b", "value": "2"},
            "line 1 cannot be changed",
            id="shared",
        ),
        pytest.param("yaml-remove", "a: &x {b: 1}\nc: *x\n", {"path": "c.b"}, "", id="reached by an alias"),
        pytest.param(
            "yaml-add-to-list", "a: x\n", {"path": "a", "value": "y"}, "line 1: a is no list", id="no list"
        ),
    ],
)
def test_what_cannot_be_done_is_refused_with_the_reason(
    operation: str, text: str, args: dict[str, str], reason: str
) -> None:
    with pytest.raises(EditError) as refusal:
        apply(operation, text, args)
    assert str(refusal.value).startswith(reason)
    assert str(refusal.value)
