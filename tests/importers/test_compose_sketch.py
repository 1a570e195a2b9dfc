"""Outlines of compose files: enough of them to compare projects."""

from __future__ import annotations

from archgen.app.importing.candidates import ComposeCandidate
from archgen.app.importing.compose_sketch import sketch_compose
from archgen.importers.stages import UNNAMED


def test_outline_of_a_file_has_what_compose_reads_of_it() -> None:
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
