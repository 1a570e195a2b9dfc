"""Hold the rules of your own against their examples. Exit code: 0 all come true, 1 some do not, 2 usage."""

from __future__ import annotations

import argparse

from archgen.app.config.evaluation_date import today
from archgen.cli.output import say
from archgen.model.problems import UsageError
from archgen.report.common.terminal import brief


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--today", metavar="DATE", help="judge as of this day (default: SOURCE_DATE_EPOCH, else today)")


def run(options: argparse.Namespace) -> int:
    """Try every rule and tell every fault."""
    from archgen.app.config.catalogue import own_rules
    from archgen.app.findings.rule_tests import faults

    rules = own_rules()
    if not rules:
        raise UsageError("the configuration adds no rules; state one under [[rules]] in archgen.toml")
    failed = 0
    for rule in rules:
        found = tuple(faults(rule, today(options.today)))
        failed += bool(found)
        say(f"{rule.code} {rule.id}: {'fails' if found else 'holds'}\n")
        say("".join(f"  {brief(fault)}\n" for fault in found))
    return int(failed > 0)
