"""The directories of a repository that images are built from: as files of builds state them, or as their names tell."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from functools import cached_property

from archgen.importers.facts import FileTree, Opener, Origin
from archgen.importers.names import image_without_tag
from archgen.importers.packages import DOCKERFILES, directory_of_image
from archgen.importers.products import image_name, is_product
from archgen.importers.sources.build_statements import (
    LONGEST,
    PIPELINES,
    WORD,
    build_files,
    images_of_statement,
    is_build_file,
    statements_with,
)
from archgen.importers.sources.folders import folders_above, is_list, library_folders, package_of, title_of
from archgen.importers.sources.named_recipes import NamedRecipes
from archgen.importers.sources.recipes import Recipe, read_own_recipe
from archgen.importers.sources.root_images import images_of_root

_OF_JVM = re.compile(r"^(?:(.*)/)?src/main/(?:resources|java|kotlin)/")
"""The beginning of the path of a source of Maven or Gradle, with the module that it is of."""

_SETTINGS = re.compile(
    r"^(?:(.*)/)?(?:src/main/resources/application(?:-\w+)?\.(?:ya?ml|properties)|appsettings\.json|ocelot\.json)$"
)
"""The path of a file of settings that Spring or .NET reads, with the directory of its module."""

_ENDS_OF_SETTINGS = (".yml", ".yaml", ".properties", "appsettings.json", "ocelot.json")

_OF_GRADLE = re.compile(
    r"(?:\bto\s{0,9}\{[^{}]{0,300}?\bimage|\bto\.image|\bimageName)\s{0,9}(?:=|\.set\(|\(|)\s{0,9}[\"']([^\"'\n]{1,200})[\"']"
)
_OF_MAVEN = re.compile(
    r"<to>\s{0,99}<image>([^<>\n]{1,200})</image>|<image>\s{0,99}<name>([^<>\n]{1,200})</name>|<imageName>([^<>\n]{1,200})</imageName>"
)
"""The names of images in the settings of the plugins that build them: Jib, Spring Boot and others."""

_OWN_NAME = re.compile(r"\$\{?(?:project\.)?(?:name|artifactId)\b\}?")
"""What stands for the name of a module."""

_TO_BUILD = re.compile(r"build|docker|context|image|\bjib", re.IGNORECASE)
_NAME_OR_PATH = re.compile(r"\w[\w./-]*")
"""A word of a line; where it has two, these are a name and the path that it stands for."""

_OF_TASK = re.compile(r"^((?::[\w.-]+)+):\w+$")
"""A task of a module of Gradle: `:search:consumer:jib`."""

_SHORT = {"frontend": "fe", "front": "fe", "backend": "be", "back": "be"}
_FRONT_END = re.compile(r"\b(front|back)-end\b")
_OF_ANY = frozenset(("app", "api", "server", "service", "boot", "bootstrap", "application", "main", "web", "starter"))
"""Names of the module that runs, beside those that it is built of."""

_BESIDE = frozenset(("", "apps", "services", "packages", "src", "modules"))
"""Directories in which those of several programs lie."""

_LEAST_ALIKE = 2
"""Images whose names begin alike and go on as directories are called: then these are their sources."""

_MOST_FILES = 300


class BuiltImages:
    """The directories of the programs in a tree of files, by the images that are built from them."""

    def __init__(
        self, names: Iterable[str], read: Callable[[str], str], pipelines: Callable[[], Iterable[str]]
    ) -> None:
        self._names = (*names,)
        self._read = read
        self._pipelines = pipelines

    def directory_of(self, image: str, name: str) -> str | None:
        """Return the directory that an image is built from, or that of a program of a name; None where several may be.

        The empty text is the root.

        What a build states comes first, then the name of a directory, that of the package in it, and the path to it.
        """
        stated = self.stated.get(image)
        if stated is not None:
            return stated
        for wanted in dict.fromkeys(filter(None, (image, name))):
            title = _title(wanted)
            for index, word in (
                *((index, title) for index in (self._by_title, self._by_package, self._by_path, self._by_parent)),
                (self._by_short, _short(title)),
            ):
                places: Set[str] = index.get(word, set())
                if places:
                    # of a directory with the source and another one with its recipe the image is built by the latter
                    likely = places if len(places) == 1 else places & self.recipes.keys()
                    return next(iter(likely)) if len(likely) == 1 else None
        without_system = _title(image).partition("-")[2]
        near = [place for place in self._by_title.get(without_system, ()) if posixpath.dirname(place) in _BESIDE]
        return near[0] if len(near) == 1 else None

    def settings_in(self, directory: str) -> str:
        """Return the directory of the module that runs, of those in a directory with settings that a framework reads; else this."""
        within = [place for place in self._with_settings if f"{place}/".startswith(f"{directory}/")]
        if directory in within or not within:
            return directory
        running = [place for place in within if posixpath.basename(place) in _OF_ANY]
        likely = within if len(within) == 1 else running
        return likely[0] if len(likely) == 1 else directory

    @cached_property
    def recipes(self) -> Mapping[str, None]:
        """The directories with a recipe."""
        split = (name.rpartition("/") for name in self._names)
        return dict.fromkeys(folder for folder, _, file in split if file in DOCKERFILES)

    @cached_property
    def _with_settings(self) -> Mapping[str, None]:
        names = (name for name in self._names if name.endswith(_ENDS_OF_SETTINGS))
        matches = filter(None, map(_SETTINGS.match, names))
        return dict.fromkeys(match[1] or "." for match in matches)

    @cached_property
    def stated(self) -> Mapping[str, str]:
        """Return the directories that files of builds name for images, as far as each names one."""
        found: dict[str, set[str]] = {}
        for image, place in (*self._of_plugins(), *self._of_commands(), *self._of_root()):
            found.setdefault(image, set()).add(place)
        return {image: next(iter(places)) for image, places in found.items() if len(places) == 1}

    @cached_property
    def named_recipes(self) -> NamedRecipes:
        """Return the recipes with names of their own, with what builds images by them."""
        found = NamedRecipes(self._names)
        found.read(self._build_files)
        return found

    @cached_property
    def _build_files(self) -> Sequence[tuple[str, str]]:
        return build_files(self._names, self._read, self._pipelines)

    @cached_property
    def _modules(self) -> Mapping[str, None]:
        """Return the directories that hold what a program is built of, without those of libraries."""
        modules: dict[str, None] = {}
        for name in self._names:
            folder, _, file = name.rpartition("/")
            match = _OF_JVM.match(name) if "src/main/" in name else None
            if match is not None:
                modules.setdefault(match[1] or "")
            elif file in DOCKERFILES or (is_list(file) and folder not in self._libraries):
                modules.setdefault(folder)
        modules.pop("", None)
        return modules

    @cached_property
    def _libraries(self) -> Set[str]:
        return library_folders(self._names)

    @cached_property
    def _packages(self) -> Mapping[str, str]:
        """Return the names of the packages in directories."""
        lists = [name for name in self._names if is_list(posixpath.basename(name)) and "/" in name]
        lists = [name for name in lists if posixpath.dirname(name) not in self._libraries]
        named = ((posixpath.dirname(name), package_of((name, self._read(name)))) for name in lists[:_MOST_FILES])
        return {place: name.rpartition("/")[2] for place, name in named if name is not None}

    @cached_property
    def _by_title(self) -> Mapping[str, set[str]]:
        return _index((_title(posixpath.basename(place)), place) for place in self._modules)

    @cached_property
    def _by_short(self) -> Mapping[str, set[str]]:
        titles = ((_title("-".join(place.split("/")[-count:])), place) for place in self._modules for count in (1, 2))
        return _index((_short(title), place) for title, place in titles)

    @cached_property
    def _by_package(self) -> Mapping[str, set[str]]:
        return _index((_title(name), place) for place, name in self._packages.items())

    @cached_property
    def _by_path(self) -> Mapping[str, set[str]]:
        return _index(
            (_title("-".join(place.split("/")[-count:])), place)
            for place in self._modules
            for count in (2, 3)
            if place.count("/") >= count - 1
        )

    @cached_property
    def _by_parent(self) -> Mapping[str, set[str]]:
        return _index(
            (_title(posixpath.basename(posixpath.dirname(place))), place)
            for place in self._modules
            if posixpath.basename(place) in _OF_ANY
        )

    def _of_plugins(self) -> Iterator[tuple[str, str]]:
        """Yield the images that plugins of Gradle and Maven build, with the module; a name for all modules holds below."""
        for name in self._names:
            folder, _, file = name.rpartition("/")
            pattern = _OF_MAVEN if file == "pom.xml" else _OF_GRADLE if file.startswith("build.gradle") else None
            for match in pattern.finditer(self._read(name)) if pattern is not None else ():
                written = next(filter(None, match.groups()))
                is_for_all = _OWN_NAME.search(written) is not None
                below = [place for place in self._modules if not folder or f"{place}/".startswith(f"{folder}/")]
                for place in below if is_for_all else [folder]:
                    own = self._packages.get(place, "") if file == "pom.xml" else posixpath.basename(place)
                    image = image_name(_OWN_NAME.sub(own, written))
                    if image and place and not {*"${}"} & {*image}:
                        yield image, place

    def _of_commands(self) -> Iterator[tuple[str, str]]:
        """Yield the images in the statements of scripts and pipelines that name a single directory of a program."""
        titles = {posixpath.basename(place) for place in self._modules}
        for _, text in self._build_files:
            # a directory is named by its last part at least, and most statements name none
            for statement in statements_with(text, titles):
                pair = _pair_in(statement)
                if not pair and _TO_BUILD.search(statement) is None:
                    continue
                paths = [_path_in(word) for word in WORD.findall(statement)]
                places = {place for path in paths for place in self._places_in(path)}
                if len(places) == 1:
                    place = places.pop()
                    written = pair[:1] if pair else images_of_statement(statement)
                    images = [word for word in written if word and posixpath.normpath(word) != place]
                    yield from ((image_name(each), place) for each in images)

    def _of_root(self) -> Iterator[tuple[str, str]]:
        """Yield the images that pipelines and scripts build from the root, where a recipe and a list of packages lie."""
        files = {name for name in self._names if "/" not in name}
        if not files.isdisjoint(DOCKERFILES) and any(map(is_list, files)):
            for text in (*self._pipelines(), *map(self._read, filter(is_build_file, files))):
                yield from ((image, "") for image in images_of_root(text))

    def _places_in(self, path: str) -> Iterator[str]:
        """Yield the directory of a program that a path is, or whose recipe it is."""
        if path in self._modules:
            yield path
        above, file = posixpath.split(path)
        if above in self._modules and file.lower().endswith("dockerfile"):
            yield above


def image_builds(path: str, opener: Opener) -> BuiltImages:
    """Return the images that the repository of a file builds."""
    tree = opener.tree(path)
    question = BuiltImages, tree.project
    if question not in opener.answers:
        opener.answers[question] = BuiltImages(
            tree.names,
            lambda name: next(_texts(path, name, tree, opener), ""),
            lambda: [text for name in PIPELINES for text in _texts(path, name, tree, opener)],
        )
    found: BuiltImages = opener.answers[question]
    return found


def source_of_image(name: str, image: str, path: str, opener: Opener) -> tuple[str, str | None] | None:
    """Return the directory that a program's image may be built from, as a file at a path calls it, and its recipe if it has one."""
    images, place = image_builds(path, opener), opener.tree(path).place
    stated = images.stated.get(image)
    found = directory_of_image(name, image, path, opener) if stated is None else None
    if found is not None:
        return found
    directory = stated if stated is not None else images.directory_of(image, name)
    if directory is None:
        return None
    seen = posixpath.relpath(directory or ".", place)
    return seen, next((file for file in DOCKERFILES if opener.holds(path, posixpath.join(seen, file))), None)


def recipe_by_name(image: str, path: str, opener: Opener) -> tuple[str, Recipe, bool] | None:
    """Return the recipe with a name of its own by which an image is built, as a file at a path calls its directory, if there is one.

    True stands for what a build states.
    """
    found = image_builds(path, opener).named_recipes.recipe_of(image)
    if found is None:
        return None
    directory, name = posixpath.split(posixpath.relpath(found[0], opener.tree(path).place))
    return directory or ".", read_own_recipe(Origin(path, 1), directory or ".", opener, (name,)), found[1]


def recipe_of_image(image: str, images: Iterable[str], path: str, opener: Opener) -> Recipe | None:
    """Return the recipe of an image, one of several that a file at a path names; None where the repository seems to build none."""
    named = recipe_by_name(image_name(image), path, opener)
    if named is not None:
        return named[1]
    directory = sources_of_images(images, path, opener).get(image)
    return read_own_recipe(Origin(path, 1), directory, opener) if directory is not None else None


def sources_of_images(images: Iterable[str], path: str, opener: Opener) -> Mapping[str, str]:
    """Return the directories that images of a registry are built from, as a file at a path calls them, by what they are called there.

    A build states it, or the images of one project have the same beginning, such as `ghcr.io/acme/shop-`, and behind it the names of
    directories with a recipe that lie beside each other. One alone may be that of somebody else, and of several of one name nothing
    tells which is meant.
    """
    question = sources_of_images, (*images,), path
    if question not in opener.answers:
        opener.answers[question] = {
            **_named_alike(question[1], path, opener),
            **_stated_for(question[1], path, opener),
        }
    found: Mapping[str, str] = opener.answers[question]
    return found


def _stated_for(images: tuple[str, ...], path: str, opener: Opener) -> Mapping[str, str]:
    """Return the directories with a recipe that builds state for images of others' registries, but for those of products."""
    tree, builds = opener.tree(path), image_builds(path, opener)
    stated, recipes = builds.stated, builds.recipes
    places = {image: stated.get(image_name(image), "") for image in images if "/" in image and not is_product(image)}
    return {
        image: posixpath.relpath(place, tree.place) for image, place in places.items() if place and place in recipes
    }


def _named_alike(images: tuple[str, ...], path: str, opener: Opener) -> Mapping[str, str]:
    written = {image: image_without_tag(image) for image in images if image}
    if len({*written.values()}) < _LEAST_ALIKE:
        return {}
    tree = opener.tree(path)
    places: dict[str, set[str]] = {}
    for folder in filter(None, image_builds(path, opener).recipes):
        places.setdefault(posixpath.basename(folder).lower(), set()).add(folder)
    found: dict[tuple[str, str], dict[str, tuple[str, str]]] = {}
    for image, plain in written.items():
        title = next((each for each in _ends_of(plain) if each in places), "")
        if title and len(places[title]) == 1:
            place = next(iter(places[title]))
            beginning = plain[: len(plain) - len(title)]
            found.setdefault((beginning, posixpath.dirname(place)), {})[image] = title, place
    return {
        image: posixpath.relpath(place, tree.place)
        for (beginning, _), each in found.items()
        if len({place for _, place in each.values()}) >= _LEAST_ALIKE
        and not all(is_product(f"{beginning}{title}") for title, _ in each.values())
        for image, (_, place) in each.items()
    }


def _ends_of(image: str) -> Iterable[str]:
    """Yield what may be the name of a program at the end of an image behind a beginning, the longest ones first."""
    directories, slash, name = image.rpartition("/")
    if directories or slash:
        yield name
    yield from (name[place + 1 :] for place, sign in enumerate(name) if sign in "-_." and place + 1 < len(name))


def _texts(path: str, name: str, tree: FileTree, opener: Opener) -> Iterator[str]:
    """Yield the text of a file of the repository, or those of the files in a directory of it."""
    for file in opener(path, posixpath.relpath(name, tree.place)):
        yield file.data[:LONGEST].decode("utf-8", "replace")


def _pair_in(statement: str) -> list[str]:
    """Return the two words of a line that has no others."""
    words = _NAME_OR_PATH.findall(statement) if "\n" not in statement else []
    return words if len(words) == 2 else []


def _path_in(word: str) -> str:
    """Return a word of a command, which may name a task of a module, as a path."""
    task = _OF_TASK.match(word)
    return posixpath.normpath(task[1].strip(":").replace(":", "/") if task is not None else word)


def _index(pairs: Iterable[tuple[str, str]]) -> Mapping[str, set[str]]:
    index: dict[str, set[str]] = {}
    for title, place in pairs:
        index.setdefault(title, set()).add(place)
    # of a directory and what is built inside it, the outer one is the program's
    return {title: {each for each in places if not places & {*folders_above(each)}} for title, places in index.items()}


def _title(name: str) -> str:
    """Return the name of a directory or a program in one writing."""
    written = _FRONT_END.sub(r"\1end", title_of(name, is_short=False))
    return "-".join(_SHORT.get(word, word) for word in written.split("-"))


def _short(title: str) -> str:
    return title_of(title, is_short=True)
