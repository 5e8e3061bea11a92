"""Secrets are masked by their shape; what only looks random in a build log is left alone."""

from __future__ import annotations

import time

import pytest

from logdoctor.redact import mask

SECRETS = [
    pytest.param("token ghp_" + "a1B2" * 9, "ghp_", id="github"),
    pytest.param("glpat-" + "x9Y8z7W6v5U4t3S2r1Q0", "glpat-x", id="gitlab"),
    pytest.param("npm_" + "a1B2" * 9, "npm_a1", id="npm"),
    pytest.param("AKIA" + "ABCDEFGH234567ZZ", "AKIAABCD", id="aws"),
    pytest.param("xoxb-1234567890-abcdef", "xoxb-123", id="slack"),
    pytest.param("https://ci:hunter2secret@git.example/a", "hunter2", id="url"),
    pytest.param("Authorization: Bearer abc.def.ghi", "abc.def", id="authorization"),
    pytest.param("//registry.example/:_authToken=0123-abcd", "0123-abcd", id="npmrc"),
    pytest.param("ARG STRIPE_SECRET_KEY=whsec12345", "whsec12345", id="variable"),
    pytest.param("docker login -u me -p hunter2 registry.example", "hunter2", id="docker login"),
    pytest.param("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----", "MIIE", id="pem"),
    pytest.param("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2ln", "eyJhbGci", id="jwt"),
    pytest.param("using github_" + "pat_" + "a1" * 41, "a1a1", id="github, fine-grained"),
    pytest.param("cio" + "a1B2" * 8, "a1B2", id="cargo"),
    pytest.param("hf_" + "aB" * 17, "aBaB", id="hugging face"),
    pytest.param("SG." + "a1B2" * 5 + "." + "c3D4" * 10, "a1B2", id="sendgrid"),
    pytest.param("ya29." + "a1B2" * 10, "a1B2", id="google, short-lived"),
    pytest.param("dop_v1_" + "0a1b" * 16, "0a1b", id="digitalocean"),
    pytest.param("https://hooks.slack.com/services/T0/B0/" + "a1B2" * 6, "a1B2", id="webhook"),
    pytest.param("https://" + "a1b2" * 13 + "@git.example/a", "a1b2", id="token as user of an url"),
    pytest.param("https://ci:p@ssw0rd!@git.example/a", "ssw0rd", id="url, password with an at sign"),
    pytest.param("GET https://files.example/a?b=1&token=a1B2c3D4e5", "a1B2c3", id="parameter"),
    pytest.param("GET https://blob.example/a?sig=a1B2c3D4%3D", "a1B2c3", id="signature"),
    pytest.param("-H 'X-Api-Key: a1B2c3D4e5'", "a1B2c3", id="header"),
    pytest.param("Set-Cookie: session=a1B2c3D4e5; HttpOnly", "a1B2c3", id="cookie"),
    pytest.param('{"auths":{"r.example":{"auth":"bWU6aHVudGVyMg=="}}}', "bWU6aH", id="docker's config"),
    pytest.param("npmAuthToken: 0123-abcd-4567", "0123-abcd", id="yarnrc"),
    pytest.param("podman login -u me -p hunter2 registry.example", "hunter2", id="podman login"),
    pytest.param("curl -u admin:hunter2 https://a.example", "hunter2", id="curl"),
    pytest.param("twine upload --password hunter2hunter2", "hunter2", id="option"),
    pytest.param("DB_PASSWORD='correct horse battery'", "horse", id="several words"),
    pytest.param("SECRET_KEY_BASE=abcd1234efgh", "abcd1234", id="variable with two words behind"),
    pytest.param("ENV NPM_TOKEN abcdef123456", "abcdef123", id="variable without a sign"),
]
INNOCENT = [
    "sha512-V2hhdCBhIGxvbmcgaW50ZWdyaXR5IHN0cmluZw==",
    "#8 sha256:6b4ee3ef0cd0bb0c0c2a4b2e2b6d7fa4b0cbe2a7e25ecae1d52b1a2b3c4d5e6f 12.58MB / 45.32MB",
    "SyntaxError: Unexpected token: punctuator",
    "550e8400-e29b-41d4-a716-446655440000",
    "npm error key path: node_modules/key",
    "DATABASE_PASSWORD=***",
    "https://git.example/a/b.git",
    "git+ssh://git@git.example:22/a/b.git",
    "pnpm add web@https://codeload.example/o/web/tar.gz/1b2c3d4e5f60718293a4b5c6d7e8f9012345678a",
    "docker build --secret id=npmrc,src=.npmrc .",
    "error: --token requires a value",
    "cookie: 1.0.2",
    "GET https://registry.example/@scope%2fweb?cache=1a2b3c4d5e",
    "SECRET = os.environ['LEDGER_SECRET']",
    "const apiKey = process.env.API_KEY",
]


@pytest.mark.parametrize(("text", "secret"), SECRETS)
def test_a_secret_is_masked(text: str, secret: str) -> None:
    assert secret not in mask(text)
    assert "<redacted:" in mask(text)


@pytest.mark.parametrize("text", INNOCENT)
def test_what_is_no_secret_stays(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize("text", [text.values[0] for text in SECRETS])
def test_a_mark_is_not_masked_again(text: str) -> None:
    assert mask(mask(text)) == mask(text)


PIECES = ("x-", "a_", "curl ", "--a-", "docker login ", "://a:", "?a_", "ENV A", "TOKEN", "cookie: a.")


@pytest.mark.parametrize("piece", PIECES)
def test_no_line_takes_long(piece: str) -> None:
    """A line made to let patterns start over and over: what grows with its square would take minutes."""
    line = piece * (60_000 // len(piece)) + " token -key: login --"
    begin = time.process_time()
    mask(line)
    assert time.process_time() - begin < 5


def test_the_same_value_gets_the_same_mark_and_masking_twice_changes_nothing() -> None:
    once = mask("A_TOKEN=supersecret1 B_TOKEN=supersecret1 C_TOKEN=supersecret2")
    marks = [word.split("=")[1] for word in once.split()]
    assert marks[0] == marks[1] != marks[2]
    assert mask(once) == once
