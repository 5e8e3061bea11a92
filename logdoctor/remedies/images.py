"""What an image's name says about the machine inside it."""

from __future__ import annotations

import re

MUSL = ("alpine", "musl")
GNU_NAMES = frozenset(
    [
        "node", "debian", "ubuntu", "python", "golang", "rust", "openjdk", "eclipse-temurin", "bun", "fedora",
        "centos", "rockylinux", "almalinux", "amazonlinux", "playwright", "buildpack-deps", "nginx", "php",
        "ruby", "httpd", "postgres", "javascript-node", "typescript-node",
    ]
)  # fmt: skip
GNU_WORDS = re.compile(
    r"slim|bookworm|bullseye|buster|trixie|jammy|noble|focal|debian|ubuntu|distroless|ubi\d|wolfi|chainguard"
)
NODE_NAMES = frozenset({"node", "bun", "javascript-node", "typescript-node"})


def libc_of(image: str) -> str:
    """The C library of an image: `musl`, `gnu`, or empty where the name does not tell.

    >>> libc_of("node:20-alpine3.20")
    'musl'
    """
    name = image.lower()
    if any(word in name for word in MUSL):
        return "musl"
    if "$" in name.rpartition(":")[2] and not GNU_WORDS.search(name):
        return ""
    return "gnu" if repository(name) in GNU_NAMES or GNU_WORDS.search(name) else ""


def repository(image: str) -> str:
    """The last part of an image's repository, without registry, tag and digest.

    >>> repository("mirror.example:5000/library/node:20@sha256:00")
    'node'
    """
    return image.lower().partition("@")[0].rpartition("/")[2].partition(":")[0]


def has_node(image: str) -> bool:
    """Say whether packages can be installed in the image."""
    return repository(image) in NODE_NAMES
