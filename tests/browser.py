"""A real browser for the tests of the built site: headless Chromium that keeps what it logs and asks for."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from importlib.util import find_spec
from typing import Any

import pytest

from tests import paths
from tests.forked import archgen
from tests.patience import PATIENCE, until

SHELL = "/usr/lib/chromium/chromium-headless-shell"
"""Debian's Chromium without windows, which draws a page with the same engine for some 40 % less of the processor's time.

The script of this name on the PATH stays between it and its driver, which then ends the script alone.
"""

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
DRIVER = shutil.which("chromedriver") or "/usr/bin/chromedriver"
ROOT = str(paths.ROOT)

PICTURES = os.environ.get("ARCHGEN_SCREENSHOTS")
"""The directory that screenshots of the tests are kept in, to be looked at; none are taken where it is not named."""

DESKTOP, PHONE = (1440, 1000), (390, 844)

SURROUNDINGS = {
    "desktop-light": (DESKTOP, "light"),
    "phone-dark": (PHONE, "dark"),
    "desktop-dark": (DESKTOP, "dark"),
    "phone-light": (PHONE, "light"),
}
"""Where a reader is. Colors are looked at in all of them."""

TRIED = ("desktop-light", "phone-dark")
"""Where everything else is tried: in both schemes and at both widths, which don't depend on each other."""

ON_A_DESKTOP = pytest.mark.parametrize("browser", ["desktop-light"], indirect=True)
ON_A_PHONE = pytest.mark.parametrize("browser", ["phone-dark"], indirect=True)

LAID_OUT = (
    "return [...document.querySelectorAll('.archgen-below, .archgen-cards, figure.archgen-picture, figure.archgen-stage')]"
    ".every(one => one.style.contentVisibility)"
)

MARKS = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not (os.path.exists(CHROMIUM) and os.path.exists(DRIVER)), reason="Chromium and its driver are not installed"
    ),
    pytest.mark.skipif(find_spec("selenium") is None, reason="selenium of the extra `ci` is not installed"),
]


def binary() -> str:
    """The shell where it has the version of the driver, which drives no other, else Chromium."""
    if not os.path.exists(SHELL):
        return CHROMIUM
    versions = (subprocess.run([file, "--version"], capture_output=True, text=True).stdout for file in (SHELL, DRIVER))
    numbers = {number[0] for said in versions if (number := re.search(r"\d+(?=\.)", said)) is not None}
    return SHELL if len(numbers) == 1 else CHROMIUM


def card_of(browser: Browser, replica: str) -> str:
    """Return the id of the card of a replica: on a phone that of its component."""
    return replica.partition("@")[0] if browser.run("return innerWidth") == PHONE[0] else replica


class Browser:
    """Headless Chromium that keeps what it logs and asks for."""

    def __init__(self) -> None:
        from selenium import webdriver
        from selenium.webdriver.chrome.options import Options
        from selenium.webdriver.chrome.service import Service

        options = Options()
        options.binary_location = binary()
        for word in ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1440,1400"):
            options.add_argument(word)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service(DRIVER))
        self.driver.set_script_timeout(PATIENCE)

    def open(self, file: str) -> None:
        """A page, once nothing on it waits to be laid out and what follows from its sizes is done."""
        self.driver.get(f"file://{file}")
        until(lambda: self.run(LAID_OUT))
        self.driver.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")

    def forget(self, site: str) -> None:
        """A new reader: no scheme is chosen, no page is open."""
        self.open(os.path.join(site, "assets", "archgen.css"))
        self.run("localStorage.clear()")

    def surround(self, name: str, site: str) -> None:
        """A new reader, somewhere."""
        size, scheme = SURROUNDINGS[name]
        self.forget(site)
        self.prefer(scheme)
        self.size(*size)

    def run(self, script: str) -> Any:
        return self.driver.execute_script(script)

    def size(self, width: int, height: int) -> None:
        """A phone's or a desktop's window, in CSS pixels."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def picture(self, name: str) -> None:
        """Keep what is in sight, where that is asked for."""
        if PICTURES:
            os.makedirs(PICTURES, exist_ok=True)
            self.driver.save_screenshot(os.path.join(PICTURES, f"{name}.png"))

    def prefer(self, scheme: str) -> None:
        media = {"media": "", "features": [{"name": "prefers-color-scheme", "value": scheme}]}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)

    def _log(self, kind: str) -> list[dict[str, Any]]:
        return list(self.driver.get_log(kind))  # type: ignore[no-untyped-call]

    def complaints(self) -> list[str]:
        return [f"{entry['level']} {entry['message']}" for entry in self._log("browser")]

    def asked(self) -> set[str]:
        found = set()
        for entry in self._log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] in ("Network.requestWillBeSent", "Network.webSocketCreated"):
                params = message["params"]
                found.add(params["request"]["url"] if "request" in params else params["url"])
        return found

    def outside(self) -> set[str]:
        """What was asked for that is no file."""
        return {url for url in self.asked() if not url.startswith(("file://", "data:", "about:", "blob:"))}


def built(directory: str, *words: str) -> str:
    site = os.path.join(directory, "site")
    done = archgen("build", *words, "-o", site)
    assert done.returncode == 0, done.stderr
    return site


def ready(browser: Browser) -> object:
    return until(lambda: browser.run("return document.documentElement.classList.contains('js')"))
