"""Facts about products that hold wherever they run, by the name that a model gives as `product`."""

from __future__ import annotations

from msgspec import Struct


class Product(Struct, frozen=True, gc=False):
    """The traits of a product.

    `coordinates`: it keeps leaders and locations for stores and balancers, and no data of a site. `agrees`: its replicas
    elect the one that takes a write, so that no model has to declare it. `forwards`: it passes connections on unchanged,
    and ends no TLS unless it has a certificate.
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
