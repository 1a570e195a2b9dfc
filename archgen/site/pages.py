"""Every file of the site, in a fixed order: home, tiers with their flows, rules, pictures, styles."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib.resources import files

from archgen.rule import Rule
from archgen.site.broken import broken_page
from archgen.site.flow import flow_page
from archgen.site.home import home_page
from archgen.site.page import SCRIPT, SEARCH, STYLE, Broken, Draw, Page, Tier
from archgen.site.rules import rule_index, rule_page
from archgen.site.tier import tier_page


def pages(
    tiers: Sequence[Tier],
    draw: Draw,
    rules: Sequence[Rule],
    verdict: Callable[[Rule], str],
    broken: Sequence[Broken] = (),
) -> Iterator[Page]:
    """The files of a site of `tiers`, in their order.

    `verdict` gives what the tool says of a rule's bad example, as plain text. `broken` are models that cannot
    be shown; each has a page that says why.
    """
    known = {tier.id: tier for tier in tiers}
    yield home_page(tiers, broken)
    for tier in tiers:
        follows = known.get(tier.topology.architecture.follows or "")
        yield tier_page(tier, follows, rules)
        yield Page(f"{tier.id}/deployment.svg", draw.deployment(tier))
        for flow in tier.topology.flows.values():
            yield flow_page(tier, flow)
            yield Page(f"{tier.id}/flows/{flow.id}/sequence.svg", draw.sequence(tier, flow))
    for model in broken:
        yield broken_page(model)
    yield rule_index(rules)
    for rule in rules:
        yield rule_page(rule, verdict(rule), tiers)
    for asset in (STYLE, SCRIPT, SEARCH):
        yield Page(asset, (files("archgen.site") / asset).read_text("utf-8"))
