"""All name servers of a domain belong to one provider."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from archgen.analysis.dns_names import pointee, readings
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Component
from archgen.model.dns_zones import lies_under, normalize_name
from archgen.model.subject import Subject
from archgen.model.wording import all_of


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each DNS component whose NS records belong to one provider."""
    names = context.topology.names
    for server in names.servers:
        if server.domain is None:
            continue
        domain = normalize_name(server.domain)
        providers = _providers(server, domain)
        if len(providers) == 1:
            (provider,) = providers
            flows = tuple(
                flow.id
                for flow in context.topology.architecture.flows
                if flow.domain is not None and lies_under(normalize_name(flow.domain), domain)
            )
            yield Hit(
                subject=Subject("component", server.id),
                message=f"If {provider} fails, no name of {server.domain} resolves: all its name servers belong to {provider}",
                flows=flows,
                fix=_delegate(domain, names.servers),
            )


def _delegate(domain: str, servers: Iterable[Component]) -> str | None:
    """Return the fix where several components serve the zone already, and the records name one provider alone."""
    serving = [each for each in servers if normalize_name(each.domain or "") == domain]
    if len(serving) == 1:
        return None
    # without their names, the findings about all of them have one fix, and are one
    return f"Add the name servers of {all_of(len(serving), 'components')} that serve {domain} to its NS records, and at the registrar."


def _providers(server: Component, domain: str) -> dict[str, None]:
    """Return the domains of the zone's name servers; none if they are in the zone itself."""
    providers: dict[str, None] = {}
    for record in server.records:
        if readings(record.name, server)[-1] == domain and record.type.upper() == "NS":
            target = normalize_name(pointee(record))
            if "." not in target or lies_under(target, domain):
                return {}
            providers[_registered(target)] = None
    return providers


def _registered(name: str) -> str:
    """Return the registered part of a name: two labels, or three below suffixes such as `co.uk`.

    A guess without a list of public suffixes, good enough to tell providers apart.
    """
    labels = name.split(".")
    short = len(labels[-1]) == 2 and len(labels[-2]) <= 3
    return ".".join(labels[-3 if short else -2 :])


RULE = Rule(
    id="single-dns-provider",
    code="DNS009",
    title="Single DNS provider",
    severity="info",
    category="dns",
    summary="All name servers of a domain belong to one provider.",
    why=(
        "A provider runs many name servers in many places, and they still fail together now and then: by an attack, a "
        "bad configuration, a locked account. Then nothing under the domain can be reached, however redundant it is. "
        "And the name servers can't be changed quickly, because resolvers cache their old names for a day."
    ),
    fix="Serve the zone from a second provider too, kept in sync by zone transfer or from one source.",
    limits=(
        "Knows the name servers from the NS records at the top of the zone. Doesn't report domains without them, or "
        "with name servers in the zone itself."
    ),
    references=(
        ("RFC 2182, Selection and Operation of Secondary DNS Servers", "https://www.rfc-editor.org/rfc/rfc2182"),
    ),
    topic="dns",
    check=check,
    bad="""\
archgen: 1
name: Two name servers, one provider
components:
  user: {kind: client}
  dns:  # finding: single-dns-provider
    kind: dns
    managed: true
    replicas: 2
    domain: foobar.com
    records:
      - {name: foobar.com, type: NS, value: ns1.example.net}
      - {name: foobar.com, type: NS, value: ns2.example.net}
      - {name: www.foobar.com, type: A, value: site}
  site: {kind: external-service, managed: true, replicas: 2}
connections:
  user -> site: https
flows:
  read-page:
    title: A visitor opens a page
    domain: www.foobar.com
    steps:
      - user -> site: GET /
""",
    edits=(
        ("one provider", "two providers"),
        ("value: ns2.example.net", "value: ns2.example.org"),
    ),
)
