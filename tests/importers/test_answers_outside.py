"""Answers about calls of what no file describes."""

from __future__ import annotations

from pathlib import Path

import pytest

from archgen.cli import main
from archgen.edits.answers import KINDS_OF_PRODUCTS
from archgen.importers.catalogue import PRODUCTS
from archgen.importers.providers.catalogue import PROVIDERS
from archgen.importers.sources import listed_drivers
from tests.importers.test_answers import MODEL, answer, model

COMPOSE = """
services:
  web:
    build: ./web
    ports: ['80:80']
    environment:
      BILLING_URL: "http://billing:8080"
      GEOCODE_API_KEY: "${GEOCODE_API_KEY}"
      WEB_API_KEY: secret
      ADMIN_API_KEY: secret
      MAPS_API_KEY: secret
      LISTED_API_KEY: secret
      LISTED_API_URL: "http://web/listed"
  quotes: {image: "registry.acme.co/quotes:1", environment: {QUOTE_SOURCE_URL: "https://exchange.acme-quotes.io"}}
"""
SOURCE = (
    "f(process.env.GEOCODE_API_KEY, process.env.WEB_API_KEY, process.env.ADMIN_API_KEY, process.env.LISTED_API_KEY)"
)


@pytest.fixture(autouse=True)
def _imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("compose.yml").write_text(COMPOSE)
    Path("web").mkdir()
    Path("web/Dockerfile").write_text("FROM node:22\n")
    Path("web/server.js").write_text(SOURCE)
    assert main(["import", ".", "-o", str(MODEL)]) == 0


def test_keys_that_a_source_reads_and_addresses_are_asked_about() -> None:
    asked = {each.about: each.ask for each in model().questions if each.kind in ("provider", "address")}
    assert asked == {
        "quotes -> exchange-acme-quotes": "QUOTE_SOURCE_URL of quotes names exchange.acme-quotes.io, which no file describes. "
        "Does quotes call it, and can it do without?",
        "web -> billing": "BILLING_URL of web names billing:8080, which no file describes. Does web call it, and can it do without?",
        "web -> geocode": "By GEOCODE_API_KEY, web calls geocode on the internet. Does it, and can it do without?",
    }


@pytest.mark.parametrize(
    ("about", "kind", "protocol"),
    [("web -> geocode", "external-service", "https"), ("web -> billing", "service", "http")],
)
def test_an_answer_adds_what_is_called(about: str, kind: str, protocol: str) -> None:
    answer(about, "required")
    components = {each.id: each.kind for each in model().components}
    connection = {each.id: each for each in model().connections}[about]
    assert components[about.partition(" -> ")[2]] == kind
    assert [port.protocol for port in connection.ports] == [protocol]
    assert connection.required


def test_what_is_not_called_stays_away() -> None:
    answer("web -> geocode", "none")
    assert "geocode" not in {each.id for each in model().components}


def test_what_is_there_by_now_is_called_as_it_is() -> None:
    MODEL.write_text(MODEL.read_text().replace("components:\n", "components:\n  geocode: {kind: database}\n", 1))
    answer("web -> geocode", "optional")
    connection = {each.id: each for each in model().connections}["web -> geocode"]
    assert {each.id: each.kind for each in model().components}["geocode"] == "database"
    assert not connection.required


def test_a_caller_that_is_gone_calls_nothing() -> None:
    text = MODEL.read_text().replace("quotes:", "prices:", 1)
    MODEL.write_text(text)
    answer("quotes -> exchange-acme-quotes", "required")
    assert "acme-quotes" not in {each.id for each in model().components}


def test_callers_are_chosen_of_what_several_are_told_of() -> None:
    Path("compose.yml").write_text(
        "services:\n"
        "  shop: {image: 'acme.co/shop:1', ports: ['80:80'], env_file: shared.env}\n"
        "  jobs: {image: 'acme.co/jobs:1', restart: always, env_file: shared.env}\n"
    )
    Path("shared.env").write_text("QUOTES_URL=https://exchange.acme-quotes.io\n")
    assert main(["import", ".", "-o", str(MODEL), "--update"]) == 0
    answer("exchange-acme-quotes", "shop,jobs:optional")
    required = {each.id: each.required for each in model().connections if "quotes" in each.id}
    assert required == {"shop -> exchange-acme-quotes": True, "jobs -> exchange-acme-quotes": False}
    assert {each.id: each.kind for each in model().components}["exchange-acme-quotes"] == "external-service"


def test_answers_about_libraries_add_what_they_are_for() -> None:
    files = {
        "compose.yml": "services: {web: {build: ./web, ports: ['80:80']}, jobs: {build: ./jobs}}",
        "jobs/Dockerfile": "FROM node:22\n",
        "web/package.json": '{"dependencies": {"mongodb": "6", "@elastic/elasticsearch": "9"}}',
        "jobs/package.json": '{"dependencies": {"mongodb": "6", "stripe": "1", "nodemailer": "7"}}',
    }
    for name, text in files.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(text)
    assert main(["import", ".", "-o", str(MODEL), "--update"]) == 0
    by_about = {each.about: each for each in model().questions if (each.kind or "").startswith("driver-")}
    assert {about: each.options for about, each in by_about.items()} == {
        "mongodb": ("jobs", "web", "none"),
        "web": ("elasticsearch", "none"),
        "jobs": ("mail", "stripe", "none"),
    }
    for about, value in (("mongodb", "web,jobs:optional"), ("web", "none"), ("jobs", "mail,stripe:optional")):
        assert main(["answer", by_about[about].id, value]) == 0
    kinds = {each.id: (each.kind, each.product) for each in model().components}
    assert (kinds["mongodb"], kinds["mail"], kinds["stripe"]) == (
        ("database", "mongodb"),
        ("mail", None),
        ("external-service", None),
    )
    assert "elasticsearch" not in kinds
    connections = {each.id: (each.ports[0].protocol, each.required) for each in model().connections}
    assert connections["web -> mongodb"] == ("mongodb", True)
    assert connections["jobs -> mongodb"] == ("mongodb", False)
    assert connections["jobs -> stripe"] == ("https", False)


def test_what_a_question_offers_has_the_kind_that_its_driver_tells() -> None:
    stores = {PRODUCTS[name].product or name: PRODUCTS[name].kind for name in listed_drivers.STORES}
    told = stores | {title: kind for title, kind, _ in listed_drivers.OTHERS}
    assert {title: KINDS_OF_PRODUCTS.get(title, "external-service") for title in told} == told
    providers = {each.product for each in PROVIDERS}
    assert KINDS_OF_PRODUCTS.keys() - told.keys() <= providers
