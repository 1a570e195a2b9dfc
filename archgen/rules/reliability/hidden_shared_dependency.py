"""Several flows that are redundant everywhere else depend on the same supporting service."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.topology import Topology
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.products import is_over_zones
from archgen.model.subject import Subject
from archgen.model.wording import listed
from archgen.reliability.losses import RootCause

_SUPPORTING = ("dns", "secrets", "identity-provider", "mail", "file-storage", "object-storage", "cache", "queue")


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each element that is the only single point of failure of two flows or more."""
    facts = context.topology
    causes: dict[str, list[str]] = {flow: [] for flow in facts.flows}
    for breaking in facts.losses.awaited_causes:
        for flow in breaking.flows:
            causes[flow].append(breaking.element.id)
    for breaking in facts.losses.root_causes:
        component = _supporting(facts, breaking)
        flows = tuple(flow for flow in breaking.flows if causes[flow] == [breaking.element.id])
        if component is not None and len(flows) > 1 and flows == breaking.flows:
            yield _hit(facts, breaking, component, flows)


def _supporting(facts: Topology, breaking: RootCause) -> str | None:
    """Return the supporting service that an element is, or the only one that it carries."""
    replicas = [breaking.element.id] if breaking.element.kind == "replica" else list(breaking.absorbed)
    components = {facts.replicas[replica].component for replica in replicas}
    if len(components) != 1:
        return None
    (component,) = components
    # a service that its provider spreads over zones is `provider-dependency`
    spread = is_over_zones(facts.components[component]) or facts.may_be_spread(breaking.element)
    return component if facts.components[component].kind in _SUPPORTING and not spread else None


def _hit(facts: Topology, breaking: RootCause, component: str, flows: tuple[str, ...]) -> Hit:
    element = breaking.element
    return Hit(
        subject=Subject("component", component),
        message=(
            f"{listed(flows)} have no other single point of failure, and {'both' if len(flows) == 2 else 'all'} go down with "
            f"{element.id}"
        ),
        related=((element, "is their only shared dependency"),),
        flows=flows,
        case=None if facts.components[component].managed else "own",
        proof=breaking.points[0].proof,
        causes=frozenset((element.id, flow) for flow in flows),
    )


RULE = Rule(
    id="hidden-shared-dependency",
    code="REL013",
    title="Hidden shared dependency",
    severity="warning",
    cases=(("own", "error"),),
    category="reliability",
    summary="Several flows that are redundant everywhere else depend on the same supporting service.",
    why=(
        "The DNS server, the secrets store or the shared disk is rarely drawn when a site's redundancy is discussed, "
        "and every request needs it. Two of everything else are worth as much as that one service. The flows fail "
        "together, and so does any flow meant to replace them."
    ),
    fix=(
        "Add a second service that takes over, or take it off the request path: cache its answers, fetch them at "
        "startup, or declare `required: false` where there is a fallback."
    ),
    limits=(
        "Reports supporting services only (DNS, secrets, identities, mail, shared storage, cache, queue), and only "
        "for flows without another single point of failure. The rest is reported by `single-point-of-failure`."
    ),
    references=(
        (
            "Google SRE, The Calculus of Service Availability",
            "https://queue.acm.org/detail.cfm?id=3096459",
        ),
    ),
    check=check,
    bad="""\
archgen: 1
name: Two flows on one secrets store
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  api: {kind: external-service, managed: true, replicas: 2}
  vault: {kind: secrets, managed: true}  # finding: hidden-shared-dependency
connections:
  job -> api: https
  api -> vault: https
flows:
  nightly:
    title: The nightly job
    steps:
      - job -> api: start
      - api -> vault: the password, please
  weekly:
    title: The weekly job
    steps:
      - job -> api: start
      - api -> vault: the password, please
""",
    edits=(
        ("name: Two flows on one secrets store", "name: Two flows on a secrets store of two"),
        ("kind: secrets, managed: true", "kind: secrets, managed: true, replicas: 2"),
    ),
)
