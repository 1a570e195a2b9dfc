"""keepalived configurations: an address that moves between hosts (https://keepalived.org/manpage.html)."""

from __future__ import annotations

import re

from archgen.importers.facts import Configuration
from archgen.importers.proxies import Proxy

_ADDRESS = re.compile(r"virtual_ipaddress\s*\{\s*([0-9a-fA-F:.]+)")


def is_keepalived(file: Configuration) -> bool:
    """Return True if a file looks like a configuration of keepalived."""
    return b"vrrp_instance" in file.data


def read_keepalived(proxy: Proxy, nodes: int | None = None) -> None:
    """Add the cluster that a configuration makes of a proxy; `nodes` are the hosts that have one like it, if they are known."""
    text = re.sub(r"[#!][^\n]*", "", proxy.file.data.decode("utf-8", "replace"))
    instance = text.find("vrrp_instance")
    line = text.count("\n", 0, instance) + 1
    match = _ADDRESS.search(text)
    cluster: dict[str, object] = {"mode": "active-passive", "failover": "automatic", "by": "vrrp"}
    if match is not None:
        cluster["address"] = {"shared": match[1]}
    cluster["watches"] = "process" if "track_script" in text or "track_process" in text else "host"
    subject = f"component:{proxy.owner}"
    proxy.add(subject, "cluster", cluster, line, "vrrp_instance")
    if nodes is not None:
        proxy.add(subject, "nodes", max(2, nodes), line, "vrrp_instance")
