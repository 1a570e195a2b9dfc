"""On every kind of page, on a desktop and on a phone, no block covers another and nothing makes the page wider than its window."""

from __future__ import annotations

import os
from functools import partial

import pytest

from tests.browser import MARKS, ON_A_DESKTOP, Browser, ready
from tests.patience import until
from tests.site.test_browser_axe import PAGES, TIER

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


SHIFTED = """
window.shifted = 0;
new PerformanceObserver(list => { for (const one of list.getEntries()) window.shifted += one.value; })
  .observe({type: "layout-shift", buffered: true});
"""


@pytest.mark.parametrize("kind", ["tier", "failures", "flow", "issues"])
def test_nothing_jumps_while_a_page_loads(browser: Browser, site: str, kind: str) -> None:
    """The score of layout shifts that counts as good is 0.1 and less: https://web.dev/articles/cls."""
    told = browser.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": SHIFTED})
    try:
        browser.driver.get("about:blank")
        browser.open(os.path.join(site, *PAGES[kind]))
        ready(browser)
        browser.driver.execute_async_script("requestAnimationFrame(() => setTimeout(arguments[0], 50))")
        assert float(str(browser.run("return shifted"))) < 0.1
    finally:
        browser.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", told)


OBSCURED = """
const one = document.activeElement, box = one.getBoundingClientRect();
const over = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
return over && (one.contains(over) || over.contains(one)) ? "" : `${one.outerHTML.slice(0, 80)} under ${over?.outerHTML.slice(0, 80)}`;
"""


@ON_A_DESKTOP
@pytest.mark.parametrize("kind", ["failures", "issues"])
def test_who_tabs_back_sees_where_they_are(browser: Browser, site: str, kind: str) -> None:
    """WCAG 2.2, 2.4.11: what has the focus is not hidden by what stays in sight."""
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    browser.size(1280, 480)
    browser.open(os.path.join(site, *PAGES[kind]))
    until(lambda: browser.run("return document.querySelector(':is(.archgen-issues, .archgen-failures).ready')"))
    browser.run("scrollTo({top: 1e6, behavior: 'instant'}); [...document.querySelectorAll('article a')].at(-1).focus()")
    hidden = set()
    for _ in range(24):
        ActionChains(browser.driver).key_down(Keys.SHIFT).send_keys(Keys.TAB).key_up(Keys.SHIFT).perform()
        hidden.add(browser.run(OBSCURED))
    assert hidden == {""}


@ON_A_DESKTOP
def test_colours_of_the_readers_own_leave_what_is_chosen_and_how_bad_it_is(browser: Browser, site: str) -> None:
    media = {"features": [{"name": "forced-colors", "value": "active"}]}
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    browser.open(os.path.join(site, *PAGES["tier"]))
    ready(browser)
    ground = "return getComputedStyle(document.querySelector('%s')).backgroundColor"
    chosen, other = (browser.run(ground % f".archgen-layers label:nth-child({at})") for at in (1, 2))
    assert chosen != other
    error, warning = (browser.run(ground % f".archgen-legend .archgen-{word}") for word in ("error", "warning"))
    assert error != warning
    line = "return getComputedStyle(document.querySelector('.archgen-tabs a[aria-selected=%s]')).borderBottomColor"
    assert browser.run(line % "true") != browser.run(line % "false")


SCHEME = "return document.body.dataset.mdColorScheme"


def _has_scheme(browser: Browser, name: str) -> bool:
    return bool(browser.run(SCHEME) == name)


def test_the_scheme_is_the_systems_until_a_reader_chooses(browser: Browser, site: str) -> None:
    browser.open(os.path.join(site, "index.html"))
    for preferred, named in (("dark", "slate"), ("light", "default"), ("dark", "slate")):
        browser.prefer(preferred)
        until(partial(_has_scheme, browser, named))
        browser.open(os.path.join(site, "issues", "index.html"))
        assert browser.run(SCHEME) == named, "another page is as this one"
    browser.run("document.querySelector('[data-md-component=palette] label:not([hidden])').click()")
    assert browser.run(SCHEME) == "default"
    browser.open(os.path.join(site, "index.html"))
    assert browser.run(SCHEME) == "default", "what was chosen is kept"


@pytest.mark.parametrize("browser", ["desktop-dark"], indirect=True)
def test_a_button_is_as_bright_as_a_link_on_a_dark_page(browser: Browser, site: str) -> None:
    browser.open(os.path.join(site, *PAGES["tier"]))
    ready(browser)
    color = "return getComputedStyle(document.querySelector('%s')).color"
    assert browser.run(color % ".md-button") == browser.run(color % ".archgen-full a")
