"""An issue that is back: the model that this one follows had closed it."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.linting.rule import Hit, PreviousModel, ReviewInput, Rule, RuleContext
from archgen.model.subject import Subject
from archgen.model.wording import listed


def check(context: RuleContext) -> Iterator[Hit]:
    """Nothing: what is back shows only beside the findings of the models before."""
    yield from ()


def review(context: RuleContext, seen: ReviewInput) -> Iterator[Hit]:
    """Yield a hit for each subject, with the open findings on it that came back."""
    parent, first = seen.previous
    back: dict[Subject, dict[str, None]] = {}
    for rule, subject in seen.open_hits:
        if _had_finding(first, rule, subject) and not _had_finding(parent, rule, subject):
            back.setdefault(subject, {})[rule] = None
    for subject, rules in back.items():
        verb, them = ("is", "it") if len(rules) == 1 else ("are", "them")
        at = "" if subject.kind == "model" else f" at {subject.id}"
        yield Hit(
            subject=subject,
            message=f"{listed(tuple(rules))} {verb} back{at}: {first.model} had {them}, {parent.model} had closed {them}",
            fix=f"Keep what {parent.model} does about {them}, or accept {listed(tuple(rules))} here with a reason.",
        )


def _had_finding(earlier: PreviousModel, rule: str, subject: Subject) -> bool:
    """Return True if a model had the finding; the model itself counts as one subject whatever its name."""
    then = Subject("model", earlier.model) if subject.kind == "model" else subject
    return (rule, then) in earlier.findings


RULE = Rule(
    id="tier-regression",
    code="MOD008",
    title="Closed issue reopened",
    severity="warning",
    category="model",
    summary="A model has an issue again that the model which it follows had closed.",
    why=(
        "A step is taken to be better than the one before. What an earlier step had to pay for, such as a second replica, "
        "is easily lost when later ones move things about, and nobody looks for an issue that is known to be closed."
    ),
    fix="Keep what the step before does about the issue, or accept the issue with a reason.",
    limits=(
        "It compares with the model that this one follows and with the one that it follows in turn, if both are among the "
        "inputs or beside it. A thing under another name is another thing, and an accepted issue has not been closed."
    ),
    check=check,
    review=review,
    ladder=(
        (
            "1-pilot",
            """\
archgen: 1
name: A pilot
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  api: {kind: external-service, managed: true}
connections:
  job -> api: https
flows:
  nightly:
    title: The nightly job
    steps:
      - job -> api: start
""",
        ),
        (
            "2-redundant",
            """\
archgen: 1
name: Two of each
follows: 1-pilot
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  api: {kind: external-service, managed: true, replicas: 2}
connections:
  job -> api: https
flows:
  nightly:
    title: The nightly job
    steps:
      - job -> api: start
""",
        ),
    ),
    bad="""\
archgen: 1
name: A report as well
follows: 2-redundant
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  api: {kind: external-service, managed: true}  # finding: single-point-of-failure, tier-regression
connections:
  job -> api: https
flows:
  nightly:
    title: The nightly job
    steps:
      - job -> api: start
      - job -> api: report
""",
    edits=(("managed: true}  # finding: single-point-of-failure, tier-regression", "managed: true, replicas: 2}"),),
)
