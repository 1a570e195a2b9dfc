"""A model file that breaks the model language: the loader decides it, so there is nothing left to check."""

from __future__ import annotations

from archgen.linting.rule import Rule

RULE = Rule(
    id="invalid-model",
    code="MOD001",
    title="Invalid model",
    severity="error",
    category="model",
    summary="The file breaks the model language: an unknown or duplicate key, or a value of the wrong type.",
    why=(
        "If a misspelled key were ignored, the model would mean something else, and so would every result. So a file "
        "with anything that the language doesn't know isn't analyzed at all."
    ),
    fix="Correct the file; the message names the place and suggests the closest word that the language knows.",
    limits="Can't be accepted or suppressed, and ends the run with exit code 2 whatever `--fail-on` says.",
    references=(
        ("YAML 1.2.2, Core Schema", "https://yaml.org/spec/1.2.2/#103-core-schema"),
        ("JSON Schema, draft 2020-12", "https://json-schema.org/draft/2020-12"),
    ),
    check=None,
    bad="""\
archgen: 1
name: A misspelt key
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  api:
    kind: external-service
    manged: true  # finding: invalid-model
    replicas: 2
connections:
  job -> api: https
flows:
  nightly:
    title: The nightly job
    steps:
      - job -> api: start
""",
    edits=(
        ("name: A misspelt key", "name: The key as the language has it"),
        ("manged: true", "managed: true"),
    ),
)
