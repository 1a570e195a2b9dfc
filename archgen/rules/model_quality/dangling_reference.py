"""A name in a model that nothing declares: the loader decides it, so there is nothing left to check."""

from __future__ import annotations

from archgen.linting.rule import Rule

RULE = Rule(
    id="dangling-reference",
    code="MOD002",
    title="Dangling reference",
    severity="error",
    category="model",
    summary="The model refers to a name that it doesn't declare.",
    why=(
        "A model is a web of names: components run on hosts, connections join components, steps use connections. If "
        "a name leads nowhere, archgen can't know which element was meant, and every result would be about another "
        "system."
    ),
    fix="Declare it, or correct the spelling; the message suggests the closest declared id.",
    limits=(
        "Can't be accepted or suppressed, and ends the run with exit code 2 whatever `--fail-on` says. The value of "
        "a DNS record isn't a reference: `dangling-record` checks it. A step without a connection is reported by "
        "`impossible-flow`."
    ),
    check=None,
    bad="""\
archgen: 1
name: A host that nobody declares
hosts:
  server-1: {}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  api:
    kind: other
    runs_on: servr-1  # finding: dangling-reference
connections:
  job -> api: https
flows:
  nightly:
    title: The nightly job
    steps:
      - job -> api: start
""",
    edits=(
        (
            "name: A host that nobody declares",
            "name: A host that is declared  # finding: unmonitored, maintenance-downtime",
        ),
        ("server-1: {}", "server-1: {}  # finding: single-point-of-failure"),
        ("runs_on: servr-1", "runs_on: server-1"),
    ),
)
