"""The lists of packages in the sources of programs: where they lie, and which libraries for stores they declare."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from archgen.importers.catalogue import Known
from archgen.importers.facts import Configuration, Opener

PACKAGE_LISTS = (
    "package.json", "requirements.txt", "pyproject.toml", "Pipfile", "setup.py", "requirements/base.txt", "requirements/production.txt",
    "go.mod", "pom.xml", "build.gradle", "build.gradle.kts", "Gemfile", "composer.json", "Cargo.toml", "mix.exs",
)  # fmt: skip
"""Lists of the packages that a program is built of."""

DOCKERFILES = ("Dockerfile", "Dockerfile.prod", "Dockerfile.production")

_NAME = re.compile(r"[\w.-]+(/[\w.-]+)*")
_BESIDE = (".", "apps", "services", "packages", "src")
_ROOTS = (*_BESIDE, *(f"../{root}".removesuffix("/.") for root in _BESIDE))
"""Where the sources of several services lie side by side."""

_LIBRARIES = {
    "postgresql": "pg|pgx|pq|psycopg|asyncpg|aiopg|npgsql|postgres|postgrex|pgvector|slonik",
    "mysql": "mysql|mariadb|pymysql|aiomysql|mysqlclient",
    "mongodb": "mongo|mongoose|pymongo|motor|beanie",
    "redis": "redis|ioredis|aioredis|hiredis|coredis|bull|bullmq|rq|sidekiq|resque|jedis|lettuce|predis|redisson|asynq|"
    "arq|redigo|rueidis|redix|valkey|iovalkey",
    "amqp": "amqp|amqplib|rabbit|rabbitmq|pika|bunny|lapin|sneakers|hutch|advanced-sneakers",
    "kafka": "kafka|aiokafka|sarama|rdkafka",
    "nats": "nats",
    "mqtt": "mqtt|paho",
    "memcached": "memcache|memcached|dalli|pylibmc",
    "cassandra": "cassandra|gocql|scylla",
    "mssql": "mssql|sqlserver|tedious|pyodbc|pymssql|sqlclient",
    "bolt": "neo4j",
    "oracle": "oracle|oracledb|ojdbc|cx[-_]oracle|godror|go-ora|sijms|oci8",
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
    "amqp": r"amqp|rabbit|pika|bunny|sneakers|hutch|carrot|lapin|celery|kombu|dramatiq|queue|messag",
    "kafka": r"kafka|sarama|franz|confluent|faust|stream",
    "nats": r"nats|stream",
    "mqtt": r"mqtt|paho",
    "memcached": r"mem-?cache|dalli|pylibmc|cache",
    "cassandra": r"cassandra|cql|scylla",
    "bolt": r"neo4j|bolt|cypher|graph",
    "oracle": r"oracle|ojdbc|oci|ora|sql",
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
_LOCAL = re.compile(
    r"""["'](workspace|file|link|portal|catalog):|"workspaces"|workspace *= *true|^\[workspace|path *=|=> *\.|^ *-[er] |^gem .*path:"""
    r"""|: *"\*"|git\+(https?|ssh|git)|[\s"',:](git|github|gitlab)(: *|@)|@ +https?:|\bgit *(=|")|--(extra-)?index-url""",
    re.MULTILINE,
)
"""Entries of packages that lie elsewhere in the repository, or in another one, which bring libraries of their own."""

_COMMENTS = {
    **dict.fromkeys(
        (".gradle", ".kts", "go.mod"), re.compile(r"(?<![:\"'])//[^\n]*|/\*(?:(?!\*/).){0,5000}\*/", re.DOTALL)
    ),
    ".xml": re.compile(r"<!--(?:(?!-->).){0,5000}-->", re.DOTALL),
    **dict.fromkeys((".txt", ".toml", "Gemfile", "Pipfile"), re.compile(r"(?<!\S)#[^\n]*")),
}
"""Comments in lists of packages, by the ends of their names: what they speak of is no package."""

_MOST_LISTS = 60
_MOST_NAMED = 5
_DECLARES = re.compile(r"^dependencies *=|^\[tool\.poetry\.dependencies\]", re.MULTILINE)
_SCOPE = re.compile(r'"name": *"(@[\w.-]{1,100})/')
_LARGEST = 256 * 1024


class PackageLists(Struct, frozen=True):
    """The text of the lists of packages of a service in small letters, and where they lie.

    They are `complete` if no other list adds to them. `first` is the text of its own lists, where it is built upon other
    packages of its repository.
    """

    text: str = ""
    complete: bool = False
    paths: tuple[str, ...] = ()
    first: str = ""

    @property
    def of_program(self) -> PackageLists:
        """Return the list of the program itself."""
        return replace(self, text=self.first) if self.first else self


def directory_named(
    names: Iterable[str], ends: Sequence[str], path: str, opener: Opener, roots: Iterable[str] = _ROOTS
) -> tuple[str, str] | None:
    """Return the directory of one of these names, beside others, that holds a file, as a file at a path calls it, and the file.

    A directory that holds the file at the path too is that of the whole project: its name is the user's.
    """
    question = directory_named, (*names,), ends, path, (*roots,)
    if question not in opener.answers:
        opener.answers[question] = _directory_named(*question[1:], opener)
    found: tuple[str, str] | None = opener.answers[question]
    return found


def _directory_named(
    names: tuple[str, ...], ends: Sequence[str], path: str, roots: tuple[str, ...], opener: Opener
) -> tuple[str, str] | None:
    files = [f"{name}/{file}" for name in names if _NAME.fullmatch(name) for file in ends]
    for root in roots:
        for found, *_ in opener.find(path, root, files):
            directory, file = posixpath.split(found.path)
            place = posixpath.relpath(directory, posixpath.dirname(path) or ".")
            if place.strip("./"):
                return place, file
    return None


def lists_of_image(name: str, image: str, path: str, opener: Opener) -> PackageLists:
    """Return the lists of packages in the directory that a program's image may be built from, beside a file at a path or further up."""
    # a name alone, without a Dockerfile, may be that of anything
    places = (
        directory_of_image(name, image, path, opener),
        directory_named(_names_of(image), PACKAGE_LISTS, path, opener, _roots_above(path)),
    )
    for found in places:
        lists = lists_in(found[0], path, opener) if found is not None else None
        if lists is not None:
            return lists
    return PackageLists()


def directory_of_image(name: str, image: str, path: str, opener: Opener) -> tuple[str, str] | None:
    """Return the directory with a recipe that a program's image may be built from, as a file at a path calls it, and the recipe."""
    names = dict.fromkeys((*_names_of(image), name))
    return directory_named(names, DOCKERFILES, path, opener, _roots_above(path))


def _names_of(image: str) -> list[str]:
    """Return the names that the sources of an image may have: without a first word, which is often that of the system."""
    return [each for each in (image, image.partition("-")[2]) if each]


def _roots_above(path: str) -> list[str]:
    return [f"{'../' * up}{root}" for up in range(path.count("/") + 1) for root in _BESIDE]


def lists_in(
    directory: str, path: str, opener: Opener, commands: str = "", names: Sequence[str] = PACKAGE_LISTS
) -> PackageLists | None:
    """Return the lists of packages in a directory, as a file at a path calls it, with the packages that these name; None without any.

    `names` are those that the lists may have.
    """
    files = [file for files in opener.find(path, directory, names) for file in files[:1]]
    if not files:
        return None
    upon, _ = built_upon(posixpath.basename(posixpath.dirname(files[0].path)), files[:1], opener)
    # the list of a whole repository is none of its programs'
    is_whole = any(True for _ in opener.find(path, directory, _OF_WHOLE))
    lists = join_lists([*upon, *files[1:]], commands, files)
    return replace(lists, complete=False) if is_whole else lists


def join_lists(files: list[Configuration], commands: str, own: Sequence[Configuration]) -> PackageLists:
    """Return several lists, and the commands that install further packages, as one list; the `own` ones are a program's itself."""
    files = [file for file in files if len(file.data) <= _LARGEST]
    packages = {_name_of(file) for file in files} - {""}
    # what the system's own packages are called tells no library
    texts = {file.path: _without(packages, _text_of(file)) for file in files}
    complete = all(_is_complete(file, packages) for file in files)
    first = [texts[file.path] for file in own if file.path in texts]
    # a search that has to match both letters takes several times as long
    return PackageLists(
        "\n".join((*texts.values(), commands)).lower(),
        complete,
        (*texts,),
        "\n".join((*first, commands)).lower() if first and len(first) < len(texts) else "",
    )


def _without(packages: set[str], text: str) -> str:
    """Return a list of packages without those of which the lists are there."""
    for package in packages:
        text = re.sub(rf'"{re.escape(package)}": *"[^"]*"', "", text)
    return text


def built_upon(directory: str, files: list[Configuration], opener: Opener) -> tuple[list[Configuration], bool]:
    """Return the list of the package in a directory, with those of the repository that it names, and True; all where there is none."""
    own = [file for file in files if f"/{posixpath.dirname(file.path)}/".endswith(f"/{directory}/")]
    if len(own) != 1 or posixpath.basename(own[0].path) != _OF_NODE:
        return files, False
    by_name = {_name_of(file): file for file in files}
    used, waiting = dict[str, Configuration](), own
    while waiting and len(used) < _MOST_LISTS:
        file = waiting.pop()
        if file.path not in used:
            used[file.path] = file
            text = _text_of(file, ("devDependencies",))
            # npm writes a version for a package of the same repository
            copied = [(name, "") for name in _KEY.findall(text) if name in by_name and by_name[name] is not file]
            for package, place in (*_OF_REPOSITORY.findall(text), *copied):
                other = by_name.get(package) or _beside(file, package, place, opener)
                waiting += [other] if other is not None else []
            waiting += [
                other for name in _KEY.findall(text) if (other := _in_repository(file, name, opener)) is not None
            ]
    return list(used.values()), True


def _beside(file: Configuration, package: str, place: str, opener: Opener) -> Configuration | None:
    """Return the list of another package of the repository, which lies where a package says, or in a directory of its name."""
    name = package.rpartition("/")[2]
    places = [place] if place else [f"../{name}", *(f"../../{folder}/{name}" for folder in _OF_PACKAGES)]
    opened = (opener(file.path, posixpath.join(each, _OF_NODE))[:1] for each in places)
    return next((other for files in opened for other in files if _name_of(other) == package), None)


def _in_repository(file: Configuration, package: str, opener: Opener) -> Configuration | None:
    """Return the list of a package that lies in the repository in a directory of its name, whatever version of it is asked for."""
    tree = opener.tree(file.path)
    question = _in_repository, tree.project
    if question not in opener.answers:
        places: dict[str, list[str]] = {}
        for name in tree.names:
            if name.endswith(f"/{_OF_NODE}"):
                places.setdefault(posixpath.basename(posixpath.dirname(name)), []).append(name)
        opener.answers[question] = places
    named = opener.answers[question].get(package.rpartition("/")[2], ())
    seen = (posixpath.relpath(name, tree.place or ".") for name in named[:_MOST_NAMED])
    files = (other for name in seen for other in opener(file.path, name)[:1])
    return next((other for other in files if other.path != file.path and _name_of(other) == package), None)


@lru_cache(maxsize=64)
def _text_of(file: Configuration, without: tuple[str, ...] = _NO_PACKAGES) -> str:
    """Return the text of a list of packages, without some keys: those of scripts, and of words about the package, tell none."""
    text = file.data.decode("utf-8", "replace")
    if posixpath.basename(file.path) != _OF_NODE:
        comment = next((each for end, each in _COMMENTS.items() if file.path.endswith(end)), None)
        return comment.sub("", text) if comment is not None else text
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if not isinstance(values, dict):
        return text
    # the encoder in C breaks lines only so
    return json.dumps({key: value for key, value in values.items() if key not in without}, separators=(",\n", ": "))


def _name_of(file: Configuration) -> str:
    match = _PACKAGE_NAME.search(file.data.decode("utf-8", "replace"))
    return match[1] if match is not None and posixpath.basename(file.path) == _OF_NODE else ""


def _is_complete(file: Configuration, packages: set[str]) -> bool:
    """Return True for a list of packages that no other list, and no package of the same repository, adds to.

    `packages` are those of which the lists are there.
    """
    name = posixpath.basename(file.path)
    if _INHERITING.match(name) is not None:
        return False
    text = _without(packages, _text_of(file, ("devDependencies",)))
    declares = name != "pyproject.toml" or _DECLARES.search(text) is not None
    return declares and _LOCAL.search(text) is None and not _names_own_scope(text)


def _names_own_scope(text: str) -> bool:
    """Return True if a package names another one of its own scope, which may lie beside it."""
    scope = _SCOPE.search(text)
    return scope is not None and text.count(f'"{scope[1]}/') > 1


def has_library_for(known: Known, libraries: PackageLists) -> bool:
    """Return True if a list of packages holds a library for a store, of its product or of its kind."""
    words = _OF_SEVERAL.get(known.protocol, ""), _OF_KINDS.get(known.kind, ""), _OF_PROTOCOLS.get(known.protocol, "")
    return has_driver_for(known, libraries) or _holds(libraries.text, *words)


def has_library_by_itself(known: Known, own: PackageLists, is_listed: Callable[[], bool]) -> bool:
    """Return True for a program that lists a library for a store, or whose packages do, where nothing else `is_listed` with one."""
    return has_library_for(known, own) and (has_library_for(known, own.of_program) or not is_listed())


def has_driver_for(known: Known, libraries: PackageLists) -> bool:
    """Return True if a list of packages holds a library that speaks with stores of a product and with nothing else."""
    return _holds(libraries.text, _LIBRARIES.get(known.protocol, ""), re.escape(known.product or ""))


def has_some_driver(libraries: PackageLists) -> bool:
    """Return True if a list of packages holds a library that speaks with stores of some product."""
    return _holds(libraries.text, *_LIBRARIES.values())


def lacks_library_for(known: Known, libraries: PackageLists) -> bool:
    """Return True if complete lists of packages hold no library for a store that programs call through one."""
    stems = _STEMS.get(known.protocol) or _STEMS.get(known.kind)
    if not libraries.complete or stems is None or re.search(stems, libraries.text) is not None:
        return False
    return not has_library_for(known, libraries) and not _holds(libraries.text, _FRAMEWORKS)


def is_without_library(known: Known, libraries: PackageLists) -> bool:
    """Return True if the lists of packages of a program, with those that they name, hold no library for a store, as far as they tell.

    A list that inherits from others is completed by those of its repository; what others bring is unlikely to be a library for a store.
    """
    inherits = all(_INHERITING.match(posixpath.basename(path)) is not None for path in libraries.paths)
    told = replace(libraries, complete=True) if inherits and libraries.paths else libraries
    return lacks_library_for(known, told)


@lru_cache(maxsize=1024)
def _holds(libraries: str, *words: str) -> bool:
    pattern = _pattern("|".join(filter(None, words)))
    return libraries != "" and pattern is not None and pattern.search(libraries) is not None


@lru_cache(maxsize=256)
def _pattern(words: str) -> re.Pattern[str] | None:
    # a word of a name, in which numbers may follow: `@aws-sdk/client-s3`, `psycopg2-binary`, `kafkajs`
    return re.compile(rf"(?<![a-z])(?:{words})(?:js|\d)*(?![a-z])") if words else None
