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
    title="Resolved finding is back",
    severity="warning",
    category="model",
    summary="A finding that the previous model had resolved is open again.",
    why=(
        "A change is expected to improve the system. Something that an earlier change paid for, such as a second "
        "replica, is easily lost when later ones move components, and a finding that is known to be resolved isn't "
        "looked for again."
    ),
    fix="Keep what resolved the finding in the previous model, or accept the finding with a reason.",
    limits=(
        "Compares with the model that this one follows and with the one before that, if both are among the inputs or "
        "in the same directory. A renamed element counts as another element, and an accepted finding isn't resolved."
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
