"""What the tests in a browser share: one Chromium and one site of the reference tiers, and where a reader may be."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser import TRIED, Browser, built
from tests.tier_page import fresh


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The one browser, as the test before left it."""
    one = Browser()
    yield one
    one.driver.quit()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The site of the reference tiers."""
    return built(str(tmp_path_factory.mktemp("reference")), "--today", "2026-11-24")


@pytest.fixture(params=TRIED)
def browser(request: pytest.FixtureRequest, chromium: Browser, site: str) -> Iterator[Browser]:
    """The browser of a new reader, once on a desktop in light and once on a phone in the dark;
    `EVERYWHERE` asks for all four.

    What a test ends with is kept as a picture. Nothing may have been logged, and nothing asked for but files of the site.
    """
    chromium.surround(request.param, site)
    yield chromium
    chromium.picture(request.node.name.removeprefix("test_"))
    assert chromium.complaints() == []
    assert chromium.outside() == set()


@pytest.fixture
def page(browser: Browser, site: str) -> Browser:
    """The page of a tier, just opened."""
    return fresh(browser, site)
