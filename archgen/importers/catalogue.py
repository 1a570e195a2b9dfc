"""Products by the last segment of their images, with the kind and protocol of each."""

from __future__ import annotations

import re

from msgspec import Struct

from archgen.model.kinds import KINDS

SAFE_IMAGE = re.compile(
    r"[a-zA-Z0-9][a-zA-Z0-9._/-]*(?::[0-9]+/[a-zA-Z0-9._/-]+)?(?::[A-Za-z0-9_][A-Za-z0-9._-]{0,60})?(?:@sha256:[0-9a-f]{64})?"
)
"""Images that can be repeated: without a user name or a password."""


class Known(Struct, frozen=True):
    """A product as configurations name it: its kind, its name in a model, the protocol and port that it answers on.

    `admin` marks a page for administrators.
    """

    kind: str
    product: str | None = None
    protocol: str = "http"
    port: int | None = None
    admin: bool = False

    @property
    def watches(self) -> bool:
        """Return True for what watches others, and calls no store of theirs; an exporter of one's own is a program as any."""
        return KINDS[self.kind].observes and (self.kind != "monitoring-agent" or self.product is not None)

    @property
    def keeps_data(self) -> bool:
        """Return True for a store: its kind has the role of data."""
        return KINDS[self.kind].role == "data"

    @property
    def is_no_use_to_planners(self) -> bool:
        """Return True for a store that hands out no work: what only plans work has no need of it."""
        return self.keeps_data and self.kind not in ("queue", "stream", "key-value-store", "cache")


def _stores(kind: str, product: str, protocol: str, port: int, names: str) -> dict[str, Known]:
    return dict.fromkeys(names.split(), Known(kind, product, protocol, port))


def _web(kind: str, names: str, admin: bool = False, port: int | None = None) -> dict[str, Known]:
    return {name: Known(kind, name, "http", port, admin) for name in names.split()}


PRODUCTS: dict[str, Known] = {
    **_stores(
        "database",
        "postgresql",
        "postgresql",
        5432,
        "postgres postgresql pgvector postgis timescaledb supabase-postgres spilo "
        "patroni pgautoupgrade pgautofailover postgresql-repmgr timescaledb-ha postgres-ssl pgvecto-rs",
    ),
    **_stores("database", "mysql", "mysql", 3306, "mysql mysql-server percona percona-server"),
    **_stores("database", "mariadb", "mysql", 3306, "mariadb mariadb-galera"),
    **_stores("database", "percona-xtradb-cluster", "mysql", 3306, "percona-xtradb-cluster pxc"),
    **_stores(
        "database", "mongodb", "mongodb", 27017, "mongo mongodb mongodb-sharded percona-server-mongodb ferretdb mongod"
    ),
    **_stores("database", "mssql", "mssql", 1433, "mssql azure-sql-edge"),
    **_stores("database", "oracle", "oracle", 1521, "oracle-xe oracle-free oracle-database oracle-xe-11g"),
    **_stores("database", "cassandra", "cassandra", 9042, "cassandra"),
    **_stores("database", "scylladb", "cassandra", 9042, "scylla scylladb"),
    **_stores("database", "clickhouse", "http", 8123, "clickhouse clickhouse-server"),
    **_stores("database", "influxdb", "http", 8086, "influxdb influxdb3-core"),
    **_stores("database", "neo4j", "bolt", 7687, "neo4j"),
    **_stores("database", "cockroachdb", "postgresql", 26257, "cockroach cockroachdb"),
    **_stores("database", "couchdb", "http", 5984, "couchdb"),
    **_stores("database", "couchbase", "http", 8091, "couchbase"),
    **_stores("database", "dynamodb", "http", 8000, "dynamodb-local"),
    **_stores("database", "rethinkdb", "tcp", 28015, "rethinkdb"),
    **_stores("database", "surrealdb", "http", 8000, "surrealdb"),
    **_stores("database", "arangodb", "http", 8529, "arangodb"),
    **_stores("database", "questdb", "http", 9000, "questdb"),
    **_stores("database", "firebird", "tcp", 3050, "firebird"),
    **_stores("database", "qdrant", "http", 6333, "qdrant"),
    **_stores("database", "weaviate", "http", 8080, "weaviate"),
    **_stores("database", "milvus", "grpc", 19530, "milvus"),
    **_stores("database", "chroma", "http", 8000, "chroma chromadb"),
    **_stores("database", "victoriametrics", "http", 8428, "victoria-metrics victoriametrics"),
    **_stores("database", "yugabytedb", "postgresql", 5433, "yugabyte yugabytedb"),
    **_stores("database", "documentdb", "mongodb", 10260, "documentdb documentdb-local"),
    **_stores("database", "eventstoredb", "http", 2113, "eventstore eventstoredb kurrentdb"),
    **_stores("database", "crate", "postgresql", 5432, "crate cratedb"),
    **_stores("database", "orientdb", "http", 2480, "orientdb"),
    **_stores("database", "ravendb", "http", 8080, "ravendb"),
    **_stores("database", "dgraph", "grpc", 9080, "dgraph"),
    **_stores("database", "starrocks", "mysql", 9030, "starrocks allin1-ubuntu fe-ubuntu doris"),
    **_stores("database", "memgraph", "bolt", 7687, "memgraph memgraph-platform memgraph-mage"),
    **_stores("database", "tdengine", "http", 6041, "tdengine"),
    **_stores("database", "greptimedb", "http", 4000, "greptimedb"),
    **_stores("database", "risingwave", "postgresql", 4566, "risingwave"),
    **_stores("database", "rqlite", "http", 4001, "rqlite"),
    **_stores("database", "libsql", "http", 8080, "libsql-server"),
    **_stores("database", "vertica", "tcp", 5433, "vertica vertica-ce"),
    **_stores("database", "tigergraph", "http", 9000, "tigergraph"),
    **_stores("database", "nebula", "tcp", 9669, "nebula-graphd"),
    **_stores("key-value-store", "kvrocks", "redis", 6666, "kvrocks"),
    **_stores("key-value-store", "redict", "redis", 6379, "redict"),
    **_stores("key-value-store", "aerospike", "tcp", 3000, "aerospike aerospike-server"),
    **_stores("key-value-store", "tarantool", "tcp", 3301, "tarantool"),
    **_stores("key-value-store", "garnet", "redis", 6379, "garnet"),
    **_stores("cache", "hazelcast", "tcp", 5701, "hazelcast"),
    **_stores("cache", "infinispan", "http", 11222, "infinispan infinispan-server"),
    **_stores("cache", "ignite", "tcp", 10800, "ignite"),
    **_stores("database", "tidb", "mysql", 4000, "tidb"),
    **_stores(
        "key-value-store",
        "redis",
        "redis",
        6379,
        "redis redis-stack redis-stack-server redis-server redis-cluster redislabs "
        "redis-replica redis-master redis-slave redis-follower redis-leader gb-redis-follower gb-redisslave",
    ),
    **_stores("key-value-store", "valkey", "redis", 6379, "valkey"),
    **_stores("key-value-store", "keydb", "redis", 6379, "keydb"),
    **_stores("key-value-store", "dragonfly", "redis", 6379, "dragonfly"),
    **_stores("key-value-store", "etcd", "http", 2379, "etcd"),
    **_stores("key-value-store", "consul", "http", 8500, "consul"),
    **_stores("key-value-store", "zookeeper", "tcp", 2181, "zookeeper cp-zookeeper"),
    **_stores("other", "redis-sentinel", "redis", 26379, "redis-sentinel sentinel"),
    **_stores("cache", "memcached", "memcached", 11211, "memcached"),
    **_stores("cache", "varnish", "http", 80, "varnish"),
    **_stores("queue", "rabbitmq", "amqp", 5672, "rabbitmq rabbitmq-server"),
    **_stores("queue", "activemq", "tcp", 61616, "activemq activemq-classic artemis activemq-artemis"),
    **_stores("queue", "nats", "nats", 4222, "nats nats-streaming"),
    **_stores("queue", "mosquitto", "mqtt", 1883, "mosquitto eclipse-mosquitto"),
    **_stores("queue", "emqx", "mqtt", 1883, "emqx hivemq4"),
    **_stores("queue", "sqs", "http", 9324, "elasticmq elasticmq-native"),
    **_stores("queue", "lavinmq", "amqp", 5672, "lavinmq"),
    **_stores("queue", "vernemq", "mqtt", 1883, "vernemq nanomq"),
    **_stores("queue", "rocketmq", "tcp", 10911, "rocketmq-broker mqbroker"),
    **_stores("queue", "beanstalkd", "tcp", 11300, "beanstalkd"),
    **_stores("queue", "nsq", "tcp", 4150, "nsqd nsq"),
    **_stores("stream", "kafka", "kafka", 9092, "kafka cp-kafka cp-server kafka-native"),
    **_stores("stream", "redpanda", "kafka", 9092, "redpanda"),
    **_stores("stream", "pulsar", "tcp", 6650, "pulsar"),
    **_stores("object-storage", "minio", "http", 9000, "minio"),
    **_stores("object-storage", "seaweedfs", "http", 8333, "seaweedfs"),
    **_stores("object-storage", "garage", "http", 3900, "garage"),
    **_stores("object-storage", "rustfs", "http", 9000, "rustfs"),
    **_stores("file-storage", "hdfs", "tcp", 9000, "hadoop-namenode"),
    **_stores("object-storage", "s3", "http", 4566, "localstack azurite fake-gcs-server s3mock"),
    **_stores("file-storage", "nfs", "nfs", 2049, "nfs-server nfs-server-alpine"),
    **_stores("search", "elasticsearch", "http", 9200, "elasticsearch elasticsearch-oss"),
    **_stores("search", "opensearch", "http", 9200, "opensearch"),
    **_stores("search", "meilisearch", "http", 7700, "meilisearch"),
    **_stores("search", "typesense", "http", 8108, "typesense"),
    **_stores("search", "solr", "http", 8983, "solr"),
    **_stores("search", "manticore", "mysql", 9306, "manticore sphinx sphinxsearch"),
    **_stores("load-balancer", "haproxy", "http", 80, "haproxy"),
    **_stores("load-balancer", "pgbouncer", "postgresql", 5432, "pgbouncer"),
    **_stores("load-balancer", "pgpool", "postgresql", 5432, "pgpool pgpool-ii"),
    **_stores("load-balancer", "amqproxy", "amqp", 5673, "amqproxy"),
    **_stores("load-balancer", "proxysql", "mysql", 6033, "proxysql"),
    **_stores("load-balancer", "maxscale", "mysql", 3306, "maxscale"),
    **_stores("load-balancer", "mongos", "mongodb", 27017, "mongos"),
    **_stores("reverse-proxy", "traefik", "http", 80, "traefik"),
    **_stores("reverse-proxy", "caddy", "http", 80, "caddy caddy-docker-proxy"),
    **_stores("reverse-proxy", "envoy", "http", 80, "envoy envoy-alpine"),
    **_stores(
        "reverse-proxy",
        "nginx",
        "http",
        80,
        "nginx-proxy nginx-proxy-manager swag npm jwilder-nginx-proxy nginx-certbot "
        "nginx-ingress-controller docker-nginx-certbot",
    ),
    **_stores("reverse-proxy", "docker-socket-proxy", "http", 2375, "docker-socket-proxy"),
    **_stores("reverse-proxy", "cloudflared", "http", 80, "cloudflared"),
    **_stores("reverse-proxy", "oauth2-proxy", "http", 4180, "oauth2-proxy"),
    **_stores("web-server", "nginx", "http", 80, "nginx nginx-unprivileged openresty tengine angie"),
    **_stores("web-server", "apache", "http", 80, "httpd apache apache2"),
    **_stores("web-server", "lighttpd", "http", 80, "lighttpd"),
    **_stores("api-gateway", "kong", "http", 8000, "kong kong-gateway"),
    **_stores("api-gateway", "tyk", "http", 8080, "tyk-gateway"),
    **_stores("api-gateway", "apisix", "http", 9080, "apisix"),
    **_stores("api-gateway", "krakend", "http", 8080, "krakend"),
    **_stores("app-server", "php-fpm", "fastcgi", 9000, "php-fpm phpfpm php-fpm-alpine"),
    **_stores("identity-provider", "keycloak", "http", 8080, "keycloak"),
    **_stores("identity-provider", "openldap", "ldap", 389, "openldap lldap"),
    **_stores("identity-provider", "dex", "http", 5556, "dex"),
    **_web("identity-provider", "authelia authentik zitadel hydra kratos logto"),
    **_stores("identity-provider", "authentik", "http", 9000, "goauthentik"),
    **_stores("secrets", "vault", "http", 8200, "vault openbao"),
    **_stores(
        "mail",
        "mailhog",
        "smtp",
        1025,
        "mailhog mailcatcher fake-smtp-server smtp4dev papercut-smtp inbucket",
    ),
    **_stores("mail", "mailpit", "smtp", 1025, "mailpit"),
    **_stores("mail", "maildev", "smtp", 1025, "maildev"),
    **_stores(
        "mail", "postfix", "smtp", 25, "postfix smtp docker-mailserver exim exim4 mailserver opensmtpd boky-postfix"
    ),
    **_stores("monitoring", "prometheus", "http", 9090, "prometheus thanos mimir"),
    **_stores("monitoring", "alertmanager", "http", 9093, "alertmanager"),
    **_stores("monitoring", "grafana", "http", 3000, "grafana grafana-oss grafana-enterprise"),
    **_stores("monitoring", "jaeger", "http", 16686, "jaeger all-in-one jaegertracing"),
    **_stores("monitoring", "zipkin", "http", 9411, "zipkin zipkin-slim"),
    **_stores("monitoring", "kibana", "http", 5601, "kibana opensearch-dashboards"),
    **_stores(
        "monitoring",
        "otel-collector",
        "grpc",
        4317,
        "opentelemetry-collector opentelemetry-collector-contrib otel-collector otelcol otelcol-contrib",
    ),
    **_web(
        "monitoring",
        "uptime-kuma netdata zabbix-server-pgsql zabbix-web-nginx-pgsql tempo chronograf apm-server glances gatus "
        "pyroscope healthchecks statping checkmk signoz openobserve skywalking-oap-server zabbix-server-mysql graphite graphite-statsd",
    ),
    **_web(
        "monitoring-agent",
        "node-exporter cadvisor postgres-exporter redis_exporter telegraf zabbix-agent zabbix-agent2 "
        "mysqld-exporter nginx-prometheus-exporter datadog-agent agent blackbox-exporter elasticsearch_exporter mongodb_exporter "
        "kube-state-metrics alloy grafana-agent pushgateway statsd-exporter statsd collectd heartbeat metricbeat dd-agent "
        "vmagent nginx-exporter redis-exporter mongodb-exporter kafka-exporter postgresql-exporter flower-exporter",
    ),
    **_web(
        "log-collector",
        "loki promtail fluentd fluent-bit logstash filebeat vector graylog fluentd-kubernetes-daemonset dozzle "
        "logspout seq",
    ),
    **_web(
        "backup",
        "postgres-backup-local postgres-backup-s3 docker-volume-backup mysql-backup restic pgbackrest "
        "docker-db-backup backup velero duplicati borgmatic pgbackups mysql-cron-backup docker-mysql-backup",
    ),
    **_web(
        "other",
        "phpmyadmin adminer pgadmin4 pgadmin mongo-express redis-commander redisinsight portainer kafka-ui "
        "kafdrop akhq cloudbeaver pgweb sqlpad rockmongo kowl console conduktor-console redpanda-console flower "
        "elasticsearch-head cerebro dashboard rabbitmq-management phpredisadmin redis-insight mongo-gui elasticvue "
        "phpldapadmin ldap-account-manager redis-browser watchtower sentinel-dashboard dbgate bull-board "
        "cmak zoonavigator etcdkeeper swagger-ui mongoku dockge",
        admin=True,
    ),
    **_web(
        "app-server",
        "wordpress ghost nextcloud drupal joomla mediawiki gitea forgejo gitlab gitlab-ce discourse mattermost "
        "rocket.chat redmine jenkins sonarqube metabase superset n8n strapi directus hasura graphql-engine matomo moodle "
        "odoo bookstack wiki wikijs outline plausible umami vaultwarden immich-server paperless-ngx jellyfin "
        "mastodon synapse tomcat jetty wildfly airflow minecraft-server homeassistant home-assistant phpbb "
        "prestashop magento erpnext taiga openproject zammad chatwoot penpot-frontend nodebb peertube pixelfed lemmy "
        "invidious searxng freshrss miniflux wallabag linkding firefly-iii core invoiceninja snipe-it glpi dokuwiki",
    ),
    "nexus3": Known("app-server", "nexus"),
    "portainer-ce": Known("other", "portainer", admin=True),
    **{
        name: Known("dns", name, "dns", 53)
        for name in ["coredns", "bind9", "pihole", "adguardhome", "unbound", "powerdns", "dnsmasq"]
    },
    **_stores("service", "selenium", "http", 4444, "hub selenium-hub standalone-chrome browserless chrome"),
    **_stores("service", "ollama", "http", 11434, "ollama"),
    **_stores("service", "litellm", "http", 4000, "litellm litellm-database litellm-non_root"),
    **_stores("service", "nacos", "http", 8848, "nacos nacos-server"),
    **_stores("service", "eureka", "http", 8761, "eureka eureka-server"),
    **_stores("service", "seata", "tcp", 8091, "seata-server"),
    **_stores("service", "rocketmq-namesrv", "tcp", 9876, "rocketmq-namesrv mqnamesrv"),
    **_stores("service", "xxl-job", "http", 8080, "xxl-job-admin"),
    **_stores("other", "nsqlookupd", "tcp", 4160, "nsqlookupd"),
    "nsqadmin": Known("other", "nsqadmin", "http", 4171, admin=True),
    **_stores("service", "postgrest", "http", 3000, "postgrest"),
    **_stores("service", "postgres-meta", "http", 8080, "postgres-meta"),
    **_stores("service", "postgraphile", "http", 5000, "postgraphile"),
    **_stores("service", "schema-registry", "http", 8081, "schema-registry cp-schema-registry"),
    **_stores("service", "kafka-connect", "http", 8083, "kafka-connect cp-kafka-connect cp-kafka-connect-base"),
    **_stores("service", "kafka-bridge", "http", 8080, "kafka-bridge"),
    **_stores("service", "trino", "http", 8080, "trino presto prestodb"),
    **_stores("service", "clamav", "tcp", 3310, "clamav clamd"),
    **_stores("service", "mercure", "http", 80, "mercure"),
    **_stores("service", "centrifugo", "http", 8000, "centrifugo"),
    **_stores("service", "prosody", "xmpp", 5222, "prosody ejabberd"),
    **_stores("service", "livekit", "ws", 7880, "livekit-server"),
    **_stores("service", "asterisk", "sip", 5060, "asterisk freeswitch"),
    **_stores("service", "coturn", "tcp", 3478, "coturn"),
    **_stores("load-balancer", "supavisor", "postgresql", 5432, "supavisor"),
    **_stores("load-balancer", "odyssey", "postgresql", 6432, "odyssey pgcat"),
    **_stores("identity-provider", "supertokens", "http", 3567, "supertokens-postgresql supertokens-mysql"),
    **_stores("service", "temporal", "grpc", 7233, "temporal auto-setup"),
    **_stores("bastion", "openssh", "ssh", 22, "openssh-server bastion jumpserver"),
    **_stores("other", "wireguard", "tcp", 51820, "wireguard wg-easy openvpn tailscale"),
}
"""By the last segment of an image, without its tag."""

STORES = {
    number: PRODUCTS[name]
    for number, name in (
        (3306, "mysql"), (5432, "postgres"), (5672, "rabbitmq"), (6379, "redis"), (9042, "cassandra"), (27017, "mongo"), (1433, "mssql"),
        (11211, "memcached"), (1883, "mosquitto"), (9092, "kafka"), (7687, "neo4j"), (1521, "oracle-free"),
    )
}  # fmt: skip
"""The best-known store by its usual port."""

STORE_PROTOCOLS = {number: store.protocol for number, store in STORES.items()}
"""Protocols of stores by their usual ports, on which balancers in front of them answer too."""

FETCHING = ("prometheus", "grafana", "alertmanager", "cadvisor")
"""Products that fetch what they show, or that a monitor calls."""

PROVIDED = {
    name: Known(kind, name, "https")
    for name, kind in (
        ("sqs", "queue"),
        ("sns", "queue"),
        ("dynamodb", "database"),
        ("supabase", "database"),
        ("kinesis", "stream"),
        ("s3", "object-storage"),
        ("google-cloud-storage", "object-storage"),
        ("azure-blob-storage", "object-storage"),
    )
}
"""Services that a provider runs, each one for all its customers of a region."""

REGISTRIES = ("nacos", "eureka", "consul")
"""Products in which programs say where they are, and find others."""

BY_PRODUCT = {known.product: known for known in reversed(PRODUCTS.values()) if known.product is not None}
"""The products by their own names."""


def is_like(known: Known, other: Known) -> bool:
    """Return True for the same product, or for another one that is spoken to by a protocol of such stores alone.

    All that keeps objects speaks as S3 does.
    """
    if known.kind == other.kind == "object-storage":
        return True
    return known.product == other.product or (
        known.protocol == other.protocol and known.protocol not in ("http", "tcp")
    )


def is_beside(product: Known | None, other: Known) -> bool:
    """Return True for what an image of a product brings too, and is called after it: `nsqlookupd` beside `nsq`."""
    return product is not None and (other.product or "").startswith(product.product or "-") and other != product


def is_product_like(product: str | None, other: Known) -> bool:
    """Return True for the name of a known product that is like another one."""
    return product in BY_PRODUCT and is_like(BY_PRODUCT[product], other)
