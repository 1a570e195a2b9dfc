"""Values that stand for others: words of those who write examples, and not parts of the names of machines."""

from __future__ import annotations

import pytest

from archgen.importers.outside import PLACEHOLDER, is_real
from archgen.importers.store_names import store_by_name


@pytest.mark.parametrize(
    "value",
    [
        "changeme", "change-me.corp.net", "amqp://u@CHANGE_THIS", "replace_with_host", "replaceit", "your-db", "yourdomain.com",
        "db.your.org", "placeholder", "mq.placeholder.net", "xxxx.rds.amazonaws.com", "db.example.com", "amqp://u@example.org",
        "<host>", "${HOST}", "$(HOST)", "__DB_HOST__", "http://delete_this_line.com", "REMOVE-ME", "postgres://user:password@host:5432/db_name",
    ],
)  # fmt: skip
def test_value_of_an_example_stands_for_another(value: str) -> None:
    assert PLACEHOLDER.search(value)


@pytest.mark.parametrize(
    "value",
    [
        "mq.exchange.corp.net", "amqp://u@mq.exchange.corp.net:5672", "change.corp.net", "db-change-log", "replacements.corp.net",
        "yourls-db", "our-db", "counterexample.net", "db-example.corp.net", "replace.me",
        "postgres://user:password@host.corp.net", "undelete-me-not",
    ],
)  # fmt: skip
def test_host_whose_name_holds_such_a_word_is_a_host(value: str) -> None:
    assert not PLACEHOLDER.search(value)


def test_machine_of_a_private_network_is_a_host_outside() -> None:
    assert [
        host
        for host in (
            "local",
            "db.local",
            "db.internal",
            "kubernetes.docker.internal",
            "example.org",
            "local.corp.net",
            "host",
            "DB_HOST",
            "somewhere",
        )
        if is_real(host)
    ] == [
        "db.local",
        "db.internal",
        "local.corp.net",
    ]


def test_product_is_told_by_its_own_prefix_alone() -> None:
    names = ("PG_DSN", "PGHOST", "PGPASSWORD", "PGUSER", "PGDATABASE", "PGPORT", "PGP_PASSWORD", "PGADMIN_USER")
    products = {name: known.product for name in names if (known := store_by_name(name)) is not None}
    assert products == dict.fromkeys(names[:6], "postgresql")
