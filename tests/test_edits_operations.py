"""What operations do to Dockerfiles that people write, and what they refuse."""

from __future__ import annotations

import subprocess
import sys

import pytest

from logdoctor.remedies.edits import OPERATIONS, EditError, apply, describe

BUILD = """\
# syntax=docker/dockerfile:1
FROM --platform=linux/amd64 node:20-alpine AS build
WORKDIR /app
# dependencies
RUN --mount=type=cache,target=/store pnpm install \\
    # keep it small
    --frozen-lockfile \\
    --no-optional
RUN npm run build --prod

FROM node:20
COPY --from=biuld /app /app
RUN apt-get install -y \\
    curl \\
    git && \\
    rm -rf /x
CMD ["npm", "start"]
"""


@pytest.mark.parametrize(
    ("run", "flag", "wanted"),
    [
        pytest.param("pnpm i --no-optional", "--no-optional", "pnpm i", id="as given"),
        pytest.param("npm ci --omit=optional -s", "--no-optional", "npm ci -s", id="another spelling"),
        pytest.param("npm ci --omit optional -s", "--omit=optional", "npm ci -s", id="in two words"),
        pytest.param("npm ci \\\n  --omit \\\n  optional", "--no-optional", "npm ci", id="on two lines"),
        pytest.param("npm ci --omit=dev", "--no-optional", "npm ci --omit=dev", id="another value stays"),
        pytest.param("pnpm -P install", "--prod", "pnpm install", id="a short form"),
        pytest.param("npm i -P x", "--prod", "npm i -P x", id="short for something else in npm"),
        pytest.param("yarn add -P x", "--prod", "yarn add -P x", id="and in yarn"),
        pytest.param("npm run build --prod", "--prod", "npm run build --prod", id="a script's own"),
        pytest.param(
            "npm ci && npm test -- --prod", "--prod", "npm ci && npm test -- --prod", id="behind --"
        ),
        pytest.param("echo --no-optional", "--no-optional", "echo --no-optional", id="not a package manager"),
        pytest.param('["npm", "ci", "--omit", "optional"]', "--no-optional", '["npm", "ci"]', id="exec form"),
        pytest.param(
            '["sh","-c","pnpm i -P && x"]', "--prod", '["sh","-c","pnpm i && x"]', id="script in exec form"
        ),
        pytest.param("sh -c 'pnpm i --prod'", "--prod", "sh -c 'pnpm i'", id="script in quotes"),
        pytest.param("<<E\npnpm i --prod\nE", "--prod", "<<E\npnpm i\nE", id="here-document"),
        pytest.param(
            "cat <<E >x\npnpm i --prod\nE", "--prod", "cat <<E >x\npnpm i --prod\nE", id="a file's content"
        ),
        pytest.param("pnpm \\\n  --prod \\\n  i", "--prod", "pnpm \\\n  i", id="on a line of its own"),
        pytest.param("pnpm i \\\n  --prod && x", "--prod", "pnpm i \\\n  && x", id="first on its line"),
        pytest.param("curl --fail x", "--fail", "curl x", id="any program's option"),
    ],
)
def test_an_option_is_dropped_however_it_is_written(run: str, flag: str, wanted: str) -> None:
    assert apply("dockerfile-drop-flag", f"FROM x\nRUN {run}\n", {"flag": flag}) == f"FROM x\nRUN {wanted}\n"


def test_an_option_behind_a_comment_takes_its_continuation_with_it() -> None:
    text = "FROM x\nRUN pnpm i \\\n  # why\n  --prod\nUSER me"
    assert apply("dockerfile-drop-flag", text, {"flag": "--prod"}) == "FROM x\nRUN pnpm i\n  # why\nUSER me"


def test_only_the_asked_line_or_command_loses_its_option() -> None:
    text = "FROM x\nRUN npm ci --prod\nRUN pnpm i --prod\n"
    assert apply("dockerfile-drop-flag", text, {"flag": "--prod", "line": "2"}) == text.replace(
        " --prod", "", 1
    )
    assert apply("dockerfile-drop-flag", text, {"flag": "--prod", "command": "npm"}) == text.replace(
        " --prod", "", 1
    )


@pytest.mark.parametrize(
    ("operation", "args", "old", "new"),
    [
        pytest.param(
            "dockerfile-drop-flag",
            {"flag": "--platform", "command": "FROM"},
            " --platform=linux/amd64",
            "",
            id="own",
        ),
        pytest.param(
            "dockerfile-add-flag",
            {"command": "pnpm install", "flag": "--ignore-scripts"},
            "pnpm install",
            "pnpm install --ignore-scripts",
            id="add-flag",
        ),
        pytest.param(
            "dockerfile-replace-word",
            {"line": "12", "old": "/app", "new": "/srv"},
            "/app /app",
            "/srv /srv",
            id="word",
        ),
        pytest.param(
            "dockerfile-replace-run",
            {"line": "9", "old": "npm run build", "new": "npm run a && npm run build"},
            "RUN npm run build",
            "RUN npm run a && npm run build",
            id="run",
        ),
        pytest.param(
            "dockerfile-set-base",
            {"stage": "build", "image": "node:22"},
            "node:20-alpine",
            "node:22",
            id="base",
        ),
        pytest.param(
            "dockerfile-set-base", {"line": "14", "image": "node:22"}, "node:20\n", "node:22\n", id="by line"
        ),
        pytest.param(
            "dockerfile-set-platform",
            {"stage": "0", "platform": "linux/arm64"},
            "amd64",
            "arm64",
            id="platform",
        ),
        pytest.param(
            "dockerfile-insert-before",
            {"line": "7", "text": "COPY . ."},
            "# dependencies",
            "COPY . .\n# dependencies",
            id="above the comment that speaks of it",
        ),
        pytest.param(
            "dockerfile-insert-after",
            {"instruction": "workdir", "text": "COPY . .\nRUN x"},
            "/app\n",
            "/app\nCOPY . .\nRUN x\n",
            id="after",
        ),
        pytest.param(
            "dockerfile-add-packages",
            {"line": "13", "manager": "apt", "packages": "git python3 make"},
            "git &&",
            "git \\\n    python3 \\\n    make &&",
            id="packages one a line",
        ),
        pytest.param(
            "dockerfile-add-packages",
            {"line": "9", "manager": "apk", "packages": "g++"},
            "RUN npm",
            "RUN apk add --no-cache g++\nRUN npm",
            id="packages in a new RUN",
        ),
        pytest.param(
            "dockerfile-apt-update", {"line": "15"}, "apt-get", "apt-get update && apt-get", id="update"
        ),
        pytest.param(
            "dockerfile-copy-chown",
            {"line": "12", "owner": "node:node"},
            "COPY",
            "COPY --chown=node:node",
            id="chown",
        ),
        pytest.param(
            "dockerfile-fix-stage",
            {"line": "12", "old": "biuld", "new": "build"},
            "biuld",
            "build",
            id="stage",
        ),
        pytest.param(
            "dockerfile-add-copy",
            {"line": "8", "source": "a b", "target": "./"},
            "# dependencies",
            'COPY ["a b", "./"]\n# dependencies',
            id="copy",
        ),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_an_operation_changes_what_it_names(
    operation: str, args: dict[str, str], old: str, new: str, newline: str
) -> None:
    before = BUILD.replace("\n", newline)
    after = apply(operation, before, args)
    count = -1 if operation == "dockerfile-replace-word" else 1
    assert after == BUILD.replace(old, new, count).replace("\n", newline)


def test_a_misspelt_keyword_keeps_its_case() -> None:
    args = {"line": "2", "old": "RNU", "new": "RUN"}
    assert apply("dockerfile-fix-keyword", "FROM x\nRNU a\n", args) == "FROM x\nRUN a\n"
    assert apply("dockerfile-fix-keyword", "from x\nrnu a\n", args) == "from x\nrun a\n"


@pytest.mark.parametrize(
    ("operation", "args", "reason"),
    [
        pytest.param(
            "dockerfile-drop-flag", {"flag": "-x", "line": "3"}, "line 3 is WORKDIR, not RUN", id="no RUN"
        ),
        pytest.param(
            "dockerfile-drop-flag",
            {"flag": "-x", "line": "99"},
            "line 99 is not part of an instruction",
            id="99",
        ),
        pytest.param(
            "dockerfile-add-flag",
            {"command": "yarn", "flag": "-x"},
            "no RUN has the command yarn",
            id="no such command",
        ),
        pytest.param(
            "dockerfile-add-flag", {"command": "npm", "flag": "; rm"}, "'; rm' is no option", id="no option"
        ),
        pytest.param(
            "dockerfile-replace-word",
            {"line": "3", "old": "a", "new": "b"},
            "line 3 has no a",
            id="no such word",
        ),
        pytest.param(
            "dockerfile-replace-word",
            {"line": "3", "old": "/app", "new": "/app && x"},
            "only words can be replaced by words",
            id="more than a word",
        ),
        pytest.param(
            "dockerfile-replace-run",
            {"line": "9", "old": "npm", "new": "echo 'x"},
            "new is not a whole piece of shell text",
            id="open quote",
        ),
        pytest.param(
            "dockerfile-set-base",
            {"image": "x"},
            "the file has 2 stages, and none is named",
            id="which stage",
        ),
        pytest.param(
            "dockerfile-set-base", {"stage": "test", "image": "x"}, "there is no stage test", id="no stage"
        ),
        pytest.param(
            "dockerfile-insert-before",
            {"instruction": "FROM", "text": "ARG A"},
            "lines 2, 11 begin with FROM",
            id="two such",
        ),
        pytest.param(
            "dockerfile-insert-before",
            {"line": "3", "text": "FROM y"},
            "the new text cannot hold FROM",
            id="a new stage",
        ),
        pytest.param(
            "dockerfile-insert-before",
            {"line": "2", "text": "RUN y"},
            "the file must begin with FROM",
            id="before FROM",
        ),
        pytest.param(
            "dockerfile-insert-after",
            {"line": "3", "text": "RUN y \\"},
            "line 5 would be read differently",
            id="swallows",
        ),
        pytest.param(
            "dockerfile-add-packages",
            {"line": "9", "manager": "apk", "packages": "a;b"},
            "'a;b' is no package's name",
            id="no package",
        ),
        pytest.param(
            "dockerfile-apt-update",
            {"line": "9"},
            "the RUN on line 9 installs nothing with apt-get",
            id="no install",
        ),
        pytest.param(
            "dockerfile-copy-chown",
            {"line": "9", "owner": "me"},
            "line 9 is RUN, not COPY or ADD",
            id="no COPY",
        ),
        pytest.param(
            "dockerfile-fix-keyword",
            {"line": "3", "old": "WORKDIR", "new": "CD"},
            "CD is no instruction",
            id="no keyword",
        ),
        pytest.param(
            "dockerfile-fix-stage",
            {"line": "12", "old": "biuld", "new": "test"},
            "no stage before line 12 is called test",
            id="no such stage",
        ),
        pytest.param(
            "dockerfile-apt-update", {"line": "zero"}, "'zero' is no line number", id="no line number"
        ),
        pytest.param(
            "dockerfile-apt-update",
            {"lines": "1"},
            "dockerfile-apt-update does not take lines",
            id="argument",
        ),
        pytest.param("dockerfile-do", {}, "there is no operation dockerfile-do", id="no operation"),
    ],
)
def test_what_cannot_be_done_is_refused_with_the_reason(
    operation: str, args: dict[str, str], reason: str
) -> None:
    with pytest.raises(EditError) as refusal:
        apply(operation, BUILD, args)
    assert str(refusal.value) == reason


def test_a_stage_that_builds_on_another_or_on_a_variable_keeps_its_image() -> None:
    text = "ARG V=20\nFROM node:$V AS a\nFROM a AS b\n"
    with pytest.raises(EditError, match="line 2 takes its image from a variable: change the ARG"):
        apply("dockerfile-set-base", text, {"stage": "a", "image": "node:22"})
    with pytest.raises(EditError, match="line 3 builds on the stage a, not on an image"):
        apply("dockerfile-set-base", text, {"stage": "b", "image": "node:22"})
    assert apply("dockerfile-set-base", text, {"stage": "a", "image": "node:$V-slim"}) == text.replace(
        "$V", "$V-slim"
    )


def test_packages_need_root() -> None:
    with pytest.raises(EditError, match="line 2 gives up root, and packages need it"):
        apply(
            "dockerfile-add-packages",
            "FROM x\nUSER me\nRUN npm ci\n",
            {"line": "3", "manager": "apt", "packages": "git"},
        )


def test_every_operation_says_what_it_does_and_refuses() -> None:
    for name, arguments, sentence in describe():
        assert len(sentence.split()) > 8, name
        assert sentence.endswith(".")
        for argument, needed in arguments.items():
            assert not needed or f"`{argument}`" in sentence or argument == "old", (
                f"{name} does not name {argument}"
            )


def test_the_table_of_operations_loads_none_of_them() -> None:
    code = """
import sys, logdoctor.remedies.edits as edits
print(sorted(name for name in sys.modules if name.startswith(edits.__name__)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['logdoctor.remedies.edits', 'logdoctor.remedies.edits.spans']"
    assert len(OPERATIONS) == 26
