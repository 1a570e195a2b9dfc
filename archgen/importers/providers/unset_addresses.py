"""Settings for the address of something that no file fills in, and that the source of a program reads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from archgen.importers.facts import Origin
from archgen.importers.names import words_of
from archgen.importers.outside import PLACEHOLDER, is_for_pages
from archgen.importers.providers.addresses import asks_for_mail_server
from archgen.importers.providers.caller import Caller
from archgen.importers.store_names import store_by_name
from archgen.importers.variable_names import is_for_browsers, names_callers, names_itself, names_telemetry

_ADDRESS = re.compile(r"([A-Z][A-Z0-9_]{1,40}?)(?:_API|_SERVICE|_SERVER)*(?:_BASE)?_(?:URL|URI|ENDPOINT|HOST)")
"""A setting for the address of something, with the name of that."""

_OF_NOTHING = frozenset((
    "admin", "api", "app", "asset", "assets", "auth", "backend", "base", "callback", "cdn", "client", "cookie", "domain", "external",
    "front", "frontend", "home", "host", "http", "https", "internal", "issuer", "listen", "login", "logout", "main", "media", "no", "oauth",
    "page", "pages", "portal", "proxy", "public", "redirect", "return", "root", "self", "server", "service", "site", "static", "success",
    "upload", "uploads", "web",
    "webhook", "webhooks", "website", "www",
))  # fmt: skip
"""Words of settings for the address of a program itself, of its pages, and of what is behind no name."""


def unset_addresses(caller: Caller, ids: Iterable[str]) -> Iterator[tuple[str, str, Origin]]:
    """Yield what a program reads the address of and no file holds it: the name of that, the setting and its place.

    `ids` are the components: a setting with the name of one is for that.
    """
    taken = [{*words_of(each)} for each in ids]
    for name, setting in caller.settings.items():
        match = _ADDRESS.fullmatch(name) if setting.value in (None, "") and not setting.is_empty else None
        if match is None or _is_of_others(name):
            continue
        words = {*words_of(match[1])}
        if words & _OF_NOTHING or any(words & each for each in taken) or PLACEHOLDER.search(match[1]) is not None:
            continue
        reading = caller.reads(name, True)
        if reading or (reading is None and not setting.is_shared):
            yield match[1].lower().replace("_", "-"), name, setting.source


def _is_of_others(name: str) -> bool:
    """Return True for the address of a store or a mail server, of pages and callers, and of what measurements go to."""
    is_of_pages = is_for_browsers(name) or is_for_pages(name) or names_callers(f"{name}=")
    is_known = store_by_name(name) is not None or asks_for_mail_server(name, "")
    return is_of_pages or is_known or names_telemetry(name) or names_itself(name, "")
