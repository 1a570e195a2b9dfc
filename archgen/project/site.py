"""The documentation site: its pages in memory, on disk with a ready mkdocs.yml, or built into HTML."""

from __future__ import annotations

from collections.abc import Callable

from archgen.errors import ModelError, UsageError
from archgen.project.inputs import Input
from archgen.project.lint import outcome
from archgen.project.models import Model, judge
from archgen.project.pictures import Drawing
from archgen.report import text
from archgen.report.outcome import Outcome
from archgen.report.terminal import Style
from archgen.rule import Rule
from archgen.rules import RULES
from archgen.site import Page, Tier, pages

EXAMPLE = "example.arch.yaml"
EXAMPLE_STYLE = Style(88)


def tiers(models: tuple[Model, ...]) -> tuple[Tier, ...]:
    """The models as tiers of a site; ModelError with every problem of those that have no meaning."""
    problems = tuple(problem for model in models for problem in model.problems)
    if problems:
        raise ModelError(problems)
    found: dict[str, Tier] = {}
    for model in models:
        assert model.topology is not None
        tier = Tier(model.topology, model.findings, model.text.decode("utf-8", "replace"))
        if tier.id in found:
            raise UsageError(f"two models are called {tier.id}; rename the file of one of them ({model.file})")
        found[tier.id] = tier
    return tuple(found.values())


def site_pages(models: tuple[Model, ...], today: str) -> tuple[Page, ...]:
    """Every file of the site of some models, its pages as Markdown."""
    return tuple(pages(tiers(models), Drawing(), RULES, verdict(today)))


def verdict(today: str) -> Callable[[Rule], str]:
    """What lint says of a rule's bad example, as it says it on a terminal."""

    def told(rule: Rule) -> str:
        judged = outcome(judge((Input(EXAMPLE, rule.bad.encode()),), today))
        own = tuple((file, tuple(one for one in found if one.rule == rule.id)) for file, found in judged.models)
        return text.write(Outcome(own, judged.lines, judged.step), EXAMPLE_STYLE)

    return told
