"""The modules of Python that a command starts, with all that they import from the same source."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping

from archgen.importers.sources.reading import CodeText

_STARTED = re.compile(
    r"(?<![\w./-])((?:[\w-]+/)*[\w-]+)\.py\b|(?<![\w./-])([A-Za-z_][\w.]*):[A-Za-z_]\w*|(?<!\S)-[mA][ =]([A-Za-z_][\w.]*)"
)
"""What a command starts: `worker.py`, `shop.main:app`, `-m shop.jobs`, `-A shop`."""

_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+(\.*)([\w.]*)[ \t]+import[ \t]+(\([^)]{0,2000}\)|[^\n]{0,500})|import[ \t]+([\w., \t]{1,500}))",
    re.MULTILINE,
)
_TASK = re.compile(r"^[ \t]*@(?:\w+\.)?(?:shared_task|task|actor|periodic_task)\b", re.MULTILINE)
_WORKS = re.compile(r"\b(?:celery|dramatiq|rq|huey|arq|taskiq)\b(?!.*\bbeat\b)")
_WORD = re.compile(r"\w+")
_MOST = 400


def started_modules(command: str, files: Iterable[CodeText]) -> list[CodeText]:
    """Return the files that a command starts, and those that these import; none where it starts no module of Python.

    What is done later by a worker, such as the tasks of Celery, is its own work, whoever imports it.
    """
    by_path = {file.path: file for file in files if file.path.endswith(".py")}
    by_end = _by_end({path.removesuffix(".py").removesuffix("/__init__").replace("/", "."): path for path in by_path})
    waiting = [
        path for match in _STARTED.finditer(command) for path in _named(next(filter(None, match.groups())), by_end)
    ]
    if not waiting:
        return []
    tasks = {path for path, file in by_path.items() if "@" in file.bare and _TASK.search(file.bare)}
    is_worker = _WORKS.search(command) is not None
    waiting += tasks if is_worker else ()
    seen = dict[str, None]()
    while waiting and len(seen) < _MOST:
        path = waiting.pop()
        # what the files of tasks import is for that work too
        if path not in seen and (is_worker or path not in tasks):
            seen[path] = None
            waiting += [other for name in _imports(by_path[path]) for other in _named(name, by_end)]
    return [by_path[path] for path in seen]


def _by_end(by_module: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the files of the modules that end with each name: `shop.orders` and `orders` both name shop/orders.py."""
    found = dict[str, list[str]]()
    for module, path in by_module.items():
        words = module.split(".")
        for start in range(len(words)):
            found.setdefault(".".join(words[start:]), []).append(path)
    return found


def _named(name: str, by_end: Mapping[str, list[str]]) -> list[str]:
    """Return the file of a module, by the end of its path, where that is the only one; else of what holds it."""
    module = name.replace("/", ".").strip(".")
    while module:
        found = by_end.get(module)
        if found:
            return found if len(found) == 1 else []
        module = module.rpartition(".")[0]
    return []


def _imports(file: CodeText) -> list[str]:
    place = posixpath.splitext(file.path)[0].split("/")
    names: list[str] = []
    for match in _IMPORT.finditer(file.bare):
        if match[4]:
            names += [each.split()[0] for each in match[4].split(",") if each.strip()]
            continue
        above = place[: -len(match[1])] if match[1] else []
        module = ".".join((*above, *([match[2]] if match[2] else [])))
        names += [f"{module}.{word}" for word in _WORD.findall(match[3])[:50]] or [module]
    return names
