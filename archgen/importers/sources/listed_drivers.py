"""The libraries in lists of packages by which programs speak with stores, with mail servers and with services on the internet."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from msgspec import Struct

from archgen.importers.catalogue import PRODUCTS
from archgen.importers.facts import BY_LIBRARY, Fact, FactSheet, Opener, Origin
from archgen.importers.packages import PackageLists, has_driver_for
from archgen.importers.providers.catalogue import provider_of_library
from archgen.importers.sources.modules import imports_of
from archgen.importers.sources.reading import CodeText

STORES = (
    "postgres", "mysql", "mssql", "oracle-free", "mongo", "cassandra", "neo4j", "clickhouse", "influxdb", "couchdb", "arangodb", "qdrant",
    "weaviate", "milvus", "chroma", "elasticsearch", "opensearch", "meilisearch", "typesense", "redis", "memcached", "rabbitmq", "kafka",
    "nats", "mosquitto", "pulsar", "minio",
)  # fmt: skip
"""Stores that programs speak with by a library of their own, by their names in the catalogue."""

OTHERS = (
    ("s3", "object-storage", "s3fs|client-s3|aws-sdk-s3|aws-s3|aws-s3-v3|awssdk\\.s3|multer-s3|django-storages"),
    ("google-cloud-storage", "object-storage", "google-cloud[-/]storage"),
    ("azure-blob-storage", "object-storage", "azure[-/]storage-blob|azure\\.storage\\.blobs"),
    ("google-pubsub", "queue", "google-cloud[-/]pubsub"),
    ("azure-service-bus", "queue", "azure[-/]service-?bus|azure\\.messaging\\.servicebus"),
    ("supabase", "database", "supabase-js|supabase-py|supabase(?=[\"' =~<>^\\d\\n]|$)"),
    ("mail", "mail", "nodemailer|mailkit|fastapi-mail|flask-mail|aiosmtplib|starter-mail|gomail|go-mail|lettre|swiftmailer|mailer|"
     "phpmailer|imapclient|imapflow|aioimaplib|imap-tools"),
    ("ldap", "identity-provider", "ldapjs|ldapts|ldap3|python-ldap|net-ldap|go-ldap|spring-ldap-core"),
    ("google-apis", "external-service", "googleapis|google-api-python-client|google-api-client"),
    ("youtube", "external-service", "youtube-transcript-api|yt-dlp|ytdl-core|youtube-dl|pytubefix"),
    ("erddap", "external-service", "erddapy"),
    ("jira", "external-service", "jira|jira-client|jira\\.js|jira-ruby"),
    ("gitlab", "external-service", "python-gitlab|go-gitlab|gitbeaker|gitlab4j-api"),
    ("zendesk", "external-service", "zendesk_api|zenpy|node-zendesk"),
    ("intercom", "external-service", "intercom-client|python-intercom"),
    ("contentful", "external-service", "contentful|contentful-management"),
    ("unleash", "external-service", "unleash-client|unleash-client-node|unleash-proxy-client|unleashclient|go-unleash-client"),
    ("launchdarkly", "external-service", "launchdarkly-\\w+|ldclient-py"),
    ("microsoft-graph", "external-service", "microsoft-graph-client|msgraph-sdk|microsoft\\.graph"),
)  # fmt: skip
"""Others that a library of their own tells: the title, the kind, and the words of the libraries."""

_UNUSED = (
    re.compile(r'"(?:(?:dev|peer)dependencies(?:meta)?|require-dev|overrides|resolutions|jest|workspaces)": *\{[^{}]*\}'),
    re.compile(
        r"^\[(?:tool\.poetry\.(?:group\.[\w-]*(?:dev|test|lint|doc)[\w-]*\.|dev-)dependencies|dependency-groups|dev-(?:packages|dependencies))\]"
        r"(?:\n(?!\[)[^\n]*)*",
        re.MULTILINE,
    ),
    re.compile(r"^group +:?(?:development|test)[^\n]* do\n(?:(?!end)[^\n]*\n)*", re.MULTILINE),
    re.compile(
        r"^.*(?:testcontainers|dockertest|telemetry|instrument|otel|@types/|types-|stubs|mock|memory-server|fake|exporter|pytest|oauth|"
        r"prometheus|datadog|sentry|firebase/php-jwt|passport|only: *\[?:(?:dev|test)|version>|plugin).*$"
        r"|^[ \t]*(?:test|androidtest|integrationtest|kapt)\w*[ (].*$",
        re.MULTILINE,
    ),
    re.compile(
        r"^[ \t]*(?:[\"<{]?(?:name|description|keywords|title|homepage|repository|readme|authors?|url|module)\b[\"> ]*[=: >]|module ).*$",
        re.MULTILINE,
    ),
)  # fmt: skip
"""Parts of lists of packages that name what nothing but tests, measurements or the package itself is about."""

_NAME = re.compile(r"@?[a-z][\w.-]*(?:/[\w.-]+)*")
_NAMES = (
    re.compile(r'"(@?[a-z][\w./-]{1,100})": *"'),
    re.compile(r"^[ \t\"'-]*([a-z][\w.-]{1,100})[\"' \t]*(?:[\[=~<>!^;,@{]|$)", re.MULTILINE),
    re.compile(r"^[ \t]*gem [\"']([\w-]+)", re.MULTILINE),
    re.compile(r"<artifactid>\s*([\w.-]+)\s*<"),
    re.compile(r"include=\"([\w.]+)\""),
    re.compile(r"[\"'][\w.-]{1,200}:([\w.-]{1,200})(?::[^\"'\n]*)?[\"']"),
    re.compile(r"\{:(\w+),"),
)
"""How lists of packages in small letters name a library."""

_OF_TESTS = re.compile(r"<scope>\s*test|testcontainers")
_OF_PRODUCTS = {"chroma": "chromadb", "milvus": "milvus|pymilvus"}
"""Words of the libraries for stores that are called like something else too, or otherwise."""

_SCHEMA = re.compile(r"^datasource\s+\w{1,60}\s*\{[^}]{0,2000}?\bprovider\s*=\s*\"(\w{1,40})\"", re.MULTILINE)
_OF_PRISMA = {
    **dict.fromkeys(("postgresql", "postgres", "cockroachdb"), "postgres"),
    "mysql": "mysql",
    "mongodb": "mongo",
    "sqlserver": "mssql",
}
"""The databases that a schema of Prisma names, by their names in the catalogue."""

_MOST_SCHEMAS = 40
_LARGEST = 64 * 1024
_OWN = re.compile(r"^module[ \t]+(\S+)", re.MULTILINE)


class Driver(Struct, frozen=True):
    """What a program has a library for: its title, which is the product where that is known, and its kind."""

    title: str
    kind: str


def describe_drivers(
    program: str, lists: PackageLists, code: Iterable[CodeText], place: Origin, opener: Opener, sheet: FactSheet
) -> None:
    """Add what a program that a place declares has libraries for."""
    if lists.text == "":
        return
    drivers = {each.title: each for each in drivers_of(lists, code)}
    if _holds("prisma", lists.text):
        drivers = {each.title: each for each in _of_schemas(place.path, opener)} | drivers
    for driver in drivers.values():
        sheet.add(Fact(f"component:{program}", f"drives-{driver.title}", driver.kind, place, BY_LIBRARY, "medium"))


def drivers_of(lists: PackageLists, code: Iterable[CodeText]) -> tuple[Driver, ...]:
    """Return what the libraries of a program are for; the lists of Go name those of libraries too, so that there its `code` tells."""
    if lists.paths and all(path.endswith("go.mod") for path in lists.paths):
        own = tuple(_OWN.findall(lists.text))
        imported = {name.lower() for file in code if file.path.endswith(".go") for name in imports_of(file.text)}
        return _drivers_in("\n".join(sorted(name for name in imported if not name.startswith(own or "\n"))))
    return _drivers_in(lists.text)


def _of_schemas(path: str, opener: Opener) -> tuple[Driver, ...]:
    """Return the database of Prisma, which brings the drivers itself: that which all of the schemas in a repository name."""
    tree = opener.tree(path)
    question = describe_drivers, tree.project
    if question not in opener.answers:
        names = [name for name in tree.names if name.endswith(".prisma")][:_MOST_SCHEMAS]
        files = (file for name in names for file in opener(path, posixpath.relpath(name, tree.place or "."))[:1])
        found = {
            match[1] for file in files for match in _SCHEMA.finditer(file.data[:_LARGEST].decode("utf-8", "replace"))
        }
        stores = [PRODUCTS[_OF_PRISMA[each]] for each in found if each in _OF_PRISMA]
        opener.answers[question] = (
            tuple(Driver(each.product or "", each.kind) for each in stores) if len(found) == 1 else ()
        )
    drivers: tuple[Driver, ...] = opener.answers[question]
    return drivers


@lru_cache(maxsize=512)
def _drivers_in(text: str) -> tuple[Driver, ...]:
    first, *blocks = text.split("<dependency>")
    parts = [block.partition("</dependency>") for block in blocks]
    text = "".join([first, *(each[2] if _OF_TESTS.search(each[0]) is not None else "".join(each) for each in parts)])
    for pattern in _UNUSED:
        text = pattern.sub("", text)
    return tuple(dict.fromkeys([*_stores_in(text), *_others_in(text), *_providers_in(text)]))


def _stores_in(text: str) -> Iterator[Driver]:
    lists = PackageLists(text)
    for name in STORES:
        known = PRODUCTS[name]
        words = _OF_PRODUCTS.get(name)
        is_listed = has_driver_for(known, lists) if words is None else _holds(words, text)
        if known.product is not None and is_listed:
            yield Driver(known.product, known.kind)


def _others_in(text: str) -> Iterator[Driver]:
    for title, kind, words in OTHERS:
        if _holds(words, text):
            yield Driver(title, kind)


def _providers_in(text: str) -> Iterator[Driver]:
    """Yield the services on the internet that libraries are the clients of, by the names of these as a whole."""
    names = {name for pattern in _NAMES for name in pattern.findall(text)} or {*_NAME.findall(text)}
    for name in sorted(names):
        provider = provider_of_library(name)
        if provider is not None:
            yield Driver(provider.product, provider.kind)


def _holds(words: str, text: str) -> bool:
    return re.search(rf"(?<![a-z])(?:{words})(?![a-z])", text) is not None
