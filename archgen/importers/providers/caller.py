"""A program that may call services on the internet, with its settings, and what these say of a call."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec import Struct

from archgen.importers.addresses import Mention
from archgen.importers.catalogue import Known
from archgen.importers.facts import ImportedLibrary, Origin, WrittenAddress
from archgen.importers.outside import PLACEHOLDER
from archgen.importers.schemes import Beside, told_beside
from archgen.importers.variable_names import is_for_browsers, names_callers, names_page
from archgen.model.protocols import PROTOCOLS, WEB

_OWN = re.compile(
    r"CORS|ORIGIN|ALLOWED|VIRTUAL_HOST|LETSENCRYPT|CALLBACK|REDIRECT|ADMIN_EMAIL|DOMAIN|SERVER_NAME|HOST_NAME",
    re.IGNORECASE,
)
"""Names of settings that hold the domains of the system itself."""


class Setting(Struct, frozen=True):
    """A setting of a program: its value, None for one that no file holds, its place, and whether several programs are given it.

    One that `is_empty` is left empty by its file, and doesn't wait for a value: what it is for is switched off. One that `is_presumed`
    may stand among settings that no file holds, since the source reads it.
    """

    value: str | None
    source: Origin
    is_shared: bool
    is_empty: bool = False
    is_presumed: bool = False


class Caller(Struct, frozen=True):
    """A program with its settings by name.

    `lists` gives its lists of packages, those that it has alone for a setting that it shares. `reads` tells if its source reads a setting,
    None where nothing tells: what only its own files of settings take counts unless code is asked for. `literals` gives the addresses that
    its source calls, `shared_literals` those in a source that others are built of too, and `imports` the libraries that it imports.
    `unset` are the variables that its source reads and no file sets, each with its place.
    """

    id: str
    known: Known
    settings: Mapping[str, Setting]
    lists: Callable[[bool], str]
    reads: Callable[[str, bool], bool | None]
    literals: Callable[[], Iterable[WrittenAddress]]
    shared_literals: Callable[[], Iterable[WrittenAddress]]
    imports: Callable[[], Iterable[ImportedLibrary]]
    unset: Callable[[], Iterable[tuple[str, Origin]]] = tuple


def beside_of(caller: Caller, name: str) -> Beside:
    return told_beside(name, lambda key: caller.settings[key].value or "" if key in caller.settings else "")


def as_told(caller: Caller, name: str, mention: Mention) -> Mention | None:
    """Return a mention with what stands beside it; None if nothing tells if a protocol that is plain at first runs inside TLS."""
    spoken = mention.protocol or "https"
    if spoken in WEB:
        return mention
    beside, protocol = beside_of(caller, name), PROTOCOLS[spoken]
    port = mention.port or beside.port
    is_secured = beside.secured or (port is not None and port == protocol.secured_port)
    if protocol.encrypted or is_secured or port is not None:
        return Mention(mention.host, spoken, port, secured=is_secured and not protocol.encrypted)
    return None


def is_likely(caller: Caller, name: str, setting: Setting) -> bool:
    """Return True for a setting that the source of a program reads, and for one of its own of which nothing tells."""
    reading = caller.reads(name, False)
    return reading is True or (reading is None and not setting.is_shared)


_NO_KEYS = ("none", "disabled", "unused", "dummy", "true", "false", "yes", "no", "on", "off", "enabled", "0", "1")


def is_off(setting: Setting) -> bool:
    """Return True for the value of a key that is none, as that of a switch; pages hold keys that may be published, as Stripe's."""
    value = (setting.value or "").lower()
    return value in _NO_KEYS or value.startswith(("pk.", "pk_"))


def texts_of_domains(kind: str, settings: Mapping[str, Setting]) -> Iterator[str]:
    """Yield the values of settings in which the domains of the system itself stand."""
    for name, setting in settings.items():
        value = setting.value
        if value is not None and "." in value:
            is_own = _OWN.search(name) is not None or is_for_browsers(name) or names_page(kind, name, value)
            if (is_own or names_callers(f"{name}=")) and PLACEHOLDER.search(value) is None:
                yield value
