"""A service of a compose file, its short forms written out and its variables put in."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from archgen.importers.addresses import ON_MACHINE
from archgen.importers.compose.interpolation import interpolate, leaves_open
from archgen.importers.compose.swarm import SwarmPlacement, read_placement
from archgen.importers.facts import Origin
from archgen.importers.nodes import SourceNode
from archgen.importers.sources.recipes import SourceText as SourceText
from archgen.importers.sources.recipes import split_words as split_words

_READ = re.compile(r":(?:\w+,)*ro(?:,\w+)*$")
"""The options of a volume that is read alone."""

VOLUMES_FROM = "volumes_from"
"""Stands for the targets of volumes that a service has from another one."""


class Publication(Struct, frozen=True):
    """A port that is published on the host: the address it is bound to, the host's port, and the container's.

    If a variable that no file sets stands for the host's port, it is `unset`, and taken to be the container's. It is the first
    of several that may be taken where it `is_any`.
    """

    address: str
    published: int | None
    target: int
    source: Origin
    udp: bool = False
    unset: bool = False
    is_any: bool = False


class Service(Struct, kw_only=True):
    """A service. Mappings and lists of several files are joined in the order of the files.

    It starts without those of `depends_on` that are `optional`, where no profile starts them. Each of `aliases_on` has the network
    that it holds on, or none where it holds on all.
    """

    name: str
    source: Origin
    image: str = ""
    built: str = ""
    names_context: bool = False
    dockerfile: str = ""
    stage: str = ""
    arguments: list[str] = field(default_factory=list)
    command: SourceText | None = None
    entrypoint: SourceText | None = None
    environment: dict[str, SourceText] = field(default_factory=dict)
    env_files: list[SourceText] = field(default_factory=list)
    ports: list[Publication] = field(default_factory=list)
    depends_on: dict[str, SourceText] = field(default_factory=dict)
    optional: set[str] = field(default_factory=set)
    links: dict[str, SourceText] = field(default_factory=dict)
    labels: dict[str, SourceText] = field(default_factory=dict)
    mounts: dict[str, SourceText] = field(default_factory=dict)
    only_read: set[str] = field(default_factory=set)
    aliases_on: set[tuple[str, str]] = field(default_factory=set)
    profiles: set[str] = field(default_factory=set)
    networks: set[str] = field(default_factory=set)
    extra_hosts: frozenset[str] = frozenset()
    dns: list[SourceText] = field(default_factory=list)
    secrets: set[str] = field(default_factory=set)
    network_mode: str = ""
    placement: SwarmPlacement = SwarmPlacement()
    replicas: int | None = None
    restart: str = ""
    checked: bool = False
    exposed: bool = False
    at_terminal: bool = False
    replaces: frozenset[str] = frozenset()
    extends: tuple[str, str] | None = None

    @property
    def aliases(self) -> set[str]:
        """Return its other names; a variable that nobody sets leaves none."""
        return {alias for alias, _ in self.aliases_on if alias}

    @property
    def program(self) -> tuple[str, str]:
        """Return the image that the container runs, and the directory that it's built from."""
        return self.image, self.built

    @property
    def built_program(self) -> tuple[str, str, str]:
        """Return the program with the Dockerfile that it is built by: one source may hold those of several."""
        return *self.program, self.dockerfile

    def runs_program_of(self, other: Service) -> bool:
        """Return True for a service of the same image or source as another."""
        return any(self.program) and self.program == other.program

    @property
    def words(self) -> str:
        """Return the words that the container runs."""
        return " ".join(value.text for value in (self.entrypoint, self.command) if value is not None)


_LOOPBACK = re.compile(r"(?<![\w.-])(?:127\.0\.0\.1|localhost)(?=:[0-9])")
_BEFORE_PORT = re.compile(r"(?<![\w.-])(?:127\.0\.0\.1|localhost) (?=[0-9]{2,5}(?: |$))")


def on_machine(service: Service, value: SourceText) -> SourceText:
    """Return a value of a service with what loopback is in it: on the network of the machine, or of another service, a name for that."""
    kind, _, beside = service.network_mode.partition(":")
    if kind == "service" and beside:
        text = _BEFORE_PORT.sub(f"{beside}:", value.text)
        return replace(value, text=_LOOPBACK.sub(beside, text))
    if kind != "host" or _LOOPBACK.search(value.text) is None:
        return value
    return replace(value, text=_LOOPBACK.sub(ON_MACHINE[0], value.text))


def merge(base: Service, over: Service) -> Service:
    """Return a service over another: mappings and lists are joined, single values and what is marked to be replaced.

    A mark counts for the next file only.
    """
    base = _without(base, over.replaces) if over.replaces else base
    return Service(
        name=over.name,
        source=base.source if base.name == over.name else over.source,
        image=over.image or base.image,
        built=over.built if over.names_context or not base.built else base.built,
        names_context=base.names_context or over.names_context,
        dockerfile=over.dockerfile or base.dockerfile,
        stage=over.stage or base.stage,
        arguments=base.arguments + over.arguments,
        command=over.command or base.command,
        entrypoint=over.entrypoint or base.entrypoint,
        environment=base.environment | over.environment,
        env_files=base.env_files + over.env_files,
        ports=list(dict.fromkeys(base.ports + over.ports)),
        depends_on=base.depends_on | over.depends_on,
        optional=base.optional | over.optional,
        links=base.links | over.links,
        labels=base.labels | over.labels,
        mounts=base.mounts | over.mounts,
        only_read=base.only_read | over.only_read,
        aliases_on=base.aliases_on | over.aliases_on,
        profiles=over.profiles or base.profiles,
        networks=base.networks | over.networks,
        extra_hosts=base.extra_hosts | over.extra_hosts,
        dns=base.dns + over.dns,
        secrets=base.secrets | over.secrets,
        network_mode=over.network_mode or base.network_mode,
        placement=over.placement if over.placement != SwarmPlacement() else base.placement,
        replicas=base.replicas if over.replicas is None else over.replicas,
        restart=over.restart or base.restart,
        checked=base.checked or over.checked,
        exposed=base.exposed or over.exposed,
        at_terminal=base.at_terminal or over.at_terminal,
        extends=over.extends,
    )


_FIELDS = {
    "environment": "environment", "env_file": "env_files", "ports": "ports", "depends_on": "depends_on", "links": "links",
    "labels": "labels", "volumes": "mounts", "networks": "networks", "profiles": "profiles", "command": "command",
    "entrypoint": "entrypoint", "image": "image", "build": "built",
}  # fmt: skip
"""Fields by the keys of a compose file."""


def _without(service: Service, keys: Iterable[str]) -> Service:
    """Return a service without the values of some keys."""
    blank = Service(name=service.name, source=service.source)
    return replace(service, **{_FIELDS[key]: getattr(blank, _FIELDS[key]) for key in keys if key in _FIELDS})


def read_service(
    service_name: str, node: SourceNode, variables: Mapping[str, str], inside: Mapping[str, str]
) -> Service:
    """Return a service as one file declares it; `inside` are the variables for what its program is told of others."""

    def text(*keys: str) -> str:
        return interpolate(node.text_at(*keys), variables).strip()

    on_host = text("network_mode") == "host"
    build = node.get("build")
    context = interpolate(build.text or build.text_at("context"), variables)
    networks = node.get("networks")
    service = Service(
        name=service_name,
        source=node.origin,
        # a registry or a tag whose variable no file sets leaves its sign behind
        image=text("image").lstrip("/").rstrip(":"),
        # a file that names no directory builds from its own, unless another one names it
        built=_normalized(context) or ("." if build.is_map else ""),
        names_context=bool(context),
        dockerfile=text("build", "dockerfile"),
        stage=text("build", "target"),
        arguments=[value.text for _, value in _pairs(build.get("args"), variables)],
        command=_words(node.get("command"), variables),
        entrypoint=_words(node.get("entrypoint"), variables),
        environment=dict(_pairs(node.get("environment"), variables if on_host else inside, variables)),
        labels=dict(_pairs(node.get("labels"), variables)) | dict(_pairs(node.get("deploy", "labels"), variables)),
        ports=[port for item in node.get("ports").list() for port in publications(item, variables)],
        network_mode=text("network_mode"),
        restart=node.text_at("restart"),
        checked=node.get("healthcheck").is_map and not node.get("healthcheck", "disable").value,
        exposed=any(True for _ in node.get("expose").list()),
        at_terminal=node.get("stdin_open").value is True or node.get("tty").value is True,
        replaces=frozenset(key[1:] for key in node.keys if key[0:1] == "!"),
        networks=set(networks.keys) | {item.text for item in networks.list()},
        extra_hosts=frozenset(
            re.split("[:=]", name)[0].lower() for name, _ in _pairs(node.get("extra_hosts"), variables)
        ),
        profiles={item.text for item in node.get("profiles").list()},
    )
    service.aliases_on |= {(text("container_name"), ""), (text("hostname"), "")}
    for name in networks.keys:
        network = networks.get(name)
        service.aliases_on |= {(interpolate(item.text, variables), name) for item in network.get("aliases").list()}
        service.aliases_on.add((interpolate(network.text_at("ipv4_address"), variables), name))
    service.secrets = {item.text or item.text_at("source") for item in node.get("secrets").list()}
    service.dns = [SourceText(interpolate(item.text, variables), item.origin) for item in node.get("dns").list()]
    service.env_files = [
        SourceText(interpolate(item.text or item.text_at("path"), variables), item.origin)
        for item in _entries(node.get("env_file"))
    ]
    service.replicas = _replicas(node, variables)
    service.placement = read_placement(node, variables)
    _add_references(service, node, variables)
    extends = node.get("extends")
    if extends.text or extends.text_at("service"):
        service.extends = (extends.text_at("file"), extends.text or extends.text_at("service"))
    return service


def _normalized(context: str) -> str:
    """Return the directory that an image is built from, the same for `web` and `./web/`; an address as it is."""
    is_address = not context or "://" in context or context.startswith("git@")
    return context if is_address else posixpath.normpath(context)


def source_directory(path: str, context: str) -> str:
    """Return the directory that an image is built from, as seen from where the paths of files begin."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), context))


def as_seen_from(base: Service, service: Service) -> Service:
    """Return what a service extends with its paths as the file of that service would write them, and its place."""
    path, place = base.source.path, posixpath.dirname(service.source.path) or "."
    if posixpath.dirname(path) == posixpath.dirname(service.source.path):
        return replace(base, source=service.source)

    def seen(text: str) -> str:
        there = posixpath.relpath(source_directory(path, text), place)
        return there if there.startswith("../") else f"./{there}"

    return replace(
        base,
        source=service.source,
        built=seen(base.built) if base.built and _normalized(base.built) and "://" not in base.built else base.built,
        env_files=[replace(each, text=seen(each.text)) if each.text else each for each in base.env_files],
        mounts={
            target: replace(each, text=seen(each.text)) if each.text.startswith(".") else each
            for target, each in base.mounts.items()
        },
    )


def _entries(node: SourceNode) -> Iterator[SourceNode]:
    """Yield the items of a list whose items may be mappings; a single value is a list of one."""
    if node.is_map:
        yield node
    else:
        yield from node.list()


def _replicas(node: SourceNode, variables: Mapping[str, str]) -> int | None:
    for declared in (node.get("deploy", "replicas"), node.get("scale")):
        text = interpolate(declared.text, variables)
        if text.isascii() and text.isdecimal() and len(text) < 6:
            return int(text)
    return None


def _add_references(service: Service, node: SourceNode, variables: Mapping[str, str]) -> None:
    depends_on = node.get("depends_on")
    for name, value in depends_on.items():
        service.depends_on[name] = SourceText(value.text_at("condition"), value.origin)
        if value.get("required").value is False:
            service.optional.add(name)
    for item in depends_on.list():
        service.depends_on[item.text] = SourceText("", item.origin)
    for item in (*node.get("links").list(), *node.get("external_links").list()):
        target, _, alias = interpolate(item.text, variables).partition(":")
        service.links[alias or target] = SourceText(target, item.origin)
    for item in _entries(node.get("volumes")):
        source, target = item.text_at("source"), item.text_at("target")
        is_read = item.get("read_only").value is True
        if item.text:
            source, target = split_mount(interpolate(item.text, variables))
            is_read = _READ.search(item.text) is not None
        if source and target:
            service.mounts[target] = SourceText(source, item.origin)
            service.only_read |= {target} if is_read else set()


def split_mount(text: str) -> tuple[str, str]:
    """Return the source and the target of `./web.conf:/etc/web.conf:ro`; a drive of Windows belongs to the source."""
    drive = text[:2] if re.match(r"[A-Za-z]:[\\/]", text) else ""
    source, _, rest = text.removeprefix(drive).partition(":")
    return drive + source, rest.partition(":")[0]


def _words(node: SourceNode, variables: Mapping[str, str]) -> SourceText | None:
    words = [interpolate(item.text, variables) for item in node.list()]
    return SourceText(" ".join(words), node.origin) if words else None


def _pairs(
    node: SourceNode, variables: Mapping[str, str], outer: Mapping[str, str] | None = None
) -> Iterator[tuple[str, SourceText]]:
    outer = outer or {}
    for key, item in node.items():
        # a key without a value takes that of the project, as a word without one does in a list
        is_passed = item.value is None
        value = variables.get(key, "") if is_passed else item.text
        text = interpolate(value, variables)
        unset = not text and (key not in variables if is_passed else leaves_open(value, variables))
        told = f"${{{key}}}" if is_passed else value
        yield key, SourceText(text, item.origin, unset, _of_reader(told, outer) if unset else "")
    for item in node.list():
        key, separator, value = item.text.partition("=")
        value = value if separator else variables.get(key, "")
        text = interpolate(value, variables)
        unset = not text and (leaves_open(value, variables) if separator else key not in variables)
        told = value if separator else f"${{{key}}}"
        yield key.strip(), SourceText(text, item.origin, unset, _of_reader(told, outer) if unset else "")


def _of_reader(text: str, outer: Mapping[str, str]) -> str:
    return interpolate(text, outer) if "$" in text and outer else ""


def publications(node: SourceNode, variables: Mapping[str, str]) -> Iterator[Publication]:
    """Yield the published ports of an entry of `ports`, short or long; what can't be read yields none."""
    source = node.origin
    if node.is_map:
        target, address = node.get("target").number, interpolate(node.text_at("host_ip"), variables)
        published, dash, _ = interpolate(node.text_at("published"), variables).partition("-")
        if target is not None:
            unset = not published and "$" in node.text_at("published")
            number = int(published) if published.isdecimal() else target if unset else None
            yield Publication(address, number, target, source, node.text_at("protocol") == "udp", unset, dash != "")
        return
    text, _, protocol = interpolate(node.text, variables).strip().partition("/")
    address, published, target_text = _split(text)
    unset = not published and ":" in text and "$" in node.text.rpartition(":")[0]
    targets = _range(target_text)
    hosts = targets if unset else _range(published)
    for index, target in enumerate(targets[:20]):
        number, is_any = hosts[index] if index < len(hosts) else None, len(hosts) > len(targets)
        yield Publication(address, number, target, source, protocol == "udp", unset, is_any)


def _split(text: str) -> tuple[str, str, str]:
    """Return address, host's port and container's port of `127.0.0.1:8080:80`."""
    before, _, target = text.rpartition(":")
    if not before:
        return "", "", target
    address, _, published = before.rpartition(":")
    return address.strip("[]"), published, target


def _range(text: str) -> tuple[int, ...]:
    first, _, last = text.partition("-")
    if not (first.isascii() and first.isdecimal()) or len(first) > 5 or not (0 < int(first) < 65536):
        return ()
    if last.isascii() and last.isdecimal() and int(first) < int(last[:5]) < 65536:
        return tuple(range(int(first), int(last[:5]) + 1))
    return (int(first),)
