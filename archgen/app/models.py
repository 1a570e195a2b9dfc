"""Models read and judged: what every command that shows or checks something starts from."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, cast

from msgspec import Struct
from msgspec.structs import replace

from archgen.analysis.topology import Topology
from archgen.app.workspace.inputs import Input, includer, model_id, read, unreadable
from archgen.language.load import check_follows, load
from archgen.linting.checked_model import BrokenModel, CheckedModel, Model, broken_models, valid_models
from archgen.model.architecture import SUFFIX
from archgen.model.finding import Finding
from archgen.model.problems import ModelError, Problem
from archgen.model.subject import Subject, SubjectKind
from archgen.system.internal_errors import REPORT, InternalError, Isolation, internal_error

if TYPE_CHECKING:
    from archgen.app.config.catalogue import RuleSettings
    from archgen.linting.policy import Apart
    from archgen.linting.rule import PreviousModel, Rule


Tell = Callable[[str], None]
"""Takes the name of what was just done, for somebody who waits."""


def silent(_: str) -> None:
    """Tells nobody."""


class Task(Struct, frozen=True):
    """Inputs to check by rules, as of a date; `rule_names` are the ids and codes of all rules.

    `thresholds` are the numbers that the configuration sets, by rule and name. `by_id` are the inputs by the ids of their
    models, and `beside` reads a model that is none of them.
    """

    inputs: tuple[Input, ...]
    today: str
    rules: tuple[Rule, ...]
    rule_names: frozenset[str]
    thresholds: Mapping[tuple[str, str], float]
    apart: Apart = ()
    by_id: Mapping[str, tuple[Input, ...]] = {}
    beside: Callable[[str], Input | None] | None = None


Checker = Callable[[Task, Tell], tuple[Model, ...]]
"""Judges every input of a task, in their order, and tells of each."""


def check_in_turn(task: Task, tell: Tell) -> tuple[Model, ...]:
    """Judge one after the other."""
    checked: dict[str, CheckedModel] = {}
    return tuple(check_model(task, at, tell, checked) for at in range(len(task.inputs)))


def check_models(
    inputs: tuple[Input, ...],
    today: str,
    ladder: bool = True,
    tell: Tell = silent,
    rules: tuple[Rule, ...] | None = None,
    by: Checker = check_in_turn,
    elsewhere: frozenset[str] = frozenset(),
    apart: Apart = (),
    beside: Callable[[str], Input | None] | None = None,
    settings: RuleSettings | None = None,
) -> tuple[Model, ...]:
    """Read every input and run the rules on each that can be read, as of `today` (an ISO date).

    Without `ladder`, whether the tiers that models follow are there is not asked; `elsewhere` are the ids of models
    that are there and not among the inputs. Without `rules` all run that there are. `by` judges them, to the
    same result, one after the other or otherwise; `apart` says what does not run on some models. `beside` reads a model that one of the
    inputs follows and that is none of them, by its path; it is read where it stands if `ladder` is asked for. Without
    `settings` the configuration is read.
    """
    from archgen.app.config.catalogue import catalogue, rule_settings

    settings = settings or rule_settings(catalogue())
    task = Task(
        inputs,
        today,
        settings.rules if rules is None else rules,
        settings.names,
        settings.thresholds,
        apart,
        _by_id(inputs),
        beside or (_beside if ladder else None),
    )
    judged = by(task, tell)
    return _laddered(judged, elsewhere) if ladder else judged


def load_models(inputs: tuple[Input, ...]) -> tuple[Model, ...]:
    """Read every input, and nothing but what leaves a model without a meaning is found; loads no rule for the others."""
    return _laddered(tuple(map(_load, inputs)), frozenset())


def _laddered(models: tuple[Model, ...], elsewhere: frozenset[str]) -> tuple[Model, ...]:
    """The models with what is wrong with the tiers that they follow."""
    missing = _ladder_problems(models, elsewhere)
    return tuple(
        _without_ladder(model, missing[model.file])
        if isinstance(model, CheckedModel) and model.file in missing
        else model
        for model in models
    )


def check_model(task: Task, at: int, tell: Tell, checked: dict[str, CheckedModel]) -> Model:
    """Judge one input of a task; `checked` are models of it that are judged by all rules already, and takes more."""
    from archgen.linting.policy import rules_for_model
    from archgen.rules.run import run_rules

    source = task.inputs[at]
    model = checked.get(source.file) or _load(source)
    if isinstance(model, CheckedModel):
        isolation = Isolation()
        rules = rules_for_model(task.apart, model.id, task.rules)
        before = _before(task, model, checked) if any(rule.ladder for rule in rules) else ()
        findings = run_rules(
            model.topology, model.source, rules, task.today, task.rule_names, task.thresholds, before, isolation
        )
        model = replace(model, findings=findings, errors=tuple(isolation.errors))
        if not task.apart:
            checked[model.file] = model
    tell(model.file)
    return model


def _before(task: Task, model: CheckedModel, checked: dict[str, CheckedModel]) -> tuple[PreviousModel, ...]:
    """Return the findings of the previous model and the one before it; empty unless both are there."""
    source = _followed(task, model)
    if source is None or not _may_follow(source):
        return ()
    parent = _read(source, checked)
    source = _followed(task, parent) if parent is not None else None
    first = _read(source, checked) if source is not None else None
    if parent is None or first is None or model.file in (parent.file, first.file):
        return ()
    judged = tuple(_judged(task, previous, checked) for previous in (parent, first))
    # what a rule that failed would have found is not known, so nothing can be compared with it
    return () if any(previous.errors for previous in judged) else tuple(map(_earlier, judged))


def _followed(task: Task, model: CheckedModel) -> Input | None:
    """The model that one follows, of the inputs, those beside it first, else read; None if it is nowhere."""
    follows = model.architecture.follows
    if follows is None:
        return None
    path = os.path.join(os.path.dirname(model.file), follows + SUFFIX)
    inputs = task.by_id.get(follows, ())
    match = next((source for source in inputs if source.file == path), inputs[0] if inputs else None)
    return task.beside(path) if match is None and task.beside is not None else match


def _may_follow(source: Input) -> bool:
    """Return True if a model that is not read yet could follow another, which spares reading most of them."""
    return source.data is not None and any(key in source.data for key in (b"follows", b"include", b"extends"))


def _read(source: Input, checked: dict[str, CheckedModel]) -> CheckedModel | None:
    """Return the model of an input; None if it is invalid."""
    model = checked.get(source.file) or _load(source)
    return model if isinstance(model, CheckedModel) else None


def _judged(task: Task, model: CheckedModel, checked: dict[str, CheckedModel]) -> CheckedModel:
    """A model with what all rules find in it, those too that do not run on it: a rule that is silent has closed nothing."""
    from archgen.rules.run import run_rules

    if model.file not in checked:
        isolation = Isolation()
        findings = run_rules(
            model.topology, model.source, task.rules, task.today, task.rule_names, task.thresholds, isolation=isolation
        )
        checked[model.file] = replace(model, findings=findings, errors=tuple(isolation.errors))
    return checked[model.file]


def _earlier(model: CheckedModel) -> PreviousModel:
    from archgen.linting.rule import PreviousModel

    return PreviousModel(model.id, frozenset((finding.rule, finding.subject) for finding in model.findings))


def _by_id(inputs: tuple[Input, ...]) -> dict[str, tuple[Input, ...]]:
    by_id: dict[str, tuple[Input, ...]] = {}
    for source in inputs:
        name = model_id(source.file)
        by_id[name] = (*by_id.get(name, ()), source)
    return by_id


def _beside(path: str) -> Input | None:
    return read((path,))[0] if os.path.exists(path) else None


def _without_ladder(model: CheckedModel, problems: tuple[Problem, ...]) -> BrokenModel:
    """Return the model with the problems that the other models show in it; they come first."""
    broken = _broken(model.file, model.data, problems, model.errors)
    return replace(broken, findings=broken.findings + model.findings, alone=model)


def _broken(
    file: str, data: bytes, problems: tuple[Problem, ...], errors: tuple[InternalError, ...] = ()
) -> BrokenModel:
    id = model_id(file)
    return BrokenModel(id, file, data, problems, tuple(to_finding(problem, id) for problem in problems), errors)


def _load(source: Input) -> Model:
    if source.data is None:
        return _broken(source.file, b"", (source.problem,) if source.problem else ())
    try:
        loaded = load(source.file, source.data, source.include or includer(source.file))
        return CheckedModel(Topology(loaded.architecture), (), loaded.source, source.data)
    except ModelError as error:
        return _broken(source.file, source.data, error.problems)
    except Exception as error:
        failed = internal_error(error, source.file, "reading the model")
        problem = unreadable(source.file, f"the model can't be read: {failed.error} ({failed.place})", REPORT)
        return _broken(source.file, source.data, (problem,), (failed,))


def _ladder_problems(models: tuple[Model, ...], elsewhere: frozenset[str]) -> dict[str, tuple[Problem, ...]]:
    """Problems of `follows` by file; a tier that is there but not given, or unreadable, is no problem of others."""
    valid = {model.file: model for model in valid_models(models)}
    ids = {model.id for model in valid.values()}
    unread = elsewhere.union(model.id for model in broken_models(models))
    problems: dict[str, tuple[Problem, ...]] = {}
    excused = {
        file
        for file, model in valid.items()
        if (follows := model.architecture.follows) is not None
        and follows not in ids
        and (follows in unread or os.path.exists(os.path.join(os.path.dirname(file), follows + SUFFIX)))
    }
    if excused.issuperset(file for file, model in valid.items() if model.architecture.follows is not None):
        return {}
    for problem in check_follows(tuple(valid.values())):
        if (file := problem.place.file) not in excused:
            problems[file] = (*problems.get(file, ()), problem)
    return problems


def to_finding(problem: Problem, model: str) -> Finding:
    """A problem as the finding of its rule, so that every report tells it like any other."""
    from archgen.app.findings.typo_fixes import corrections
    from archgen.rules import BY_NAME
    from archgen.rules.run import fingerprint

    rule = BY_NAME[problem.rule]
    kind, name = problem.subject
    subject = Subject(cast(SubjectKind, kind), name)
    place = problem.place
    return Finding(
        rule=rule.id,
        code=rule.code,
        severity=rule.severity,
        category=rule.category,
        model=model,
        subject=subject,
        message=problem.message,
        fix=problem.fix,
        file=place.file,
        line=place.line,
        column=place.column,
        end_line=place.end_line,
        fingerprint=fingerprint(model, rule.id, subject),
        fixable="safe" if any(corrections(problem)) else None,
    )
