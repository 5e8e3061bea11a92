"""Lets this machine's kernel run arm64 programs through qemu, for as long as the lab needs it.

The kernel keeps the emulator open (flag F), so that containers need no copy of it. An emulator that
somebody else registered is used and left alone.
"""

from __future__ import annotations

import platform
import subprocess
from pathlib import Path

from logdoctor.workshop.lab import debian
from logdoctor.workshop.lab.tools import ToolError, lab_folder

_KERNEL = Path("/proc/sys/fs/binfmt_misc")
_NAME = "logdoctor-arm64"
_MAGIC = r"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00"
_MASK = r"\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff"


def start() -> None:
    """Registers the emulator, unless this machine is arm64 or has one."""
    if platform.machine() == "aarch64" or any(_KERNEL.glob("*aarch64*")) or (_KERNEL / _NAME).exists():
        return
    folder = lab_folder() / "roots/qemu"
    debian.unpack("bookworm", ["qemu-user-static"], folder)
    try:
        if not (_KERNEL / "register").exists():
            command = ["mount", "-t", "binfmt_misc", "binfmt_misc", str(_KERNEL)]
            subprocess.run(command, check=True, capture_output=True)
            (lab_folder() / "binfmt-mounted").touch()
        program = folder / "usr/bin/qemu-aarch64-static"
        (_KERNEL / "register").write_text(f":{_NAME}:M::{_MAGIC}:{_MASK}:{program}:F")
    except (OSError, subprocess.CalledProcessError) as error:
        raise ToolError(f"this kernel takes no emulator: {error}") from error


def stop() -> None:
    """Takes away what `start` registered and mounted."""
    if (_KERNEL / _NAME).exists():
        (_KERNEL / _NAME).write_text("-1")
    mark = lab_folder() / "binfmt-mounted"
    if mark.exists():
        subprocess.run(["umount", str(_KERNEL)], check=False, capture_output=True)
        mark.unlink()
