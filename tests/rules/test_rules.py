"""Every rule against its own two examples: the right rule on the marked lines, and nothing that is not marked."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from msgspec.structs import replace

import archgen.rules
from archgen.analysis.topology import Topology
from archgen.app.models import check_models
from archgen.app.workspace.inputs import Input
from archgen.language.load import load
from archgen.linting.checked_model import broken_models
from archgen.linting.rule import Rule
from archgen.model.problems import ModelError
from archgen.rules import RULES
from archgen.rules.run import run_rules

MARK = re.compile(r"# finding: ([a-z0-9-]+(?:, [a-z0-9-]+)*)")


def marks(text: str) -> list[tuple[int, str]]:
    found = ((number, MARK.search(line)) for number, line in enumerate(text.splitlines(), 1))
    return sorted((number, rule) for number, match in found if match for rule in match[1].split(", "))


def findings(text: str, rule: Rule | None = None) -> list[tuple[int, str]]:
    """By line and rule, where the text follows the models that stand before the examples of a rule."""
    if rule is not None and rule.ladder:
        named = [*rule.ladder, ("example", text)]
        models = check_models(
            tuple(Input(f"{name}.arch.yaml", one.encode()) for name, one in named), "2026-11-24", rules=RULES
        )
        assert not broken_models(models)
        return sorted((one.line, one.rule) for one in models[-1].findings)
    try:
        loaded = load("example.arch.yaml", text.encode())
    except ModelError as error:
        return sorted((problem.place.line, problem.rule) for problem in error.problems)
    found = run_rules(Topology(loaded.architecture), loaded.source, RULES, today="2026-11-24")
    return sorted((one.line, one.rule) for one in found)


def explain_difference(
    file: object, raised: Iterable[tuple[int, str]], marked: Iterable[tuple[int, str]], mark: str = "finding"
) -> str:
    """Return the findings without a mark and the marks without a finding, each with the next step."""
    raised, marked = list(raised), list(marked)
    lines = [
        f"{file}:{line}: {rule} is not marked: write `# {mark}: {rule}` on the line, or change the rule"
        for line, rule in raised
        if (line, rule) not in marked
    ]
    lines += [
        f"{file}:{line}: {rule} is marked but not raised: remove the mark, or change the rule"
        for line, rule in marked
        if (line, rule) not in raised
    ]
    return "\n".join([*lines, "see the findings with `archgen lint --select RULE FILE`"])


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_bad_example_raises_what_is_marked(rule: Rule) -> None:
    assert rule.id in {name for _, name in marks(rule.bad)}
    raised = findings(rule.bad, rule)
    assert raised == marks(rule.bad), explain_difference(f"`bad` of {rule.id}", raised, marks(rule.bad))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_good_example_raises_nothing_else(rule: Rule) -> None:
    assert rule.id not in {name for _, name in marks(rule.good)}
    raised = findings(rule.good, rule)
    assert raised == marks(rule.good), explain_difference(f"`good` of {rule.id}", raised, marks(rule.good))


def test_a_difference_names_the_file_the_rule_and_the_mark_to_write() -> None:
    text = explain_difference("a.arch.yaml", [(3, "unmonitored")], [(4, "unnamed")])
    assert "a.arch.yaml:3: unmonitored is not marked: write `# finding: unmonitored`" in text
    assert "a.arch.yaml:4: unnamed is marked but not raised" in text


@pytest.mark.parametrize("old", ["no such text", "\n"])
def test_an_edit_that_does_not_match_once_names_the_rule(old: str) -> None:
    rule = replace(RULES[0], edits=((old, "x"),))
    with pytest.raises(ValueError, match=f"rule {rule.id}: an edit must match once; got"):
        rule.good.strip()


def test_ids_and_codes_are_unique_and_name_the_module() -> None:
    assert len({rule.id for rule in RULES}) == len({rule.code for rule in RULES}) == len(RULES)
    for rule in RULES:
        if rule.check is not None:
            folder = {"model": "model_quality"}.get(rule.category, rule.category)
            assert rule.check.__module__ == f"archgen.rules.{folder}.{rule.id.replace('-', '_')}"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_words_are_complete(rule: Rule) -> None:
    for text in (rule.title, rule.summary, rule.why, rule.fix, rule.limits):
        assert text.strip() == text
        assert text
    assert rule.why.endswith(".")


def test_a_rule_is_the_module_that_others_import() -> None:
    """The catalogue imports modules from their files; they are modules of their packages all the same."""
    rules = []
    for category in pkgutil.iter_modules(archgen.rules.__path__, "archgen.rules."):
        if category.ispkg:
            package = importlib.import_module(category.name)
            modules = (entry for entry in pkgutil.iter_modules(package.__path__) if not entry.ispkg)
            for entry in modules:
                module = importlib.import_module(f"{category.name}.{entry.name}")
                assert getattr(package, entry.name) is module
                assert Path(module.__file__ or "").is_file()
                rules.append(module.RULE)
    assert {id(rule) for rule in rules} == {id(rule) for rule in RULES}
    assert len(rules) == len(RULES)
