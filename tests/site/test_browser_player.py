"""The step player of a flow's page in a real browser: steps on both pictures, failures, keys, address, schemes, phones."""

from __future__ import annotations

import os

import pytest

from tests.browser import MARKS, ON_A_DESKTOP, Browser, ready
from tests.patience import until

pytestmark = MARKS

TIER = "3-secured-and-monitored"


def see(browser: Browser, site: str, fragment: str = "", flow: str = "write-comment") -> None:
    browser.driver.get("about:blank")
    browser.open(os.path.join(site, TIER, "flows", flow, f"index.html{fragment}"))
    ready(browser)
    until(lambda: browser.run("return !!document.querySelector('.archgen-player.ready .archgen-counter')"))


def counter(browser: Browser) -> object:
    return browser.run("return document.querySelector('.archgen-counter').textContent")


def caption(browser: Browser) -> str:
    return str(browser.run("return document.querySelector('.archgen-caption').textContent"))


def lit(browser: Browser, where: str, name: str) -> object:
    return browser.run(
        f"return [...new Set([...document.querySelectorAll('{where} [data-lit]')].map(one => one.dataset.{name})"
        ".filter(Boolean))].sort()"
    )


def click(browser: Browser, label: str) -> None:
    browser.driver.find_element("css selector", f".archgen-player button[aria-label='{label}']").click()


@pytest.mark.telling
def test_a_step_is_lit_in_both_pictures_and_told(browser: Browser, site: str) -> None:
    see(browser, site)
    assert counter(browser) == "12 steps"
    for _ in range(3):
        click(browser, "Next step")
    assert counter(browser) == "Step 3 of 12"
    assert lit(browser, ".archgen-sequence", "step") == ["3"]
    assert lit(browser, ".archgen-stage", "edge") == ["user -> firewall-1"]
    assert lit(browser, ".archgen-stage", "component") == ["firewall-1", "user"]
    assert "user → firewall-1" in caption(browser)
    assert "https 443" in caption(browser)
    assert "encrypted" in caption(browser)
    click(browser, "Next step")
    click(browser, "Next step")
    assert "unencrypted" in caption(browser)
    click(browser, "Previous step")
    assert browser.run("return location.hash") == "#step=4"


def test_only_what_the_flow_touches_is_drawn(browser: Browser, site: str) -> None:
    see(browser, site)
    shown = browser.run(
        "return [...new Set([...document.querySelectorAll('.archgen-stage [data-component]')]"
        ".map(one => one.dataset.component))].sort()"
    )
    assert shown == ["app", "dns", "firewall-1", "haproxy", "mysql", "nginx", "user"]


def test_keys_step_and_play(browser: Browser, site: str) -> None:
    from selenium.webdriver.common.keys import Keys

    see(browser, site)
    body = browser.driver.find_element("css selector", "body")
    body.send_keys(Keys.ARROW_RIGHT)
    body.send_keys(Keys.ARROW_RIGHT)
    assert counter(browser) == "Step 2 of 12"
    body.send_keys(Keys.ARROW_LEFT)
    assert counter(browser) == "Step 1 of 12"
    browser.run(
        "document.querySelector('.archgen-player').focus(); document.querySelector('[aria-label=Speed]').value = '2'"
    )
    browser.driver.switch_to.active_element.send_keys(Keys.SPACE)
    assert counter(browser) == "Step 2 of 12"
    until(lambda: counter(browser) == "Step 4 of 12")
    browser.driver.switch_to.active_element.send_keys(Keys.SPACE)
    assert browser.run("return document.querySelector('.archgen-play').textContent") == "▶ Play"


def test_a_step_is_chosen_in_the_sequence_and_by_the_address(browser: Browser, site: str) -> None:
    see(browser, site, "#step=7")
    assert counter(browser) == "Step 7 of 12"
    assert "app → mysql" in caption(browser)
    inside = (
        "const one = document.querySelector('.archgen-sequence [data-lit] text').getBoundingClientRect();"
        "const sight = document.querySelector('.archgen-sequence').getBoundingClientRect();"
        "return one.left >= sight.left && one.right <= sight.right"
    )
    until(lambda: browser.run(inside))
    browser.run("document.querySelector('.archgen-sequence [data-step=\"3\"]').dispatchEvent(new MouseEvent('click'))")
    assert counter(browser) == "Step 3 of 12"
    browser.run("location.hash = '#step=6'")
    until(lambda: counter(browser) == "Step 6 of 12")


def choose(browser: Browser, words: str) -> None:
    from selenium.webdriver.support.ui import Select

    Select(browser.driver.find_element("css selector", ".archgen-while select")).select_by_visible_text(words)


def test_a_flow_stops_while_something_is_down(browser: Browser, site: str) -> None:
    see(browser, site)
    choose(browser, "server-1 is down")
    assert counter(browser) == "Step 7 of 12"
    assert "The request fails at step 7: no replica of mysql accepts writes." in caption(browser)
    assert browser.run("return document.querySelector('.archgen-while-said').dataset.status") == "down"
    assert browser.run("return document.querySelectorAll('.archgen-sequence .archgen-cross').length") == 1
    assert browser.run("return document.querySelectorAll('.archgen-sequence [data-after]').length") == 5
    assert browser.run("return document.querySelector('[aria-label=\"Next step\"]').disabled") is True
    assert browser.run("return document.querySelector(`a[data-node='mysql@server-1']`).dataset.state") == "down"
    assert browser.run("return location.hash") == "#step=7&down=server-1"
    choose(browser, "server-2 is down")
    assert browser.run("return document.querySelector('.archgen-while-said').dataset.status") == "degraded"
    assert browser.run("return document.querySelectorAll('.archgen-sequence .archgen-cross').length") == 0
    choose(browser, "every element is up")
    assert browser.run("return document.querySelector('.archgen-while-said').hidden") is True


def test_an_address_may_name_any_loss(browser: Browser, site: str) -> None:
    see(browser, site, "#down=haproxy@lb-1,server-2")
    assert counter(browser) == "Step 4 of 12"
    assert "no replica of haproxy is up" in caption(browser)
    assert browser.run("return document.querySelector('.archgen-while select').selectedOptions[0].text") == (
        "haproxy@lb-1, server-2 are down"
    )


def test_the_mermaid_text_is_copied(browser: Browser, site: str) -> None:
    see(browser, site)
    browser.run("document.querySelector('.archgen-mermaid details').open = true")
    browser.driver.find_element("css selector", ".archgen-mermaid button").click()
    until(lambda: browser.run("return document.querySelector('.archgen-mermaid button').textContent") == "Copied")
    source = str(browser.run("return document.querySelector('.archgen-mermaid pre').textContent"))
    assert source.startswith("sequenceDiagram")
    assert "INSERT the comment" in source


@ON_A_DESKTOP
def test_reduced_motion_scrolls_at_once(browser: Browser, site: str) -> None:
    media = {"features": [{"name": "prefers-reduced-motion", "value": "reduce"}]}
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    browser.size(1440, 860)
    see(browser, site)
    browser.run(
        "document.querySelector('.archgen-player').scrollIntoView({behavior: 'instant'}); location.hash = '#step=12'"
    )
    until(lambda: counter(browser) == "Step 12 of 12")
    top = float(
        str(browser.run("return document.querySelector('.archgen-sequence [data-lit]').getBoundingClientRect().top"))
    )
    panel = browser.run("return document.querySelector('.archgen-beside').getBoundingClientRect().bottom")
    assert float(str(panel)) < top < 860


def test_paper_gets_both_pictures_whole(browser: Browser, site: str) -> None:
    see(browser, site, "#step=5")
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    for control in (".archgen-controls", ".archgen-caption", ".archgen-buttons"):
        assert browser.run(f"return getComputedStyle(document.querySelector('{control}')).display") == "none"
    assert browser.run(
        "return ['.archgen-sequence', '.archgen-frame'].map(one => document.querySelector(one)).map(one => "
        "one.querySelector('svg').getBoundingClientRect().right <= one.getBoundingClientRect().right + 1)"
    ) == [True, True]


def test_it_fits_its_window(browser: Browser, site: str, request: pytest.FixtureRequest) -> None:
    see(browser, site, "#step=5&down=server-1")
    device, scheme = request.node.callspec.id.split("-")
    assert browser.run("return document.body.dataset.mdColorScheme") == {"light": "default", "dark": "slate"}[scheme]
    assert browser.run("return document.documentElement.scrollWidth <= innerWidth") is True
    tops = "return ['.archgen-sequence', '.archgen-beside'].map(one => document.querySelector(one).getBoundingClientRect().top)"
    sequence, beside = browser.run(tops)
    assert beside < sequence - 100
    desk = "return ['.archgen-desk', '.archgen-stage'].map(one => document.querySelector(one).getBoundingClientRect().left)"
    controls, stage = browser.run(desk)
    assert controls < stage - 100 if device == "desktop" else controls == stage


@ON_A_DESKTOP
def test_participants_stay_below_the_path(browser: Browser, site: str) -> None:
    see(browser, site, "#step=9", flow="read-page")
    edges = (
        "return [document.querySelector('.archgen-beside').getBoundingClientRect().bottom,"
        "document.querySelector('.heads').getBoundingClientRect().top,"
        "document.querySelector('.archgen-sequence').getBoundingClientRect().top]"
    )

    def below() -> bool:
        found = browser.run(edges)
        assert isinstance(found, list)
        panel, heads, top = map(float, found)
        return top < panel - 20 < panel - 1 <= heads

    until(below)
