"""Name the line that broke a build, and hand back the patch that repairs it."""

from __future__ import annotations

import sys
from types import ModuleType

TYPE_CHECKING = False


if TYPE_CHECKING:
    from logdoctor.diagnose import diagnose as diagnose

__all__ = ["diagnose"]


class _Package(ModuleType):
    """Keeps `logdoctor.diagnose` the function, though a module has the same name.

    The pipeline is imported only when it is asked for: `import logdoctor.model` must stay cheap.
    """

    @property
    def diagnose(self) -> object:
        from logdoctor.diagnose import diagnose

        return diagnose

    @diagnose.setter
    def diagnose(self, module: object) -> None:
        """The import system puts the module here; the function stays."""


sys.modules[__name__].__class__ = _Package
