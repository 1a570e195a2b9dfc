"""Compose projects of which one names services that another one runs: both are read together, that other one first."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.importers.compose_projects import STORES, assert_choice, compose, imported, read_files


@pytest.mark.parametrize(
    ("files", "read", "reason"),
    [
        pytest.param(
            {
                "docker-compose.yml": compose(*STORES),
                "services/shop/docker-compose.yml": compose("shop@.") + "    environment:\n      DATABASE_URL: postgres://u:p@db/shop\n",
            },
            ["docker-compose.yml", "services/shop/docker-compose.yml"],
            "docker-compose.yml with services/shop/docker-compose.yml: it names services of docker-compose.yml",
            id="stores-that-a-variable-of-the-program-names",
        ),
        pytest.param(
            {
                "docker-compose.yml": compose("kafka=confluentinc/cp-kafka:7", "cache=redis:7"),
                "clients/python/docker-compose.yml": 'services:\n  client: {build: ., environment: {KAFKA: "kafka:9092"}}\n',
            },
            ["clients/python/docker-compose.yml", "docker-compose.yml"],
            "docker-compose.yml with clients/python/docker-compose.yml: it names services of docker-compose.yml",
            id="stores-that-a-program-in-braces-names",
        ),
        pytest.param(
            {"docker-compose.yml": compose(*STORES), "clients/python/docker-compose.yml": compose("client@.")},
            ["docker-compose.yml"],
            "docker-compose.yml: Compose reads it by default",
            id="stack-beside-a-program-that-has-nothing-to-do-with-it",
        ),
        pytest.param(
            {
                "docker-compose.yml": compose("proxy=traefik:3", head="include:\n  - infra/compose.yml\n  - apps/compose.yml\n"),
                "infra/compose.yml": compose("db=postgres:16"),
                "apps/compose.yml": compose("web@web"),
                "apps/compose.prod.yml": compose("web=acme/web") + "    environment: [DB_HOST=db]\n",
            },
            ["apps/compose.prod.yml", "docker-compose.yml"],
            "docker-compose.yml with apps/compose.prod.yml: its name says production",
            id="part-for-production-that-names-a-store-of-the-project",
        ),
    ],
)  # fmt: skip
def test_program_is_read_with_the_stores_that_it_names(
    files: dict[str, str], read: list[str], reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert_choice(imported(tmp_path, monkeypatch, files), read, reason)


def test_of_projects_that_nothing_joins_the_summary_says_how_to_name_several(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {f"{name}/compose.yml": compose(f"{name}=acme/{name}") for name in ("cart", "mail", "news", "shop")}
    reason = (
        "cart/compose.yml: the largest of 4 beside each other, since nothing says which run together; "
        "`archgen import cart mail` reads several"
    )
    assert_choice(imported(tmp_path, monkeypatch, files), ["cart/compose.yml"], reason)


@pytest.mark.parametrize("path", ["stacks/shop.yml", "infra/main/all.yaml", ".devcontainer/docker-compose.yml"])
def test_file_that_nothing_but_its_content_shows_is_read_where_there_is_no_other(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {path: compose("web=acme/web:1", "db=postgres:18"), "conf/nginx.conf": "server { listen 80; }\n"}
    assert read_files(imported(tmp_path, monkeypatch, files)) == [path]


PLACED = {
    "plugins/scan/compose.yml": compose("scan=acme/scan"),
    "plugins/trace/compose.yml": compose("trace=acme/trace"),
    "plugins/watch/compose.yml": compose("watch=acme/watch"),
    "plugins/wave/compose.yml": compose("wave=acme/wave"),
    "docker/base.yml": compose("web=acme/web", "job=acme/job"),
    "docker/store.yml": compose("db=postgres:16", "web"),
    "docker/broker.yml": compose("queue=rabbitmq:4", "job"),
    "docker/dev.yml": compose("web@.."),
}
LIST = """#!/usr/bin/env bash
declare -A places=(["base"]="docker/base.yml" ["store"]="docker/store.yml" ["broker"]="docker/broker.yml" ["dev"]="docker/dev.yml")
files=("${places["base"]}")
if ! [ "$own_store" ]; then
  files+=("${places["store"]}")
fi
if [ "$with_broker" ]; then
  files+=("${places["broker"]}")
elif [ "$mode" = "dev" ]; then
  files+=("${places["dev"]}")
fi
for each in "${files[@]}"; do
  flags+=("-f" "$each")
done
docker compose --project-directory docker "${flags[@]}" "$@"
"""
WORDS = """#!/bin/sh
FILES="-f docker/base.yml"
if [ -z "$DATABASE" ]; then
  FILES="$FILES -f docker/store.yml"
else
  FILES="$FILES -f docker/broker.yml"
fi
docker compose $FILES up -d
"""


@pytest.mark.parametrize("text", [LIST, WORDS], ids=["map", "text"])
def test_files_that_a_script_puts_in_a_list_are_read_whatever_their_names(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = imported(tmp_path, monkeypatch, {**PLACED, "manage": text})
    reason = "docker/base.yml with docker/store.yml: manage starts them unless an option says otherwise"
    assert_choice(result, ["docker/base.yml", "docker/store.yml"], reason)


def test_a_directory_for_compose_files_lies_nearer_than_those_with_usual_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {name: text for name, text in PLACED.items() if name not in ("docker/broker.yml", "docker/dev.yml")}
    assert read_files(imported(tmp_path, monkeypatch, files)) == ["docker/base.yml"]
