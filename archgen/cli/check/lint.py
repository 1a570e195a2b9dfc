"""Check models; report each finding with its proof and fix.

Exit code: 0 without findings at or above --fail-on, 1 with findings, 2 for a usage error or an invalid model.
"""

from __future__ import annotations

import argparse
import gc
from collections.abc import Iterator
from typing import TYPE_CHECKING

from archgen.app.config.catalogue import catalogue
from archgen.app.config.evaluation_date import today
from archgen.app.config.settings import CommandLine, LintSettings, lint_settings, show_settings
from archgen.app.exit_codes import INVALID
from archgen.app.findings.lint import Run, Shard, exit_code, lint, write_job_summary
from archgen.app.report_formats import LINT, STATISTICS, Formats
from archgen.cli.internal_errors import report_errors
from archgen.cli.linking import linked_style
from archgen.cli.output import clear_screen, flush, say, warn
from archgen.cli.parser import ListAction, Suggestions, add_formats, add_paths, requested_formats, write_reports
from archgen.cli.progress import Progress
from archgen.linting.finding_groups import group_findings, on_subjects
from archgen.linting.policy import ALL, FAIL_ON, MEANINGLESS, PERSONAS
from archgen.model.finding import CATEGORIES, CONFIDENCES, SEVERITIES
from archgen.model.problems import UsageError
from archgen.model.wording import plural
from archgen.report.common.terminal import brief, escape_controls
from archgen.system.internal_errors import Isolation

if TYPE_CHECKING:
    from archgen.app.findings.baseline import BaselineMode
    from archgen.report.lint.outcome import LintReport

_runs: list[Run] = []
"""The last run, which stays until the next one, so that the end of the process doesn't wait for its objects to be freed."""

FOREIGN_OPTIONS = {
    **dict.fromkeys(("--output-format", "--report"), "`--format`"),
    **dict.fromkeys(("--output-file", "--output", "-o"), "`--format FORMAT=FILE`"),
    **dict.fromkeys(("--no-exit-codes", "--no-fail"), "`--exit-zero`"),
    **dict.fromkeys(("--ignore-noqa", "--no-ignores"), "`--ignore-acceptances`"),
    **dict.fromkeys(("--add-noqa", "--add-ignore"), "`archgen accept RULE SUBJECT --reason WHY`"),
    **dict.fromkeys(("--per-file-ignores", "--extend-per-file-ignores"), "`per-model` in the configuration"),
    **dict.fromkeys(("--exclude", "--extend-exclude"), "`models` in the configuration, or name the files"),
    **dict.fromkeys(("--pedantic", "-p"), "`--persona strict`"),
    "--fix-only": "`--fix --exit-zero --quiet`",
    "--show-fixes": "`--diff`, or `--fix`, which shows what it changed",
    **dict.fromkeys(("--extend-ignore", "--disable"), "`--ignore`"),
    **dict.fromkeys(("--enable", "--rules"), "`--select`"),
}
"""The options of other linters, and what they are called here."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_paths(parser)
    add_formats(parser, LINT)
    parser.add_argument(
        "--fail-on",
        metavar="SEVERITY",
        choices=FAIL_ON,
        help="Exit with code 1 for findings of this severity or higher: %(choices)s [default: error]",
    )
    rules = Suggestions(_selectors)
    for name, help in (
        ("--select", "Run only these rules: ids, codes, prefixes such as SEC, categories, or all"),
        ("--extend-select", "Run these rules, too, beside those that the configuration selects"),
        ("--ignore", "Don't run these rules"),
    ):
        parser.add_argument(name, metavar="RULES", action=ListAction, choices=rules, default=[], help=help)
    parser.add_argument(
        "--persona",
        metavar="PERSONA",
        choices=PERSONAS,
        help="Report the findings for this reader: %(choices)s [default: regular]",
    )
    parser.add_argument(
        "--min-confidence",
        metavar="CONFIDENCE",
        choices=CONFIDENCES,
        help="Report only findings of at least this confidence: %(choices)s [default: low]",
    )
    parser.add_argument(
        "--min-severity",
        metavar="SEVERITY",
        choices=SEVERITIES,
        default="info",
        help="Report only findings of at least this severity: %(choices)s [default: %(default)s]",
    )
    parser.add_argument("--ignore-acceptances", action="store_true", help="Report accepted findings as open")
    parser.add_argument("--jobs", metavar="N", type=int, default=0, help="Number of processes [default: automatic]")
    parser.add_argument("--shard", metavar="I/N", help="Check only the I-th of N parts of the models")
    parser.add_argument("--since", metavar="REVISION", help="Report only findings new since a Git revision")
    parser.add_argument("--baseline", metavar="FILE", help="Don't report the findings in this file")
    parser.add_argument("--fix", action="store_true", help="Fix typos and remove obsolete acceptances")
    parser.add_argument(
        "--unsafe-fixes",
        action="store_true",
        help="With --fix or --diff: include fixes that change the architecture, such as another replica",
    )
    parser.add_argument(
        "--diff", action="store_true", help="Show what --fix would change as a diff on stdout, without changing it"
    )
    parser.add_argument(
        "-e",
        "--exit-zero",
        action="store_true",
        help="Exit with 0 despite findings; an invalid model still exits with 2",
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="Print nothing on stdout; use the exit code")
    parser.add_argument("--statistics", action="store_true", help="Report the number of findings of each rule instead")
    parser.add_argument(
        "--show-settings", action="store_true", help="Print the settings of this run, and where they come from"
    )
    parser.add_argument("-w", "--watch", action="store_true", help="Check again whenever a model changes, until Ctrl-C")
    baseline = parser.add_mutually_exclusive_group()
    baseline.add_argument("--write-baseline", action="store_true", help="Write the findings to the baseline")
    baseline.add_argument("--prune-baseline", action="store_true", help="Remove stale entries from the baseline")


def _selectors() -> Iterator[str]:
    from archgen.rules import RULES

    return iter((ALL, *CATEGORIES, *(name for rule in RULES for name in (rule.id, rule.code))))


def run(options: argparse.Namespace) -> int:
    """Check the models and report in every format."""
    return _watch(options) if options.watch else _lint(options)


def _watch(options: argparse.Namespace) -> int:
    """Check at every change, and go on after a usage error, since files are being edited; Ctrl-C ends with 0."""
    from archgen.app.workspace.watching import watch_changes

    gc.enable()
    try:
        for _ in watch_changes(tuple(options.paths)):
            clear_screen()
            try:
                _lint(options)
            except UsageError as error:
                warn(f"archgen: {brief(str(error))}\n")
            flush()
            warn("archgen: waiting for changes; press Ctrl-C to stop\n")
    except KeyboardInterrupt:
        return 0
    return 0


def _lint(options: argparse.Namespace) -> int:
    requested = requested_formats(options, "json=findings.json")
    settings = lint_settings(_command_line(options), catalogue())
    if options.show_settings:
        say(show_settings(settings))
        return 0
    mode = _baseline_mode(options, settings)
    writes = options.fix and not options.diff
    if options.fix or options.diff:
        from archgen.app.findings.typo_fixes import fix_files

        fix_files(tuple(options.paths), warn if writes else say, keep=writes)
    elif options.unsafe_fixes:
        raise UsageError("--unsafe-fixes requires --fix or --diff")
    result = _check(options, settings, mode)
    if options.fix or options.diff:
        from archgen.app.findings.apply_fixes import fix

        day, paths, unsafe = today(options.today), tuple(options.paths), options.unsafe_fixes
        show = warn if writes else say
        sentences = tuple(
            fix(
                result.report,
                settings.policy,
                day,
                show,
                keep=writes,
                unsafe=unsafe,
                acceptances=not options.ignore_acceptances,
                paths=paths,
            )
        )
        for sentence in sentences:
            warn(f"archgen: {brief(sentence)}\n")
        if not unsafe:
            _warn_of_unsafe_fixes(result.report)
        if writes and sentences:
            result = _check(options, settings, mode)
    isolation = Isolation()
    if options.statistics:
        formats: Formats = {**LINT, "text": STATISTICS}
        requested = requested or [("text", None)]
    else:
        formats = LINT
    if options.diff:
        _warn_of_broken(result.report)
    if options.quiet or options.diff:
        # standard output is for the diff alone
        requested = [(name, file) for name, file in requested if file is not None]
    write_reports(requested, formats, result.report, linked_style(), isolation)
    for note in result.notes:
        warn(f"archgen: {brief(note)}\n")
    if any(name == "github" for name, _ in requested):
        write_job_summary(result.report)
    failed = report_errors((*result.errors, *isolation.errors))
    return INVALID if failed else exit_code(result.report.findings, "never" if options.exit_zero else settings.fail_on)


def _warn_of_unsafe_fixes(report: LintReport) -> None:
    """Count the fixes that a run without --unsafe-fixes leaves out, so that an empty diff is no riddle."""
    left = tuple(
        group
        for _, findings in report.models
        for group in group_findings(tuple(each for each in findings if each.fixable == "unsafe" and each.changes))
        if group.first.accepted is None
    )
    if left:
        warn(f"archgen: {plural(len(left), 'finding')}{on_subjects(left)} can be fixed with --unsafe-fixes\n")


def _warn_of_broken(report: LintReport) -> None:
    """Name the problems of models that have no meaning, which a diff can't show."""
    for finding in report.findings:
        if finding.rule in MEANINGLESS:
            where = f"{escape_controls(finding.file)}:{finding.line}:{finding.column}"
            warn(f"archgen: {where}: {brief(finding.message)}. {brief(finding.fix)}\n")


def _check(options: argparse.Namespace, settings: LintSettings, mode: BaselineMode) -> Run:
    with Progress() as progress:
        result = lint(
            tuple(options.paths),
            today(options.today),
            options.stdin_filename,
            settings,
            since=options.since,
            mode=mode,
            shard=_shard(options),
            least=options.min_severity,
            acceptances=not options.ignore_acceptances,
            tell=progress.advance,
        )
    _runs[:] = [result]
    return result


def _command_line(options: argparse.Namespace) -> CommandLine:
    return CommandLine(
        select=tuple(options.select),
        extend_select=tuple(options.extend_select),
        ignore=tuple(options.ignore),
        persona=options.persona,
        fail_on=options.fail_on,
        min_confidence=options.min_confidence,
        baseline=options.baseline,
    )


def _shard(options: argparse.Namespace) -> Shard:
    if options.jobs < 0:
        raise UsageError(f"--jobs must be at least 0; got {options.jobs}")
    if options.shard is None:
        return Shard(jobs=options.jobs)
    index, slash, count = options.shard.partition("/")
    if not (slash and index.isdecimal() and count.isdecimal() and 1 <= int(index) <= int(count)):
        raise UsageError(f"--shard must be I/N with I from 1 to N, such as 2/3; got {options.shard}")
    return Shard(int(index), int(count), options.jobs)


def _baseline_mode(options: argparse.Namespace, settings: LintSettings) -> BaselineMode:
    mode: BaselineMode = "write" if options.write_baseline else "prune" if options.prune_baseline else "read"
    if mode != "read" and settings.baseline is None:
        raise UsageError(f"--{mode}-baseline requires --baseline FILE")
    if mode != "read" and options.since is not None:
        raise UsageError(f"--{mode}-baseline can't be combined with --since, since it needs all findings")
    return mode
