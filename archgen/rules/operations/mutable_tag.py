"""A container image is named without a tag, or by one that means another image tomorrow."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.subject import Subject

_MOVING = ("latest", "main", "master", "develop", "dev", "edge", "nightly", "stable")
"""Tags that move with each build, branch or release."""


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each component whose image has neither a digest nor a tag that stays where it is."""
    for component in context.topology.architecture.components:
        if component.image is None:
            continue
        # a digest stands behind a colon as well (`app@sha256:…`), and is never `latest`
        _, colon, tag = component.image.rpartition("/")[2].partition(":")
        if not colon or tag.lower() in _MOVING:
            reason = f"whatever `{tag}` is on the day" if colon else "no tag, which means `latest`"
            yield Hit(
                subject=Subject("component", component.id),
                message=f"{component.id} runs the image {component.image}: {reason}",
                flows=context.topology.flows_of[component.id],
                places=((("components", component.id, "image"), ""),),
                is_stated=True,
            )


RULE = Rule(
    id="mutable-tag",
    code="OPS005",
    title="Mutable image tag",
    severity="warning",
    category="operations",
    summary="The image is tagged `latest` or by a branch, or has no tag.",
    why=(
        "`latest` moves to each new image, and `main` to each commit. Two replicas that start on different days run different programs, an "
        "error can't be traced to a version, and a rollback leads to the same name."
    ),
    fix="Put the release into the tag, or refer to the image by its digest: `app@sha256:…`.",
    limits=(
        "Checks the name only, and trusts that other tags (`1`, `alpine`) never move. Doesn't check components "
        "without `image`."
    ),
    references=(
        (
            "Kubernetes documentation, Images: image names",
            "https://kubernetes.io/docs/concepts/containers/images/#image-names",
        ),
        ("OCI Distribution Specification: tags and digests", "https://github.com/opencontainers/distribution-spec"),
    ),
    check=check,
    bad="""\
archgen: 1
name: Whatever is newest
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  api: {kind: service, managed: true, replicas: 2, image: registry.example.org/shop/api:latest}  # finding: mutable-tag
connections:
  job -> api: https
flows:
  nightly:
    title: The nightly job
    steps:
      - job -> api: start
""",
    edits=(
        ("name: Whatever is newest", "name: The release by its name"),
        ("image: registry.example.org/shop/api:latest", 'image: "registry.example.org:5000/shop/api:1.4.2"'),
    ),
)
