"""Assumed numbers where a model declares none: availabilities, times to repair and to fail over, bad changes.

Each has its source and a date: that of a provider's page, or the day on which the source was read. A promise is a
service-level commitment, which is no measurement; a convention is this tool's own, with its reasoning.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from archgen.model.architecture import Scope
from archgen.model.durations import HOURS_PER_YEAR

Basis = Literal["promise", "design target", "certification", "default", "documented", "convention"]

_READ = "2026-11-27"

HOUR, MINUTE = 1.0, 1.0 / 60.0
"""Times to repair are in hours."""


class Source(Struct, frozen=True):
    """The source of a number: its kind, the page or the reasoning, and an ISO date."""

    basis: Basis
    text: str
    date: str = _READ

    def __str__(self) -> str:
        return f"{self.basis}: {self.text} ({self.date})"


class Number(Struct, frozen=True):
    """An assumed availability of an element by itself, and the mean length of an outage in hours, each with its source."""

    availability: float
    mttr: float
    source: Source
    repair: Source

    @property
    def outages(self) -> float:
        """Outages per year."""
        return (1.0 - self.availability) * HOURS_PER_YEAR / self.mttr


class Delay(Struct, frozen=True):
    """Seconds until another member takes over, and their source."""

    seconds: float
    source: Source


class ChangeRate(Struct, frozen=True):
    """Changes of a component: one every so many seconds, the share that is bad, the seconds until it is undone."""

    every: float
    bad: float
    recovery: float
    source: Source


def _convention(text: str) -> Source:
    return Source("convention", text)


_DECIDED = _convention("somebody notices, decides and rebuilds within 4 hours")
_RESTARTED = _convention("a supervisor restarts it within 5 minutes")
_RECOVERED = _convention("a disk is freed, or a crash recovered from, within an hour")
_TWO_HOURS = _convention("power or a switch is back within 2 hours")
_FOUR_HOURS = _convention("a site is back within 4 hours")
_PROVIDER = _convention("status pages of providers report outages of tens of minutes to some hours")

_GOOGLE_GUIDE = "docs.cloud.google.com/architecture/infra-reliability-guide/design"

HOST = Number(
    0.999,
    4 * HOUR,
    Source("design target", f"a workload in a single zone is designed for 99.9%, {_GOOGLE_GUIDE}"),
    _DECIDED,
)
GUEST = Number(
    0.9999,
    15 * MINUTE,
    _convention("the part of a virtual machine itself: what it runs on is counted apart"),
    _convention("it is started again within 15 minutes"),
)

OWN_CODE = Number(
    0.9999,
    5 * MINUTE,
    _convention("own code crashes less than once a month; bad deployments are counted as changes"),
    _RESTARTED,
)
PROGRAM = Number(
    0.99995,
    5 * MINUTE,
    _convention("a program of others crashes half as often as own code; bad configurations are counted as changes"),
    _RESTARTED,
)
STORE = Number(
    0.9998,
    1 * HOUR,
    _convention("a store fails twice a year for an hour: a full disk, a corrupt table, a crash"),
    _RECOVERED,
)
DNS = Number(
    0.9999,
    1 * HOUR,
    _convention("providers of DNS promise 100%, and nothing is up all the time: an hour a year is left"),
    _PROVIDER,
)

ZONES: dict[str, Number] = {
    **dict.fromkeys(
        ("rack", "power"),
        Number(0.9999, 2 * HOUR, _convention("a rack or a feed is lost once in two or three years"), _TWO_HOURS),
    ),
    "datacenter": Number(
        0.99982,
        4 * HOUR,
        Source(
            "certification",
            "Uptime Institute, Tier III: 99.982%, viabandwidth.com/datacenters/guides/tier-3-vs-tier-4",
        ),
        _FOUR_HOURS,
    ),
    "availability-zone": Number(
        0.99982, 4 * HOUR, _convention("a zone is one or more datacenters, so it is as available as one"), _FOUR_HOURS
    ),
    "region": Number(
        0.9999,
        4 * HOUR,
        Source("design target", f"a multi-zone deployment is designed for 99.99%, {_GOOGLE_GUIDE}"),
        _FOUR_HOURS,
    ),
    "provider": Number(
        0.99999,
        4 * HOUR,
        Source("design target", f"a multi-region deployment is designed for 99.999%, {_GOOGLE_GUIDE}"),
        _FOUR_HOURS,
    ),
}

MANAGED_UNKNOWN = Number(
    0.999,
    1 * HOUR,
    _convention("a managed service of unknown scope: the lower of the common promises, as for S3, MQ and Cognito"),
    _PROVIDER,
)


def _managed(availability: float, text: str) -> Number:
    return Number(availability, 1 * HOUR, _convention(f"a managed service without a known promise, {text}"), _PROVIDER)


MANAGED: dict[Scope, Number] = {
    "zonal": _managed(0.999, "zonal: as a workload in one zone"),
    "regional": _managed(0.9995, "regional: as a database with a standby in a second zone"),
    "global": _managed(0.9999, "global: as a deployment in several zones"),
}

_TABLE = ("cloudonaut.io/aws-sla-are-you-able-to-keep-your-availability-promise", "2019-01-31")
_GOOGLE_COMPUTE = ("cloud.google.com/compute/sla", _READ)
_RDS = ("aws.amazon.com/rds/sla", "2024-01-22")
_READ_LATER = "2026-11-29"
_AZURE = ("github.com/Azure/modern-web-app-pattern-java (slo-calculation.md, of Microsoft)", _READ_LATER)
_AZURE_ALONE = ("github.com/Azure/reliable-web-app-pattern-java (sla-calculation.md, of Microsoft)", _READ_LATER)
_AZURE_SQL = ("github.com/Azure/modern-web-app-pattern-dotnet (slo-calculation.md, of Microsoft)", _READ_LATER)
_AZURE_POSTGRESQL = ("azure-database-for-postgresql", "azure-postgresql", "azure-postgres")


def _promise(availability: float, page: str, date: str) -> Number:
    text = f"service-level agreement, {page}"
    return Number(availability, 1 * HOUR, Source("promise", text, date), _PROVIDER)


def _promises(
    scope: Scope, availability: float, page: str, date: str, *products: str
) -> dict[tuple[str, Scope], Number]:
    return dict.fromkeys([(product, scope) for product in products], _promise(availability, page, date))


PROMISES: dict[tuple[str, Scope], Number] = {
    **_promises("zonal", 0.995, *_RDS, "aws-rds"),
    **_promises("regional", 0.9995, *_RDS, "aws-rds"),
    **_promises("regional", 0.9999, *_TABLE, "aws-alb", "aws-nlb", "aws-elb", "dynamodb"),
    **_promises("regional", 0.9995, *_TABLE, "aws-api-gateway", "aws-lambda"),
    **_promises("regional", 0.999, *_TABLE, "s3", "sqs", "amazon-mq", "kinesis", "efs", "eks"),
    **_promises("regional", 0.999, *_TABLE, "secrets-manager", "cognito"),
    **_promises("global", 0.999, *_TABLE, "cloudfront"),
    **_promises("regional", 0.9999, "aws.amazon.com/compute/sla/historical", "2022-05-05", "aws-fargate", "ecs"),
    **_promises("regional", 0.9995, "cloud.google.com/sql/sla", _READ, "cloud-sql"),
    **_promises("regional", 0.9999, *_GOOGLE_COMPUTE, "google-cloud-load-balancing"),
    **_promises("global", 0.9999, *_GOOGLE_COMPUTE, "google-cloud-load-balancing"),
    **_promises("regional", 0.9995, "cloud.google.com/run/sla", _READ_LATER, "cloud-run"),
    **_promises("regional", 0.999, "cloud.google.com/memorystore/sla", _READ_LATER, "memorystore"),
    **_promises("global", 0.9999, *_AZURE, "azure-front-door", "entra-id", "azure-ad"),
    **_promises("regional", 0.9999, *_AZURE, "azure-key-vault", *_AZURE_POSTGRESQL),
    **_promises("zonal", 0.999, *_AZURE_ALONE, *_AZURE_POSTGRESQL),
    **_promises("regional", 0.99995, *_AZURE_SQL, "azure-sql", "azure-sql-database"),
    **_promises("regional", 0.9995, *_AZURE, "azure-app-service"),
    **_promises("zonal", 0.9995, *_AZURE, "azure-app-service"),
    **_promises("regional", 0.999, *_AZURE, "azure-service-bus", "azure-blob-storage", "azure-container-registry"),
    **_promises("regional", 0.999, *_AZURE, "azure-cache-for-redis"),
    **_promises("zonal", 0.999, *_AZURE, "azure-cache-for-redis"),
    ("route53", "global"): DNS,
}
"""By product and scope; what isn't here has the number of its scope."""

VRRP = Delay(4, Source("default", "a backup takes over after 3 advertisements of 1 s and less than a second, RFC 5798"))
DNS_CHECKS = Delay(90, Source("default", "Route 53 health checks: 3 failures, 30 s apart, before the record changes"))
DNS_TTL = Delay(300, _convention("a DNS record without a declared ttl is cached for 300 s"))
ANYCAST = Delay(90, Source("default", "hold time of a BGP session, 90 s as suggested by RFC 1657"))
PATRONI = Delay(
    40,
    Source(
        "default",
        "Patroni: ttl 30 s and loop_wait 10 s, access.crunchydata.com/documentation/patroni/latest/dynamic_configuration",
    ),
)
SENTINEL = Delay(40, Source("default", "Redis Sentinel: down-after-milliseconds 30,000, and 10 s to elect and switch"))
MONGODB = Delay(
    12, Source("documented", "the median isn't above 12 s, mongodb.com/docs/manual/core/replica-set-elections")
)
RDS_PRIMARY = Delay(
    120, Source("documented", "RDS Multi-AZ: 60 to 120 s, awsi.click/en/articles/rds-multi-az-failover-mechanism")
)
MANAGED_PRIMARY = Delay(120, _convention("a provider promotes a standby as quickly as RDS does, within 60 to 120 s"))
RESCHEDULED = Delay(
    350,
    Source("default", "Kubernetes: node-monitor-grace-period 50 s (kubernetes#127352) and tolerationSeconds 300"),
)
OTHER_FAILOVER = Delay(60, _convention("three checks, ten seconds apart, and half a minute for the rest"))

_WEEK, _MONTH = 7 * 86400.0, 30 * 86400.0

OWN_CHANGES = ChangeRate(
    _WEEK,
    0.02,
    3600.0,
    _convention(
        "one bad deployment a year, undone within an hour; 2 in 5 of the changes that fail in DORA's best group are outages"
    ),
)
OTHER_CHANGES = ChangeRate(
    _MONTH, 0.01, 3600.0, _convention("a wrong configuration every eight years, undone within an hour")
)
