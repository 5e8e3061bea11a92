"""Secrets are masked by their shape; what only looks random in a build log is left alone."""

from __future__ import annotations

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
]
INNOCENT = [
    "sha512-V2hhdCBhIGxvbmcgaW50ZWdyaXR5IHN0cmluZw==",
    "#8 sha256:6b4ee3ef0cd0bb0c0c2a4b2e2b6d7fa4b0cbe2a7e25ecae1d52b1a2b3c4d5e6f 12.58MB / 45.32MB",
    "SyntaxError: Unexpected token: punctuator",
    "550e8400-e29b-41d4-a716-446655440000",
    "npm error key path: node_modules/key",
    "DATABASE_PASSWORD=***",
    "https://git.example/a/b.git",
]


@pytest.mark.parametrize(("text", "secret"), SECRETS)
def test_a_secret_is_masked(text: str, secret: str) -> None:
    assert secret not in mask(text)
    assert "<redacted:" in mask(text)


@pytest.mark.parametrize("text", INNOCENT)
def test_what_is_no_secret_stays(text: str) -> None:
    assert mask(text) == text


def test_the_same_value_gets_the_same_mark_and_masking_twice_changes_nothing() -> None:
    once = mask("A_TOKEN=supersecret1 B_TOKEN=supersecret1 C_TOKEN=supersecret2")
    marks = [word.split("=")[1] for word in once.split()]
    assert marks[0] == marks[1] != marks[2]
    assert mask(once) == once
