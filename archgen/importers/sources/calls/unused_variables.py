"""Variables of a recipe that a service has no use for: a web server's for pages, and those of another program in its image."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from archgen.importers.facts import Opener
from archgen.importers.sources.recipes import Recipe

_SERVES = re.compile(r"(?:^|[\s/])(?:nginx|caddy)(?=\s|$)")
_PAGES = re.compile(r"/usr/share/(?:nginx/html|caddy)|/var/www|/srv\b")
_ONLY_TESTED = re.compile(r"\[\s+-[nz]\s+[\"']?\$\{?\w+\}?[\"']?\s+\]+")
_NOT_READ = re.compile(r"\.(?:avif|css|gif|html?|ico|jpe?g|json|md|png|svg|txt|webp|woff2?)$")
_LARGEST = 256 * 1024


def without_unused_variables(recipe: Recipe, words: str, others: Iterable[str], path: str, opener: Opener) -> Recipe:
    """Return a recipe without the variables that a service has no use for.

    `words` are the command of the service, `others` those of what runs the same image, and `path` names its sources.
    """
    if not recipe.variables:
        return recipe
    unused = _of_others(recipe, words, others, path, opener) or _unused_by_pages(recipe, path, opener)
    if not unused:
        return recipe
    return replace(recipe, variables={name: each for name, each in recipe.variables.items() if name not in unused})


def _unused_by_pages(recipe: Recipe, path: str, opener: Opener) -> set[str]:
    """Return the variables of a web server for pages that no file of the image uses.

    All of what it copies from the project has to be at hand, and none of it may be a directory, which may hold anything.
    """
    if _SERVES.search(recipe.words) is None or not any(_PAGES.search(each) for each in recipe.shaped):
        return set()
    texts = [*_texts(recipe, path, opener)]
    if None in texts:
        return set()
    used = _ONLY_TESTED.sub("", "\n".join((*filter(None, texts), recipe.words, *recipe.commands)))
    return {name for name in recipe.variables if not _uses(used, name)}


def _texts(recipe: Recipe, path: str, opener: Opener) -> Iterator[str | None]:
    """Yield the files that an image gets from the project, with None for what can't be read."""
    for name in recipe.sources:
        files = opener(path, name) if _NOT_READ.search(name) is None else ()
        if files and (len(files) > 1 or not files[0].path.endswith(name.rpartition("/")[2])):
            yield None
        elif files:
            yield files[0].data[:_LARGEST].decode("utf-8", "replace")
        elif _NOT_READ.search(name) is None:
            yield None


def _of_others(recipe: Recipe, words: str, others: Iterable[str], path: str, opener: Opener) -> set[str]:
    """Return the variables of a recipe that scripts of other services with its image use, and the service's own doesn't."""
    scripts = {name.rpartition("/")[2]: name for name in recipe.sources if name.endswith(".sh")}
    own = _text_of_script(words, scripts, path, opener)
    if not own:
        return set()
    used = "\n".join(_text_of_script(each, scripts, path, opener) for each in others)
    return {name for name in recipe.variables if _uses(used, name) and not _uses(own, name)}


def _uses(text: str, name: str) -> bool:
    return re.search(rf"\$\{{?{re.escape(name)}\b", text) is not None


def _text_of_script(words: str, scripts: Mapping[str, str], path: str, opener: Opener) -> str:
    """Return the script of an image that a command runs; the empty text where it runs none, or where that isn't at hand."""
    named = (scripts.get(word.rpartition("/")[2]) for word in words.split()[:3])
    opened = (file for name in filter(None, named) for file in opener(path, name)[:1])
    return next((file.data[:_LARGEST].decode("utf-8", "replace") for file in opened), "")
