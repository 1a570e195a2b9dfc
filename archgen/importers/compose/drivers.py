"""Libraries that programs declare for the stores that they use, in the lists of packages in their sources."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from functools import lru_cache

from msgspec import Struct

from archgen.importers.catalogue import Known
from archgen.importers.compose.parts import ServicePart
from archgen.importers.compose.sources import source_directories
from archgen.importers.facts import Configuration, Opener

_LISTS = (
    "package.json", "requirements.txt", "pyproject.toml", "Pipfile", "setup.py", "requirements/base.txt", "requirements/production.txt",
    "go.mod", "pom.xml", "build.gradle", "build.gradle.kts", "Gemfile", "composer.json", "Cargo.toml", "mix.exs",
)  # fmt: skip
"""Lists of the packages that a program is built of."""

_LIBRARIES = {
    "postgresql": "pg|pgx|pq|psycopg|asyncpg|npgsql|postgres",
    "mysql": "mysql|mariadb|pymysql|aiomysql|mysqlclient",
    "mongodb": "mongo|mongoose|pymongo|motor|beanie",
    "redis": "redis|ioredis|bull|bullmq|rq|sidekiq|jedis|lettuce|predis|redisson|asynq|arq|huey",
    "amqp": "amqp|rabbit|rabbitmq|pika|bunny|lapin",
    "kafka": "kafka|sarama|rdkafka",
    "nats": "nats",
    "mqtt": "mqtt|paho",
    "memcached": "memcache|memcached|dalli|pylibmc",
    "cassandra": "cassandra|gocql|scylla",
    "mssql": "mssql|sqlserver|tedious|pyodbc|pymssql|sqlclient",
    "bolt": "neo4j",
}
"""The words with which the names of libraries for a protocol begin."""

_OF_KINDS = {"object-storage": "minio|boto|boto3|aioboto|s3fs|s3|storages|flysystem"}
"""Those of libraries for stores of a kind, whatever their product."""

_OF_TABLES = (
    "sequelize|typeorm|prisma|sqlalchemy|sqlmodel|gorm|jpa|hibernate|activerecord|django|eloquent|ecto|diesel|knex|drizzle|"
    "mikro|entityframeworkcore|sqlx|tortoise|peewee|alembic|laravel|rails|mybatis|jdbc"
)
"""Those of libraries for databases that speak SQL, whatever their product."""

_OF_PROTOCOLS = {
    **dict.fromkeys(("postgresql", "mysql", "mssql", "oracle"), _OF_TABLES),
    "mongodb": "prisma|typeorm|mikro",
}

_FRAMEWORKS = (
    "kysely|objection|sea|ent|bun|xorm|beego|waterline|loopback|lucid|feathers|doctrine|symfony|databases|pony|piccolo|ormar|odbc|"
    "strapi|medusa|directus|payload|keystone|odoo|superset|airflow|mlflow|prefect|litellm|langgraph|supabase|sql|database|db|cache|"
    "backend|broker|queue"
)
"""Those of packages that bring a library for stores, or may do so."""

_OF_SEVERAL = {"redis": "celery|kombu", "amqp": "celery|kombu|masstransit"}
"""Those that work with stores of either protocol."""

_INHERITING = ("pom.xml", "build.gradle", "build.gradle.kts", "setup.py")
"""Lists that others complete, or a program."""

_LOCAL = re.compile(
    r"""["'](workspace|file|link|portal|catalog):|"workspaces"|workspace *= *true|path *=|=> *\.|^ *-[er] |^gem .*path:""",
    re.MULTILINE,
)
"""Entries of packages that lie elsewhere in the repository, which bring libraries of their own."""

_DECLARES = re.compile(r"^dependencies *=|^\[tool\.poetry\.dependencies\]", re.MULTILINE)
_SCOPE = re.compile(r'"name": *"(@[\w.-]{1,100})/')
_LARGEST = 256 * 1024


class PackageLists(Struct, frozen=True):
    """The text of the lists of packages in the source of a service; they are `complete` if no other list adds to them."""

    text: str = ""
    complete: bool = False


def libraries_of(opener: Opener) -> Callable[[ServicePart], PackageLists]:
    """Return the function that gives the lists of packages in the source of a service."""
    lists: dict[str, PackageLists] = {}

    def lists_of(part: ServicePart) -> PackageLists:
        if part.id not in lists:
            lists[part.id] = _lists(part, opener)
        return lists[part.id]

    return lists_of


def _lists(part: ServicePart, opener: Opener) -> PackageLists:
    for directory in source_directories(part, opener):
        files = [file for files in opener.find(part.service.source.path, directory, _LISTS) for file in files[:1]]
        if files:
            text = "\n".join(file.data.decode("utf-8", "replace") for file in files if len(file.data) <= _LARGEST)
            return PackageLists(text, all(map(_is_complete, files)))
    return PackageLists()


def _is_complete(file: Configuration) -> bool:
    """Return True for a list of packages that no other list, and no package of the same repository, adds to."""
    name, text = posixpath.basename(file.path), file.data.decode("utf-8", "replace")
    declares = name != "pyproject.toml" or _DECLARES.search(text) is not None
    return declares and name not in _INHERITING and _LOCAL.search(text) is None and not _names_own_scope(text)


def _names_own_scope(text: str) -> bool:
    """Return True if a package names another one of its own scope, which may lie beside it."""
    scope = _SCOPE.search(text)
    return scope is not None and text.count(f'"{scope[1]}/') > 1


def has_library_for(known: Known, libraries: PackageLists) -> bool:
    """Return True if a list of packages holds a library for a store, of its product or of its kind."""
    words = _OF_SEVERAL.get(known.protocol, ""), _OF_KINDS.get(known.kind, ""), _OF_PROTOCOLS.get(known.protocol, "")
    return has_driver_for(known, libraries) or _holds(libraries.text, *words)


def has_driver_for(known: Known, libraries: PackageLists) -> bool:
    """Return True if a list of packages holds a library that speaks with stores of a product and with nothing else."""
    return _holds(libraries.text, _LIBRARIES.get(known.protocol, ""), re.escape(known.product or ""))


def lacks_library_for(known: Known, libraries: PackageLists) -> bool:
    """Return True if complete lists of packages hold no library for a store that programs call through one."""
    if not libraries.complete or known.protocol not in _LIBRARIES:
        return False
    return not has_library_for(known, libraries) and not _holds(libraries.text, _FRAMEWORKS)


def _holds(libraries: str, *words: str) -> bool:
    pattern = _pattern("|".join(filter(None, words)))
    return libraries != "" and pattern is not None and pattern.search(libraries) is not None


@lru_cache(maxsize=256)
def _pattern(words: str) -> re.Pattern[str] | None:
    # a word of a name, in which numbers may follow: `@aws-sdk/client-s3`, `psycopg2-binary`, `kafkajs`
    return re.compile(rf"(?<![a-z])(?:{words})(?:js|\d)*(?![a-z])", re.IGNORECASE) if words else None
