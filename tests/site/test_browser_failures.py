"""The failure explorer in a real browser: by mouse, keyboard, list and address, in both schemes and on a phone."""

from __future__ import annotations

import os

import pytest

from tests.browser import MARKS, ON_A_DESKTOP, ON_A_PHONE, Browser, built, card_of, ready
from tests.patience import until

pytestmark = MARKS

TIER = "3-secured-and-monitored"


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


def tap(browser: Browser, selector: str) -> None:
    """Click something of the picture, once it is in sight."""
    browser.run(f"document.querySelector(`{selector}`).focus()")
    browser.driver.find_element("css selector", selector).click()


def press(browser: Browser, key: str) -> None:
    browser.driver.switch_to.active_element.send_keys(key)


def test_nothing_is_lost_at_first(browser: Browser, site: str) -> None:
    explore(browser, site)
    assert statuses(browser) == {"read-page": "ok", "write-comment": "ok"}
    assert "No failed elements" in said(browser)
    assert browser.run("return document.querySelector('.archgen-reset').disabled") is True


@pytest.mark.telling
def test_a_click_on_the_picture_loses_a_card_and_a_host(browser: Browser, site: str) -> None:
    explore(browser, site)
    if browser.run("return innerWidth < 600"):
        tap(browser, "a[data-node='haproxy']")
        assert state(browser, "a[data-node='haproxy']") == "lost"
        tap(browser, "a[data-node='haproxy']")
        tap(browser, "a[data-node='mysql']")
        assert lost(browser) == ["mysql@server-1"]
        assert state(browser, "a[data-node='mysql']") == "part"
        return
    tap(browser, "a[data-node='haproxy@lb-1']")
    assert statuses(browser) == {"read-page": "down", "write-comment": "down"}
    assert state(browser, "a[data-node='haproxy@lb-1']") == "lost"
    assert state(browser, "a[data-node='nginx@server-2']") == "cut"
    assert browser.run("return document.querySelectorAll(`a[data-node='haproxy@lb-1'] .archgen-cross`).length") == 1
    assert "step 4: no replica of haproxy is up" in str(
        browser.run("return document.querySelector('[data-flow=read-page]').textContent")
    )
    tap(browser, "a[data-node='haproxy@lb-1']")
    tap(browser, "g[data-group='server-1'] [data-item=host]")
    assert statuses(browser) == {"read-page": "degraded", "write-comment": "down"}
    assert state(browser, "a[data-node='mysql@server-1']") == "down"
    assert lost(browser) == ["server-1"]
    assert browser.run("return location.hash") == "#down=server-1"


def test_the_keyboard_walks_the_picture_and_loses_what_it_stands_on(browser: Browser, site: str) -> None:
    from selenium.webdriver.common.keys import Keys

    explore(browser, site)
    assert browser.run("return document.querySelectorAll('.archgen-failures svg [tabindex=\"0\"]').length") == 1
    firewall, balancer = (card_of(browser, name) for name in ("firewall-1@fw-1", "haproxy@lb-1"))
    browser.run(f"document.querySelector(`a[data-node='{firewall}']`).focus()")
    # the diagram of a phone reads from the top
    press(browser, Keys.ARROW_RIGHT if balancer == "haproxy@lb-1" else Keys.ARROW_DOWN)
    now = "return document.activeElement.dataset.node || document.activeElement.parentElement.dataset.group"
    assert browser.run(now) in (balancer, "lb-1")
    press(browser, Keys.SPACE)
    assert statuses(browser) == {"read-page": "down", "write-comment": "down"}
    assert browser.run("return document.activeElement.getAttribute('aria-checked')") == "true"
    assert "failed" in str(browser.run("return document.activeElement.getAttribute('aria-label')"))
    press(browser, Keys.ENTER)
    assert statuses(browser) == {"read-page": "ok", "write-comment": "ok"}


def test_the_list_is_the_pictures_equal(browser: Browser, site: str) -> None:
    explore(browser, site)
    for name in ("server-2", "server-3"):
        label = f"//div[@class='archgen-choices']//label[span='{name}']/input"
        browser.driver.find_element("xpath", label).send_keys(" ")
    assert statuses(browser) == {"read-page": "degraded", "write-comment": "degraded"}
    assert "Failed: server-2, server-3." in said(browser)
    web = card_of(browser, "nginx@server-3")
    assert state(browser, f"a[data-node='{web}']") == ("down" if web == "nginx@server-3" else "part")
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


@pytest.mark.telling
def test_the_page_tells_what_python_tells(browser: Browser, site: str) -> None:
    """The structure function itself is held against Python's in `test_structure_script.py`; here once in a browser."""
    from archgen.analysis.topology import Topology
    from archgen.language.load import load
    from archgen.model.subject import Subject
    from archgen.reliability.simulation import simulate
    from archgen.site.structure_data import elements

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
        [
            simulate(topology.index, flow, topology.losses.plans[flow.id], gone).status
            for flow in topology.architecture.flows
        ]
        for bits in range(1 << len(known))
        for gone in [[one for at, one in enumerate(known) if bits >> at & 1]]
    ]


@ON_A_DESKTOP
def test_a_line_that_is_left_is_whole_where_it_ran_with_a_lost_one(browser: Browser, site: str) -> None:
    start = (
        "const line = to => document.querySelector(`.archgen-stage a[data-from='haproxy@lb-1'][data-to='${to}']`);"
        "const at = line('nginx@server-2').querySelector('path[fill=none]').getPointAtLength(0);"
        "return [at.x, getComputedStyle(line('nginx@server-1').querySelector('text')).visibility];"
    )
    explore(browser, site, tier="2-distributed-web-infrastructure")
    joined = browser.run(start)
    explore(browser, site, "#down=server-1", tier="2-distributed-web-infrastructure")
    whole = browser.run(start)
    assert isinstance(joined, list)
    assert isinstance(whole, list)
    assert whole[0] < joined[0] - 50, "it begins at the balancer, not where it leaves the lost line"
    assert whole[1] == "visible", "its words are said"
    explore(browser, site, "#down=server-1,server-2", tier="2-distributed-web-infrastructure")
    assert browser.run(start) == [joined[0], "hidden"], "nothing is left"


def test_it_fits_its_window(browser: Browser, site: str, request: pytest.FixtureRequest) -> None:
    explore(browser, site, "#down=server-1")
    scheme = {"light": "default", "dark": "slate"}[request.node.callspec.id.split("-")[1]]
    assert browser.run("return document.body.dataset.mdColorScheme") == scheme
    assert browser.run("return document.documentElement.scrollWidth <= innerWidth") is True


def test_a_zone_takes_all_with_it(browser: Browser, rack: str) -> None:
    explore(browser, rack, tier="shared-rack")
    assert statuses(browser) == {"page": "ok"}
    tap(browser, "g[data-group='rack-a'] [data-item=zone]")
    assert statuses(browser) == {"page": "down"}
    assert lost(browser) == ["rack-a"]
    assert [state(browser, f"a[data-node='web@{host}']") for host in ("s1", "s2")] == ["down", "down"]
    assert "zone" in str(browser.run("return location.hash")) or "rack-a" in str(browser.run("return location.hash"))


def test_paper_gets_the_picture_and_what_becomes_of_the_flows(browser: Browser, site: str) -> None:
    explore(browser, site, "#down=server-1")
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    shown = "return getComputedStyle(document.querySelector('%s')).display"
    for control in (".archgen-buttons", ".archgen-presets", ".archgen-choices", ".archgen-reset"):
        assert browser.run(shown % control) == "none"
    inside = (
        "const [frame, picture] = ['.archgen-frame', '.archgen-stage svg'].map(one => document.querySelector(one)"
        ".getBoundingClientRect()); return picture.right <= frame.right + 1 && picture.bottom <= frame.bottom + 1"
    )
    assert browser.run(inside) is True
    assert statuses(browser) == {"read-page": "degraded", "write-comment": "down"}


def test_the_ground_beside_a_picture_is_that_of_the_picture(browser: Browser, site: str) -> None:
    ground = "return getComputedStyle(document.querySelector('%s')).backgroundColor"
    browser.open(os.path.join(site, "3-secured-and-monitored", "index.html"))
    ready(browser)
    wanted = browser.run(ground % ".archgen-frame")
    explore(browser, site)
    assert browser.run(ground % ".archgen-stage .archgen-frame") == wanted
    browser.open(os.path.join(site, "index.html"))
    assert browser.run(ground % ".archgen-thumb") == wanted


@ON_A_DESKTOP
def test_elements_to_try_stand_beside_what_they_are(browser: Browser, site: str) -> None:
    explore(browser, site)
    browser.run("document.querySelector('.archgen-presets').style.width = '18rem'")
    beside = """return [...document.querySelectorAll('.archgen-presets > div')].map(row => {
      const [named, ...rest] = [...row.children].map(one => one.getBoundingClientRect());
      return [new Set(rest.map(one => one.top)).size, rest.every(one => one.left >= named.right)]})"""
    rows = browser.run(beside)
    assert max(lines for lines, _ in rows) > 1
    assert all(right for _, right in rows)


LARGE = """\
archgen: 1
name: Large
zones: {east: {kind: datacenter}, west: {kind: datacenter}}
hosts: {%s, a-1: {zone: east}, a-2: {zone: west}}
components:
  user: {kind: client}
  web: {kind: web-server, runs_on: [%s]}
  db: {kind: database, runs_on: [a-1, a-2], replication: {primary: a-1, failover: automatic}}
connections:
  user -> web: https
  web -> db: {protocol: mysql, access: write}
flows:
  write: {title: A write, steps: [user -> web: ask, web -> db: INSERT]}
"""


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A site whose pictures show equal hosts as one."""
    directory = str(tmp_path_factory.mktemp("large"))
    names = [f"w-{at}" for at in range(64)]
    with open(os.path.join(directory, "large.arch.yaml"), "w", encoding="utf-8") as stream:
        stream.write(LARGE % (", ".join(f"{name}: {{}}" for name in names), ", ".join(names)))
    return built(directory, directory)


def test_a_card_that_stands_for_many_tells_how_many_are_lost(browser: Browser, large: str) -> None:
    explore(browser, large, tier="large")
    assert browser.run("return document.querySelectorAll('.archgen-failures [data-node]').length") == 4
    word = "return document.querySelector(`a[data-node='web@w-0'] .archgen-part`)?.textContent"
    browser.driver.find_element("xpath", "//div[@class='archgen-choices']//label[span='w-7']/input").send_keys(" ")
    assert browser.run(word) == "1 of 64 down"
    assert state(browser, "a[data-node='web@w-0']") == "part"
    label = "return document.querySelector(`a[data-node='web@w-0']`).getAttribute('aria-label')"
    assert browser.run(label) == "replica web@w-0, web@w-1, web@w-2 and 61 more, 1 of 64 down"
    assert statuses(browser) == {"write": "degraded"}
    # the primary is not folded into those that wait for it
    tap(browser, "a[data-node='db@a-1']")
    assert state(browser, "a[data-node='db@a-1']") == "lost"
    assert state(browser, "a[data-node='db@a-2']") == ""
    tap(browser, "a[data-node='web@w-0']")
    assert state(browser, "a[data-node='web@w-0']") == "lost"
    assert browser.run(word) is None
    assert len(lost(browser)) == 66  # type: ignore[arg-type]
    assert statuses(browser) == {"write": "down"}


@ON_A_PHONE
def test_the_number_of_lost_replicas_covers_no_words_and_no_arrow(browser: Browser, large: str) -> None:
    """It covered the word "https" above a card, and the head of its line, where every line comes from above."""
    explore(browser, large, "#down=w-7", "large")
    covered = """const boxes = some => [...document.querySelectorAll(some)].map(one => one.getBoundingClientRect());
      const marks = boxes('.archgen-failures svg text:not(.archgen-part text), .archgen-failures [data-edge] > path:not([fill])');
      const parts = boxes('.archgen-part rect');
      return [parts.length, parts.filter(one => marks.some(mark => mark.left < one.right - 1 && one.left < mark.right - 1
        && mark.top < one.bottom - 1 && one.top < mark.bottom - 1)).length]"""
    assert browser.run(covered) == [2, 0]


def test_zones_are_offered_where_there_are_several(browser: Browser, large: str) -> None:
    explore(browser, large, tier="large")
    row = "//div[@class='archgen-presets']/div[@aria-label='Zones']/button"
    assert [button.text for button in browser.driver.find_elements("xpath", row)] == ["east", "west"]
    browser.driver.find_element("xpath", f"{row}[.='east']").click()
    assert "east" in said(browser)
    assert browser.run("return location.hash") == "#down=east"


def test_the_bar_says_what_broke_and_at_which_step(browser: Browser, site: str) -> None:
    explore(browser, site, "#down=server-1")
    assert browser.run("return [...document.querySelectorAll('.archgen-bar li')].map(one => one.textContent)") == [
        "down: A visitor sends a comment, at step 7",
        "degraded: A visitor opens a page",
    ]
    wide = "const one = document.querySelector('.archgen-reset'); return one.scrollWidth <= one.clientWidth"
    assert browser.run(wide) is True


@ON_A_DESKTOP
def test_what_is_lost_comes_into_sight(browser: Browser, site: str) -> None:
    explore(browser, site)
    browser.driver.find_element("xpath", "//div[@class='archgen-presets']/div[2]/button[.='server-3']").click()
    inside = (
        "const [frame, head] = ['.archgen-frame', 'g[data-group=server-3] text'].map(one => document.querySelector(one)"
        ".getBoundingClientRect()); return frame.left <= head.left && head.right <= frame.right && head.top >= frame.top"
    )
    assert browser.run(inside) is True
