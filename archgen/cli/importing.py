"""An import as two commands run it: errors first, then the model, then what it holds."""

from __future__ import annotations

import os

from archgen.app.exit_codes import INVALID, OK
from archgen.app.importing.existing import write_model
from archgen.app.importing.importing import Import, NothingImported, import_model, summary
from archgen.cli.output import say, warn
from archgen.importers.facts import SourceError
from archgen.importers.names import make_id
from archgen.model.architecture import SUFFIX
from archgen.report.common.terminal import brief


def import_or_report(
    paths: tuple[str, ...], name: str | None = None, profiles: tuple[str, ...] = (), values: tuple[str, ...] = ()
) -> Import:
    """Import, and report the errors of the configurations; raise UsageError where nothing is recognized."""
    try:
        result = import_model(paths, name, profiles, values)
    except NothingImported as nothing:
        _warn(nothing.errors)
        raise
    _warn(result.errors)
    return result


def import_from(paths: tuple[str, ...], output: str) -> int:
    """Import into a file, or into a directory under the system's name; return the exit code."""
    result = import_or_report(paths)
    name = make_id(str(result.model.values["name"]).lower())
    file = output if output.endswith(SUFFIX) else os.path.join(output, name + SUFFIX)
    write_model(file, result.text, check=False)
    report_written(result, file)
    return INVALID if result.errors else OK


def report_written(result: Import, file: str) -> None:
    """Say what was written, and the next step."""
    say(f"wrote {brief(file)}\n{summary(result)}next: archgen lint {brief(file)}\n")


def _warn(errors: tuple[SourceError, ...]) -> None:
    for error in errors:
        warn(f"archgen: {brief(f'{error.path}:{error.line}:{error.column}: {error.message}')}\n")
