"""On every kind of page, on a desktop and on a phone, no block covers another and nothing makes the page wider than its window."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.browser import DESKTOP, MARKS, PHONE, Browser, built, ready
from tests.test_browser_axe import PAGES, TIER

pytestmark = MARKS

KINDS = {**PAGES, "failures": (TIER, "failures", "index.html")}

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


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    one = Browser()
    yield one
    one.driver.quit()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> str:
    return built(str(tmp_path_factory.mktemp("pages")))


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_covers_anything_or_widens_the_page(
    browser: Browser, site: str, kind: str, size: tuple[int, int]
) -> None:
    browser.size(*size)
    browser.open(os.path.join(site, *KINDS[kind]))
    ready(browser)
    browser.picture(f"page-{kind}-{size[0]}")
    assert browser.run(COVERED) == []
    assert browser.run("return document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


def test_both_pictures_of_a_flow_are_seen_whole_on_a_desktop(browser: Browser, site: str) -> None:
    browser.size(*DESKTOP)
    for tier, flow in ((TIER, "read-page"), ("2-distributed-web-infrastructure", "write-comment")):
        browser.open(os.path.join(site, tier, "flows", flow, "index.html"))
        ready(browser)
        assert browser.run(
            "return [...document.querySelectorAll('.archgen-sequence, .archgen-frame')].map(one => [...one.querySelectorAll('svg')]"
            ".filter(svg => svg.getBoundingClientRect().right > one.getBoundingClientRect().right + 1).length)"
        ) == [0, 0]
