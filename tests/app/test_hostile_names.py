"""Whatever a model's file is called: its name is text in every output, and no part of a path, a link or a command."""

from __future__ import annotations

import json
import os
import re
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote
from zipfile import ZipFile

import pytest
import yaml

from archgen.cli import main
from archgen.model.architecture import SUFFIX
from tests.document import Element, parse
from tests.forked import archgen
from tests.hostile_names import NAMELESS, NAMES, write

MODEL = """\
archgen: 1
name: Web
hosts: {server-1: {}}
components:
  user: {kind: client}
  web: {kind: web-server, runs_on: server-1}
connections: {user -> web: http}
flows:
  read-page: {title: Read a page, access: read, steps: [user -> web: GET]}
  write-comment: {title: Write, access: write, steps: [user -> web: POST]}
"""
SAFE = re.compile(r"(?:\w|[.-]|[\u0900-\u097f])+")
"""What paths consist of; `\\w` has no marks of Devanagari, which one of the names is written in."""


def run(directory: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = archgen(*words, at=directory, environment=environment)
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with a model under each hostile name, each the next step of the one before."""
    directory = tmp_path_factory.mktemp("names")
    write(str(directory / "models"), MODEL)
    for before, name in pairwise(NAMES):
        if "\\" not in before:
            with open(directory / "models" / (name + SUFFIX), "a", encoding="utf-8") as stream:
                stream.write(yaml.safe_dump({"follows": before}))
    return directory


def files(top: Path) -> Iterator[Path]:
    for where, directories, names in os.walk(top):
        for name in directories + names:
            assert SAFE.fullmatch(name), name
        yield from (Path(where) / name for name in names)


def check_markup(document: Element) -> None:
    """Nothing of a name is an element or an attribute, and no link leads to a script."""
    for one in document.all():
        assert "onerror" not in one.attributes
        assert "onload" not in one.attributes
        assert one.attributes.get("src") != "x"
        assert not one.attributes.get("href", "").lower().startswith("javascript:")


def check_links(file: Path, top: Path, document: Element) -> int:
    links = [one.attributes["href"] for one in document.all("a") if one.attributes.get("href")]
    inside = [link for link in links if not re.match(r"[a-z]+:|#", link)]
    for link in inside:
        # the page for what is not there is shown anywhere, so that its links begin at the root
        start = top if link.startswith("/") else file.parent
        target = (start / unquote(re.split(r"[?#]", link)[0]).lstrip("/")).resolve()
        assert target.is_relative_to(top.resolve()), link
        assert target.exists(), (file, link)
    return len(inside)


@pytest.mark.slow
def test_a_site_holds_names_as_text_only(project: Path) -> None:
    done = run(project, "build", "-o", "site")
    assert done.returncode == 0, done.stderr
    links = shown = 0
    for file in files(project / "site"):
        text = file.read_text(encoding="utf-8") if file.suffix in (".html", ".svg", ".txt", ".xml", ".json") else ""
        if file.suffix == ".html":
            document = parse(text)
            check_markup(document)
            links += check_links(file, project / "site", document)
            shown += "<img src=x onerror=alert(1)>" in document.words
        elif file.suffix in (".svg", ".xml"):
            assert not [one for one in ET.fromstring(text).iter() if one.tag.endswith("script")]
        elif file.suffix == ".json":
            for entry in json.loads(text)["docs"]:
                assert (project / "site" / unquote(entry["location"].partition("#")[0])).exists(), entry
                assert "<img" not in entry["text"] + entry["title"]
    assert links > 1000
    assert shown
    index = (project / "site" / "llms.txt").read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)]*)\)", index):
        assert (project / "site" / target).is_file(), target
    assert "\x1b" not in (project / "site" / "llms-full.txt").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_single_file_holds_names_as_text_only(project: Path) -> None:
    assert run(project, "build", "--single-file", "site.html").returncode == 0
    document = parse((project / "site.html").read_text(encoding="utf-8"))
    check_markup(document)
    pages = {one.attributes["data-page"] for one in document.all("section") if "data-page" in one.attributes}
    links = [one.attributes.get("href", "") for one in document.all("a")]
    for link in (unquote(link[3:].partition("#")[0]) for link in links if link.startswith("?p=")):
        assert link in pages, link
    assert "<img src=x onerror=alert(1)>" in document.words


@pytest.mark.slow
def test_pages_hold_names_as_text_only(project: Path) -> None:
    assert run(project, "build", "--pages", "pages").returncode == 0
    seen = list(files(project / "pages"))
    assert len(seen) > len(NAMES)
    yaml.safe_load((project / "pages" / "mkdocs.yml").read_text(encoding="utf-8"))
    for file in seen:
        if file.suffix == ".md":
            assert not re.search(r"<img src=x|onload=\"|\{\{ 7|\x1b", file.read_text(encoding="utf-8")), file


@pytest.mark.slow
def test_pictures_and_slides_are_named_by_slugs(project: Path) -> None:
    words = ("--view", "deployment", "--view", "diff", "--view", "paths")
    assert run(project, "draw", "-o", "diagrams", *words).returncode == 0
    drawn = list(files(project / "diagrams"))
    assert len(drawn) > len(NAMES)
    for file in drawn:
        ET.parse(file)
    assert run(project, "diff", "--svg", "changes").returncode == 0
    assert len(list(files(project / "changes"))) > len(NAMES) / 2
    assert run(project, "slides", "-o", "deck.pptx").returncode == 0
    with ZipFile(project / "deck.pptx") as deck:
        assert deck.testzip() is None
        for part in deck.namelist():
            assert SAFE.fullmatch(part.replace("/", "").replace("[Content_Types]", "")), part
            if part.endswith((".xml", ".rels")):
                targets = [element.get("Target", "") for element in ET.fromstring(deck.read(part)).iter()]
                assert not any(target.startswith("javascript:") for target in targets)
    assert run(project, "slides", "-o", "slides", "--format", "svg").returncode == 0
    for file in files(project / "slides"):
        if file.suffix == ".svg":
            ET.parse(file)
    hostile = os.path.join("models", NAMES[0] + SUFFIX)
    assert run(project, "simulate", hostile, "--kill", "server-1", "--svg", "failed").returncode == 0


@pytest.mark.sampled(5)
@pytest.mark.parametrize("name", NAMELESS)
@pytest.mark.parametrize("command", ["build", "draw", "slides"])
def test_a_name_without_letters_is_refused_and_nothing_written(
    tmp_path: Path, command: str, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(str(tmp_path / "models"), MODEL, (name,))
    monkeypatch.chdir(tmp_path)
    assert main([command]) == 2
    assert "must have a letter or a digit" in capsys.readouterr().err
    assert os.listdir(tmp_path) == ["models"]


@pytest.mark.parametrize("names", [("a b", "a-b"), ("Web", "web"), ("rules",), ("Issues",), ("index.html",)])
def test_a_name_that_is_taken_is_refused(
    tmp_path: Path, names: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(str(tmp_path / "models"), MODEL, names)
    monkeypatch.chdir(tmp_path)
    assert main(["build"]) == 2
    said = capsys.readouterr().err
    assert all(f"models/{name}{SUFFIX}" in said for name in names)
    assert "rename" in said
    assert os.listdir(tmp_path) == ["models"]


def test_flows_that_differ_by_case_have_a_page_each(tmp_path: Path) -> None:
    write(str(tmp_path / "models"), MODEL.replace("  write-comment:", "  Read-Page:"), ("web",))
    assert run(tmp_path, "build").returncode == 0
    made = sorted(os.listdir(tmp_path / "site" / "web" / "flows"))
    assert made == ["Read-Page-2", "read-page"]
    for file in files(tmp_path / "site"):
        if file.suffix == ".html":
            check_links(file, tmp_path / "site", parse(file.read_text(encoding="utf-8")))
