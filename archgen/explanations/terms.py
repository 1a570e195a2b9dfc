"""The words by which a text speaks of a notion: what a glossary links, wherever it is first said on a page."""

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
    "network-trust": ("demilitarised zone", "DMZ"),
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
    "failover-manual": ("failover by hand", "by hand"),
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
    "downtime": ("downtime", "down a year"),
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
"""Protocols whose names mean another thing in a sentence, or have an entry of another kind."""


def phrases() -> dict[str, tuple[str, str]]:
    """What a text may say of each notion: the phrase in lower case → (group of the glossary, id of the notion)."""
    found: dict[str, tuple[str, str]] = {}
    for group, table in (
        ("kind", _KINDS),
        ("mechanism", _MECHANISMS),
        ("measure", _MEASURES),
        ("algorithm", {name: (one.title, name) for name, one in ALGORITHMS.items()}),
        ("protocol", {name: (one.title,) for name, one in PROTOCOL_TEXTS.items() if name not in _APART}),
    ):
        for name, said in table.items():
            for phrase in said:
                found.setdefault(phrase.lower(), (group, name))
    return found
