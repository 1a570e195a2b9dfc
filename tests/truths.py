"""What archgen reports of public systems, scored by what a careful engineer says of them after reading their files.

`python -m tests.truths` prints for each system of `../shared/corpus/truths.yaml` how many truths are found and missed,
which findings are wrong, and which are noise; with `--write` the table stands in docs/reading-a-finding.md, too. The
findings are those of a regular run: what a person sees who sets nothing.

A `must-find` is found if a finding of a rule that can claim it names an id of the truth as its subject or as related, for
the flows of the truth. A finding is wrong if a rule that can claim a `must-not-say` has an id of that truth as its subject.
Every other finding is noise, unless tests/signed.yaml gives the reason why an engineer signs it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

import yaml
from msgspec import Struct, convert

from archgen.analysis.topology import Topology
from archgen.language.load import load
from archgen.linting.policy import visible_findings
from archgen.model.finding import Finding
from archgen.model.subject import Subject
from archgen.rules import RULES
from archgen.rules.run import run_rules
from tests.paths import ROOT
from tests.surroundings import DAY

CORPUS = ROOT.parent / "shared" / "corpus"
SIGNED = ROOT / "tests" / "signed.yaml"

MUST_FIND, NOISE = 0.97, 0.10
"""The least share of truths that are found, and the largest share of findings that are noise; none may be wrong."""

CLAIMS: dict[str, tuple[str, ...]] = {
    "single-point": (
        "single-point-of-failure",
        "single-writer-database",
        "single-zone",
        "colocated-redundancy",
        "fragile-quorum",
        "untracked-failover",
    ),
    "plaintext": ("missing-tls", "tls-ends-early", "plaintext-between-hosts"),
    "single-writer": ("single-writer-database",),
    "missing-monitoring": ("unmonitored", "unrouted-alerts", "missing-logs"),
    "exposed": ("exposed-database", "exposed-admin", "bypassed-edge"),
    "health-check": ("unchecked-backend", "untracked-failover"),
}
"""The rules that claim a kind of truth; a truth of kind `other` has its own below."""

OWN_CLAIMS: dict[str, tuple[str, ...]] = {
    "dmz-15": ("tls-ends-early", "certificate-mismatch", "obsolete-tls", "unverified-tls"),
    "dmz-16": ("unused-component", "balancing-contradiction"),
    "dmz-17": ("unused-component", "impossible-flow"),
    "kp-17": ("balancing-contradiction", "conflicting-writers"),
    "kp-18": ("unused-component", "contradiction"),
    "pat-12": ("fragile-quorum", "single-point-of-failure", "single-writer-database", "unused-component"),
    "pat-13": ("unused-component", "exposed-database"),
    "pat-14": ("colocated-redundancy", "balancing-contradiction"),
    "rmq-4": ("incomplete-model", "node-bound-data"),
    "rmq-8": ("single-point-of-failure", "single-writer-database", "write-bottleneck"),
    "min-9": ("conflicting-writers", "incomplete-model", "unused-component"),
    "min-10": ("mutable-tag", "incomplete-model"),
    "mas-15": ("shared-credentials",),
    "mas-18": ("incomplete-model",),
    "mas-21": ("shared-credentials",),
    "wp-9": ("obsolete-tls",),
    "wp-10": ("obsolete-tls",),
    "wp-11": ("unverified-tls", "incomplete-model", "tls-ends-early"),
    "wp-12": ("tls-ends-early",),
    "wp-18": ("missing-waf",),
    "wp-20": ("missing-backup", "short-retention"),
}
"""The rules that claim a single truth, where its kind does not tell."""


class Truth(Struct, frozen=True, rename={"class_": "class"}):
    """A sentence about a system that is true and can be modeled, false, or true without words for it in a model."""

    id: str
    class_: Literal["must-find", "must-not-say", "not-sayable"]
    says: str
    about: tuple[str, ...] = ()
    kind: str = "other"
    flows: tuple[str, ...] = ()
    why: str | None = None


class Signature(Struct, frozen=True, forbid_unknown_fields=True):
    """A finding that no truth names and that an engineer signs, with the reason."""

    rule: str
    subject: str
    why: str


class Score(Struct, frozen=True):
    """What one system's findings come to; `wrong` pairs a finding with the truth that it contradicts."""

    system: str
    findings: tuple[Finding, ...]
    found: tuple[Truth, ...]
    missed: tuple[Truth, ...]
    wrong: tuple[tuple[Finding, Truth], ...]
    noise: tuple[Finding, ...]
    unused: tuple[Signature, ...]


def score(system: str, findings: tuple[Finding, ...], truths: Iterable[Truth], signed: Iterable[Signature]) -> Score:
    """Score the findings of a regular run by the truths of the system and by what is signed."""
    required = [truth for truth in truths if truth.class_ == "must-find"]
    forbidden = [truth for truth in truths if truth.class_ == "must-not-say"]
    missed = tuple(truth for truth in required if not any(tells(finding, truth) for finding in findings))
    wrong = tuple((finding, truth) for finding in findings for truth in forbidden if contradicts(finding, truth))
    signatures = tuple(signed)
    keys = {(each.rule, each.subject) for each in signatures}
    explained = [finding for finding, _ in wrong]
    explained += [finding for finding in findings if any(tells(finding, truth) for truth in required)]
    noise = tuple(one for one in findings if one not in explained and (one.rule, str_of(one.subject)) not in keys)
    reported = {(finding.rule, str_of(finding.subject)) for finding in findings}
    return Score(
        system,
        findings,
        tuple(truth for truth in required if truth not in missed),
        missed,
        wrong,
        noise,
        tuple(each for each in signatures if (each.rule, each.subject) not in reported),
    )


def claims(truth: Truth) -> tuple[str, ...]:
    """Return the rules that can claim a truth."""
    return OWN_CLAIMS.get(truth.id) or CLAIMS.get(truth.kind, ())


def tells(finding: Finding, truth: Truth) -> bool:
    """Return True if a finding tells a truth: it names one of its ids, and all of its flows."""
    subjects = (finding.subject, *(related.subject for related in finding.related))
    named = any(is_about(subject, truth) for subject in subjects)
    return finding.rule in claims(truth) and named and set(truth.flows) <= set(finding.flows)


def contradicts(finding: Finding, truth: Truth) -> bool:
    """Return True if a finding claims what is false: its subject is one of the ids, in one of the flows."""
    named = not truth.about or is_about(finding.subject, truth) or _is_of_model(finding, truth)
    concerned = not truth.flows or not set(truth.flows).isdisjoint(finding.flows)
    return finding.rule in claims(truth) and named and concerned


def _is_of_model(finding: Finding, truth: Truth) -> bool:
    """Return True if a finding about the whole model names an id of the truth, or says that nothing is monitored."""
    related = any(is_about(one.subject, truth) for one in finding.related)
    return finding.subject.kind == "model" and (related or finding.message.startswith("Nothing monitors"))


def is_about(subject: Subject, truth: Truth) -> bool:
    """Return True if a truth names a subject: a component stands for its replicas."""
    component = subject.id.partition("@")[0].partition("#")[0] if subject.kind == "replica" else None
    return subject.id in truth.about or component in truth.about


def str_of(subject: Subject) -> str:
    """Return a subject as tests/signed.yaml has it; the model needs no name."""
    return "model" if subject.kind == "model" else f"{subject.kind} {subject.id}"


def findings_of(path: Path) -> tuple[Finding, ...]:
    """Return the findings of a regular run on the model in a file."""
    loaded = load(path.name, path.read_bytes())
    return visible_findings("regular", run_rules(Topology(loaded.architecture), loaded.source, RULES, today=DAY))


def scores(corpus: Path = CORPUS) -> Iterator[Score]:
    """Score every system that the corpus has truths of."""
    systems = yaml.safe_load((corpus / "truths.yaml").read_text(encoding="utf-8"))["systems"]
    signed = yaml.safe_load(SIGNED.read_text(encoding="utf-8"))
    for system, said in systems.items():
        findings = findings_of(corpus / f"{system}.arch.yaml")
        signatures = convert(signed.get(system, []), tuple[Signature, ...])
        yield score(system, findings, convert(said["truths"], tuple[Truth, ...]), signatures)


def table(results: list[Score]) -> str:
    """Return the scores as a Markdown table, a system a row, with their sum."""
    rows = [
        (each.system, len(each.found), len(each.missed), len(each.findings), len(each.wrong), len(each.noise))
        for each in results
    ]
    total = [sum(numbers) for numbers in list(zip(*rows, strict=True))[1:]]
    head = ["| system | found | missed | findings | wrong | noise |", "| --- | ---: | ---: | ---: | ---: | ---: |"]
    return "\n".join([*head, *(f"| {' | '.join(map(str, row))} |" for row in [*rows, ("all", *total)])])


PAGE = ROOT / "docs" / "reading-a-finding.md"
START, END = "<!-- truths: start -->\n", "<!-- truths: end -->"

MISSES = {
    "dmz-9": "both run on one host, and traffic that stays on a host isn't reported as unencrypted",
    "mas-18": "the model shows that proxy as a component, so the question is answered before it is asked",
}
"""Why a truth is missed, by its id."""


def renewed(page: str, results: list[Score]) -> str:
    """Return a page with the table and the misses between its marks."""
    before, _, rest = page.partition(START)
    _, _, after = rest.partition(END)
    misses = "".join(
        f"- Missed in {each.system}: {truth.says}. Why: {MISSES[truth.id]}.\n"
        for each in results
        for truth in each.missed
    )
    return f"{before}{START}{table(results)}\n\n{misses}{END}{after}"


def details(results: list[Score]) -> Iterator[str]:
    """Yield a line for every miss, wrong finding, noise, and signature of a finding that is not reported."""
    for each in results:
        for truth in each.missed:
            yield f"{each.system}: missed {truth.id}: {truth.says}"
        for finding, truth in each.wrong:
            yield f"{each.system}: wrong by {truth.id}: {_line(finding)}"
        for finding in each.noise:
            yield f"{each.system}: noise: {_line(finding)}"
        for signature in each.unused:
            yield f"{each.system}: signed, not reported: {signature.rule} {signature.subject}"


def _line(finding: Finding) -> str:
    return f"{finding.severity} {finding.rule} {str_of(finding.subject)}: {finding.message}"


def holds(results: list[Score]) -> bool:
    """Return True if the floors hold: enough truths are found, nothing is wrong, little is noise."""
    required = sum(len(each.found) + len(each.missed) for each in results)
    found = sum(len(each.found) for each in results)
    findings = sum(len(each.findings) for each in results)
    wrong = sum(len(each.wrong) for each in results)
    noise = sum(len(each.noise) for each in results)
    return found >= MUST_FIND * required and not wrong and noise <= NOISE * findings


def main() -> int:
    """Print the table and what it counts; 1 if a floor does not hold, 0 if it does or if there is no corpus here."""
    if not (CORPUS / "truths.yaml").exists():
        print(f"skipped: {CORPUS} has no truths.yaml")
        return 0
    results = list(scores())
    if "--write" in sys.argv:
        PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8"), results), encoding="utf-8")
    print(table(results))
    for line in details(results):
        print(line)
    return 0 if holds(results) else 1


if __name__ == "__main__":
    sys.exit(main())
