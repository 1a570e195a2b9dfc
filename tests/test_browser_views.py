"""The pictures of a page in a real browser: they answer to pointer, touch and keys, and to their address."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from archgen.layout.domain import domain
from archgen.render.diagram_svg import diagram_svg
from archgen.site.page import SCRIPTS, STYLES
from archgen.view import Diagram, Edge, Node
from tests.browser import DESKTOP, EVERYWHERE, MARKS, ON_A_DESKTOP, ROOT, Browser, ready, until

pytestmark = MARKS

TIER = "3-secured-and-monitored"


@pytest.fixture
def page(browser: Browser, site: str) -> Browser:
    """The page of a tier, just opened."""
    return fresh(browser, site)


def fresh(browser: Browser, site: str, state: str = "") -> Browser:
    browser.driver.get("about:blank")
    browser.open(f"{os.path.join(site, TIER, 'index.html')}{state}")
    ready(browser)
    until(lambda: browser.run("return document.querySelector('.archgen-views.ready')"))
    return browser


def transform(page: Browser) -> str:
    return str(page.run("return document.querySelector('.archgen-canvas').style.transform"))


def scale(page: Browser) -> float:
    return float(transform(page).partition("scale(")[2].rstrip(")"))


def whole(page: Browser) -> bool:
    """Whether the picture is seen from edge to edge; on a phone it starts at its left, in words that can be read."""
    sides = "const one = document.querySelector('%s').getBoundingClientRect(); return [one.left, one.right]"
    (left, right), (first, last) = (page.run(sides % one) for one in (".archgen-frame", ".archgen-canvas svg"))  # type: ignore[misc]
    return bool(left - 1 <= first and last <= right + 1)


def hash_(page: Browser) -> object:
    return page.run("return location.hash")


def layer(page: Browser) -> object:
    return page.run("return document.querySelector('.archgen-views').dataset.layer")


def card(page: Browser) -> str:
    return str(page.run("return document.querySelector('.archgen-card:not([hidden])')?.textContent || ''"))


def node(page: Browser, name: str) -> object:
    return page.driver.find_element("css selector", f'.archgen-canvas [data-node="{name}"]')


def press(page: Browser, *keys: str) -> None:
    page.driver.switch_to.active_element.send_keys(*keys)


# Pan and zoom


def test_buttons_zoom_and_fit(page: Browser) -> None:
    for name, larger in (("Zoom in", True), ("Zoom out", False), ("Fit", None)):
        before = scale(page)
        page.driver.find_element("css selector", f'button[aria-label="{name}"]').click()
        assert larger is None or (scale(page) > before) is larger
    assert whole(page)


def test_keys_pan_and_zoom(page: Browser) -> None:
    page.run("document.querySelector('.archgen-frame').focus()")
    start = scale(page)
    assert whole(page) is (page.run("return innerWidth") == DESKTOP[0])
    press(page, "+")
    assert scale(page) > start
    press(page, "-")
    press(page, "-")
    assert scale(page) < start
    before = transform(page)
    press(page, "\ue014")
    assert transform(page) != before
    press(page, "0")
    assert whole(page)


def test_the_wheel_zooms_with_ctrl_and_scrolls_the_page_without(page: Browser) -> None:
    x, y = where(page, ".archgen-frame")
    wheel = {"type": "mouseWheel", "x": x, "y": y, "deltaX": 0, "deltaY": -100}
    before = scale(page)
    page.driver.execute_cdp_cmd("Input.dispatchMouseEvent", {**wheel, "modifiers": 2})
    until(lambda: scale(page) > before)
    zoomed = transform(page)
    page.driver.execute_cdp_cmd("Input.dispatchMouseEvent", {**wheel, "deltaY": 200})
    until(lambda: page.run("return scrollY > 0"))
    assert transform(page) == zoomed


def where(page: Browser, selector: str) -> tuple[float, float]:
    found = page.run(
        f"const one = document.querySelector('{selector}'); one.scrollIntoView({{block: 'center', behavior: 'instant'}});"
        "const box = one.getBoundingClientRect(); return [box.left + box.width / 2, box.top + box.height / 2]"
    )
    assert isinstance(found, list)
    return float(found[0]), float(found[1])


def drag(page: Browser, x: float, y: float, dx: float, dy: float) -> None:
    def mouse(kind: str, to: tuple[float, float], buttons: int) -> None:
        event = {"type": kind, "x": to[0], "y": to[1], "button": "left", "buttons": buttons, "clickCount": 1}
        page.driver.execute_cdp_cmd("Input.dispatchMouseEvent", event)

    mouse("mousePressed", (x, y), 1)
    for part in range(1, 6):
        mouse("mouseMoved", (x + dx * part / 5, y + dy * part / 5), 1)
    mouse("mouseReleased", (x + dx, y + dy), 0)


def test_a_drag_moves_the_picture_and_follows_no_link(page: Browser) -> None:
    page.driver.find_element("css selector", 'button[aria-label="Zoom in"]').click()
    before = transform(page)
    x, y = where(page, '.archgen-canvas [data-node="firewall-1@fw-1"]')
    drag(page, x, y, -80, 30)
    assert transform(page) != before
    assert "component" not in str(hash_(page))


def touch(page: Browser, kind: str, *points: tuple[float, float]) -> None:
    touched = [{"x": x, "y": y, "id": at} for at, (x, y) in enumerate(points)]
    page.driver.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touched})


@pytest.fixture
def fingers(page: Browser) -> Iterator[Browser]:
    """The page on a screen that is touched."""
    page.driver.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": True, "maxTouchPoints": 2})
    yield page
    page.driver.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": False})


def test_two_fingers_zoom(fingers: Browser) -> None:
    page = fingers
    x, y = where(page, ".archgen-frame")
    before = scale(page)
    touch(page, "touchStart", (x - 20, y), (x + 20, y))
    for part in range(1, 6):
        touch(page, "touchMove", (x - 20 - part * 12, y), (x + 20 + part * 12, y))
    touch(page, "touchEnd")
    assert scale(page) > before * 1.5


def test_a_tap_shows_the_card_and_a_second_one_leads_on(fingers: Browser) -> None:
    page = fingers
    x, y = where(page, '.archgen-canvas [data-node="user"]')
    touch(page, "touchStart", (x, y))
    touch(page, "touchEnd")
    until(lambda: "Called by" in card(page) or "Calls" in card(page))
    assert "component-user" not in str(hash_(page))
    x, y = where(page, '.archgen-canvas [data-node="user"]')
    touch(page, "touchStart", (x, y))
    touch(page, "touchEnd")
    until(lambda: hash_(page) == "#component-user")


def test_full_screen_gives_the_picture_all_room_and_back(page: Browser) -> None:
    page.driver.find_element("css selector", 'button[aria-label="Full screen"]').click()
    until(lambda: page.run("return document.fullscreenElement?.className.includes('archgen-views')"))
    tall = "return document.querySelector('.archgen-frame').clientHeight"
    until(lambda: float(str(page.run(tall))) > 460)
    page.run("document.exitFullscreen()")
    until(lambda: not page.run("return Boolean(document.fullscreenElement)"))


LARGE = """
const canvas = document.querySelector(".archgen-canvas"), frame = document.querySelector(".archgen-frame");
window.seen = [];
new MutationObserver(found => seen.push(...found.map(one => [one.type, one.attributeName, one.target.className])))
  .observe(document.documentElement, {attributes: true, childList: true, characterData: true, subtree: true});
frame.dispatchEvent(new WheelEvent("wheel", {deltaY: -50, ctrlKey: true, cancelable: true, bubbles: true}));
frame.dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowLeft", bubbles: true}));
frame.dispatchEvent(new KeyboardEvent("keydown", {key: "+", bubbles: true}));
"""


@ON_A_DESKTOP
def test_pan_and_zoom_of_a_thousand_components_change_one_transform(
    browser: Browser, site: str, tmp_path: object
) -> None:
    nodes = tuple(
        Node(id=f"n{at}", subject=f"n{at}", label=f"n{at}", kind="service", role="application") for at in range(1000)
    )
    edges = tuple(
        Edge(id=f"e{at}", subject=f"e{at}", source=f"n{at}", target=f"n{at + 1}", meaning="encrypted")
        for at in range(0, 999, 9)
    )
    diagram = Diagram(id="large", title="Large", alt="A thousand.", nodes=nodes, edges=edges)
    svg = diagram_svg(domain(diagram), sections=lambda kind, id: "#elements")
    facts = '{"cards":{},"issues":{},"layers":[{"id":"plain","title":"Plain","says":""}]}'.replace('"', "&#34;")
    assets = os.path.join(ROOT, "archgen", "site")
    links = "".join(f'<link rel="stylesheet" href="file://{assets}/{one}">' for one in STYLES)
    scripts = "".join(
        f'<script src="file://{assets}/{one}"></script>' for one in SCRIPTS if one.endswith(("picture.js", "views.js"))
    )
    file = os.path.join(str(tmp_path), "large.html")
    with open(file, "w", encoding="utf-8") as stream:
        stream.write(
            f'<!doctype html><title>Large</title><link rel="icon" href="data:,">{links}<body class="md-typeset">'
            f'<div class="archgen-views" data-facts="{facts}"><ul class="archgen-tabs"><li><a data-view="large" '
            f'href="large.svg">Large</a></li></ul><figure class="archgen-picture archgen-live" data-view="large">{svg}'
            f'</figure><ul class="archgen-legend"></ul><p class="archgen-full"><a href="#">File</a></p></div>{scripts}'
        )
    browser.open(file)
    until(lambda: browser.run("return document.querySelectorAll('.ready .archgen-canvas [data-node]').length") == 1000)
    browser.run(LARGE)
    until(lambda: len(list(browser.run("return seen"))) >= 3)  # type: ignore[call-overload]
    assert browser.run("return seen") == [["attributes", "style", "archgen-canvas"]] * 3


# Views, layers and their addresses


@EVERYWHERE
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
        assert set(shown or ()) <= {name}  # type: ignore[call-overload]
        assert bool(shown) is (name != "plain")
        assert page.run("return document.querySelectorAll('.archgen-pill').length > 2") is (name != "plain")
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


@EVERYWHERE
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


# Cards


def test_pointing_at_a_thing_shows_its_facts_and_dims_the_rest(page: Browser) -> None:
    from selenium.webdriver import ActionChains

    ActionChains(page.driver).move_to_element(node(page, "firewall-1@fw-1")).perform()  # type: ignore[arg-type]
    until(lambda: "Firewall" in card(page))
    told = card(page)
    for words in ("Runs onfw-1", "Allows ininternet to haproxy on 443", "All elsedenied", "Called byuser"):
        assert words in told
    shared = page.run("return [...document.querySelectorAll('.archgen-card li')].map(one => one.textContent)")
    assert shared == [
        "Of its host, fw-1",
        "1losing fw-1, and with it firewall-1@fw-1, breaks 2 flows: read-page and write-comment",
    ]
    lit = "return document.querySelector('.archgen-canvas [data-component=\"%s\"]').classList.contains('lit')"
    assert page.run(lit % "haproxy") is True
    assert page.run(lit % "dns") is False
    until(lambda: page.run("return getComputedStyle(document.querySelector('[data-component=dns]')).opacity") == "0.22")
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
    for word in ("http 80", "in clear", "firewall-2"):
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
        "!one.getAttribute('aria-label') || !document.getElementById(one.href.baseVal.slice(1)))"
        ".map(one => one.getAttribute('aria-label') + ' ' + one.href.baseVal)"
    )
    assert astray == []
    assert page.run("return document.querySelector('.archgen-canvas svg').getAttribute('role')") == "graphics-document"


def test_a_click_leads_to_the_section_and_a_badge_to_its_issue(page: Browser) -> None:
    node(page, "firewall-1@fw-1").click()  # type: ignore[attr-defined]
    until(lambda: hash_(page) == "#component-firewall-1")
    row = page.run("return document.getElementById('component-firewall-1').closest('tr').textContent")
    assert "Firewall" in str(row)
    page.driver.back()
    badge = next(
        one for one in page.driver.find_elements("css selector", ".archgen-canvas .badge") if one.rect["x"] < 375
    )
    number = badge.text.strip()
    badge.click()
    until(lambda: hash_(page) == f"#issue-{number}")
    assert page.run(f"return document.getElementById('issue-{number}') !== null")


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
