"""A declared version that its vendor no longer supports, or a product that is retired."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Component
from archgen.model.change import Path
from archgen.model.subject import Subject
from archgen.model.support_dates import official_image, retired_before, split_version, support_of


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each component or host whose version is out of support today, or whose product is retired."""
    topology = context.topology
    for component in topology.architecture.components:
        declared = _declared(component)
        flows = topology.flows_through((component.id,))
        retired = _retired(context, component, flows) if not component.managed else None
        if retired is not None:
            yield retired
        elif declared is not None and not component.managed:
            key, product, version = declared
            path = ("components", component.id, key)
            yield from _hits(context, Subject("component", component.id), product, version, path, flows)
    for host in topology.architecture.hosts:
        system = split_version(host.os) if host.os is not None else None
        if system is not None:
            carried = dict.fromkeys(replica.component for replica in topology.replicas_on[host.id])
            path = ("hosts", host.id, "os")
            yield from _hits(context, Subject("host", host.id), *system, path, topology.flows_through(carried))


def _retired(context: RuleContext, component: Component, flows: tuple[str, ...]) -> Hit | None:
    """Return a hit for a component whose product is retired, in all of its versions."""
    ended = retired_before(context.today, component.product, component.image)
    if ended is None:
        return None
    key, retired = ended
    return Hit(
        subject=Subject("component", component.id),
        message=f"{component.id} runs {retired.title}, which is retired: no version of it gets fixes since {retired.day}",
        flows=flows,
        fix=f"Move to {retired.instead}: {retired.source} says so. No newer version of {retired.title} helps.",
        places=((("components", component.id, key), ""),),
        is_stated=True,
    )


def _declared(component: Component) -> tuple[str, str, str] | None:
    """Return the key that declares a version, the product and the version: by `version`, else the name of an official image."""
    if component.product is not None and component.version is not None:
        return "version", component.product, component.version
    named = official_image(component.image) if component.image is not None else None
    return None if named is None else ("image", *named)


def _hits(
    context: RuleContext, subject: Subject, product: str, version: str, path: Path, flows: tuple[str, ...]
) -> Iterator[Hit]:
    ended = support_of(product, version)
    if ended is None or ended.day >= context.today:
        return
    title = ended.product.title
    when = f"by {ended.day}, with {title} {ended.line}" if ended.older else f"on {ended.day}"
    yield Hit(
        subject=subject,
        # the tag of an image names its variant behind the version
        message=f"{subject.id} runs {title} {version.strip().partition('-')[0]}, whose support ended {when}",
        flows=flows,
        fix=(
            f"Move to a version that is supported: {ended.product.source} lists them "
            f"(the dates here are of {ended.product.as_of})."
        ),
        places=((path, ""),),
        is_stated=True,
    )


RULE = Rule(
    id="unsupported-version",
    code="OPS004",
    title="Unsupported version",
    severity="warning",
    category="operations",
    summary="A declared version is past its end of support, or a product is retired as a whole.",
    why=(
        "After the end of support, new vulnerabilities are published but no longer fixed. The advisory for a newer "
        "version tells attackers how to break into the old one."
    ),
    fix="Move to a supported version, or from a product that is retired.",
    limits=(
        "Knows the products in tables that ship with archgen and are as old as each row says; doesn't check other "
        "products and newer versions. Doesn't report versions with an extended support contract in their name "
        "(`Ubuntu 20.04 Pro`, `Debian 10 ELTS`). Doesn't know fixes that distributions backport. Leaves managed "
        "components to their provider. Depends on the date (`--today`)."
    ),
    references=(
        ("CWE-1104, Use of Unmaintained Third Party Components", "https://cwe.mitre.org/data/definitions/1104.html"),
        (
            "OWASP Top 10, A06:2021 Vulnerable and Outdated Components",
            "https://owasp.org/Top10/A06_2021-Vulnerable_and_Outdated_Components/",
        ),
    ),
    check=check,
    bad="""\
archgen: 1
name: Old machines  # finding: unmonitored
hosts:
  server-1: {os: Ubuntu 18.04 LTS}  # finding: unsupported-version
  server-2: {os: Ubuntu 24.04 LTS}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  api: {kind: other, runs_on: [server-1, server-2], product: php, version: 7.4.33}  # finding: unsupported-version
connections:
  job -> api: https
flows:
  nightly:
    title: The nightly job
    steps:
      - job -> api: start
""",
    edits=(
        ("name: Old machines", "name: Mended machines"),
        ("os: Ubuntu 18.04 LTS", "os: Ubuntu 24.04 LTS"),
        ("version: 7.4.33", "version: 8.4.1"),
    ),
)
