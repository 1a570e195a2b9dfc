"""An acceptance that is past its date, matches no finding, names no rule, or gives no reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from archgen.linting.acceptance import LOSSES, accepts, covers, names_loss
from archgen.linting.rule import Hit, ReviewInput, Rule, RuleContext
from archgen.model.change import Remove
from archgen.model.requirements import Acceptance
from archgen.model.subject import Subject
from archgen.model.wording import listed


def check(context: RuleContext) -> Iterator[Hit]:
    """Nothing: what an acceptance is worth shows only once the findings are known."""
    yield from ()


def review(context: RuleContext, seen: ReviewInput) -> Iterator[Hit]:
    """Yield a hit for the model, at the first acceptance with a fault; the other ones are related places."""
    faults: dict[int, dict[str, list[Acceptance]]] = {}
    for acceptance in context.topology.architecture.accept:
        for fault in _faults(seen, acceptance, context):
            faults.setdefault(acceptance.index, {}).setdefault(fault, []).append(acceptance)
    if faults:
        # the last one first, so that the places of the others stay as they are
        void = [index for index in sorted(faults, reverse=True) if _is_void(context, index, faults[index])]
        yield Hit(
            subject=Subject("model", context.topology.architecture.id),
            message="; ".join(_told(fault, of) for each in faults.values() for fault, of in each.items()),
            changes=tuple(Remove(("accept", index)) for index in void) if len(void) == len(faults) else (),
            places=tuple((("accept", index), "also needs a decision") for index in faults),
        )


def _is_void(context: RuleContext, index: int, faults: Mapping[str, Sequence[Acceptance]]) -> bool:
    """Return True if nothing of an entry of the model holds: each of its subjects has a fault other than its reason."""
    subjects = sum(acceptance.index == index for acceptance in context.topology.architecture.accept)
    return sum(len(of) for fault, of in faults.items() if fault != _NO_REASON) >= subjects


def _told(fault: str, of: Sequence[Acceptance]) -> str:
    """Return the fault of the acceptances of an entry, which differ by their subjects alone."""
    subjects = [each.subject or "" for each in of]
    return f"the acceptance of {of[0].rule}{f' for {listed(subjects)}' if subjects[0] else ''} {fault}"


_NO_REASON = "gives no reason"


def _faults(seen: ReviewInput, acceptance: Acceptance, context: RuleContext) -> Iterator[str]:
    if not (acceptance.reason or "").strip():
        yield _NO_REASON
    if acceptance.rule not in seen.all_names:
        yield "names a rule that does not exist"
    elif acceptance.until is not None and acceptance.until < context.today:
        yield f"expired after {acceptance.until}"
    elif _has_run(seen, acceptance, context) and not _matches(seen, acceptance, context):
        about = sorted({subject.id for rule, subject in seen.hits if rule == acceptance.rule})
        findings = f"; what {acceptance.rule} finds is about {listed(about)}" if about else ""
        yield f"matches no finding{findings}"


def _has_run(seen: ReviewInput, acceptance: Acceptance, context: RuleContext) -> bool:
    """Return True if each rule has run whose findings an acceptance may cover."""
    zones = (Subject("zone", zone) for zone in context.topology.zones)
    of_zone = acceptance.rule in LOSSES and acceptance.subject
    is_loss = of_zone and any(covers(context.topology, acceptance, zone) for zone in zones)
    return seen.ran.issuperset(LOSSES if is_loss else (acceptance.rule,))


def _matches(seen: ReviewInput, acceptance: Acceptance, context: RuleContext) -> bool:
    own = any(accepts(context.topology, acceptance, rule, subject) for rule, subject in seen.hits)
    return own or names_loss(context.topology, acceptance)


RULE = Rule(
    id="stale-acceptance",
    code="MOD007",
    title="Stale acceptance",
    severity="error",
    category="model",
    summary="An acceptance has expired, matches no finding, names no rule, or has no reason.",
    why=(
        "An accepted risk has an owner until a date; after that date it has none. An acceptance that matches nothing "
        "is either obsolete, and would hide the finding if it came back, or misspelled, and hides nothing. And "
        "without a reason it can't be reviewed later."
    ),
    fix="Remove the acceptance, fix what it accepts, or renew it with a `reason` and a later `until`.",
    limits=(
        "Doesn't check whether an acceptance of a rule that didn't run matches. One of `single-point-of-failure` matches if the loss "
        "of its subject takes down a flow, whichever rule reports that."
    ),
    check=check,
    review=review,
    harmless=True,
    bad="""\
archgen: 1
name: A pilot that is over
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
  - {rule: single-point-of-failure, subject: api#1, reason: a pilot, owner: operations, until: 2026-06-30}  # finding: stale-acceptance
""",
    edits=(
        ("name: A pilot that is over", "name: A pilot that goes on"),
        ("until: 2026-06-30", "until: 2027-06-30"),
    ),
)
