"""Addresses on the internet that settings name: those of services that others run, and not those by which a system is known itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from archgen.importers.addresses import Mention, is_ip_address, is_public_host, urls_in
from archgen.importers.facts import WrittenAddress
from archgen.importers.names import words_of
from archgen.importers.outside import PLACEHOLDER, is_for_pages, is_real, stores_named
from archgen.importers.providers.catalogue import Provider, provider_at
from archgen.importers.store_names import MANAGED, provided_service
from archgen.importers.variable_names import is_for_browsers, names_itself, names_page, names_telemetry
from archgen.model.protocols import PROTOCOLS, RELAYS_OF_MEDIA, WEB

_LONGEST = 500
_OF_ADDRESS = re.compile(
    r"(URLS?|URI|ENDPOINT|HOST(NAME)?|API|SERVER|ADDR(ESS)?|SERVICE|WEBHOOK|BASE|DOMAIN|AUTHORITY|ISSUER)(_?V?\d+)?$",
    re.IGNORECASE,
)
"""The ends of settings that hold the address of something."""

_GENERIC = frozenset((
    "api", "app", "backend", "base", "client", "default", "domain", "endpoint", "front", "frontend", "gateway", "host",
    "hostname", "http", "https", "main", "my", "of", "origin", "path", "prod", "production", "public", "rest", "root",
    "self", "server", "service", "site", "staging", "target", "the", "uri", "url", "v1", "v2", "v3", "web", "www",
))  # fmt: skip
"""Words that tell nothing of whose address a setting holds."""

_NO_SERVICE = re.compile(
    r"DOC|HELP|TERMS|PRIVACY|LICEN[SC]E|SCHEMA|NAMESPACE|REGISTR|REPO(?!RT)|MIRROR|INDEX_URL|DOWNLOAD|AVATAR|LOGO|ICON|IMAGE|PICTURE|ASSET|CDN"
    r"|STATIC|MEDIA|HEALTH|PING|UPTIME|AUDIENCE|SUCCESS|CANCEL|RETURN|REFERER|USER_AGENT|CONTACT|SUPPORT|HOMEPAGE|ACME|PROXY|BLOB|SCRIPT"
    r"|INSTALL|UPDATE|RELEASE|SPEC(_|$)|SWAGGER|LINK|SHARE|STORE_URL|INVITE|FEED|BLOG|FONT|BRAND(?!S)|CHANGELOG|COMMUNITY|FORUM|SOCIAL",
    re.IGNORECASE,
)
"""Words of settings for documents, packages, pictures, checks and links, which no request waits for."""

_OF_DOCUMENTS = re.compile(
    r"(^|\.)(github\.com|githubusercontent\.com|gitlab\.com|bitbucket\.org|npmjs\.(org|com)|pypi\.org|pythonhosted\.org|maven\.org|docker\.(io|com)"
    r"|ghcr\.io|quay\.io|gcr\.io|debian\.org|ubuntu\.com|alpinelinux\.org|jsdelivr\.net|unpkg\.com|cdnjs\.com|w3\.org|json-schema\.org"
    r"|schema\.org|xmlsoap\.org|apache\.org|letsencrypt\.org|gravatar\.com|google-analytics\.com|googletagmanager\.com|huggingface\.co"
    r"|readthedocs\.io|wikipedia\.org|youtube\.com|healthchecks\.io|hc-ping\.com)$"
)
"""Hosts of sources, packages, schemas and pages."""

_OF_PEOPLE = re.compile(
    r"(?:www\.|m\.|[a-z0-9-]+\.(?=typeform|substack|medium|tumblr))?(twitter\.com|x\.com|facebook\.com|fb\.com|instagram\.com"
    r"|linkedin\.com|tiktok\.com|pinterest\.com|reddit\.com|mastodon\.social|bsky\.app|threads\.net|t\.me|wa\.me|discord\.gg|twitch\.tv"
    r"|vimeo\.com|medium\.com|substack\.com|tumblr\.com|dribbble\.com|behance\.net|producthunt\.com|trustpilot\.com|typeform\.com"
    r"|forms\.gle|tally\.so|jotform\.com|surveymonkey\.com|calendly\.com|cal\.com|patreon\.com|ko-fi\.com|buymeacoffee\.com)"
)
"""Hosts at which people read, write, fill in forms and make appointments; programs call others of these domains."""

_ANYBODYS = re.compile(
    r"(^|\.)(nip\.io|sslip\.io|duckdns\.org|ngrok(-free)?\.(io|app|dev)|no-ip\.(org|com)|ddns\.net|vercel\.app|netlify\.app|herokuapp\.com"
    r"|onrender\.com|railway\.app|fly\.dev|pages\.dev|workers\.dev|github\.io|gitlab\.io|azurewebsites\.net|run\.app|web\.app|firebaseapp\.com"
    r"|trycloudflare\.com|localtest\.me|lvh\.me|cloudfront\.net|azurecontainer(apps)?\.io|cloudapp\.(net|azure\.com))$"
)
"""Domains below which anybody's programs have names: what is there may as well be the system itself."""

_OF_CHECKS = re.compile(
    r"(^|\.)(ipify\.org|ifconfig\.(me|co)|icanhazip\.com|ipinfo\.io|checkip\.[\w.]+|ip-api\.com|httpbin\.org|google\.com)$"
)
"""Hosts that tell somebody's own address, or that the network is there."""

_FILE = re.compile(r"\.(?!(?:php|aspx?|do|jsp|cgi)\b)[a-z][a-z0-9]{1,6}$", re.IGNORECASE)
_DATA = re.compile(r"\.(xml|json|csv|rss|atom|ics|geojson)$", re.IGNORECASE)
"""The ends of files that programs ask others for."""

_SHARED_ENDS = ("co", "com", "org", "net", "gov", "ac", "or", "go", "ne", "edu", "gob", "gouv")
"""Words before a country under which domains are given out."""

_OF_MAIL = re.compile(
    r"((^|_)(SMTP|E?MAIL(ER)?)(_\w+)?_?(HOST(NAME)?|SERVER|ADDR|ADDRESS|RELAY|URI|DSN)|RELAY_?HOST|(^|_)SMTP(_URL)?)$",
    re.IGNORECASE,
)
_ASKS_FOR_MAIL = re.compile(
    r"(^|_)((SMTP|E?MAIL(ER)?)_(\w+_)?(HOST(NAME)?|SERVER|RELAY)|SMTP_(SETTINGS|CONFIG|ADDR(ESS)?|URL|URI)|MAILER_(DSN|URL)"
    r"|CONNECTION_?STRINGS?_{1,2}(SMTP|E?MAIL))$",
    re.IGNORECASE,
)
_HERE_BY_SMTP = re.compile(r"smtps?://(?:[^@\s/]{1,100}@)?(?:localhost|127\.0\.0\.1)(?::[0-9]{1,5})?/?")
"""The address of a server on the own machine, where a container has none: whoever starts the program puts another one in."""

_MAIL_HOST = re.compile(
    r"(?:smtps?://(?:[^@\s/]*@)?)?([A-Za-z0-9](?:[A-Za-z0-9-]*\.)+[A-Za-z]{2,24})(?::([0-9]{1,5}))?/?"
)
_BARE = re.compile(r"((?:[A-Za-z0-9-]{1,63}\.){1,5}[A-Za-z]{2,24})(?::([0-9]{1,5}))?")
_UNSPOKEN = frozenset((
    "dns", "doh", "dot", "ntp", "chrony", "syslog", "statsd", "snmp", "whois", "finger", "tor", "socks", "print", "printer",
))  # fmt: skip
"""Words of bare hosts for what no request waits for, and for protocols that the language has no word for."""

_HOST_ALONE = re.compile(r"_(HOST(NAME)?|SERVER|DOMAIN|ADDR(ESS)?|ENDPOINT)$", re.IGNORECASE)


class ForeignAddress(Struct, frozen=True):
    """An address on the internet: how it is called, what to call it, who is known to answer, and if it looks like an interface."""

    mention: Mention
    title: str
    provider: Provider | None
    is_interface: bool
    has_blanks: bool = False
    """Something behind the host is still to be filled in: `https://mainnet.example.io/v3/YOUR_KEY`."""


def mail_server(name: str, value: str) -> Mention | None:
    """Return the server on the internet that a setting has mail sent through."""
    match = _MAIL_HOST.fullmatch(value.strip()) if _OF_MAIL.search(name) is not None and "." in value else None
    if match is None or not _is_foreign(match[1]) or PLACEHOLDER.search(match[1]) is not None:
        return None
    port = int(match[2]) if match[2] else None
    return Mention(match[1], "smtps" if port == 465 or value.startswith("smtps") else "smtp", port)


def asks_for_mail_server(name: str, value: str) -> bool:
    """Return True for a setting for the server that mail is sent through, of which the value is still to be filled in."""
    if _HERE_BY_SMTP.fullmatch(value) is not None:
        return True
    is_of_mail = _ASKS_FOR_MAIL.search(name) is not None
    return is_of_mail and (value == "" or PLACEHOLDER.search(value) is not None)


def foreign_addresses(kind: str, name: str, value: str) -> Iterator[ForeignAddress]:
    """Yield the addresses on the internet that a setting of a component of a kind names, and at which others answer programs."""
    value = value[:_LONGEST].strip()
    # most values hold no such address, which is sooner seen than what their names say
    if "." not in value or _OF_ADDRESS.search(name) is None:
        return
    found = [(mention, rest) for mention, rest in urls_in(value) if mention.protocol in ("http", "https")]
    bare = _BARE.fullmatch(value) if not found and _HOST_ALONE.search(name) is not None else None
    if bare is not None and (protocol := _protocol_of(name, bare[1])):
        found = [(Mention(bare[1], protocol, int(bare[2]) if bare[2] else None), "")]
    if len(found) != 1 or PLACEHOLDER.search(_authority(value)) is not None or not _is_foreign(found[0][0].host):
        return
    mention, rest = found[0]
    provider = provider_at(mention.host)
    if _is_of_oneself(kind, name, value, provider) or (provider is None and _tells_nothing(name, mention.host, rest)):
        return
    if provider is None and any(True for _ in stores_named(name, value)):
        return
    is_interface = _is_named_interface(mention.host) or "api" in words_of(name)
    yield ForeignAddress(
        mention, _title_of(mention.host), provider, is_interface, PLACEHOLDER.search(value) is not None
    )


def _authority(value: str) -> str:
    """Return what stands before the path of an address, without a login: the host and its port."""
    return re.split(r"[/?#]", value.partition("://")[2] or value, maxsplit=1)[0].rpartition("@")[2]


def _is_named_interface(host: str) -> bool:
    label = host.lower().partition(".")[0]
    return label.startswith("api") or label.endswith("api") or label in ("graphql", "rest")


def _protocol_of(name: str, host: str) -> str:
    """Return the protocol that the name of a setting, or the first label of a host alone, tells; the empty text for no request."""
    words = (*words_of(name), host.partition(".")[0].rstrip("0123456789"))
    told = next((word for word in map(str.lower, words) if word in PROTOCOLS or word in _UNSPOKEN), "https")
    protocol = "https" if told in WEB else told
    return "" if protocol in _UNSPOKEN or protocol in RELAYS_OF_MEDIA else protocol


def called_address(written: WrittenAddress) -> ForeignAddress | None:
    """Return the address on the internet that a source calls, or holds by a name, if others answer programs there."""
    found = [*urls_in(written.url[:_LONGEST])]
    if len(found) != 1 or PLACEHOLDER.search(_authority(written.url)) is not None or not _is_foreign(found[0][0].host):
        return None
    mention, rest = found[0]
    # what is put in behind the host, such as a key or the number of an order, is no page's
    if PLACEHOLDER.search(written.url) is not None and not written.is_called:
        return None
    host, provider, name = mention.host.lower(), provider_at(mention.host), written.variable
    is_interface = _is_named_interface(host) or (provider is not None and host in provider.hosts)
    # what has a name may only be shown
    if is_for_browsers(name) or not (written.is_called or is_interface):
        return None
    is_of_data = written.is_called and _DATA.search(rest.partition("?")[0]) is not None
    is_page = host.startswith("www.") and "api" not in words_of(rest) and not is_of_data
    if _is_shown(name, host, "" if is_of_data else rest) or is_page or _OF_CHECKS.search(host) is not None:
        return None
    if provider is None and MANAGED.search(host) is not None:
        return None
    return ForeignAddress(mention, _title_of(host), provider, is_interface)


def _is_foreign(host: str) -> bool:
    return (
        is_public_host(host) and is_real(host) and not is_ip_address(host) and not host.rpartition(".")[2].isdecimal()
    )


def _is_of_oneself(kind: str, name: str, value: str, provider: Provider | None) -> bool:
    """Return True for a setting for browsers, callers or measurements; who issues tokens is called, whatever the setting's name is."""
    if is_for_browsers(name) or names_telemetry(name) or is_for_pages(name):
        return True
    return provider is None and (names_page(kind, name, value) or names_itself(name, value))


def _tells_nothing(name: str, host: str, rest: str) -> bool:
    """Return True for an address that no program may call: by its setting, its domain, or the file that is there."""
    words = {*words_of(name)}
    is_of_issuer = not words.isdisjoint(("authority", "issuer", "jwks", "jwk", "oidc", "openid", "domain"))
    is_stored = MANAGED.search(host) is not None or provided_service(name) is not None
    return is_of_issuer or is_stored or words <= _GENERIC or _is_shown(name, host.lower(), rest)


def _is_shown(name: str, host: str, rest: str) -> bool:
    """Return True for a document, a file, a page for people, and what anybody may run: no request of a program waits for these."""
    is_document = _NO_SERVICE.search(name) is not None or _OF_DOCUMENTS.search(host) is not None
    is_link = _OF_PEOPLE.fullmatch(host) is not None and re.search(r"(^|/)(api|v\d+)(/|$)", rest) is None
    # an interface may call its answers by the ends of files
    is_answer = _DATA.search(rest.partition("?")[0]) is not None and "api" in (*words_of(name), *words_of(rest))
    is_file = _FILE.search(rest.partition("?")[0]) is not None and not is_answer
    return is_document or is_link or is_file or _ANYBODYS.search(host) is not None


def _title_of(host: str) -> str:
    """Return the labels of a host that tell it from others, up to the one that its owner has registered: `sso-acme`."""
    domain = domain_of(host)
    own = host.lower().rstrip(".").removesuffix(domain).rstrip(".")
    return "-".join((*(label for label in own.split(".") if label and label not in _GENERIC), domain.partition(".")[0]))


def domain_of(host: str) -> str:
    """Return the domain that somebody has registered a host under."""
    labels = host.lower().rstrip(".").split(".")
    count = 3 if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SHARED_ENDS else 2
    return ".".join(labels[-count:])


def host_of(value: str) -> str:
    return re.split(r"[/:?#]", value.rpartition("://")[2], maxsplit=1)[0]
