"""The page of a model that cannot be read: every problem with its place and the next step."""

from __future__ import annotations

from archgen.site.escape import code, link, prose, text
from archgen.site.markdown import heading, page
from archgen.site.page import Broken, Page
from archgen.wording import plural


def broken_page(model: Broken) -> Page:
    """The page that stands in the place of the model's own."""
    lines = [
        f"    - {code(f'{one.file}:{one.line}:{one.column}')} {prose(one.message)} {prose(one.fix)} "
        f"({link(text(one.rule), f'../rules/{one.rule}/index.md')})"
        for one in model.findings
    ]
    notice = [
        f'!!! failure "{plural(len(model.findings), "problem")} to solve before this model can be shown"',
        "",
        *lines,
    ]
    return page(f"{model.id}/index.md", model.id, heading(1, text(model.id)), "\n".join(notice))
