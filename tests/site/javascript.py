"""Runs the site's scripts without a browser: V8 in a wheel, everything passed as JSON."""

from __future__ import annotations

import json
from typing import Any

from py_mini_racer import MiniRacer

from tests.paths import ROOT

ASSETS = ROOT / "archgen" / "site" / "assets"


class Script:
    """One script of the site, loaded once; `define` adds functions of a test's own."""

    def __init__(self, name: str, define: str = "") -> None:
        self._engine = MiniRacer()
        self._engine.eval((ASSETS / name).read_text("utf-8") + ";0")
        self._engine.eval(define + ";0")

    def call(self, function: str, *values: object) -> Any:
        """What a function gives for values."""
        told = ",".join(json.dumps(one) for one in values)
        return json.loads(str(self._engine.eval(f"JSON.stringify({function}({told}))")))
