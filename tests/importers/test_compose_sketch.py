"""Outlines of compose files: enough of them to compare projects."""

from __future__ import annotations

import posixpath
from pathlib import Path

import pytest

from archgen.app.importing.candidates import ComposeCandidate
from archgen.app.importing.compose_sketch import sketch_compose
from archgen.app.importing.importing import import_model
from archgen.importers.stages import UNNAMED
from tests.importers.test_found_files import write


def test_outline_of_a_file_has_what_compose_reads_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = """
x-common: &common
  restart: always
services:
  "web":   # the page
    <<: *common
    build:
      context: ./web
      args: {A: b}
    depends_on:
      api:
        condition: service_healthy
    profiles:
      - app
  api: {image: "acme/api:1", depends_on: [db], profiles: [app, all]}
  job:
    build: .
    depends_on: [api, db]
  db:
    image: postgres:16  # for now
    environment:
      image: none
  only:
    ports: ["80:80"]
volumes:
  data:
    driver: local
include:
  - more/compose.yml
"""
    sketch = sketch_compose("shop/compose.yml", text)
    assert {name: (each.image, each.built, each.runs) for name, each in sketch.services.items()} == {
        "web": ("", "shop/web", True),
        "api": ("acme/api:1", "", True),
        "job": ("", "shop", True),
        "db": ("postgres:16", "", True),
        "only": ("", "", False),
    }
    assert [sketch.services[name].waits_for for name in ("web", "api", "job")] == [["api"], ["db"], ["api", "db"]]
    assert [sketch.services[name].profiles for name in ("web", "api", "job")] == [["app"], ["app", "all"], []]
    candidate = ComposeCandidate((sketch.path,), sketch.services, UNNAMED)
    assert set(candidate.own) == {"web", "api", "job"}
    assert sketch.changed == {"only"}
    assert sketch.includes == ("more/compose.yml",)


@pytest.mark.parametrize(
    ("build", "recipes", "source"),
    [
        (".", ("docker/Dockerfile", "Dockerfile"), "docker"),
        (".", ("Dockerfile",), "."),
        (".", (), "docker"),
        ("{context: ., dockerfile: docker/prod}", ("docker/prod",), "."),
        ("{context: ., dockerfile: prod}", ("docker/prod",), "docker"),
        ("{dockerfile: docker/prod}", ("docker/prod",), "."),
        ("\n      context: .\n      dockerfile: docker/prod", ("docker/prod",), "."),
        ("./web", ("web/Dockerfile",), "web"),
        ("./web", ("docker/web/Dockerfile", "web/Dockerfile"), "docker/web"),
        ("https://example.org/web.git", ("Dockerfile",), "https://example.org/web.git"),
    ],
)
def test_source_is_where_its_recipe_is(
    build: str, recipes: tuple[str, ...], source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = f"services:\n  web:\n    build: {build}\n"
    write({"docker/compose.yml": text, **dict.fromkeys(recipes, "FROM acme/base\n")})
    assert sketch_compose("docker/compose.yml", text).services["web"].built == source
    braces = text.replace("web:\n    build: ", "web: {build: ") + "}\n"
    if "\n" not in build:
        assert sketch_compose("docker/compose.yml", braces).services["web"].built == source
    # what is imported is built of the same source
    part = import_model(("docker/compose.yml",), None).model.inventory.parts["web"]
    assert "://" in source or posixpath.normpath(posixpath.join("docker", part.build or "")) == source


@pytest.mark.parametrize(("depth", "source"), [(2, "."), (3, "a/b/c"), (0, ".")])
def test_source_is_not_sought_far_above(
    depth: int, source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "inner").mkdir()
    monkeypatch.chdir(tmp_path / "inner")
    write(
        {"../Dockerfile": "FROM acme/base\n", "Dockerfile": "FROM acme/base\n"}
        if depth
        else {"../Dockerfile": "FROM x\n"}
    )
    text = "services:\n  web:\n    build: .\n"
    assert sketch_compose("/".join([*"abc"[:depth], "compose.yml"]), text).services["web"].built == source
