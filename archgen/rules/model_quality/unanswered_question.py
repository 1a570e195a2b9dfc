"""A model leaves questions open, or topics unknown."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.requirements import question_id
from archgen.model.subject import Subject
from archgen.model.wording import listed, plural


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for the model, with its first question and the topics that it leaves open."""
    model = context.topology.architecture
    answered = {name for name, _ in model.answers}
    # one that is answered is there, and stands in no model
    unknown = [topic for topic in model.unknown if question_id("unknown", topic) not in answered]
    if not model.questions and not unknown:
        return
    first = next(iter(model.questions), None)
    words = []
    if first is not None:
        words.append(f"{plural(len(model.questions), 'question')} open, the first: {first.ask}")
    if unknown:
        words.append(f"unknown: {listed(unknown)}, so no rule reports what is missing there")
    fix = f"Run `archgen answer {first.id} {'|'.join(first.options) or 'VALUE'}`." if first is not None else _DECLARE
    yield Hit(subject=Subject("model", model.id), message="; ".join(words), fix=fix)


_DECLARE = "Declare what the system has of each topic, and remove it from `unknown`."


RULE = Rule(
    id="unanswered-question",
    code="MOD012",
    title="Unanswered question",
    severity="info",
    category="model",
    summary="The model leaves questions open, or topics unknown.",
    why=(
        "Files say what runs and what calls what, but not everything: who takes the backups, what a firewall lets "
        "through, which calls a component can do without. An open question isn't a defect of the system, but its "
        "answer decides what other rules report."
    ),
    fix=f"Answer the questions with `archgen answer`. {_DECLARE}",
    limits=(
        "Reports one finding per model, without the topics that are answered with `yes`. Doesn't know questions that the model "
        "doesn't list."
    ),
    references=(),
    check=check,
    bad="""\
archgen: 1
name: A model with an open topic  # finding: unanswered-question
unknown: [monitoring]
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  api: {kind: service, managed: true, replicas: 2}
connections:
  job -> api: https
flows:
  nightly:
    title: The nightly job
    steps:
      - job -> api: start
""",
    edits=(
        ("name: A model with an open topic", "name: A model without one"),
        ("unknown: [monitoring]\n", ""),
    ),
)
