"""DNS: dnsmasq with the model's records, alone and without a cache behind it."""

from __future__ import annotations

from archgen.model.architecture import Record, Replica
from lab.service import Service, shell
from lab.site import Site

SERVES = ("dns",)


def service(site: Site, replica: Replica) -> Service:
    """Return a replica of the name server."""
    records = site.component(replica.component).records
    hosts = [
        f"--host-record={record.name},{_value(site, record)}" for record in records if record.type in ("A", "AAAA")
    ]
    return Service(
        name=replica.id,
        packages=("dnsmasq-base",),
        run=(
            *("dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--pid-file="),
            *("--user=root", f"--listen-address={site.address(replica)}", "--bind-interfaces", *hosts),
        ),
        alive=shell("ss -Huln sport = :53 | grep -q ."),
    )


def _value(site: Site, record: Record) -> str:
    """Return a record's address; the model may name a host."""
    return site.places.get(record.value) or record.value
