"""Links from pages to the glossary: a term is linked where it is written as one, not where an id or a word reads like it."""

from __future__ import annotations

import pytest

from archgen.site.page import Page
from archgen.site.pages.glossary import TermLinks


@pytest.mark.parametrize(
    ("words", "linked"),
    [
        ("Add it first to news", ()),
        ("losing waf, dns, cdn and redis", ()),
        ("a WAF before the load balancer", ("WAF", "load balancer")),
        ("Load balancers spread by round robin", ("Load balancers", "round robin")),
        ("Random restarts", ()),
        ("HTTPS ends there", ("HTTPS",)),
    ],
)
def test_a_term_is_linked_as_it_is_written(words: str, linked: tuple[str, ...]) -> None:
    content = TermLinks().link(Page("a/index.md", words)).content
    assert tuple(part.partition("]")[0] for part in content.split("[")[1:]) == linked
