"""Accept a known risk: write it into the model, with its reason.

archgen accept RULE SUBJECT --reason WHY        a finding about an element, or about the replicas of a component
archgen accept RULE SUBJECT SUBJECT ...         several subjects
archgen accept RULE                             all findings of a rule

Exit code: 0, or 2 for a usage error, an invalid model, or no such finding.
"""

from __future__ import annotations

import argparse

from archgen.app.config.evaluation_date import today
from archgen.app.findings.accept import accept
from archgen.cli.output import warn
from archgen.cli.parser import Suggestions, add_today
from archgen.model.problems import UsageError
from archgen.model.requirements import Acceptance
from archgen.rules import RULES


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    names = Suggestions(lambda: (name for rule in RULES for name in (rule.id, rule.code)))
    parser.add_argument("rule", metavar="RULE", choices=names, help="Id or code of the rule")
    parser.add_argument("subjects", metavar="SUBJECT", nargs="*", help="Subject of the finding, as lint reports it")
    parser.add_argument("--reason", metavar="WHY", help="Reason why the risk is acceptable (required)")
    parser.add_argument("--owner", metavar="OWNER", help="Team or person responsible for it")
    parser.add_argument("--until", metavar="DATE", help="Last day on which it is accepted, such as 2027-06-30")
    parser.add_argument(
        "--model",
        metavar="PATH",
        action="append",
        default=[],
        help="Model file or directory; repeatable [default: all]",
    )
    add_today(parser)


def run(options: argparse.Namespace) -> int:
    """Write the acceptance, and show the difference."""
    if not (options.reason or "").strip():
        raise UsageError('--reason is required; say why the risk is acceptable, such as --reason "pilot until June"')
    risk = Acceptance(options.rule, "", options.reason.strip(), options.owner, options.until)
    for file, difference in accept(tuple(options.subjects), risk, tuple(options.model), today(options.today)):
        warn(difference)
        warn(f"archgen: {file}: risk accepted\n")
    return 0
