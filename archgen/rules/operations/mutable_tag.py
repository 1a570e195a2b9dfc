"""A container image is named without a tag, or by one that means another image tomorrow."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.subject import Subject


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each component whose image has neither a digest nor a tag that stays where it is."""
    for component in context.topology.architecture.components:
        if component.image is None:
            continue
        # a digest stands behind a colon as well (`app@sha256:…`), and is never `latest`
        _, colon, tag = component.image.rpartition("/")[2].partition(":")
        if not colon or _moves(tag):
            reason = f"whatever `{tag}` is on the day" if colon else "no tag, which means `latest`"
            yield Hit(
                subject=Subject("component", component.id),
                message=f"{component.id} runs the image {component.image}: {reason}",
                flows=context.topology.flows_of[component.id],
                places=((("components", component.id, "image"), ""),),
                is_stated=True,
            )


def _moves(tag: str) -> bool:
    """Return True for a tag without a number: a branch, a channel or the system below, of which each release is the next."""
    return tag.replace("-", "").replace("_", "").replace(".", "").isalpha()


RULE = Rule(
    id="mutable-tag",
    code="OPS005",
    title="Mutable image tag",
    severity="warning",
    category="operations",
    summary="The image is tagged `latest`, by a branch or by another word without a number, or has no tag.",
    why=(
        "`latest` moves to each new image, `main` to each commit, and `alpine` to each release of what runs on it. "
        "Two replicas that start on different days run different programs, an "
        "error can't be traced to a version, and a rollback leads to the same name."
    ),
    fix="Put the release into the tag, or refer to the image by its digest: `app@sha256:…`.",
    limits=(
        "Checks the name only, and trusts that tags with a number (`1`, `1-alpine`) never move. Doesn't check components "
        "without `image`, nor a tag that a variable fills in."
    ),
    references=(
        (
            "Kubernetes documentation, Images: image names",
            "https://kubernetes.io/docs/concepts/containers/images/#image-names",
        ),
        ("Docker Official Images: redis, supported tags", "https://hub.docker.com/_/redis"),
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
