"""Configurations that services mount, or that their images are built with."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Set
from fnmatch import fnmatchcase

from msgspec.structs import replace

from archgen.importers.compose.machine.calls import hosts_on_machine
from archgen.importers.compose.parts import ServicePart
from archgen.importers.compose.service import VOLUMES_FROM, SourceText
from archgen.importers.facts import Attachment, Configuration, Fact, FactSheet, Opener
from archgen.importers.names import is_made_anew, words_of
from archgen.importers.sources.calls.sections import may_be_of_proxy
from archgen.importers.sources.mounted_settings import fill_variables
from archgen.importers.stages import EXAMPLES
from archgen.model.finding import Confidence
from archgen.model.kinds import KINDS

_NO_CONFIGURATION = (".sock", ".pem", ".key", ".crt", ".sql", ".sh", ".py", ".js", ".html", ".md")
CONFIGURATIONS = (
    ".conf", ".cfg", ".cf", ".cnf", ".ini", ".inc", ".properties", ".json", ".xml", ".hcl", ".template", ".tmpl", ".tpl",
    ".yml", ".yaml", ".toml", ".vcl", "Caddyfile",
)  # fmt: skip
"""Ends of the names of configurations."""

_SETTINGS = re.compile(r"(^|[/_.-])(settings?|config|configuration)(\.[a-z]+)?\.(py|js)$", re.IGNORECASE)
"""Programs that hold nothing but settings."""

OF_PAGES = re.compile(r"^/(?:usr/share/nginx/html|var/www|usr/local/apache2/htdocs|srv/(?:www|http)|www|html)/")
"""Directories of which web servers hand out the files."""

_AT_HOME = re.compile(r"/home/|/Users/|/root/|~|[A-Za-z]:[\\/]")
"""Paths of one machine alone."""

_OF_SECRETS = re.compile(
    r"(^|[^a-z])(ssl|certs?|certificates?|tls|pki|letsencrypt|secrets?|keys?|acme|localtime|timezone|passwd|shadow|htpasswd|\w*credentials?|"
    r"hosts|resolv|(package|composer|tsconfig|package-lock)\.json)([^a-z]|$)",
    re.IGNORECASE,
)
"""Words of what is made on the machine itself, and that no repository holds, or that is source."""

_TEMPLATE_DIRECTORIES = ("-template", "-templates", ".template", "-example", ".example", "-sample", ".sample")
"""Ends of the names of directories beside those that people make of them."""

_LARGEST_MOUNT = 256 * 1024

_OF_HUB = r"(?:(?:(?:[\w.-]+\.)?docker\.io|mirror\.gcr\.io|public\.ecr\.aws/docker)/)?"
_PLAIN_NGINX = re.compile(
    rf"{_OF_HUB}(?:(?:library/)?nginx|nginxinc/nginx-unprivileged|openresty/openresty)(?:[:@].*)?"
)
_PLAIN_CADDY = re.compile(rf"{_OF_HUB}(?:library/)?caddy(?:[:@].*)?")
"""Official images, which bring no certificates, and no configuration that gets some: of the same name somebody's own may hold more."""

_CONFIGURES_LATER = re.compile(
    r"\b(sed|envsubst|certbot|openssl|ln)\b|\.sh\b|entrypoint|letsencrypt|acme|--from=.*(nginx|caddy|\.conf\b)",
    re.IGNORECASE,
)
"""Words of a recipe that changes its configuration while the image is built or begins to run."""

_ADDS_NOTHING = re.compile(r"\b(?:rm|rmdir|mkdir|chown|chmod)\b[^;&|\n]*")
_IN_CONFIGURATION = re.compile(r"/(?:etc|usr/local)/[\w./-]*(?:nginx|caddy)[\w./*-]*")
_READS = re.compile(r"\b(?:nginx|caddy)\b[^;&|]*?[ ](?:-c|--config)[ =][\"']?([^\s\"']+)")
"""A command of a web server with the configuration that it reads."""

_OF_COMPOSE = re.compile(
    rb"^services:[ \t]*(?:#[^\n]*)?\r?\n(?:[ \t]*(?:#[^\n]*)?\r?\n){0,20}[ \t]+[\w.-]{1,100}:[ \t]*(?:&[\w-]+[ \t]*)?\r?\n"
    rb"[ \t]+(?:image|build|command|entrypoint|extends|<<|restart|environment|env_file|depends_on|ports|volumes|profiles):",
    re.MULTILINE,
)
"""A compose file, which an image that is built of all of a repository holds too: no program reads it."""

_COMMENT = re.compile(r"#[^\n]*")
_INCLUDE = re.compile(r"""(?<![\w-])include[ \t]+["']?([^\s"';]+)["']?[ \t]*;""")

_CONFIGURES_ITSELF = re.compile(r"\b(sed|cp|echo|certbot)\b|\.sh\b")
_GETS_CERTIFICATES = re.compile(r"letsencrypt|certbot|acme|docker-entrypoint", re.IGNORECASE)


def mounted(
    part: ServicePart, variables: Mapping[str, SourceText], opener: Opener, hosts: Mapping[str, str], sheet: FactSheet
) -> Iterator[Attachment]:
    """Yield the configurations of a service, with its variables put in; record those that it mounts and that aren't there."""
    hosts = hosts_on_machine(part.service, hosts)
    values = {name: value.text for name, value in variables.items()}
    mounts = [(target, _inside(mount)) for target, mount in part.service.mounts.items() if _is_path(mount.text)]
    copies = [(target, copy) for target, copy in part.recipe.copies.items() if target not in part.service.mounts]
    read: dict[str, tuple[Configuration, ...]] = {}
    for target, named in [*sorted(mounts)[:50], *sorted(copies)[:50]]:
        if target.endswith(_NO_CONFIGURATION) and not _SETTINGS.search(target):
            continue
        # what a web server hands out is for browsers
        if target.endswith(".json") and OF_PAGES.search(target) is not None:
            continue
        opened = _opened(part.service.source.path, named.text, opener)
        if opened:
            read[target] = opened
        mount = part.service.mounts.get(target)
        if mount is not None and not opened and _is_configuration(mount.text, target):
            names = (mount.text, posixpath.join("..", mount.text))
            if not any(opener.holds(part.service.source.path, name) for name in names):
                sheet.omit(mount.source, mount.text, f"{part.service.name} mounts it, and it isn't there")
        for file in opened:
            if len(file.data) <= _LARGEST_MOUNT and _OF_COMPOSE.search(file.data) is None:
                yield Attachment(part.id, part.kind, _filled(file, values), target, hosts)
    for target, (file, line) in sorted(part.recipe.written.items()):
        if target not in part.service.mounts and not target.endswith(_NO_CONFIGURATION):
            read[target] = (file,)
            yield Attachment(part.id, part.kind, _filled(file, values), target, hosts, line)
    if _is_whole(part, read):
        sheet.wholly_configured.add(part.id)


def _is_whole(part: ServicePart, read: Mapping[str, tuple[Configuration, ...]]) -> bool:
    """Return True for a plain nginx or Caddy of whose configuration all is in the files, and which nothing changes later.

    `read` are the files that are at hand of what it mounts, by the targets.
    """
    service, recipe = part.service, part.recipe
    image = recipe.image or ("" if service.built else service.image)
    changes = [service.words, *(recipe.shaped if recipe.image else ())]
    targets = [*service.mounts, *recipe.copies]
    if any(named not in read for named in _configurations_named(part)):
        return False
    if _PLAIN_CADDY.fullmatch(image):
        return "/etc/caddy/Caddyfile" in read and not any(map(_CONFIGURES_LATER.search, changes))
    if _PLAIN_NGINX.fullmatch(image) is None or _CONFIGURES_ITSELF.search(service.words):
        return False
    if any(map(_CONFIGURES_LATER.search, recipe.shaped)) or (recipe.image and not read):
        return False
    included = {path for files in read.values() for file in files for path in _included(file)}
    unread = [target for target in targets if target not in read]
    if VOLUMES_FROM in unread or any(_may_hold(target, path) for path in included for target in unread):
        return False
    of_nginx = (target for target in targets if re.match(r"/(etc|usr/local)/.*nginx", target))
    return not any(map(_GETS_CERTIFICATES.search, targets)) and all(
        target in read or (_OF_SECRETS.search(target) and not target.endswith(CONFIGURATIONS)) for target in of_nginx
    )


def _configurations_named(part: ServicePart) -> Iterator[str]:
    """Yield the places of configurations that commands name: what is written there may listen on other ports."""
    for text in (part.service.words, part.recipe.words):
        yield from _READS.findall(text)
    for command in part.recipe.commands:
        yield from _IN_CONFIGURATION.findall(_ADDS_NOTHING.sub("", command))


def _included(file: Configuration) -> Iterator[str]:
    """Yield the paths and patterns of paths that a configuration of nginx includes."""
    for name in _INCLUDE.findall(_COMMENT.sub("", file.data.decode("utf-8", "replace"))):
        yield posixpath.join("/etc/nginx", name)


def _may_hold(target: str, included: str) -> bool:
    """Return True for a place with files that a pattern includes: it is above, below, or one of them."""
    return all(map(fnmatchcase, target.strip("/").split("/"), included.strip("/").split("/")))


def _opened(path: str, name: str, opener: Opener) -> tuple[Configuration, ...]:
    """Return the configurations that a mount names, else those of the example or template that people make it of."""
    # files of a directory below are often run from above it
    above = (posixpath.join("..", name),) if name.startswith("./") and "/" in name[2:] else ()
    return next(opener.find(path, "", (name, *_examples(name), *above)), ())


def _examples(name: str) -> Iterator[str]:
    stem, end = posixpath.splitext(name)
    yield from (f"{name}{sort}" for sort in EXAMPLES)
    if end:
        yield from (f"{stem}{sort}{end}" for sort in EXAMPLES)
    first, _, rest = posixpath.normpath(name).partition("/")
    if (rest or not end) and not first.startswith("."):
        yield from (posixpath.join(f"{first}{sort}", rest) for sort in _TEMPLATE_DIRECTORIES)


def _is_configuration(source: str, target: str) -> bool:
    """Return True for a path of the project that by its name, or by where a program has it, is that of a configuration."""
    # a variable that no file sets leaves its end alone
    if not source.startswith(".") or not _is_path(source) or posixpath.basename(source).startswith("."):
        return False
    if _OF_SECRETS.search(f"{source} {target}"):
        return False
    return source.endswith(CONFIGURATIONS) or target.endswith(CONFIGURATIONS) or target.startswith("/etc/")


def _is_path(source: str) -> bool:
    """Return True for a path of the project, and not for all of it, which is source and no configuration."""
    if source.startswith("."):
        return posixpath.normpath(source).strip("./") != ""
    return _AT_HOME.match(source) is not None


def _inside(mount: SourceText) -> SourceText:
    """Return the path of a mount; of a file in somebody's own directory that of its name beside the compose file."""
    if _AT_HOME.match(mount.text) is None:
        return mount
    name = re.split(r"[\\/]", mount.text)[-1]
    return SourceText(f"./{name}" if name.endswith(CONFIGURATIONS) else "", mount.source)


def _filled(file: Configuration, values: Mapping[str, str]) -> Configuration:
    """Return a file with variables put in, as the program or its start script does."""
    if b"${" not in file.data:
        return file
    return Configuration(file.path, fill_variables(file.data, values))


def doubt_files_of_others(attachments: Iterable[Attachment], parts: Iterable[ServicePart]) -> list[Attachment]:
    """Return the attachments, those in doubt that several programs mount, as one file of all subcommands.

    So are those that several mount in a directory named like another of them: `/etc/sogo` of `php`.

    A file in such a directory that another one mounts itself, and that is named like that one, is that one's alone.
    """
    by_id = {part.id: part for part in parts}
    names = {name: set(words_of(part.service.name)) for name, part in by_id.items()}
    owners: dict[str, set[str]] = {}
    mounting: dict[str, set[str]] = {}
    listed = list(attachments)
    for each in listed:
        owners.setdefault(each.file.path, set()).add(each.owner)
        if _mounts_by_name(each, by_id):
            mounting.setdefault(each.file.path, set()).add(each.owner)
    result: list[Attachment] = []
    for each in listed:
        others = mounting.get(each.file.path, set()) - {each.owner}
        is_lent = others != set() and _mounts_by_name(each, by_id) is False
        if is_lent and _is_named_like(posixpath.basename(each.file.path), each.owner, others, names):
            continue
        is_doubtful = is_lent or _is_named_like(each.target, each.owner, owners[each.file.path], names)
        programs = {_program_of(by_id[owner]) for owner in owners[each.file.path]} - {None}
        is_of_proxy = may_be_of_proxy(each, is_sure=by_id[each.owner].guess.sure)
        is_doubtful |= len(programs) > 1 and _program_of(by_id[each.owner]) in programs and not is_of_proxy
        result.append(replace(each, is_shared=True) if is_doubtful else each)
    return result


def _program_of(part: ServicePart) -> tuple[str, ...] | None:
    """Return a program of somebody's own, with the stage of the recipe that it is built of; None for a product."""
    is_product = part.guess.sure and part.guess.known.product is not None
    return (*part.service.built_program, part.service.stage) if not is_product else None


def without_proxies_of_others(attachments: Iterable[Attachment], parts: Iterable[ServicePart]) -> list[Attachment]:
    """Return the attachments without configurations of proxies that lie beside those which a proxy mounts by name: they are its own.

    A worker that mounts the directory above, or whose program has it in its source, sends no requests by them.
    """
    by_id = {part.id: part for part in parts}
    listed = list(attachments)
    places: dict[str, set[str]] = {}
    for each in listed:
        if KINDS[by_id[each.owner].kind].role in _OF_PROXIES and _mounts_by_name(each, by_id):
            places.setdefault(posixpath.dirname(each.file.path), set()).add(each.owner)
    return [
        each
        for each in listed
        if each.owner in places.get(posixpath.dirname(each.file.path), {each.owner})
        or KINDS[by_id[each.owner].kind].role in _OF_PROXIES
        or _mounts_by_name(each, by_id)
        or not _LEADS_ON.search(each.file.data)
    ]


_OF_PROXIES = ("balancer", "web", "edge")
_LEADS_ON = re.compile(
    rb"(?:^|[\s{;])(?:(?:proxy|uwsgi|fastcgi|grpc)_pass|upstream|backend|frontend)[ \t]", re.MULTILINE
)
"""A line of a configuration of nginx or HAProxy that leads requests on, or a part of one that another one includes."""


def _mounts_by_name(attachment: Attachment, parts: Mapping[str, ServicePart]) -> bool | None:
    """Return True for a file that a service mounts by its own name, False for one in a directory that it mounts; else None."""
    mount = parts[attachment.owner].service.mounts.get(attachment.target)
    return posixpath.basename(mount.text) == posixpath.basename(attachment.file.path) if mount is not None else None


def _is_named_like(path: str, owner: str, others: Set[str], names: Mapping[str, set[str]]) -> bool:
    """Return True for a path with words of the name of one of several services, and without any of its owner's."""
    words = set(words_of(path))
    return not words & names[owner] and any(words & names[other] for other in others if other != owner)


def kept_files(parts: Iterable[ServicePart]) -> Iterator[Fact]:
    """Yield the volumes in which a program that is no store keeps files, of which no other file says what they are.

    What a store or a backup mounts as well is theirs, and what several programs mount is told of the first.
    """
    listed = list(parts)
    taken = {name for part in listed if _is_other(part) for name in _taken_by(part)}
    for part in (each for each in listed if not _is_other(each)):
        volumes = [
            (mount.text, target)
            for target, mount in sorted(part.service.mounts.items())
            if mount.text not in taken and (_is_volume(mount.text) or _holds_uploads(part, target, mount.text))
        ]
        names = [name for name, target in volumes if not _is_volume(name) or not is_made_anew(name, target)]
        taken.update(names)
        if KINDS[part.kind].role != "application" or KINDS[part.kind].observes:
            continue
        databases = dict(_database_in(part, [target for _, target in volumes]))
        for variable in [*databases.values()][:1]:
            # the file of another program, or of a library, may have the same end
            told = f"{variable.text} {part.service.environment[variable.text].text}"
            sure: Confidence = "high" if _NAMES_FILE_DATABASE.search(told) is not None else "medium"
            yield Fact(f"component:{part.id}", "uploads", "local", variable.source, variable.text, sure)
            yield Fact(f"component:{part.id}", "file_database", variable.text, variable.source, variable.text, sure)
        held = {name for name, target in volumes if target.rstrip("/") in databases}
        if names := sorted({*names} - held):
            yield Fact(f"component:{part.id}", "files", names, part.service.source, "volumes", "medium")


_OF_VISITORS = re.compile(
    r"uploads?|media|attachments?|storage|files|images|photos|pictures|documents|avatars|recordings|videos|blobs?|userfiles",
    re.IGNORECASE,
)
"""Words of directories on a machine in which programs keep what visitors bring."""

_IN_REPOSITORY = re.compile(
    r"(^|[/_.-])(caddy|certs?|acme|letsencrypt|nginx|traefik|seeds?|fixtures?|samples?|examples?|mocks?|tests?|config|init|static|logs?)([/_.-]|$)"
)


def _is_volume(name: str) -> bool:
    return re.fullmatch(r"[\w.-]+", name) is not None and not name.startswith(".")


def _holds_uploads(part: ServicePart, target: str, source: str) -> bool:
    """Return True for a directory of the machine that a program writes to, and that is called like what visitors bring."""
    if (
        not source.startswith(("./", "../", "/srv/", "/data/", "/mnt/", "/opt/", "/var/lib/"))
        or target in part.service.only_read
    ):
        return False
    last = posixpath.basename(source.rstrip("/"))
    words = (last, *target.strip("/").split("/")[-2:])
    is_file = "." in last or _IN_REPOSITORY.search(source) is not None
    return not is_file and any(_OF_VISITORS.fullmatch(word) is not None for word in words)


_OF_FILE = re.compile(
    r"(?:^|[/=])sqlite[\w+]*:(?://)?(?P<url>/?[^?\s]*)|^(?:file:)?(?P<path>/?[\w./-]+\.(?:sqlite3?|db3?|duckdb))(?:\?|$)"
)
_NAMES_FILE_DATABASE = re.compile(r"sqlite|duckdb", re.IGNORECASE)
_ONLY_READ = re.compile(
    r"(?<![a-z])(geo(ip|lite|city|location)?\d?|ip2\w+|maxmind|virus\w*|clamav|signatures?|certs?|certificates?|trivy|vuln\w*|"
    r"magic|zoneinfo)(?![a-z])",
    re.IGNORECASE,
)
"""Words of the names of files with what others publish: addresses and their places, viruses, certificates."""


def _database_in(part: ServicePart, targets: Iterable[str]) -> Iterator[tuple[str, SourceText]]:
    """Yield the targets of volumes that hold a database in a file, each with the variable that names it."""
    places = [target.rstrip("/") for target in targets]
    for name, value in sorted(part.service.environment.items()):
        match = _OF_FILE.search(value.text) if _ONLY_READ.search(f"{name} {value.text}") is None else None
        path = (match["url"] or match["path"] or "") if match is not None else ""
        if match is None and _NAMES_FILE_DATABASE.search(name) and value.text.startswith(("/", "./")):
            path = value.text
        path = posixpath.normpath(path).removeprefix("/").removeprefix("/") if path else ""
        for place in places if path else ():
            # a relative path begins in the directory of the program, which holds the volume
            if path.startswith(f"{place[1:]}/") or ("/" in path and place.endswith(f"/{posixpath.dirname(path)}")):
                yield place, replace(value, text=name)


def _taken_by(part: ServicePart) -> Iterator[str]:
    """Yield what a store or a backup mounts: of a store with its data in one volume, no other place for what it is handed."""
    mounts = part.service.mounts
    has_data = part.kind != "backup" and any(
        _OF_STORES.match(each) and _is_volume(mounts[each].text) for each in mounts
    )
    for target, mount in mounts.items():
        if not has_data or _OF_STORES.match(target):
            yield mount.text


_OF_STORES = re.compile(r"/(?:var/lib|bitnami|data|opt)(?:/|$)")
"""Where stores keep their data."""


def _is_other(part: ServicePart) -> bool:
    return part.guess.known.keeps_data or part.kind == "backup"
