"""Restarting, or deploying to, one host or component stops a flow."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.finding import Subject
from archgen.rule import Hit, Rule
from archgen.topology import Breaking, Topology
from archgen.wording import listed


def check(facts: Topology) -> Iterator[Hit]:
    """One hit for the model that lists what cannot be taken down for maintenance while its flows go on."""
    stopping = [one for one in facts.breaking if _maintained(facts, one)]
    if stopping:
        stopped = {flow for one in stopping for flow in one.flows}
        flows = tuple(flow for flow in facts.flows if flow in stopped)
        verb = "stops" if len(flows) == 1 else "stop"
        yield Hit(
            subject=Subject("model", facts.architecture.id),
            message=(
                f"a planned restart of {listed([one.element.id for one in stopping], 'or')} means downtime: "
                f"{listed(flows)} {verb} meanwhile"
            ),
            related=tuple((one.element, f"stops {listed(one.flows)} while it restarts") for one in stopping),
            flows=flows,
            proof=stopping[0].points[0].proof,
        )


def _maintained(facts: Topology, breaking: Breaking) -> bool:
    """Hosts and parts that the team restarts itself; zones are not restarted, and managed parts are not the team's."""
    element = breaking.element
    if element.kind == "replica":
        return not facts.components[facts.replicas[element.id].component].managed
    return element.kind == "host"


RULE = Rule(
    id="maintenance-downtime",
    code="OPS001",
    title="Maintenance means downtime",
    severity="warning",
    category="operations",
    summary="Restarting or deploying to one host or component stops a flow.",
    why=(
        "Kernels, libraries and web servers are updated every few weeks, and new code is deployed more often than that. "
        "Where each of these stops the site, updates are put off, and putting them off is how known holes stay open. "
        "A planned restart is a failure that is certain to come."
    ),
    fix="Give each of them a second replica that can take the traffic, and update one after the other.",
    limits="Takes a restart as the loss of the element for its length; a restart within a client's own retry goes unseen.",
    references=(("Google SRE Book, Release Engineering", "https://sre.google/sre-book/release-engineering/"),),
    check=check,
    bad="""\
archgen: 1
name: One server  # finding: maintenance-downtime, unmonitored
hosts:
  server-1: {}  # finding: single-point-of-failure
components:
  job: {kind: scheduler, runs_on: server-1}
  api: {kind: other, runs_on: server-1}
connections:
  job -> api: https
flows:
  nightly:
    title: The nightly job
    steps:
      - job -> api: start
""",
    good="""\
archgen: 1
name: Two servers  # finding: unmonitored
hosts:
  server-1: {}
  server-2: {}
components:
  job: {kind: scheduler, runs_on: [server-1, server-2]}
  api: {kind: other, runs_on: [server-1, server-2]}
connections:
  job -> api: https
flows:
  nightly:
    title: The nightly job
    steps:
      - job -> api: start
""",
)
