"""A text of the model looks like a password, a token or a private key."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from msgspec import Struct, json

from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import (
    Architecture,
    Certificate,
    Component,
    Connection,
    Flow,
    Host,
    Network,
    Record,
    Zone,
)
from archgen.model.steps import Answer, Request
from archgen.model.subject import Subject, SubjectKind

Thing = tuple[SubjectKind, str]
"""What a subject is made of; nearly no text becomes one."""

Text = tuple[Thing, str]
"""A text and of what it is."""

_THINGS: Mapping[type[Struct], SubjectKind] = {
    Zone: "zone",
    Host: "host",
    Network: "network",
    Certificate: "certificate",
    Component: "component",
    Record: "record",
    Connection: "connection",
    Flow: "flow",
    Request: "step",
    Answer: "step",
}
"""What a text is of; the texts of any other value are of the thing around it, and outside all things of the model."""

_DECLARED = ("zone", "host", "network", "certificate", "component", "flow")
"""The kinds whose ids are declared: wherever else such an id stands, it is repeated."""

EXCUSED: Mapping[tuple[type[Struct], str], str] = {
    (Architecture, "file"): "a path on the machine that reads the model, and no text of the model",
}
"""Fields that are not read, and why."""

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


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each subject; the secret itself is never repeated, unless it is the subject's id."""
    together = _together(context.topology.architecture)
    patterns = _PATTERNS if together is None else _possible(together)
    if not patterns:
        return
    model_texts = [(thing, text, text.lower()) for thing, text in texts(context.topology.architecture)]
    reported: set[Thing] = set()
    for what, words, pattern in patterns:
        suspects = [(thing, text) for thing, text, lower in model_texts if any(word in lower for word in words)]
        matches = [(thing, text, match[0]) for thing, text in suspects if (match := re.search(pattern, text))]
        ids = {secret for thing, text, secret in matches if _is_id(thing, text)}
        for thing, text, secret in matches:
            if thing not in reported and (secret not in ids or _is_id(thing, text)):
                reported.add(thing)
                # the one form that does not tell by itself whose secret it is
                confident = what != _PATTERNS[-1][0]
                yield Hit(
                    subject=Subject(*thing),
                    message=_message(thing, text, what),
                    confidence="high" if confident else "medium",
                )


def _message(thing: Thing, text: str, what: str) -> str:
    where = f"the id of this {thing[0]}" if _is_id(thing, text) else f"a text of {thing[1]}"
    return f"{where} looks like {what}; who reads the model, or the pages made from it, has it"


def _is_id(thing: Thing, text: str) -> bool:
    return thing[1] == text and thing[0] in _DECLARED


def _together(architecture: Architecture) -> str | None:
    """All texts of a model at once, in lower case: nearly every model has none of the words, and is done."""
    try:
        return json.encode(architecture).decode().lower()
    except UnicodeEncodeError:
        # a file's name need not be Unicode
        return None


def _possible(together: str) -> tuple[tuple[str, tuple[str, ...], str], ...]:
    """Return the patterns of which the text has words, with these; a letter that it lacks is missed in a tenth of the time of a word."""
    letters = {letter for _, words, _ in _PATTERNS for word in words for letter in word}
    missing = {letter for letter in letters if letter not in together}
    there = (
        (what, tuple(word for word in words if missing.isdisjoint(word) and word in together), pattern)
        for what, words, pattern in _PATTERNS
    )
    return tuple(each for each in there if each[1])


def texts(architecture: Architecture) -> list[Text]:
    """Every text of a model, whatever fields the language has."""
    collected: list[Text] = []
    _collect(architecture, ("model", architecture.id), collected)
    return collected


def _collect(value: object, thing: Thing, collected: list[Text]) -> None:
    if isinstance(value, str):
        collected.append((thing, value))
    elif isinstance(value, tuple):
        for item in value:
            _collect(item, thing, collected)
    elif isinstance(value, Struct):
        kind = _THINGS.get(type(value))
        own = thing if kind is None else (kind, str(getattr(value, "id")))  # noqa: B009  each of them has one
        for name in _fields(type(value)):
            item = getattr(value, name)
            if item.__class__ is str:
                collected.append((own, item))
            elif item:
                # most fields are empty
                _collect(item, own, collected)


@cache
def _fields(kind: type[Struct]) -> tuple[str, ...]:
    return tuple(name for name in kind.__struct_fields__ if (kind, name) not in EXCUSED)


RULE = Rule(
    id="secret-in-model",
    code="SEC011",
    title="Secret in the model",
    severity="error",
    category="security",
    summary="A value looks like a password, a token or a private key.",
    why=(
        "A model is in a repository, is read in reviews and becomes pages and slides. Everybody who sees any of them "
        "knows its secrets, and they stay in the history after they are removed."
    ),
    fix=(
        "Replace the secret where it is used, since it is no longer secret. Then remove it from the model and from "
        "the history."
    ),
    limits=(
        "Knows the formats of common keys and tokens, passwords in URLs, and `password: …` followed by a value with "
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
    edits=(
        ("name: A password in an address", "name: An address without a password"),
        (
            "why: Asked at https://admin:correct-horse-7@api.example.net/",
            "why: Asked at https://api.example.net/ with the password that the secrets store holds.",
        ),
    ),
)
