"""The page of a tier in a browser: what tests ask of it and do to it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tests.browser import Browser, ready
from tests.patience import until

if TYPE_CHECKING:
    from selenium.webdriver.remote.webelement import WebElement

TIER = "3-secured-and-monitored"


def fresh(browser: Browser, site: str, state: str = "", tier: str = TIER) -> Browser:
    """The page of a tier, just opened."""
    browser.driver.get("about:blank")
    browser.open(f"{os.path.join(site, tier, 'index.html')}{state}")
    ready(browser)
    until(lambda: browser.run("return document.querySelector('.archgen-views.ready')"))
    return browser


def transform(page: Browser) -> str:
    return str(page.run("return document.querySelector('.archgen-canvas').style.transform"))


def scale(page: Browser) -> float:
    return float(transform(page).partition("scale(")[2].rstrip(")"))


def whole(page: Browser) -> bool:
    """Whether the picture is seen from edge to edge; on a phone it starts at its left, in words that can be read."""
    return bool(
        page.run(
            "const [frame, picture] = ['.archgen-frame', '.archgen-canvas svg'].map(one => document.querySelector(one)"
            ".getBoundingClientRect()); return frame.left - 1 <= picture.left && picture.right <= frame.right + 1"
        )
    )


def hash_(page: Browser) -> object:
    return page.run("return location.hash")


def layer(page: Browser) -> object:
    return page.run("return document.querySelector('.archgen-views').dataset.layer")


def card(page: Browser) -> str:
    return str(page.run("return document.querySelector('.archgen-card:not([hidden])')?.textContent || ''"))


def node(page: Browser, name: str) -> WebElement:
    return page.driver.find_element("css selector", f'.archgen-canvas [data-node="{name}"]')


def press(page: Browser, *keys: str) -> None:
    page.driver.switch_to.active_element.send_keys(*keys)


def where(page: Browser, selector: str) -> tuple[float, float]:
    found = page.run(
        f"const one = document.querySelector('{selector}'); one.scrollIntoView({{block: 'center', behavior: 'instant'}});"
        "const box = one.getBoundingClientRect(); return [box.left + box.width / 2, box.top + box.height / 2]"
    )
    assert isinstance(found, list)
    return float(found[0]), float(found[1])
