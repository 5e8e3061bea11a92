"""Headless Chromium for tests, driven over the WebDriver protocol that chromedriver speaks."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

# Only our own pages are opened, and containers forbid the sandbox to whoever runs in them.
FLAGS = (
    *("--no-sandbox", "--disable-dev-shm-usage"),
    *("--headless=new", "--disable-gpu", "--disable-quic", "--no-first-run", "--window-size=1280,900"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
AT_START = """
window.seen = [];
for (const name of ["alert", "confirm", "prompt", "print", "open"])
  window[name] = () => { window.seen.push(name); };
addEventListener("securitypolicyviolation",
  (event) => window.seen.push("blocked " + event.violatedDirective));
"""


class Happened(NamedTuple):
    """What a page did that a page of ours must never do, and what it asked the network for."""

    acts: list[str]
    requests: list[str]


class Browser:
    """One window."""

    def __init__(self, port: int, options: dict[str, Any]) -> None:
        self._base = f"http://127.0.0.1:{port}"
        wanted = {
            "goog:chromeOptions": options,
            "goog:loggingPrefs": {"performance": "ALL", "browser": "ALL"},
            "unhandledPromptBehavior": "dismiss",
        }
        answer = self._call("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self._base += f"/session/{answer['sessionId']}"
        self._command("Page.addScriptToEvaluateOnNewDocument", source=AT_START)

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._base + path, data, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(error.read().decode()[:500]) from None

    def _command(self, name: str, **parameters: Any) -> Any:
        return self._call("POST", "/goog/cdp/execute", {"cmd": name, "params": parameters})

    def open(self, address: str) -> None:
        """Show a page; what earlier pages did is forgotten."""
        self._call("POST", "/url", {"url": "about:blank"})
        for log in ("performance", "browser"):
            self._call("POST", "/se/log", {"type": log})
        self._call("POST", "/url", {"url": address})

    def run(self, script: str, *arguments: Any) -> Any:
        """Run a function's body in the page and return what it returns."""
        return self._call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def press(self, key: str) -> None:
        """Press a key in the page."""
        self._command("Input.dispatchKeyEvent", type="keyDown", key=key, text=key)
        self._command("Input.dispatchKeyEvent", type="keyUp", key=key)

    @contextlib.contextmanager
    def phone(self, width: int) -> Iterator[None]:
        """A window as narrow as a phone."""
        size = {"width": width, "height": 700, "deviceScaleFactor": 1, "mobile": True}
        self._command("Emulation.setDeviceMetricsOverride", **size)
        try:
            yield
        finally:
            self._command("Emulation.clearDeviceMetricsOverride")

    def happened(self) -> Happened:
        """What the page did since it was opened."""
        acts: list[str] = list(self.run("return window.seen"))
        requests: list[str] = []
        for entry in self._call("POST", "/se/log", {"type": "performance"}):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Page.javascriptDialogOpening":
                acts.append("dialog")
            if message["method"] == "Network.requestWillBeSent":
                requests.append(message["params"]["request"]["url"])
        acts += [each["message"] for each in self._call("POST", "/se/log", {"type": "browser"})]
        return Happened(acts, requests)

    def close(self) -> None:
        """Close the window."""
        self._call("DELETE", "")


@contextlib.contextmanager
def browser() -> Iterator[Browser]:
    """Chromium with an empty profile. Without it tests are skipped, but never in CI."""
    driver = shutil.which("chromedriver")
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if not driver or not program:
        missing = "chromium and chromedriver are missing: the HTML report was NOT checked in a browser"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile,
        subprocess.Popen(
            [driver, f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process,
    ):
        try:
            _wait(port)
            options = {"binary": program, "args": [*FLAGS, f"--user-data-dir={profile}"]}
            window = Browser(port, options)
            try:
                yield window
            finally:
                window.close()
        finally:
            process.terminate()


def _wait(port: int) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise AssertionError("chromedriver did not start")
