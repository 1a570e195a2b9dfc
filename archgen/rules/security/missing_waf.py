"""A public web entry with neither a web application firewall nor a limit on requests."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archgen.analysis.topology import Topology
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Component
from archgen.model.kinds import FORWARDING, PASSING
from archgen.model.products import product_of
from archgen.model.subject import Subject
from archgen.model.wording import listed


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each entry; skips unguarded ones, which `missing-firewall` reports."""
    facts = context.topology
    for name, ways in facts.entries.items():
        entry = facts.components[name]
        denied = entry.rate_limit is False
        bare = tuple(flow for flow, before in ways.items() if _is_bare(facts, entry, flow, before, denied))
        if bare:
            limit = "has no rate limit" if denied else "declares no rate limit"
            plain = product_of(entry.product).plain_entry
            guessed = [flow for flow in bare if _takes_passwords(facts, flow)]
            guesses = f", so passwords may be tried in {listed(guessed)} as fast as it answers" if guessed else ""
            yield Hit(
                subject=Subject("component", name),
                message=f"{name} has no web application firewall in front of it and {limit}{guesses}",
                flows=bare,
                confidence="high" if denied or plain or guessed else "medium",
            )


_LOGIN = re.compile(r"\b(log[ -]?in|sign[ -]?in|passwords?|credentials)\b", re.IGNORECASE)
"""The words of a step in which a visitor shows who he is."""


def _takes_passwords(facts: Topology, flow: str) -> bool:
    """Return True if a visitor signs in over the internet, and nothing of a provider, which limits tries itself, checks it."""
    hops = facts.hops[flow]
    if any(
        facts.kind(name).id == "identity-provider" and facts.components[name].managed
        for hop in hops
        for name in hop.targets
    ):
        return False
    return any(
        facts.trust(hop.step.source) == "internet" and _LOGIN.search(hop.step.message) is not None for hop in hops
    )


def _is_bare(facts: Topology, entry: Component, flow: str, before: tuple[str, ...], denied: bool) -> bool:
    passed = [facts.components[name] for name in before]
    guards = [facts.components[guard] for replica in entry.replicas for guard in facts.guarding(replica)]
    on_way = [facts.components[target] for hop in facts.hops[flow] for target in hop.step.targets]
    if any(component.kind == "waf" for component in (*on_way, *guards)) or any(
        component.rate_limit for component in passed
    ):
        return False
    if any(component.rate_limit and facts.kind(component.id).entry for component in on_way):
        return False
    if denied:
        return True
    if product_of(entry.product).plain_entry:
        return not any(_may_filter(component) for component in passed)
    # what a provider's part does beside its job is for the provider to say
    unread = [component for component in passed if component.kind not in PASSING]
    unknown = any(_may_filter(component) for component in (*passed, entry) if component not in unread)
    return not unknown and (bool(unread) or any(component.kind == "firewall" for component in (*passed, *guards)))


def _may_filter(component: Component) -> bool:
    """Return True for a provider's part that may read requests, for all that is known of it."""
    plain = product_of(component.product).plain_entry
    return bool(component.managed) and component.kind not in FORWARDING and not plain


RULE = Rule(
    id="missing-waf",
    code="SEC008",
    title="No web application firewall or rate limit",
    severity="info",
    category="security",
    summary="A public web entry with neither a web application firewall nor a rate limit.",
    why=(
        "A packet filter lets in every request on port 443: the visitor's, the one that tries a stolen password on a "
        "million accounts, and the one that asks for the most expensive page as often as it can. A web application "
        "firewall reads the request; a rate limit makes guessing slow."
    ),
    fix="Put a `kind: waf` on the path, or limit requests at the entry and declare it: `rate_limit: 10/s per address`.",
    limits=(
        "A firewall of this kind behind a balancer, or a rate limit of the application, counts too. Without a "
        "declared `rate_limit` the confidence is medium, unless a visitor signs in there, as a step says (`POST /login`), at what no "
        "provider runs. Skips managed entries and entries behind a CDN, whose "
        "provider may limit requests, and entries without any firewall, which `missing-firewall` reports. A balancer that passes "
        "connections on unread is no entry, but what ends their TLS behind it."
    ),
    references=(
        (
            "CWE-770, Allocation of Resources Without Limits or Throttling",
            "https://cwe.mitre.org/data/definitions/770.html",
        ),
        (
            "CWE-307, Improper Restriction of Excessive Authentication Attempts",
            "https://cwe.mitre.org/data/definitions/307.html",
        ),
        (
            "OWASP Top 10 for APIs, API4:2023",
            "https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/",
        ),
        ("RFC 6585, 429 Too Many Requests", "https://www.rfc-editor.org/rfc/rfc6585#section-4"),
    ),
    topic="firewalls",
    check=check,
    bad="""\
archgen: 1
name: As many requests as anybody likes
components:
  user: {kind: client}
  site: {kind: service, managed: true, replicas: 2, rate_limit: false}  # finding: missing-waf
connections:
  user -> site: https
flows:
  log-in:
    title: A visitor logs in
    steps:
      - user -> site: POST /login
""",
    edits=(
        ("name: As many requests as anybody likes", "name: A few requests a second"),
        ("rate_limit: false", "rate_limit: 10/s per address"),
    ),
)
