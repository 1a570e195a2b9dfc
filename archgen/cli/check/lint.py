"""Judge models. Exit code: 0 nothing at or above --fail-on, 1 findings, 2 usage or a model without meaning."""

from __future__ import annotations

import argparse
import gc

from archgen.app.config.catalogue import catalogue
from archgen.app.config.evaluation_date import today
from archgen.app.config.settings import Asked, Settings, settle
from archgen.app.findings.lint import FORMATS, Keep, Part, Run, exit_code, lint, summarise
from archgen.cli.internal_errors import report_errors
from archgen.cli.linking import linked
from archgen.cli.output import clear_screen, flush, warn
from archgen.cli.parser import add_formats, add_paths, formats, tell
from archgen.cli.progress import Progress
from archgen.linting.policy import FAIL_ON, PERSONAS
from archgen.model.problems import UsageError
from archgen.report.common.terminal import brief
from archgen.system.internal_errors import Isolation

_kept: list[Run] = []


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_paths(parser)
    add_formats(parser, ", ".join(FORMATS))
    parser.add_argument(
        "--fail-on", metavar="SEVERITY", help=f"what makes the exit code 1: {', '.join(FAIL_ON)} (default: error)"
    )
    parser.add_argument(
        "--select", metavar="RULES", action="append", default=[], help="run only these: ids, codes, SEC, security, all"
    )
    parser.add_argument("--ignore", metavar="RULES", action="append", default=[], help="do not run these")
    parser.add_argument("--persona", metavar="NAME", help=f"who reads it: {', '.join(PERSONAS)} (default: regular)")
    parser.add_argument(
        "--jobs", metavar="N", type=int, default=0, help="processes that share the work (default: auto)"
    )
    parser.add_argument("--shard", metavar="I/N", help="judge only the I-th of N parts of the models")
    parser.add_argument("--since", metavar="REVISION", help="tell only what is new since a git revision")
    parser.add_argument("--baseline", metavar="FILE", help="leave out the findings that this file knows")
    parser.add_argument(
        "--fix", action="store_true", help="put right what is misspelt or means nothing any more, and tell what changed"
    )
    parser.add_argument(
        "--unsafe-fixes",
        action="store_true",
        help="with --fix or --diff: also what changes the architecture, such as another replica",
    )
    parser.add_argument("--diff", action="store_true", help="tell what --fix would change, and change nothing")
    parser.add_argument("--watch", action="store_true", help="judge again whenever a model changes, until Ctrl-C")
    keep = parser.add_mutually_exclusive_group()
    keep.add_argument("--write-baseline", action="store_true", help="write what is found to the baseline")
    keep.add_argument("--prune-baseline", action="store_true", help="remove from it what is found no more")


def run(options: argparse.Namespace) -> int:
    """Judge, tell in every format, and say by the exit code what came out."""
    return _watch(options) if options.watch else _lint(options)


def _watch(options: argparse.Namespace) -> int:
    """Judge at every change, and go on after what cannot be judged: it is being written. Ctrl-C ends it with 0."""
    from archgen.app.workspace.watching import changes

    gc.enable()
    try:
        for _ in changes(tuple(options.paths)):
            clear_screen()
            try:
                _lint(options)
            except UsageError as error:
                warn(f"archgen: {brief(str(error))}\n")
            flush()
            warn("archgen: waiting for a change; Ctrl-C ends\n")
    except KeyboardInterrupt:
        return 0
    return 0


def _lint(options: argparse.Namespace) -> int:
    asked = formats(options, tuple(FORMATS), "json=findings.json")
    settings = settle(_asked(options), catalogue())
    keep = _keep(options, settings)
    if options.fix or options.diff:
        from archgen.app.findings.typo_fixes import mend

        mend(tuple(options.paths), warn, keep=options.fix and not options.diff)
    elif options.unsafe_fixes:
        raise UsageError("--unsafe-fixes goes with --fix, or with --diff to see the changes first")
    done = _judged(options, settings, keep)
    # what was judged stays until something else is: at the end of the process nobody takes it apart
    _kept[:] = [done]
    if options.fix or options.diff:
        from archgen.app.findings.apply_fixes import fix

        writes = options.fix and not options.diff
        day = today(options.today)
        paths, unsafe = tuple(options.paths), options.unsafe_fixes
        told = fix(done.outcome, settings.policy, day, warn, keep=writes, unsafe=unsafe, paths=paths)
        sentences = tuple(told)
        for sentence in sentences:
            warn(f"archgen: {brief(sentence)}\n")
        if writes and sentences:
            done = _judged(options, settings, keep)
    isolation = Isolation()
    tell(asked, FORMATS, done.outcome, linked(), isolation)
    for note in done.notes:
        warn(f"archgen: {brief(note)}\n")
    if any(name == "github" for name, _ in asked):
        summarise(done.outcome)
    failed = report_errors((*done.errors, *isolation.errors))
    return 2 if failed else exit_code(done.outcome.findings, settings.fail_on)


def _judged(options: argparse.Namespace, settings: Settings, keep: Keep) -> Run:
    with Progress() as progress:
        return lint(
            tuple(options.paths),
            today(options.today),
            options.stdin_filename,
            settings,
            since=options.since,
            keep=keep,
            part=_part(options),
            tell=progress.tell,
        )


def _asked(options: argparse.Namespace) -> Asked:
    return Asked(
        select=_words(options.select),
        ignore=_words(options.ignore),
        persona=options.persona,
        fail_on=options.fail_on,
        baseline=options.baseline,
    )


def _words(given: list[str]) -> tuple[str, ...]:
    """What an option was given, several times or with commas."""
    return tuple(word.strip() for words in given for word in words.split(",") if word.strip())


def _part(options: argparse.Namespace) -> Part:
    if options.jobs < 0:
        raise UsageError(f"--jobs {options.jobs} is no number of processes; give 1 or more")
    if options.shard is None:
        return Part(jobs=options.jobs)
    shard, slash, shards = options.shard.partition("/")
    if not (slash and shard.isdecimal() and shards.isdecimal() and 1 <= int(shard) <= int(shards)):
        raise UsageError(f"--shard `{options.shard}` is not I/N with I from 1 to N, such as 2/3")
    return Part(int(shard), int(shards), options.jobs)


def _keep(options: argparse.Namespace, settings: Settings) -> Keep:
    keep: Keep = "write" if options.write_baseline else "prune" if options.prune_baseline else "read"
    if keep != "read" and settings.baseline is None:
        raise UsageError(f"--{keep}-baseline needs a file; name one with --baseline FILE")
    if keep != "read" and options.since is not None:
        raise UsageError(f"--{keep}-baseline is about all findings; leave --since out")
    return keep
