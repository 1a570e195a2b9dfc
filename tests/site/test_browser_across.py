"""The filter of issues, the ladder, the glossary and the site in one file, in a real browser: pointer, keys, addresses, sizes."""

from __future__ import annotations

import pytest

from tests.browser import MARKS, Browser
from tests.patience import until

pytestmark = MARKS
TIER = "2-distributed-web-infrastructure"


SHOWN = """
return [...document.querySelectorAll(".archgen-issues tbody tr:not(.archgen-group)")]
  .filter(row => row.getClientRects().length)
  .map(row => [row.dataset.severity, row.dataset.rule, row.dataset.tier || "", row.querySelector("a").textContent.trim()])
"""


def shown(browser: Browser) -> list[list[str]]:
    found = browser.run(SHOWN)
    assert isinstance(found, list)
    return found


def opened(browser: Browser, site: str, path: str) -> None:
    browser.driver.get("about:blank")
    browser.driver.get(f"file://{site}/{path}")
    until(lambda: browser.run("return !!document.querySelector('.archgen-filter')"))


def choose(browser: Browser, name: str, value: str) -> None:
    script = "const one = document.querySelector(`.archgen-filter select[name=${arguments[0]}]`);"
    script += "one.value = arguments[1]; one.dispatchEvent(new Event('change'))"
    browser.driver.execute_script(script, name, value)


@pytest.mark.telling
def test_a_severity_is_chosen_with_the_keyboard_and_the_address_keeps_it(browser: Browser, site: str) -> None:
    from selenium.webdriver.common.keys import Keys

    opened(browser, site, "issues/index.html")
    every = shown(browser)
    button = browser.driver.find_element("css selector", ".archgen-chip-error")
    button.send_keys(Keys.SPACE)
    errors = shown(browser)
    assert errors == [one for one in every if one[0] == "error"]
    assert 0 < len(errors) < len(every)
    assert button.get_attribute("aria-pressed") == "true"
    assert browser.run("return location.hash") == "#issues?severity=error"
    status = browser.run("return document.querySelector('.archgen-count').textContent")
    assert status == f"{len(errors)} of {len(every)} issues"
    button.send_keys(Keys.ENTER)
    assert shown(browser) == every
    assert browser.run("return location.hash") == ""


def test_an_address_with_a_choice_shows_it(browser: Browser, site: str) -> None:
    opened(browser, site, "issues/index.html#issues?rule=missing-backup&group=severity")
    found = shown(browser)
    assert found
    assert {one[1] for one in found} == {"missing-backup"}
    heads = browser.run("return [...document.querySelectorAll('.archgen-group')].map(one => one.textContent)")
    assert set(heads) <= {"error", "warning", "info"}
    opened(browser, site, "issues/index.html#issues?rule=%3Cscript%3E&group=nothing&severity=x")
    assert browser.run("return document.querySelector('.archgen-filter select[name=rule]').value") == ""


def test_choices_narrow_each_other_and_clear_ends_them(browser: Browser, site: str) -> None:
    opened(browser, site, "issues/index.html")
    every = shown(browser)
    choose(browser, "tier", "Distributed web infrastructure")
    choose(browser, "component", "haproxy")
    found = shown(browser)
    assert 0 < len(found) < len(every)
    assert {one[2] for one in found} == {"Distributed web infrastructure"}
    browser.run("document.querySelector('.archgen-clear').click()")
    assert shown(browser) == every


def test_on_a_tier_page_the_issues_told_in_full_follow(browser: Browser, site: str) -> None:
    opened(browser, site, f"{TIER}/index.html#issues?category=Security")
    numbers = {one[3] for one in shown(browser)}
    told = browser.run(
        "return [...document.querySelectorAll('h4[id^=issue-]')].filter(one => one.getClientRects().length).map(one => one.id)"
    )
    assert {f"issue-{number}" for number in numbers} == set(told)
    heads = browser.run(
        "return [...document.querySelectorAll('h3[id^=issues-]')].filter(one => one.getClientRects().length).length"
    )
    assert heads == 1
    # an address of an issue that the choice hides shows it
    browser.run("location.hash = '#issue-1'")
    until(lambda: browser.run("return document.getElementById('issue-1').getClientRects().length > 0"))


def test_the_ladder_tells_cost_against_downtime_and_leads_to_each_tier(browser: Browser, site: str) -> None:
    browser.driver.get(f"file://{site}/ladder/index.html")
    chart = browser.driver.find_element("css selector", "#ladder-cost")
    assert chart.is_displayed()
    assert chart.get_attribute("role") == "img"
    assert "replicas" in str(chart.accessible_name).casefold()
    browser.run("document.querySelector('article h2 a[href*=\"2-distributed\"]').click()")
    until(lambda: browser.run("return document.querySelector('.archgen-views.ready')"))
    assert browser.run("return document.querySelector('h1').textContent").startswith("Distributed web")


def test_without_a_script_the_table_is_whole(browser: Browser, site: str) -> None:
    browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.driver.get("about:blank")
        browser.driver.get(f"file://{site}/issues/index.html")
        rows = browser.driver.find_elements("css selector", ".archgen-issues tbody tr")
        assert len(rows) > 30
        assert all(row.is_displayed() for row in rows)
        assert not browser.driver.find_elements("css selector", ".archgen-filter")
    finally:
        browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_a_word_of_the_glossary_leads_to_its_entry(browser: Browser, site: str) -> None:
    opened(browser, site, f"{TIER}/index.html")
    link = browser.driver.find_element("css selector", "a.archgen-term")
    anchor = str(link.get_attribute("href")).rpartition("#")[2]
    browser.run("document.querySelector('a.archgen-term').click()")
    until(lambda: "/glossary/index.html" in str(browser.run("return location.pathname")))
    assert browser.run(f"return !!document.getElementById('{anchor}')")


def test_the_site_in_one_file_shows_the_page_of_its_address(browser: Browser, single: str) -> None:
    for query, words in (
        ("", "Architecture"),
        (f"?p={TIER}", "Distributed web infrastructure"),
        ("?p=ladder", "Evolution"),
    ):
        browser.driver.get(f"file://{single}{query}")
        assert browser.run("return document.querySelectorAll('[data-page]').length") == 1
        assert browser.run("return document.querySelector('h1').textContent") == words
        assert browser.run("return document.documentElement.scrollWidth <= innerWidth"), query
        assert browser.run("return document.querySelectorAll('article svg').length") or query == ""
        browser.picture(f"single-{query.rpartition('=')[2] or 'home'}-{browser.run('return innerWidth')}")
    browser.driver.get(f"file://{single}?p=issues#issues?severity=error")
    assert {one[0] for one in shown(browser)} == {"error"}
    browser.run("document.querySelector('.archgen-issues tbody a').click()")
    until(lambda: browser.run("return location.search") == "?p=1-simple-web-stack")
    before = browser.run("return document.body.dataset.mdColorScheme")
    browser.run("document.getElementById('single-scheme').click()")
    assert browser.run("return document.body.dataset.mdColorScheme") != before
    browser.run("document.getElementById('single-scheme').click()")
