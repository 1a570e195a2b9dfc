"""The traits of products by their names."""

from __future__ import annotations

from archgen.model.product_facts.traits import Product

EXPORTER = "node-exporter"
"""The product whose traits all have that are named as exporters, as there is one for each kind of server."""

TRAITS: dict[str, Product] = {
    # Keeper agrees by Raft as etcd does: https://clickhouse.com/docs/guides/sre/keeper/clickhouse-keeper
    # https://etcd.io/docs/v3.6/op-guide/configuration, https://zookeeper.apache.org/doc/current/zookeeperAdmin.html,
    # https://developer.hashicorp.com/consul/docs/reference/architecture/ports
    "etcd": Product(coordinates=True, agrees=True, quorum="majority", members_at=(2380,)),
    "zookeeper": Product(coordinates=True, agrees=True, quorum="majority", members_at=(2888, 3888)),
    "consul": Product(coordinates=True, agrees=True, quorum="majority", members_at=(8300, 8301)),
    "clickhouse-keeper": Product(coordinates=True, agrees=True, quorum="majority", members_at=(9234,)),
    # an operator knows and changes the primary by the API alone: https://cloudnative-pg.io/docs/current/failover; its port and that of
    # each node's agent: https://kubernetes.io/docs/reference/networking/ports-and-protocols/
    **dict.fromkeys(
        ("kubernetes", "kube-apiserver", "k3s", "k0s", "rke2", "openshift", "okd"),
        Product(orchestrates=True, consoles=(6443, 10250)),
    ),
    "microk8s": Product(orchestrates=True, consoles=(16443, 10250)),
    "nomad": Product(orchestrates=True, consoles=(4646,)),
    **dict.fromkeys(("eks", "aks", "gke"), Product(orchestrates=True)),
    **dict.fromkeys(("sqlite", "duckdb", "rocksdb", "leveldb", "lmdb"), Product(embedded=True)),
    # three of a Multi-AZ cluster are another matter: its two standbys answer reads
    **dict.fromkeys(
        (
            *("aws-rds", "cloud-sql", "alloydb", "azure-database-for-postgresql", "azure-postgresql", "azure-postgres"),
            *("azure-database-for-mysql", "azure-mysql"),
        ),
        Product(silent_standby=True),
    ),
    # copies of a failover group answer by a name of their own, or a connection that says that it only reads
    **dict.fromkeys(
        ("azure-sql", "azure-sql-database", "azure-sql-managed-instance", "azure-cache-for-redis"),
        Product(leads_to_primary=True),
    ),
    # an address that reads its copies is an option, and more copies than one ask for it: https://cloud.google.com/memorystore/docs/redis/about-read-replicas
    "memorystore": Product(silent_standby=True, lagging_standby=True),
    **dict.fromkeys(
        ("galera", "percona-xtradb-cluster"),
        Product(
            agrees=True,
            leaderless=True,
            quorum="majority",
            forgets_who_leaves=True,
            refuses_out_of_step=True,
            arbitrated=True,
        ),
    ),
    # a member that is shut down leaves the group, and the rest count anew; MySQL Router passes nothing on without a majority
    "mysql-innodb-cluster": Product(agrees=True, quorum="majority", forgets_who_leaves=True),
    "mysql-group-replication": Product(agrees=True, quorum="majority-to-write", forgets_who_leaves=True),
    # clients of Sentinel ask it for the address of the primary: https://redis.io/docs/latest/develop/reference/sentinel-clients/; a
    # command waits for copies if its client asks for that each time: https://redis.io/docs/latest/commands/wait/
    **dict.fromkeys(
        ("redis", "valkey", "keydb", "dragonfly", "garnet", "redict"),
        Product(in_memory=True, asks_primary="promoted", copies_later=True, one_port=True),
    ),
    # standbys hand requests on, but for the performance standbys of the Enterprise edition:
    # https://developer.hashicorp.com/vault/docs/internals/high-availability
    **dict.fromkeys(("vault", "openbao"), Product(asks_primary="always")),
    # data and metadata of Redpanda are in groups of Raft: https://docs.redpanda.com/current/manage/raft-group-reconfiguration;
    # https://docs.yugabyte.com/stable/architecture/docdb-replication/replication
    **dict.fromkeys(("cockroachdb", "yugabytedb", "redpanda"), Product(agrees=True, quorum="majority")),
    # without a majority of the controllers no partition gets another leader, and 4.0 has no ZooKeeper any more:
    # https://kafka.apache.org/42/operations/kraft
    "kafka": Product(agrees=True, quorum="majority", votes_by_role=True, votes_from=4),
    # the read preference is `primary` at first: https://www.mongodb.com/docs/manual/core/read-preference/
    "mongodb": Product(
        agrees=True, quorum="majority-to-write", steps_down="writes", asks_primary="always", one_port=True
    ),
    **dict.fromkeys(("postgresql", "timescaledb"), Product(waits=True, keeps_lease=True, one_port=True)),
    **dict.fromkeys(("patroni", "spilo", "stolon", "stolon-sentinel", "stolon-keeper"), Product(leases=True)),
    # an availability group is offline, for reads too, while its Windows cluster has no majority
    # and takes only databases in the full recovery model, whose log is kept until it is backed up
    # to a replica in synchronous commit alone, and log shipping has a person switch:
    # https://learn.microsoft.com/sql/database-engine/availability-groups/windows/availability-modes-always-on-availability-groups
    "mssql": Product(steps_down="everything", replays="transaction log", promoted_in_step=True),
    # https://help.perforce.com/helix-core/server-apps/cmdref/current/Content/CmdRef/p4_failover.html
    "perforce": Product(promoted_by_people=True),
    # https://dev.mysql.com/doc/refman/8.0/en/binary-log.html, https://mariadb.com/kb/en/activating-the-binary-log/
    **dict.fromkeys(("mysql", "mariadb", "percona"), Product(replays="binary log", one_port=True)),
    **dict.fromkeys(("garbd", "garb", "galera-arbitrator", "arbitrator", "arbiter"), Product(arbitrates=True)),
    # a backup isn't complete without the log: https://pgbackrest.org/configuration.html (archive-check), https://docs.pgbarman.org
    **dict.fromkeys(("pgbackrest", "barman", "wal-g", "wal-e", "pg-probackup"), Product(archives_log=True)),
    **dict.fromkeys(
        (
            *("pg-dump", "pg-dumpall", "pg-basebackup", "mysqldump", "mydumper", "mariadb-dump", "mongodump", "expdp"),
            *("rsync", "rclone", "tar"),
        ),
        Product(copies_files=True),
    ),
    **dict.fromkeys(
        ("borg", "borgbackup", "borgmatic", "restic", "kopia", "duplicity", "rsnapshot"),
        Product(copies_files=True, copies_anything=True),
    ),
    # of these, plugins may take the log of a database too
    **dict.fromkeys(("duplicati", "bacula", "bareos", "amanda", "burp", "urbackup"), Product(copies_anything=True)),
    **dict.fromkeys(("mysql-router", "proxysql", "maxscale", "mongos", "vtgate"), Product(spreads=True)),
    # https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel
    **dict.fromkeys(("sentinel", "redis-sentinel"), Product(coordinates=True, members_at=(26379,))),
    # https://github.com/openark/orchestrator/blob/master/docs/configuration-raft.md
    "orchestrator": Product(members_at=(10008,)),
    **dict.fromkeys(("tidb", "redis-cluster"), Product(agrees=True)),
    # "if there are two or fewer master-eligible nodes, they must all remain available":
    # https://www.elastic.co/guide/en/elasticsearch/reference/current/modules-discovery-voting.html; searches go on without a master:
    # https://docs.opensearch.org/latest/install-and-configure/configuring-opensearch/cluster-settings (no_cluster_manager_block)
    **dict.fromkeys(
        ("elasticsearch", "opensearch"), Product(agrees=True, quorum="majority-to-write", votes_by_role=True)
    ),
    **dict.fromkeys(("ceph", "cephfs", "rook-ceph"), Product(agrees=True, files_alone=True)),
    # https://docs.gluster.org/en/latest/Administrator-Guide/Split-brain-and-ways-to-deal-with-it/
    **dict.fromkeys(("glusterfs", "gluster"), Product(mounted_from_all=True, goes_on_alone=True)),
    **dict.fromkeys(("dfs", "dfs-r"), Product(mounted_from_all=True)),
    # https://linbit.com/drbd-user-guide/drbd-guide-9_0-en/#s-split-brain-notification-and-recovery
    "drbd": Product(goes_on_alone=True),
    # the gateway is a client of the cluster, which keeps the objects: https://docs.ceph.com/en/latest/radosgw/
    **dict.fromkeys(
        ("ceph-mon", "ceph-mds", "ceph-rgw", "ceph-radosgw", "radosgw", "rados-gateway"), Product(files_alone=True)
    ),
    # https://docs.aws.amazon.com/transfer/latest/userguide/what-is-aws-transfer-family.html,
    # https://docs.aws.amazon.com/filegateway/latest/files3/what-is-file-s3.html, https://github.com/gaul/s3proxy
    **dict.fromkeys(
        ("transfer-family", "storage-gateway", "file-gateway", "s3-file-gateway", "s3proxy", "versitygw"),
        Product(keeps_no_files=True),
    ),
    # an agent on each node: https://manager.docs.scylladb.com/stable/backup
    **dict.fromkeys(("cassandra", "scylladb"), Product(agrees=True, leaderless=True, copied_whole=True)),
    # https://clickhouse.com/docs/operations/backup, https://clickhouse.com/docs/engines/table-engines/mergetree-family/replication
    "clickhouse": Product(copied_whole=True, each_writes=True, appends=True),
    **dict.fromkeys(("nginx", "apache", "envoy", "openresty"), Product(trusting=True)),
    **dict.fromkeys(
        (
            *("prometheus-agent", "thanos", "mimir", "statsd", "collectd", "cadvisor"),
            *("ganglia", "cacti", "kube-state-metrics", EXPORTER),
        ),
        Product(figures_only=True),
    ),
    # https://github.com/prometheus/prometheus/wiki/Default-port-allocations
    **dict.fromkeys(("prometheus", "victoriametrics"), Product(figures_only=True, agents_at=("https", 9100))),
    "vmagent": Product(agents_at=("https", 9100)),
    **dict.fromkeys(("nagios", "naemon"), Product(figures_only=True, agents_at=("tcp", 5666))),
    **dict.fromkeys(("icinga", "icinga2"), Product(figures_only=True, agents_at=("tcp", 5665))),
    "munin": Product(figures_only=True, agents_at=("tcp", 4949)),
    "checkmk": Product(agents_at=("tcp", 6556)),
    "zabbix": Product(agents_at=("tcp", 10050)),
    "librenms": Product(agents_at=("snmp", 161)),
    **dict.fromkeys(
        ("promtail", "filebeat", "fluentd", "logstash", "loki", "graylog", "rsyslog", "syslog-ng"),
        Product(logs_only=True),
    ),
    **dict.fromkeys(
        (
            *("uptime-kuma", "gatus", "statping", "cachet", "smokeping", "blackbox-exporter", "healthchecks"),
            *("upptime", "pingdom", "uptimerobot", "statuscake", "better-uptime", "better-stack-uptime", "checkly"),
            *("hetrixtools", "freshping", "updown", "oh-dear"),
        ),
        Product(probes_only=True),
    ),
    **dict.fromkeys(
        (
            *("samba", "freeipa", "389ds", "389-directory-server"),
            *("apacheds", "kerberos", "mit-kerberos", "krb5", "heimdal", "lldap"),
        ),
        # "loose consistency with convergence":
        # https://learn.microsoft.com/windows/win32/ad/features-of-the-replication-model-for-active-directory-domain-services
        Product(directory=True, copies_later=True),
    ),
    # consumers fetch updates as clients: https://www.openldap.org/doc/admin26/replication.html
    "openldap": Product(directory=True, copies_later=True, one_port=True),
    # https://learn.microsoft.com/windows-server/identity/ad-ds/get-started/adac/active-directory-recycle-bin
    "active-directory": Product(directory=True, copies_later=True, undeletes="recycle bin"),
    # a write may wait for other servers (assured replication): https://docs.oracle.com/cd/E19623-01/820-6172/assured-replication.html
    "opendj": Product(directory=True),
    **dict.fromkeys(("ibm-mq", "ibmmq", "artemis", "activemq", "activemq-artemis"), Product(mirrors=True)),
    # open copies are Active Data Guard's, an option that is paid for
    "oracle": Product(shares_storage=True, mounts_standbys=True, needs_witness=True, replays="archived redo log"),
    # FastStartFailoverPmyShutdown is TRUE at first: https://docs.oracle.com/error-help/db/oci-16830
    **dict.fromkeys(("oracle-active-data-guard", "oracle-data-guard"), Product(needs_witness=True)),
    "oracle-rac": Product(shares_storage=True),
    **dict.fromkeys(("lvs", "ipvs", "metallb", "kube-proxy", "kube-vip"), Product(forwards=True)),
    **dict.fromkeys(("aws-nlb", "azure-load-balancer"), Product(forwards=True)),
    # https://docs.cloud.google.com/storage/docs/soft-delete
    "google-cloud-storage": Product(soft_delete=7),
    **dict.fromkeys(("aws-alb", "aws-elb", "aws-api-gateway", "cloudfront"), Product(plain_entry=True)),
    **dict.fromkeys(("aws-waf", "azure-waf", "cloud-armor"), Product(attached=True)),
    **dict.fromkeys(
        (
            *("gitlab", "gitea", "forgejo", "gogs", "gerrit", "harbor", "nexus", "artifactory"),
            *("midpoint", "mlflow", "nextcloud"),
        ),
        Product(keeps_data=True),
    ),
    # https://docs.goauthentik.io/install-config/high-availability, https://developer.konghq.com/gateway/deployment-topologies
    **dict.fromkeys(("authentik", "temporal"), Product(several="with one database")),
    "kong": Product(several="with one database, or the same declarative file on each"),
    # https://www.keycloak.org/server/caching
    "keycloak": Product(
        file_database=True,
        several="with one database, and their caches clustered (`cache: ispn`, as in production mode)",
    ),
    # https://airflow.apache.org/docs/apache-airflow/stable/administration-and-deployment/scheduler.html
    "airflow": Product(file_database=True, several="from version 2 on, with one database and the same `secret_key`"),
    # https://oauth2-proxy.github.io/oauth2-proxy/configuration/session_storage
    "oauth2-proxy": Product(several="with the same `cookie_secret`"),
    # https://docs.confluent.io/platform/current/schema-registry/multidc.html
    "schema-registry": Product(several="in one group, which elects the one that writes"),
    "kafka-connect": Product(several="in distributed mode, with the same `group.id`"),
    "ksqldb": Product(several="with the same `ksql.service.id`"),
    # https://thanos.io/tip/components/query.md
    **dict.fromkeys(("thanos-query", "thanos-querier"), Product(figures_only=True, several="each with all endpoints")),
    "jenkins": Product(keeps_data=True, single=True),
    **dict.fromkeys(
        # one hub starts the servers, each of which keeps its kernels in memory: https://z2jh.jupyter.org
        (
            "jupyterhub",
            "jupyter",
            "synapse",
            "prosody",
            "home-assistant",
            "teamcity",
            "vaultwarden",
            "jellyfin",
            "plex",
            "minecraft",
        ),
        Product(single=True),
    ),
    **dict.fromkeys(
        (
            *("mirth", "open-integration-engine", "bridgelink", "iguana", "rhapsody", "cloverleaf", "corepoint"),
            *("ensemble", "healthshare", "iris-for-health", "qvera"),
        ),
        Product(ordered=True),
    ),
    **dict.fromkeys(
        (
            *("fortigate", "fortinet", "palo-alto", "pan-os", "cisco-asa", "cisco-ftd", "firepower", "juniper-srx"),
            *("checkpoint", "check-point", "sophos", "sonicwall", "watchguard", "barracuda"),
            *(
                "cisco-asr",
                "cisco-isr",
                "cisco-catalyst",
                "cisco-nexus",
                "cisco-ios",
                "cisco-ios-xe",
                "cisco-ios-xr",
                "cisco-nx-os",
            ),
            *("juniper-mx", "juniper-qfx", "juniper-ex", "junos", "arista", "arista-eos"),
            *("f5", "f5-big-ip", "big-ip"),
            *("netscaler", "citrix-adc"),
            # arrays of disks, which copy themselves to another of their kind
            *("netapp", "netapp-ontap", "netapp-aff", "netapp-fas", "ontap", "powerstore", "powerscale", "isilon"),
            *("dell-powerstore", "dell-powerscale", "dell-isilon", "dell-unity", "emc-unity", "hitachi-vsp"),
            *("pure-storage", "flasharray", "flashblade", "hpe-3par", "hpe-primera", "hpe-alletra", "hpe-nimble"),
            *("ibm-flashsystem", "infinidat", "vast-data"),
            # mainframes and their like
            *("ibm-z", "ibm-zos", "zos", "z-os", "mainframe", "ibm-mainframe", "ibm-i", "as400", "as-400", "bs2000"),
            *("hpe-nonstop", "nonstop"),
        ),
        Product(appliance=True),
    ),
    **dict.fromkeys(
        (
            *("dovecot", "cyrus", "cyrus-imap", "courier", "courier-imap", "grommunio", "kopano", "icewarp", "axigen"),
            *("domino", "hcl-domino", "groupwise", "mdaemon"),
            *("zimbra", "carbonio", "mailcow", "mailu", "iredmail", "docker-mailserver", "modoboa", "hmailserver"),
            "kerio-connect",
        ),
        Product(mailboxes=True),
    ),
    "exchange": Product(mailboxes=True, on_windows=True),
    "iis": Product(on_windows=True),
    **dict.fromkeys(("stalwart", "james", "apache-james"), Product(mailboxes=True, keeps_data=True)),
    **dict.fromkeys(
        (
            *("unbound", "dnsmasq", "knot-resolver", "kresd", "pdns-recursor", "powerdns-recursor", "nscd", "stubby"),
            *("systemd-resolved", "dnscrypt-proxy", "pihole", "pi-hole", "adguardhome", "adguard-home", "blocky"),
            "node-local-dns",
        ),
        Product(resolves=True),
    ),
    # they serve what is in the zone; Azure leaves checks to Traffic Manager: https://learn.microsoft.com/en-us/azure/dns/dns-faq
    **dict.fromkeys(
        (
            *("bind", "bind9", "nsd", "knot", "knot-dns", "tinydns", "yadifa", "desec", "desec.io", "azure-dns"),
            *("hetzner-dns", "netcup-dns", "inwx", "gandi-livedns", "digitalocean-dns", "ovh-dns", "ionos-dns"),
        ),
        Product(unchecking=True),
    ),
    **dict.fromkeys(("alertmanager", "karma"), Product(shows=True)),
    **dict.fromkeys(("pagerduty", "opsgenie"), Product(shows=True, notifies=True)),
    **dict.fromkeys(
        (
            *(
                "victorops",
                "splunk-on-call",
                "squadcast",
                "grafana-oncall",
                "zenduty",
                "ilert",
                "twilio",
                "pushover",
                "ntfy",
                "gotify",
            ),
            *("slack", "mattermost", "microsoft-teams", "telegram", "discord"),
        ),
        Product(notifies=True),
    ),
    # https://www.elastic.co/docs/deploy-manage/production-guidance/kibana-load-balance-traffic
    "kibana": Product(shows=True, several="with the same `xpack.security.encryptionKey`"),
    "opensearch-dashboards": Product(shows=True, several="with the same `opensearch_security.cookie.password`"),
    **dict.fromkeys(("grafana", "chronograf"), Product(shows=True, file_database=True)),
    **dict.fromkeys(("metabase", "superset", "n8n", "nocodb", "node-red", "directus"), Product(file_database=True)),
    "rabbitmq": Product(votes_if_set_up=True, consoles=(15672, 15671)),
    # at most half of the drives are parity, and with less it takes more of them: https://min.io/docs/minio/linux/operations/concepts/erasure-coding.html
    "minio": Product(agrees=True, leaderless=True, quorum="half-to-read", consoles=(9001,)),
    "portainer": Product(file_database=True, consoles=(9000, 9443)),
    # the event socket and the manager interface run commands, and so do the others
    "freeswitch": Product(consoles=(8021,)),
    "asterisk": Product(consoles=(5038,)),
    "docker": Product(consoles=(2375, 2376)),
    "wildfly": Product(consoles=(9990, 9993)),
    "glassfish": Product(consoles=(4848,)),
    "proxmox-ve": Product(consoles=(8006,)),
    "webmin": Product(consoles=(10000,)),
    "emqx": Product(consoles=(18083, 18084)),
    # each of their interfaces is in a subnet, and so in one zone: https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html,
    # https://docs.aws.amazon.com/network-firewall/latest/developerguide/high-level-steps.html
    **dict.fromkeys(
        (
            "vpc-endpoint",
            "interface-endpoint",
            "gateway-load-balancer-endpoint",
            "aws-privatelink",
            "aws-network-firewall",
        ),
        Product(zonal=True),
    ),
}
