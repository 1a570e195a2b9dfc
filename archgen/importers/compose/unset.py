"""Stores and programs that services seek by the names of variables alone, since no file holds their addresses."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from msgspec.structs import replace

from archgen.importers.addresses import Mention, is_loopback, urls_in
from archgen.importers.catalogue import PROVIDED, Known, is_like
from archgen.importers.compose.environment import opened_variables
from archgen.importers.compose.parts import ServicePart
from archgen.importers.compose.service import SourceText
from archgen.importers.compose.sharing import SharedValues
from archgen.importers.facts import Fact, FactSheet, Opener
from archgen.importers.outside import PLACEHOLDER, is_for_pages, store_at
from archgen.importers.store_names import OF_PROVIDER, provided_service, store_asked_for, title_of_store
from archgen.importers.variable_names import is_for_browsers, is_named_after, names_page, names_telemetry
from archgen.model.kinds import KINDS

_WORKING = ("application", "web")
_CHOOSES_STORAGE = re.compile(
    r"(.*_)?(STORAGE|FILES?|FILESYSTEM|UPLOADS?|MEDIA|BLOBS?|ASSETS?)_(BACKEND|DRIVER|TYPE|PROVIDER|DISK|ENGINE|MODE)",
    re.IGNORECASE,
)
_ON_DISK = ("local", "disk", "file", "files", "fs", "filesystem", "public", "memory")
"""What a program keeps its files by that has no use for an object storage."""


def seek_stores(
    part: ServicePart,
    variables: Mapping[str, SourceText],
    parts: Collection[ServicePart],
    lacks_library: Callable[[ServicePart, Known], bool],
    shared: SharedValues,
    sheet: FactSheet,
) -> None:
    """Add the stores that a program seeks by variables that no file sets.

    A provider's service that an example leaves empty is one that may be used, unless the code of the program reads it: that is asked.
    """
    for known, name, value in stores_sought(part, variables, parts):
        if lacks_library(part, known):
            continue
        product, is_provided = known.product or known.kind, known.product in PROVIDED
        is_left = value.unset and not value.of_reader and value.source.path != part.service.source.path
        if is_provided and is_left and shared.reads_where_it_lies(part, name, in_code=True) is not True:
            sheet.ask_for(part.id, "external-service", product, name, "", value.source)
            continue
        sought = {"variable": name, "reference": OF_PROVIDER if is_provided else name}
        sheet.add(Fact(f"component:{part.id}", f"seeks-{product}", sought, value.source, name, "medium"))


def note_unread(part: ServicePart, opener: Opener, sheet: FactSheet, *, is_read: bool) -> None:
    """Record the file that a program takes its settings from, if it isn't there and no other one `is_read`."""
    for named in part.service.env_files[:1] if not is_read else ():
        if not opened_variables(part.service.source.path, named.text, opener):
            sheet.add(Fact(f"component:{part.id}", "unread", named.text, named.source, "env_file", "medium"))


def stores_sought(
    part: ServicePart, variables: Mapping[str, SourceText], parts: Iterable[ServicePart]
) -> Iterator[tuple[Known, str, SourceText]]:
    """Yield the stores of which a program has a variable for the address that no file sets, and of which the project runs none.

    Of a provider's service, a value that is to be replaced counts too, and one of the provider itself.
    """
    if not (KINDS[part.kind].role in _WORKING or KINDS[part.kind].balances) or part.guess.known.product is not None:
        return
    stores = [each.guess.known for each in parts if each.guess.known.keeps_data]
    sought: set[str] = set()
    is_on_disk = any(
        _CHOOSES_STORAGE.fullmatch(name) is not None and value.text.strip().lower() in _ON_DISK
        for name, value in variables.items()
    )
    asked = {name: _known_by(name, value) for name, value in variables.items()}
    # what a variable calls a database, beside one of the same title that tells the product, is that
    of_products = {
        (each.kind, title_of_store(name))
        for name, (each, _) in asked.items()
        if each is not None and each.product is not None and variables[name].unset
    }
    for name, value in variables.items():
        known, told = asked[name]
        if known is None or not known.keeps_data or is_for_browsers(name) or names_telemetry(name):
            continue
        if is_on_disk and known.kind == "object-storage":
            continue
        text, product = value.text, known.product or known.kind
        is_provided = product in PROVIDED and (f".{product}." in text or PLACEHOLDER.search(text) is not None)
        if (
            (value.unset or is_provided)
            and product not in sought
            and (product, title_of_store(name)) not in of_products
            and not any(is_like(each, known) if told else _is_alike(each, known) for each in stores)
        ):
            sought.add(product)
            yield known, name, value


def programs_sought(
    part: ServicePart,
    variables: Mapping[str, SourceText],
    parts: Iterable[ServicePart],
    called: Collection[tuple[str, str]],
) -> Iterator[tuple[Mention, str, SourceText]]:
    """Yield the programs that a variable is named after which has the machine itself, and their port on that.

    In a container it leads nowhere: so those have it who run the program by itself.
    """
    if KINDS[part.kind].role not in _WORKING or part.service.network_mode:
        return
    programs = [
        each
        for each in parts
        if each.guess.known.product is None and each.id != part.id and (part.id, each.id) not in called
    ]
    for name, value in variables.items():
        text = value.of_reader or value.text
        if "://" not in text or is_for_browsers(name) or is_for_pages(name) or names_telemetry(name):
            continue
        if names_page(part.kind, name, text):
            continue
        for mention, _ in urls_in(text)[:1]:
            named = [each for each in programs if is_named_after(name, each.id) and mention.port in each.same_ports]
            if len(named) == 1 and is_loopback(mention.host):
                yield replace(mention, host=named[0].id), name, value


def _known_by(name: str, value: SourceText) -> tuple[Known | None, Known | None]:
    """Return the store that a variable is for, and that which its value tells to those who run the project from outside."""
    told = store_at(value.of_reader)
    return PROVIDED.get(provided_service(name) or "") or told or store_asked_for(name), told


def _is_alike(store: Known, known: Known) -> bool:
    return store.kind == known.kind or is_like(store, known)
