"""What tests share: what `archgen build` makes, made once, one Chromium, and where a reader may be."""

from __future__ import annotations

import fcntl
import gc
import os
import signal
from collections import Counter
from collections.abc import Iterator

import pytest

from archgen.cli import RARE_COLLECTION
from tests import examples, surroundings
from tests.browser import TRIED, Browser
from tests.forked import archgen
from tests.generators import hostile_model
from tests.paths import RACK
from tests.surroundings import DAY
from tests.tier_page import fresh

surroundings.pin()
examples.load_profile()

# as the commands do: thousands of tests that are collected, and all that they share, are walked through seldom
gc.set_threshold(*RARE_COLLECTION)

# A shell has what it starts in the background ignore the interrupt, and `nohup` the hangup; tests end processes with both,
# and what they start would ignore them too.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as slow what needs a browser, but for what tells much, and all but one in so many of sampled cases."""
    cases: Counter[str] = Counter()
    for item in items:
        sampled = item.get_closest_marker("sampled")
        test = item.nodeid.partition("[")[0]
        alone = item.get_closest_marker("browser") and not item.get_closest_marker("telling")
        if alone or (sampled and cases[test] % sampled.args[0]):
            item.add_marker("slow")
        cases[test] += 1


def pytest_collection_finish() -> None:
    """Spare the collector of garbage the thousands of tests, which stay until the end."""
    gc.collect()
    gc.freeze()


def once(factory: pytest.TempPathFactory, name: str, *words: str) -> str:
    """What `archgen build` makes, by the first of the processes that share the tests; none of them may change it."""
    top = factory.getbasetemp()
    shared = (top.parent if "PYTEST_XDIST_WORKER" in os.environ else top) / "built"
    shared.mkdir(exist_ok=True)
    output = shared / name
    with open(shared / f"{name}.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not output.exists():
            done = archgen("build", "--today", DAY, *words, str(output))
            assert done.returncode == 0, done.stderr
    return str(output)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The one browser, as the test before left it."""
    one = Browser()
    yield one
    one.driver.quit()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The site of the reference tiers."""
    return once(tmp_path_factory, "site", "-o")


@pytest.fixture(scope="session")
def single(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The site of the reference tiers in one file."""
    return once(tmp_path_factory, "site.html", "--single-file")


@pytest.fixture(scope="session")
def rack(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A site of a model with failure domains."""
    return once(tmp_path_factory, "rack", RACK, "-o")


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, str]]:
    """A site of models that say hostile words wherever they can, and the words of each."""
    models = str(tmp_path_factory.mktemp("hostile") / "models")
    written = hostile_model.write(models)
    return once(tmp_path_factory, "hostile", models, "-o"), written


@pytest.fixture(params=TRIED)
def browser(request: pytest.FixtureRequest, chromium: Browser, site: str) -> Iterator[Browser]:
    """The browser of a new reader, once on a desktop in light and once on a phone in the dark.

    What a test ends with is kept as a picture where pictures are asked for. Nothing may have been logged, and nothing asked
    for but files of the site.
    """
    chromium.surround(request.param, site)
    yield chromium
    chromium.picture(request.node.name.removeprefix("test_"))
    assert chromium.complaints() == []
    assert chromium.outside() == set()
    # what moves on a page that is left open takes a processor until the last test
    chromium.driver.get("about:blank")


@pytest.fixture
def page(browser: Browser, site: str) -> Browser:
    """The page of a tier, just opened."""
    return fresh(browser, site)
