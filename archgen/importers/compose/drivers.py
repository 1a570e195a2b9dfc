"""Libraries that programs declare for the stores that they use, in the lists of packages in their sources."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from archgen.importers.catalogue import Known
from archgen.importers.compose.parts import ServicePart
from archgen.importers.compose.sources import source_directories
from archgen.importers.facts import Opener

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

_OF_KINDS = {
    "object-storage": "minio|boto|boto3|aioboto|s3fs|s3|storages|flysystem",
    "database": "sequelize|typeorm|prisma|sqlalchemy|sqlmodel|gorm|jpa|hibernate|activerecord|django|eloquent|ecto|diesel|knex|drizzle|"
                "mikro|entityframeworkcore|sqlx|tortoise|peewee|alembic|laravel|rails|mybatis|jdbc",
}  # fmt: skip
"""Those of libraries for stores of a kind, whatever their product."""

_OF_SEVERAL = {"redis": "celery|kombu", "amqp": "celery|kombu|masstransit"}
"""Those that work with stores of either protocol."""

_LARGEST = 256 * 1024


def libraries_of(opener: Opener) -> Callable[[ServicePart], str]:
    """Return the function that gives the text of the list of packages in the source of a service; the empty one without any."""
    texts: dict[str, str] = {}

    def text_of(part: ServicePart) -> str:
        if part.id not in texts:
            texts[part.id] = _text(part, opener)
        return texts[part.id]

    return text_of


def _text(part: ServicePart, opener: Opener) -> str:
    for directory in source_directories(part, opener):
        files = [file for files in opener.find(part.service.source.path, directory, _LISTS) for file in files[:1]]
        if files:
            return "\n".join(file.data.decode("utf-8", "replace") for file in files if len(file.data) <= _LARGEST)
    return ""


def has_library_for(known: Known, libraries: str) -> bool:
    """Return True if a list of packages holds a library for a store, of its product or of its kind."""
    return has_driver_for(known, libraries) or _holds(
        libraries, _OF_SEVERAL.get(known.protocol, ""), _OF_KINDS.get(known.kind, "")
    )


def has_driver_for(known: Known, libraries: str) -> bool:
    """Return True if a list of packages holds a library that speaks with stores of a product and with nothing else."""
    return _holds(libraries, _LIBRARIES.get(known.protocol, ""), re.escape(known.product or ""))


def _holds(libraries: str, *words: str) -> bool:
    pattern = _pattern("|".join(filter(None, words)))
    return libraries != "" and pattern is not None and pattern.search(libraries) is not None


@lru_cache(maxsize=256)
def _pattern(words: str) -> re.Pattern[str] | None:
    # a word of a name, in which numbers may follow: `@aws-sdk/client-s3`, `psycopg2-binary`, `kafkajs`
    return re.compile(rf"(?<![a-z])(?:{words})(?:js|\d)*(?![a-z])", re.IGNORECASE) if words else None
