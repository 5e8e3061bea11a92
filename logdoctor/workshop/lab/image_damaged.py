"""Images that a registry or a proxy before it has damaged, each in the way that its tag tells.

None of them holds a program: no build gets as far as running one.
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from functools import cache

from logdoctor.workshop.lab.host import this_platform
from logdoctor.workshop.lab.image_pair import CONFIG, LAYER, MANIFEST, as_json, described, digest_of

_SIZE = 64 * 1024


@cache
def damaged_images() -> Mapping[str, tuple[bytes, str]]:
    """Every answer by what is asked for: a tag or a digest, with its body and media type."""
    found: dict[str, tuple[bytes, str]] = {}
    for tag, change in _DAMAGES.items():
        found |= change(tag)
    return found


def _swapped(tag: str) -> dict[str, tuple[bytes, str]]:
    """Under the layer's name lie other bytes, as many as it has."""
    layer = _layer(tag)
    return {**_image(tag, layer), digest_of(layer): (bytes(reversed(layer)), LAYER)}


def _cut_off(tag: str) -> dict[str, tuple[bytes, str]]:
    """The layer was pushed cut off: its name fits what there is of it."""
    return _image(tag, _layer(tag)[: _SIZE // 2])


def _mixed_up(tag: str) -> dict[str, tuple[bytes, str]]:
    """The configuration names another content than the layer has."""
    return _image(tag, _layer(tag), [digest_of(b"another content")])


def _left_out(tag: str) -> dict[str, tuple[bytes, str]]:
    """The configuration names a layer more than the manifest has."""
    layer = _layer(tag)
    return _image(tag, layer, [digest_of(layer), digest_of(b"another layer")])


def _lost(tag: str) -> dict[str, tuple[bytes, str]]:
    """The manifest is there, the layer is not."""
    layer = _layer(tag)
    return {name: answer for name, answer in _image(tag, layer).items() if name != digest_of(layer)}


_DAMAGES = {
    "swapped": _swapped,
    "cut-off": _cut_off,
    "mixed-up": _mixed_up,
    "left-out": _left_out,
    "lost": _lost,
}


def _image(tag: str, layer: bytes, contents: list[str] | None = None) -> dict[str, tuple[bytes, str]]:
    config = as_json(
        {
            "architecture": this_platform().partition("/")[2],
            "os": "linux",
            "config": {"Cmd": ["sh"]},
            "rootfs": {"type": "layers", "diff_ids": contents or [digest_of(layer)]},
        }
    )
    parts = {"config": described(config, CONFIG), "layers": [described(layer, LAYER)]}
    manifest = as_json({"schemaVersion": 2, "mediaType": MANIFEST, **parts})
    return {
        tag: (manifest, MANIFEST),
        digest_of(manifest): (manifest, MANIFEST),
        digest_of(config): (config, CONFIG),
        digest_of(layer): (layer, LAYER),
    }


def _layer(tag: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        entry = tarfile.TarInfo(f"srv/{tag}")
        entry.size = _SIZE
        archive.addfile(entry, io.BytesIO(b"\n" * _SIZE))
    return buffer.getvalue()
