"""The configurations of pods: ConfigMaps that a pod mounts or that its framework reads by its name, and files in its image."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec.structs import replace

from archgen.importers.addresses import resolve_host
from archgen.importers.catalogue import Known
from archgen.importers.facts import Attachment, Configuration, Opener
from archgen.importers.kubernetes.manifests import Manifests, all_containers_of, pod_of
from archgen.importers.kubernetes.part import Workload
from archgen.importers.kubernetes.variables import data_of, variables_of
from archgen.importers.nodes import SourceNode
from archgen.importers.packages import DOCKERFILES
from archgen.importers.products import guess, image_name
from archgen.importers.sources.built_images import image_builds, source_of_image
from archgen.importers.sources.mounted_settings import active_profiles, files_of_dotnet, in_effect
from archgen.importers.variable_names import is_for_browsers
from archgen.model.kinds import KINDS

_OF_CONFIGURATION = re.compile(r"[-.](config|conf|cm|configmap|config-map|configuration)$")

_COPIES = re.compile(r"^[ \t]*(?:COPY|ADD)[ \t]+(?!.*--from)(?:--\S+[ \t]+)*(.+)$", re.MULTILINE | re.IGNORECASE)
_OF_PROXIES = re.compile(r"/nginx/|/haproxy/|/caddy/", re.IGNORECASE)
_COMMENT = re.compile(r"#.*")
_POOL = re.compile(r"\bupstream\s+([\w.-]+)")
_PASS = re.compile(r"\b(?:proxy|grpc|fastcgi|uwsgi)_pass\s+(?:\w+://)?([^\s;:/]+)")
_SERVER = re.compile(r"\bserver\s+([^\s;:{]+)[^;{]*;")
_PROFILE = re.compile(r"[\w-]{1,60}")
_LONGEST_RECIPE = 1 << 16
_MOST_COPIED = 5

HostsOf = Callable[[str], Mapping[str, str]]
"""The names by which the pods of a namespace reach others."""


def attachments_of(manifests: Manifests, parts: list[Workload], hosts_of: HostsOf) -> Iterator[Attachment]:
    """Yield the configurations of pods; a ConfigMap that no pod names belongs to the workload of its name: `kong-config` to `kong`."""
    named: set[tuple[str, str]] = set()
    all_mounted = {part.id: list(_mounted(part)) for part in parts}
    readers: dict[tuple[str, str, str | None], set[str]] = {}
    for part in parts:
        for name, keys in all_mounted[part.id]:
            for key in keys or (None,):
                readers.setdefault((part.namespace, name, key), set()).add(part.program)
    for part in parts:
        mounted = all_mounted[part.id]
        named.update((part.namespace, name) for name in _referenced(part))
        for name, keys in mounted:
            kind = _kind_of_reader(part, name)
            for attachment in _attached(manifests, part, name, kind, hosts_of, keys):
                # of a file that several programs read, nothing tells which of them needs what stands in it
                programs = {
                    program
                    for key in (attachment.target, None)
                    for program in readers.get((part.namespace, name, key), ())
                }
                yield replace(attachment, is_shared=len(programs) > 1 and not _may_be_of_proxy(attachment))
    by_name = {(part.namespace, part.manifest.name): part for part in parts}
    for manifest in manifests.of("ConfigMap"):
        owner = by_name.get((manifest.namespace, manifest.name))
        likely = owner or by_name.get((manifest.namespace, _OF_CONFIGURATION.sub("", manifest.name)))
        if likely is not None and (manifest.namespace, manifest.name) not in named:
            for attachment in _attached(manifests, likely, manifest.name, "", hosts_of, as_settings=True):
                yield attachment if owner is not None else replace(attachment, is_shared=True)


def held_by_images(
    manifests: Manifests,
    parts: list[Workload],
    opener: Opener,
    hosts_of: HostsOf,
    known: Mapping[str, Known],
    called: Iterable[tuple[str, str]],
    built: Mapping[str, tuple[str, str]],
) -> Iterator[Attachment]:
    """Yield the configurations of proxies and the settings that images hold, as far as the sources of these lie in the files.

    A directory of the program's name is likely its source, and not for certain. If the image is called like the directory of the recipe,
    a configuration of nginx that this copies is the program's own, if it leads to what runs here. `known` are the components by their
    ids: a store that a program has `called` by its variables comes before what its source says of such. `built` has the directory and
    the recipe of images that other files build.
    """
    stores = {identity: (each.kind, each.protocol) for identity, each in known.items() if each.keeps_data}
    kinds: dict[str, set[tuple[str, str]]] = {}
    for caller, target in called:
        if target in stores:
            kinds.setdefault(caller, set()).add(stores[target])
    images = {part.id: image_name(part.containers[0].text_at("image")) for part in parts}
    names = {name for part in parts for name in (part.manifest.name, images[part.id])}
    for part in parts:
        found = _recipe_of(part, opener, built) if part.guess.known.product is None else None
        if found is None:
            continue
        path, recipe = found
        directory = posixpath.basename(path)
        stated = image_builds(part.manifest.node.path, opener).stated
        is_stated = images[part.id] in built or images[part.id] in stated
        if directory in names - {part.manifest.name, images[part.id]} and not is_stated:
            # the source of another program: `api` of one called `api`, beside `order-api`
            continue
        hosts = {
            name: identity
            for name, identity in hosts_of(part.namespace).items()
            if stores.get(identity) not in kinds.get(part.id, ())
        }
        image = images[part.id].rpartition("/")[2]
        # images often begin with the name of the system
        is_prefixed = directory == part.manifest.name and image.endswith(f"-{directory}")
        is_matched = is_stated or directory == image or is_prefixed
        for file, target in _copied(part, path, recipe, opener) if recipe is not None else ():
            is_sure = is_matched and _leads_to(file, hosts)
            yield Attachment(
                part.id, part.guess.known.kind, file, target, hosts, is_shared=not is_sure, is_in_cluster=True
            )
        for file, target in _settings(manifests, part, path, recipe, opener):
            yield Attachment(part.id, part.guess.known.kind, file, target, hosts, is_shared=True)


def _leads_to(file: Configuration, hosts: Mapping[str, str]) -> bool:
    """Return True for a configuration of nginx that leads to hosts in the files alone: one for another place names others."""
    text = _COMMENT.sub("", file.data.decode("utf-8", "replace"))
    pools = {*_POOL.findall(text)}
    targets = {each for each in (*_PASS.findall(text), *_SERVER.findall(text)) if each not in pools}
    return bool(targets) and all(resolve_host(each, hosts) is not None for each in targets)


def _copied(
    part: Workload, directory: str, recipe: Configuration, opener: Opener
) -> Iterator[tuple[Configuration, str]]:
    """Yield the files that a recipe copies to where proxies read their configurations, unless a pod mounts others there."""
    mounted = [
        mount.text_at("mountPath").rstrip("/")
        for container in part.containers
        for mount in container.get("volumeMounts").list()
    ]
    text = recipe.data[:_LONGEST_RECIPE].decode("utf-8", "replace")
    for names, target in _copied_to_proxies(text[text.rfind("\nFROM") + 1 :]):
        if any(each and target.startswith(each) for each in mounted):
            continue
        for name in names:
            # the directory of the program, or the one of the repository, is where a recipe is used
            places = (posixpath.join(directory, name), posixpath.join(directory, "..", name))
            files = next((files for place in places if (files := opener(part.manifest.node.path, place))), ())
            yield from ((file, target) for file in files[:_MOST_COPIED])


def _settings(
    manifests: Manifests, part: Workload, directory: str, recipe: Configuration | None, opener: Opener
) -> Iterator[tuple[Configuration, str]]:
    """Yield the settings in the source of a program that frameworks read by themselves, as far as they are in effect."""
    # what a variable takes from where no file holds it replaces a setting as well
    variables = {item.text_at("name"): "" for container in part.containers for item in container.get("env").list()}
    for container in part.containers:
        variables |= {name: text for name, (text, _) in variables_of(manifests, part.namespace, container)}
    path = part.manifest.node.path
    place = opener.tree(path).place
    module = image_builds(path, opener).settings_in(posixpath.normpath(posixpath.join(place, directory)))

    def opened(names: Iterable[str]) -> list[Configuration]:
        found = opener.find(path, posixpath.relpath(module, place), names)
        return [file for files in found for file in files[:1] if len(file.data) <= _LONGEST_RECIPE]

    files = opened(_names_of_spring(["application"]))
    words = [
        item.text for container in part.containers for key in ("command", "args") for item in container.get(key).list()
    ]
    words += [recipe.data.decode("utf-8", "replace")] if recipe is not None else []
    profiles = active_profiles(files, variables, words)
    files += opened(_names_of_spring(f"application-{each}" for each in profiles if _PROFILE.fullmatch(each)))
    files += opened(files_of_dotnet(variables))
    for file in in_effect(files, profiles or ["default"], variables):
        yield file, file.path


def _names_of_spring(stems: Iterable[str]) -> list[str]:
    return [f"src/main/resources/{stem}.{end}" for stem in stems for end in ("yml", "yaml", "properties")]


def _recipe_of(
    part: Workload, opener: Opener, built: Mapping[str, tuple[str, str]]
) -> tuple[str, Configuration | None] | None:
    """Return the directory that a program's image may be built from, as the file of its manifest calls it, and a recipe there."""
    path, image = part.manifest.node.path, image_name(part.containers[0].text_at("image"))
    if image in built:
        directory, recipe = posixpath.relpath(built[image][0], posixpath.dirname(path) or "."), built[image][1]
        found: tuple[str, str | None] | None = (directory, recipe or DOCKERFILES[0])
    else:
        found = source_of_image(part.manifest.name, image, path, opener)
    if found is None:
        return None
    opened = opener(path, posixpath.join(found[0], found[1]))[:1] if found[1] is not None else ()
    return found[0], opened[0] if opened else None


def _copied_to_proxies(recipe: str) -> Iterator[tuple[list[str], str]]:
    """Yield the files that a recipe copies to where proxies read their configurations, with that place."""
    for line in _COPIES.findall(recipe):
        words = [word.strip('[]",') for word in line.split()]
        if len(words) > 1 and _OF_PROXIES.search(words[-1]):
            yield words[:-1], words[-1]


def _attached(
    manifests: Manifests,
    part: Workload,
    name: str,
    kind: str,
    hosts_of: HostsOf,
    keys: frozenset[str] | None = None,
    as_settings: bool = False,
) -> Iterator[Attachment]:
    """Yield the entries of a ConfigMap as files; those of `keys` alone where only they are mounted.

    What a program reads through the API it reads by its keys, as settings.
    """
    for key, (text, source) in data_of(manifests, "ConfigMap", part.namespace, name).items():
        # what is put into pages is no call of the server that hands them out
        if (keys is not None and key not in keys) or is_for_browsers(key):
            continue
        if as_settings and "\n" not in text:
            text = f"{key}: {text}"
        file = Configuration(source.path, text.encode("utf-8", "replace"))
        yield Attachment(part.id, kind, file, key, hosts_of(part.namespace), source.line, is_in_cluster=True)


def _kind_of_reader(part: Workload, name: str) -> str:
    """Return the kind of what reads a ConfigMap: the workload's, or that of the observer beside it that alone mounts it."""
    pod = pod_of(part.manifest.kind, part.manifest.node)
    volumes = {
        volume.text_at("name") for volume in pod.get("volumes").list() if volume.text_at("configMap", "name") == name
    }
    kinds = {
        guess("", container.text_at("image"), "", frozenset()).known.kind
        for container in pod.get("containers").list()
        if any(mount.text_at("name") in volumes for mount in container.get("volumeMounts").list())
    }
    observer = next((kind for kind in kinds if KINDS[kind].observes), None)
    return observer if observer is not None and len(kinds) == 1 else part.guess.known.kind


def _mounted(part: Workload) -> Iterator[tuple[str, frozenset[str] | None]]:
    """Yield the ConfigMaps that a pod mounts, each with the keys of which it sees files; None for all of them."""
    containers = all_containers_of(part.manifest.kind, part.manifest.node)
    mounts = {mount.text_at("name") for each in containers for mount in each.get("volumeMounts").list()}
    for volume in pod_of(part.manifest.kind, part.manifest.node).get("volumes").list():
        if mounts and volume.text_at("name") not in mounts:
            continue
        paths = _paths_of(part, volume.text_at("name"))
        for source in _sources_of(volume):
            yield source.text_at("name"), _keys(source, paths)


def _sources_of(volume: SourceNode) -> Iterator[SourceNode]:
    """Yield the ConfigMaps of a volume."""
    for source in (volume, *volume.get("projected", "sources").list()):
        if source.text_at("configMap", "name"):
            yield source.get("configMap")


def _may_be_of_proxy(attachment: Attachment) -> bool:
    return attachment.kind in KINDS and (
        KINDS[attachment.kind].balances or attachment.target.endswith((".conf", ".cfg"))
    )


def _keys(source: SourceNode, paths: frozenset[str] | None) -> frozenset[str] | None:
    """Return the keys of a volume that are mounted at paths in it, None for any."""
    items = {item.text_at("path"): item.text_at("key") for item in source.get("items").list()}
    if paths is None:
        return frozenset(items.values()) if items else None
    return frozenset(items.get(path, path) for path in paths)


def _paths_of(part: Workload, volume: str) -> frozenset[str] | None:
    """Return the paths in a volume of which containers see nothing else, None where one sees the whole volume."""
    containers = all_containers_of(part.manifest.kind, part.manifest.node)
    mounts = [mount for container in containers for mount in container.get("volumeMounts").list()]
    paths = [mount.text_at("subPath") for mount in mounts if mount.text_at("name") == volume]
    return frozenset(paths) if paths and all(paths) else None


def _referenced(part: Workload) -> Iterator[str]:
    """Yield the ConfigMaps of which a container takes variables, and those of volumes, whether a container mounts them or not."""
    for volume in pod_of(part.manifest.kind, part.manifest.node).get("volumes").list():
        yield from (source.text_at("name") for source in _sources_of(volume))
    for container in part.containers:
        for item in container.get("envFrom").list():
            yield item.text_at("configMapRef", "name")
        for item in container.get("env").list():
            yield item.text_at("valueFrom", "configMapKeyRef", "name")
