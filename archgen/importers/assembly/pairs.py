"""Stores and their callers that names alone tell: `orders` and `orders-db`, or a variable for the only store of a product."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from archgen.importers.assembly.inventory import Call, Inventory, Part
from archgen.importers.catalogue import BY_PRODUCT, PROVIDED, Known, is_product_like
from archgen.importers.facts import BY_DRIVER, BY_LIBRARY, Origin
from archgen.importers.names import free_id, image_without_tag, words_of
from archgen.importers.secrets import is_secret_name
from archgen.importers.store_names import COPY, names_copy

_STORE = re.compile(
    r"[-_.]?(db|database|mongo|mongodb|mysql|mariadb|postgres|postgresql|pg|redis|cache|store|sql)\d*$", re.IGNORECASE
)
_SERVICE = r"([-_.]?(service|svc|api|app|server|backend|deployment|deploy|depl))?"

_WORDS_OF_STORES = re.compile(
    r"postgres(ql)?|pgsql|pg|mysql|mariadb|mongo(db)?|redis|valkey|rabbit(mq)?|mq|kafka|elastic(search)?|sql|db|database|cache|broker|"
    r"deploy(ment)?|depl|statefulset|sts|svc|service|server|primary|master|leader|main|headless|cluster|ip|rw|ha|data|store|node|\d+",
    re.IGNORECASE,
)
"""Words in the names of stores that tell what they are, and not whose."""


_ASIDE = (
    "clickhouse", "influxdb", "neo4j", "arangodb", "questdb", "druid", "victoriametrics", "qdrant", "weaviate", "milvus", "chroma",
)  # fmt: skip
"""Databases that stand beside one for records: no variable for just a database means one of them."""


def join_alike(inventory: Inventory) -> Inventory:
    """Return the inventory with each store of the network that no file declares as the only one of its product that they do.

    Files often call one store by several names; of which the other is, the words beside its product decide.
    """
    outside = [
        part for part in inventory.parts.values() if part.is_outside and part.is_near and part.product is not None
    ]
    for part in outside:
        alike = [each for each in inventory.parts.values() if each.product == part.product and not each.is_outside]
        same = alike[0] if len(alike) == 1 and _is_called_alike(part, alike[0], inventory) else None
        if same is None or any(call.source == same.id for call in inventory.callers(part.id)):
            continue
        for call in inventory.callers(part.id):
            del inventory.calls[call.source, part.id]
            inventory.join(replace(call, target=same.id))
        # who may call it by the other name is still asked about
        same.sharers = sorted({*same.sharers, *part.sharers})
        del inventory.parts[part.id]
    inventory.calls = dict(sorted(inventory.calls.items()))
    return inventory


def _is_called_alike(part: Part, store: Part, inventory: Inventory) -> bool:
    """Return True for names that differ in words that tell what they are alone, or of which only one is that of a release too.

    In a cluster the objects of a release begin with its name, which an address may lack, or have where the store has none.
    """
    words, own = _words(part.id), _words(store.id)
    if words == own or store.host is not None or any(words == _words(name) for name in store.names):
        return words == own or store.host is None
    others = (_words(each.id) for each in inventory.parts.values() if each.id not in (part.id, store.id))
    return (not words or not own) and any((words or own) <= each for each in others)


def _words(name: str) -> frozenset[str]:
    return frozenset(word for word in words_of(name) if word and _WORDS_OF_STORES.fullmatch(word) is None)


def pair_stores(inventory: Inventory) -> Inventory:
    """Return the inventory with a call of each such store, if its name fits one component alone.

    A name proves nothing: the call is asked about, and no flow leads over it before it is answered.
    """
    parts = [part for part in inventory.parts.values() if part.traits.role in ("application", "web")]
    for store in [part for part in inventory.parts.values() if part.keeps_data]:
        stem = _STORE.sub("", store.id)
        if stem not in ("", store.id) and not inventory.callers(store.id):
            owners = [part for part in parts if re.fullmatch(re.escape(stem) + _SERVICE, part.id, re.IGNORECASE)]
            if len(owners) == 1:
                inventory.calls[owners[0].id, store.id] = _call(owners[0], store)
    return inventory


def pair_seekers(inventory: Inventory) -> Inventory:
    """Return the inventory with a call of the only store of the product that a component seeks, where it calls none of it.

    Where there is none, the store stands in no file. The value of the variable stands in none either, so the call is asked about.
    """
    stores = [part for part in inventory.parts.values() if part.keeps_data or part.product is not None]
    outside: dict[tuple[str, str], str] = {}
    in_namespaces, drivers = _in_namespaces(inventory), _drivers_of_sharers(inventory)
    for part in list(inventory.parts.values()):
        called = [inventory.parts[call.target] for call in inventory.callees(part.id)] if part.seeks else []
        for sought, (variable, reference, place) in part.seeks.items():
            product = sought.removesuffix(COPY)
            if product in PROVIDED and any(_imitates(each, product) for each in called):
                continue
            fitting = [store for store in stores if _fits(store, product)]
            if product == "database" and reference and fitting and all(each.product in _ASIDE for each in fitting):
                product, fitting = _beside_of(reference, fitting, called, drivers)
            fitting = _of_role(fitting, is_copy=sought != product)
            near = [store for store in fitting if store.is_outside or store.group == part.group] or fitting
            near = _called_alike(part, near)
            if len(near) == 1 and part.kind == "backup" and near[0].kind != "object-storage":
                part.backs_up += [near[0].id] if near[0].id not in part.backs_up else []
            elif len(near) == 1 and not any(_fits(each, product) for each in called):
                inventory.calls[part.id, near[0].id] = _sought(part, near[0], variable, reference)
            elif not fitting and reference not in ("", BY_LIBRARY) and (part.kind != "backup" or product == "s3"):
                holder = in_namespaces.get((sought, reference), reference)
                if product == "database":
                    # of an address that tells no more, the drivers of those who share it tell the product
                    product = _for_records(drivers.get(_key_of(holder), set())) or product
                title = product + sought[len(sought.removesuffix(COPY)) :]
                if (title, holder) not in outside:
                    store = _outside(title, variable, place, inventory)
                    outside[title, holder] = store.id
                    inventory.parts[store.id] = store
                store = inventory.parts[outside[title, holder]]
                inventory.calls[part.id, store.id] = _sought(part, store, variable, reference)
    _share_queues(inventory)
    _pair_backups(inventory, {holder: inventory.parts[each] for (_, holder), each in outside.items()}, in_namespaces)
    inventory.calls = dict(sorted(inventory.calls.items()))
    return inventory


def _share_queues(inventory: Inventory) -> None:
    """Let what answers requests call the queue of a worker of its image: it hands in the work that this takes by its command."""
    servers: dict[str, list[Part]] = {}
    for part in inventory.parts.values():
        if part.kind == "app-server" and part.image is not None:
            servers.setdefault(image_without_tag(part.image), []).append(part)
    for call in [*inventory.calls.values()]:
        worker, store = inventory.parts[call.source], inventory.parts[call.target]
        if call.variable is None or not call.variable.islower() or worker.image is None:
            continue
        for part in servers.get(image_without_tag(worker.image), ()):
            calls_like = any(
                _fits(inventory.parts[each.target], store.product or "") for each in inventory.callees(part.id)
            )
            if store.product in part.drivers and not calls_like:
                inventory.calls[part.id, store.id] = replace(call, source=part.id)


def _pair_backups(
    inventory: Inventory, stores: Mapping[str, Part], in_namespaces: Mapping[tuple[str, str], str]
) -> None:
    """Let each backup keep the database that it seeks and that other programs call, where none is in the files.

    It is the one by the same reference, else the only one.
    """
    databases = {holder: each for holder, each in stores.items() if each.kind == "database"}
    for part in inventory.parts.values():
        for sought, (_, reference, _) in part.seeks.items() if part.kind == "backup" and not part.backs_up else ():
            product = sought.removesuffix(COPY)
            alike = [each for each in databases.values() if _fits(each, product)]
            same = databases.get(in_namespaces.get((sought, reference), reference))
            fitting = [same] if same in alike else _of_role(alike, is_copy=sought != product)
            if len(fitting) == 1 and fitting[0].id not in part.backs_up:
                # what a copy holds is the data of the first
                firsts = [each.id for each in databases.values() if f"{each.id}{COPY}" == fitting[0].id]
                part.backs_up += [fitting[0].id, *firsts]


def _of_role(stores: list[Part], *, is_copy: bool) -> list[Part]:
    """Return those of several stores that are copies, or that aren't; all where none is so."""
    return [each for each in stores if names_copy(each.id, "") == is_copy] or stores


def _beside_of(
    reference: str, fitting: list[Part], called: list[Part], drivers: dict[str, set[str]]
) -> tuple[str, list[Part]]:
    """Return the database that an address in no file leads to, beside others for measurements, and the stores that may be it.

    The drivers of the programs that share the address tell its product. Without any it is another one than what is called.
    """
    driven = drivers.get(_key_of(reference), set())
    if driven - {*_ASIDE}:
        return _for_records(driven) or "database", []
    return "database", [] if not driven and all(each in called for each in fitting) else fitting


def _for_records(driven: set[str]) -> str | None:
    """Return the only database for records among those that programs have drivers for."""
    products = sorted(driven - {*_ASIDE})
    return products[0] if len(products) == 1 and products[0] in BY_PRODUCT else None


def _drivers_of_sharers(inventory: Inventory) -> dict[str, set[str]]:
    """Return the databases that those programs have drivers for which share an address in no file, by what holds it."""
    drivers: dict[str, set[str]] = {}
    for part in inventory.parts.values():
        for _, reference, _ in part.seeks.values():
            titles = {title for title, kind in part.drivers.items() if kind == "database"}
            drivers.setdefault(_key_of(reference), set()).update(titles)
    return drivers


def _key_of(reference: str) -> str:
    """Return a reference without its namespace, which manifests may leave out."""
    return reference.partition("/")[2] or reference


def _called_alike(part: Part, stores: list[Part]) -> list[Part]:
    """Return those of several stores whose names, or those of their groups, begin with the most words of a component's own."""
    words = words_of(part.id)
    common = [
        max(_words_in_common(words, words_of(each)) for each in (store.id, store.group or "")) for store in stores
    ]
    most = max(common, default=0)
    return [store for store, count in zip(stores, common, strict=True) if count == most] if most else stores


def _words_in_common(words: Sequence[str], others: Sequence[str]) -> int:
    """Return how many of the first words of two names are the same."""
    return next(
        (place for place, (word, other) in enumerate(zip(words, others, strict=False)) if word != other),
        min(len(words), len(others)),
    )


def _in_namespaces(inventory: Inventory) -> dict[tuple[str, str], str]:
    """Return references of manifests without a namespace as the only namespace has them in which others refer to the same key."""
    holders: dict[tuple[str, str], set[str]] = {}
    for part in inventory.parts.values():
        for product, (_, reference, _) in part.seeks.items():
            namespace, slash, key = reference.partition("/")
            if namespace and slash:
                holders.setdefault((product, f"/{key}"), set()).add(reference)
    return {key: min(references) for key, references in holders.items() if len(references) == 1}


def pair_neighbours(inventory: Inventory) -> Inventory:
    """Return the inventory with a call of each store that no file shows a caller of, by what alone shares its network."""
    for store in inventory.parts.values():
        callers = [inventory.parts[name] for name in store.near if name in inventory.parts]
        for part in callers if not inventory.callers(store.id) else ():
            inventory.calls[part.id, store.id] = replace(
                _call(part, store), required=True, is_named=False, evidence="the only program on its network"
            )
    inventory.calls = dict(sorted(inventory.calls.items()))
    return inventory


def _sought(part: Part, store: Part, variable: str, reference: str) -> Call:
    if reference == BY_DRIVER:
        return replace(_call(part, store), required=True, variable=variable, evidence=f"{variable}{BY_DRIVER}")
    if reference == BY_LIBRARY:
        return replace(_call(part, store), required=True, is_named=False, evidence=BY_LIBRARY)
    # a file may well hold a password
    evidence = f"{variable}, {'without an address' if is_secret_name(variable) else 'in no file'}"
    return replace(_call(part, store), required=True, variable=variable, evidence=evidence)


def _outside(product: str, variable: str, place: Origin, inventory: Inventory) -> Part:
    """Return the store that a variable tells, and that no file describes."""
    title, product = product, product.removesuffix(COPY)
    known = PROVIDED.get(product) or BY_PRODUCT.get(product, Known(product))
    return Part(
        id=free_id(title, set(inventory.parts)),
        kind=known.kind,
        product=known.product,
        source=place,
        evidence=f"{variable}, in no file",
        confidence="medium",
        is_outside=True,
        members=[title],
        declared={"managed": True} if product in PROVIDED else {},
    )


def _imitates(store: Part, product: str) -> bool:
    """Return True for what programs call in the place of a provider's service, such as LocalStack, which imitates them all."""
    return _fits(store, product) or (store.product in PROVIDED and "managed" not in store.declared)


def _fits(store: Part, product: str) -> bool:
    """Return True for a store of a product, for another one that answers like it, or for one of a kind."""
    sought = BY_PRODUCT.get(product)
    alike = sought is not None and is_product_like(store.product, sought)
    return alike or product in (store.product, store.kind)


def _call(owner: Part, store: Part) -> Call:
    managed = PROVIDED if "managed" in store.declared else {}
    known = managed.get(store.product or "") or BY_PRODUCT.get(store.product or "")
    return Call(
        source=owner.id,
        target=store.id,
        protocol=known.protocol if known is not None else "tcp",
        port=known.port if known is not None else None,
        required=False,
        is_assumed=True,
        is_named=True,
        place=store.source,
        evidence="their names",
        confidence="medium",
    )
