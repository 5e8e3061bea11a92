"""Name the line that broke a build, and hand back the patch that repairs it."""

from __future__ import annotations

__all__ = ["diagnose"]


def __getattr__(name: str) -> object:
    """Import the pipeline only when it is asked for: `import logdoctor.model` must stay cheap."""
    if name == "diagnose":
        from logdoctor.diagnose import diagnose

        return diagnose
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
