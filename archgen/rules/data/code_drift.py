"""Several copies of the application code, and nothing that changes them together."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.topology import Topology
from archgen.edits.replicas import lacks_deployment
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Component
from archgen.model.subject import Subject
from archgen.model.wording import listed


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each code base, or a component that carries its own code, with copies on several hosts."""
    facts = context.topology
    for component in facts.architecture.components:
        if component.managed or (component.kind != "code-base" and component.deploy != "by-hand"):
            continue
        hosts = facts.hosts_of(component.id)
        if len(hosts) < 2 or len(component.replicas) < 2:
            # one that may run on several hosts is one copy
            continue
        if component.kind == "code-base":
            users = [user for user in facts.architecture.components if user.codebase == component.id]
            by_hand = "by-hand" in (component.deploy, *(user.deploy for user in users))
            if by_hand or lacks_deployment(facts.architecture, component):
                yield _hit(facts, component, users, hosts, by_hand)
        elif component.codebase is None and facts.kind(component.id).role != "data":
            yield _hit(facts, component, [], hosts, by_hand=True)


def _hit(facts: Topology, component: Component, users: list[Component], hosts: tuple[str, ...], by_hand: bool) -> Hit:
    how = "each is changed manually" if by_hand else "no deployment that updates them together is declared"
    return Hit(
        subject=Subject("component", component.id),
        message=f"{component.id} has {_copies(component, hosts)}, and {how}",
        related=tuple((Subject("host", host), "holds a copy") for host in hosts),
        flows=facts.flows_through([component.id, *(user.id for user in users)]),
        confidence="high" if by_hand else "low",
    )


def _copies(component: Component, hosts: tuple[str, ...]) -> str:
    floating = any(replica.floating for replica in component.replicas)
    return f"{len(component.replicas)} copies" if floating else f"copies on {listed(hosts)}"


RULE = Rule(
    id="code-drift",
    code="DAT008",
    title="Code drift between copies",
    severity="warning",
    category="data",
    summary="Several copies of the application code, and no declared deployment that updates them together.",
    why=(
        "Copies that are changed one by one differ as soon as one is forgotten. Then one visitor in three sees an "
        "error that was fixed yesterday, and your team can't reproduce it on the other two servers."
    ),
    fix=(
        "Deploy the same version to every server with one tool, and declare it: `deploy: rolling` on the code base, "
        "or the `image` that its servers run."
    ),
    limits=(
        "Skips data stores, whose versions are changed one by one with care. Reports code without a declared "
        "deployment at low confidence: most teams have such a tool and don't declare it. Doesn't check whether a "
        "declared deployment works."
    ),
    references=(
        ("The Twelve-Factor App, V. Build, release, run", "https://12factor.net/build-release-run"),
        ("NIST SP 800-128, Configuration Management", "https://csrc.nist.gov/pubs/sp/800/128/upd1/final"),
    ),
    check=check,
    bad="""\
archgen: 1
name: Files copied by hand  # finding: unmonitored
hosts:
  server-1: {}
  server-2: {}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  api: {kind: other, runs_on: [server-1, server-2], codebase: code}
  code: {kind: code-base, runs_on: [server-1, server-2], deploy: by-hand, rollback: true}  # finding: code-drift
connections:
  job -> api: https
flows:
  nightly:
    title: The nightly job
    steps:
      - job -> api: start
""",
    edits=(
        ("name: Files copied by hand", "name: Files put on every server by one tool"),
        ("deploy: by-hand, rollback: true", "deploy: rolling, rollback: deploy the previous version"),
    ),
)
