"""Pan, zoom, touch and full screen of a page's picture in a real browser."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from archgen.layout.deployment.arrangement import domain
from archgen.site.page import SCRIPTS, STYLES
from archgen.views.diagram import Diagram, Edge, Node
from tests.browser import MARKS, ON_A_DESKTOP, ROOT, Browser, card_of
from tests.drawing import diagram_svg
from tests.patience import until
from tests.tier_page import card, fresh, hash_, press, scale, transform, where, whole

pytestmark = MARKS


@pytest.mark.telling
def test_buttons_zoom_and_fit(page: Browser) -> None:
    for name, larger in (("Zoom in", True), ("Zoom out", False), ("Fit", None)):
        before = scale(page)
        page.driver.find_element("css selector", f'button[aria-label="{name}"]').click()
        assert larger is None or (scale(page) > before) is larger
    assert whole(page)


def test_keys_pan_and_zoom(page: Browser) -> None:
    page.run("document.querySelector('.archgen-frame').focus()")
    start = scale(page)
    assert whole(page)
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
    x, y = where(page, f'.archgen-canvas [data-node="{card_of(page, "firewall-1@fw-1")}"]')
    drag(page, x, y, -80, 30)
    assert transform(page) != before
    assert "component" not in str(hash_(page))


def test_a_click_on_the_ground_brings_what_is_there_to_the_middle(page: Browser) -> None:
    """WCAG 2.2, 2.5.7: what a drag does, a click does too; a picture that is seen whole stays where it is."""
    place = (
        "const box = document.querySelector('.archgen-frame').getBoundingClientRect();"
        "return [box.right - 12, box.top + 12].map(Math.round)"
    )
    page.run("document.querySelector('.archgen-frame').scrollIntoView({block: 'center', behavior: 'instant'})")
    for _ in range(2):
        x, y = page.run(place)
        before, fits = transform(page), whole(page)
        for kind in ("mousePressed", "mouseReleased"):
            event = {"type": kind, "x": x, "y": y, "button": "left", "buttons": 1, "clickCount": 1}
            page.driver.execute_cdp_cmd("Input.dispatchMouseEvent", event)
        assert (transform(page) == before) is fits
        page.run("document.querySelector('button[aria-label=\"Zoom in\"]').click()")


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


def test_one_finger_moves_the_picture_sideways(fingers: Browser) -> None:
    page = fingers
    page.driver.find_element("css selector", 'button[aria-label="Zoom in"]').click()
    x, y = where(page, ".archgen-frame")
    before = transform(page)
    touch(page, "touchStart", (x + 60, y))
    for part in range(1, 6):
        touch(page, "touchMove", (x + 60 - part * 20, y))
    touch(page, "touchEnd")
    assert transform(page) != before
    assert hash_(page) == ""


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


@ON_A_DESKTOP
def test_a_small_picture_grows_with_the_screen(browser: Browser, site: str) -> None:
    page = fresh(browser, site, tier="1-simple-web-stack")
    assert scale(page) <= 1
    page.driver.find_element("css selector", 'button[aria-label="Full screen"]').click()
    until(lambda: scale(page) > 1.2 and whole(page))
    page.run("document.exitFullscreen()")
    until(lambda: scale(page) <= 1)


IN_SIGHT = """
const [frame, picture] = [".archgen-frame", ".archgen-canvas svg"].map(one => document.querySelector(one).getBoundingClientRect());
return frame.top - 1 <= picture.top && picture.bottom <= frame.bottom + 1;
"""


@ON_A_DESKTOP
@pytest.mark.parametrize("share", [1.0, 0.9])
def test_a_picture_higher_than_its_part_of_the_window_opens_whole(browser: Browser, site: str, share: float) -> None:
    """It was cut at the bottom until it was dragged."""
    page = fresh(browser, site)
    tall = float(page.run("return document.querySelector('.archgen-canvas svg').getBoundingClientRect().height"))
    before = scale(page)
    try:
        page.size(1440, int(share * tall))
        page = fresh(browser, site)
        assert 0.75 * before < scale(page) < before
        assert whole(page)
        assert page.run(IN_SIGHT)
    finally:
        page.size(1440, 1000)


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
        f'<script src="file://{assets}/{one}"></script>'
        for one in SCRIPTS
        if one.endswith(("archgen.js", "picture.js", "views.js"))
    )
    file = os.path.join(str(tmp_path), "large.html")
    with open(file, "w", encoding="utf-8") as stream:
        stream.write(
            f'<!doctype html><title>Large</title><link rel="icon" href="data:,">{links}<body class="md-typeset">'
            f'<div class="archgen-views" data-facts="{facts}"><ul class="archgen-tabs"><li><a data-view="large" '
            f'href="large.svg">Large</a></li></ul><figure class="archgen-picture archgen-live" data-view="large">{svg}'
            f'</figure><ul class="archgen-legend"></ul><p class="archgen-full"><a href="#">File</a></p></div>{scripts}'
        )
    browser.driver.get(f"file://{file}")
    until(lambda: browser.run("return document.querySelectorAll('.ready .archgen-canvas [data-node]').length") == 1000)
    # what waits is laid out in idle time, which is no answer to a hand
    until(lambda: browser.run("return document.querySelector('figure').style.contentVisibility") == "visible")
    browser.run(LARGE)
    until(lambda: len(list(browser.run("return seen"))) >= 3)
    assert browser.run("return seen") == [["attributes", "style", "archgen-canvas"]] * 3
