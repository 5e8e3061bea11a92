"""An image that exists for amd64 and for arm64, as a registry serves it: busybox and nothing else.

The engines here keep one platform of a name, so that only a registry can offer both.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Mapping
from functools import cache

from logdoctor.workshop.lab import debian, tools

_INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"
_MACHINES = ("amd64", "arm64")
TAG = "1.37"


@cache
def image_pair() -> Mapping[str, tuple[bytes, str]]:
    """Every answer by what is asked for: the tag or a digest, with its body and media type."""
    found: dict[str, tuple[bytes, str]] = {}
    manifests = []
    for machine in _MACHINES:
        layer = _layer(machine)
        digest = digest_of(layer)
        config = as_json(
            {
                "architecture": machine,
                "os": "linux",
                "config": {"Cmd": ["sh"], "Env": ["PATH=/bin"]},
                "rootfs": {"type": "layers", "diff_ids": [digest]},
                "history": [{"created_by": "busybox"}],
            }
        )
        parts = {"config": described(config, CONFIG), "layers": [described(layer, LAYER)]}
        manifest = as_json({"schemaVersion": 2, "mediaType": MANIFEST, **parts})
        found |= {digest: (layer, LAYER), digest_of(config): (config, CONFIG)}
        found[digest_of(manifest)] = (manifest, MANIFEST)
        platform = {"architecture": machine, "os": "linux"}
        manifests.append({**described(manifest, MANIFEST), "platform": platform})
    index = as_json({"schemaVersion": 2, "mediaType": _INDEX, "manifests": manifests})
    return {**found, TAG: (index, _INDEX), digest_of(index): (index, _INDEX)}


def _layer(machine: str) -> bytes:
    folder = tools.lab_folder() / "roots" / f"busybox-{machine}-only"
    debian.unpack("bookworm", ["busybox-static"], folder, machine)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        entry = tarfile.TarInfo("bin/busybox")
        data = (folder / "bin/busybox").read_bytes()
        entry.size, entry.mode = len(data), 0o755
        archive.addfile(entry, io.BytesIO(data))
        link = tarfile.TarInfo("bin/sh")
        link.type, link.linkname = tarfile.SYMTYPE, "busybox"
        archive.addfile(link)
    return buffer.getvalue()


def described(body: bytes, kind: str) -> dict[str, object]:
    """How a manifest names a part."""
    return {"mediaType": kind, "digest": digest_of(body), "size": len(body)}


def digest_of(body: bytes) -> str:
    """The name of a part."""
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


def as_json(content: object) -> bytes:
    """A part as a registry keeps it, always the same bytes."""
    return json.dumps(content, sort_keys=True).encode()
