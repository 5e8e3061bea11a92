"""Take a platform package's name apart: whose binary it is, and for which machine.

Publishers agree on little: `@rollup/rollup-linux-arm64-gnu`, `@esbuild/linux-x64`,
`@img/sharp-linuxmusl-x64`, `sass-embedded-linux-musl-x64`, `turbo-windows-64`. What they share is
that the name ends in words for a system and a processor, and perhaps one for the C library.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from logdoctor.record import NamedTuple

OS = {
    "linux": "linux", "linuxmusl": "linux", "linuxglibc": "linux", "linuxstatic": "linux",
    "darwin": "darwin", "macos": "darwin", "mac": "darwin", "osx": "darwin",
    "win32": "win32", "windows": "win32", "win": "win32", "win64": "win32",
    "freebsd": "freebsd", "openbsd": "openbsd", "netbsd": "netbsd", "sunos": "sunos", "aix": "aix",
    "android": "android", "openharmony": "openharmony", "wasi": "wasi",
}  # fmt: skip
CPU = {
    "x64": "x64", "x86_64": "x64", "amd64": "x64", "64": "x64",
    "ia32": "ia32", "x86": "ia32", "i686": "ia32", "i386": "ia32", "386": "ia32", "32": "ia32",
    "arm64": "arm64", "aarch64": "arm64",
    "arm": "arm", "armv7": "arm", "armv7l": "arm", "armv6": "arm", "armv6l": "arm", "armhf": "arm",
    "ppc64": "ppc64", "ppc64le": "ppc64", "powerpc64le": "ppc64", "s390x": "s390x",
    "riscv64": "riscv64", "riscv64gc": "riscv64", "loong64": "loong64", "loongarch64": "loong64",
    "mips64el": "mips64el", "mipsel": "mipsel", "universal": "universal", "wasm32": "wasm32",
}  # fmt: skip
LIBC = {
    "gnu": "gnu", "glibc": "gnu", "gnueabi": "gnu", "gnueabihf": "gnu", "linuxglibc": "gnu",
    "musl": "musl", "musleabi": "musl", "musleabihf": "musl", "linuxmusl": "musl",
}  # fmt: skip
FURTHER = frozenset({"msvc", "eabi", "eabihf", "androideabi", "baseline", "static", "unknown", "pc", "apple"})
OWNERS = {
    "@biomejs/cli": "@biomejs/biome",
    "@cloudflare/workerd": "workerd",
    "@img/sharp": "sharp",
    "@img/sharp-libvips": "sharp",
    "@next/swc": "next",
    "@oven/bun": "bun",
    "@rspack/binding": "@rspack/binding",
    "@unrs/resolver-binding": "unrs-resolver",
}
GNU_UNSAID = frozenset({"sharp", "sass-embedded", "@biomejs/biome", "workerd", "bun"})
"""Packages whose plain `linux-x64` means glibc: a sibling for musl stands beside it."""

WORD = re.compile(r"x86_64|[^-._]+")
TOKEN = re.compile(r"[@\w./\\+~-]{5,300}")


class Platform(NamedTuple):
    """A platform package: `owner` needs it, `stem` is the name up to the platform, which siblings share.

    `libc` is `gnu`, `musl` or empty, where the package does not care or the system has no choice.
    """

    name: str
    owner: str
    stem: str
    os: str
    cpu: str
    libc: str


def parse(text: str) -> Platform | None:
    """Read a package's name, a path into one, or a .node file's name; nothing if it names no platform.

    >>> parse("@rollup/rollup-linux-arm64-gnu")[1:]
    ('rollup', '@rollup/rollup-', 'linux', 'arm64', 'gnu')
    """
    name = _package(text)
    scope, slash, rest = name.rpartition("/")
    words = [(found.start(), found[0].lower()) for found in WORD.finditer(rest)][-12:]
    start = _start(words)
    if start is None:
        return None
    stem = rest[: words[start][0]]
    owner = _owner(scope, stem.rstrip("-._"))
    said = [word for _, word in words[start:]]
    libc = _first(said, LIBC) or ("gnu" if owner in GNU_UNSAID and "linux" in said else "")
    return Platform(name, owner, scope + slash + stem, _first(said, OS), _first(said, CPU), libc)


def find(text: str) -> Platform | None:
    """Return the first platform package that a line names.

    >>> find("Error: Cannot find module '@esbuild/linux-x64'").name
    '@esbuild/linux-x64'
    """
    for token in TOKEN.findall(text[:8192]):
        platform = parse(token) if any(word in token for word in OS) else None
        if platform:
            return platform
    return None


def _package(text: str) -> str:
    """Cut a package's name out of a path, a version or quotes."""
    text = text.strip(" '\"`,;:().").replace("\\", "/")[-512:]
    if text.endswith(".node"):
        own = text.rpartition("/")[2].removesuffix(".node")
        if any(word in own for word in OS):
            return own.replace(".", "-", 1)
    text = text.rpartition("node_modules/")[2].removeprefix("./")
    parts = text.split("/")
    name = "/".join(parts[:2]) if text.startswith("@") else parts[0]
    return name[0] + name[1:].partition("@")[0].rstrip(".") if name else ""


def _start(words: Sequence[tuple[int, str]]) -> int | None:
    """Where the platform begins: from here on every word is one of a platform's."""
    start = None
    for index in range(len(words) - 1, 0 if words and words[0][0] else -1, -1):
        word = words[index][1]
        if word not in OS and word not in CPU and word not in LIBC and word not in FURTHER:
            break
        start = index
    if start is None:
        return None
    said = [word for _, word in words[start:]]
    return start if _first(said, OS) and _first(said, CPU) else None


def _first(words: Sequence[str], table: Mapping[str, str]) -> str:
    return next((table[word] for word in words if word in table), "")


def _owner(scope: str, stem: str) -> str:
    full = f"{scope}/{stem}" if scope else stem
    if full in OWNERS:
        return OWNERS[full]
    if scope and stem in ("", "binding", "bindings", scope[1:]):
        return scope[1:]
    return full
