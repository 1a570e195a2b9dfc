"""The table of support dates: its order and its days, versions found in it, and the day from which on a rule reports."""

from __future__ import annotations

from datetime import date

import pytest

from archgen.analysis.topology import Topology
from archgen.language.load import load
from archgen.model.product_facts.retired_products import RETIRED
from archgen.model.product_facts.support_table import TABLE
from archgen.model.support_dates import official_image, retired_before, split_version, support_of
from archgen.rules import BY_NAME
from archgen.rules.run import run_rules
from tests.edges import model


def test_support_ends_after_its_last_day() -> None:
    loaded = load("edge.arch.yaml", model("api: {kind: other, product: mysql, version: 8.0.36}").encode())
    rule = BY_NAME["unsupported-version"]
    for today, count in (("2026-04-30", 0), ("2026-05-01", 1)):
        assert len(run_rules(Topology(loaded.architecture), loaded.source, (rule,), today=today)) == count


@pytest.mark.parametrize(
    ("today", "product", "image", "key"),
    [
        ("2026-03-31", "ingress-nginx", None, None),
        ("2026-04-01", "Ingress NGINX Controller", "shop/entry", "product"),
        ("2026-04-01", None, "registry.k8s.io/ingress-nginx/controller:v1.15.1@sha256:0123", "image"),
        ("2026-04-01", "nginx", "mirror.example:5000/ingress-nginx/controller", "image"),
        ("2026-04-01", None, "ingress-nginx/controller", "image"),
        ("2026-04-01", None, "shop-ingress-nginx/controller", None),
        ("2026-04-01", None, "ingress-nginx/controller-chroot:v1", None),
        ("2026-04-01", "nginx-ingress", None, None),
    ],
)
def test_a_product_retires_as_a_whole(today: str, product: str | None, image: str | None, key: str | None) -> None:
    found = retired_before(today, product, image)
    assert (found[0] if found else None) == key


def test_retired_products_have_real_days() -> None:
    for product in RETIRED.values():
        assert date.fromisoformat(product.day)
        assert product.source.startswith("https://")


@pytest.mark.parametrize(
    ("product", "version", "line", "older"),
    [
        ("PostgreSQL", "9.6.24", "9.6", False),
        ("postgres", "10.3", "10", False),
        ("postgresql", "8.4", "9.3", True),
        ("Node.js", "v18.20.1", "18", False),
        ("openssl", "1.1.1w", "1.1.1", False),
        ("Apache HTTP Server", "2.2.34", "2.2", False),
        ("nginx", "1", None, False),
        ("nginx", "1.99", None, False),
        ("mysql", "newest", None, False),
        ("mysql", "5", None, False),
        ("mariadb", "10.11.2", "10.11", False),
        ("mariadb", "10.1.2", "10.1", False),
        ("mariadb", "11.4.5", "11.4", False),
        ("elasticsearch", "5.6.16", "6", True),
        ("Windows Server", "2012 R2", "2012", False),
        ("Windows Server", "2000", "2003", True),
        ("Windows", "8.1", "8.1", False),
        ("Windows", "8", "8", False),
        ("Windows", "10 LTSC 2021", None, False),
        ("oracle", "19c", "19", False),
        ("oracle", "12c", None, False),
        ("mariadb-galera", "10.5", "10.5", False),
        ("galera", "26.4", None, False),
        ("galera", "10.6", "10.6", False),
        ("galera", "4.14", None, False),
        ("Microsoft Exchange Server", "2016", "2016", False),
        ("php-fpm", "7.4", "7.4", False),
        ("php-fpm", "5.4", "5.6", True),
        ("mod_php", "5.4", "5.6", True),
        ("mysql-innodb-cluster", "1.0", None, False),
        ("RabbitMQ", "3.13.7", "3.13", False),
        ("rabbitmq", "3.1.5", "3.6", True),
        ("Red Hat Enterprise Linux", "7.9", "7", False),
        ("exchange", "2016", "2016", False),
        ("Exchange Server", "2013 CU23", "2013", False),
        ("exchange", "2007", "2010", True),
        ("exchange", "15.2.2562", None, False),
        ("exchange", "SE", None, False),
        ("mssql", "16.0", None, False),
        ("VMware ESXi", "7.0 Update 3", "7", False),
        ("ESXi", "6.7", "6.7", False),
        ("ESXi", "5.5", "6.0", True),
        ("vsphere", "9.0", None, False),
        ("Apache Kafka", "3.8.1", "3.8", False),
        ("kafka", "3.9", None, False),
        ("kafka", "0.11", "2.8", True),
        ("emqx", "4.4.19", "4.4", False),
        ("emqx", "5.8", None, False),
        ("prometheus", "v2.30.0", "2.37", True),
        ("prometheus", "2.53.5", "2.53", False),
        ("prometheus", "3.14", None, False),
        ("Ruby on Rails", "5.0", "5.0", False),
        ("rails", "8.2", None, False),
        ("dovecot", "2.3.21", None, False),
        ("dovecot", "2.2", "2.2", False),
        ("opnsense", "24.1.10", "24.1", False),
        ("opnsense", "24.10", None, False),
        ("opnsense", "26.7", None, False),
        ("strapi", "3.6.11", "3", False),
    ],
)
def test_lines_of_versions(product: str, version: str, line: str | None, older: bool) -> None:
    found = support_of(product, version)
    assert (found.line if found else None) == line
    assert (found.older if found else False) is older


def test_the_table_is_in_order_and_of_real_days() -> None:
    for product in TABLE.values():
        lines = [tuple(one.split(" ")) for one in product.lines.split(", ")]
        assert lines == sorted(lines, key=lambda one: [int(part) for part in one[0].split(".")])
        assert len({line for line, _ in lines}) == len(lines)
        assert all(date.fromisoformat(day) for _, day in lines)
        assert date.fromisoformat(product.as_of)
        assert product.source.startswith("https://")


def test_names_and_versions_in_one_text() -> None:
    assert split_version("Ubuntu 22.04 LTS") == ("Ubuntu", "22.04 LTS")
    assert split_version("CentOS Linux 7") == ("CentOS Linux", "7")
    assert split_version("bookworm") is None
    assert official_image("redis:7.0.1") == ("redis", "7.0.1")
    assert official_image("redis") is None
