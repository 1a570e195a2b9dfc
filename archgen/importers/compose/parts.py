"""Services of a project as parts: each with its id, its kind, and the recipe of its image where it is built here."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from archgen.importers.addresses import is_own_address, urls_in
from archgen.importers.catalogue import PRODUCTS, SAFE_IMAGE, is_like
from archgen.importers.compose.omissions import main_of, reason_of
from archgen.importers.compose.own_ports import ports_on_machine, ports_set
from archgen.importers.compose.project import Project
from archgen.importers.compose.service import Service
from archgen.importers.compose.swarm import cluster_of
from archgen.importers.facts import Fact, FactSheet, Opener
from archgen.importers.names import fetches_anew, free_id
from archgen.importers.packages import PACKAGE_LISTS
from archgen.importers.products import Guess, guess, image_name, is_product, with_ports
from archgen.importers.secrets import without_user_info
from archgen.importers.sources.built_images import recipe_of_image
from archgen.importers.sources.calls.unused_variables import without_unused_variables
from archgen.importers.sources.entry_scripts import with_defaults
from archgen.importers.sources.recipes import Recipe, read_recipe
from archgen.model.finding import Confidence
from archgen.model.kinds import KINDS


class ServicePart(Struct, frozen=True):
    """A service with its id, its kind and its recipe."""

    id: str
    service: Service
    guess: Guess
    recipe: Recipe

    @property
    def image(self) -> str:
        """Return the image that runs: one of a product that is built upon counts as that product."""
        return self.recipe.image if is_product(self.recipe.image) else self.service.image

    @property
    def machine_ports(self) -> set[int]:
        """Return the ports of its machine on which the service answers."""
        return ports_on_machine(self.service, self.recipe, self.guess.known)

    @property
    def same_ports(self) -> set[int]:
        """Return the ports on which the service is the same program within its container and outside."""
        return {each.target for each in self.service.ports if each.target == each.published}

    @property
    def own_ports(self) -> set[int]:
        """Return the ports on which the service itself answers."""
        return ports_set(self.service, self.recipe) or {*self.recipe.exposed}

    @property
    def kind(self) -> str:
        """Return the kind of the component."""
        return self.guess.known.kind


def service_parts(
    project: Project, taken: dict[str, str], counts: Counter[str], opener: Opener, sheet: FactSheet
) -> Iterator[ServicePart]:
    """Yield the parts of a project; what takes part in no request is an omission."""
    ended = {
        name
        for service in project.services.values()
        for name, value in service.depends_on.items()
        if value.text == "service_completed_successfully"
    }
    services = project.services.values()
    images = [service.image for service in services if not service.built]
    for name, service in project.services.items():
        own = recipe_of_image(service.image, images, service.source.path, opener) if not service.built else None
        recipe = read_recipe(service, opener) if own is None else own
        alike = [each.words for each in services if each.image == service.image and each.built == service.built]
        recipe = without_unused_variables(recipe, service.words, alike, service.source.path, opener)
        entry = service.words if service.entrypoint is not None else f"{recipe.words} {service.words}"
        recipe = with_defaults(recipe, entry, service.source.path, opener)
        kind = _as_own(_kind(name, service, recipe, services), service, recipe, opener)
        beside = main_of(service) in project.services
        reason = "stands beside another" if beside else reason_of(name, service, kind, name in ended, services)
        if reason:
            sheet.omit(service.source, name, reason)
            continue
        # of a name that several projects have, each has its own
        base = name if counts[name] == 1 else f"{project.title}-{name}"
        identity = free_id(base, taken)
        taken[identity] = name
        yield ServicePart(identity, service, kind, recipe)


_KEEPS_NOTHING = re.compile(
    r"^(?!.{0,2000}--appendonly[ =]+[\"']?yes).{0,2000}(?:--save[ =]+(?:\"\"|''|--|$)|--maxmemory-policy[ =]+[\"']?allkeys-)"
)
"""The command of a key-value store that writes nothing to a disk, or leaves out any key where it is full."""

_OF_MESSAGES = re.compile(r"/(?:data|rabbitmq|jetstream|nats|mosquitto|vernemq|emqx|activemq|artemis|var/lib/\w+)/")
"""Where brokers keep messages."""

_BACKUP = re.compile(r"[-_.]?back-?up[-_.]?", re.IGNORECASE)


def _is_spare(service: Service, services: Iterable[Service], plain: Guess) -> bool:
    """Return True for a service with a port, or what is built and started as another one is: its name calls it a spare, no tool.

    A tool for copies of a store, which it is `plain` by the rest of its name, has ports for its pages and checks.
    """
    others = (each for each in services if each is not service and each.built_program == service.built_program)
    is_copy = bool(service.built) and any(each.words == service.words for each in others)
    return is_copy or ((bool(service.ports) or service.exposed) and not plain.known.keeps_data)


def _kind(name: str, service: Service, recipe: Recipe, services: Iterable[Service]) -> Guess:
    """Return the kind of a service: by its own image, else by the image that its own is built from."""
    image = service.image or posixpath.basename(service.built.rstrip("/"))
    if is_product(recipe.image):
        image = recipe.image
    # variables of a database tell little of what is built here and keeps no data
    keeps = bool(service.image) or any("/var/lib/" in target for target in service.mounts)
    words = service.words or recipe.words
    variables = frozenset(service.environment if keeps else ())
    kind = guess(name, image, words, variables)
    if kind.known.kind == "backup" and not kind.sure:
        plain = guess(_BACKUP.sub("", name), _BACKUP.sub("", image), words, variables)
        kind = plain if _is_spare(service, services, plain) else kind
    if not kind.sure and kind.known.keeps_data and _runs_program_of_others(service, services):
        kind = guess("worker" if _OF_WORK.search(name) is not None else "", image, words, frozenset())
    if kind.known.kind == "key-value-store" and _KEEPS_NOTHING.search(words) is not None:
        kind = replace(kind, known=replace(kind.known, kind="cache"))
    return with_ports(kind, [port.target for port in service.ports if not port.udp])


def _as_own(kind: Guess, service: Service, recipe: Recipe, opener: Opener) -> Guess:
    """Return what a service is, without the product in whose own source it is built: there it is a program as any other."""
    is_program = kind.known.product is not None and kind.known.kind in ("app-server", "service", "worker", "scheduler")
    if not (is_program and service.built and recipe.image and "://" not in service.built) or is_product(recipe.image):
        return kind
    is_here = any(True for _ in opener.find(service.source.path, service.built, PACKAGE_LISTS))
    return replace(kind, known=replace(kind.known, product=None)) if is_here else kind


_OF_WORK = re.compile(r"(?:^|[-_.])(?:jobs?|workers?|tasks?|consumers?)(?:[-_.]|$)", re.IGNORECASE)
"""Names of what works off the jobs of a program."""


def _runs_program_of_others(service: Service, services: Iterable[Service]) -> bool:
    """Return True for what runs the image of another service under a command of its own, where that is no store.

    The name of such a service tells what it works with: `rabbit_jobs` is no RabbitMQ.
    """
    first = posixpath.basename(service.words.split(" ")[0])
    if not first or any(guess("", each, "", frozenset()).known.keeps_data for each in (service.image, first)):
        return False
    alike = [each for each in services if each is not service and each.image == service.image != ""]
    roles = (KINDS[guess(each.name, each.image, each.words, frozenset()).known.kind].role for each in alike)
    return any(role in ("application", "web") for role in roles) and not is_product(service.image)


def describe_service(part: ServicePart, host: str | None, sheet: FactSheet) -> None:
    """Add the facts of a service itself, which runs on a host, or on any node of a Swarm."""
    subject, service, known = f"component:{part.id}", part.service, part.guess.known
    sure: Confidence = "high" if part.guess.sure else "medium"

    def add(key: str, value: object, evidence: str, confidence: Confidence = "high") -> None:
        sheet.add(Fact(subject, key, value, service.source, evidence, confidence))

    add("kind", known.kind, part.guess.evidence, sure)
    if known.product is not None:
        add("product", known.product, part.guess.evidence, sure)
    if service.image and "@" not in service.image.partition("@sha256")[0] and SAFE_IMAGE.fullmatch(service.image):
        add("image", service.image, "image")
    if service.built:
        add("build", posixpath.normpath(without_user_info(service.built))[:200], "build")
    volumes = [
        target
        for target, mount in service.mounts.items()
        if target not in service.only_read and "." not in mount.text[3:]
    ]
    if known.kind == "queue" and any(_OF_MESSAGES.search(f"{target}/") is not None for target in volumes):
        add("persists", True, "volumes")
    if fetches_anew(service.words):
        add("is_refilled", True, "command")
    replicas, place = service.replicas, service.placement
    if host is not None:
        add("host", host, "one compose project runs on one host", "medium")
    elif place.hosts:
        add("places", [*place.hosts], "profiles")
        replicas = max(replicas or 1, len(place.hosts))
    elif place.host:
        add("places", [place.host], "placement")
    else:
        # of nodes that a constraint picks there may be one, and what runs on each of them moves to no other
        replicas = 2 if place.is_global and not place.is_kept else replicas
        if not known.keeps_data and not (place.is_global and place.is_kept):
            add("cluster", cluster_of(replicas or 1), "placement")
    if replicas is not None and replicas != 1:
        add("replicas", replicas, "one on each node" if replicas != service.replicas else "replicas")
    fixed = [port.published for port in service.ports if port.published is not None and not port.is_any]
    if host is not None and (replicas or 1) > 1 and fixed:
        sheet.warn(
            f"replicas: {part.id} has {replicas} and publishes port {fixed[0]} ({service.source}); "
            "Compose starts a single one of them, and Swarm starts all"
        )


def hosts_of(parts: Mapping[str, ServicePart]) -> dict[str, str]:
    """Return the names by which services reach each other, each with the id behind it; a port of the machine as `:8080`."""
    hosts: dict[str, str] = {}
    for part in parts.values():
        for alias in sorted(part.service.aliases):
            hosts.setdefault(alias.lower(), part.id)
    published: dict[int, list[str]] = {}
    for part in parts.values():
        for port in part.machine_ports:
            published.setdefault(port, []).append(part.id)
    hosts |= {f":{port}": names[0] for port, names in published.items() if len(names) == 1}
    for part in parts.values():
        for machine in _machines(part):
            for port in part.machine_ports:
                hosts.setdefault(f"{machine}:{port}", part.id)
    for name, part in parts.items():
        # `redis-main.example.net` in front of `redis_main`
        hosts.setdefault(name.lower().replace("_", "-"), part.id)
        # the addresses of the replicas in a Swarm
        hosts.setdefault(f"tasks.{name.lower()}", part.id)
    hosts |= {name.lower(): part.id for name, part in parts.items()}
    hosts |= {name: part.id for name, part in parts.items()}
    return _by_names_of_products(parts.values(), hosts) | hosts


def _by_names_of_products(parts: Iterable[ServicePart], hosts: Mapping[str, str]) -> dict[str, str]:
    """Return the only store of each product by a name of that with its own port, where nothing is called so: `nsq:4150` for `nsqd`."""
    stores = [part for part in parts if part.guess.known.keeps_data and part.guess.known.product is not None]
    alone = {
        part.guess.known.product: part
        for part in stores
        if sum(is_like(each.guess.known, part.guess.known) for each in stores) == 1
    }
    return {
        f"{name}:{known.port}": alone[known.product].id
        for name, known in PRODUCTS.items()
        if known.product in alone and known.port is not None and name not in hosts
    }


def _machines(part: ServicePart) -> list[str]:
    """Return the machines that a store on their networks names as those of its members: `--initial-cluster=n1=http://n1:2380,…`."""
    if part.service.network_mode != "host" or not part.guess.known.keeps_data:
        return []
    words = [word for text in (part.service.entrypoint, part.service.command) if text for word in text.text.split()]
    for text in (*words, *(value.text for value in part.service.environment.values())):
        urls = [mention.host.lower() for piece in text.split(",") for mention, _ in urls_in(piece)]
        machines = sorted({host for host in urls if not is_own_address(host)})
        if len(machines) > 1:
            return machines
    return []


def proxies_of(parts: Mapping[str, ServicePart]) -> dict[str, str]:
    """Return the id of the proxy of each product that routes by labels or variables."""
    products: dict[str, str] = {}
    for part in parts.values():
        name = image_name(part.image)
        if part.guess.known.product in ("traefik", "caddy"):
            products.setdefault(str(part.guess.known.product), part.id)
        elif name in ("nginx-proxy", "jwilder-nginx-proxy", "docker-gen"):
            products.setdefault("nginx-proxy", part.id)
    for part in parts.values():
        # one that is built here, and watches the containers that it leads to
        watches = any(mount.text.endswith("docker.sock") for mount in part.service.mounts.values())
        if watches and part.kind == "reverse-proxy" and part.guess.known.product is None:
            for product in ("nginx-proxy", "traefik", "caddy"):
                products.setdefault(product, part.id)
    return products
