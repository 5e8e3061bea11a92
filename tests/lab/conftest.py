"""Real builds with real engines: run only when somebody says so with LOGDOCTOR_LAB_TESTS=1."""

from __future__ import annotations

import os

collect_ignore_glob = [] if os.environ.get("LOGDOCTOR_LAB_TESTS") == "1" else ["test_*.py"]
