"""All rules of a run: the catalogue, and what the configuration adds to it as data or as Python."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from archgen.app.config.choice import require_choice
from archgen.app.config.config import beside_configuration, configured, parsed
from archgen.linting.rule import Rule
from archgen.model.problems import UsageError
from archgen.rules import BY_NAME, RULES
from archgen.system.files import UnreadableFile

GROUP = "archgen.rules"
"""The entry points that packages name their rules in."""


def catalogue() -> tuple[Rule, ...]:
    """The rules of archgen, then those of one's own in the order of their codes; UsageError names the first fault."""
    added = own_rules()
    return (*RULES, *added) if added else RULES


def own_rules() -> tuple[Rule, ...]:
    """Return the rules that `rules`, `rule-files` and `plugins` of the configuration add."""
    file, table = configured()
    added = [*_declared(file, table.get("rules", [])), *_of_files(file, table), *_plugged(file, table)]
    taken = dict.fromkeys(BY_NAME, "a rule of archgen")
    for where, rule in added:
        for name in (rule.id, rule.code):
            if name in taken:
                raise UsageError(f"{where}: `{name}` is {taken[name]} already; choose another name")
            taken[name] = "another rule of your own"
    return tuple(sorted((rule for _, rule in added), key=lambda rule: rule.code))


class RuleSettings(Struct, frozen=True):
    """Every rule that there is, their ids and codes, and the thresholds that the configuration sets."""

    rules: tuple[Rule, ...]
    names: frozenset[str]
    thresholds: Mapping[tuple[str, str], float]


def rule_settings(rules: tuple[Rule, ...]) -> RuleSettings:
    """Return the rules of a catalogue with their thresholds as the configuration says; UsageError as of `thresholds`."""
    return RuleSettings(rules, frozenset(name for rule in rules for name in (rule.id, rule.code)), thresholds(rules))


def thresholds(rules: tuple[Rule, ...]) -> Mapping[tuple[str, str], float]:
    """The numbers that `thresholds` of the configuration sets; UsageError names the first that no rule has."""
    file, table = configured()
    tables = table.get("thresholds", {})
    if not isinstance(tables, dict) or not all(isinstance(each, dict) for each in tables.values()):
        example = "thresholds = {expiring-certificate = {days = 45}}"
        raise UsageError(f"{file}: `thresholds` is a table of tables, such as {example}")
    names = {rule.id: tuple(name for name, _, _ in rule.thresholds) for rule in rules if rule.thresholds}
    numbers_by_rule: dict[tuple[str, str], float] = {}
    for rule, numbers in tables.items():
        heir = _HEIRS.get(rule)
        if heir is not None and rule not in names:
            raise UsageError(f"{file}: {rule} has no thresholds any longer; set them for `{heir}`")
        require_choice(rule, tuple(names), f"rule with thresholds in {file}")
        for name, number in numbers.items():
            require_choice(name, names[rule], f"threshold of {rule} in {file}")
            if isinstance(number, bool) or not isinstance(number, int | float) or not 0 <= number < 1e12:
                raise UsageError(f"{file}: the threshold {name} of {rule} is a number from 0 on")
            numbers_by_rule[rule, name] = float(number)
    return numbers_by_rule


_HEIRS = {"certificate-mismatch": "expiring-certificate"}
"""The rules that report what another one with thresholds did before."""


def _of_files(file: str, table: dict[str, Any]) -> Iterator[tuple[str, Rule]]:
    for declared in _words(file, table, "rule-files"):
        name = beside_configuration(file, declared)
        try:
            content = parsed(name)
        except UnreadableFile as error:
            raise UsageError(f"{file}: `rule-files`: {error}") from error
        unknown = sorted(set(content) - {"rules"})
        if unknown:
            raise UsageError(f"{name}: unknown key `{unknown[0]}`; a file of rules holds [[rules]]")
        yield from _declared(name, content.get("rules", []))


def _declared(file: str, tables: Any) -> Iterator[tuple[str, Rule]]:
    if not isinstance(tables, list):
        raise UsageError(f"{file}: rules are written as [[rules]], one table a rule")
    if not tables:
        return
    import msgspec

    from archgen.linting.custom_rules import CustomRule, build_rule

    for number, table in enumerate(tables, 1):
        name = table.get("id") if isinstance(table, dict) else None
        where = f"{file}: rule {name if isinstance(name, str) else number}"
        try:
            yield where, build_rule(msgspec.convert(table, CustomRule))
        except (msgspec.ValidationError, ValueError) as error:
            key = "`when`, " if type(error).__name__ == "ExpressionError" else ""
            raise UsageError(f"{where}: {key}{error}") from error


def _plugged(file: str, table: dict[str, Any]) -> Iterator[tuple[str, Rule]]:
    names = _words(file, table, "plugins")
    if not names:
        return
    from importlib.metadata import entry_points

    packages = {each.name: each for each in entry_points(group=GROUP)}
    for name in names:
        if name not in packages:
            listed = ", ".join(sorted(packages)) or "none"
            raise UsageError(f"{file}: no installed package has rules named `{name}` ({GROUP}); there are: {listed}")
        plugin = packages[name].load()
        for rule in (plugin,) if isinstance(plugin, Rule) else tuple(plugin):
            if not isinstance(rule, Rule):
                raise UsageError(
                    f"{file}: plugin {name} gives {type(rule).__name__}, and not archgen.linting.rule.Rule"
                )
            yield f"plugin {name}", rule


def _words(file: str, table: dict[str, Any], key: str) -> tuple[str, ...]:
    words = table.get(key, [])
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise UsageError(f'{file}: `{key}` is a list of names, such as ["acme"]')
    return tuple(words)
