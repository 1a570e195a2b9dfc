"""A new version goes live and there is no way back to the one before."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.subject import Subject


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each component that declares that it has no rollback."""
    for component in context.topology.architecture.components:
        if component.rollback is False:
            how = f", and its versions go live {_how(component.deploy)}" if component.deploy else ""
            yield Hit(
                subject=Subject("component", component.id),
                message=f"{component.id} can't go back to the previous version{how}",
                flows=context.topology.flows_of[component.id],
            )


def _how(deploy: str) -> str:
    return {"rolling": "one replica after the other", "by-hand": "by hand", "in-place": "in place"}.get(deploy, deploy)


RULE = Rule(
    id="missing-rollback",
    code="OPS002",
    title="No rollback",
    severity="info",
    category="operations",
    summary="A new version is deployed without a way back to the previous one.",
    why=(
        "Most outages begin with a change. If the previous version can be restored within a minute, a bad release is "
        "a dip in a graph. If it can't, the fault has to be found and fixed while the site is down."
    ),
    fix=(
        "Keep the previous version ready to deploy, change data in steps that both versions can read, and declare "
        "the way back: `rollback: deploy the previous image`."
    ),
    limits="Reports only `rollback: false`. Doesn't check whether a declared rollback works.",
    references=(
        ("Google SRE Book, Release Engineering", "https://sre.google/sre-book/release-engineering/"),
        ("NIST SP 800-128, Configuration Management", "https://csrc.nist.gov/pubs/sp/800/128/upd1/final"),
    ),
    check=check,
    bad="""\
archgen: 1
name: Only forward
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  api: {kind: service, managed: true, replicas: 2, deploy: rolling, rollback: false}  # finding: missing-rollback
connections:
  job -> api: https
flows:
  nightly:
    title: The nightly job
    steps:
      - job -> api: start
""",
    edits=(
        ("name: Only forward", "name: The image before is kept"),
        ("rollback: false", "rollback: deploy the previous image"),
    ),
)
