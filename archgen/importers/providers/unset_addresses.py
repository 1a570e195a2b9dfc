"""Settings for the address of something that no file fills in, and that the source of a program reads."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from archgen.importers.names import words_of
from archgen.importers.outside import PLACEHOLDER, is_for_pages
from archgen.importers.providers.addresses import asks_for_mail_server
from archgen.importers.providers.caller import Caller, Setting
from archgen.importers.store_names import store_by_name
from archgen.importers.variable_names import is_for_browsers, names_callers, names_itself, names_telemetry

_ADDRESS = re.compile(r"([A-Z][A-Z0-9_]{1,40}?)(?:_API|_SERVICE|_SERVER)*(?:_BASE)?_(?:URL|URI|ENDPOINT|HOST)")
"""A setting for the address of something, with the name of that."""

_OF_NOTHING = frozenset((
    "admin", "api", "app", "asset", "assets", "auth", "backend", "base", "callback", "cdn", "client", "cloudfront", "cms", "cookie",
    "database", "databases", "db", "docs", "domain", "external", "form", "front", "frontend", "healthcheck", "heartbeat", "help", "home",
    "host", "http", "https", "internal", "issuer", "listen", "login", "logout", "main", "media", "no", "oauth", "page", "pages", "path",
    "ping", "portal", "prefix", "proxy", "public", "redirect", "return", "root", "self", "server", "service", "site", "static",
    "success", "suffix", "upload", "uploads", "web", "webhook", "webhooks", "website", "www",
))  # fmt: skip
"""Words of settings for the address of a program itself, of its pages, and of what is behind no name."""

_OF_LOGIN = frozenset(("auth", "oauth"))
"""Words that, behind the name of the system, tell who signs visitors in."""

_KEY = re.compile(r"([A-Z][A-Z0-9_]{1,40}?)_(API_?KEY|API_TOKEN|API_SECRET|BOT_TOKEN|APP_?KEY|APP_ID|TOKEN)")
"""A key for the interface of something, with the name of that."""

_OF_ONESELF = frozenset((
    "access", "admin", "app", "auth", "bearer", "bootstrap", "cookie", "csrf", "deploy", "encryption", "health", "internal", "jwt",
    "master", "metrics", "refresh", "registry", "root", "self", "service", "session", "system", "user", "verification", "webhook",
))  # fmt: skip
_OF_NOBODY = frozenset(("ai", "api", "client", "external", "llm", "my", "public", "secret", "test", "x"))
"""Words of keys that others show to the system itself, and those that tell nobody's name."""


_OF_SETTINGS = frozenset((
    "adm", "application", "authentication", "authority", "broker", "cdn", "celery", "collector", "discovery", "enable", "enabled",
    "disable", "enforce", "phx", "remote", "request", "script", "idx", "introspection", "jwks", "local", "localhost", "logout",
    "oidc", "profile", "proxies", "release", "repo", "repository", "saml", "schema", "session", "signin", "sqlalchemy", "sso",
    "target", "test", "tests", "testing", "token", "tracing", "update", "userinfo", "version", "well", "widget", "worker",
))  # fmt: skip
"""Words of what a source reads for its own sake, beside those that tell nobody's name anywhere."""

_KEY_IN_SOURCE = re.compile(
    r"_(API_?KEYS?|API_TOKEN|API_SECRET|BOT_TOKEN|APP_ID|SECRET_KEY|ACCESS_TOKEN|AUTH_TOKEN|CLIENT_SECRET)$"
)


def tells_name(name: str) -> bool:
    """Return True for a variable that a source reads for the address of something with a name, or for a key to it."""
    is_address = _ADDRESS.fullmatch(name) is not None or asks_for_mail_server(name, "")
    return (is_address or _KEY_IN_SOURCE.search(name) is not None) and _OF_SETTINGS.isdisjoint(words_of(name)[:-1])


def unset_addresses(caller: Caller, ids: Collection[str]) -> Iterator[tuple[str, str, Setting, bool]]:
    """Yield what a program may read the address of and no file holds it: the name of that, and the setting with its own name.

    It is True where the program is the one that is meant, as far as is known. `ids` are the components: a setting with the name of
    one is for that.
    """
    for name, setting in caller.settings.items():
        is_open = setting.value in (None, "") and not (setting.is_empty or setting.is_presumed)
        title = title_of_unset(name, caller.id, ids) if is_open else None
        if title is None:
            continue
        reading = caller.reads(name, True)
        if reading is not False:
            yield title, name, setting, reading is True or not setting.is_shared


def title_of_unset(name: str, caller: str, ids: Collection[str]) -> str | None:
    """Return the name of what a setting of a component asks the address of; None where it asks for none, or for a component."""
    match = _ADDRESS.fullmatch(name)
    if match is None or _is_of_others(name) or PLACEHOLDER.search(match[1]) is not None:
        return None
    title, own = words_of(match[1]), words_of(caller)[:1]
    # a setting often begins with the name of the system, as its components do
    inner = (
        title[1:]
        if len(title) > 1 and title[:1] == own and sum(words_of(each)[:1] == own for each in ids) > 1
        else title
    )
    of_nothing = _OF_NOTHING if inner == title else _OF_NOTHING - _OF_LOGIN
    if not of_nothing.isdisjoint(inner):
        return None
    if any(not {*inner}.isdisjoint(words_of(each)) for each in ids):
        return None
    return "-".join(inner)


def title_of_key(name: str, ids: Collection[str]) -> str | None:
    """Return the name of what a variable is a key for; None for one that others show to the system itself, and for a component's."""
    match = _KEY.fullmatch(name.replace("__", "_"))
    words = {*words_of(match[1])} if match is not None else set()
    if match is None or words <= _OF_NOBODY or not words.isdisjoint(_OF_ONESELF) or names_telemetry(name):
        return None
    if any(not words.isdisjoint(words_of(each)) for each in ids):
        return None
    return match[1].lower().replace("_", "-")


def _is_of_others(name: str) -> bool:
    """Return True for the address of a store or a mail server, of pages and callers, and of what measurements go to."""
    is_of_pages = is_for_browsers(name) or is_for_pages(name) or names_callers(f"{name}=")
    is_known = store_by_name(name) is not None or asks_for_mail_server(name, "")
    return is_of_pages or is_known or names_telemetry(name) or names_itself(name, "")
