"""The phrases for each term: the glossary links their first mention on a page."""

from __future__ import annotations

from archgen.explanations.algorithms import ALGORITHMS
from archgen.explanations.protocols import PROTOCOL_TEXTS

_KINDS: dict[str, tuple[str, ...]] = {
    "dns": ("domain name system", "DNS"),
    "cdn": ("content delivery network", "CDN"),
    "firewall": ("firewall", "firewalls"),
    "waf": ("web application firewall", "WAF"),
    "load-balancer": ("load balancer", "load balancers"),
    "reverse-proxy": ("reverse proxy", "reverse proxies"),
    "api-gateway": ("API gateway",),
    "nat-gateway": ("NAT gateway",),
    "web-server": ("web server", "web servers"),
    "app-server": ("application server", "application servers"),
    "code-base": ("code base", "application files"),
    "database": ("database", "databases"),
    "key-value-store": ("key-value store",),
    "object-storage": ("object storage",),
    "identity-provider": ("identity provider",),
    "bastion": ("bastion",),
    "monitoring": ("monitoring",),
    "monitoring-agent": ("monitoring client", "monitoring clients", "monitoring agent"),
    "backup": ("backup", "backups"),
}

_MECHANISMS: dict[str, tuple[str, ...]] = {
    "domain-name": ("domain name", "domain names"),
    "dns-a": ("A record",),
    "dns-cname": ("CNAME record", "CNAME"),
    "dns-mx": ("MX record",),
    "dns-ns": ("NS record",),
    "certificate": ("TLS certificate", "certificate", "certificates"),
    "tls-termination": ("TLS ends", "TLS termination"),
    "network-trust": ("demilitarized zone", "DMZ"),
    "health-check": ("health check", "health checks"),
    "stickiness": ("stickiness",),
    "active-active": ("active-active", "active-passive"),
    "shared-address": ("shared address", "VRRP"),
    "anycast": ("anycast",),
    "orchestrator": ("orchestrator",),
    "floating-replica": ("floating replica",),
    "capacity": ("capacity",),
    "sessions": ("session", "sessions"),
    "primary-replica": ("primary-replica",),
    "primary-and-replica": ("primary",),
    "asynchronous-replication": ("asynchronous replication", "asynchronously"),
    "synchronous-replication": ("synchronous replication", "synchronously"),
    "failover-manual": ("manual failover", "failover by hand", "by hand"),
    "failover-automatic": ("automatic failover", "failover"),
    "quorum": ("quorum",),
    "queries-per-second": ("queries per second", "requests per second", "QPS"),
    "outside-probe": ("probe", "probes"),
    "single-point-of-failure": ("single point of failure", "single points of failure", "SPOF"),
    "failure-domain": ("failure domain", "failure domains"),
    "deploy-rolling": ("rolling deployment",),
    "deploy-blue-green": ("blue-green deployment",),
}

_MEASURES: dict[str, tuple[str, ...]] = {
    "availability": ("availability", "available"),
    "downtime": ("downtime", "down a year", "down per year"),
    "mtbf": ("MTBF", "mean time between failures"),
    "mttr": ("MTTR", "mean time to repair"),
    "cut-set": ("cut set", "cut sets"),
    "assumed-number": ("assumed number", "assumed numbers", "assumption", "assumptions"),
    "recovery-time": ("recovery time", "RTO"),
    "recovery-point": ("recovery point", "RPO"),
    "severity": ("severity",),
    "accepted-risk": ("accepted risk", "accepted risks"),
}

_APART = ("file", "unix", "tcp", "udp", "dns", "tls", "wsgi")
"""Protocols whose names mean something else in a sentence, or have an entry of another kind."""


def phrases() -> dict[str, tuple[str, str]]:
    """Return the phrases for each term: the phrase as it is written → (group of the glossary, id of the term)."""
    terms: dict[str, tuple[str, str]] = {}
    for group, table in (
        ("kind", _KINDS),
        ("mechanism", _MECHANISMS),
        ("measure", _MEASURES),
        ("algorithm", {name: _terms(algorithm.title, name) for name, algorithm in ALGORITHMS.items()}),
        ("protocol", {name: (text.title,) for name, text in PROTOCOL_TEXTS.items() if name not in _APART}),
    ):
        for name, words in table.items():
            for phrase in words:
                terms.setdefault(phrase, (group, name))
    return terms


def _terms(*names: str) -> tuple[str, ...]:
    """Return the names that are no ordinary word, as `first` and `random` are."""
    return tuple(name for name in names if " " in name or "-" in name)
