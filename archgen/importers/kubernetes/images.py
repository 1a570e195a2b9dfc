"""The files in the images of pods, and the sources of these, as far as they lie in the repository."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from archgen.importers.addresses import Mention, resolve_host
from archgen.importers.catalogue import Known, is_like
from archgen.importers.facts import Attachment, Configuration, FactSheet, Opener, Origin
from archgen.importers.kubernetes.configurations import HostsOf
from archgen.importers.kubernetes.manifests import Manifests
from archgen.importers.kubernetes.part import Workload, is_unknown_program
from archgen.importers.kubernetes.variables import variables_of
from archgen.importers.names import behind_port
from archgen.importers.outside import Outside, OutsideStore, stores_named
from archgen.importers.products import image_name, is_product
from archgen.importers.sources.built_images import (
    image_builds,
    recipe_by_name,
    recipe_of_image,
    source_of_image,
)
from archgen.importers.sources.calls.registered_names import registered_names
from archgen.importers.sources.calls.source_calls import source_calls
from archgen.importers.sources.mounted_settings import (
    active_profiles,
    files_of_dotnet,
    fill_variables,
    in_effect,
    settings_in,
)
from archgen.importers.sources.recipes import Build, Recipe, read_own_recipe, read_recipe
from archgen.model.kinds import KINDS

_OF_PROXIES = re.compile(r"/nginx/|/haproxy/|/caddy/", re.IGNORECASE)
_COMMENT = re.compile(r"#.*")
_POOL = re.compile(r"\bupstream\s+([\w.-]+)")
_PASS = re.compile(r"\b(?:proxy|grpc|fastcgi|uwsgi)_pass\s+(?:\w+://)?([^\s;:/]+)(?::(\d{1,5}))?")
_PASSES_TO_NAME = re.compile(r"\b(?:proxy|grpc)_pass\s+\w+://([a-z][a-z0-9_-]*)(:\d+)?(?=[/;\s])")
_SERVER = re.compile(r"\bserver\s+([^\s;:{]+)[^;{]*;")
_PROFILE = re.compile(r"[\w-]{1,60}")
_PROFILES = "SPRING_PROFILES_ACTIVE"
_LARGEST = 1 << 16
_MOST_COPIED = 40

BuiltElsewhere = Mapping[str, tuple[str, str]]
"""The directory and the recipe of images that other files build."""


class _Source(Struct):
    """The source of the image of a workload, as the file of that calls its directory.

    It `is_matched` if what builds the image states it, or the image has its name; else the name of the workload alone tells it.
    """

    part: Workload
    directory: str
    recipe: Recipe
    is_matched: bool

    @property
    def path(self) -> str:
        """Return the path of the file of the workload."""
        return self.part.manifest.node.path


def held_by_products(
    manifests: Manifests, parts: Sequence[Workload], opener: Opener, hosts_of: HostsOf
) -> Iterator[Attachment]:
    """Yield the configurations that the repository's own images of products hold: what a recipe copies into Grafana, or writes."""
    images = [part.containers[0].text_at("image") for part in parts]
    for part, image in zip(parts, images, strict=True):
        if part.guess.known.product is None:
            continue
        path = part.manifest.node.path
        recipe = recipe_of_image(image, images, path, opener)
        if recipe is None:
            continue
        source = _Source(part, ".", recipe, is_matched=True)
        for file, target, line in _held(source, _variables(manifests, source), opener):
            yield Attachment(part.id, part.guess.known.kind, file, target, hosts_of(part), line, is_in_cluster=True)


def held_by_programs(
    manifests: Manifests,
    parts: Sequence[Workload],
    opener: Opener,
    hosts_of: HostsOf,
    meant_by: Callable[[str], Mapping[str, str]],
    known: Mapping[str, Known],
    called: Iterable[tuple[str, str]],
    built: BuiltElsewhere,
    lacks: Callable[[str, Known], bool],
    sheet: FactSheet,
) -> Iterator[Attachment]:
    """Yield the configurations, the settings and the calls that the images of programs hold.

    A directory of the program's name is likely its source, and not for certain. If the image is called like the directory of the recipe,
    a configuration of nginx that this copies is the program's own, if it leads to what runs here. A name that a kustomization changed
    is `meant_by` those who write it. `known` are the components by their ids: a store that a program has `called` by its variables
    comes before what its source says of such. One that it `lacks` a library for it doesn't call.
    """
    stores = {identity: (each.kind, each.protocol) for identity, each in known.items() if each.keeps_data}
    kinds: dict[str, set[tuple[str, str]]] = {}
    for caller, target in called:
        if target in stores:
            kinds.setdefault(caller, set()).add(stores[target])
    sources = [*_sources(parts, opener, built)]
    variables = {each.part.id: _variables(manifests, each) for each in sources}
    settings = {each.part.id: _settings(each, variables[each.part.id], opener) for each in sources}
    registered = registered_names((identity, files) for identity, (files, _) in settings.items())
    alone = _alone(sources, opener)
    for source in sources:
        part = source.part
        hosts = {
            name: identity
            for name, identity in {**registered, **meant_by(part.namespace), **hosts_of(part)}.items()
            if stores.get(identity) not in kinds.get(part.id, ())
            and not (identity in stores and lacks(part.id, known[identity]))
        }
        is_product_of_others = KINDS[part.guess.known.kind].observes or is_product(source.recipe.image)
        for file, target, line in _held(source, variables[part.id], opener):
            is_of_proxy = _OF_PROXIES.search(target) is not None
            if is_of_proxy or is_product_of_others:
                is_sure = source.is_matched and (_leads_to(file, hosts_of(part)) or not is_of_proxy)
                for address, at in _led_to_nobody(file, hosts) if source.is_matched and is_of_proxy else ():
                    title = address.partition(":")[0]
                    sheet.seek_in_vain(address, title, part.id, "proxy_pass", Origin(file.path, line + at))
                yield Attachment(
                    part.id, part.guess.known.kind, file, target, hosts, line, is_shared=not is_sure, is_in_cluster=True
                )
        for file in in_effect(*settings[part.id], variables[part.id]):
            is_sure = source.is_matched and _is_meant_for_cluster(file, variables[part.id])
            yield Attachment(part.id, part.guess.known.kind, file, file.path, hosts, is_shared=not is_sure)
        if part.id in alone:
            for file in source_calls(source.path, source.directory, opener, hosts, variables[part.id].keys()):
                yield Attachment(part.id, part.guess.known.kind, file, file.path, hosts, is_shared=True)


def stores_named_in(
    attachment: Attachment, part: Workload, hosts: Mapping[str, str], outside: Outside, called: Iterable[Known]
) -> Iterator[tuple[Mention, OutsideStore, Origin]]:
    """Yield the stores in no file that settings name, each with the place; what its variables have `called` comes before its source."""
    kind, reader = part.guess.known.kind, attachment.kind
    if (KINDS[kind].balances and not is_unknown_program(part)) or (
        reader in KINDS and KINDS[reader].observes and reader != kind
    ):
        return
    for name, value, line, told in settings_in(attachment):
        source = Origin(attachment.file.path, line)
        named = stores_named(name, value, told.port) if attachment.is_shared else ()
        if not any(is_like(each, known) for _, known in named for each in called):
            for mention, store in outside.mentions(name, value, hosts, source, told):
                yield mention, store, source


def _is_meant_for_cluster(file: Configuration, variables: Mapping[str, str]) -> bool:
    """Return True for settings of a profile that the variables of a program name."""
    stem = posixpath.basename(file.path).rpartition(".")[0]
    return any(stem == f"application-{each.strip()}" for each in variables.get(_PROFILES, "").split(","))


def _alone(sources: Iterable[_Source], opener: Opener) -> set[str]:
    """Return the ids of the workloads whose sources are those of one program alone, and hold no other's."""
    places: dict[str, set[str]] = {}
    for each in sources:
        place = posixpath.normpath(posixpath.join(opener.tree(each.path).place, each.directory))
        places.setdefault(place, set()).add(each.part.id)
    return {
        next(iter(ids))
        for place, ids in places.items()
        if len(ids) == 1 and place != "." and not any(other.startswith(f"{place}/") for other in places)
    }


_OF_PAGES = re.compile(r"(^|[-_.])(front-?end|ui|web|www|client|spa|pages|site)([-_.]|$)", re.IGNORECASE)
_OF_NGINX = ("nginx", "nginx-unprivileged", "openresty")
"""Names of what shows pages, and images that hand them out."""


def _sources(parts: Sequence[Workload], opener: Opener, built: BuiltElsewhere) -> Iterator[_Source]:
    images = {part.id: image_name(part.containers[0].text_at("image")) for part in parts}
    names = {name for part in parts for name in (_own_name(part), images[part.id])}
    without: list[Workload] = []
    for part in parts:
        found = _source_of(part, opener, built) if part.guess.known.product is None else None
        if found is None:
            without += [part] if _OF_PAGES.search(part.manifest.name) is not None else []
            continue
        directory, recipe = found
        title, path = posixpath.basename(directory), part.manifest.node.path
        is_stated = images[part.id] in built or images[part.id] in image_builds(path, opener).stated
        is_stated = is_stated or recipe_by_name(images[part.id], path, opener) is not None
        if title in names - {_own_name(part), images[part.id]} and not is_stated:
            # the source of another program: `api` of one called `api`, beside `order-api`
            continue
        image = images[part.id].rpartition("/")[2]
        # images often begin with the name of the system, and tags of an image for several programs with theirs
        is_prefixed = title == _own_name(part) and (image.endswith(f"-{title}") or part.program.endswith(f":{title}"))
        yield _Source(part, directory, recipe, is_stated or title == image or is_prefixed)
    # what the root builds is often the only pages of a system
    for part in without if len(without) == 1 and without[0].guess.known.product is None else ():
        path = part.manifest.node.path
        root = posixpath.relpath(".", opener.tree(path).place or ".")
        recipe = read_own_recipe(Origin(path, 1), root, opener)
        if image_name(recipe.image) in _OF_NGINX:
            yield _Source(part, root, recipe, False)


def _own_name(part: Workload) -> str:
    """Return the name of a workload before a kustomization put something before or behind it."""
    return part.manifest.former or part.manifest.name


def _source_of(part: Workload, opener: Opener, built: BuiltElsewhere) -> tuple[str, Recipe] | None:
    """Return the directory that a program's image may be built from, as the file of its manifest calls it, and its recipe."""
    path, image = part.manifest.node.path, image_name(part.containers[0].text_at("image"))
    place = Origin(path, 1)
    if image in built:
        directory, recipe = posixpath.relpath(built[image][0], posixpath.dirname(path) or "."), built[image][1]
        return directory, read_recipe(Build(place, directory, recipe), opener)
    named = recipe_by_name(image, path, opener)
    found = source_of_image(_own_name(part), image, path, opener)
    if named is not None:
        return found[0] if found is not None else named[0], named[1]
    if found is None:
        return None
    return found[0], read_own_recipe(place, found[0], opener) if found[1] is not None else Recipe()


def _held(source: _Source, variables: Mapping[str, str], opener: Opener) -> Iterator[tuple[Configuration, str, int]]:
    """Yield the files that a recipe copies or writes to where configurations lie, unless a pod mounts others there."""
    mounted = [
        mount.text_at("mountPath").rstrip("/")
        for container in source.part.containers
        for mount in container.get("volumeMounts").list()
    ]

    def is_mounted(target: str) -> bool:
        return any(each and target.startswith(each) for each in mounted)

    for target, copy in source.recipe.copies.items():
        for file in opener(source.path, copy.text)[:_MOST_COPIED] if not is_mounted(target) else ():
            if len(file.data) <= _LARGEST:
                yield _filled(file, variables), target, 0
    for target, (file, line) in source.recipe.written.items():
        if not is_mounted(target):
            yield _filled(file, variables), target, line


def _filled(file: Configuration, variables: Mapping[str, str]) -> Configuration:
    """Return a file with variables put in, as the program or its start script does."""
    return replace(file, data=fill_variables(file.data, variables)) if b"${" in file.data else file


def _leads_to(file: Configuration, hosts: Mapping[str, str]) -> bool:
    """Return True for a configuration of nginx that leads to hosts in the files alone: one for another place names others."""
    text = _COMMENT.sub("", file.data.decode("utf-8", "replace"))
    pools = {*_POOL.findall(text)}
    passed = {match for match in _PASS.findall(text) if match[0] not in pools}
    targets = passed | {(each, "") for each in _SERVER.findall(text) if each not in pools}
    return bool(targets) and all(
        resolve_host(host, hosts) is not None or behind_port(host, int(port or 0), hosts) is not None
        for host, port in targets
    )


def _led_to_nobody(file: Configuration, hosts: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """Yield the addresses to which a configuration of nginx leads by a name alone that nothing in the files has, with their lines."""
    for line, text in enumerate(file.data.decode("utf-8", "replace").splitlines(), 1):
        for match in _PASSES_TO_NAME.finditer(_COMMENT.sub("", text)):
            pools = _POOL.findall(file.data.decode("utf-8", "replace"))
            if match[1] not in (*pools, "localhost") and resolve_host(match[1], hosts) is None:
                yield f"{match[1]}{match[2] or ''}", line


def _variables(manifests: Manifests, source: _Source) -> Mapping[str, str]:
    """Return the variables of a program: those of its image, and those of its pod over them."""
    containers = source.part.containers
    variables = {name: value.text for name, value in source.recipe.variables.items()}
    # what a variable takes from where no file holds it replaces a setting as well
    variables |= {item.text_at("name"): "" for container in containers for item in container.get("env").list()}
    for container in containers:
        pairs = variables_of(manifests, source.part.namespace, container)
        variables |= {name: text for name, (text, _) in pairs}
    return variables


def _settings(source: _Source, variables: Mapping[str, str], opener: Opener) -> tuple[list[Configuration], list[str]]:
    """Return the settings in the source of a program that frameworks read by themselves, one over the other, and its profiles."""
    path = source.path
    place = opener.tree(path).place
    module = image_builds(path, opener).settings_in(posixpath.normpath(posixpath.join(place, source.directory)))

    def opened(names: Iterable[str]) -> list[Configuration]:
        found = opener.find(path, posixpath.relpath(module, place), names)
        return [file for files in found for file in files[:1] if len(file.data) <= _LARGEST]

    files = opened(_names_of_spring(["bootstrap", "application"]))
    words = [
        item.text
        for container in source.part.containers
        for key in ("command", "args")
        for item in container.get(key).list()
    ]
    profiles = active_profiles(files, variables, [*words, source.recipe.words])
    files += opened(_names_of_spring(f"application-{each}" for each in profiles if _PROFILE.fullmatch(each)))
    return [*files, *opened(files_of_dotnet(variables))], profiles or ["default"]


def _names_of_spring(stems: Iterable[str]) -> list[str]:
    return [f"src/main/resources/{stem}.{end}" for stem in stems for end in ("yml", "yaml", "properties")]
