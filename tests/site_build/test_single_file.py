"""The site as one file: every page is in it, every link leads to one of them, and it needs nothing beside itself."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from urllib.parse import unquote

import pytest

from tests import paths
from tests.document import Element, parse
from tests.forked import archgen
from tests.generators.hostile_model import write
from tests.hostile import MEANINGFUL
from tests.paths import RACK

ROOT = str(paths.ROOT)


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return archgen("build", "--today", "2026-11-24", *words)


def written(directory: str, *words: str) -> Element:
    file = os.path.join(directory, "site.html")
    done = run(*words, "--single-file", file)
    assert done.returncode == 0, done.stderr
    assert os.listdir(directory) == ["site.html"]
    with open(file, encoding="utf-8") as stream:
        return parse(stream.read())


@pytest.fixture(scope="module")
def document(single: str) -> Element:
    with open(single, encoding="utf-8") as stream:
        return parse(stream.read())


def test_every_page_is_in_it(document: Element, site: str) -> None:
    wanted = {
        os.path.relpath(os.path.join(where, name), site).removesuffix("index.html").rstrip("/")
        for where, _, names in os.walk(site)
        for name in names
        if name == "index.html"
    }
    assert {one.attributes["data-page"] for one in document.all("section") if "data-page" in one.attributes} == wanted
    titles = [next(one.all("h1")).words for one in document.all("section") if "data-page" in one.attributes]
    assert all(titles)


def test_every_link_leads_to_a_page_of_it_and_to_a_place_on_that(document: Element) -> None:
    pages = {one.attributes["data-page"]: one for one in document.all("section") if "data-page" in one.attributes}
    ids = {name: {each.attributes.get("id", "") for each in page.all()} for name, page in pages.items()}
    checked = 0
    for name, page in pages.items():
        for link in page.all("a"):
            href = link.attributes.get("href", "")
            if href.startswith(("http://", "https://", "data:image/svg+xml;")):
                continue
            query, _, anchor = href.partition("#")
            target = unquote(query.removeprefix("?p=")) if query else name
            assert query == "" or query.startswith("?p="), (name, href)
            assert target in pages, (name, href)
            assert not anchor or anchor in ids[target], (name, href)
            checked += 1
    assert checked > 300
    for link in next(document.all("nav")).all("a"):
        assert unquote(link.attributes["href"].removeprefix("?p=")) in pages


def test_it_asks_for_nothing_else(document: Element) -> None:
    for one in document.all():
        assert "src" not in one.attributes or one.attributes["src"].startswith("data:"), one.tag
        assert one.tag not in ("link", "iframe", "object"), one.tag
    style = next(document.all("style")).text
    assert all(found.startswith(("data:", "'data:", '"data:', "#")) for found in re.findall(r"url\(([^)]*)\)", style))
    assert "@import" not in style


@pytest.mark.slow
def test_hostile_words_are_words_here_too(document: Element, tmp_path: object) -> None:
    models = os.path.join(str(tmp_path), "models")
    names = [name for name, words in write(models).items() if MEANINGFUL & set(words)]
    assert len(names) > 10
    os.makedirs(os.path.join(str(tmp_path), "out"))
    files = [os.path.join(models, f"{name}.arch.yaml") for name in names]
    said = written(os.path.join(str(tmp_path), "out"), *files)
    # data that a page's script reads is no script that runs
    runs, clean = ([one for one in each.all("script") if "type" not in one.attributes] for each in (said, document))
    assert len(runs) == len(clean)
    assert all(one.attributes.get("type", "application/json") == "application/json" for one in said.all("script"))
    pages = {one.attributes["data-page"]: one for one in said.all("section") if "data-page" in one.attributes}
    assert set(names) <= set(pages)
    for one in said.all():
        assert not any(attribute.startswith("on") for attribute in one.attributes), one.tag
        assert not one.attributes.get("href", "").lower().startswith("javascript:")


@pytest.mark.slow
def test_only_a_file_of_its_own_is_replaced(single: str, tmp_path: object) -> None:
    file = shutil.copy(single, str(tmp_path))
    assert run(RACK, "--single-file", file).returncode == 0
    with open(file, "rb") as stream:
        first = stream.read()
    assert b"Simple web stack" not in first
    assert run(RACK, "--single-file", file).returncode == 0
    with open(file, "rb") as stream:
        assert stream.read() == first
    with open(file, "w", encoding="utf-8") as stream:
        stream.write("<!doctype html>\nmine\n")
    done = run(RACK, "--single-file", file)
    assert done.returncode == 2
    assert "was not created by archgen" in done.stderr
    with open(file, encoding="utf-8") as stream:
        assert stream.read() == "<!doctype html>\nmine\n"
    both = run("--single-file", file, "--pages", os.path.join(str(tmp_path), "pages"))
    assert both.returncode == 2
    assert "can't be combined with" in both.stderr
