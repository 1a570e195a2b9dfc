"""Libraries that programs declare for the stores that they use, in the lists of packages in their sources."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable
from fnmatch import fnmatchcase
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from archgen.importers.catalogue import Known
from archgen.importers.compose.parts import ServicePart
from archgen.importers.compose.sources import PACKAGE_LISTS, source_directories
from archgen.importers.facts import Configuration, Opener

_OTHER_LISTS = re.compile(r"^requirements[\w.-]*\.txt$|^[\w-]*requirements\.txt$|\.(cs|fs|vb)proj$")
"""Names that lists of packages have otherwise."""

_LIBRARIES = {
    "postgresql": "pg|pgx|pq|psycopg|asyncpg|aiopg|npgsql|postgres|postgrex|pgvector|slonik",
    "mysql": "mysql|mariadb|pymysql|aiomysql|mysqlclient",
    "mongodb": "mongo|mongoose|pymongo|motor|beanie",
    "redis": "redis|ioredis|aioredis|hiredis|coredis|bull|bullmq|rq|sidekiq|resque|jedis|lettuce|predis|redisson|asynq|"
    "arq|redigo|rueidis|redix|valkey|iovalkey",
    "amqp": "amqp|amqplib|rabbit|rabbitmq|pika|bunny|lapin",
    "kafka": "kafka|aiokafka|sarama|rdkafka",
    "nats": "nats",
    "mqtt": "mqtt|paho",
    "memcached": "memcache|memcached|dalli|pylibmc",
    "cassandra": "cassandra|gocql|scylla",
    "mssql": "mssql|sqlserver|tedious|pyodbc|pymssql|sqlclient",
    "bolt": "neo4j",
}
"""The words with which the names of libraries for a protocol begin."""

_OF_KINDS = {
    "object-storage": "minio|boto|boto3|aioboto|aiobotocore|s3fs|s3|aws|awssdk|amazon|rusoto|opendal|fsspec|storages?|flysystem|fog|"
    "carrierwave|shrine|paperclip"
}
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

_STEMS = {
    "postgresql": r"postgres|(?<![a-z])pg|sql",
    "mysql": r"mysql|maria|sql",
    "mssql": r"sql|odbc|tedious",
    "mongodb": r"mongo|motor|beanie",
    "redis": r"redis|valkey|bull|queue|cache|resque|sidekiq",
    "amqp": r"amqp|rabbit|pika|bunny|carrot|lapin|celery|kombu|dramatiq|queue|messag",
    "kafka": r"kafka|sarama|franz|confluent|faust|stream",
    "nats": r"nats|stream",
    "mqtt": r"mqtt|paho",
    "memcached": r"mem-?cache|dalli|pylibmc|cache",
    "cassandra": r"cassandra|cql|scylla",
    "bolt": r"neo4j|bolt|cypher|graph",
    "object-storage": r"s3|aws|amazon|boto|minio|storage|blob|bucket|opendal|fsspec|(?<![a-z])fog",
}
"""Parts of the names of libraries for a protocol, or for a kind of stores: where no name holds one, there is no library."""

_FRAMEWORKS = (
    "kysely|objection|sea|ent|bun|xorm|beego|waterline|loopback|lucid|feathers|doctrine|symfony|databases|pony|piccolo|ormar|odbc|"
    "strapi|medusa|directus|payload|keystone|odoo|superset|airflow|mlflow|prefect|litellm|langgraph|supabase|sql|database|db|cache|"
    "backend|broker|queue"
)
"""Those of packages that bring a library for stores, or may do so."""

_OF_SEVERAL = {
    "redis": "celery|kombu|huey|saq|fred|slowapi|limits|limiter|channels",
    "amqp": "celery|kombu|nameko|masstransit",
    "mssql": "tiberius",
    "mongodb": "parse",
    "postgresql": "saq|graphile|postgraphile|procrastinate",
    "bolt": "neomodel",
}
"""Those that may work with stores of a protocol, and with others or none."""

_INHERITING = re.compile(r"^(pom\.xml|build\.gradle(\.kts)?|setup\.py|composer\.json|.*proj)$")
"""Lists that others complete, or a program, or the extensions of a language."""

_INSTALLED = re.compile(r"\s(?:-r|--requirement)[ =]?\s*([\w./-]+\.txt)")
"""A list of packages that `pip install` takes."""

_NO_PACKAGES = ("name", "description", "keywords", "scripts", "repository", "homepage", "author", "bugs")
"""Keys of a `package.json` that name no packages, whatever their words are."""

_OF_NODE = "package.json"
_OF_REPOSITORY = re.compile(r'"([\w@./-]{1,200})": *"(?:workspace:[^"]*|(?:file|link):([\w./-]{1,200}))"')
"""A package of the same repository that another one names, with the place of it where that stands there."""

_KEY = re.compile(r'"([\w@./-]{1,200})" *: *"')
_OF_WHOLE = ("pnpm-workspace.yaml", "turbo.json", "lerna.json", "nx.json", "rush.json", "go.work")
"""Files beside the list of packages of a repository that holds several programs."""

_OF_PACKAGES = ("packages", "libs", "shared", "apps")
"""Directories in which the packages of a repository lie."""

_PACKAGE_NAME = re.compile(r'"name" *: *"([\w@./-]{1,200})"')
_MOST_COPIED = 60

_LOCAL = re.compile(
    r"""["'](workspace|file|link|portal|catalog):|"workspaces"|workspace *= *true|path *=|=> *\.|^ *-[er] |^gem .*path:"""
    r"""|: *"\*"|git\+(https?|ssh|git)|[\s"',:](git|github|gitlab)(: *|@)|@ +https?:|\bgit *(=|")|--(extra-)?index-url""",
    re.MULTILINE,
)
"""Entries of packages that lie elsewhere in the repository, or in another one, which bring libraries of their own."""

_UNREAD = re.compile(r"\b(conda|mamba|micromamba)\s+(env|create)\b|git\+|https?://|--(extra-)?index-url")
"""Words of commands that install what no list here names."""

_BARE = re.compile(
    r"(docker\.io/|public\.ecr\.aws/(docker/|lambda/)|gcr\.io/distroless/|cgr\.dev/chainguard/"
    r"|registry\.access\.redhat\.com/(ubi\d+/)?|ghcr\.io/astral-sh/|bitnami/|oven/|denoland/)?(library/)?[^/]*|mcr\.microsoft\.com/.*"
)
"""Images of languages and systems, which bring no library for a store."""

_DECLARES = re.compile(r"^dependencies *=|^\[tool\.poetry\.dependencies\]", re.MULTILINE)
_SCOPE = re.compile(r'"name": *"(@[\w.-]{1,100})/')
_LARGEST = 256 * 1024


class PackageLists(Struct, frozen=True):
    """The text of the lists of packages of a service, and where they lie; they are `complete` if no other list adds to them.

    `first` is the text of its own list, where it is built upon other packages of its repository.
    """

    text: str = ""
    complete: bool = False
    paths: tuple[str, ...] = ()
    first: str = ""

    @property
    def of_program(self) -> PackageLists:
        """Return the list of the program itself."""
        return replace(self, text=self.first) if self.first else self


def libraries_of(opener: Opener) -> Callable[[ServicePart], PackageLists]:
    """Return the function that gives the lists of packages in the source of a service."""
    lists: dict[str, PackageLists] = {}

    def lists_of(part: ServicePart) -> PackageLists:
        if part.id not in lists:
            lists[part.id] = _lists(part, opener)
        return lists[part.id]

    return lists_of


def _lists(part: ServicePart, opener: Opener) -> PackageLists:
    commands = "\n".join(part.recipe.installed[:_MOST_COPIED])
    # an image of one's own may bring any package
    is_whole_known = _BARE.fullmatch(part.recipe.image) is not None and _UNREAD.search(commands) is None
    lists = _listed(part, commands, opener)
    return lists if is_whole_known else replace(lists, complete=False)


def _listed(part: ServicePart, commands: str, opener: Opener) -> PackageLists:
    copied, is_own = _copied(part, commands, opener)
    if copied:
        return _joined(copied, commands, is_own=is_own)
    for directory in source_directories(part, opener):
        files = [
            file for files in opener.find(part.service.source.path, directory, PACKAGE_LISTS) for file in files[:1]
        ]
        if files:
            upon, _ = _built_upon(posixpath.basename(posixpath.dirname(files[0].path)), files[:1], opener)
            # the list of a whole repository is none of its programs'
            is_whole = any(True for _ in opener.find(part.service.source.path, directory, _OF_WHOLE))
            lists = _joined([*upon, *files[1:]], commands, is_own=True)
            return replace(lists, complete=False) if is_whole else lists
    return PackageLists()


def _joined(files: list[Configuration], commands: str, *, is_own: bool) -> PackageLists:
    """Return several lists, and the commands that install further packages, as one list; the first one may be the program's own."""
    files = [file for file in files if len(file.data) <= _LARGEST]
    packages = {_name_of(file) for file in files} - {""}
    # what the system's own packages are called tells no library
    texts = [_without(packages, _text_of(file)) for file in files]
    complete = all(_is_complete(file, packages) for file in files)
    first = "\n".join((*texts[:1], commands)) if is_own and texts[1:] else ""
    return PackageLists("\n".join((*texts, commands)), complete, tuple(file.path for file in files), first)


def _without(packages: set[str], text: str) -> str:
    """Return a list of packages without those of which the lists are there."""
    for package in packages:
        text = re.sub(rf'"{re.escape(package)}": *"[^"]*"', "", text)
    return text


def _copied(part: ServicePart, commands: str, opener: Opener) -> tuple[list[Configuration], bool]:
    """Return the lists of packages that the Dockerfile of a service copies by their names, or that its `commands` install.

    Of the packages of one repository, those count that the one named like the service is built upon, after it: then True.
    """
    installed = _INSTALLED.findall(commands)[:5]
    paths = [path for source in part.recipe.sources[:_MOST_COPIED] for path in _lists_at(source)]
    if installed:
        names = {*map(posixpath.basename, installed)}
        paths = [path for path in paths if not path.endswith(".txt") or posixpath.basename(path) in names]
    files = [file for path in dict.fromkeys(paths) for file in opener(part.service.source.path, path)[:1]]
    if not files:
        folders = dict.fromkeys((part.service.built, *part.recipe.sources))
        named = [posixpath.join(folder, name) for name in installed for folder in folders]
        files = [file for path in named[:_MOST_COPIED] for file in opener(part.service.source.path, path)[:1]][:1]
    return _built_upon(part.recipe.directory or part.service.name, files, opener)


def _lists_at(source: str) -> list[str]:
    """Return the lists of packages that the source of a copy names, which may be a pattern."""
    directory, pattern = posixpath.split(source)
    if "*" not in pattern:
        return [source] if pattern in PACKAGE_LISTS or _OTHER_LISTS.search(pattern) is not None else []
    return [posixpath.join(directory, name) for name in PACKAGE_LISTS if fnmatchcase(name, pattern[:100])]


def _built_upon(directory: str, files: list[Configuration], opener: Opener) -> tuple[list[Configuration], bool]:
    """Return the list of the package in a directory, with those of the repository that it names, and True; all where there is none."""
    own = [file for file in files if f"/{posixpath.dirname(file.path)}/".endswith(f"/{directory}/")]
    if len(own) != 1 or posixpath.basename(own[0].path) != _OF_NODE:
        return files, False
    by_name = {_name_of(file): file for file in files}
    used, waiting = dict[str, Configuration](), own
    while waiting and len(used) < _MOST_COPIED:
        file = waiting.pop()
        if file.path not in used:
            used[file.path] = file
            text = _text_of(file, ("devDependencies",))
            # npm writes a version for a package of the same repository
            copied = [(name, "") for name in _KEY.findall(text) if name in by_name and by_name[name] is not file]
            for package, place in (*_OF_REPOSITORY.findall(text), *copied):
                other = by_name.get(package) or _beside(file, package, place, opener)
                waiting += [other] if other is not None else []
    return list(used.values()), True


def _beside(file: Configuration, package: str, place: str, opener: Opener) -> Configuration | None:
    """Return the list of another package of the repository, which lies where a package says, or in a directory of its name."""
    name = package.rpartition("/")[2]
    places = [place] if place else [f"../{name}", *(f"../../{folder}/{name}" for folder in _OF_PACKAGES)]
    opened = (opener(file.path, posixpath.join(each, _OF_NODE))[:1] for each in places)
    return next((other for files in opened for other in files if _name_of(other) == package), None)


@lru_cache(maxsize=64)
def _text_of(file: Configuration, without: tuple[str, ...] = _NO_PACKAGES) -> str:
    """Return the text of a list of packages, without some keys: those of scripts, and of words about the package, tell none."""
    text = file.data.decode("utf-8", "replace")
    if posixpath.basename(file.path) != _OF_NODE:
        return text
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if not isinstance(values, dict):
        return text
    return json.dumps({key: value for key, value in values.items() if key not in without}, indent=0)


def _name_of(file: Configuration) -> str:
    match = _PACKAGE_NAME.search(file.data.decode("utf-8", "replace"))
    return match[1] if match is not None and posixpath.basename(file.path) == _OF_NODE else ""


def _is_complete(file: Configuration, packages: set[str]) -> bool:
    """Return True for a list of packages that no other list, and no package of the same repository, adds to.

    `packages` are those of which the lists are there.
    """
    name, text = posixpath.basename(file.path), _without(packages, _text_of(file, ("devDependencies",)))
    declares = name != "pyproject.toml" or _DECLARES.search(text) is not None
    return declares and _INHERITING.match(name) is None and _LOCAL.search(text) is None and not _names_own_scope(text)


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
    stems = _STEMS.get(known.protocol) or _STEMS.get(known.kind)
    if not libraries.complete or stems is None or re.search(stems, libraries.text, re.IGNORECASE) is not None:
        return False
    return not has_library_for(known, libraries) and not _holds(libraries.text, _FRAMEWORKS)


def _holds(libraries: str, *words: str) -> bool:
    pattern = _pattern("|".join(filter(None, words)))
    return libraries != "" and pattern is not None and pattern.search(libraries) is not None


@lru_cache(maxsize=256)
def _pattern(words: str) -> re.Pattern[str] | None:
    # a word of a name, in which numbers may follow: `@aws-sdk/client-s3`, `psycopg2-binary`, `kafkajs`
    return re.compile(rf"(?<![a-z])(?:{words})(?:js|\d)*(?![a-z])", re.IGNORECASE) if words else None
