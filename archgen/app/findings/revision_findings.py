"""The findings in the models of a Git revision, so that only new ones are reported."""

from __future__ import annotations

from archgen.app.models import check_models
from archgen.app.workspace.inputs import Input
from archgen.app.workspace.revisions import commit, read_at
from archgen.linting.checked_model import reopened
from archgen.linting.rule import Rule


def fingerprints_at(
    revision: str, files: tuple[str, ...], today: str, rules: tuple[Rule, ...], *, acceptances: bool = True
) -> tuple[str, ...]:
    """The fingerprints of the open findings of these files at a revision, as of `today`.

    Without `acceptances` the accepted findings are open, too.
    A file that was not there, or could be given no meaning, had none. UsageError if there is no such revision.
    """
    sha = commit(revision)
    before = tuple(each for file in files if (each := read_at(sha, revision, file)) is not None)

    def beside(path: str) -> Input | None:
        return read_at(sha, revision, path.removeprefix(f"{revision}:"))

    models = check_models(before, today, ladder=False, rules=rules, beside=beside)
    models = models if acceptances else reopened(models)
    return tuple(each.fingerprint for model in models for each in model.findings if each.accepted is None)
