"""Review a change for the engineer who decides on it.

archgen review BASE..HEAD [PATH ...]        models of two Git revisions
archgen review BASE...HEAD [PATH ...]       models of HEAD with those where it branched off from BASE
archgen review BASE [PATH ...]              models of a Git revision with the current ones

Exit code: 0, 1 by --fail-on, or 2 for a usage error or an invalid model.
"""

from __future__ import annotations

import argparse

from msgspec.structs import replace

from archgen.app.config.evaluation_date import today
from archgen.app.exit_codes import INVALID
from archgen.app.report_formats import REVIEW
from archgen.app.review import draw_diagram, forge_address, review_exit_code, review_models
from archgen.app.workspace.atomic_write import write
from archgen.cli.internal_errors import report_errors
from archgen.cli.parser import add_formats, add_today, requested_formats, terminal_style, write_reports
from archgen.linting.policy import FAIL_ON
from archgen.model.finding import CONFIDENCES
from archgen.system.internal_errors import Isolation


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("range", metavar="BASE..HEAD", help="Git revisions to compare")
    parser.add_argument("paths", nargs="*", metavar="PATH", help="Models or directories [default: all that changed]")
    add_today(parser)
    add_formats(parser, REVIEW)
    parser.add_argument(
        "--links",
        metavar="URL",
        help="Address that links to lines begin with, such as https://github.com/OWNER/REPO/blob [default: that of the CI job]",
    )
    parser.add_argument(
        "--svg", metavar="FILE", help="Draw the changed neighborhood to this file instead of as Mermaid"
    )
    parser.add_argument(
        "--fail-on",
        metavar="SEVERITY",
        choices=FAIL_ON,
        default="never",
        help="Exit with code 1 for new findings of this severity or higher: %(choices)s [default: never]",
    )
    parser.add_argument(
        "--min-confidence",
        metavar="CONFIDENCE",
        choices=CONFIDENCES,
        default="low",
        help="Report only findings of at least this confidence: %(choices)s [default: low]",
    )


def run(options: argparse.Namespace) -> int:
    """Compare the revisions, and report in every format."""
    requested = requested_formats(options, "json=review.json")
    isolation = Isolation()
    words = (options.range, *options.paths)
    report = review_models(words, today(options.today), forge_address(options.links), isolation, options.min_confidence)
    drawn = isolation.attempt(lambda: draw_diagram(report, options.svg), "", "the diagram")
    if drawn is not None:
        mermaid, svg = drawn
        report = replace(report, diagram=mermaid, picture=options.svg if svg else "")
        if svg:
            write(options.svg, svg.encode())
    write_reports(requested, REVIEW, report, terminal_style(), isolation)
    return INVALID if report_errors(isolation.errors) else review_exit_code(report, options.fail_on)
