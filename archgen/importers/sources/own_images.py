"""The images that a project pushes to a registry and runs from there: the directories that they are built from."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping

from archgen.importers.facts import Opener
from archgen.importers.packages import DOCKERFILES
from archgen.importers.products import is_product

_LEAST_ALIKE = 2
"""Images whose names begin alike and go on as directories are called: then these are their sources."""


def own_images(images: Iterable[str], path: str, opener: Opener) -> Mapping[str, str]:
    """Return the directories that images are built from, as a file at a path calls them, by what they are called there.

    The images of one project have the same beginning, such as `ghcr.io/acme/shop-`, and behind it the names of directories with a
    recipe that lie beside each other. One alone may be that of somebody else, and of several of one name nothing tells which is meant.
    """
    question = own_images, (*images,), path
    if question not in opener.answers:
        opener.answers[question] = _own_images(question[1], path, opener)
    found: Mapping[str, str] = opener.answers[question]
    return found


def _own_images(images: tuple[str, ...], path: str, opener: Opener) -> Mapping[str, str]:
    written = {image: _without_tag(image) for image in images if image}
    if len({*written.values()}) < _LEAST_ALIKE:
        return {}
    tree = opener.tree(path)
    places: dict[str, set[str]] = {}
    for name in tree.names:
        folder, file = posixpath.split(name)
        if file in DOCKERFILES and folder:
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


def _without_tag(image: str) -> str:
    """Return an image without its tag and its digest."""
    registry, slash, name = image.partition("@")[0].rpartition("/")
    return f"{registry}{slash}{name.partition(':')[0]}".lower()


def _ends_of(image: str) -> Iterable[str]:
    """Yield what may be the name of a program at the end of an image behind a beginning, the longest ones first."""
    directories, slash, name = image.rpartition("/")
    if directories or slash:
        yield name
    yield from (name[place + 1 :] for place, sign in enumerate(name) if sign in "-_." and place + 1 < len(name))
