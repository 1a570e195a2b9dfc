"""Services without pods of their own: names and addresses outside the cluster, or in another namespace."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Set
from functools import cache

from msgspec.structs import replace

from archgen.importers.addresses import resolve_host
from archgen.importers.catalogue import PRODUCTS, STORES, Known
from archgen.importers.kubernetes.custom_resources import Resource
from archgen.importers.kubernetes.hosts import ServiceKey, full_names
from archgen.importers.kubernetes.manifests import Manifest, Manifests
from archgen.importers.kubernetes.part import Workload, is_unknown_program
from archgen.importers.kubernetes.services import services_routed_to
from archgen.importers.kubernetes.shared_settings import SharedSettings
from archgen.importers.kubernetes.sought_stores import unknown_variables
from archgen.importers.kubernetes.unread.cluster_interface import ask_for_interface
from archgen.importers.kubernetes.unread.mounted_settings import names_in_files, settings_in_files
from archgen.importers.kubernetes.unread.presumed import presumed_settings
from archgen.importers.kubernetes.variables import expanded, variables_of
from archgen.importers.outside import ASKED, Outside, OutsideStore
from archgen.importers.products import known_by_name
from archgen.importers.providers.caller import Caller, Setting, texts_of_domains
from archgen.importers.providers.calls import ProviderCalls
from archgen.importers.providers.catalogue import is_client_library
from archgen.importers.sources.calls.default_addresses import seek_defaults
from archgen.importers.sources.calls.property_addresses import addresses_in
from archgen.importers.sources.imported_libraries import imported_libraries
from archgen.importers.sources.listed_drivers import describe_drivers
from archgen.importers.sources.modules import with_modules

_OF_MODULES = ("pom.xml", "build.gradle", "build.gradle.kts", "Cargo.toml")
"""Lists of packages that name other modules of a repository."""

_OF_PAGES = {80, 8000, 8080, 9000}
"""Ports of stores on which much else answers."""


def aliases_of(
    manifests: Manifests,
    parts: Iterable[Workload],
    resources: Iterable[Resource],
    selected: Mapping[ServiceKey, list[Workload]],
    outside: Outside,
) -> tuple[dict[ServiceKey, str], list[OutsideStore]]:
    """Return the ids of Services that stand for a name or an address, outside the cluster or in another namespace, and what is there.

    That is a store, or what a route leads to.
    """
    inside, stores = full_names(selected), list[OutsideStore]()
    aliases = {key: resource.id for resource in resources for key in resource.names if not selected.get(key)}
    services = {(each.namespace, each.name): each for each in manifests.of("Service")}
    for key, host, known in _outer_services(manifests, {part.guess.known.product for part in parts}):
        target = resolve_host(host, inside)
        if target is None and known is not None and ("." in host or host == key[1]):
            stores.append(outside.add(host, known, services[key].origin, "Service", key[1]))
            target = stores[-1].id
        if target is not None:
            aliases[key] = target
    return aliases, stores


def _outer_services(
    manifests: Manifests, products: Set[str | None]
) -> Iterator[tuple[tuple[str, str], str, Known | None]]:
    """Yield each such Service with its host and what it is; None for what is neither a store nor asked as one.

    One without a selector leads out of the files, also where its addresses stand in none of them: then its name is the host,
    unless its product is among those that the files run themselves, as that of an operator that sets the addresses. So is that of
    an `ExternalName` still to be filled in; a route leads to some service in any case.
    """
    routed = services_routed_to(manifests)
    for service in manifests.of("Service"):
        spec, key = service.node.get("spec"), (service.namespace, service.name)
        if spec.text_at("type") == "ExternalName":
            known = _known(service) or (Known("external-service", None, "http") if key in routed else None)
            yield key, spec.text_at("externalName") or service.name, known
        elif not spec.get("selector").keys:
            address, known = _address(manifests, service), _known(service)
            if address or (known is not None and known.product not in products):
                yield key, address or service.name, known


def _address(manifests: Manifests, service: Manifest) -> str:
    """Return the first address of the endpoints of a Service."""
    for endpoints in manifests.of("Endpoints", "EndpointSlice"):
        named = service.name in (
            endpoints.name,
            endpoints.node.text_at("metadata", "labels", "kubernetes.io/service-name"),
        )
        if named and endpoints.namespace == service.namespace:
            for subset in endpoints.node.get("subsets").list():
                for address in subset.get("addresses").list():
                    return address.text_at("ip")
            for endpoint in endpoints.node.get("endpoints").list():
                for address in endpoint.get("addresses").list():
                    return address.text
    return ""


def _known(service: Manifest) -> Known | None:
    """Return the store behind a Service, by the port and then by the name."""
    ports = {port.get("port").number for port in service.node.get("spec", "ports").list()} - _OF_PAGES
    # several products share a port: the best-known one is meant
    products = (*STORES.values(), *PRODUCTS.values())
    by_port = next((each for each in products if each.port in ports and each.keeps_data), None)
    named = known_by_name(service.name)
    named = PRODUCTS.get(service.name, named) if named.product is None else named
    return by_port or (named if named.keeps_data or named.product in (*ASKED, "schema-registry") else None)


def add_providers_of_workloads(
    manifests: Manifests,
    parts: Collection[Workload],
    sharing: SharedSettings,
    outside: Outside,
    hosts_of: Callable[[str], Mapping[str, str]],
) -> None:
    """Add the calls of services on the internet that the settings of workloads show, and what their sources are made to call."""
    callers = [_caller(manifests, part, sharing) for part in parts]

    def texts() -> Iterator[str]:
        for caller in callers:
            yield from texts_of_domains(caller.known.kind, caller.settings)
        for route in manifests.of("Ingress", "HTTPRoute", "Gateway"):
            spec = route.node.get("spec")
            yield from (rule.text_at("host") for rule in spec.get("rules").list())
            yield from (host.text for host in spec.get("hostnames").list())
            yield from (listener.text_at("hostname") for listener in spec.get("listeners").list())

    only_callers = {part.id for part in parts if part.manifest.kind == "CronJob"}
    calls = ProviderCalls(outside, {caller.id: caller.known.kind for caller in callers}, texts, only_callers)
    for part, caller in zip(parts, callers, strict=True):
        # what an address tells is asked about no more for the key beside it
        if settings := dict(_settings_of_files(manifests, part)):
            calls.add(replace(caller, settings=settings, literals=_none, shared_literals=_none, imports=_none))
        calls.add(caller)
    calls.ask_for_callers()
    ask_for_interface(manifests, parts, outside.sheet)
    for part, caller in zip(parts, callers, strict=True):
        if is_unknown_program(part):
            packages, code = sharing.libraries_of(part), sharing.sources.own_code(part.id)
            seek_defaults(part.id, code, packages.text, caller.settings, hosts_of(part.namespace), outside.sheet)
            packages = packages if packages.text else sharing.sources.lists_of_image(part.id) or packages
            # the imports of Go tell its drivers by themselves
            if any(path.endswith(_OF_MODULES) for path in packages.paths):
                packages = with_modules(packages, sharing.opener)
            describe_drivers(part.id, packages, code, part.manifest.origin, sharing.opener, outside.sheet)


def _settings_of_files(manifests: Manifests, part: Workload) -> Iterator[tuple[str, Setting]]:
    for name, value, source in settings_in_files(manifests, part):
        yield name, Setting(value, source, is_shared=False)


def _none() -> tuple[()]:
    return ()


def _caller(manifests: Manifests, part: Workload, sharing: SharedSettings) -> Caller:
    settings: dict[str, Setting] = {}
    # the source is that of the first container, and tells nothing of what others are given alone
    own = {
        *dict(variables_of(manifests, part.namespace, part.containers[0])),
        *(name for name, _, _ in unknown_variables(manifests, part.namespace, part.containers[0])),
    }
    filled = names_in_files(manifests, part)
    for container in part.containers:
        values = dict(variables_of(manifests, part.namespace, container))
        for name, (text, source) in values.items():
            settings[name] = Setting(expanded(text, values), source, sharing.is_shared(part, source), text == "")
        for name, source, _ in unknown_variables(manifests, part.namespace, container):
            settings[name] = Setting(None, source, sharing.is_shared(part, source))
    for name, source in presumed_settings(manifests, part, sharing.sources, settings.keys()):
        settings[name] = Setting(None, source, is_shared=True, is_presumed=True)
    # what runs at times does the work itself, where it is no product that plans the work of others
    is_own_job = part.manifest.kind == "CronJob" and part.guess.known == Known("scheduler")
    return Caller(
        part.id,
        Known("worker") if is_own_job else part.guess.known,
        settings,
        lambda is_shared: (sharing.libraries_of(part).of_program if is_shared else sharing.libraries_of(part)).text,
        lambda name, in_code: (
            name in filled
            or (sharing.sources.reads_where_it_lies(part.id, name, in_code=in_code) if name in own else None)
        ),
        lambda: addresses_in(sharing.sources.own_code(part.id), sharing.libraries_of(part).text),
        lambda: sharing.sources.addresses_of_all(part.id, sharing.libraries_of(part).text),
        cache(
            lambda: (
                *imported_libraries(
                    sharing.sources.own_code(part.id), sharing.libraries_of(part).text, is_client_library
                ),
            )
        ),
    )
