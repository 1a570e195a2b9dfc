"""The built site in a real browser: no script of a model runs, nothing is logged, no request leaves, search works."""

from __future__ import annotations

import os
from base64 import b64decode
from pathlib import Path

import pytest

from tests import paths
from tests.browser import MARKS, ON_A_DESKTOP, ON_A_PHONE, Browser, ready
from tests.conftest import once
from tests.hostile import MEANINGFUL
from tests.patience import until

pytestmark = MARKS


def pages(site: str) -> list[str]:
    """Return the pages of a site; of those of components, which are many and of one form, one in ten."""
    every = sorted(
        os.path.join(where, name) for where, _, names in os.walk(site) for name in names if name == "index.html"
    )
    components = [file for file in every if "/components/" in file]
    return [file for file in every if "/components/" not in file] + components[::10]


@ON_A_DESKTOP
def test_no_request_leaves_and_nothing_is_logged(browser: Browser, site: str) -> None:
    """What the fixture asserts of every test, of every page."""
    chosen = [one for one in pages(site) if "/rules/" not in one or one.endswith("rules/index.html")]
    assert len(chosen) > 10
    for file in chosen:
        browser.open(file)
        ready(browser)


CAUGHT = """
return [...document.querySelectorAll("article *")].filter(
  one => one.tagName === "SCRIPT" && one.type !== "application/json" || [...one.attributes].some(each => each.name.startsWith("on"))
    || (one.getAttribute("href") || "").trim().toLowerCase().startsWith("javascript:")).length
"""


@ON_A_DESKTOP
def test_no_script_of_a_model_runs(browser: Browser, hostile: tuple[str, dict[str, str]]) -> None:
    from selenium.common.exceptions import NoAlertPresentException

    site, written = hostile
    inert = {name for name, words in written.items() if not MEANINGFUL & set(words)}
    chosen = [file for file in pages(site) if not {"rules", *inert} & set(Path(file).relative_to(site).parts)]
    assert len({Path(file).relative_to(site).parts[0] for file in chosen}) > 10
    for file in chosen:
        browser.open(file)
        ready(browser)
        assert browser.run(CAUGHT) == 0, file
        with pytest.raises(NoAlertPresentException):
            _ = browser.driver.switch_to.alert.text


def results(browser: Browser, words: str) -> str:
    """What search shows for words, or that it found nothing."""
    from selenium.webdriver.common.keys import Keys

    field = browser.driver.find_element("css selector", "input.md-search__input")
    if not browser.run("return document.getElementById('__search').checked"):
        small = browser.driver.find_element("css selector", ".md-header__button[for=__search]")
        (small if small.is_displayed() else field).click()
        until(field.is_displayed)
    # pasted: of a word that is still being typed the search may complain
    browser.driver.execute_script("arguments[0].value = arguments[1]", field, words)
    field.send_keys(Keys.END)
    shown = "return document.querySelector('.md-search-result__%s').textContent.trim()"
    until(lambda: browser.run(shown % "list") or "No matching" in str(browser.run(shown % "meta")))
    return f"{browser.run(shown % 'meta')} {browser.run(shown % 'list')}"


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("failover", "Manual failover"),
        ("haproxy", "Distributed web infrastructure"),
        ("single-point-of-failure", "REL001"),
        ("quorum", "Glossary"),
        ("viewBox", "No matching documents"),
        ("stroke-width", "No matching documents"),
    ],
)
def test_search_works_from_the_disk(browser: Browser, site: str, words: str, found: str) -> None:
    browser.open(os.path.join(site, "index.html"))
    ready(browser)
    assert found in results(browser, words)


def test_search_shows_hostile_words_as_words(browser: Browser, hostile: tuple[str, dict[str, str]]) -> None:
    from selenium.common.exceptions import NoAlertPresentException

    browser.open(os.path.join(hostile[0], "index.html"))
    ready(browser)
    assert "<script>" in results(browser, "script")
    assert browser.run("return document.querySelectorAll('.md-search-result script').length") == 0
    with pytest.raises(NoAlertPresentException):
        _ = browser.driver.switch_to.alert.text


def ground(browser: Browser) -> object:
    return browser.run("return getComputedStyle(document.querySelector('.archgen-picture svg rect.f-ground')).fill")


@ON_A_DESKTOP
def test_pictures_follow_the_reader_and_the_switch_of_the_page(browser: Browser, site: str) -> None:
    file = os.path.join(site, "2-distributed-web-infrastructure", "index.html")
    browser.open(file)
    ready(browser)
    until(lambda: ground(browser) == "rgb(255, 255, 255)")
    browser.forget(site)
    browser.prefer("dark")
    browser.open(file)
    ready(browser)
    until(lambda: ground(browser) == "rgb(18, 22, 29)")
    browser.run("document.querySelector('label[title=\"Switch to light mode\"]').click()")
    until(lambda: ground(browser) == "rgb(255, 255, 255)")


@ON_A_DESKTOP
def test_participants_stay_in_sight(browser: Browser, site: str) -> None:
    browser.size(1000, 500)
    browser.open(os.path.join(site, "3-secured-and-monitored", "flows", "read-page", "index.html"))
    ready(browser)
    place = "return document.querySelector('.archgen-picture .heads').getBoundingClientRect().top"
    picture = "return document.querySelector('.archgen-picture').getBoundingClientRect().top"
    browser.run(f"scrollTo({{top: {browser.run(picture)} + 200, behavior: 'instant'}})")
    until(lambda: float(str(browser.run(picture))) < 0 < float(str(browser.run(place))))
    browser.run("scrollTo({top: 0, behavior: 'instant'})")
    until(lambda: browser.run("return document.querySelector('.heads').getAttribute('transform')") == "translate(0 0)")


@ON_A_PHONE
def test_nothing_is_wider_than_a_phone(browser: Browser, site: str, hostile: tuple[str, dict[str, str]]) -> None:
    for where in (os.path.join(site, "3-secured-and-monitored"), os.path.join(hostile[0], "hostile-10")):
        for file in (os.path.join(where, "index.html"), next(iter(pages(os.path.join(where, "flows"))))):
            browser.open(file)
            ready(browser)
            assert browser.run("return document.documentElement.scrollWidth") == 390, file


@ON_A_DESKTOP
@pytest.mark.parametrize("anchor", ["elements", "issue-7", "about-dns", "L100", "model"])
def test_an_address_leads_to_its_place_though_what_is_above_waits(browser: Browser, site: str, anchor: str) -> None:
    place = f"return document.getElementById('{anchor}').getBoundingClientRect().top"
    browser.open(os.path.join(site, "3-secured-and-monitored", f"index.html#{anchor}"))
    landed = float(str(browser.run(place)))
    browser.run(f"scrollTo(0, 0); location.hash = ''; location.hash = '{anchor}'")
    assert landed == pytest.approx(float(str(browser.run(place))), abs=2)
    assert 0 < landed < 1000


def test_a_fix_is_copied(browser: Browser, site: str) -> None:
    browser.open(os.path.join(site, "3-secured-and-monitored", "index.html"))
    browser.run("document.querySelector('details.archgen-fix').open = true")
    browser.driver.find_element("css selector", "details.archgen-fix .archgen-copy").click()
    until(lambda: browser.run("return document.querySelector('details.archgen-fix button').textContent") == "Copied")


@ON_A_DESKTOP
def test_paper_waits_for_nothing(browser: Browser, site: str) -> None:
    file = os.path.join(site, "3-secured-and-monitored", "index.html")
    asked = "const made = document.createElement('div'); made.className = 'archgen-below'; document.body.append(made); "
    asked += "return getComputedStyle(made).contentVisibility"
    browser.open(file)
    assert browser.run(asked) == "auto"
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert browser.run(asked) == "visible"


@ON_A_DESKTOP
@pytest.mark.parametrize(("wide", "tall"), [(8.27, 11.69), (8.5, 11)], ids=["A4", "letter"])
def test_the_page_of_a_large_system_prints_on_a_few_sheets(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory, wide: float, tall: float
) -> None:
    model = paths.ROOT.parent / "shared" / "corpus" / "saas-25.arch.yaml"
    if not model.exists():
        pytest.skip("the corpus is not here")
    site = once(tmp_path_factory, "saas", str(model), "-o")
    browser.open(os.path.join(site, "saas-25", "index.html"))
    ready(browser)
    printed = browser.driver.execute_cdp_cmd("Page.printToPDF", {"paperWidth": wide, "paperHeight": tall})
    sheets = b64decode(printed["data"]).count(b"/Type /Page\n")
    assert 2 < sheets <= 7


CUT = """
return [...document.querySelectorAll("article :is(p, li, td, th, button, select, summary)")].filter(one => {
  const box = one.getBoundingClientRect();
  const scrolls = ".md-typeset__scrollwrap:not(:has(.archgen-group)), figure, ul.archgen-tabs";
  return box.width && box.right > innerWidth + 1 && !one.closest(scrolls);
}).map(one => one.outerHTML.slice(0, 100))
"""


@ON_A_PHONE
def test_nothing_is_cut_at_four_times_the_size(browser: Browser, site: str) -> None:
    """WCAG 2.2, 1.4.10: at 320 pixels only tables and pictures scroll sideways, each by itself."""
    browser.size(320, 512)
    tier = "3-secured-and-monitored"
    for page in ("index.html", "issues/index.html", f"{tier}/index.html", f"{tier}/failures/index.html"):
        browser.open(os.path.join(site, page))
        until(
            lambda: browser.run("return !document.querySelector(':is(.archgen-issues, .archgen-failures):not(.ready)')")
        )
        assert browser.run(CUT) == []
