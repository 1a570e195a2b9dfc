"""Pictures as files: every view of every model in every format that was asked for."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from archgen.errors import UsageError
from archgen.model import Flow
from archgen.project.choice import one_of
from archgen.project.formats import FORMATS, Format
from archgen.project.pictures import Drawing
from archgen.site import Tier
from archgen.views.aspects import ASPECTS
from archgen.views.path import path

VIEWS = (*ASPECTS, "flows", "paths", "diff")
USUAL = ("deployment", "flows")
"""The views that are drawn unless others are asked for.

`flows` are sequences, `paths` what each flow touches of the deployment; `diff` is of a tier and the one that it follows.
"""


class File(Struct, frozen=True):
    """A picture under the name `<model>.<view>.<extension>`; the views of a flow are `flow-<id>` and `path-<id>`."""

    name: str
    content: bytes


def draw(
    tiers: tuple[Tier, ...], drawing: Drawing, formats: tuple[str, ...], views: tuple[str, ...], flow: str | None
) -> Iterator[File]:
    """The pictures of the tiers; without `views` all that a format can show, with `flow` only that flow.

    UsageError for a flow that no tier has, and for a view that was asked for and that a format cannot show.
    """
    if flow is not None:
        _check_flow(tiers, flow)
    for name in formats:
        _check_views(name, views or ("flows",) if flow is not None else views)
        for tier in tiers:
            yield from _pictures(FORMATS[name], tier, drawing, views or USUAL, flow)
        if "diff" in views and flow is None:
            yield from _changes(FORMATS[name], tiers, drawing)


def _pictures(form: Format, tier: Tier, drawing: Drawing, views: tuple[str, ...], only: str | None) -> Iterator[File]:
    for view, aspect in ASPECTS.items():
        if form.deployment is not None and view in views and only is None:
            shown = aspect(tier.topology, tier.findings if drawing.findings else ())
            if shown is not None:
                yield File(f"{tier.slug}.{view}.{form.extension}", form.deployment(drawing.showing(shown), tier))
    if form.flow is not None and ("flows" in views or (only is not None and "paths" not in views)):
        for flow in tier.topology.architecture.flows:
            if only in (None, flow.id):
                yield File(
                    f"{tier.slug}.flow-{tier.topology.flow_slugs[flow.id]}.{form.extension}",
                    form.flow(drawing, tier, flow),
                )
    if "paths" in views:
        for flow in tier.topology.architecture.flows:
            if only in (None, flow.id):
                yield from _path(form, tier, drawing, flow)


def _path(form: Format, tier: Tier, drawing: Drawing, flow: Flow) -> Iterator[File]:
    name = f"{tier.slug}.path-{tier.topology.flow_slugs[flow.id]}.{form.extension}"
    if form.path is not None:
        yield File(name, form.path(drawing, tier, flow))
    elif form.deployment is not None:
        shown = path(tier.topology, flow, tier.findings if drawing.findings else ())
        yield File(name, form.deployment(drawing.showing(shown), tier))


def _changes(form: Format, tiers: tuple[Tier, ...], drawing: Drawing) -> Iterator[File]:
    """Each tier with the one that it follows, where both are given."""
    from archgen.evolution import evolve
    from archgen.evolution.side import Side

    known = {tier.id: tier for tier in tiers}
    for tier in tiers:
        before = known.get(tier.topology.architecture.follows or "")
        if before is not None and form.diff is not None:
            old, new = (Side(one.topology, one.findings) for one in (before, tier))
            yield File(f"{tier.slug}.diff.{form.extension}", form.diff(drawing, evolve(old, new)))


def _check_flow(tiers: tuple[Tier, ...], flow: str) -> None:
    one_of(flow, tuple(dict.fromkeys(each.id for tier in tiers for each in tier.topology.architecture.flows)), "flow")


def _check_views(name: str, views: tuple[str, ...]) -> None:
    for view in views:
        if _way(FORMATS[name], view) is None:
            able = [other for other, one in FORMATS.items() if _way(one, view) is not None]
            raise UsageError(f"{name} cannot show {view}; formats that can: {', '.join(able)}")


def _way(form: Format, view: str) -> object | None:
    return {"flows": form.flow, "diff": form.diff, "paths": form.path or form.deployment}.get(view, form.deployment)
