"""A fence in a hand-written page that stands for one view, flow or table of issues of a model.

```archgen
model: 2-distributed-web-infrastructure
view: deployment
caption: What runs where.
```
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from archgen.app.config.choice import nearest
from archgen.language.yaml.faults import Unreadable
from archgen.language.yaml.parser import read_tree
from archgen.language.yaml.tree import Map, Seq, unpack
from archgen.linting.rule import Rule
from archgen.model.architecture import SUFFIX
from archgen.model.finding import SEVERITIES
from archgen.site import Page, Tier
from archgen.site.escape import html, one_line
from archgen.site.issue_table import issue_table
from archgen.site.page import flow_path
from archgen.site_build.mkdocs_pages import sized

KEYS = ("model", "view", "flow", "issues", "caption")
SHOWN = ("view", "flow", "issues")
"""What a fence can show, of which it names one."""

_FENCE = re.compile(r"^(?P<indent>[ \t]*)(?P<marks>`{3,}|~{3,})[ \t]*(?P<info>[^`\n]*)$")


class Fence(Struct, frozen=True):
    """What stands between the marks of one fence, and the line of the page that it begins at, from 1."""

    text: str
    line: int


class Fault(Struct, frozen=True):
    """What is wrong in a fence, how far below its first line, and in which column of its text, both from 1."""

    message: str
    line: int = 1
    column: int = 1


class Embed(Struct, frozen=True):
    """HTML whose links lead from `base`, the path of a generated page."""

    html: str
    base: str


def taken_out(markdown: str, first: int) -> tuple[str, tuple[Fence, ...]]:
    """A page with a place for each fence (`<div data-archgen="0"></div>`), and the fences.

    A fence within another one is an example and stays. `first` is the line of its file that the text begins at.
    """
    kept: list[str] = []
    found: list[Fence] = []
    open_marks, inside, started = "", False, 0
    body: list[str] = []
    for at, line in enumerate(markdown.split("\n")):
        fence = _FENCE.match(line)
        if not open_marks and fence:
            open_marks, started, body = fence["marks"], at, []
            inside = fence["info"].strip().strip("{}. ").split(" ")[0] == "archgen"
            if inside:
                kept += ["", f'{fence["indent"]}<div data-archgen="{len(found)}"></div>', ""]
                continue
        elif open_marks and fence and not fence["info"].strip() and fence["marks"].startswith(open_marks):
            if inside:
                found.append(Fence("\n".join(body), first + started))
                open_marks, inside = "", False
                continue
            open_marks = ""
        if inside:
            body.append(line)
        else:
            kept.append(line)
    if inside:
        found.append(Fence("\n".join(body), first + started))
    return "\n".join(kept), tuple(found)


def embed(
    fence: Fence, tiers: Sequence[Tier], rules: Sequence[Rule], pages: Mapping[str, Page], broken: Sequence[str] = ()
) -> Embed | Fault:
    """What a fence stands for; `broken` are the ids of models that cannot be shown."""
    stated = _stated(fence.text)
    if isinstance(stated, Fault):
        return stated
    tier = _tier(fence.text, stated, tiers, broken)
    if isinstance(tier, Fault):
        return tier
    base = f"{tier.slug}/index.md"
    if "issues" in stated:
        return _issues(fence.text, stated, tier, rules, base)
    return _picture(fence.text, stated, tier, pages, base)


def _stated(text: str) -> dict[str, Any] | Fault:
    """What a fence states, read as a model is: with places, and a bound on everything."""
    try:
        stated, _, faults = read_tree(0, text)
    except Unreadable as unreadable:
        stated, faults = None, [*unreadable.before, unreadable.fault]
    if faults:
        _, line, column = unpack(faults[0].mark)
        return Fault(f"the fence is not YAML: {faults[0].message}", line, column)
    if not isinstance(stated, Map):
        return Fault("a fence states keys: `model:`, and one of `view:`, `flow:` and `issues:`")
    for key, value in stated.items():
        if key not in KEYS:
            words = f"unknown key `{key}`{nearest(key, KEYS)}; known: {', '.join(KEYS)}"
            return Fault(words, *_place(text, key))
        if isinstance(value, Map | Seq):
            kind = "a list" if isinstance(value, Seq) else "a mapping"
            return Fault(f"`{key}:` must be one value; got {kind}", *_place(text, key))
    if sum(key in stated for key in SHOWN) != 1:
        return Fault(f"a fence shows one thing; name one of {', '.join(f'`{key}:`' for key in SHOWN)}")
    return stated


def _place(text: str, key: str) -> tuple[int, int]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip().startswith(key):
            return number, line.index(key) + 1
    return 1, 1


def _tier(text: str, stated: Mapping[str, Any], tiers: Sequence[Tier], broken: Sequence[str]) -> Tier | Fault:
    known = tuple(tier.id for tier in tiers)
    if "model" not in stated:
        if len(tiers) == 1:
            return tiers[0]
        return Fault(f"there is more than one model; add `model:`, one of {', '.join(known)}" if tiers else "no model")
    name = os.path.basename(str(stated["model"])).removesuffix(SUFFIX)
    if name in broken:
        return Fault(f"the model {name} cannot be read; its page says why", *_place(text, "model"))
    found = next((tier for tier in tiers if tier.id == name), None)
    return found or Fault(
        f"unknown model `{name}`{nearest(name, known)}; known: {', '.join(known)}", *_place(text, "model")
    )


def _issues(text: str, stated: Mapping[str, Any], tier: Tier, rules: Sequence[Rule], base: str) -> Embed | Fault:
    asked = stated["issues"]
    if asked is not True and asked not in SEVERITIES:
        return Fault(f"`issues:` is true, or one of {', '.join(SEVERITIES)}", *_place(text, "issues"))
    table = issue_table([tier], rules, only=None if asked is True else asked)
    return Embed((table or "<p>No issue was found.</p>") + _caption(stated), base)


def _picture(text: str, stated: Mapping[str, Any], tier: Tier, pages: Mapping[str, Page], base: str) -> Embed | Fault:
    key = "flow" if "flow" in stated else "view"
    name = str(stated[key])
    if key == "flow":
        known = tuple(tier.topology.flows)
        target = flow_path(tier.topology, name) if name in known else ""
        path = f"{tier.slug}/{os.path.dirname(target)}/sequence.svg"
    else:
        known = tuple(
            part.removesuffix(".svg")
            for path in pages
            if path.startswith(f"{tier.slug}/")
            and (part := path.partition("/")[2]).endswith(".svg")
            and "/" not in part
        )
        path, target = f"{tier.slug}/{name}.svg", "index.md"
    if name not in known or path not in pages:
        words = f"unknown {key} `{name}` of {tier.id}{nearest(name, known)}; known: {', '.join(known)}"
        return Fault(words, *_place(text, key))
    title = tier.topology.flows[name].title if key == "flow" else tier.topology.architecture.name
    drawn = sized(pages[path].content)
    link = f'<p class="archgen-full"><a href="{target}">{html(one_line(title))}</a></p>'
    return Embed(f'<figure class="archgen-picture">{drawn}</figure>{_caption(stated)}{link}', base)


def _caption(stated: Mapping[str, Any]) -> str:
    said = stated.get("caption")
    return f'<p class="archgen-figcaption">{html(one_line(str(said)))}</p>' if said else ""
