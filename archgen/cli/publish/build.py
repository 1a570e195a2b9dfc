"""Write the documentation site.

Exit code: 0, even with findings; 2 for a usage error or an invalid model.
"""

from __future__ import annotations

import argparse
import os

from archgen.app.config.evaluation_date import today
from archgen.app.exit_codes import INVALID, OK
from archgen.app.extras import needing_extra
from archgen.app.models import check_models
from archgen.app.workspace.inputs import find_and_read
from archgen.cli.internal_errors import report_errors
from archgen.cli.invalid_models import report_invalid
from archgen.cli.output import say, warn
from archgen.cli.parser import add_paths, terminal_style
from archgen.cli.progress import Progress
from archgen.linting.checked_model import confident
from archgen.model.finding import CONFIDENCES
from archgen.model.problems import UsageError
from archgen.site.page import Page, SitePart
from archgen.site_build.site import site_pages, unbuilt_site, write_pages
from archgen.site_build.zensical import plugin_warning
from archgen.system.internal_errors import InternalError, Isolation


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_paths(parser)
    parser.add_argument("-o", "--output", metavar="DIR", default="site", help="Directory of the HTML [default: site]")
    parser.add_argument("--pages", metavar="DIR", help="Write Markdown pages and a mkdocs.yml here instead of HTML")
    parser.add_argument("--static", action="store_true", help="With --pages, for hosts that remove scripts and styles")
    parser.add_argument("--single-file", metavar="FILE", help="Write the whole site as this HTML file")
    parser.add_argument(
        "--min-confidence",
        metavar="CONFIDENCE",
        choices=CONFIDENCES,
        default="low",
        help="Show only findings of at least this confidence: %(choices)s [default: low]",
    )
    parser.add_argument("--name", metavar="NAME", default="Systems", help="Name of the site [default: Systems]")


def run(options: argparse.Namespace) -> int:
    """Check the models, make every page, and write them."""
    if options.single_file and options.pages:
        raise UsageError("--single-file can't be combined with --pages")
    if options.static and not options.pages:
        raise UsageError("--static needs --pages DIR")
    models = check_models(find_and_read(tuple(options.paths), options.stdin_filename), day := today(options.today))
    if report_invalid(models, terminal_style()):
        return INVALID
    models = confident(models, options.min_confidence)
    isolation = Isolation()
    isolation.errors += (error for model in models for error in model.errors)
    if options.single_file or options.pages:
        pages = site_pages(models, day)
        isolation.errors += (error for page in pages for error in page.errors)
        documents = sum(1 for page in pages if page.path.endswith(".md"))
        if options.single_file:
            _write_single(pages, options.name, options.single_file, isolation)
        else:
            write_pages(pages, options.name, options.pages, options.static)
    else:
        chapters = unbuilt_site(models, day)
        documents = sum(1 for chapter in chapters if chapter.title)
        isolation.errors += _write_html(chapters, options.name, options.output)
    warning = plugin_warning()
    if warning:
        warn(f"{warning}\n")
    say(f"wrote {documents} pages to {options.single_file or options.pages or options.output}\n")
    if not (options.single_file or options.pages):
        say(f"next: open {os.path.join(options.output, 'index.html')}\n")
    return INVALID if report_errors(isolation.errors) else OK


def _write_single(pages: tuple[Page, ...], name: str, output: str, isolation: Isolation) -> None:
    with needing_extra("a site"):
        from archgen.site_build.one_file import write_single
    write_single(pages, name, output, isolation)


def _write_html(chapters: tuple[SitePart, ...], name: str, output: str) -> tuple[InternalError, ...]:
    with needing_extra("a site"):
        from archgen.site_build.html_site import write_html
    with Progress() as progress:
        return write_html(chapters, name, output, progress.advance)
