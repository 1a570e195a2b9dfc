"""Pictures in a site whose theme swaps pages without loading them (Material's instant navigation)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from tests.browser import DESKTOP, MARKS, ROOT, Browser
from tests.patience import until

pytestmark = MARKS


FENCE = "```archgen\nmodel: 3-secured-and-monitored\n%s\n```\n"


class Silent(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        """Nothing is said."""


@pytest.fixture
def address(tmp_path: object) -> Iterator[str]:
    """A site of a hand-written page and the plugin's, served."""
    top = str(tmp_path)
    handler = partial(Silent, directory=os.path.join(top, "site"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        where = f"http://127.0.0.1:{server.server_address[1]}/"
        shutil.copytree(os.path.join(ROOT, "models"), os.path.join(top, "models"))
        os.makedirs(os.path.join(top, "docs"))
        for name, text in (
            ("docs/index.md", f"# By hand\n\n{FENCE % 'view: networks'}\n{FENCE % 'issues: error'}"),
            (
                "mkdocs.yml",
                f"site_name: Swapped\nsite_url: {where}\ntheme: {{name: material, font: false, features: "
                "[navigation.instant]}\nplugins: [search, archgen]\n",
            ),
        ):
            with open(os.path.join(top, name), "w", encoding="utf-8") as stream:
                stream.write(text)
        done = subprocess.run([sys.executable, "-m", "mkdocs", "build", "-q"], cwd=top, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield where
        server.shutdown()
        thread.join()


def test_pictures_answer_on_a_page_that_was_swapped_in(address: str) -> None:
    browser = Browser()
    try:
        browser.size(*DESKTOP)
        browser.driver.get(address)
        until(lambda: browser.run("return document.querySelector('.archgen-filter')"))
        assert browser.run("return document.querySelector('.archgen-picture svg').getBoundingClientRect().width > 600")
        assert browser.run("return document.querySelectorAll('.archgen-issues tbody tr[data-rule]').length") == 3
        browser.picture("fences")
        browser.driver.get(f"{address}architecture/2-distributed-web-infrastructure/")
        until(lambda: browser.run("return document.querySelector('.archgen-views.ready')"))
        browser.run("window.same = true")
        browser.run(
            "[...document.querySelectorAll('.md-nav a')].find(one => one.href.endsWith('/3-secured-and-monitored/')).click()"
        )
        title = "return document.querySelector('h1').textContent.includes('Secured and monitored')"
        until(lambda: browser.run(title))
        until(lambda: browser.run("return document.querySelectorAll('.archgen-views.ready').length") == 1)
        assert browser.run("return window.same") is True
        browser.run("document.querySelector('.archgen-layers input[value=security]').click()")
        assert browser.run("return document.querySelector('.archgen-views').dataset.layer") == "security"
        browser.driver.back()
        until(lambda: browser.run("return document.querySelector('.archgen-views').dataset.layer") == "findings")
        browser.driver.back()
        until(lambda: not browser.run(title))
        until(lambda: browser.run("return document.querySelectorAll('.archgen-views.ready').length") == 1)
        assert browser.run("return window.same") is True
        assert browser.complaints() == []
    finally:
        browser.driver.quit()
