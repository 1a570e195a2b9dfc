"""Assumed availabilities of elements for which a model declares none, each with its source.

A number based on one of these is always reported together with it. Published figures are service-level
commitments or certification levels, which are promises and not measurements; the rest are conventions of this tool.
"""

from __future__ import annotations

from msgspec import Struct

from archgen.model.kinds import KINDS


class Assumption(Struct, frozen=True):
    """An assumed availability, as a probability, and its source."""

    availability: float
    source: str


HOST = Assumption(0.995, "Amazon Compute SLA, instance level: 99.5 % a month")

ZONES: dict[str, Assumption] = {
    "rack": Assumption(0.9999, "convention: a rack is lost for less than an hour a year"),
    "power": Assumption(0.9999, "convention: a power feed is lost for less than an hour a year"),
    "datacenter": Assumption(0.99982, "Uptime Institute, Tier III: 99.982 % a year"),
    "availability-zone": Assumption(0.9995, "convention: a zone is lost for some four hours a year"),
    "region": Assumption(0.9999, "Amazon Compute SLA, region level: 99.99 % a month"),
    "provider": Assumption(0.9999, "convention: as a region"),
}

_PROCESS = Assumption(0.9999, "convention: a process fails once a month and is back within five minutes")
_STORE = Assumption(0.9998, "convention: a store fails every half year and needs an hour to recover")
_APPLIANCE = Assumption(0.9999, "convention: an appliance's software fails once a month and restarts in five minutes")
_MANAGED = Assumption(0.999, "Google Workspace and Amazon RDS single-instance SLAs lie between 99.5 and 99.9 %")
_DNS = Assumption(0.9999, "Google Cloud DNS and Amazon Route 53 promise 100 %; one hour a year is left for the rest")


def of_replica(kind: str, managed: bool) -> Assumption:
    """Return the assumption for a replica of a kind, without its host."""
    if managed:
        return _DNS if kind == "dns" else _MANAGED
    if KINDS[kind].stores:
        return _STORE
    return _APPLIANCE if KINDS[kind].role == "edge" else _PROCESS


def of_zone(kind: str) -> Assumption:
    """Return the assumption for a zone of a kind."""
    return ZONES[kind]
