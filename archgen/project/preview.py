"""The site while its models are being written: those that cannot be read are shown as what is wrong with them."""

from __future__ import annotations

from msgspec import Struct

from archgen.finding import Finding
from archgen.policy import MEANINGLESS
from archgen.project.catalogue import catalogue
from archgen.project.inputs import model_id, read
from archgen.project.models import Model, judge
from archgen.project.pictures import Drawing
from archgen.project.site import verdict
from archgen.project.tiers import tiers
from archgen.site import Broken, Page
from archgen.site.pages import pages


class Preview(Struct, frozen=True):
    """The pages, and every finding that leaves a model without a meaning."""

    pages: tuple[Page, ...]
    problems: tuple[Finding, ...]


def preview(files: tuple[str, ...], today: str) -> Preview:
    """Judge model files as of an ISO date and write the pages of all of them, as far as each can be shown."""
    models = judge(read(files), today)
    sound = tuple(model for model in models if model.topology is not None and not model.problems)
    broken = [_broken(model) for model in models if model.topology is None or model.problems]
    found = pages(tiers(sound), Drawing(), catalogue(), verdict(today), broken)
    return Preview(tuple(found), tuple(finding for one in broken for finding in one.findings))


def _broken(model: Model) -> Broken:
    findings = tuple(one for one in model.findings if one.rule in MEANINGLESS)
    return Broken(model_id(model.file), model.file, findings)
