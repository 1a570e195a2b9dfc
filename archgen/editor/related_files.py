"""Files that refer to each other: the parts of a model by `include` and `extends`, and models by `follows`."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator

from archgen.app.config.config import natural
from archgen.editor.grammar import DECLARING
from archgen.editor.outline import ElementName, TextOutline, TextPart, TextSpan, replace_spans
from archgen.language.load import load
from archgen.model.architecture import SUFFIX
from archgen.model.problems import ModelError

Texts = Callable[[str], str | None]
"""The text of a file by its absolute path, from the editor or else the disk; None if there is no such file."""

NamesByKind = dict[str, frozenset[str]]
"""The names of each kind that a model and its included files declare."""


MOST_DIRECTORIES = 20_000
"""Directories of a workspace that are searched, since the editor waits; a second's work."""

DEPENDENCIES = "node_modules"
"""The directory of others' files that may hold more directories than all the rest."""


class TooManyDirectories(ValueError):
    """A workspace that is too large to find every model that refers to a file."""


def models_in(directory: str) -> tuple[str, ...]:
    """Return the absolute paths of the models in and below a directory; raise TooManyDirectories if it holds too many."""
    models: list[str] = []
    for count, (where, directories, names) in enumerate(os.walk(os.path.abspath(directory))):
        if count == MOST_DIRECTORIES:
            raise TooManyDirectories(
                f"{directory} holds more than {MOST_DIRECTORIES:,} directories; open a smaller one as the workspace"
            )
        directories[:] = [name for name in directories if not name.startswith(".") and name != DEPENDENCIES]
        models += [os.path.join(where, name) for name in names if name.endswith(SUFFIX) and name != SUFFIX]
    return tuple(sorted(models, key=natural))


class Family:
    """The files of one model: the root file, and the files that it includes or extends."""

    def __init__(self, root: str, texts: Texts, within: str) -> None:
        self.root = root
        self._texts = texts
        self._within = os.path.realpath(within)
        self.files = dict(self._read(root, set()))
        by_file = [TextOutline(text).declared for text in self.files.values()]
        self.declared: NamesByKind = {
            kind: frozenset(name for declared in by_file for name in declared[kind]) for kind in DECLARING.values()
        }

    def outline(self, file: str) -> TextOutline:
        """Return the outline of one of the files, with the names that the others declare."""
        return TextOutline(self.files[file], self.declared)

    def names(self, name: ElementName) -> Iterator[tuple[str, ElementName]]:
        """Yield each declaration of an element and each reference to it, with its file."""
        for file in self.files:
            for other in self.outline(file).names:
                if (other.kind, other.id) == (name.kind, name.id):
                    yield file, other

    def problems(self, changed: dict[str, str]) -> tuple[str, ...]:
        """Return the problems of the model if some of its files had other texts."""

        def include(name: str) -> bytes:
            path = os.path.normpath(os.path.join(os.path.dirname(self.root), name))
            if path not in self.files:
                raise FileNotFoundError(2, "there is no such file")
            return changed.get(path, self.files[path]).encode("utf-8", "surrogatepass")

        text = changed.get(self.root, self.files[self.root])
        try:
            load(self.root, text.encode("utf-8", "surrogatepass"), include)
        except ModelError as error:
            return tuple(problem.message for problem in error.problems)
        return ()

    def _read(self, file: str, seen: set[str]) -> Iterator[tuple[str, str]]:
        text = self._texts(file)
        if file in seen or text is None or not (file == self.root or self._is_within(file)):
            return
        seen.add(file)
        yield file, text
        for _, path in includes_of(file, text):
            yield from self._read(path, seen)

    def _is_within(self, file: str) -> bool:
        return os.path.commonpath((self._within, os.path.realpath(file))) == self._within


def includes_of(file: str, text: str) -> Iterator[tuple[TextPart, str]]:
    """Yield each file that a file includes or extends, with the part that names it and the absolute path."""
    for key in ("include", "extends"):
        for part in TextOutline(text).parts_at(key) if key in text else ():
            path = os.path.normpath(os.path.join(os.path.dirname(file), part.text))
            yield part, path if key == "include" else path.removesuffix(SUFFIX) + SUFFIX


def families(file: str, texts: Texts, within: str, every: bool = True) -> tuple[Family, ...]:
    """Return the models that a file is part of, its own first.

    Raise TooManyDirectories if there may be more of them, unless it needn't be `every` model.
    """
    own = Family(file, texts, within)
    try:
        models = models_in(within)
    except TooManyDirectories:
        if every:
            raise
        return (own,)
    others = (model for model in models if model != file and _names_files(texts(model) or ""))
    including = [family for family in (Family(model, texts, within) for model in others) if file in family.files]
    # a part by itself is no model; what is true of the model that includes it decides
    return tuple(including) if including and not file.endswith(SUFFIX) else (own, *including)


def _names_files(text: str) -> bool:
    return "include" in text or "extends" in text


def rename_element(models: tuple[Family, ...], name: ElementName, new: str) -> dict[str, str]:
    """Return the changed texts, by file, after an element is renamed; raise ValueError if it can't have the name."""
    if name.id == new:
        return {}
    if not _is_id(new):
        raise ValueError(
            f"invalid id `{new}`; use letters, digits, `.`, `_` and `-`, beginning with a letter or a digit"
        )
    spans: dict[str, set[TextSpan]] = {}
    for family in models:
        if new in family.declared[name.kind]:
            raise ValueError(f"the {name.kind} `{new}` exists already")
        if name.id not in family.declared[name.kind]:
            raise ValueError(f"{os.path.basename(family.root)} doesn't declare {name.id}")
        for file, occurrence in family.names(name):
            spans.setdefault(file, set()).add(occurrence.span)
    texts = {file: text for family in models for file, text in family.files.items() if file in spans}
    changed = {file: replace_spans(text, dict.fromkeys(spans[file], new)) for file, text in texts.items()}
    for family in models:
        broken = set(family.problems(changed)) - set(family.problems({}))
        if broken and not family.problems({}):
            raise ValueError(f"the model would be invalid with `{new}`: {min(broken)}")
    return changed


def move_file(old: str, new: str, texts: Texts, within: str) -> dict[str, str]:
    """Return the texts that refer to a file by its new path: models that follow or include it, and its own includes."""
    before, after = (os.path.basename(path).removesuffix(SUFFIX) for path in (old, new))
    is_model = old.endswith(SUFFIX) and new.endswith(SUFFIX)
    files = dict.fromkeys((old, *models_in(within)))
    files |= dict.fromkeys(path for file in tuple(files) for path in Family(file, texts, within).files)
    texts_after = {}
    for file in files:
        text = texts(file)
        if text is None:
            continue
        spans: dict[TextSpan, str] = {}
        if is_model and before != after:
            spans |= {part.span: after for part in TextOutline(text).parts_at("follows") if part.text == before}
        here = os.path.dirname(new if file == old else file)
        for part, path in includes_of(file, text):
            relative = os.path.relpath(new if path == old else path, here).replace(os.sep, "/")
            if path == old or (file == old and here != os.path.dirname(old)):
                spans[part.span] = relative.removesuffix(SUFFIX) if part.way == ("extends",) else relative
        after_text = replace_spans(text, spans)
        if after_text != text:
            texts_after[file] = after_text
    return texts_after


def _is_id(text: str) -> bool:
    return re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}", text) is not None
