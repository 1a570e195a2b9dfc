"""Test custom rules against their examples.

Exit code: 0 if all pass, 1 if some fail, 2 for a usage error.
"""

from __future__ import annotations

import argparse

from archgen.app.config.evaluation_date import today
from archgen.app.exit_codes import FINDINGS, OK
from archgen.cli.output import say
from archgen.cli.parser import add_today
from archgen.model.problems import UsageError
from archgen.report.common.terminal import brief


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_today(parser)


def run(options: argparse.Namespace) -> int:
    """Test every custom rule and report every failed example."""
    from archgen.app.config.catalogue import own_rules
    from archgen.app.findings.rule_tests import failed_examples

    rules = own_rules()
    if not rules:
        raise UsageError("no custom rules; declare one under [[rules]] in archgen.toml")
    failed = 0
    for rule in rules:
        failures = tuple(failed_examples(rule, today(options.today)))
        failed += bool(failures)
        say(f"{rule.code} {rule.id}: {'fails' if failures else 'passes'}\n")
        say("".join(f"  {brief(failure)}\n" for failure in failures))
    return FINDINGS if failed else OK
