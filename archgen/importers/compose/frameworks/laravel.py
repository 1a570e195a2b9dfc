"""Stores that programs of Laravel choose by the names of drivers (https://laravel.com/docs/configuration), without an address."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping, Set

from archgen.importers.addresses import Mention
from archgen.importers.catalogue import PRODUCTS, PROVIDED, Known, is_like
from archgen.importers.compose.environment import opened_variables
from archgen.importers.compose.interpolation import expanded_variables
from archgen.importers.compose.library_calls import calls_like
from archgen.importers.compose.parts import ServicePart
from archgen.importers.compose.service import SourceText
from archgen.importers.facts import Fact, FactSheet, Opener, Origin
from archgen.importers.outside import OutsideStore
from archgen.importers.packages import PackageLists
from archgen.importers.store_names import OF_PROVIDER
from archgen.model.kinds import KINDS

_CHOOSES = re.compile(
    r"DB_CONNECTION|(CACHE|SESSION|QUEUE|BROADCAST)_(DRIVER|STORE|CONNECTION)|FILESYSTEM_(DISK|DRIVER)"
)
_DRIVERS = {
    "mysql": "mysql", "mariadb": "mariadb", "pgsql": "postgres", "mongodb": "mongo", "sqlsrv": "mssql", "redis": "redis",
    "memcached": "memcached", "sqs": "sqs", "s3": "s3", "rabbitmq": "rabbitmq",
}  # fmt: skip
_HORIZON = "laravel/horizon"
"""A package that keeps its queues in Redis, whatever else is set."""

_OF_PHP = (None, "php-fpm", "php")


def stores_chosen(
    parts: Mapping[str, ServicePart],
    variables_of: Callable[[ServicePart], Mapping[str, SourceText]],
    libraries: Callable[[ServicePart], PackageLists],
    components: Mapping[str, ServicePart | OutsideStore],
    called: Set[tuple[str, str]],
    opener: Opener,
    sheet: FactSheet,
) -> Iterator[tuple[ServicePart, Mention, Origin, str]]:
    """Yield the only store of the project that a driver is for; note the product that a program seeks where there is none.

    What a program has `called` by an address comes first, of the project or of those `components` that are in no file.
    """
    for part in parts.values():
        if part.guess.known.product not in _OF_PHP or KINDS[part.kind].role not in ("application", "web"):
            continue
        for name, known, source in _chosen(part, variables_of(part), libraries(part), opener):
            like = [each for each in parts.values() if is_like(each.guess.known, known)]
            if calls_like(part, known, components, called):
                continue
            if len(like) == 1:
                yield part, Mention(like[0].id), source, name
            elif not like:
                reference = OF_PROVIDER if known.product in PROVIDED else name
                sought = {"variable": name, "reference": reference}
                key = f"seeks-{known.product or known.kind}"
                sheet.add(Fact(f"component:{part.id}", key, sought, source, name, "medium"))


def _chosen(
    part: ServicePart, variables: Mapping[str, SourceText], lists: PackageLists, opener: Opener
) -> Iterator[tuple[str, Known, Origin]]:
    """Yield the products that a program of Laravel has drivers for, each once, with the setting that says so."""
    if "laravel/framework" not in lists.text:
        return
    chosen: dict[str, tuple[str, Origin]] = {}
    for name, value in {**_written(part, lists, opener), **variables}.items():
        product = _DRIVERS.get(value.text.strip().lower()) if _CHOOSES.fullmatch(name) is not None else None
        if product is not None:
            chosen.setdefault(product, (name, value.source))
    if _HORIZON in lists.text:
        path = next((each for each in lists.paths if each.endswith("composer.json")), part.service.source.path)
        chosen.setdefault("redis", (_HORIZON, Origin(path, 1)))
    for product, (name, source) in chosen.items():
        yield name, PROVIDED.get(product) or PRODUCTS[product], source


def _written(part: ServicePart, lists: PackageLists, opener: Opener) -> Mapping[str, SourceText]:
    """Return the variables of the `.env` beside the list of packages of a program, or of the example of it."""
    path = part.service.source.path
    for listed in lists.paths:
        place = posixpath.relpath(posixpath.dirname(listed) or ".", posixpath.dirname(path) or ".")
        for file in opened_variables(path, posixpath.join(place, ".env"), opener, moved=False):
            values = expanded_variables(file.data, {}).items()
            return {name: SourceText(text, Origin(file.path, line)) for name, (text, line) in values}
    return {}
