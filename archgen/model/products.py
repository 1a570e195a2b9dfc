"""Facts about products that hold wherever they run, by the name that a model gives as `product`."""

from __future__ import annotations

from msgspec import Struct


class Product(Struct, frozen=True, gc=False):
    """What a product is by itself.

    `coordinates`: it keeps who leads and where things are, for stores and balancers, and no data of a site. `agrees`: its
    replicas decide among themselves which of them takes a write, so that no model has to say. `forwards`: it passes
    connections on as they come, and ends no TLS unless it is given a certificate.
    """

    coordinates: bool = False
    agrees: bool = False
    forwards: bool = False


PRODUCTS: dict[str, Product] = {
    **dict.fromkeys(("etcd", "zookeeper", "consul", "clickhouse-keeper"), Product(coordinates=True, agrees=True)),
    **dict.fromkeys(("sentinel", "redis-sentinel"), Product(coordinates=True)),
    **dict.fromkeys(
        ("galera", "percona-xtradb-cluster", "cockroachdb", "yugabytedb", "tidb", "mongodb", "kafka", "redpanda"),
        Product(agrees=True),
    ),
    **dict.fromkeys(
        ("cassandra", "scylladb", "elasticsearch", "opensearch", "minio", "ceph", "redis-cluster"), Product(agrees=True)
    ),
    **dict.fromkeys(("aws-nlb", "lvs", "ipvs", "metallb", "kube-proxy", "kube-vip"), Product(forwards=True)),
}

_UNKNOWN = Product()


def product_of(name: str | None) -> Product:
    """Return the facts about a product; of one that is not known, none."""
    return PRODUCTS.get((name or "").casefold(), _UNKNOWN)
