"""The built site in a real browser: no script of a model runs, nothing is logged, no request leaves, search works."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.browser import MARKS, Browser, built, ready, until
from tests.hostile_model import write

pytestmark = MARKS


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    one = Browser()
    yield one
    one.driver.quit()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> str:
    return built(str(tmp_path_factory.mktemp("site")))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> str:
    directory = str(tmp_path_factory.mktemp("hostile"))
    write(os.path.join(directory, "models"))
    return built(directory, os.path.join(directory, "models"))


def pages(site: str) -> list[str]:
    return sorted(
        os.path.join(where, name) for where, _, names in os.walk(site) for name in names if name == "index.html"
    )


def test_no_request_leaves_and_nothing_is_logged(browser: Browser, site: str) -> None:
    chosen = [one for one in pages(site) if "/rules/" not in one or one.endswith("rules/index.html")]
    assert len(chosen) > 10
    for file in chosen:
        browser.open(file)
        ready(browser)
    assert browser.complaints() == []
    outside = {url for url in browser.asked() if not url.startswith(("file://", "data:", "about:", "blob:"))}
    assert outside == set()


CAUGHT = """
return [...document.querySelectorAll("article *")].filter(
  one => one.tagName === "SCRIPT" && one.type !== "application/json" || [...one.attributes].some(each => each.name.startsWith("on"))
    || (one.getAttribute("href") || "").trim().toLowerCase().startsWith("javascript:")).length
"""


def test_no_script_of_a_model_runs(browser: Browser, hostile: str) -> None:
    from selenium.common.exceptions import NoAlertPresentException

    for file in pages(hostile):
        if "/rules/" in file:
            continue
        browser.open(file)
        ready(browser)
        assert browser.run(CAUGHT) == 0, file
        with pytest.raises(NoAlertPresentException):
            _ = browser.driver.switch_to.alert.text
    assert browser.complaints() == []
    outside = {url for url in browser.asked() if not url.startswith(("file://", "data:", "about:", "blob:"))}
    assert outside == set()


def results(browser: Browser, words: str) -> str:
    field = browser.driver.find_element("css selector", "input.md-search__input")
    field.click()
    field.send_keys(words)
    found = until(lambda: browser.run("return document.querySelector('.md-search-result__list').textContent.trim()"))
    return str(found)


def test_search_works_from_the_disk(browser: Browser, site: str) -> None:
    browser.open(os.path.join(site, "index.html"))
    ready(browser)
    assert "Failover by hand" in results(browser, "failover")
    assert browser.complaints() == []


def test_search_shows_hostile_words_as_words(browser: Browser, hostile: str) -> None:
    from selenium.common.exceptions import NoAlertPresentException

    browser.open(os.path.join(hostile, "index.html"))
    ready(browser)
    assert "<script>" in results(browser, "script")
    assert browser.run("return document.querySelectorAll('.md-search-result script').length") == 0
    with pytest.raises(NoAlertPresentException):
        _ = browser.driver.switch_to.alert.text


def ground(browser: Browser) -> object:
    return browser.run("return getComputedStyle(document.querySelector('.archgen-picture svg rect.f-ground')).fill")


def test_pictures_follow_the_reader_and_the_switch_of_the_page(browser: Browser, site: str) -> None:
    file = os.path.join(site, "2-distributed-web-infrastructure", "index.html")
    browser.prefer("light")
    browser.open(file)
    ready(browser)
    until(lambda: ground(browser) == "rgb(255, 255, 255)")
    browser.open("/")
    browser.prefer("dark")
    browser.run("localStorage.clear()")
    browser.open(file)
    ready(browser)
    until(lambda: ground(browser) == "rgb(18, 22, 29)")
    browser.run("document.querySelector('label[title=\"Switch to light mode\"]').click()")
    until(lambda: ground(browser) == "rgb(255, 255, 255)")
    browser.run("localStorage.clear()")


def test_participants_stay_in_sight(browser: Browser, site: str) -> None:
    browser.driver.set_window_size(1000, 500)
    browser.open(os.path.join(site, "3-secured-and-monitored", "flows", "read-page", "index.html"))
    ready(browser)
    place = "return document.querySelector('.archgen-picture .heads').getBoundingClientRect().top"
    picture = "return document.querySelector('.archgen-picture').getBoundingClientRect().top"
    browser.run(f"scrollTo({{top: {browser.run(picture)} + 200, behavior: 'instant'}})")
    until(lambda: float(str(browser.run(picture))) < 0 < float(str(browser.run(place))))
    browser.run("scrollTo({top: 0, behavior: 'instant'})")
    until(lambda: browser.run("return document.querySelector('.heads').getAttribute('transform')") == "translate(0 0)")
    browser.driver.set_window_size(1440, 1400)


def test_nothing_is_wider_than_a_phone(browser: Browser, site: str, hostile: str) -> None:
    metrics = {"width": 390, "height": 800, "deviceScaleFactor": 1, "mobile": True}
    browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    for where in (os.path.join(site, "3-secured-and-monitored"), os.path.join(hostile, "hostile-10")):
        for file in (os.path.join(where, "index.html"), next(iter(pages(os.path.join(where, "flows"))))):
            browser.open(file)
            ready(browser)
            assert browser.run("return document.documentElement.scrollWidth") == 390, file
    browser.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
