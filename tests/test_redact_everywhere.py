"""A secret in a log reaches nobody, whatever the format; hashes and integrity strings reach everybody."""

from __future__ import annotations

from pathlib import Path

import pytest
from calls import logdoctor
from test_render_hostile import FORMATS

from logdoctor.diagnose import diagnose
from logdoctor.knowledge.rules import load_book
from logdoctor.logs.read import read
from logdoctor.logs.sources import Raw
from logdoctor.model import Report
from logdoctor.redact import key_lines, mask, mask_line
from logdoctor.remedies.project import open_project
from logdoctor.render import terminal

NEXT = "next\n" * 300
KEY_BODY = "MIIEowIBAAKCAQEAx7hTzRkq0V9n1cLwUuN3pGm5oYb2dQJfKsEa8vXtHyPz4WiC"
SECRETS = (
    "ghp_" + "Zz9Y" * 9,
    "glpat-" + "x9Y8z7W6v5U4t3S2r1Q0",
    "npm_" + "q7R8" * 9,
    "AKIA" + "QWERTYUI234567AB",
    "hunter2hunter2",
    "0f1e2d3c-authtoken",
    "s3cr3tpassw0rd",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI5OTk5In0.c2lnbmF0dXJl",
    KEY_BODY,
)
INNOCENT = (
    "sha512-V2hhdCBhIGxvbmcgaW50ZWdyaXR5IHN0cmluZw==",
    "sha256:6b4ee3ef0cd0bb0c0c2a4b2e2b6d7fa4b0cbe2a7e25ecae1d52b1a2b3c4d5e6f",
)
PACKAGE = '{\n  "name": "web",\n  "scripts": {\n    "build": "tsc",\n  }\n}\n'
NAME = f"[web 3/4] RUN API_TOKEN={SECRETS[0]} npm ci --//registry.example/:_authToken={SECRETS[5]}"
LOG = f"""\
#8 [web 2/4] COPY package.json ./
#8 CACHED

#9 {NAME}
#9 0.401 using {SECRETS[1]} and {SECRETS[2]} for https://ci:{SECRETS[4]}@registry.example/{INNOCENT[0]}
#9 0.402 Authorization: Bearer {SECRETS[7]}
#9 0.403 -----BEGIN RSA PRIVATE KEY-----
#9 0.403 {KEY_BODY}
#9 0.403 -----END RSA PRIVATE KEY-----
#9 0.511 npm error code EJSONPARSE
#9 0.511 npm error path /app/package.json
#9 0.511 npm error JSON.parse Expected double-quoted property name in JSON at position 62 (line 5 column 3) \
while parsing near "...DB_PASSWORD={SECRETS[6]} {SECRETS[3]} {INNOCENT[1]} ,\\n  }}"
#9 ERROR: process "/bin/sh -c API_TOKEN={SECRETS[0]} npm ci" did not complete successfully: exit code: 1
------
 > {NAME}:
0.511 npm error code EJSONPARSE
------
ERROR: failed to solve: process "/bin/sh -c API_TOKEN={SECRETS[0]} npm ci" did not complete successfully: \
exit code: 1
"""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    folder = tmp_path_factory.mktemp("project")
    (folder / "package.json").write_text(PACKAGE)
    (folder / "Dockerfile").write_text(
        f"FROM node\nWORKDIR /app\nCOPY package.json ./\nRUN API_TOKEN={SECRETS[0]} npm ci\n"
    )
    log = read(Raw(f"build-{SECRETS[0]}.log", LOG.encode(), f"job {SECRETS[1]}"))
    return diagnose([log], load_book(), open_project(str(folder)))


def test_the_log_has_a_diagnosis_with_a_patch(report: Report) -> None:
    assert report.diagnoses[0].rule == "json-trailing-comma"
    assert report.diagnoses[0].cause
    assert "<redacted:" in report.diagnoses[0].cause.text


@pytest.mark.parametrize("format", FORMATS)
def test_no_secret_passes_a_renderer(format: str, report: Report) -> None:
    shown = FORMATS[format](report)
    squeezed = "".join(shown.replace("│", "").split())  # rows that were wrapped are put together
    for secret in SECRETS:
        assert secret not in squeezed
        assert secret[4:24] not in squeezed


@pytest.mark.parametrize("format", FORMATS)
def test_hashes_pass_every_renderer_untouched(format: str, report: Report) -> None:
    shown = FORMATS[format](report)
    if format in ("plain", "terminal", "coloured"):  # here wide enough for the line
        shown = terminal.render(report, 400, colour=False)
    assert INNOCENT[1] in shown


def test_a_patch_that_would_show_a_secret_is_withheld(tmp_path: Path) -> None:
    package = PACKAGE.replace('"build": "tsc"', f'"build": "API_TOKEN={SECRETS[0]} tsc"')
    (tmp_path / "package.json").write_text(package)
    log = tmp_path / "build.log"
    log.write_text(LOG)
    for arguments in (("--diff",), ("--format", "sarif"), ("--format", "html"), ("--format", "junit")):
        said = logdoctor("--project", tmp_path, *arguments, log)
        assert SECRETS[0] not in said.out + said.err


def test_why_not_masks_the_lines_it_shows(tmp_path: Path) -> None:
    log = tmp_path / "build.log"
    log.write_text(LOG)
    said = logdoctor("why-not", "json-trailing-comma", log)
    assert "JSON" in said.out
    assert not [secret for secret in SECRETS if secret in said.out]


def test_a_private_key_is_masked_line_by_line_and_no_further_than_its_end() -> None:
    masked = _masked(LOG)
    assert len(masked) == len(LOG.splitlines())
    assert KEY_BODY not in "".join(masked)
    assert masked[-1].startswith("ERROR: failed to solve")
    assert _masked(f"-----BEGIN PRIVATE KEY-----\n{KEY_BODY}\n{NEXT}")[-1] == "next"


def _masked(text: str) -> list[str]:
    lines = read(Raw("a", text.encode())).lines
    keys = key_lines(lines)
    return [mask_line(line, keys) for line in lines]


def test_what_is_masked_already_is_left_alone_and_hides_nothing_behind_it() -> None:
    once = mask(f"build-{SECRETS[0]}.log API_TOKEN={SECRETS[0]}&DB_PASSWORD={SECRETS[6]}")
    assert mask(once) == once
    assert once.startswith("build-<redacted:github-token:")
    assert SECRETS[6] not in once
