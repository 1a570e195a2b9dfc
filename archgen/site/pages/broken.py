"""The page of a model that cannot be read, and of a site that cannot be made: every problem with its place and next step."""

from __future__ import annotations

from archgen.model.wording import plural
from archgen.site.blocks import inline
from archgen.site.escape import code, link, prose, text
from archgen.site.markdown import heading, notice, page
from archgen.site.page import Broken, Page


def broken_page(model: Broken, path: str = "") -> Page:
    """The page that stands in the place of the model's own, or of another one of its pages, by its path."""
    path = path or f"{model.slug}/index.md"
    rules = "../" * path.count("/") + "rules"
    lines = [
        f"{code(f'{one.file}:{one.line}:{one.column}')} {prose(one.message)} {prose(one.fix)} "
        f"({link(text(one.rule), f'{rules}/{one.rule}/index.md')})"
        for one in model.invalidating
    ]
    title = f"{plural(len(model.invalidating), 'problem')} to solve before this model can be shown"
    listed = "".join(f"<li>{inline(line)}</li>" for line in lines)
    return page(path, model.id, heading(1, text(model.id)), notice(title, f"<ul>{listed}</ul>"))


def trouble_page(words: str, path: str) -> Page:
    """A page that says why there is no site to show, at the path of one that there was."""
    told = notice("The site cannot be made", f"<p>{text(words)}</p>")
    return page(path, "Architecture", heading(1, "Architecture"), told)
