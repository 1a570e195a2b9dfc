"""On every kind of page, on a desktop and on a phone, no block covers another and nothing makes the page wider than its window."""

from __future__ import annotations

import os

import pytest

from tests.browser import EVERYWHERE, MARKS, ON_A_DESKTOP, Browser, ready
from tests.test_browser_axe import PAGES, TIER

pytestmark = MARKS

COVERED = """
const inside = document.querySelector(".md-content__inner");
const found = [];
for (const parent of [inside, ...inside.querySelectorAll(".archgen-cards, .tabbed-content, section")]) {
  const boxes = [...parent.children].filter(one => one.checkVisibility() && getComputedStyle(one).position === "static")
    .map(one => [one, one.getBoundingClientRect()]).filter(([, box]) => box.width && box.height);
  for (let i = 0; i < boxes.length; i++)
    for (let j = i + 1; j < boxes.length; j++) {
      const [a, b] = [boxes[i][1], boxes[j][1]];
      if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1)
        found.push(`${boxes[i][0].outerHTML.slice(0, 80)} / ${boxes[j][0].outerHTML.slice(0, 80)}`);
    }
  for (const one of parent.children)
    if (parent !== inside && one.checkVisibility() && getComputedStyle(one).position === "absolute")
      found.push(`taken out of its place: ${one.outerHTML.slice(0, 80)}`);
}
return found;
"""


@EVERYWHERE
@pytest.mark.parametrize("kind", PAGES)
def test_nothing_covers_anything_or_widens_the_page(browser: Browser, site: str, kind: str) -> None:
    browser.open(os.path.join(site, *PAGES[kind]))
    ready(browser)
    assert browser.run(COVERED) == []
    assert browser.run("return document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


@ON_A_DESKTOP
def test_both_pictures_of_a_flow_are_seen_whole_on_a_desktop(browser: Browser, site: str) -> None:
    for tier, flow in ((TIER, "read-page"), ("2-distributed-web-infrastructure", "write-comment")):
        browser.open(os.path.join(site, tier, "flows", flow, "index.html"))
        ready(browser)
        assert browser.run(
            "return [...document.querySelectorAll('.archgen-sequence, .archgen-frame')].map(one => [...one.querySelectorAll('svg')]"
            ".filter(svg => svg.getBoundingClientRect().right > one.getBoundingClientRect().right + 1).length)"
        ) == [0, 0]
