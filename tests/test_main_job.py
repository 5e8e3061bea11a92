"""The six lines that cost a team a sprint: each, pasted beside the project, comes back as a patch."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

TRAILING_COMMA = '{\n  "name": "eliza",\n  "scripts": {\n    "build": "tsc",\n  }\n}\n'
WITHOUT_OPTIONAL = (
    "FROM node:20-slim\nWORKDIR /app\nCOPY . .\nRUN pnpm install --no-optional\nRUN pnpm build\n"
)
HOST_MODULES = (
    "FROM node:20-alpine\nWORKDIR /app\nCOPY package*.json ./\nRUN npm ci\nCOPY . .\nRUN npm run build\n"
)

STORIES = [
    pytest.param(
        " ERROR  Expected double-quoted property name in JSON at position 1505 (line 27 column 3) "
        "while parsing "
        '\'{  "name": "eliza",  "scripts": {    \' in /app/package.json\n',
        {"package.json": TRAILING_COMMA, "Dockerfile": "FROM node:20-slim\nWORKDIR /app\nCOPY . .\n"},
        {"package.json": TRAILING_COMMA.replace('"tsc",', '"tsc"')},
        id="a trailing comma",
    ),
    pytest.param(
        "Error: Cannot find module '@rollup/rollup-linux-arm64-gnu'. npm has a bug related to optional "
        "dependencies (https://github.com/npm/cli/issues/4828).\n",
        {"Dockerfile": WITHOUT_OPTIONAL, "package.json": '{"devDependencies": {"rollup": "4"}}\n'},
        {"Dockerfile": WITHOUT_OPTIONAL.replace(" --no-optional", "")},
        id="rollup without its platform package",
    ),
    pytest.param(
        "Error: Cannot find module '@anush008/tokenizers-linux-arm64-gnu'\n",
        {"Dockerfile": WITHOUT_OPTIONAL, "package.json": '{"dependencies": {"fastembed": "1"}}\n'},
        {"Dockerfile": WITHOUT_OPTIONAL.replace(" --no-optional", "")},
        id="tokenizers without its platform package",
    ),
    pytest.param(
        "Error: Cannot find module '@rollup/rollup-linux-arm64-musl'\n",
        {
            "Dockerfile": HOST_MODULES,
            "package.json": '{"devDependencies": {"rollup": "4"}}\n',
            "node_modules/@rollup/rollup-darwin-arm64/package.json": "{}",
        },
        {".dockerignore": "**/node_modules\n"},
        id="node_modules of a Mac in an Alpine image",
    ),
    pytest.param(
        'The package "@esbuild/linux-x64" could not be found, and is needed by esbuild.\n',
        {
            "Dockerfile": WITHOUT_OPTIONAL.replace("pnpm install --no-optional", "npm ci --omit=optional"),
            "package.json": '{"devDependencies": {"esbuild": "0.21.5"}}\n',
        },
        {"Dockerfile": WITHOUT_OPTIONAL.replace("pnpm install --no-optional", "npm ci")},
        id="esbuild without its platform package",
    ),
    pytest.param(
        "Error: Failed to load native binding\n    at Object.<anonymous> (/app/node_modules/.pnpm/"
        "@swc+core@1.11.4_@swc+helpers@0.5.15/node_modules/@swc/core/binding.js:329:11)\n",
        {"Dockerfile": WITHOUT_OPTIONAL, "package.json": '{"devDependencies": {"@swc/core": "1.11.4"}}\n'},
        {"Dockerfile": WITHOUT_OPTIONAL.replace(" --no-optional", "")},
        id="swc's binding, placed by the stack",
    ),
]


@pytest.mark.parametrize(("log", "files", "repaired"), STORIES)
def test_a_pasted_line_comes_back_as_a_patch_that_git_takes(
    tmp_path: Path, log: str, files: dict[str, str], repaired: dict[str, str]
) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    told = _logdoctor(tmp_path, log, "--format", "plain")
    assert "stdin:1" in told.stdout
    assert told.returncode == 1

    fixed = _logdoctor(tmp_path, log, "fix", "--diff")
    subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=fixed.stdout, text=True, check=True)
    for name in files.keys() | repaired.keys():
        assert (tmp_path / name).read_text() == repaired.get(name, files.get(name))


def _logdoctor(folder: Path, log: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "logdoctor", *arguments, "--project", ".", "-"]
    return subprocess.run(command, cwd=folder, input=log, capture_output=True, text=True, check=False)
