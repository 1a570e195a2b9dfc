"""Compose projects as facts."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterator

from msgspec import Struct

from archgen.importers.addresses import Mention, mentions, names_page, names_telemetry, resolve_host
from archgen.importers.catalogue import SAFE_IMAGE
from archgen.importers.compose.interpolation import env_file_variables
from archgen.importers.compose.omissions import is_order_alone, reason_of
from archgen.importers.compose.ports import entry_of
from archgen.importers.compose.project import Project
from archgen.importers.compose.routing import ProxyRoute, routes
from archgen.importers.compose.service import Service, SourceText, split_words
from archgen.importers.facts import Attachment, Fact, FactSheet, Opener, Origin
from archgen.importers.names import free_id
from archgen.importers.products import Guess, guess, image_name
from archgen.model.finding import Confidence
from archgen.model.kinds import KINDS

HOST = "docker-host"

_REPLICATES = re.compile(r"MASTER|PRIMARY|SLAVEOF|REPLICAOF|replicaof|slaveof|primary_conninfo|LEADER", re.IGNORECASE)
_COORDINATORS = ("etcd", "consul", "zookeeper")
_NO_CONFIGURATION = (".sock", ".pem", ".key", ".crt", ".sql", ".sh", ".py", ".js", ".html", ".md")
_LARGEST_MOUNT = 256 * 1024


def _title(project: Project) -> str:
    return posixpath.basename(project.directory) or "project"


class _Part(Struct, frozen=True):
    """A service with its id and its kind."""

    id: str
    service: Service
    guess: Guess

    @property
    def kind(self) -> str:
        return self.guess.known.kind


def read_compose(projects: list[Project], opener: Opener, sheet: FactSheet) -> list[Attachment]:
    """Add the facts of projects; return the configurations that their services mount."""
    taken: dict[str, str] = {}
    attachments: list[Attachment] = []
    counts = Counter(name for project in projects for name in project.services)
    for project in projects:
        host = HOST if len(projects) == 1 else f"{HOST}-{_title(project)}"
        attachments += _Reader(project, taken, opener, sheet, host, counts).read()
    return attachments


class _Reader:
    def __init__(
        self,
        project: Project,
        taken: dict[str, str],
        opener: Opener,
        sheet: FactSheet,
        host: str,
        counts: Counter[str],
    ) -> None:
        self.project = project
        self.host = host
        self.counts = counts
        self.opener = opener
        self.sheet = sheet
        self.parts = dict(self._parts(taken))
        self.by_id = {part.id: part for part in self.parts.values()}
        self.hosts = self._hosts()
        self.shared = self._shared()
        self.proven: set[tuple[str, str]] = set()

    def read(self) -> list[Attachment]:
        attachments: list[Attachment] = []
        for part in self.parts.values():
            self._describe(part)
            self._publish(part)
        for part in self.parts.values():
            self._call(part)
            attachments += self._mounted(part)
        for route in routes({part.id: part.service for part in self.parts.values()}, self._proxies()):
            self._route(route)
        for part in self.parts.values():
            self._order(part)
        return attachments

    def _parts(self, taken: dict[str, str]) -> Iterator[tuple[str, _Part]]:
        ended = {
            name
            for service in self.project.services.values()
            for name, value in service.depends_on.items()
            if value.text == "service_completed_successfully"
        }
        for name, service in self.project.services.items():
            words = service.image or posixpath.basename(service.built.rstrip("/"))
            # variables of a database tell little of what is built here and keeps no data
            keeps = bool(service.image) or any("/var/lib/" in target for target in service.mounts)
            kind = guess(name, words, service.words, frozenset(service.environment if keeps else ()))
            reason = reason_of(name, service, kind, name in ended)
            if reason:
                self.sheet.omit(service.source, name, reason)
                continue
            # of a name that several projects have, each has its own
            base = name if self.counts[name] == 1 else f"{_title(self.project)}-{name}"
            identity = free_id(base, taken)
            taken[identity] = name
            yield name, _Part(identity, service, kind)

    def _hosts(self) -> dict[str, str]:
        hosts: dict[str, str] = {}
        for part in self.parts.values():
            for alias in sorted(part.service.aliases):
                hosts.setdefault(alias.lower(), part.id)
        return (
            hosts
            | {name.lower(): part.id for name, part in self.parts.items()}
            | {name: part.id for name, part in self.parts.items()}
        )

    def _proxies(self) -> dict[str, str]:
        """Return the id of the proxy of each product that routes by labels or variables."""
        products: dict[str, str] = {}
        for part in self.parts.values():
            name = image_name(part.service.image)
            if part.guess.known.product in ("traefik", "caddy"):
                products.setdefault(str(part.guess.known.product), part.id)
            elif name in ("nginx-proxy", "jwilder-nginx-proxy", "docker-gen"):
                products.setdefault("nginx-proxy", part.id)
        for part in self.parts.values():
            # one that is built here, and watches the containers that it leads to
            watches = any(mount.text.endswith("docker.sock") for mount in part.service.mounts.values())
            if watches and part.kind == "reverse-proxy" and part.guess.known.product is None:
                for product in ("nginx-proxy", "traefik", "caddy"):
                    products.setdefault(product, part.id)
        return products

    # Facts

    def _add(
        self, subject: str, key: str, value: object, source: Origin, evidence: str, confidence: Confidence = "high"
    ) -> None:
        self.sheet.add(Fact(subject, key, value, source, evidence, confidence))

    def _describe(self, part: _Part) -> None:
        subject, service, sure = f"component:{part.id}", part.service, part.guess.sure
        known = part.guess.known
        self._add(subject, "kind", known.kind, service.source, part.guess.evidence, "high" if sure else "medium")
        if known.product is not None:
            self._add(
                subject, "product", known.product, service.source, part.guess.evidence, "high" if sure else "medium"
            )
        if service.image and "@" not in service.image.partition("@sha256")[0] and SAFE_IMAGE.fullmatch(service.image):
            self._add(subject, "image", service.image, service.source, "image")
        if service.built:
            self._add(subject, "build", posixpath.normpath(service.built)[:200], service.source, "build")
        self._add(subject, "host", self.host, service.source, "one compose project runs on one host", "medium")
        if service.replicas is not None and service.replicas != 1:
            self._add(subject, "replicas", service.replicas, service.source, "replicas")

    def _publish(self, part: _Part) -> None:
        for port in part.service.ports:
            value = entry_of(part.guess.known, port)
            sure: Confidence = "high" if KINDS[part.kind].balances or port.published in (80, 443) else "medium"
            self._add(f"entry:{part.id}:{value['port']}", "entry", value, port.source, "ports", sure)

    def _call(self, part: _Part) -> None:
        service = part.service
        values = dict(self._variables_of_files(part)) | service.environment
        for name, value in values.items():
            self._mention(part, name, value, name)
        for words in (service.entrypoint, service.command):
            if words is not None:
                self._words(part, words)
        for alias, link in service.links.items():
            target = resolve_host(link.text, self.hosts) or resolve_host(alias, self.hosts)
            if target is not None:
                self._connect(part, Mention(target), link.source, "links")

    def _variables_of_files(self, part: _Part) -> Iterator[tuple[str, SourceText]]:
        for named in part.service.env_files[:20]:
            for file in self.opener(named.source.path, named.text)[:1]:
                for name, (text, line) in env_file_variables(file.data).items():
                    yield name, SourceText(text, Origin(file.path, line))

    def _words(self, part: _Part, words: SourceText) -> None:
        flag = ""
        for word in split_words(words.text)[:500]:
            name, separator, value = word.partition("=")
            if separator and name.startswith("-"):
                self._mention(part, name.strip("-").replace("-", "_"), SourceText(value, words.source), name)
            else:
                self._mention(part, flag, SourceText(word, words.source), "command")
            flag = word.strip("-").replace("-", "_") if word.startswith("-") else ""

    def _mention(self, part: _Part, name: str, value: SourceText, evidence: str) -> None:
        if names_page(name) and not KINDS[part.kind].balances:
            return
        shared = KINDS[part.kind].role == "data" and self.shared[_place(value)] > 1
        for mention in mentions(name, value.text, self.hosts):
            if not shared or self._agrees(part, mention.host):
                self._connect(part, mention, value.source, evidence)
                target = next(each for each in self.parts.values() if each.id == mention.host)
                if names_telemetry(name) and KINDS[target.kind].role != "data":
                    self._add(f"connection:{part.id}->{target.id}", "required", False, value.source, evidence)

    def _agrees(self, part: _Part, identity: str) -> bool:
        """Return True for a store that another one needs by its product: one that elects a leader, or its own like."""
        known = next(each.guess.known for each in self.parts.values() if each.id == identity)
        like = re.sub(r"\d+", "", identity) == re.sub(r"\d+", "", part.id)
        return known.product in _COORDINATORS or (like and known.product == part.guess.known.product)

    def _shared(self) -> Counter[tuple[str, int, str]]:
        """Return how many services have the value at a place: one of an anchor, or of a file that several name."""
        return Counter(
            _place(value)
            for part in self.parts.values()
            for value in (*dict(self._variables_of_files(part)).values(), *part.service.environment.values())
        )

    def _connect(self, part: _Part, mention: Mention, source: Origin, evidence: str) -> None:
        if mention.host == part.id:
            return
        target = self.by_id[mention.host]
        known = target.guess.known
        subject = f"connection:{part.id}->{target.id}"
        if part.kind == "backup" and KINDS[target.kind].stores:
            self._add(f"component:{part.id}", "member", f"backs_up:{target.id}", source, evidence)
            return
        self.proven.add((part.id, target.id))
        protocol = mention.protocol or (known.protocol if target.guess.sure or known.product else None)
        self._add(subject, "protocol", protocol or "http", source, evidence)
        port = mention.port or (known.port if protocol == known.protocol else None)
        if port is not None:
            self._add(subject, "number", port, source, evidence, "high" if mention.port else "medium")
        same = known.product is not None and known.product == part.guess.known.product and KINDS[target.kind].stores
        if same and _REPLICATES.search(evidence):
            self._add(f"component:{part.id}", "copy_of", target.id, source, evidence)

    def _route(self, route: ProxyRoute) -> None:
        if route.proxy is not None:
            subject = f"connection:{route.proxy}->{route.service}"
            self.proven.add((route.proxy, route.service))
            self._add(subject, "protocol", "http", route.source, route.evidence)
            if route.port is not None:
                self._add(subject, "number", route.port, route.source, route.evidence)
        else:
            value = {"protocol": "http", "port": route.port or 80, "target": route.port or 80, "local": True}
            self._add(f"entry:{route.service}:{value['port']}", "entry", value, route.source, route.evidence)

    def _order(self, part: _Part) -> None:
        """Add calls for `depends_on`: a store is called; of anything else only the order of the start is known."""
        for name, value in part.service.depends_on.items():
            target = self.parts.get(name)
            if target is None or target.id == part.id or (part.id, target.id) in self.proven:
                continue
            if part.kind == "backup" and KINDS[target.kind].stores:
                self._add(f"component:{part.id}", "member", f"backs_up:{target.id}", value.source, "depends_on")
                continue
            stores = KINDS[target.kind].role == "data"
            reverse = (target.id, part.id) in self.proven
            same = bool(part.service.image) and part.service.image == target.service.image and not stores
            if reverse or same or (part.service.built and part.service.built == target.service.built and not stores):
                continue
            if stores and KINDS[part.kind].role == "data" and part.guess.known.product == target.guess.known.product:
                continue
            if is_order_alone(part.guess, target.guess, target.id, target.service):
                continue
            known = target.guess.known
            subject = f"connection:{part.id}->{target.id}"
            self._add(subject, "protocol", known.protocol if stores or known.product else "http", value.source, "depends_on",
                      "high" if stores else "medium")  # fmt: skip
            if known.port is not None:
                self._add(subject, "number", known.port, value.source, "depends_on", "medium")
            if not stores:
                self._add(subject, "guess", True, value.source, "depends_on", "medium")

    def _mounted(self, part: _Part) -> Iterator[Attachment]:
        for target, mount in sorted(part.service.mounts.items())[:50]:
            if not mount.text.startswith(".") or target.endswith(_NO_CONFIGURATION):
                continue
            for file in self.opener(mount.source.path, mount.text):
                if len(file.data) <= _LARGEST_MOUNT:
                    yield Attachment(part.id, part.kind, file, target, self.hosts)


def _place(value: SourceText) -> tuple[str, int, str]:
    """Return the place of a value, which is the same for all that share it by an anchor."""
    return value.source.path, value.source.line, value.text
