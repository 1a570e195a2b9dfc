"""Answers written into a model."""

from __future__ import annotations

import re
import shlex

from msgspec.structs import replace

from archgen.app.formatting import format_model
from archgen.app.workspace.atomic_write import rewrite
from archgen.app.workspace.inputs import includer
from archgen.edits.answers import (
    answer_changes,
    gone_choices,
    makes_certain,
    question_kind,
    spell_options,
    takes_answer,
)
from archgen.language.load import load
from archgen.language.write.patch import PatchError, apply_changes
from archgen.model.architecture import Architecture
from archgen.model.change import Put
from archgen.model.nearest import nearest
from archgen.model.problems import ModelError, UsageError
from archgen.model.requirements import Question
from archgen.model.wording import listed
from archgen.system.files import MODEL, read_file


def write_answer(file: str, question_id: str, value: str) -> tuple[Question, int]:
    """Write an answer into a model; return its question and how many are open.

    UsageError for an unknown question or an answer that isn't offered.
    """
    data = read_file(file, MODEL)
    model = load(file, data, includer(file)).architecture
    question = _question(model, question_id)
    if not takes_answer(question, value):
        raise UsageError(f"{question.id} must be answered with {spell_options(question)}; got {value[:60]}")
    if question_kind(question) == "way" and value != question.about:
        words = value.split(" ")
        # several compose files are one way
        way = shlex.join(words if all(each.endswith((".yml", ".yaml")) for each in words) else [value])
        command = f"archgen import {way} -o {shlex.quote(file)} --update"
        raise UsageError(f"the model is made of {question.about}; `{command}` makes it of what visitors use")
    if question_kind(question) == "templates" and value == "yes":
        command = f"helm template {shlex.quote(question.about or '')}"
        raise UsageError(f"the model lacks what these templates make; import what `{command}` prints over {file}")
    gone = gone_choices(model, question, value)
    if gone:
        raise UsageError(f"no component is called {listed(gone, 'or')} any longer; answer {question.id} with others")
    before = data.decode("utf-8-sig")
    text = in_form(file, before, apply_answers(before, model, question, value))
    left = load(file, text.encode(), includer(file)).architecture.questions
    rewrite(file, text.encode())
    return question, len(left)


def apply_answers(text: str, model: Architecture, question: Question, value: str, *, stated: str = "") -> str:
    """Return a model's text with an answer and its effect; `stated` is how the answer was given."""
    place = ("answers", question.id)
    changes = answer_changes(model, question, value)
    kept = [
        replace(each, value=stated) if stated and isinstance(each, Put) and each.path == place else each
        for each in changes
    ]
    try:
        return _settled(apply_changes(text, kept), question)
    except PatchError as error:
        raise UsageError(
            f"the answer to {question.id} can't be written: {error}; change {question.about or 'the model'} by hand"
        ) from error


def _settled(text: str, question: Question) -> str:
    """Return a text in which the comment of what an answer makes certain marks no assumption any longer."""
    if not makes_certain(question):
        return text
    line = re.compile(rf"^( +{re.escape(question.about or '')}:(?: [^#\n]*)?  # )\? ", re.MULTILINE)
    return line.sub(r"\1", text, count=1)


def with_answers(text: str, answers: tuple[tuple[str, str], ...]) -> str:
    """Return the text of a fresh import with the answers that were given before; those to no question are dropped.

    Of components that an answer names, those count that are still asked about: files may show the others by now.
    """
    fresh = text
    for question_id, value in answers:
        model = load("import.arch.yaml", text.encode()).architecture
        question = next((each for each in model.questions if each.id == question_id), None)
        current = _current(model, question, value) if question is not None else None
        if question is not None and current is not None:
            text = apply_answers(text, model, question, current, stated=value)
    return in_form("import.arch.yaml", fresh, text)


def _current(model: Architecture, question: Question, value: str) -> str | None:
    """Return what an answer says of the components that a question names now; None where it says nothing of them."""
    if takes_answer(question, value):
        return value
    names = value.split(",")
    if question_kind(question) not in ("sharer", "callees", "writers") or {"all", "none"} & {*names}:
        return None
    left = [name for name in names if name in question.options]
    calls = {each.id for each in model.connections}
    # one that isn't asked about any longer may be gone, or have another name: then nothing tells what is left
    is_shown = all(f"{name} -> {question.about}" in calls for name in names if name not in left)
    none = "none" if "none" in question.options else None
    return (",".join(left) or none) if is_shown else None


def in_form(file: str, before: str, after: str) -> str:
    """Return a text in the canonical form if it was in it before; where there is no such form, as it is."""
    try:
        if format_model(file, before.encode()) == before.encode():
            return format_model(file, after.encode()).decode()
    except ModelError:
        pass
    return after


def answers_of(file: str) -> tuple[tuple[str, str], ...]:
    """Return the answers that a model holds."""
    return load(file, read_file(file, MODEL), includer(file)).architecture.answers


def _question(model: Architecture, question_id: str) -> Question:
    questions = {each.id: each for each in model.questions}
    if question_id in questions:
        return questions[question_id]
    past = dict(model.answers)
    if question_id in past:
        raise UsageError(
            f"{question_id} is answered: {past[question_id]}; change it under `answers`, or the model itself"
        )
    close = nearest(question_id, questions)
    hint = f"; did you mean `{close}`?" if close is not None else f"; open questions: {', '.join(questions) or 'none'}"
    raise UsageError(f"unknown question `{question_id[:60]}`{hint}")
