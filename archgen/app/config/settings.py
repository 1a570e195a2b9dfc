"""The settings of `lint`: from the command line, else from the configuration."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

import msgspec
from msgspec import Struct

from archgen.app.config.choice import did_you_mean, require_choice
from archgen.app.config.config import beside_configuration, configured, repository_of
from archgen.linting.policy import ALL, FAIL_ON, MEANINGLESS, PERSONAS, FailOn, Grave, Persona, Policy, precision
from archgen.model.finding import CATEGORIES, CONFIDENCES, SEVERITIES, Confidence
from archgen.model.problems import UsageError

if TYPE_CHECKING:
    from archgen.linting.rule import Rule

GRAVES: tuple[Grave, ...] = (*SEVERITIES, "off")


class CommandLine(Struct, frozen=True):
    """The settings on the command line; None or empty where it has none."""

    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    persona: str | None = None
    fail_on: str | None = None
    min_confidence: str | None = None
    baseline: str | None = None


class LintSettings(Struct, frozen=True):
    """The settings of a run. `baseline` is a file, `pages` the address that the rules' pages are published under.

    `inside` is the directory that the baseline has to lie in, where the configuration names it.
    """

    policy: Policy = Policy()
    fail_on: FailOn = "error"
    baseline: str | None = None
    pages: str = ""
    inside: str | None = None


def lint_settings(asked: CommandLine, rules: tuple[Rule, ...]) -> LintSettings:
    """The settings of a run; UsageError names the first that makes no sense.

    `--select` takes the place of the configuration's `select`, `--extend-select` and `--ignore` are added to what there is.
    """
    file, table = configured()
    config = _Table(file, table)
    select = tuple(_selector(word, rules, "--select") for word in asked.select)
    ignore = tuple(_selector(word, rules, "--ignore", off=True) for word in asked.ignore)
    select = select or tuple(_selector(word, rules, f"{file}: select") for word in config.words("select"))
    more = tuple(_selector(word, rules, "--extend-select") for word in asked.extend_select)
    policy = Policy(
        # without a selection all rules run already
        select + more if select else select,
        ignore + tuple(_selector(word, rules, f"{file}: ignore", off=True) for word in config.words("ignore")),
        tuple(_severities(config, rules)),
        _persona(config, asked.persona),
        tuple(_apart(config, rules)),
        _min_confidence(config, asked.min_confidence),
    )
    fail_on = cast(FailOn, require_choice(asked.fail_on or config.word("fail-on") or "error", FAIL_ON, "severity"))
    inside = None if asked.baseline else repository_of(os.path.dirname(os.path.abspath(file or "archgen.toml")))
    baseline = config.word("baseline")
    declared = beside_configuration(file, baseline) if baseline is not None else None
    return LintSettings(policy, fail_on, asked.baseline or declared, _pages(config), inside)


def show_settings(settings: LintSettings) -> str:
    """Return the settings of a run as TOML that gives the same ones, below the file that they come from."""
    file, table = configured()
    policy = settings.policy
    lines = [f"# {os.path.abspath(file)}" if file else "# no configuration file"]
    shown: dict[str, Any] = {
        "models": table.get("models", ["models/*.arch.yaml"]),
        "select": list(policy.select) or [ALL],
        "ignore": list(policy.ignore),
        "fail-on": settings.fail_on,
        "persona": policy.persona,
        "min-confidence": policy.min_confidence,
        "baseline": settings.baseline,
        "pages": settings.pages or None,
        "severity": dict(policy.severities),
        "per-model": {pattern: list(words) for pattern, words in policy.apart},
        "thresholds": table.get("thresholds", {}),
        "rule-files": table.get("rule-files", []),
        "plugins": table.get("plugins", []),
    }
    lines += [f"{key} = {_toml(value)}" for key, value in shown.items() if value is not None]
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    """Return a value as TOML; texts of TOML are those of JSON."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_toml(str(key))} = {_toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return msgspec.json.encode(value).decode()


def configured_persona() -> Persona:
    """Who reads pages, pictures and comparisons: the configuration's persona, as in `lint`."""
    return _persona(_Table(*configured()), None)


def configured_min_confidence() -> Confidence:
    """The least confidence of findings on pages and in pictures: that of the configuration, as in `lint`."""
    return _min_confidence(_Table(*configured()), None)


def _min_confidence(table: _Table, asked: str | None) -> Confidence:
    word = asked or table.word("min-confidence") or "low"
    return cast(Confidence, require_choice(word, CONFIDENCES, "confidence"))


def _persona(table: _Table, asked: str | None) -> Persona:
    return cast(Persona, require_choice(asked or table.word("persona") or "regular", PERSONAS, "persona"))


def _apart(config: _Table, rules: tuple[Rule, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    table = config.table.get("per-model", {})
    if not isinstance(table, dict):
        raise UsageError(f'{config.file}: `per-model` is a table, such as per-model = {{"legacy-*" = ["SCA"]}}')
    for pattern in table:
        words = _Table(config.file, table).words(pattern)
        yield pattern, tuple(_selector(word, rules, f"{config.file}: per-model", off=True) for word in words)


class _Table:
    """A table of the configuration, read by the types that its keys have."""

    def __init__(self, file: str, table: dict[str, Any]) -> None:
        self.file = file
        self.table = table

    def word(self, key: str) -> str | None:
        value = self.table.get(key)
        if value is not None and not isinstance(value, str):
            raise UsageError(f"{self.file}: `{key}` is a text in quotes")
        return value

    def words(self, key: str) -> tuple[str, ...]:
        value = self.table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            raise UsageError(f'{self.file}: `{key}` is a list of rules, such as ["security", "REL001"]')
        return tuple(value)


def _severities(config: _Table, rules: tuple[Rule, ...]) -> Iterator[tuple[str, Grave]]:
    table = config.table.get("severity", {})
    where = f"{config.file}: severity"
    if not isinstance(table, dict):
        raise UsageError(f'{where} is a table, such as severity = {{missing-tls = "warning", SCA = "off"}}')
    for word, grave in table.items():
        name = require_choice(str(grave), GRAVES, f"severity of `{word}` in {config.file}")
        yield _selector(word, rules, where, off=grave == "off", fixed=True), cast(Grave, name)


def _selector(word: str, rules: tuple[Rule, ...], where: str, off: bool = False, fixed: bool = False) -> str:
    """The selector, in the case that ids and codes have; UsageError if it names no rule, or one that stands fast."""
    names = (ALL, *CATEGORIES, *(name for rule in rules for name in (rule.id, rule.code)))
    selector = next(
        (each for each in (word, word.upper(), word.lower()) if any(precision(each, rule) for rule in rules)), ""
    )
    if not selector:
        raise UsageError(f"{where}: no rule is called `{word}`{did_you_mean(word, names)}; `archgen rules` lists them")
    exact = next((rule for rule in rules if selector in (rule.id, rule.code)), None)
    if exact is not None and exact.id in MEANINGLESS and (off or fixed):
        raise UsageError(f"{where}: {exact.id} can't be changed, since an invalid model can't be checked; remove it")
    return selector


def _pages(table: _Table) -> str:
    pages = table.word("pages") or ""
    if pages and not pages.startswith(("https://", "http://")):
        raise UsageError(
            f"{table.file}: `pages` is the address of the published site, such as https://docs.example.org/"
        )
    return pages
