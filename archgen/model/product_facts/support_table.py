"""The end of support of versions of well-known products: a table with a date of each entry.

It is a copy, so that archgen makes no network requests. Dates are the vendors' own: the last day of free fixes, without
paid extensions. They were compared with the data of https://endoflife.date, which collects the vendors' publications, on
the product's `as_of`. Deliberate differences: where a vendor names a quarter (HAProxy) or a month (Ubuntu, Python), its
last day is used, of two published days the later (Apache 2.2, Ubuntu 22.04, RabbitMQ 3.10 to 3.12), and for Debian the
end of its long-term support. Not in the table: releases without a date of the vendor, Redis 8.0, which got fixes after the
day that its rule of thumb gives, and Node.js 11. Where only the latest release gets fixes (Keycloak, Traefik, OPNsense), a line
ends with the next one. Kafka supports three at a time, so one ends with the third after it; 3.9 was still supported when 4.3 came.
ClickHouse begins with its first line of a long term whose day is known. Prometheus supports a release for six weeks and those of
a long term for a year. The days of ESXi are those of its general support, which brings the fixes. EMQX is by its makers' pages
alone: its 4.4 was supported until 6.0.
"""

from __future__ import annotations

from msgspec import Struct


class SupportedProduct(Struct, frozen=True):
    """A product, the vendor's page with the dates, and its release lines, oldest first, each with its last day.

    `as_of` is the day on which the dates were compared.
    """

    title: str
    source: str
    lines: str
    as_of: str


TABLE: dict[str, SupportedProduct] = {
    "nginx": SupportedProduct(
        "nginx",
        "https://nginx.org/en/download.html",
        "1.10 2017-04-12, 1.12 2018-04-17, 1.14 2019-04-23, 1.16 2020-04-20, 1.18 2021-04-20, 1.19 2021-05-25, "
        "1.20 2022-05-24, 1.21 2022-06-21, 1.22 2023-04-11, 1.23 2023-05-23, 1.24 2024-04-23, 1.25 2024-05-29, "
        "1.26 2025-04-23, 1.27 2025-06-24, 1.28 2026-04-14, 1.29 2026-05-13",
        "2026-07-15",
    ),
    "apache": SupportedProduct(
        "Apache HTTP Server",
        "https://httpd.apache.org/",
        "2.0 2013-07-10, 2.2 2018-01-01",
        "2024-07-17",
    ),
    "haproxy": SupportedProduct(
        "HAProxy",
        "https://www.haproxy.org/",
        "1.7 2021-10-01, 1.8 2022-12-09, 1.9 2020-07-31, 2.0 2024-04-05, 2.1 2021-03-18, 2.2 2025-04-23, "
        "2.3 2022-07-27, 2.4 2026-06-30, 2.5 2023-05-02, 2.6 2027-06-30, 2.7 2024-04-05, 2.8 2028-06-30, "
        "2.9 2025-03-21, 3.0 2029-06-30, 3.1 2026-03-31, 3.2 2030-06-30, 3.3 2027-03-31",
        "2026-03-05",
    ),
    "mysql": SupportedProduct(
        "MySQL",
        "https://www.mysql.com/support/",
        "5.5 2018-12-31, 5.6 2021-02-28, 5.7 2023-10-31, 8.0 2026-04-30, 8.1 2023-10-25, 8.2 2023-12-14, "
        "8.3 2024-04-10, 8.4 2032-04-30, 9.0 2024-10-15, 9.1 2025-01-21, 9.2 2025-04-15, 9.3 2025-07-22, "
        "9.4 2025-10-21, 9.5 2026-01-20, 9.6 2026-04-21",
        "2026-04-21",
    ),
    "mariadb": SupportedProduct(
        "MariaDB",
        "https://mariadb.org/about/#maintenance-policy",
        "5.5 2020-04-11, 10.0 2019-03-31, 10.1 2020-10-17, 10.2 2022-05-23, 10.3 2023-05-25, 10.4 2024-06-18, "
        "10.5 2025-06-24, 10.6 2026-07-06, 10.7 2023-02-09, 10.8 2023-05-20, 10.9 2023-08-22, 10.10 2023-11-17, "
        "10.11 2028-02-16, 11.0 2024-06-06, 11.1 2024-08-21, 11.2 2024-11-21, 11.3 2024-05-29, 11.4 2029-05-29, "
        "11.5 2024-11-21, 11.6 2025-02-13, 11.7 2025-05-12, 11.8 2028-06-04, 12.0 2025-11-18, 12.1 2026-02-13",
        "2026-03-05",
    ),
    "postgresql": SupportedProduct(
        "PostgreSQL",
        "https://www.postgresql.org/support/versioning/",
        "9.3 2018-11-08, 9.4 2020-02-13, 9.5 2021-02-11, 9.6 2021-11-11, 10 2022-11-10, 11 2023-11-09, "
        "12 2024-11-21, 13 2025-11-13, 14 2026-11-12, 15 2027-11-11, 16 2028-11-09, 17 2029-11-08, 18 2030-11-14",
        "2026-03-05",
    ),
    "mongodb": SupportedProduct(
        "MongoDB",
        "https://www.mongodb.com/legal/support-policy/lifecycles",
        "3.4 2020-01-31, 3.6 2021-04-30, 4.0 2022-04-30, 4.2 2023-04-30, 4.4 2024-02-29, 5.0 2024-10-31, "
        "5.1 2022-01-18, 5.2 2022-03-23, 5.3 2022-07-31, 6.0 2025-07-31, 6.1 2023-02-09, 6.2 2023-04-24, "
        "6.3 2023-08-31, 7.0 2027-08-31, 7.1 2024-01-23, 7.2 2024-03-27, 7.3 2024-10-31, 8.0 2029-10-31, "
        "8.1 2025-09-30, 8.2 2026-07-31",
        "2026-03-05",
    ),
    "redis": SupportedProduct(
        "Redis",
        "https://github.com/redis/redis/security",
        "5.0 2022-04-27, 6.0 2022-05-31, 7.0 2024-07-29",
        "2026-02-23",
    ),
    "elasticsearch": SupportedProduct(
        "Elasticsearch",
        "https://www.elastic.co/support/eol",
        "6 2022-02-10, 7 2026-01-15, 8 2027-07-15",
        "2026-05-01",
    ),
    "tomcat": SupportedProduct(
        "Apache Tomcat",
        "https://tomcat.apache.org/whichversion.html",
        "6 2016-12-31, 7 2021-03-31, 8.0 2018-06-30, 8.5 2024-03-31, 9.0 2027-03-31, 10.0 2022-10-31",
        "2026-03-05",
    ),
    "php": SupportedProduct(
        "PHP",
        "https://www.php.net/supported-versions.php",
        "5.6 2018-12-31, 7.0 2019-01-10, 7.1 2019-12-01, 7.2 2020-11-30, 7.3 2021-12-06, 7.4 2022-11-28, "
        "8.0 2023-11-26, 8.1 2025-12-31, 8.2 2026-12-31, 8.3 2027-12-31, 8.4 2028-12-31, 8.5 2029-12-31",
        "2026-02-23",
    ),
    "python": SupportedProduct(
        "Python",
        "https://devguide.python.org/versions/",
        "2.7 2020-01-01, 3.2 2016-02-20, 3.3 2017-09-29, 3.4 2019-03-18, 3.5 2020-09-30, 3.6 2021-12-23, "
        "3.7 2023-06-27, 3.8 2024-10-07, 3.9 2025-10-31, 3.10 2026-10-31, 3.11 2027-10-31, 3.12 2028-10-31, "
        "3.13 2029-10-31, 3.14 2030-10-31",
        "2026-03-05",
    ),
    "node": SupportedProduct(
        "Node.js",
        "https://nodejs.org/en/about/previous-releases",
        "4 2018-04-30, 5 2016-06-30, 6 2019-04-30, 7 2017-06-30, 8 2019-12-31, 9 2018-06-30, 10 2021-04-30, "
        "12 2022-04-30, 13 2020-06-01, 14 2023-04-30, 15 2021-06-01, 16 2023-09-11, 17 2022-06-01, 18 2025-04-30, "
        "19 2023-06-01, 20 2026-04-30, 21 2024-06-01, 22 2027-04-30, 23 2025-06-01, 24 2028-04-30, 25 2026-06-01",
        "2026-03-05",
    ),
    "django": SupportedProduct(
        "Django",
        "https://www.djangoproject.com/download/#supported-versions",
        "3.2 2024-04-01, 4.0 2023-04-01, 4.1 2023-12-01, 4.2 2026-04-07, 5.0 2025-04-02, 5.1 2025-12-03, "
        "5.2 2028-04-30, 6.0 2027-04-30",
        "2026-04-10",
    ),
    "mssql": SupportedProduct(
        "SQL Server",
        "https://learn.microsoft.com/lifecycle/products/?products=sql-server",
        "2014 2024-07-09, 2016 2026-07-14, 2017 2027-10-12, 2019 2030-01-08",
        "2026-11-28",
    ),
    "exchange": SupportedProduct(
        "Exchange Server",
        "https://learn.microsoft.com/lifecycle/products/?terms=Exchange%20Server",
        "2010 2020-10-13, 2013 2023-04-11, 2016 2025-10-14, 2019 2025-10-14",
        "2026-11-30",
    ),
    "esxi": SupportedProduct(
        "VMware ESXi",
        "https://support.broadcom.com/group/ecx/productlifecycle",
        "6.0 2020-03-12, 6.5 2022-10-15, 6.7 2022-10-15, 7 2025-10-02, 8 2027-10-11",
        "2026-11-30",
    ),
    "openssl": SupportedProduct(
        "OpenSSL",
        "https://openssl-library.org/policies/releasestrat/",
        "1.0.2 2019-12-31, 1.1.0 2019-09-11, 1.1.1 2023-09-11, 3.0 2026-09-07, 3.1 2025-03-14, 3.2 2025-11-23, "
        "3.3 2026-04-09, 3.4 2026-10-22, 3.5 2030-04-08, 3.6 2026-11-01",
        "2026-03-05",
    ),
    "ubuntu": SupportedProduct(
        "Ubuntu",
        "https://ubuntu.com/about/release-cycle",
        "14.04 2019-04-30, 16.04 2021-04-30, 18.04 2023-05-31, 20.04 2025-05-31, 22.04 2027-05-31, 22.10 2023-07-20, "
        "23.10 2024-07-11, 24.04 2029-05-31, 24.10 2025-07-10, 25.04 2026-01-15, 25.10 2026-07-31",
        "2026-04-23",
    ),
    "debian": SupportedProduct(
        "Debian",
        "https://wiki.debian.org/LTS",
        "8 2020-06-30, 9 2022-06-30, 10 2024-06-30, 11 2026-08-31, 12 2028-06-30, 13 2030-06-30",
        "2026-03-05",
    ),
    "centos": SupportedProduct(
        "CentOS Linux",
        "https://www.centos.org/cl-vs-cs/",
        "6 2020-11-30, 7 2024-06-30, 8 2021-12-31",
        "2024-06-30",
    ),
    "windows-server": SupportedProduct(
        "Windows Server",
        "https://learn.microsoft.com/lifecycle/products/?terms=Windows%20Server",
        "2003 2015-07-14, 2008 2020-01-14, 2012 2023-10-10, 2016 2027-01-12, 2019 2029-01-09, 2022 2031-10-14, "
        "2025 2034-11-14",
        "2026-08-22",
    ),
    "windows": SupportedProduct(
        "Windows",
        "https://learn.microsoft.com/lifecycle/products/?terms=Windows",
        "7 2020-01-14, 8 2016-01-12, 8.1 2023-01-10, 10 2025-10-14",
        "2026-08-22",
    ),
    "rhel": SupportedProduct(
        "Red Hat Enterprise Linux",
        "https://access.redhat.com/support/policy/updates/errata",
        "5 2017-03-31, 6 2020-11-30, 7 2024-06-30, 8 2029-05-31, 9 2032-05-31, 10 2035-05-31",
        "2026-08-22",
    ),
    "rocky-linux": SupportedProduct(
        "Rocky Linux",
        "https://wiki.rockylinux.org/rocky/version/",
        "8 2029-05-31, 9 2032-05-31, 10 2035-05-31",
        "2026-08-22",
    ),
    "almalinux": SupportedProduct(
        "AlmaLinux",
        "https://wiki.almalinux.org/release-notes/",
        "8 2029-05-31, 9 2032-05-31, 10 2035-05-31",
        "2026-08-22",
    ),
    "oracle-linux": SupportedProduct(
        "Oracle Linux",
        "https://www.oracle.com/a/ocom/docs/elsp-lifetime-069338.pdf",
        "6 2021-03-31, 7 2024-12-31, 8 2029-07-31, 9 2032-06-30",
        "2026-08-22",
    ),
    "proxmox-ve": SupportedProduct(
        "Proxmox VE",
        "https://pve.proxmox.com/wiki/FAQ",
        "4 2018-06-30, 5 2020-07-31, 6 2022-09-30, 7 2024-07-31, 8 2026-08-31",
        "2026-08-22",
    ),
    "rabbitmq": SupportedProduct(
        "RabbitMQ",
        "https://www.rabbitmq.com/release-information",
        "3.6 2018-05-31, 3.7 2020-09-30, 3.8 2022-07-31, 3.9 2023-01-31, 3.10 2023-07-31, 3.11 2023-12-31, "
        "3.12 2024-06-30, 3.13 2024-09-17, 4.0 2025-04-15, 4.1 2026-01-30",
        "2026-03-16",
    ),
    "oracle": SupportedProduct(
        "Oracle Database",
        "https://support.oracle.com/knowledge/Oracle%20Database%20Products/742060_1.html",
        "11.2 2015-01-31, 12.1 2018-07-31, 12.2 2022-03-31, 18 2021-06-30, 19 2029-12-31, 21 2027-07-31",
        "2026-08-22",
    ),
    "kubernetes": SupportedProduct(
        "Kubernetes",
        "https://kubernetes.io/releases/patch-releases/",
        "1.24 2023-07-28, 1.25 2023-10-27, 1.26 2024-02-28, 1.27 2024-06-28, 1.28 2024-10-28, 1.29 2025-02-28, "
        "1.30 2025-07-15, 1.31 2025-11-11, 1.32 2026-02-28, 1.33 2026-06-28, 1.34 2026-10-27, 1.35 2027-02-28, "
        "1.36 2027-06-28",
        "2026-08-22",
    ),
    "ruby": SupportedProduct(
        "Ruby",
        "https://www.ruby-lang.org/en/downloads/branches/",
        "2.5 2021-03-31, 2.6 2022-03-31, 2.7 2023-03-31, 3.0 2024-04-23, 3.1 2025-03-26, 3.2 2026-03-31, "
        "3.3 2027-03-31, 3.4 2028-03-31",
        "2026-08-22",
    ),
    "dotnet": SupportedProduct(
        ".NET",
        "https://dotnet.microsoft.com/platform/support/policy/dotnet-core",
        "2.1 2021-08-21, 3.1 2022-12-13, 5 2022-05-10, 6 2024-11-12, 7 2024-05-14, 8 2026-11-10, 9 2026-11-10, "
        "10 2028-11-14",
        "2026-08-22",
    ),
    "spring-boot": SupportedProduct(
        "Spring Boot",
        "https://github.com/spring-projects/spring-boot/wiki/Supported-Versions",
        "2.6 2022-11-24, 2.7 2023-06-30, 3.0 2023-12-31, 3.1 2024-06-30, 3.2 2024-12-31, 3.3 2025-06-30, "
        "3.4 2025-12-31, 3.5 2026-06-30, 4.0 2026-12-31, 4.1 2027-07-31",
        "2026-08-22",
    ),
    "drupal": SupportedProduct(
        "Drupal",
        "https://www.drupal.org/about/core/policies/core-release-cycles/schedule",
        "7 2025-01-05, 8.9 2021-11-02, 9.5 2023-11-01, 10.0 2023-12-15, 10.1 2024-06-20, 10.2 2024-12-17, "
        "10.3 2025-06-16, 10.4 2025-12-10, 10.5 2026-06-17, 10.6 2026-12-16, 11.0 2025-06-16, 11.1 2025-12-10, "
        "11.2 2026-06-17, 11.3 2026-12-16",
        "2026-08-22",
    ),
    "zabbix": SupportedProduct(
        "Zabbix",
        "https://www.zabbix.com/life_cycle_and_release_policy",
        "4.0 2023-10-31, 5.0 2025-05-31, 5.4 2022-03-31, 6.0 2027-02-28, 6.2 2023-02-28, 6.4 2024-12-31, "
        "7.0 2029-06-30, 7.2 2025-12-31, 7.4 2026-12-31",
        "2026-08-22",
    ),
    "envoy": SupportedProduct(
        "Envoy",
        "https://github.com/envoyproxy/envoy/blob/main/RELEASES.md",
        "1.28 2024-10-19, 1.29 2025-01-16, 1.30 2025-04-16, 1.31 2025-07-19, 1.32 2025-10-15, 1.33 2026-01-14, "
        "1.34 2026-04-15, 1.35 2026-07-23, 1.36 2026-10-14, 1.37 2027-01-13, 1.38 2027-04-23",
        "2026-08-22",
    ),
    "keycloak": SupportedProduct(
        "Keycloak",
        "https://github.com/keycloak/keycloak/security/policy",
        "10 2020-07-22, 11 2020-12-16, 12 2021-05-06, 13 2021-06-18, 14 2021-07-15, 15 2021-12-17, 16 2022-03-11, "
        "17 2022-04-20, 18 2022-07-27, 19 2022-11-01, 20 2023-02-23, 21 2023-07-11, 22 2023-11-23, 23 2024-03-04, "
        "24 2024-06-10, 25 2024-10-04, 26.0 2025-01-15, 26.1 2025-04-11, 26.2 2025-07-02, 26.3 2025-09-30, "
        "26.4 2026-01-06, 26.5 2026-04-08, 26.6 2026-07-09",
        "2026-08-22",
    ),
    "traefik": SupportedProduct(
        "Traefik",
        "https://doc.traefik.io/traefik/deprecation/releases/",
        "1.7 2021-12-31, 2.0 2019-12-11, 2.1 2020-03-25, 2.2 2020-09-23, 2.3 2021-01-19, 2.4 2021-08-17, "
        "2.5 2022-01-24, 2.6 2022-05-24, 2.7 2022-06-29, 2.8 2022-10-03, 2.9 2023-04-24, 2.10 2024-02-12, "
        "2.11 2026-02-01, 3.0 2024-07-15, 3.1 2024-10-28, 3.2 2025-01-06, 3.3 2025-05-05, 3.4 2025-07-23, "
        "3.5 2025-11-07, 3.6 2026-08-16",
        "2026-08-22",
    ),
    "opensearch": SupportedProduct(
        "OpenSearch",
        "https://opensearch.org/releases.html",
        "1 2025-05-06",
        "2026-08-22",
    ),
    "clickhouse": SupportedProduct(
        "ClickHouse",
        "https://github.com/ClickHouse/ClickHouse/blob/master/SECURITY.md",
        "25.3 2026-03-20, 25.4 2025-07-29, 25.5 2025-08-29, 25.6 2025-09-27, 25.7 2025-11-01, 25.8 2026-08-29, "
        "25.9 2025-12-18, 25.10 2026-01-30, 25.11 2026-02-27, 25.12 2026-03-26, 26.1 2026-05-05, 26.2 2026-05-21, "
        "26.3 2027-03-26, 26.4 2026-07-22",
        "2026-08-22",
    ),
    "cassandra": SupportedProduct(
        "Apache Cassandra",
        "https://cassandra.apache.org/_/download.html",
        "3.0 2024-09-05, 3.11 2024-09-05",
        "2026-08-22",
    ),
    "nextcloud": SupportedProduct(
        "Nextcloud",
        "https://github.com/nextcloud/server/wiki/Maintenance-and-Release-Schedule",
        "14 2019-09-30, 15 2019-12-31, 16 2020-06-30, 17 2020-10-31, 18 2021-01-31, 19 2021-06-30, 20 2021-11-30, "
        "21 2022-02-28, 22 2022-07-31, 23 2022-12-31, 24 2023-04-30, 25 2023-10-31, 26 2024-03-31, 27 2024-06-30, "
        "28 2024-12-31, 29 2025-04-30, 30 2025-10-31, 31 2026-02-28, 32 2026-09-30, 33 2027-02-28, 34 2027-06-30",
        "2026-08-22",
    ),
    "kafka": SupportedProduct(
        "Apache Kafka",
        "https://kafka.apache.org/community/downloads/",
        "2.8 2022-05-09, 3.0 2022-09-28, 3.1 2023-02-06, 3.2 2023-06-13, 3.3 2023-10-03, 3.4 2024-02-26, "
        "3.5 2024-07-26, 3.6 2024-11-06, 3.7 2025-03-18, 3.8 2025-09-02",
        "2026-08-22",
    ),
    "emqx": SupportedProduct(
        "EMQX",
        "https://docs.emqx.com/en/emqx/latest/changes/eol-ee.html",
        "4.0 2021-07-17, 4.1 2022-01-17, 4.2 2022-04-12, 4.3 2022-11-18, 4.4 2025-09-30, 5.0 2024-08-02, "
        "5.1 2024-12-20, 5.2 2025-03-06, 5.3 2025-03-28, 5.4 2025-06-22, 5.5 2025-07-31, 5.6 2025-09-27, "
        "5.7 2025-11-26",
        "2026-09-17",
    ),
    "prometheus": SupportedProduct(
        "Prometheus",
        "https://prometheus.io/docs/introduction/release-cycle/",
        "2.37 2023-07-31, 2.38 2022-09-27, 2.39 2022-11-16, 2.40 2022-12-19, 2.41 2023-01-31, 2.42 2023-03-14, "
        "2.43 2023-05-02, 2.44 2023-08-06, 2.45 2024-07-31, 2.46 2023-09-05, 2.47 2023-10-18, 2.48 2023-12-28, "
        "2.49 2024-02-26, 2.50 2024-04-04, 2.51 2024-04-30, 2.52 2024-06-19, 2.53 2025-07-31, 2.54 2024-09-20, "
        "2.55 2024-12-03, 3.0 2024-12-26, 3.1 2025-02-13, 3.2 2025-03-31, 3.3 2025-05-27, 3.4 2025-06-28, "
        "3.5 2026-07-31, 3.6 2025-11-02, 3.7 2025-11-26, 3.8 2026-01-09, 3.9 2026-02-17, 3.10 2026-04-08, "
        "3.11 2026-05-14, 3.12 2026-07-09, 3.13 2027-07-31",
        "2026-08-22",
    ),
    "rails": SupportedProduct(
        "Ruby on Rails",
        "https://rubyonrails.org/maintenance",
        "4.2 2017-04-27, 5.0 2018-04-09, 5.1 2019-08-25, 5.2 2022-06-01, 6.0 2023-06-01, 6.1 2024-10-01, "
        "7.0 2025-04-01, 7.1 2025-10-01, 7.2 2026-08-09, 8.0 2026-11-07, 8.1 2027-10-10",
        "2026-08-22",
    ),
    "strapi": SupportedProduct(
        "Strapi",
        "https://github.com/strapi/strapi/blob/develop/SECURITY.md",
        "3 2022-12-31, 4 2026-06-09",
        "2026-08-22",
    ),
    "dovecot": SupportedProduct(
        "Dovecot",
        "https://dovecot.org/mailman3/archives/list/dovecot-news@dovecot.org/thread/3P45L76DOC3NKUNSSPIXQNKINGOCYH5K/",
        "2.0 2013-04-11, 2.1 2017-12-22, 2.2 2025-01-24",
        "2026-08-22",
    ),
    "opnsense": SupportedProduct(
        "OPNsense",
        "https://opnsense.org/about/road-map/",
        "21.1 2021-07-23, 21.7 2022-01-25, 22.1 2022-07-25, 22.7 2023-01-25, 23.1 2023-07-28, 23.7 2024-01-26, "
        "24.1 2024-07-25, 24.7 2025-01-28, 25.1 2025-07-23, 25.7 2026-01-28, 26.1 2026-07-15",
        "2026-08-22",
    ),
}
