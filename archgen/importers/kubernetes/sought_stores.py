"""Stores that pods seek by the names of their variables alone, since no file holds the values."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from msgspec import Struct

from archgen.importers.addresses import without_comments
from archgen.importers.catalogue import BY_PRODUCT, PRODUCTS, Known
from archgen.importers.facts import BY_DRIVER, BY_LIBRARY, Origin
from archgen.importers.kubernetes.manifests import Manifests, command_of
from archgen.importers.kubernetes.part import Workload
from archgen.importers.kubernetes.variables import (
    OF_CONTROLLERS,
    REFERENCES,
    data_of,
    makers_of,
    taken_whole,
    variables_of,
)
from archgen.importers.nodes import SourceNode
from archgen.importers.outside import PLACEHOLDER, store_with_placeholder
from archgen.importers.packages import PackageLists, has_driver_for, lacks_library_for
from archgen.importers.products import image_name
from archgen.importers.providers.addresses import asks_for_mail_server
from archgen.importers.secrets import is_secret_name
from archgen.importers.store_names import (
    COPY,
    OF_PROVIDER,
    names_copy,
    provided_service,
    read_store_name,
    store_asked_for,
    store_by_name,
    title_of_store,
)
from archgen.importers.variable_names import is_for_browsers, names_telemetry

_OF_ADDRESS = re.compile(r"([A-Z][A-Z0-9_]{2,40}?)(_BASE)?_(URL|URI|HOST|ADDR|ADDRESS|ENDPOINT)")
"""Names of variables for the address of something, with the name of that."""

_PUT_IN = re.compile(r"(?<=[/@])\$[({]?[A-Za-z_][A-Za-z0-9_]*|^\$[({]?[A-Za-z_][A-Za-z0-9_]*")
"""A variable that is put in for the host of an address when the manifests are applied."""

_OF_SCRIPTS = ("alpine", "alpine-k8s", "bash", "busybox", "curl", "helm", "k8s", "kubectl")
"""Images of tools that call no store by themselves."""

_WITHOUT_HOST = re.compile(r"(?:[A-Za-z][\w+.-]*:///?)?")
"""Nothing, or the beginning of an address, which somebody completes."""

_NO_HOST = re.compile(r"\d[\d_.,]*(?:[kmg]i?b?|[mun]?s|min|h|d|%)?|true|false|yes|no|on|off|none", re.IGNORECASE)
"""A number, a size, a time or a flag."""

_INJECTED = re.compile(r"(?:>>)?(?:vault|bao):[\w./-]+#[\w.-]+$|(?:vault|op|ref\+\w+|awssm|gcpsm|azurekv)://\S+$")
"""A value that stands for one in a store of secrets: its path there, and its key."""

_OF_CONTROLLERS = {
    "SealedSecret": (("spec", "encryptedData"), ()),
    "ExternalSecret": ((), ("spec", "data")),
}
"""Objects of which controllers make secrets: where the keys stand, as those of a mapping or as `secretKey` of a list."""


_DATABASES = ("postgres", "mysql", "mongo", "mssql")
"""Databases by whose drivers one that no file describes is known."""

_OTHERS = ("redis", "rabbitmq", "kafka", "nats", "memcached", "elasticsearch", "minio")
"""Other stores that a program with a driver may call where the files declare one."""


_QUEUES = {
    "redis": re.compile(r"\b(?:sidekiq|resque(?::work)?|rq\s+worker|rqworker|bullmq|asynq)\b(?!-exporter)"),
    "rabbitmq": re.compile(r"\bsneakers:run\b|\bhutch\b"),
}
"""Commands of workers that take their work from a store of one product alone."""

_LONGEST_COMMAND = 2000


class Sought(Struct, frozen=True):
    """A store that a pod seeks: the variable that tells it, its place, and what holds the address, empty for a password alone.

    Pods whose variables come from one reference seek one store.
    """

    variable: str
    source: Origin
    reference: str


def sought_by(manifests: Manifests, part: Workload) -> dict[str, Sought]:
    """Return what a pod seeks by the products or kinds of the stores; where it names one of that product it seeks none."""
    sought: dict[str, Sought] = {}
    named: set[str] = set()
    of_products: set[tuple[str, str]] = set()
    for container in part.containers:
        unknown = {
            name: (source, reference)
            for name, source, reference in unknown_variables(manifests, part.namespace, container)
        }
        variables = dict(variables_of(manifests, part.namespace, container))
        # what an agent puts in before the program starts stands in no file either
        unknown |= {
            name: (source, text.replace("#", "/"))
            for name, (text, source) in variables.items()
            if _INJECTED.match(text) is not None
        }
        values = {name: each for name, each in variables.items() if name not in unknown}
        script = _script_of(container)
        for name in (each for each in (*unknown, *values) if not script or each in script):
            service = provided_service(name) or (_service_of_key(unknown[name][1]) if name in unknown else None)
            if service is not None and _is_of_provider(service, values[name][0] if name in values else None):
                source, _ = unknown.get(name) or (values[name][1], "")
                sought.setdefault(service, Sought(name, source, OF_PROVIDER))
                continue
            value = values[name][0] if name in values else None
            begun = value if value is not None else variables[name][0] if name in variables else ""
            known, asks = store_with_placeholder(begun) or store_by_name(name), store_asked_for(name) is not None
            if name in unknown and (known is None or known.product is None):
                known, asks = _told_by_reference(name, unknown[name][1], known), read_store_name(name)[1]
            if known is None or names_telemetry(name) or value == "":
                continue
            of_products |= {(known.kind, title_of_store(name))} if known.product is not None else set()
            product = known.product or known.kind
            # who is given the address of a copy reads there
            is_copy = known.kind == "database" and names_copy(name, unknown[name][1] if name in unknown else "")
            product, is_open = (
                f"{product}{COPY}" if is_copy else product,
                value is None or PLACEHOLDER.search(value) is not None,
            )
            if asks and not is_open:
                # a limit for a role, such as `POSTGRES_MAX_CONNECTIONS_SERVER`, is no address
                named |= {product} if _NO_HOST.fullmatch(begun) is None else set()
            elif asks or is_secret_name(name):
                source, reference = unknown.get(name) or _open_at(*values[name])
                first = sought.get(product)
                if first is None or (asks and not first.reference):
                    sought[product] = Sought(name, source, reference if asks else "")
    command = command_of(part.containers[0])[:_LONGEST_COMMAND]
    for product, pattern in _QUEUES.items():
        match = pattern.search(command)
        if match is not None and product not in sought:
            # roles of one program have one queue
            source = part.containers[0].get("args" if part.containers[0].get("args").value else "command").origin
            sought[product] = Sought(match[0].strip(), source, f"{part.namespace}/{part.program}/{product}")
    return {
        product: each
        for product, each in sought.items()
        # what a variable calls a database, beside one of the same title that tells the product, is that
        if product not in named and (product, title_of_store(each.variable)) not in of_products
    }


def _service_of_key(reference: str) -> str | None:
    """Return the service of a provider that the key of a secret tells, whatever the variable is called: `sqs_orders_name`."""
    return provided_service(re.sub(r"[^A-Z0-9]+", "_", reference.rpartition("/")[2].upper()))


def _script_of(container: SourceNode) -> str:
    """Return the script that an image for shells and clusters runs, and without which no variable is of any use; else nothing."""
    is_tool = image_name(container.text_at("image")) in _OF_SCRIPTS
    return without_comments(command_of(container)) if is_tool else ""


def _is_of_provider(service: str, value: str | None) -> bool:
    """Return True for a value that a provider's service may have: any name of what is there, or an address of its own."""
    return (
        value is None
        or PLACEHOLDER.search(value) is not None
        or (value != "" and (service != "supabase" or ".supabase." in value))
    )


def _open_at(value: str, source: Origin) -> tuple[Origin, str]:
    """Return the place of a value to come, and what is put in: the same variable, wherever it stands, or that of this place."""
    variable = _PUT_IN.search(value)
    return source, variable[0] if variable is not None else str(source)


def unknown_variables(manifests: Manifests, namespace: str, container: SourceNode) -> Iterator[tuple[str, Origin, str]]:
    """Yield the variables of a container whose values stand in no file, each with its place and what holds it."""
    for item in container.get("env").list():
        for kind, word in REFERENCES if item.get("valueFrom").value is not None else ():
            reference = item.get("valueFrom", f"{word}KeyRef")
            name, key = reference.text_at("name"), reference.text_at("key")
            data = data_of(manifests, kind, namespace, name) if name else {}
            # what a Secret that is asked for one key leaves empty is filled in by who applies it, or never where that is optional
            if (
                name
                and reference.get("optional").value is not True
                and (key not in data or (kind == "Secret" and _WITHOUT_HOST.fullmatch(data[key][0]) is not None))
            ):
                yield item.text_at("name"), item.origin, f"{namespace}/{name}/{key}"
    for item in container.get("envFrom").list():
        name = item.text_at("secretRef", "name")
        held = data_of(manifests, "Secret", namespace, name) if name else {}
        is_form = not any(text for text, _ in held.values())
        for key in (*_keys_of(manifests, namespace, name), *(key for key, (text, _) in held.items() if text == "")):
            variable = item.text_at("prefix") + key
            # of all that a Secret holds, some may be switched off, but not what leads to a provider's service
            is_told = provided_service(variable) is not None or (is_form and asks_for_mail_server(variable, ""))
            if key not in held or (held[key][0] == "" and is_told):
                yield variable, item.origin, f"{namespace}/{name}/{key}"


def settings_in_no_file(
    manifests: Manifests, part: Workload, lists_of: Callable[[str], PackageLists | None], sought: Iterable[str]
) -> Iterator[tuple[str, object, Origin, str]]:
    """Yield what is told by the ConfigMaps and Secrets that a pod takes whole and of which no file tells a key: what is unread.

    Their names tell stores. Else one of them holds the addresses of the database that the program has the only driver for, and of
    other stores that it has drivers for, where it seeks none of these otherwise.
    """
    seen, sealed = {each.removesuffix(COPY) for each in sought}, list[tuple[str, Origin]]()
    for container in part.containers:
        for item, kind, name in _unread_in(manifests, part, container):
            settings = f"{kind} {name}"
            yield "unread", settings, item.origin, "envFrom"
            if _is_optional(item):
                continue
            sealed.append((settings, item.origin))
            known = _store_titled(name, part)
            if (
                known is not None
                and known.product not in seen
                and ((lists := lists_of(part.id)) is None or not lacks_library_for(known, lists))
            ):
                product = known.product or ""
                seen.add(product)
                value = {"variable": settings, "reference": f"{part.namespace}/{name}"}
                yield f"seeks-{product}", value, item.origin, settings
    for settings, place in sealed[:1]:
        for product, reference in _stores_by_driver(lists_of(part.id), seen):
            yield f"seeks-{product}", {"variable": settings, "reference": reference}, place, settings


def taken_unread(manifests: Manifests, part: Workload, container: SourceNode) -> Iterator[tuple[str, Origin]]:
    """Yield the ConfigMaps and Secrets that a container has to be given whole and of which no file tells a key, each with its place."""
    for item, kind, name in _unread_in(manifests, part, container):
        if not _is_optional(item):
            yield f"{kind} {name}", item.origin


def _unread_in(manifests: Manifests, part: Workload, container: SourceNode) -> Iterator[tuple[SourceNode, str, str]]:
    for item, kind, name in taken_whole(container):
        held = data_of(manifests, kind, part.namespace, name).values()
        if not (any(text for text, _ in held) or any(_keys_of(manifests, part.namespace, name))):
            yield item, kind, name


def _is_optional(item: SourceNode) -> bool:
    return any(item.get(f"{word}Ref", "optional").value is True for _, word in REFERENCES)


def _told_by_reference(name: str, reference: str, known: Known | None) -> Known | None:
    """Return the store of a product that the names of a key, and of what holds it, tell of a variable that tells none itself."""
    *_, holder, key = ("", "", *reference.split("/"))
    told = next((each for word in (key, holder) if (each := _store_in_name(word)) is not None), None)
    if told is None or (known is None and not (read_store_name(name)[1] or store_by_name(key) is not None)):
        return known
    return told if known is None or known.kind == told.kind else known


def _store_titled(name: str, part: Workload) -> Known | None:
    """Return the store that the name of a configuration tells, beside the name of the program that takes it."""
    own = part.manifest.name
    return _store_in_name(name.removeprefix(own)) if name != own else None


def _store_in_name(name: str) -> Known | None:
    """Return the store of which a product stands in a name."""
    known = store_by_name(f"{name.replace('-', '_').replace('.', '_')}_")
    return known if known is not None and known.product is not None and known.keeps_data else None


def _stores_by_driver(lists: PackageLists | None, sought: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield the database that a program calls by the only driver in its lists of packages, and other stores that it has drivers for.

    None is of a kind that it seeks otherwise. The database may stand in no file, the others stand in one.
    """
    if lists is None:
        return
    kinds = {BY_PRODUCT.get(each, Known(each)).kind for each in sought}
    drivers = [PRODUCTS[name] for name in (*_DATABASES, *_OTHERS) if has_driver_for(PRODUCTS[name], lists)]
    databases = [known for known in drivers if known.kind == "database"]
    for known in drivers:
        if known.kind not in kinds and known.product is not None and (known.kind != "database" or len(databases) == 1):
            yield known.product, BY_DRIVER if known.kind == "database" else BY_LIBRARY


def components_sought(
    manifests: Manifests, part: Workload, hosts: Mapping[str, str]
) -> Iterator[tuple[str, str, Origin]]:
    """Yield the components whose names stand in the names of variables for addresses that no file holds, each with variable and place."""
    for container in part.containers:
        for name, source, _ in unknown_variables(manifests, part.namespace, container):
            match = _OF_ADDRESS.fullmatch(name)
            word = match[1].lower().replace("_", "-") if match is not None and store_by_name(name) is None else ""
            target = hosts.get(word) if word and not (names_telemetry(name) or is_for_browsers(name)) else None
            if target is not None and target != part.id:
                yield target, name, source


def _keys_of(manifests: Manifests, namespace: str, name: str) -> Iterator[str]:
    """Yield the keys of a secret that a controller makes."""
    for manifest in makers_of(manifests, namespace, name):
        mapping, listed = _OF_CONTROLLERS[manifest.kind]
        template = manifest.node.get(*OF_CONTROLLERS[manifest.kind]).keys
        yield from template
        yield from manifest.node.get(*mapping).keys if mapping else ()
        # of what a template is filled in with, the Secret holds nothing else
        for item in manifest.node.get(*listed).list() if listed and not template else ():
            yield item.text_at("secretKey")
