"""The pictures of a page in a real browser: they answer to pointer, touch and keys, and to their address."""

from __future__ import annotations

import os
from typing import Any

import pytest

from tests.browser import MARKS, Browser, card_of
from tests.patience import until
from tests.tier_page import TIER, card, fresh, hash_, layer, node, press, scale

pytestmark = MARKS

# Views, layers and their addresses


@pytest.mark.telling
def test_layers_are_chosen_by_keys_with_their_legend_and_address(page: Browser, request: pytest.FixtureRequest) -> None:
    names = page.run("return [...document.querySelectorAll('.archgen-layers input')].map(one => one.value)")
    assert names == ["findings", "plain", "security", "data", "monitoring", "domains"]
    page.run("document.querySelector('.archgen-layers input:checked').focus()")
    for name in ("plain", "security", "data", "monitoring", "domains"):
        press(page, "\ue014")
        assert layer(page) == name
        assert hash_(page) == f"#layer={name}"
        shown = page.run(
            "return [...document.querySelectorAll('.archgen-legend [data-in]:not([hidden])')].map(one => one.dataset.in)"
        )
        assert set(shown or ()) <= {name}
        assert bool(shown) is (name != "plain")
        assert page.run("return document.querySelectorAll('.archgen-pill').length > 0") is (name != "plain")
        hidden = "return getComputedStyle(document.querySelector('.archgen-canvas .badge')).display"
        assert page.run(hidden) == "none"
        page.picture(f"layer-{name}-{request.node.callspec.id}")
    assert page.run("return document.documentElement.scrollWidth <= innerWidth") is True


def test_back_and_forward_walk_the_states(page: Browser) -> None:
    for name in ("security", "data"):
        page.driver.find_element("css selector", f'.archgen-layers input[value="{name}"]').click()
    page.driver.find_element("css selector", '.archgen-tabs [data-view="networks"]').click()
    assert hash_(page) == "#layer=data&view=networks"
    for expected in ("#layer=data", "#layer=security", ""):
        page.driver.back()
        until(lambda expected=expected: hash_(page) == expected)  # type: ignore[misc]
        until(lambda expected=expected: layer(page) == (expected[7:] or "findings"))  # type: ignore[misc]
    page.driver.forward()
    until(lambda: layer(page) == "security")
    assert page.run("return document.querySelector('[role=tab][aria-selected=true]').dataset.view") == "deployment"


def test_an_address_restores_view_layer_and_focus(browser: Browser, site: str) -> None:
    page = fresh(browser, site, "#layer=security&view=networks&focus=mysql")
    assert layer(page) == "security"
    assert page.run("return document.querySelector('[role=tab][aria-selected=true]').textContent") == "Networks"
    assert page.run("return document.activeElement.dataset.node") == "mysql"
    assert "mysql" in card(page)
    assert "data (private)" in card(page)


def test_every_view_is_a_tab_that_keys_reach(page: Browser, site: str, request: pytest.FixtureRequest) -> None:
    views = page.run("return [...document.querySelectorAll('[role=tab]')].map(one => one.dataset.view)")
    assert views == ["deployment", "overview", "networks", "changes", "path-read-page", "path-write-comment"]
    page.run("document.querySelector('[role=tab][aria-selected=true]').focus()")
    assert isinstance(views, list)
    for name in [*views[1:], views[0]]:
        press(page, "\ue014")
        assert page.run("return document.querySelector('[role=tab][aria-selected=true]').dataset.view") == name
        assert page.run("return document.querySelectorAll('.archgen-canvas [data-node]').length") != 0
        file = str(page.run("return document.querySelector('.archgen-full a').getAttribute('href')"))
        assert os.path.isfile(os.path.join(site, TIER, file))
        page.picture(f"view-{name}-{request.node.callspec.id}")


def test_failure_domains_are_a_view_of_their_own(browser: Browser, rack: str) -> None:
    page = fresh(browser, rack, "#view=zones&focus=zone:rack-a", "shared-rack")
    assert page.run("return document.querySelector('[role=tab][aria-selected=true]').textContent") == "Failure domains"
    for words in ("Rack", "Hostss1 and s2", "Every replica of 1 flow (page) is in the rack rack-a"):
        assert words in card(page)
    numbers = "return [...document.querySelectorAll('%s')].map(one => one.textContent.trim())"
    own, drawn = (page.run(numbers % one) for one in (".archgen-card .archgen-badge", ".archgen-canvas .badge text"))
    assert isinstance(own, list)
    assert isinstance(drawn, list)
    assert len(own) == 1
    assert own[0] in drawn
    page.run("document.querySelector('.archgen-layers input[value=domains]').click()")
    assert hash_(page) == "#view=zones&focus=zone%3Arack-a&layer=domains"


# Cards


def test_pointing_at_a_thing_shows_its_facts_and_dims_the_rest(page: Browser) -> None:
    from selenium.webdriver import ActionChains

    ActionChains(page.driver).move_to_element(node(page, card_of(page, "firewall-1@fw-1"))).perform()
    until(lambda: "Firewall" in card(page))
    told = card(page)
    for words in ("Runs onfw-1", "Allows ininternet to haproxy on 443", "Other trafficdenied", "Called byuser"):
        assert words in told
    shared = page.run("return [...document.querySelectorAll('.archgen-card li')].map(one => one.textContent)")
    assert shared == [
        "Of its host, fw-1",
        "1Losing fw-1 (with firewall-1) takes down 2 flows: read-page and write-comment",
    ]
    lit = "return document.querySelector('.archgen-canvas [data-component=\"%s\"]').classList.contains('lit')"
    assert page.run(lit % "haproxy") is True
    assert page.run(lit % "dns") is False
    until(
        lambda: (
            page.run("return getComputedStyle(document.querySelector('.archgen-canvas [data-component=dns]')).opacity")
            == "0.22"
        )
    )
    over = page.driver.find_element("css selector", ".archgen-card")
    ActionChains(page.driver).move_to_element(over).perform()
    assert "Firewall" in card(page)
    ActionChains(page.driver).move_to_element(page.driver.find_element("css selector", "h1")).perform()
    until(lambda: card(page) == "")


def test_a_connection_tells_its_protocol_and_whether_it_is_encrypted(page: Browser) -> None:
    page.run("document.querySelector('.archgen-canvas [data-edge=\"haproxy -> nginx\"]').focus()")
    told = card(page)
    issue = page.driver.find_element("css selector", '.archgen-card li a[href^="#issue-"]').text
    assert "TLS ends at haproxy" in issue
    for word in ("http 80", "unencrypted", "firewall-2"):
        assert word in told
    page.run("document.querySelector('.archgen-canvas [data-edge=\"user -> firewall-1\"]').focus()")
    assert "encrypted" in card(page)


def test_keys_move_between_things_and_let_go(page: Browser) -> None:
    page.run("document.querySelector('.archgen-frame').focus()")
    press(page, "\ue004")
    first = page.run("return document.activeElement.dataset.node")
    assert first
    assert page.run("return document.querySelectorAll('.archgen-canvas [tabindex=\"0\"]').length") == 1
    press(page, "\ue014")
    assert page.run("return document.activeElement.closest('[data-item]') !== null")
    assert card(page)
    assert "focus=" in str(hash_(page))
    press(page, "\ue00c")
    assert card(page) == ""
    assert hash_(page) == ""
    assert page.run("return document.activeElement.classList.contains('archgen-frame')")


def test_everything_in_a_picture_has_a_name_and_leads_to_a_place_of_the_page(page: Browser) -> None:
    astray = page.run(
        "return [...document.querySelectorAll('.archgen-canvas [data-item]')].filter(one => "
        "!one.getAttribute('aria-label') || !(one.href.baseVal.startsWith('groups/') || "
        "document.getElementById(one.href.baseVal.slice(1))))"
        ".map(one => one.getAttribute('aria-label') + ' ' + one.href.baseVal)"
    )
    assert astray == []
    assert page.run("return document.querySelector('.archgen-canvas svg').getAttribute('role')") == "graphics-document"


def test_a_click_leads_to_the_section_and_a_badge_to_its_issue(page: Browser) -> None:
    node(page, card_of(page, "firewall-1@fw-1")).click()
    until(lambda: hash_(page) == "#component-firewall-1")
    row = page.run("return document.getElementById('component-firewall-1').closest('tr').textContent")
    assert "Firewall" in str(row)
    page.driver.back()
    # the leftmost is in view on a phone too
    badge = min(page.driver.find_elements("css selector", ".archgen-canvas .badge"), key=lambda one: one.rect["x"])
    number = badge.text.strip()
    badge.click()
    until(lambda: hash_(page) == f"#issue-{number}")
    assert page.run(f"return document.getElementById('issue-{number}') !== null")


def test_the_address_of_a_replica_opens_the_card_that_shows_it(browser: Browser, site: str) -> None:
    page = fresh(browser, site, "#focus=firewall-1@fw-1")
    until(lambda: "Firewall" in card(page))
    focused = page.run("return document.activeElement.dataset.node")
    assert focused == card_of(page, "firewall-1@fw-1")


# Paper, and readers who want less motion


def test_paper_gets_the_whole_picture_without_controls(page: Browser) -> None:
    page.driver.find_element("css selector", 'button[aria-label="Zoom in"]').click()
    page.driver.find_element("css selector", '.archgen-layers input[value="security"]').click()
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    style = "return getComputedStyle(document.querySelector('%s')).%s"
    assert page.run(style % (".archgen-canvas", "transform")) == "none"
    for control in (".archgen-tabs", ".archgen-layers", ".archgen-buttons"):
        assert page.run(style % (control, "display")) == "none"
    wide = "const box = one => document.querySelector(one).getBoundingClientRect().width;"
    assert page.run(f"{wide} return box('.archgen-canvas svg') <= box('.archgen-frame') + 1") is True
    assert page.run("return document.querySelectorAll('.archgen-pill').length > 2") is True


def test_nothing_moves_for_those_who_want_less_motion(page: Browser) -> None:
    media = {"features": [{"name": "prefers-reduced-motion", "value": "reduce"}]}
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    told = "return getComputedStyle(document.querySelector('.archgen-canvas [data-node]')).transitionDuration"
    assert page.run(told) == "0s"


# The first sight


def test_the_worst_stands_above_a_picture_whose_words_can_be_read(page: Browser) -> None:
    worst = page.run("return [...document.querySelectorAll('.archgen-worst a')].map(one => one.getAttribute('href'))")
    assert worst == ["#issue-1", "#issue-2", "#issue-3"]
    top = "return document.querySelector('%s').getBoundingClientRect().top"
    first, picture = (float(str(page.run(top % one))) for one in (".archgen-worst", ".archgen-frame"))
    assert first < picture < float(str(page.run("return innerHeight")))
    assert scale(page) >= (0.75 if page.run("return innerWidth < 620") else 0.5)


def test_escape_hides_a_card_that_a_pointer_asked_for(page: Browser) -> None:
    """WCAG 2.2, 1.4.13: what appears for a pointer goes without moving it."""
    from selenium.webdriver.common.action_chains import ActionChains

    ActionChains(page.driver).move_to_element(node(page, "user")).perform()
    until(lambda: "user" in card(page))
    press(page, "\ue00c")
    assert card(page) == ""


def test_on_paper_what_is_unencrypted_is_the_strongest_line(browser: Browser, site: str) -> None:
    page = fresh(browser, site)
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print", "features": []})
    widths: Any = page.run(
        "return Object.fromEntries([...document.querySelectorAll('.archgen-canvas [data-meaning]')].map(one =>"
        " [one.dataset.meaning, parseFloat(getComputedStyle(one.querySelector('path[fill=none]')).strokeWidth)]))"
    )
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})
    assert {"encrypted", "plaintext"} <= set(widths)
    others = [width for meaning, width in widths.items() if meaning != "plaintext"]
    assert widths["plaintext"] >= 2 * max(others)
