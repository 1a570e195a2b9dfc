"""The failure explorer in a real browser: by mouse, keyboard, list and address, in both schemes and on a phone."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.browser import MARKS, Browser, built, ready, until

pytestmark = MARKS

TIER = "3-secured-and-monitored"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    one = Browser()
    yield one
    one.driver.quit()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> str:
    return built(str(tmp_path_factory.mktemp("site")))


def explore(browser: Browser, site: str, fragment: str = "", tier: str = TIER) -> None:
    browser.driver.get("about:blank")
    browser.open(os.path.join(site, tier, "failures", f"index.html{fragment}"))
    ready(browser)
    until(lambda: browser.run("return !!document.querySelector('.archgen-outcomes article')"))


def statuses(browser: Browser) -> object:
    return browser.run(
        "return Object.fromEntries([...document.querySelectorAll('.archgen-outcomes article')]"
        ".map(one => [one.dataset.flow, one.dataset.status]))"
    )


def said(browser: Browser) -> str:
    return str(browser.run("return document.querySelector('.archgen-said').textContent"))


def state(browser: Browser, selector: str) -> object:
    return browser.run(f"return document.querySelector(`{selector}`).dataset.state")


def lost(browser: Browser) -> object:
    return browser.run(
        "return [...document.querySelectorAll('.archgen-choices input:checked')]"
        ".map(one => one.nextElementSibling.textContent)"
    )


def press(browser: Browser, key: str) -> None:
    browser.driver.switch_to.active_element.send_keys(key)


def test_nothing_is_lost_at_first(browser: Browser, site: str) -> None:
    browser.size(1440, 1300)
    explore(browser, site)
    assert statuses(browser) == {"read-page": "ok", "write-comment": "ok"}
    assert "Nothing is lost" in said(browser)
    assert browser.run("return document.querySelector('.archgen-reset').disabled") is True
    browser.picture("failures-none-light")


def test_a_click_on_the_picture_loses_a_card_and_a_host(browser: Browser, site: str) -> None:
    explore(browser, site)
    browser.driver.find_element("css selector", "a[data-node='haproxy@lb-1']").click()
    assert statuses(browser) == {"read-page": "down", "write-comment": "down"}
    assert state(browser, "a[data-node='haproxy@lb-1']") == "lost"
    assert state(browser, "a[data-node='nginx@server-2']") == "cut"
    assert browser.run("return document.querySelectorAll(`a[data-node='haproxy@lb-1'] .archgen-cross`).length") == 1
    assert "step 4: no replica of haproxy is up" in str(
        browser.run("return document.querySelector('[data-flow=read-page]').textContent")
    )
    browser.driver.find_element("css selector", "a[data-node='haproxy@lb-1']").click()
    browser.driver.find_element("css selector", "g[data-group='server-1'] [data-item=host]").click()
    assert statuses(browser) == {"read-page": "degraded", "write-comment": "down"}
    assert state(browser, "a[data-node='mysql@server-1']") == "down"
    assert lost(browser) == ["server-1"]
    assert browser.run("return location.hash") == "#down=server-1"


def test_the_keyboard_walks_the_picture_and_loses_what_it_stands_on(browser: Browser, site: str) -> None:
    from selenium.webdriver.common.keys import Keys

    explore(browser, site)
    assert browser.run("return document.querySelectorAll('.archgen-failures svg [tabindex=\"0\"]').length") == 1
    browser.run("document.querySelector(`a[data-node='firewall-1@fw-1']`).focus()")
    press(browser, Keys.ARROW_RIGHT)
    now = "return document.activeElement.dataset.node || document.activeElement.parentElement.dataset.group"
    assert browser.run(now) in ("haproxy@lb-1", "lb-1")
    press(browser, Keys.SPACE)
    assert statuses(browser) == {"read-page": "down", "write-comment": "down"}
    assert browser.run("return document.activeElement.getAttribute('aria-checked')") == "true"
    assert "lost" in str(browser.run("return document.activeElement.getAttribute('aria-label')"))
    press(browser, Keys.ENTER)
    assert statuses(browser) == {"read-page": "ok", "write-comment": "ok"}


def test_the_list_is_the_pictures_equal(browser: Browser, site: str) -> None:
    explore(browser, site)
    for name in ("server-2", "server-3"):
        label = f"//div[@class='archgen-choices']//label[span='{name}']/input"
        browser.driver.find_element("xpath", label).send_keys(" ")
    assert statuses(browser) == {"read-page": "degraded", "write-comment": "degraded"}
    assert "Lost: server-2, server-3." in said(browser)
    assert state(browser, "a[data-node='nginx@server-3']") == "down"
    assert "server-1" in str(browser.run("return document.querySelector('[data-flow=read-page] dl').textContent"))


def test_presets_and_reset(browser: Browser, site: str) -> None:
    explore(browser, site)
    browser.driver.find_element("xpath", "//div[@class='archgen-presets']/div[1]/button[.='dns']").click()
    assert statuses(browser) == {"read-page": "down", "write-comment": "down"}
    browser.driver.find_element("xpath", "//div[@class='archgen-presets']/div[2]/button[.='server-2']").click()
    assert lost(browser) == ["server-2"]
    browser.driver.find_element("css selector", ".archgen-reset").click()
    assert lost(browser) == []
    assert browser.run("return location.hash") == ""


def test_an_address_restores_a_state_and_leads_to_the_step(browser: Browser, site: str) -> None:
    explore(browser, site, "#down=server-1,haproxy@lb-1")
    assert lost(browser) == ["haproxy@lb-1", "server-1"]
    assert statuses(browser) == {"read-page": "down", "write-comment": "down"}
    browser.run("location.hash = '#down=server-2'")
    until(lambda: lost(browser) == ["server-2"])
    browser.run("location.hash = '#down=lb-1'")
    until(lambda: lost(browser) == ["lb-1"])
    link = str(browser.run("return document.querySelector('[data-flow=read-page] dd a').href"))
    assert link.endswith(f"{TIER}/flows/read-page/index.html#step=4&down=lb-1")
    assert os.path.exists(link.removeprefix("file://").split("#")[0])


def test_the_page_tells_what_python_tells(browser: Browser, site: str) -> None:
    """The structure function itself is held against Python's in `test_structure_script.py`; here once in a browser."""
    from archgen.finding import Subject
    from archgen.loader import load
    from archgen.reliability.simulation import simulate
    from archgen.site.compiled import elements
    from archgen.topology import Topology

    with open(os.path.join("models", "1-simple-web-stack.arch.yaml"), "rb") as stream:
        topology = Topology(load("1-simple-web-stack.arch.yaml", stream.read()).architecture)
    known: tuple[Subject, ...] = elements(topology)
    explore(browser, site, tier="1-simple-web-stack")
    found = browser.run(
        "const model = JSON.parse(document.querySelector('.archgen-failures script').textContent);"
        f"return [...Array({1 << len(known)}).keys()].map(bits => model.flows.map(flow => archgenStructure.outcome("
        "model, flow, model.elements.map((_, at) => at).filter(at => bits >> at & 1)).status))"
    )
    assert found == [
        [simulate(topology.index, flow, topology.plans[flow.id], gone).status for flow in topology.architecture.flows]
        for bits in range(1 << len(known))
        for gone in [[one for at, one in enumerate(known) if bits >> at & 1]]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("device", "width"), [("desktop", 1440), ("phone", 390)])
def test_it_fits_and_logs_nothing(browser: Browser, site: str, scheme: str, device: str, width: int) -> None:
    browser.size(width, 1300)
    browser.prefer(scheme)
    explore(browser, site, "#down=server-1")
    # the theme remembers what it was shown in
    browser.run("localStorage.clear()")
    explore(browser, site, "#down=server-1")
    kept = {"light": "default", "dark": "slate"}
    assert browser.run("return document.body.dataset.mdColorScheme") == kept[scheme]
    assert browser.run("return document.documentElement.scrollWidth <= innerWidth") is True
    browser.picture(f"failures-{device}-{scheme}")
    assert browser.complaints() == []
    outside = {url for url in browser.asked() if not url.startswith(("file://", "data:", "about:", "blob:"))}
    assert outside == set()
    browser.size(1440, 1300)
    browser.prefer("light")
