"""The kinds of custom resources by which operators run databases, queues and search engines: a table."""

from __future__ import annotations

from msgspec import Struct

from archgen.importers.nodes import SourceNode


class Operated(Struct, frozen=True):
    """A kind of custom resource: the product that it runs, where its replicas are counted, and the Services that it gets.

    `counts` are ways to numbers, `*` for each item of a list and `0` for the first; `names` have `{}` for the name of the resource, and
    may end with such a way in brackets, for a Service of each item. `pools` are resources of another kind that count instead, by their
    label. Of one that is `promoted`, a replica takes over where the primary is lost: `by` the operator, or by agents, `{}-patroni`,
    beside each replica of the resource; the empty text where the replicas vote. `roles` are ways from such an item to the roles of its
    nodes: those that vote are counted. `guard` is a kind of resources that promote a replica of the one that they name at a way, and
    the names of their Services, which lead to it too. Where one kind runs several products, `chosen` is the value by which it runs this
    one.
    """

    group: str
    product: str
    counts: tuple[str, ...]
    names: tuple[str, ...]
    promoted: bool = False
    by: str = ""
    pools: tuple[str, str] = ("", "")
    roles: tuple[str, ...] = ()
    guard: tuple[str, str, tuple[str, ...]] = ("", "", ())
    chosen: str = ""


def _of_kubeblocks(chosen: str, product: str) -> Operated:
    """Return what KubeBlocks runs by a definition: the first component of a cluster keeps the data."""
    names = (f"{{}}-{chosen}", f"{{}}-{chosen}-{chosen}", f"{{}}-{chosen}-headless")
    return Operated(
        "kubeblocks.io", product, ("componentSpecs/0/replicas",), names, promoted=True, by="kubeblocks", chosen=chosen
    )


_CHOICES = ("clusterDef", "clusterDefinitionRef")
"""Keys by which a resource chooses the product that is run."""

_OPERATED: dict[str, tuple[Operated, ...]] = {
    "Cluster": (
        Operated("postgresql.cnpg.io", "postgres", ("instances",), ("{}-rw", "{}-ro", "{}-r"), promoted=True, by="cloudnative-pg"),
        *(_of_kubeblocks(chosen, product) for chosen, product in (
            ("redis", "redis"), ("postgresql", "postgres"), ("mysql", "mysql"), ("apecloud-mysql", "mysql"), ("mongodb", "mongo"),
        )),
    ),
    "postgresql": (
        Operated("acid.zalan.do", "postgres", ("numberOfInstances",), ("{}", "{}-repl", "{}-pooler"), promoted=True, by="{}-patroni"),
    ),
    "PostgresCluster": (
        Operated("postgres-operator.crunchydata.com", "postgres", ("instances/*/replicas",),
                 ("{}-primary", "{}-ha", "{}-replicas", "{}-pgbouncer"), promoted=True, by="{}-patroni"),
    ),
    "PerconaPGCluster": (
        Operated("percona.com", "postgres", ("instances/*/replicas",),
                 ("{}", "{}-primary", "{}-ha", "{}-replicas", "{}-pgbouncer"), promoted=True, by="{}-patroni"),
    ),
    "SGCluster": (
        Operated("stackgres.io", "postgres", ("instances",), ("{}", "{}-primary", "{}-replicas"), promoted=True, by="{}-patroni"),
    ),
    "PerconaXtraDBCluster": (
        Operated("percona.com", "percona-xtradb-cluster", ("pxc/size",), ("{}-haproxy", "{}-proxysql", "{}-pxc")),
    ),
    "PerconaServerMongoDB": (Operated("percona.com", "mongo", ("replsets/*/size",), ("{}-[replsets/*/name]", "{}-mongos"), promoted=True),),
    "MongoDBCommunity": (Operated("mongodb.com", "mongo", ("members",), ("{}-svc",), promoted=True),),
    "MongoDB": (Operated("kubedb.com", "mongo", ("replicas",), ("{}",), promoted=True),),
    "Postgres": (Operated("kubedb.com", "postgres", ("replicas",), ("{}", "{}-standby"), promoted=True, by="kubedb"),),
    "MySQL": (Operated("kubedb.com", "mysql", ("replicas",), ("{}", "{}-standby"), promoted=True, by="kubedb"),),
    "MariaDB": (
        Operated("mariadb", "mariadb", ("replicas",),
                 ("{}", "{}-primary", "{}-secondary", "{}-internal", "primary-{}", "secondary-{}"), promoted=True, by="mariadb-operator"),
        Operated("kubedb.com", "mariadb", ("replicas",), ("{}",), promoted=True, by="kubedb"),
    ),
    "InnoDBCluster": (Operated("mysql.oracle.com", "mysql", ("instances",), ("{}", "{}-instances"), promoted=True, by="mysql-operator"),),
    "MysqlCluster": (
        Operated("mysql.presslabs.org", "mysql", ("replicas",), ("{}-mysql-master", "{}-mysql", "{}-mysql-replicas"),
                 promoted=True, by="mysql-operator"),
    ),
    "RabbitmqCluster": (Operated("rabbitmq.com", "rabbitmq", ("replicas",), ("{}", "{}-nodes")),),
    "Elasticsearch": (
        Operated("elasticsearch.k8s.elastic.co", "elasticsearch", ("nodeSets/*/count",),
                 ("{}-es-http", "{}-es-transport", "{}-es-internal-http"), roles=("config/node.roles", "config/node/roles")),
    ),
    "ApmServer": (Operated("apm.k8s.elastic.co", "apm-server", ("count",), ("{}-apm-http",)),),
    "Logstash": (Operated("logstash.k8s.elastic.co", "logstash", ("count",), ("{}-ls-api",)),),
    "Kibana": (Operated("kibana.k8s.elastic.co", "kibana", ("count",), ("{}-kb-http",)),),
    "OpenSearchCluster": (Operated("opensearch", "opensearch", ("nodePools/*/replicas",), ("{}",), roles=("roles",)),),
    "Kafka": (
        Operated("kafka.strimzi.io", "kafka", ("kafka/replicas",), ("{}-kafka-bootstrap", "{}-kafka-brokers"),
                 pools=("KafkaNodePool", "strimzi.io/cluster")),
    ),
    "KafkaBridge": (Operated("kafka.strimzi.io", "kafka-bridge", ("replicas",), ("{}-bridge-service",)),),
    "KafkaConnect": (Operated("kafka.strimzi.io", "kafka-connect", ("replicas",), ("{}-connect-api",)),),
    "RedisFailover": (
        Operated("databases.spotahome.com", "redis", ("redis/replicas",), ("rfs-{}", "rfr-{}", "rfrm-{}"), promoted=True),
    ),
    "Redis": (
        Operated("redis", "redis", (), ("{}", "{}-headless", "{}-additional")),
        Operated("kubedb.com", "redis", ("replicas",), ("{}",)),
    ),
    "RedisReplication": (
        Operated("redis", "redis", ("clusterSize",), ("{}", "{}-master", "{}-replica", "{}-headless", "{}-additional"),
                 guard=("RedisSentinel", "redisSentinelConfig/redisReplicationName", ("{}-sentinel", "{}-sentinel-headless"))),
    ),
    "RedisCluster": (
        Operated("redis", "redis", ("clusterSize",),
                 ("{}", "{}-leader", "{}-leader-headless", "{}-follower", "{}-follower-headless", "{}-master"),
                 promoted=True, by="redis-operator"),
    ),
    "Dragonfly": (Operated("dragonflydb.io", "dragonfly", ("replicas",), ("{}",), promoted=True, by="dragonfly-operator"),),
    "Tenant": (Operated("minio.min.io", "minio", ("pools/*/servers",), ("minio", "{}-hl", "{}-console")),),
    "ClickHouseInstallation": (
        Operated("clickhouse.altinity.com", "clickhouse", ("configuration/clusters/*/layout/replicasCount",),
                 ("clickhouse-{}", "{}")),
    ),
    "CassandraDatacenter": (Operated("cassandra.datastax.com", "cassandra", ("size",), ("{}-service", "{}-all-pods-service")),),
    "ScyllaCluster": (Operated("scylladb.com", "scylladb", ("datacenter/racks/*/members",), ("{}-client",)),),
    "CrdbCluster": (Operated("cockroachlabs.com", "cockroachdb", ("nodes",), ("{}-public", "{}")),),
    "EtcdCluster": (Operated("etcd", "etcd", ("size", "replicas"), ("{}-client", "{}")),),
    "Keycloak": (Operated("keycloak.org", "keycloak", ("instances",), ("{}-service", "keycloak")),),
    "Prometheus": (Operated("monitoring.coreos.com", "prometheus", ("replicas",), ("prometheus-operated",)),),
    "Alertmanager": (Operated("monitoring.coreos.com", "alertmanager", ("replicas",), ("alertmanager-operated",)),),
    "Grafana": (Operated("grafana", "grafana", (), ("{}-service",)),),
}  # fmt: skip

KINDS_OPERATED = tuple(_OPERATED)
"""The kinds of custom resources that are read."""

POOLS = tuple(sorted({each.pools[0] for operated in _OPERATED.values() for each in operated if each.pools[0]}))
"""The kinds of resources that count the replicas of others."""

GUARDS = tuple(sorted({each.guard[0] for operated in _OPERATED.values() for each in operated if each.guard[0]}))
"""The kinds of resources that promote the replicas of others."""


def operated_by(node: SourceNode) -> Operated | None:
    """Return what an operator runs by a custom resource; None for any other object."""
    operated = _OPERATED.get(node.text_at("kind"), ())
    group = node.text_at("apiVersion").partition("/")[0] if operated else ""
    return next((each for each in operated if each.group in group and _is_chosen(each, node)), None)


def _is_chosen(operated: Operated, node: SourceNode) -> bool:
    return not operated.chosen or operated.chosen in (node.text_at("spec", key) for key in _CHOICES)
