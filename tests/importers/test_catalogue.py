"""The catalogue of an import: each protocol is one of the language, and each port of a store means the best-known one."""

from __future__ import annotations

from pathlib import Path

import pytest

from archgen.importers import nginx, protocols, schemes
from archgen.importers.catalogue import PRODUCTS, PROVIDED, STORE_PROTOCOLS, STORES
from archgen.importers.outside_services import unknown_hosts
from archgen.importers.products import guess
from archgen.language.schema.product_names import meant_product
from archgen.model.protocols import PROTOCOLS
from tests.importers.compose_projects import imported


def test_each_protocol_of_an_import_is_known_to_the_language() -> None:
    names = {known.protocol for known in PRODUCTS.values()}
    names |= {protocol for ports in protocols._OF_PRODUCTS.values() for protocol in ports.values()}
    names |= {*schemes._SCHEMES.values(), *protocols._OF_PORTS.values(), *nginx._PASSES.values()}
    assert names - PROTOCOLS.keys() == set()


def test_no_product_of_an_import_is_taken_for_a_misspelled_one() -> None:
    products = {known.product: known.kind for known in (*PRODUCTS.values(), *PROVIDED.values())}
    meant = {name: meant_product(name, kind) for name, kind in products.items() if name is not None}
    assert {name: each for name, each in meant.items() if each is not None} == {}


def test_usual_port_of_a_store_means_the_best_known_one() -> None:
    assert {number: store.product for number, store in STORES.items()} == {
        1433: "mssql",
        1521: "oracle",
        1883: "mosquitto",
        3306: "mysql",
        5432: "postgresql",
        5672: "rabbitmq",
        6379: "redis",
        7687: "neo4j",
        9042: "cassandra",
        9092: "kafka",
        11211: "memcached",
        27017: "mongodb",
    }


def test_usual_port_of_a_store_is_that_of_its_product() -> None:
    assert {number: store.port for number, store in STORES.items()} == {number: number for number in STORES}


def test_port_of_a_store_has_one_protocol() -> None:
    assert {number: protocols._OF_PORTS[number] for number in STORE_PROTOCOLS} == STORE_PROTOCOLS


@pytest.mark.parametrize(
    ("image", "kind", "product", "sure"),
    [
        ("acme/redis_exporter", "monitoring-agent", "redis_exporter", True),
        ("acme/tibber-exporter", "monitoring-agent", "tibber-exporter", True),
        ("acme/metrics-exporter", "monitoring-agent", None, False),
        ("acme/redis-metrics-exporter", "monitoring-agent", "redis-metrics-exporter", True),
        ("acme/pdf-exporter", "service", None, False),
    ],
)
def test_exporter_is_a_product_if_its_name_says_of_what(image: str, kind: str, product: str | None, sure: bool) -> None:
    guessed = guess(image.partition("/")[2], image, "", frozenset())
    assert (guessed.known.kind, guessed.known.product, guessed.sure) == (kind, product, sure)


def test_services_of_each_cluster_are_no_unknown_hosts() -> None:
    assert [*unknown_hosts("LEDGER_URL", "https://ledger:443", {})] == [("ledger:443", "ledger")]
    assert [*unknown_hosts("CLUSTER_URL", "https://kubernetes:443", {})] == []


@pytest.mark.parametrize(
    ("image", "port", "protocol"),
    [
        ("rabbitmq", 1883, "mqtt"),
        ("rabbitmq", 15675, "ws"),
        ("rabbitmq", 5672, "amqp"),
        ("clickhouse", 9000, "tcp"),
        ("clickhouse", 8123, "http"),
        ("minio", 9000, "http"),
    ],
)
def test_product_speaks_another_protocol_on_a_port_beside_its_own(
    image: str, port: int, protocol: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    web = f"web: {{image: acme/web, environment: {{STORE_HOST: 'store:{port}'}}}}"
    services = f"services:\n  {web}\n  store: {{image: {image}, ports: ['{port}:{port}']}}\n"
    calls = imported(tmp_path, monkeypatch, {"compose.yml": services}).model.values["connections"]
    assert {calls[each]["protocol"] for each in ("web -> store", "visitor -> store")} == {protocol}
