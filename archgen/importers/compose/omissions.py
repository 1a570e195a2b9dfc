"""Services of compose files that no request sees: they run once, or help others; and what jobs prepare before they end."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from archgen.importers.addresses import is_loopback, mentions
from archgen.importers.compose.own_programs import checks_sources, compiles_sources
from archgen.importers.compose.service import Service
from archgen.importers.products import Guess, image_name
from archgen.importers.variable_names import sets_host

_ONCE = re.compile(r"(^|[-_.])(migrate|migrations?|migrator|init|initializer|setup|seed|seeder|bootstrap|createbuckets?|create-?topics|"
                   r"install|installer|backfill|tests?|e2e|wait|permissions?|console|shell|cli)([-_.]|$)", re.IGNORECASE)  # fmt: skip
_PREPARES = re.compile(
    r"(^|[-_.])(config|configure|configurator|provision(er)?|reconcile|loader|load[-_]?(data|fixtures)|register|create|import(er)?)"
    r"([-_.]|$)",
    re.IGNORECASE,
)
"""Names of what ends, where its restart says that nothing starts it again."""

_BY_HAND = re.compile(r"(^|[-_.])(admin|tools?|toolbox|cli|shell|console|bash|debug)([-_.\d]|$)", re.IGNORECASE)
_HELPERS = {
    "certbot", "acme-companion", "letsencrypt-nginx-proxy-companion", "watchtower", "autoheal", "docker-gen", "mc", "hello-world",
    "wait-for-it", "dockerize", "docker-autoheal", "docker-letsencrypt-nginx-proxy-companion", "acme.sh", "diun",
    "traefik-certs-dumper",
}  # fmt: skip

_TOOLS = ("alpine", "bash", "busybox", "curl", "debian", "openssl", "ubuntu")
"""Images that hold programs for a shell, and no server."""

_IDLE = re.compile(r"\btail\s+-[fF]\s+/dev/null|\bsleep\s+(inf|infinity|\d{4,})\b")

_COPIES = re.compile(r"(?:(?:/bin/)?(?:ba)?sh\s+-e?c\s+)?[\"']?cp\s[^;&|\n]*(?:&&\s*echo\s[^;&|\n]*)?[\"']?")
"""A command of nothing but a copy."""

_SAY = r"(?:/bin/)?(?:echo|printf|true|false|exit)(?:[ \t][^;&|\n]*)?"
_WRITE = r"(?:/[\w/]*/)?(?:htpasswd|openssl|ssh-keygen|keytool|chown|chmod|mkdir|mv|ln|cp|touch|rm)[ \t][^;&|\n]*"
_SAYS = re.compile(rf"(?:(?:/bin/)?(?:ba|a)?sh\s+-e?c\s+)?[\"']?\s*{_SAY}(?:(?:;|&&|\n)\s*(?:{_SAY})?)*[\"']?")
"""A command of nothing but messages, or a status: it ends at once."""

_WRITES = re.compile(
    rf"(?:/bin/)?(?:ba|a)?sh\s+-e?u?c\s+[\"']?\s*(?:{_SAY}|{_WRITE})(?:(?:;|&&|\n)\s*(?:{_SAY}|{_WRITE})?)*[\"']?\s*"
)
"""A command of a shell that does nothing but write files."""

_BEFORE = re.compile(
    r"(?<![a-z])(upgrad\w*|init\w*|generat\w*|migrat\w*|bootstrap|prepare|provision\w*)(?![a-z])", re.IGNORECASE
)
"""Words of what is done before others start."""

_CLIENT = re.compile(
    r"(?:^|[\s/\"'(;&|])(psql|pg_restore|createdb|mysql(?=\s+-)|mysqladmin|mongosh|mongo(?=\s+-)|mongorestore|mongoimport|redis-cli|"
    r"clickhouse-client|cqlsh|rabbitmqadmin|kafka-topics(\.sh)?)(?=\s)"
)
"""Clients that come in the images of stores."""

_DAEMON = re.compile(
    r"(?:^|[\s/\"'(;&|])(postgres|mysqld(_safe)?|mariadbd|mongod|redis-server|cassandra|clickhouse-server|rabbitmq-server|"
    r"[\w-]*entrypoint(\.(sh|py))?|kafka-server-start(\.sh)?|docker/run|[a-z]\w*-server|pg_ctl\w*|while|crond?|tail|wait)(?=[\s\"';&|)]|$)"
    r"|--daemonize\b|(?<!&)&(?!&)"
)
"""What such an image runs otherwise, what repeats a command, and what leaves one in the background."""

_SCRIPT = re.compile(r"(/\w+)*/?(ba)?sh\s|\S+\.sh(\s|$)")
_OF_CLIENTS = frozenset(("PGHOST", "MYSQL_HOST", "MONGO_HOST"))
"""Variables by which a client is told the host of a store."""

_LONGEST = 2000
_ALWAYS = ("always", "unless-stopped")

_OF_DATA = re.compile(r"/(var/lib|data|bitnami)(/|$)")
"""Where stores keep their data."""

_SIDECAR = re.compile(r"(^|[-_/])(daprd?|sidecar)([-_:]|$)", re.IGNORECASE)


def reason_of(name: str, service: Service, kind: Guess, ended: bool, others: Iterable[Service]) -> str:
    """Return the reason why a service is no component; the empty text if it is one.

    `others` are all that run beside it: what one of them calls by its name serves, however it is called.
    """
    works = kind.known.kind in ("service", "other", "app-server", "worker")
    # servers restart on failure as well as jobs do
    ends = service.restart in ("no", "false")
    once = _ONCE.search(name) is not None and (ends or service.restart in ("", "on-failure"))
    prepares = _PREPARES.search(name) is not None and ends
    # a server's image under another command prepares the server
    likely = (once or prepares) and (works or (ends and service.words != "")) and not _serves(service)
    alone = likely or _is_client(service, kind)
    others = [*others]
    alone = alone or _only_begins(service, others)
    if ended or _ends_at_once(service) or (alone and not _is_addressed(service, others)):
        return "runs once and ends"
    if works and service.at_terminal and not service.ports and _BY_HAND.search(name):
        return "is run by hand, at a terminal"
    if service.replicas == 0:
        return "has no replicas"
    name_of_image = image_name(service.image)
    waits = name_of_image in _TOOLS and kind.known.kind not in ("worker", "scheduler") and _IDLE.search(service.words)
    is_tool = works and (checks_sources(name, service.image) or compiles_sources(service.words))
    checks = is_tool and not _serves(service) and not _is_addressed(service, others)
    if checks or (service.image and (name_of_image in _HELPERS or waits)):
        return "takes part in no request"
    return ""


def _ends_at_once(service: Service) -> bool:
    """Return True for a command that copies the files of an image into a volume, or says something, and does nothing else."""
    words = service.words.strip()
    ends = any(pattern.fullmatch(words) is not None for pattern in (_COPIES, _SAYS, _WRITES))
    return ends and not (service.ports or service.restart in _ALWAYS)


def _only_begins(service: Service, others: Iterable[Service]) -> bool:
    """Return True for what its name, recipe or command says is done first, and nothing starts again, as it does all others."""
    if service.restart or service.ports or service.replicas is not None or service.profiles:
        return False
    words = " ".join((service.name, service.dockerfile, service.words))[:_LONGEST]
    beside = [other for other in others if other is not service and other.name != service.name]
    running = [other for other in beside if other.restart in (*_ALWAYS, "on-failure")]
    first = [other for other in beside if other not in running]
    is_first = all(_BEFORE.search(" ".join((other.name, other.dockerfile, other.words))[:_LONGEST]) for other in first)
    return len(running) > len(first) + 1 and is_first and _BEFORE.search(words) is not None


def _is_client(service: Service, kind: Guess) -> bool:
    """Return True for the image of a store under the command of its client: that asks another store once, and keeps nothing."""
    if not kind.known.keeps_data or service.ports or service.restart in _ALWAYS:
        return False
    words, keeps = service.words, any(_OF_DATA.match(target) for target in service.mounts)
    hosts = [value.text for name, value in service.environment.items() if name in _OF_CLIENTS]
    is_script = any(host and not is_loopback(host) for host in hosts) and _SCRIPT.match(words) is not None
    serves = _DAEMON.search(words) is not None or _IDLE.search(words) is not None
    return not keeps and (is_script or _CLIENT.search(words) is not None) and not serves


def _serves(service: Service) -> bool:
    """Return True for a service with a port for others, or with a check that it is up."""
    return bool(service.ports) or service.exposed or service.checked


def _is_addressed(service: Service, others: Iterable[Service]) -> bool:
    """Return True if the variables or the command of another service hold the address of this one."""
    hosts = {name.lower(): service.name for name in (service.name, *service.aliases)}
    return any(
        mentions(name, text, hosts)
        # `NODE_ENV: test` holds a word, and no host
        and (":" in text or sets_host(name))
        for other in others
        if other is not service
        for name, text in (
            *((name, value.text) for name, value in other.environment.items()),
            *(("", word) for word in other.words.split()),
        )
    )


def main_of(service: Service) -> str:
    """Return the name of the service that a sidecar stands beside and speaks for; the empty text for any other service."""
    kind, _, name = service.network_mode.partition(":")
    if kind != "service":
        return ""
    beside = _SIDECAR.search(service.name) is not None or _SIDECAR.search(service.image) is not None
    return name if beside and not service.ports else ""


def configuring_jobs(service: Service, services: Mapping[str, Service]) -> Iterator[Service]:
    """Yield the jobs that a service waits for the end of, and shares its image and a volume with."""
    for name, value in service.depends_on.items():
        job = services.get(name)
        if job is not None and value.text == "service_completed_successfully" and _is_alike(service, job):
            yield job


def awaited(service: Service, services: Mapping[str, Service]) -> set[str]:
    """Return the names of what a service waits for, also through a job that prepares one other service alone."""
    names = set(service.depends_on)
    for name, value in service.depends_on.items():
        job = services.get(name)
        if job is not None and value.text == "service_completed_successfully" and len(job.depends_on) == 1:
            names |= job.depends_on.keys()
    return names


def _is_alike(service: Service, job: Service) -> bool:
    return service.runs_program_of(job) and not _volumes(service).isdisjoint(_volumes(job))


def _volumes(service: Service) -> set[str]:
    return {mount.text for mount in service.mounts.values() if not mount.text.endswith(".sock")}
