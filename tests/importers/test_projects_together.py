"""Compose projects of which one names services that another one runs: both are read together, that other one first."""

from __future__ import annotations

from pathlib import Path

import pytest

from archgen.model.problems import UsageError
from tests.importers.compose_projects import STORES, assert_choice, compose, imported


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


def test_of_projects_that_nothing_joins_the_message_says_how_to_name_several(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {f"{name}/compose.yml": compose(f"{name}=acme/{name}") for name in ("cart", "mail", "news", "shop")}
    with pytest.raises(UsageError) as raised:
        imported(tmp_path, monkeypatch, files)
    assert str(raised.value) == (
        ". holds 4 compose projects; name those that run together, such as `archgen import cart mail`"
    )
