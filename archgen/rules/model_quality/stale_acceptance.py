"""An acceptance that is past its date, matches no finding, names no rule, or gives no reason."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.linting.rule import Hit, ReviewInput, Rule, RuleContext
from archgen.model.architecture import Acceptance
from archgen.model.change import Remove
from archgen.model.subject import Subject
from archgen.model.wording import listed


def check(context: RuleContext) -> Iterator[Hit]:
    """Nothing: what an acceptance is worth shows only once the findings are known."""
    yield from ()


def review(context: RuleContext, seen: ReviewInput) -> Iterator[Hit]:
    """Yield a hit for the model, with every fault of its acceptances."""
    faults_by_acceptance = [
        tuple(_faults(seen, acceptance, context.today)) for acceptance in context.topology.architecture.accept
    ]
    faults = [fault for each in faults_by_acceptance for fault in each]
    if faults:
        # the last one first, so that the places of the others stay what they are
        void = [at for at, each in enumerate(faults_by_acceptance) if any("no reason" not in fault for fault in each)][
            ::-1
        ]
        yield Hit(
            subject=Subject("model", context.topology.architecture.id),
            message="; ".join(faults),
            changes=tuple(Remove(("accept", at)) for at in void)
            if len(void) == sum(map(bool, faults_by_acceptance))
            else (),
        )


def _faults(seen: ReviewInput, acceptance: Acceptance, today: str) -> Iterator[str]:
    name = f"the acceptance of {acceptance.rule} for {acceptance.subject}"
    if not (acceptance.reason or "").strip():
        yield f"{name} gives no reason"
    if acceptance.rule not in seen.all_names:
        yield f"{name} names a rule that does not exist"
    elif acceptance.until is not None and acceptance.until < today:
        yield f"{name} was good until {acceptance.until}"
    elif acceptance.rule in seen.ran and not _matches(seen, acceptance):
        about = sorted({subject.id for rule, subject in seen.hits if rule == acceptance.rule})
        hint = f"; what {acceptance.rule} finds is about {listed(about)}" if about else ""
        yield f"{name} matches no finding{hint}"


def _matches(seen: ReviewInput, acceptance: Acceptance) -> bool:
    subjects = [subject for rule, subject in seen.hits if acceptance.rule == rule]
    return any(acceptance.subject in (subject.id, f"{subject.kind}:{subject.id}") for subject in subjects)


RULE = Rule(
    id="stale-acceptance",
    code="MOD007",
    title="Stale acceptance",
    severity="error",
    category="model",
    summary="An acceptance that is past its date, matches no finding, names no rule, or gives no reason.",
    why=(
        "An accepted risk is one that somebody answers for until a day. Past that day nobody does. One that matches "
        "nothing is either mended, and then the acceptance would hide its return, or misspelt, and then it hides "
        "nothing. And without a reason nobody can say later whether it still holds."
    ),
    fix="Remove the acceptance, mend what it is for, or decide anew and give it a `reason` and a later `until`.",
    limits="An acceptance of a rule that did not run is not asked whether it matches.",
    check=check,
    review=review,
    harmless=True,
    bad="""\
archgen: 1
name: A pilot that is over  # finding: stale-acceptance
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  api: {kind: external-service, managed: true}  # finding: single-point-of-failure
connections:
  job -> api: https
flows:
  nightly:
    title: The nightly job
    steps:
      - job -> api: start
accept:
  - {rule: single-point-of-failure, subject: api#1, reason: a pilot, owner: operations, until: 2026-06-30}
""",
    edits=(
        ("name: A pilot that is over", "name: A pilot that goes on"),
        ("until: 2026-06-30", "until: 2027-06-30"),
    ),
)
