"""A text of the model looks like a password, a token or a private key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from archgen.finding import Subject, SubjectKind
from archgen.model import Answer, Flow, Note, Request, Step
from archgen.rule import Hit, Rule
from archgen.topology import Topology

Thing = tuple[SubjectKind, str]
"""What a subject is made of; nearly no text becomes one."""

Text = tuple[Thing, str]
"""A text and of what it is."""

_PATTERNS = (
    ("a private key", ("private key",), r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY"),
    ("an AWS access key", ("akia", "asia"), r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    (
        "a GitHub token",
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
        r"\b(?:gh[pousr]_[0-9A-Za-z]{36}|github_pat_\w{50,})",
    ),
    ("a GitLab token", ("glpat-",), r"\bglpat-[0-9A-Za-z_-]{20}"),
    ("a Slack token", ("xox",), r"\bxox[abeoprs]-[0-9A-Za-z-]{10,}"),
    ("a Google API key", ("aiza",), r"\bAIza[0-9A-Za-z_-]{35}\b"),
    ("a secret key of a payment service", ("k_live_",), r"\b[sr]k_live_[0-9A-Za-z]{16,}"),
    ("a signed token (JWT)", ("eyj",), r"\beyJ[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]{8,}"),
    ("a password in an address", ("://",), r"://[^\s/:@]{1,200}:(?![<{$*])[^\s/@]{3,200}@"),
    (
        "a password",
        ("password", "passwd", "secret", "token", "api_key", "apikey", "api-key"),
        r"(?i)(?:password|passwd|secret|token|api[_-]?key)[\"']?\s*[=:]\s*[\"']?(?![<{$*\[(])(?=[^\s\"']{0,200}[0-9])[^\s\"',;]{8}",
    ),
)
"""What it looks like, words without which it cannot be that, and its form.

The words, in lower case, are tried first: they cost a hundredth of a pattern, and nearly every model has none of them.
Every repetition is bounded, so that no text makes a search take more than its length.
"""


def check(facts: Topology) -> Iterator[Hit]:
    """One hit a thing; the secret itself is never repeated."""
    texts = _texts(facts)
    # all texts at once: nearly every model has none of the words, and is done
    together = "\0".join([text for _, text in texts]).lower()
    told: set[Thing] = set()
    for what, words, pattern in _PATTERNS:
        if _has(together, words):
            for thing, text in texts:
                if thing not in told and _has(text.lower(), words) and re.search(pattern, text):
                    told.add(thing)
                    yield Hit(
                        subject=Subject(*thing),
                        # the one form that does not tell by itself whose secret it is
                        confidence="medium" if what == _PATTERNS[-1][0] else "high",
                        message=(
                            f"a text of {thing[1]} looks like {what}; who reads the model, or the pages made from it, "
                            "has it"
                        ),
                    )


def _has(text: str, words: tuple[str, ...]) -> bool:
    return any(word in text for word in words)


def _texts(facts: Topology) -> list[Text]:
    """Every free text of a model."""
    architecture = facts.architecture
    model: Thing = ("model", architecture.id)
    found: list[Text] = [(model, text) for text in (architecture.name, architecture.summary) if text]
    found += [(model, one.reason) for one in architecture.accept if one.reason]
    for host in architecture.hosts:
        own: Thing = ("host", host.id)
        said = (host.name, host.why, host.owner, host.os, *chain.from_iterable(host.links))
        found += [(own, text) for text in said if text is not None]
    for component in architecture.components:
        own = ("component", component.id)
        told = (
            component.name,
            component.why,
            component.owner,
            component.product,
            component.version,
            component.image,
            component.rate_limit,
            component.rollback,
            component.balance.health_check if component.balance is not None else None,
            *chain.from_iterable(component.links),
            *component.probes,
        )
        found += [(own, text) for text in told if isinstance(text, str)]
        found += [(("record", record.id), record.value) for record in component.records]
    for one in architecture.connections:
        stated = (one.why, one.credentials, one.authentication)
        found += [(("connection", one.id), text) for text in stated if isinstance(text, str)]
    for flow in architecture.flows:
        found += [(("flow", flow.id), text) for text in (flow.title, flow.summary) if text]
        found += _messages(flow, flow.steps)
    return found


def _messages(flow: Flow, steps: tuple[Step, ...]) -> Iterator[Text]:
    for step in steps:
        if isinstance(step, (Request, Answer)):
            yield ("step", step.id), step.message
        elif isinstance(step, Note):
            yield ("flow", flow.id), step.text
        else:
            for branch in step.branches:
                yield ("flow", flow.id), branch.when
                yield from _messages(flow, branch.steps)


RULE = Rule(
    id="secret-in-model",
    code="SEC011",
    title="Secret in the model",
    severity="error",
    category="security",
    summary="A value looks like a password, a token or a private key.",
    why=(
        "A model lies in a repository, is read in reviews and becomes pages and slides. A secret in it is known to all who "
        "see any of them, and stays in the history after it has been removed."
    ),
    fix="Replace the secret where it is used, since it is known now; then take it out of the model, and out of its history.",
    limits=(
        "Knows the forms of common keys and tokens, passwords in addresses, and `password: …` followed by something with "
        "a digit. The excerpt below the finding shows the line as it is."
    ),
    references=(
        (
            "CWE-540, Inclusion of Sensitive Information in Source Code",
            "https://cwe.mitre.org/data/definitions/540.html",
        ),
    ),
    check=check,
    bad="""\
archgen: 1
name: A password in an address
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  api:  # finding: secret-in-model
    kind: external-service
    managed: true
    replicas: 2
    why: Asked at https://admin:correct-horse-7@api.example.net/
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
name: An address without a password
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  api:
    kind: external-service
    managed: true
    replicas: 2
    why: Asked at https://api.example.net/ with the password that the secrets store holds.
connections:
  job -> api: https
flows:
  nightly:
    title: The nightly job
    steps:
      - job -> api: start
""",
)
