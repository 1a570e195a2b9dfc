"""The page of a model that cannot be shown, and of a site that cannot be built: every problem with its place and next step."""

from __future__ import annotations

from archgen.linting.checked_model import BrokenModel
from archgen.model.finding import Finding
from archgen.model.wording import plural
from archgen.site.blocks import inline_html
from archgen.site.escape import code, link, prose, text
from archgen.site.html_builder import Html, tag
from archgen.site.markdown import heading, notice, page
from archgen.site.page import Page, page_path


def invalid_model_page(model: BrokenModel, path: str = "") -> Page:
    """Return the page in the place of the model's own, or of another one of its pages, by its path."""
    path = path or page_path(model)
    rules = f"{'../' * path.count('/')}rules"
    title = f"{plural(len(model.invalidating), 'problem')} to fix before this model can be shown"
    problems = tag("ul", *(_problem(finding, rules) for finding in model.invalidating))
    return page(path, model.id, heading(1, text(model.id)), notice(title, problems))


def _problem(finding: Finding, rules: str) -> Html:
    place = code(f"{finding.file}:{finding.line}:{finding.column}")
    rule = link(text(finding.rule), f"{rules}/{finding.rule}/index.md")
    return tag("li", inline_html(f"{place} {prose(finding.message)} {prose(finding.fix)} ({rule})"))


def failed_build_page(reason: str, path: str) -> Page:
    """Return a page that gives the reason why there is no site, at the path of a page that there was."""
    box = notice("The site failed to build", tag("p", Html(text(reason))))
    return page(path, "Architecture", heading(1, "Architecture"), box)
