"""Every operation keeps four laws: it changes nothing outside its spans, settles after one run, means only
what it says, and its diff is one that git applies to the same bytes."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from dockerfiles_made import COMMANDS, PLAIN, Made, Plain, Run, made, meaning, runs, written
from documents_made import ignore_files, ini_files, json_files, yaml_files
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from logdoctor.remedies.edits import OPERATIONS, EditError, apply, diff
from logdoctor.remedies.edits.dockerfile_find import anchored

Change = tuple[str, Mapping[str, str], Callable[[str], bool] | None]
"""A file, the arguments, and whether a result means what it should; None where a refusal is due."""

REFUSED = "refused"


def kept_outside(operation: str, text: str, args: Mapping[str, str], after: str) -> bool:
    """Walk over both texts: between the spans every character is the same."""
    at = behind = 0
    for span in sorted(OPERATIONS[operation].run(text, args)):
        same = span.start - at
        if after[behind : behind + same] != text[at : span.start]:
            return False
        behind += same
        if after[behind : behind + len(span.text)] != span.text:
            return False
        at, behind = span.end, behind + len(span.text)
    return after[behind:] == text[at:]


def attempt(operation: str, text: str, args: Mapping[str, str]) -> str | EditError:
    """The result, or the reason for a refusal."""
    try:
        return apply(operation, text, args)
    except EditError as reason:
        return reason


def again(text: str, args: Mapping[str, str]) -> Mapping[str, str]:
    """The same arguments for the second run: lines below may have gone, the instruction's first stays."""
    return anchored(text, args) if "line" in args else args


class Case:
    """One operation with the files it is tried on and what must come out."""

    def __init__(self, operation: str, changes: st.SearchStrategy[Change], examples: int = 40) -> None:
        self.operation, self.changes, self.examples = operation, changes, examples


def edits(model: tuple[Run | Plain, ...], index: int, new: Run | Plain) -> tuple[Run | Plain, ...]:
    return (*model[:index], new, *model[index + 1 :])


def in_docker(
    files: st.SearchStrategy[Made],
    arguments: Callable[[Made, Any], dict[str, str]],
    wanted: Callable[[Made, Mapping[str, str], int], tuple[Run | Plain, ...] | str],
) -> st.SearchStrategy[Change]:
    """A Dockerfile, arguments that fit it, and the model that must come out (or REFUSED)."""

    @st.composite
    def change(draw: Any) -> Change:
        file = draw(files)
        args = dict(arguments(file, draw))
        every = range(len(file.model))
        telling = [at for at in every if wanted(file, args, at) not in (REFUSED, file.model)]
        index = draw(st.sampled_from(telling if telling and draw(st.integers(0, 4)) else every))
        if "flag" in args and draw(st.booleans()):
            index = -1
        else:
            args["line"] = str(draw(st.integers(*file.lines[index])))
        outcome = wanted(file, args, index)
        if outcome == REFUSED:
            return file.text, args, None
        assert not isinstance(outcome, str)
        return file.text, args, lambda after: meaning(after) == meaning(written(outcome).text)

    return change()


DROPPED: dict[str, dict[tuple[str, ...], tuple[str, ...]]] = {
    "--no-optional": {
        COMMANDS[0]: ("pnpm", "install", "--frozen-lockfile"),
        COMMANDS[1]: ("pnpm", "install", "--frozen-lockfile"),
        COMMANDS[2]: ("pnpm", "--filter", "./web", "install"),
        COMMANDS[4]: ("npm", "ci"),
        COMMANDS[5]: ("npm", "ci", "--no-audit"),
    },
    "--prod": {
        COMMANDS[3]: ("corepack", "pnpm", "i"),
        COMMANDS[6]: ("npm", "ci", "--foo"),
        COMMANDS[8]: ("NODE_ENV=production", "yarn"),
    },
    "--foo": {COMMANDS[6]: ("npm", "ci", "--omit=dev")},
}


def dropped(file: Made, args: Mapping[str, str], index: int) -> tuple[Run | Plain, ...] | str:
    if index >= 0 and not isinstance(file.model[index], Run):
        return REFUSED
    table = DROPPED[args["flag"]]
    return tuple(
        one._replace(commands=tuple(table.get(words, words) for words in one.commands))
        if isinstance(one, Run) and index in (-1, at)
        else one
        for at, one in enumerate(file.model)
    )


def flagged(file: Made, args: Mapping[str, str], index: int) -> tuple[Run | Plain, ...] | str:
    model = list(file.model)
    hits = 0
    for at, one in enumerate(file.model):
        if not isinstance(one, Run) or index not in (-1, at):
            continue
        hits += sum(words[:2] == ("npm", "ci") for words in one.commands)
        model[at] = one._replace(
            commands=tuple(
                ("npm", "ci", "--ignore-scripts", *words[2:]) if words[:2] == ("npm", "ci") else words
                for words in one.commands
            )
        )
    return tuple(model) if hits else REFUSED


def reworded(file: Made, args: Mapping[str, str], index: int) -> tuple[Run | Plain, ...] | str:
    one = file.model[index]
    commands = one.commands if isinstance(one, Run) else (one.words,)
    if not any("curl" in words for words in commands):
        return REFUSED
    changed = tuple(tuple("wget" if word == "curl" else word for word in words) for words in commands)
    return edits(file.model, index, one._replace(commands=changed)) if isinstance(one, Run) else REFUSED


def rerun(file: Made, args: Mapping[str, str], index: int) -> tuple[Run | Plain, ...] | str:
    one = file.model[index]
    if not isinstance(one, Run) or not any(words[:2] == ("npm", "ci") for words in one.commands):
        return REFUSED
    new = tuple(
        ("npm", "install", *words[2:]) if words[:2] == ("npm", "ci") else words for words in one.commands
    )
    return edits(file.model, index, one._replace(commands=new))


def packaged(file: Made, args: Mapping[str, str], index: int) -> tuple[Run | Plain, ...] | str:
    one = file.model[index]
    stage = max(
        at for at in range(index + 1) if file.model[at].__class__ is Plain and _is_from(file.model[at])
    )
    for at in range(index, stage, -1):
        run = file.model[at]
        if isinstance(run, Run) and (not run.onbuild or at == index):
            for number, words in enumerate(run.commands):
                if words[:2] == ("apk", "add"):
                    new = (*words, *(word for word in ("git", "make") if word not in words))
                    commands = (*run.commands[:number], new, *run.commands[number + 1 :])
                    return edits(file.model, at, run._replace(commands=commands))
    if _is_from(one):
        return REFUSED
    return (*file.model[:index], Run((("apk", "add", "--no-cache", "git", "make"),)), *file.model[index:])


def updated(file: Made, args: Mapping[str, str], index: int) -> tuple[Run | Plain, ...] | str:
    one = file.model[index]
    if not isinstance(one, Run):
        return REFUSED
    for number, words in enumerate(one.commands):
        if "apt-get" in words and "install" in words:
            if any("update" in before for before in one.commands[:number]):
                return file.model
            if one.form == "exec":
                return REFUSED
            lead = words[: words.index("apt-get") + 1]
            glued = (*lead, "update", "&&", *words)
            return edits(
                file.model,
                index,
                one._replace(commands=(*one.commands[:number], glued, *one.commands[number + 1 :])),
            )
    return REFUSED


def _is_from(one: Run | Plain) -> bool:
    return isinstance(one, Plain) and one.keyword == "FROM"


def _stage_at(file: Made, index: int) -> int:
    return max(at for at in range(index + 1) if _is_from(file.model[at]))


def based(file: Made, args: Mapping[str, str], index: int) -> tuple[Run | Plain, ...] | str:
    at = _stage_at(file, index)
    first = file.model[at]
    assert isinstance(first, Plain)
    return edits(file.model, at, first._replace(words=("debian:12", *first.words[1:])))


def platformed(file: Made, args: Mapping[str, str], index: int) -> tuple[Run | Plain, ...] | str:
    at = _stage_at(file, index)
    first = file.model[at]
    assert isinstance(first, Plain)
    return edits(file.model, at, first._replace(flags=("--platform=linux/arm64",)))


NEW = (Run((("echo", "neu"),)), Plain("COPY", ("n", "m")))


def before(file: Made, args: Mapping[str, str], index: int) -> tuple[Run | Plain, ...] | str:
    return REFUSED if index == 0 else (*file.model[:index], *NEW, *file.model[index:])


def after(file: Made, args: Mapping[str, str], index: int) -> tuple[Run | Plain, ...] | str:
    return (*file.model[: index + 1], *NEW, *file.model[index + 1 :])


def owned(file: Made, args: Mapping[str, str], index: int) -> tuple[Run | Plain, ...] | str:
    one = file.model[index]
    if not isinstance(one, Plain) or one.keyword != "COPY":
        return REFUSED
    rest = tuple(flag for flag in one.flags if not flag.startswith("--chown"))
    return edits(file.model, index, one._replace(flags=("--chown=app", *rest)))


def respelled(file: Made, args: Mapping[str, str], index: int) -> tuple[Run | Plain, ...] | str:
    one = file.model[index]
    if isinstance(one, Run):
        return file.model
    return edits(file.model, index, one._replace(keyword="RUN")) if one.keyword == "RUNN" else REFUSED


def restaged(file: Made, args: Mapping[str, str], index: int) -> tuple[Run | Plain, ...] | str:
    one = file.model[index]
    if not isinstance(one, Plain) or one.flags != ("--from=biuld",) or _stage_at(file, index) == 0:
        return REFUSED
    return edits(file.model, index, one._replace(flags=("--from=build",)))


def copied(file: Made, args: Mapping[str, str], index: int) -> tuple[Run | Plain, ...] | str:
    if _is_from(file.model[index]):
        return REFUSED
    if any(one == PLAIN[2] for one in file.model[_stage_at(file, index) : index + 1]):
        return file.model
    return (*file.model[:index], PLAIN[2], *file.model[index:])


def fixed(**args: str) -> Callable[[Made, Any], dict[str, str]]:
    return lambda file, draw: args


NPM = COMMANDS[4:7]
PLAINLY = runs(forms="shell heredoc sh")
DOCKER = [
    Case(
        "dockerfile-drop-flag",
        in_docker(made(runs(), runs()), lambda _, draw: {"flag": draw(st.sampled_from([*DROPPED]))}, dropped),
        150,
    ),
    Case(
        "dockerfile-add-flag",
        in_docker(made(runs(NPM)), fixed(command="npm ci", flag="--ignore-scripts"), flagged),
    ),
    Case(
        "dockerfile-replace-word",
        in_docker(made(runs(COMMANDS[10:])), fixed(old="curl", new="wget"), reworded),
        80,
    ),
    Case(
        "dockerfile-replace-run",
        in_docker(made(runs(NPM)), fixed(old="npm ci", new="npm install"), rerun),
        80,
    ),
    Case(
        "dockerfile-add-packages",
        in_docker(made(runs()), fixed(manager="apk", packages="git make"), packaged),
        80,
    ),
    Case("dockerfile-apt-update", in_docker(made(runs(COMMANDS[10:])), fixed(), updated), 80),
    Case("dockerfile-set-base", in_docker(made(), fixed(image="debian:12"), based)),
    Case("dockerfile-set-platform", in_docker(made(), fixed(platform="linux/arm64"), platformed)),
    Case("dockerfile-insert-before", in_docker(made(runs()), fixed(text="RUN echo neu\nCOPY n m"), before)),
    Case("dockerfile-insert-after", in_docker(made(runs()), fixed(text="RUN echo neu\nCOPY n m"), after)),
    Case("dockerfile-copy-chown", in_docker(made(st.sampled_from(PLAIN[:3])), fixed(owner="app"), owned)),
    Case(
        "dockerfile-fix-keyword",
        in_docker(made(st.sampled_from(PLAIN[5:6])), fixed(old="RUNN", new="RUN"), respelled),
    ),
    Case(
        "dockerfile-fix-stage",
        in_docker(made(st.sampled_from(PLAIN[:1])), fixed(old="biuld", new="build"), restaged),
    ),
    Case("dockerfile-add-copy", in_docker(made(runs()), fixed(source=".", target="."), copied)),
]
OTHERS = [
    Case(operation, files(operation), 60)
    for files, operations in (
        (json_files, ("json-remove-trailing-commas", "json-set", "json-remove", "json-add-to-list")),
        (yaml_files, ("yaml-set", "yaml-remove", "yaml-add-to-list")),
        (ini_files, ("ini-set", "ini-remove")),
        (ignore_files, ("ignore-add", "ignore-remove", "ignore-except")),
    )
    for operation in operations
]


@pytest.mark.parametrize("case", [pytest.param(case, id=case.operation) for case in (*DOCKER, *OTHERS)])
def test_an_operation_keeps_the_four_laws(case: Case, tmp_path: Path) -> None:
    made_of: list[tuple[str, str]] = []

    @settings(
        max_examples=case.examples,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
    )
    @given(case.changes)
    def keep(change: Change) -> None:
        text, args, holds = change
        result = attempt(case.operation, text, args)
        if isinstance(result, EditError):
            assert str(result)
            assert holds is None, f"refused without need: {result}"
            return
        assert holds is not None, "not refused"
        assert holds(result), f"means something else:\n{result}"
        assert kept_outside(case.operation, text, args, result)
        assert apply(case.operation, result, again(text, args)) == result
        if result != text:
            made_of.append((text, result))

    keep()
    assert len(made_of) > 5
    git_agrees(tmp_path, made_of)


def test_no_operation_is_left_out() -> None:
    assert {case.operation for case in (*DOCKER, *OTHERS)} == set(OPERATIONS)


FRAGMENTS = st.sampled_from(
    [
        *(
            "RUN ",
            "FROM x AS build\n",
            "COPY --from=biuld a b",
            "npm ci",
            "apt-get install",
            "sh -c '",
            '"',
            "'",
            "\\\n",
        ),
        *(
            "<<EOF\n",
            "EOF\n",
            "--omit",
            "optional",
            "&&",
            "$(",
            "`",
            "# escape=`\n",
            "ONBUILD ",
            '["npm", "ci"]',
            "\r\n",
        ),
        *(
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            " ",
            "\n",
            "- ",
            "a",
            "a: ",
            "&x ",
            "*x",
            "<<: ",
            "|\n",
            "? ",
            "!",
            "#",
            "=",
            "\t",
        ),
        *(
            "\ufeff",
            "\x00",
            "\x0b",
            "\u2028",
            "😀",
            "//",
            "/*",
            "---\n",
            "...\n",
            "{a: [",
            "1e999",
            "%",
            "@",
            "\ud800",
        ),
    ]
)
ARGUMENTS = {
    "value": "a",
    "key": "a",
    "pattern": "a",
    "flag": "--omit=optional",
    "command": "npm ci",
    "old": "npm",
    "new": "build",
    "manager": "apt",
    "packages": "git",
    "image": "x",
    "stage": "build",
    "platform": "linux/arm64",
    "text": "RUN a",
    "owner": "me",
    "source": "a",
    "target": "b",
}


@pytest.mark.parametrize("operation", OPERATIONS)
@settings(max_examples=60, deadline=None, derandomize=True, phases=(Phase.generate, Phase.shrink))
@given(
    parts=st.lists(FRAGMENTS, max_size=12),
    path=st.sampled_from(["a", "a.b", "a[0]", "[1].a"]),
    line=st.integers(1, 4),
)
def test_strange_files_are_refused_in_words_or_changed_for_good(
    operation: str, parts: list[str], path: str, line: int
) -> None:
    text = "".join(parts)
    given_all = {**ARGUMENTS, "path": path, "line": str(line)}
    args = {name: given_all[name] for name in OPERATIONS[operation].arguments if name in given_all}
    after = attempt(operation, text, args)
    if isinstance(after, EditError):
        assert str(after)
    else:
        assert apply(operation, after, again(text, args)) == after


def git_agrees(folder: Path, changes: list[tuple[str, str]]) -> None:
    """One call of git for all diffs together."""
    patch = []
    for number, (before, after) in enumerate(changes):
        (folder / f"file {number}").write_bytes(before.encode())
        patch.append(diff(f"file {number}", before, after))
    command = ["git", "apply", "--whitespace=nowarn", "-"]
    done = subprocess.run(
        command, input="".join(patch).encode(), cwd=folder, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    for number, (_, after) in enumerate(changes):
        assert (folder / f"file {number}").read_bytes() == after.encode()
