"""Every kind of page holds to WCAG 2.2 AA as far as axe-core can tell, in both schemes, on a desktop and on a phone."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from itertools import cycle

import pytest

from tests.browser import MARKS, SURROUNDINGS, TRIED, Browser, ready
from tests.drawn import READERS, needs_reader

AXE = "axe-core/axe.min.js"

pytestmark = [*MARKS, needs_reader(AXE)]

TIER = "3-secured-and-monitored"
PAGES = {
    "home": ("index.html",),
    "tier": (TIER, "index.html"),
    "failures": (TIER, "failures", "index.html#down=server-1,haproxy@lb-1"),
    "component": (TIER, "components", "haproxy", "index.html"),
    "group": (TIER, "groups", "role-observer", "index.html"),
    "flow": (TIER, "flows", "read-page", "index.html#step=5&down=server-1"),
    "issues": ("issues", "index.html"),
    "ladder": ("ladder", "index.html"),
    "glossary": ("glossary", "index.html"),
    "rules": ("rules", "index.html"),
    "rule": ("rules", "single-point-of-failure", "index.html"),
}
WIDE = ("home", "tier", "failures", "flow", "issues")
"""Pages whose parts are others on a phone than on a desktop; the rest are text and tables in the same colors."""

VIEWS = ".archgen-views"
STANDARD = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "rules": {"target-size": {"enabled": True}},
}
COLORS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
"""All that depends on the scheme."""

RUN = """
const done = arguments[arguments.length - 1];
axe.run("%s", {...%s, resultTypes: ["violations"], preload: false})
  .then(found => done(found.violations.map(one => ({
    rule: one.id, help: one.help,
    nodes: one.nodes.map(node => node.target.join(" ") + ": " + node.failureSummary)}))));
"""


def engine() -> str:
    return (READERS / AXE).read_text(encoding="utf-8")


def violations(browser: Browser, file: str, part: str = "html", asked: Mapping[str, object] = STANDARD) -> list[str]:
    browser.open(file)
    ready(browser)
    browser.run(engine())
    found = browser.driver.execute_async_script(RUN % (part, json.dumps(asked)))
    return [f"{one['rule']}: {one['help']}\n  " + "\n  ".join(one["nodes"][:5]) for one in found]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_no_violation(browser: Browser, site: str, page: str) -> None:
    file = os.path.join(site, *PAGES[page])
    assert os.path.exists(file.partition("#")[0])
    assert "\n".join(violations(browser, file)) == ""


@pytest.mark.parametrize("browser", [name for name in SURROUNDINGS if name not in TRIED], indirect=True)
@pytest.mark.parametrize("page", WIDE)
def test_a_page_has_no_violation_in_the_other_scheme(browser: Browser, site: str, page: str) -> None:
    """At each width in the scheme that the test above doesn't have there: nothing but colors differs."""
    assert "\n".join(violations(browser, os.path.join(site, *PAGES[page]), asked=COLORS)) == ""


LAYERS = ("plain", "security", "data", "monitoring", "domains")


@pytest.mark.parametrize(("browser", "layer"), [*zip(cycle(SURROUNDINGS), LAYERS, strict=False)], indirect=["browser"])
def test_a_layer_with_a_card_has_no_violation(browser: Browser, site: str, layer: str) -> None:
    """A layer changes nothing of the page but the picture with its card and legend, so one surrounding each is enough."""
    file = f"{os.path.join(site, TIER, 'index.html')}#layer={layer}&focus=mysql%40server-1"
    assert "\n".join(violations(browser, file, VIEWS)) == ""
    assert browser.run(f"return document.querySelector('{VIEWS}').dataset.layer") == layer
    assert "mysql" in str(browser.run(f"return document.querySelector('{VIEWS} .archgen-card').textContent"))
    assert browser.run("return document.querySelectorAll('.archgen-legend').length") == browser.run(
        f"return document.querySelectorAll('{VIEWS} .archgen-legend').length"
    )
