"""Pictures as files: every view of every model in every format that was asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct

from archgen.app.config.choice import require_choice
from archgen.app.drawing.formats import FORMATS, DrawingFormat
from archgen.app.drawing.levels import at_levels, declared_views
from archgen.app.drawing.pictures import Drawing
from archgen.linting.checked_model import CheckedModel
from archgen.model.architecture import Flow
from archgen.model.problems import UsageError
from archgen.system.internal_errors import Isolation
from archgen.views.aspects import ASPECTS
from archgen.views.diagram import Diagram

if TYPE_CHECKING:
    from archgen.compare import Evolution

VIEWS = (*ASPECTS, "flows", "paths", "diff")
USUAL = ("deployment", "flows")
"""The views that are drawn unless others are asked for.

`flows` are sequences, `paths` what each flow touches of the deployment; `diff` is of a tier and the one that it follows.
"""


class File(Struct, frozen=True):
    """A picture under the name `<model>.<view>.<extension>`; the views of a flow are `flow-<id>` and `path-<id>`.

    That of an opened group is `<model>.<view>.<group>.<extension>`.
    """

    name: str
    content: bytes


class _Picture(Struct, frozen=True):
    """A picture that is not drawn yet: its name, the model that it is of, and what draws it, or finds nothing to draw."""

    name: str
    file: str
    draw: Callable[[], bytes | None]


def draw(
    tiers: tuple[CheckedModel, ...],
    drawing: Drawing,
    formats: tuple[str, ...],
    views: tuple[str, ...],
    flow: str | None,
    isolation: Isolation,
    level: str | None = None,
) -> Iterator[File]:
    """The pictures of the tiers; without `views` all that a format can show, with `flow` only that flow.

    A picture that fails unexpectedly is left out. UsageError for a flow that no tier has, and for a view that was asked for
    and that a format cannot show.
    """
    names = (*VIEWS, *declared_views(tiers))
    for view in views:
        require_choice(view, names, "view")
    if flow is not None:
        _check_flow(tiers, flow)
    for name in formats:
        _check_views(name, views or ("flows",) if flow is not None else views)
        pictures = [
            picture
            for tier in tiers
            for picture in _pictures(FORMATS[name], tier, drawing, views or USUAL, flow, level)
        ]
        if "diff" in views and flow is None:
            pictures += _changes(FORMATS[name], tiers, drawing)
        for picture in pictures:
            content = isolation.attempt(picture.draw, picture.file, picture.name)
            if content is not None:
                yield File(picture.name, content)


def _pictures(
    form: DrawingFormat,
    tier: CheckedModel,
    drawing: Drawing,
    views: tuple[str, ...],
    only: str | None,
    level: str | None,
) -> Iterator[_Picture]:
    slugs = tier.topology.flow_slugs
    flows = [flow for flow in tier.topology.architecture.flows if only in (None, flow.id)]

    def picture(view: str, make: Callable[[], bytes | None]) -> _Picture:
        return _Picture(f"{tier.slug}.{view}.{form.extension}", tier.topology.architecture.file, make)

    for view in (*ASPECTS, *(view.id for view in tier.architecture.views)):
        if form.deployment is not None and view in views and only is None:
            for name, shown in at_levels(
                tier, view, level, drawing.findings, form.complete, drawing.legibility, drawing.is_page
            ):
                yield picture(name, partial(_aspect, form, shown, tier, drawing))
    if form.flow is not None and ("flows" in views or (only is not None and "paths" not in views)):
        for flow in flows:
            yield picture(f"flow-{slugs[flow.id]}", partial(form.flow, drawing, tier, flow))
    if "paths" in views:
        for flow in flows:
            yield picture(f"path-{slugs[flow.id]}", partial(_path, form, tier, drawing, flow))


def _aspect(form: DrawingFormat, shown: Diagram, tier: CheckedModel, drawing: Drawing) -> bytes | None:
    return form.deployment(drawing.showing(shown), tier) if form.deployment is not None else None


def _path(form: DrawingFormat, tier: CheckedModel, drawing: Drawing, flow: Flow) -> bytes | None:
    if form.path is not None:
        return form.path(drawing, tier, flow)
    if form.deployment is None:
        return None
    from archgen.views.path import path_diagram

    shown = path_diagram(tier.topology, flow, tier.findings if drawing.findings else ())
    return form.deployment(drawing.showing(shown), tier)


def _changes(form: DrawingFormat, tiers: tuple[CheckedModel, ...], drawing: Drawing) -> Iterator[_Picture]:
    """Each tier with the one that it follows, where both are given."""
    by_id = {tier.id: tier for tier in tiers}
    for tier in tiers:
        before = by_id.get(tier.topology.architecture.follows or "")
        if before is not None and form.diff is not None:
            make = partial(_change, form.diff, before, tier, drawing)
            yield _Picture(f"{tier.slug}.diff.{form.extension}", tier.topology.architecture.file, make)


def _change(
    form: Callable[[Drawing, Evolution], bytes], before: CheckedModel, tier: CheckedModel, drawing: Drawing
) -> bytes:
    from archgen.compare import evolve

    return form(drawing, evolve(before, tier))


def _check_flow(tiers: tuple[CheckedModel, ...], flow: str) -> None:
    require_choice(
        flow, tuple(dict.fromkeys(each.id for tier in tiers for each in tier.topology.architecture.flows)), "flow"
    )


def _check_views(name: str, views: tuple[str, ...]) -> None:
    for view in views:
        if _way(FORMATS[name], view) is None:
            able = [other for other, form in FORMATS.items() if _way(form, view) is not None]
            raise UsageError(f"{name} can't show {view}; formats that can: {', '.join(able)}")


def _way(form: DrawingFormat, view: str) -> object | None:
    return {"flows": form.flow, "diff": form.diff, "paths": form.path or form.deployment}.get(view, form.deployment)
