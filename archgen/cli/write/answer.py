"""Write the answer to a question into its model, or list the open questions.

Exit code: 0, or 2 for a usage error or an invalid model.
"""

from __future__ import annotations

import argparse

from archgen.app.exit_codes import INVALID
from archgen.app.models import load_models
from archgen.app.workspace.inputs import find, read
from archgen.cli.invalid_models import report_invalid
from archgen.cli.output import say
from archgen.cli.parser import terminal_style
from archgen.edits.answers import spell_options
from archgen.linting.checked_model import CheckedModel, valid_models
from archgen.model.problems import UsageError
from archgen.report.common.terminal import brief


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("question", metavar="QUESTION", nargs="?", help="Id of the question [default: list all]")
    parser.add_argument(
        "answer",
        metavar="ANSWER",
        nargs="?",
        help="One of the question's options, or several with commas where it asks for them",
    )
    parser.add_argument("--model", metavar="MODEL", help="Model file [default: the one that has the question]")


def run(options: argparse.Namespace) -> int:
    """List the questions, or write an answer."""
    files = find((options.model,) if options.model else ())
    models = load_models(read(files, "<stdin>", files))
    if report_invalid(models, terminal_style(), "nothing was changed"):
        return INVALID
    if options.question is None:
        for model in valid_models(models):
            _list(model)
        if not any(model.architecture.questions for model in valid_models(models)):
            say("no open questions\n")
        return 0
    if options.answer is None:
        raise UsageError(
            f"an answer is missing; run `archgen answer {options.question} ANSWER`, or `archgen answer` for the options"
        )
    return _answer(valid_models(models), options.question, options.answer)


def _list(model: CheckedModel) -> None:
    for question in model.architecture.questions:
        say(f"{brief(question.id)}  {brief(question.ask)} ({brief(spell_options(question))})\n")


def _answer(models: tuple[CheckedModel, ...], question_id: str, value: str) -> int:
    from archgen.app.importing.answering import write_answer

    holders = [model for model in models if any(question_id == each.id for each in model.architecture.questions)]
    asked_in = {model.file: model.source.at("questions", question_id).file for model in holders}
    # a model that extends another has its questions, and the answer belongs where they are asked
    holders = [model for model in holders if asked_in[model.file] == model.file] or holders
    if len(holders) > 1:
        raise UsageError(f"{question_id} is a question of {len(holders)} models; name one with --model")
    file = holders[0].file if holders else ""
    if asked_in.get(file, file) != file:
        raise UsageError(
            f"{question_id} is asked in {asked_in[file]}, which {file} takes over; run `archgen answer {question_id} {value} "
            f"--model {asked_in[file]}`"
        )
    if not models:
        raise UsageError("no model to answer in; name one with --model")
    file = (holders or list(models))[0].file
    question, count = write_answer(file, question_id, value)
    say(f"{brief(file)}: {brief(question.ask)} {brief(value)}; {count} open\n")
    return 0
