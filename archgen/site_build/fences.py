"""A fence in a hand-written page that is replaced by a view, a flow or the table of issues of a model.

```archgen
model: 2-distributed-web-infrastructure
view: deployment
caption: Production deployment.
```
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from archgen.app.config.choice import did_you_mean
from archgen.language.yaml.faults import Unreadable
from archgen.language.yaml.parser import read_tree
from archgen.language.yaml.tree import Map, Seq, unpack
from archgen.linting.checked_model import CheckedModel
from archgen.linting.rule import Rule
from archgen.model.architecture import SUFFIX
from archgen.model.finding import SEVERITIES
from archgen.site.embedded_svg import fit_svg
from archgen.site.html_builder import Html, join, one_line, tag
from archgen.site.issue_table import issue_table
from archgen.site.page import Page, flow_path, page_path

KEYS = ("model", "view", "flow", "issues", "caption")
SHOWN = ("view", "flow", "issues")
"""The contents of a fence, of which it names one."""

_FENCE = re.compile(r"^(?P<indent>[ \t]*)(?P<marks>`{3,}|~{3,})[ \t]*(?P<info>[^`\n]*)$")


class Fence(Struct, frozen=True):
    """The text between the marks of a fence, and the line of the page at which it begins, from 1."""

    text: str
    line: int


class EmbedError(Struct, frozen=True):
    """An error in a fence, with its line below the fence's first one and its column, both from 1."""

    message: str
    line: int = 1
    column: int = 1


class Embed(Struct, frozen=True):
    """HTML whose links lead from `base`, the path of a generated page."""

    html: str
    base: str


def extract_fences(markdown: str, first: int) -> tuple[str, tuple[Fence, ...]]:
    """Return a page with a placeholder for each fence (`<div data-archgen="0"></div>`), and the fences.

    A fence within another one is an example and stays. `first` is the line of its file that the text begins at.
    """
    remaining: list[str] = []
    fences: list[Fence] = []
    open_marks, inside, start = "", False, 0
    body: list[str] = []
    for number, line in enumerate(markdown.split("\n"), first):
        fence = _FENCE.match(line)
        if not open_marks and fence:
            open_marks, start, body = fence["marks"], number, []
            inside = fence["info"].strip().strip("{}. ").split(" ")[0] == "archgen"
            if inside:
                remaining += ["", f"{fence['indent']}{tag('div', data_archgen=len(fences))}", ""]
                continue
        elif open_marks and fence and not fence["info"].strip() and fence["marks"].startswith(open_marks):
            open_marks = ""
            if inside:
                fences.append(Fence("\n".join(body), start))
                inside = False
                continue
        (body if inside else remaining).append(line)
    if inside:
        fences.append(Fence("\n".join(body), start))
    return "\n".join(remaining), tuple(fences)


def embed(
    fence: Fence,
    systems: Sequence[CheckedModel],
    rules: Sequence[Rule],
    pages: Mapping[str, Page],
    invalid: Sequence[str] = (),
) -> Embed | EmbedError:
    """Return the content of a fence; `invalid` are the ids of models that cannot be shown."""
    values = _read(fence.text)
    if isinstance(values, EmbedError):
        return values
    system = _system(fence.text, values, systems, invalid)
    if isinstance(system, EmbedError):
        return system
    if "issues" in values:
        return _issues(fence.text, values, system, rules)
    return _diagram(fence.text, values, system, pages)


def _read(text: str) -> dict[str, Any] | EmbedError:
    """Return the values of a fence, read like a model: with places, and a bound on everything."""
    try:
        values, _, faults = read_tree(0, text)
    except Unreadable as unreadable:
        values, faults = None, [*unreadable.before, unreadable.fault]
    if faults:
        _, line, column = unpack(faults[0].mark)
        return EmbedError(f"the fence is not YAML: {faults[0].message}", line, column)
    if not isinstance(values, Map):
        return EmbedError("the fence must be a mapping with `model:` and one of `view:`, `flow:` and `issues:`")
    for key, value in values.items():
        if key not in KEYS:
            message = f"unknown key `{key}`{did_you_mean(key, KEYS)}; known: {', '.join(KEYS)}"
            return EmbedError(message, *_place(text, key))
        if isinstance(value, Map | Seq):
            kind = "a list" if isinstance(value, Seq) else "a mapping"
            return EmbedError(f"`{key}:` must be one value; got {kind}", *_place(text, key))
    if sum(key in values for key in SHOWN) != 1:
        return EmbedError(f"the fence must have exactly one of {', '.join(f'`{key}:`' for key in SHOWN)}")
    return values


def _place(text: str, key: str) -> tuple[int, int]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip().startswith(key):
            return number, line.index(key) + 1
    return 1, 1


def _system(
    text: str, values: Mapping[str, Any], systems: Sequence[CheckedModel], invalid: Sequence[str]
) -> CheckedModel | EmbedError:
    by_id = {system.id: system for system in systems}
    ids = ", ".join(by_id)
    if "model" not in values:
        if len(systems) == 1:
            return systems[0]
        return EmbedError(f"there is more than one model; add `model:` with one of {ids}" if systems else "no model")
    name = os.path.basename(str(values["model"])).removesuffix(SUFFIX)
    if name in invalid:
        return EmbedError(f"the model {name} is invalid; its page lists the problems", *_place(text, "model"))
    message = f"unknown model `{name}`{did_you_mean(name, tuple(by_id))}; known: {ids}"
    return by_id.get(name) or EmbedError(message, *_place(text, "model"))


def _issues(text: str, values: Mapping[str, Any], system: CheckedModel, rules: Sequence[Rule]) -> Embed | EmbedError:
    severity = values["issues"]
    if severity is not True and severity not in SEVERITIES:
        return EmbedError(
            f"`issues:` must be true or one of {', '.join(SEVERITIES)}; got {severity}", *_place(text, "issues")
        )
    table = Html(issue_table([system], rules, only=None if severity is True else severity))
    return Embed(join((table or tag("p", "No issues."), _caption(values))), page_path(system))


def _diagram(
    text: str, values: Mapping[str, Any], system: CheckedModel, pages: Mapping[str, Page]
) -> Embed | EmbedError:
    key = "flow" if "flow" in values else "view"
    name = str(values[key])
    names = tuple(system.topology.flows) if key == "flow" else _views(system, pages)
    path, target, title = f"{system.slug}/{name}.svg", "index.md", system.architecture.name
    if key == "flow" and name in names:
        target, title = flow_path(system.topology, name), system.topology.flows[name].title
        path = f"{system.slug}/{os.path.dirname(target)}/sequence.svg"
    if name not in names or path not in pages:
        message = f"unknown {key} `{name}` of {system.id}{did_you_mean(name, names)}; known: {', '.join(names)}"
        return EmbedError(message, *_place(text, key))
    figure = tag("figure", fit_svg(pages[path].content), class_="archgen-picture")
    link = tag("p", tag("a", title, href=Html(target)), class_="archgen-full")
    return Embed(join((figure, _caption(values), link)), page_path(system))


def _views(system: CheckedModel, pages: Mapping[str, Page]) -> tuple[str, ...]:
    """Return the views of a system: the names of the images beside its page."""
    names = (os.path.split(path) for path in pages if path.endswith(".svg"))
    return tuple(name.removesuffix(".svg") for directory, name in names if directory == system.slug)


def _caption(values: Mapping[str, Any]) -> Html:
    caption = values.get("caption")
    return tag("p", one_line(str(caption)), class_="archgen-figcaption") if caption else Html()
