"""What stands on a slide, measured: nothing lies on anything else, words fit what they stand in, and can be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from io import BytesIO
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.paths import ROOT

pptx = pytest.importorskip("pptx", reason="the slides extra is not installed")

from pptx import Presentation  # noqa: E402
from pptx.dml.color import RGBColor  # noqa: E402
from pptx.oxml.ns import qn  # noqa: E402
from pptx.presentation import Presentation as PptxPresentation  # noqa: E402
from pptx.slide import Slide  # noqa: E402
from pptx.util import Emu, Pt  # noqa: E402

from archgen.app.drawing.pictures import Drawing  # noqa: E402
from archgen.app.drawing.slides import export_pptx, make_deck  # noqa: E402
from archgen.app.drawing.systems import visible_systems  # noqa: E402
from archgen.app.models import check_models  # noqa: E402
from archgen.app.workspace.inputs import Input, find, read  # noqa: E402
from archgen.layout.placed import Box, Placed  # noqa: E402
from archgen.layout.sequence.lanes import messages  # noqa: E402
from archgen.linting.checked_model import CheckedModel  # noqa: E402
from archgen.render.scene.diagram import diagram_scene  # noqa: E402
from archgen.render.scene.shapes import CanvasLine, SceneGroup  # noqa: E402
from archgen.slides.layout.rerouting import simplify_routes  # noqa: E402
from archgen.slides.layout.spatial_index import BoxIndex  # noqa: E402
from archgen.slides.pptx.dashes import dash_widths  # noqa: E402
from archgen.slides.values import Deck, DiagramSlide, FlowSlide, TableSlide, TextSlide  # noqa: E402
from archgen.style.text_metrics import text_width  # noqa: E402
from archgen.style.theme import LINES  # noqa: E402
from tests.slides.test_slides import FULL, corners, every, faults, shipped, shipped_deck, shipped_pages  # noqa: E402

DAY = "2026-11-24"
DRAWING = Drawing("best", "light")
SlideKind = TypeVar("SlideKind", DiagramSlide, FlowSlide, TableSlide, TextSlide)


def model(text: str) -> CheckedModel:
    (tier,) = visible_systems(check_models((Input("m.arch.yaml", text.encode()),), DAY))
    return tier


def racks(count: int) -> str:
    hosts = [f"node-{at}" for at in range(count)]
    return "\n".join(
        [
            "archgen: 1",
            f"name: {count} equal servers behind a balancer",
            "hosts:",
            "  lb-1: {}",
            *(f"  {host}: {{}}" for host in hosts),
            "components:",
            "  user: {kind: client}",
            "  lb: {kind: load-balancer, product: haproxy, runs_on: lb-1}",
            f"  web: {{kind: web-server, product: nginx, runs_on: [{', '.join(hosts)}]}}",
            f"  app: {{kind: app-server, runs_on: [{', '.join(hosts)}]}}",
            f"  agent: {{kind: monitoring-agent, runs_on: [{', '.join(hosts)}]}}",
            "  watch: {kind: monitoring, managed: true}",
            "  db: {kind: database, product: mysql, managed: true}",
            "connections:",
            "  user -> lb: https",
            "  lb -> web: http",
            "  web -> app: {protocol: fastcgi, locality: same-host}",
            "  app -> db: mysql",
            "  agent -> watch: https",
            "flows:",
            "  read: {title: Read, steps: [user -> lb: GET /, lb -> web: GET /, web -> app: run, app -> db: SELECT]}",
        ]
    )


WORDS = """archgen: 1
name: 支払いとユーザー管理のための分散システム — نظام موزع لإدارة المدفوعات with a name that does not fit one line
summary: 日本語とالعربيةと😀 in one summary.
hosts:
  prod-1: {name: 本番サーバー一号機（東京データセンター）, address: "2001:db8:85a3:8d3:1319:8a2e:370:7348"}
  long-2: {name: the-second-production-host-with-a-very-long-name.eu-central-1.example.internal}
components:
  user: {kind: client, name: المستخدم النهائي}
  web: {kind: web-server, name: ウェブサーバーとリバースプロキシ, runs_on: [prod-1, long-2]}
  app: {kind: app-server, name: TheApplicationServerWithACamelCaseNameThatNeverEnds, runs_on: [prod-1, long-2]}
  db:
    kind: database
    name: قاعدة البيانات الرئيسية
    product: postgresql
    runs_on: [prod-1, long-2]
    replication: {primary: prod-1, failover: manual}
connections:
  user -> web: https
  web -> app: {protocol: memcached, port: 65535}
  app -> db: postgresql
flows:
  read:
    title: 利用者がページを開き、 وقاعدة البيانات تجيب and the whole title is too long for one line of a slide
    steps:
      - user -> web: GET /ページ?質問=ここに非常に長いクエリ文字列が続きますので折り返しが必要です
      - web -> app: مرحبا بالعالم هذا نص طويل جدا يحتاج إلى أكثر من سطر واحد
      - app -> db: SELECT 'a very long statement that keeps going' FROM somewhere
      - db --> app: rows 😀😀😀
      - app --> web: ok
      - web --> user: 200 OK
"""

ALONE = (
    "archgen: 1\nname: Alone\ncomponents:\n  user: {kind: client}\n  web: {kind: web-server, product: nginx}\n"
    "connections:\n  user -> web: https\nflows:\n  read: {title: Read, steps: [user -> web: GET /]}\n"
)


def well_built(name: str) -> CheckedModel:
    (tier,) = visible_systems(
        check_models(read(find((str(ROOT / "tests" / "well_built" / f"{name}.arch.yaml"),)), ""), DAY)
    )
    return tier


HARD: dict[str, Callable[[], CheckedModel]] = {
    "words": lambda: model(WORDS),
    "alone": lambda: model(ALONE),
    "twelve": lambda: model(racks(12)),
    "eighty": lambda: model(racks(80)),
    "shop": lambda: well_built("shop"),
    "queue": lambda: well_built("queue"),
}
EACH = pytest.mark.parametrize("name", ["models", *HARD])


@cache
def hard(name: str) -> CheckedModel:
    return HARD[name]()


@cache
def told(name: str) -> tuple[Deck, PptxPresentation]:
    """A deck and what is read back of it."""
    if name == "models":
        return shipped_deck(), shipped_pages()
    made = make_deck((hard(name),), DRAWING, None, FULL)
    return made, Presentation(BytesIO(export_pptx((hard(name),), DRAWING, made, None)))


def pages(name: str, sort: type[SlideKind]) -> Iterator[tuple[SlideKind, Slide]]:
    made, presentation = told(name)
    for slide, page in zip(made.slides, presentation.slides, strict=True):
        if isinstance(slide, sort):
            yield slide, page


def box(shape: Any) -> Box:
    return Box(shape.left, shape.top, shape.width, shape.height)


def cards(page: Slide) -> list[Any]:
    """The cards of a picture: what has sites for its lines."""
    return [
        one
        for one in every(page.shapes)
        if one._element.tag == qn("p:sp") and one._element.find(f".//{qn('a:custGeom')}") is not None
    ]


def guards(tier_deck: DiagramSlide) -> set[str]:
    return {one.node.subject for one in tier_deck.placed.nodes if one.node.guards}


@pytest.mark.sampled(4)
@EACH
def test_cards_and_labels_lie_on_nothing(name: str) -> None:
    for slide, page in pages(name, DiagramSlide):
        shown = cards(page)
        labels = [one for one in every(page.shapes) if one.name.endswith(" label")]
        for one, other in combinations([*shown, *labels], 2):
            assert not box(one).overlaps(box(other), -Pt(0.5)), (slide.title, one.name, other.name)
        groups = [shape for shape in every(page.shapes) if shape.shape_type == 6]
        headings = [one for group in groups for one in group.shapes if one.name in ("name", "detail")]
        for heading in headings:
            for card in shown:
                if card.name not in guards(slide):
                    assert not box(heading).overlaps(box(card), -Pt(1)), (slide.title, heading.text_frame.text)


@EACH
def test_icons_of_cards_can_be_seen(name: str) -> None:
    """A long name may leave an icon no room; then there is none."""
    for slide, page in pages(name, DiagramSlide):
        pictures = [shape for shape in every(page.shapes) if shape.shape_type == 13 and shape.name.endswith(" icon")]
        widest = max((shape.width for shape in pictures), default=0)
        assert [shape.name for shape in pictures if shape.width < widest / 4] == [], slide.title


@pytest.mark.sampled(4)
@EACH
def test_words_on_pictures_fit_their_shapes(name: str) -> None:
    drawn: list[tuple[DiagramSlide | FlowSlide, Slide]] = [*pages(name, DiagramSlide), *pages(name, FlowSlide)]
    for slide, page in drawn:
        for one in every(page.shapes):
            if one.is_placeholder or one.shape_type == 6 or not one.has_text_frame or not one.text_frame.text:
                continue
            body = one._element.find(qn("p:txBody")).find(qn("a:bodyPr"))
            inset = int(body.get("lIns", 0)) / 12700
            for part in one.text_frame.paragraphs:
                wide = sum(
                    text_width(run.text, run.font.size.pt, bool(run.font.bold)) for run in part.runs if run.font.size
                )
                assert wide + inset <= one.width.pt + 4, (slide.title, one.name, part.text)


@pytest.mark.parametrize("name", ["models", "words", "alone"])
def test_no_line_of_a_connector_runs_through_a_card(name: str) -> None:
    for slide, page in pages(name, DiagramSlide):
        shown = cards(page)
        for one in (one for one in every(page.shapes) if one._element.tag == qn("p:cxnSp")):
            way = corners(one)
            assert len(way) <= 4, (slide.title, one.name)
            for (x0, y0), (x1, y1) in pairwise(way):
                line = Box(min(x0, x1), min(y0, y1), abs(x1 - x0), abs(y1 - y0))
                for card in shown:
                    assert not line.overlaps(box(card), -Pt(1)), (slide.title, one.name, card.name)


@EACH
def test_every_connector_has_two_corners_at_most(name: str) -> None:
    # LibreOffice draws the format's longer connectors on ways of its own
    for _, page in pages(name, DiagramSlide):
        for one in every(page.shapes):
            if one._element.tag == qn("p:cxnSp"):
                form = one._element.spPr.find(qn("a:prstGeom")).get("prst")
                assert form in ("straightConnector1", "bentConnector2", "bentConnector3"), one.name


def test_what_is_said_in_a_flow_can_be_read() -> None:
    for slide, page in pages("models", FlowSlide):
        sizes = [
            run.font.size.pt
            for one in every(page.shapes)
            if one.name == "words"
            for part in one.text_frame.paragraphs
            for run in part.runs
        ]
        assert min(sizes) >= 9.9, slide.title


@EACH
def test_a_part_of_a_flow_shows_who_takes_part_in_it(name: str) -> None:
    for slide, page in pages(name, FlowSlide):
        sequence = slide.placed.sequence
        if " of " in slide.title:
            told = {end for one in messages(sequence.items) for end in (one.source, one.target)}
            assert told <= {one.id for one in sequence.participants}
            assert len(sequence.participants) <= len(told) + 1, slide.title
        tops = {one.top for one in every(page.shapes) if one.name in {each.id for each in sequence.participants}}
        assert len(tops) == 1


def test_a_flow_of_the_shipped_models_takes_two_slides_at_most() -> None:
    assert not [one.title for one in shipped_deck().slides if isinstance(one, FlowSlide) and " of 3)" in one.title]


@EACH
def test_prose_and_tables_end_on_their_slide(name: str) -> None:
    for _, page in [*pages(name, TextSlide), *pages(name, TableSlide)]:
        for one in every(page.shapes):
            assert one.top.pt + one.height.pt <= 540
            if one.has_text_frame and one.name.endswith("words"):
                size = one.text_frame.paragraphs[0].runs[0].font.size.pt
                assert size >= 24
            if one.has_text_frame and one.name == "below the table":
                assert one.text_frame.paragraphs[0].runs[0].font.size.pt >= 18


@EACH
def test_the_legend_tells_all_that_occurs_and_ends_on_its_slide(name: str) -> None:
    for slide, page in pages(name, DiagramSlide):
        said = [one.name.removeprefix("legend: ") for one in page.shapes if one.name.startswith("legend: ")]
        meanings = {one.edge.meaning for one in slide.placed.edges}
        assert said[: len(meanings)] == [line.words for meaning, line in LINES.items() if meaning in meanings]
        last = [one for one in page.shapes if one.name == "legend words"][-1]
        assert last.left.pt + last.width.pt <= 925


def test_a_line_that_is_dashed_is_drawn_once() -> None:
    # a rectangle without height has two sides, whose dashes fill each other's gaps
    for _, page in [*pages("models", DiagramSlide), *pages("models", FlowSlide)]:
        for one in every(page.shapes):
            if one._element.tag == qn("p:sp") and 0 in (one.width, one.height):
                assert one._element.spPr.find(qn("a:prstGeom")).get("prst") == "line", one.name


# Templates


def blank(made: PptxPresentation) -> None:
    """Only a layout without any placeholder of a title."""
    for one in list(made.slide_layouts)[::-1]:
        if one.name != "Blank":
            made.slide_layouts.remove(one)


def wide(made: PptxPresentation) -> None:
    made.slide_width, made.slide_height = Emu(12192000), Emu(6858000)


def titled(made: PptxPresentation, left: float, top: float, width: float, height: float) -> None:
    wide(made)
    for place in (made.slide_masters[0], *made.slide_layouts):
        for one in place.placeholders:
            if one.placeholder_format.type in (1, 3):
                one.left, one.top, one.width, one.height = (Emu(Pt(length)) for length in (left, top, width, height))


def navy(made: PptxPresentation) -> None:
    """A dark ground under a scheme that is made for a white one."""
    wide(made)
    fill = made.slide_masters[0].background.fill
    fill.solid()
    fill.fore_color.rgb = RGBColor.from_string("141E3C")  # type: ignore[no-untyped-call]


TEMPLATES = {
    "4:3": lambda made: None,
    "blank": blank,
    "title below": lambda made: titled(made, 40, 470, 500, 50),
    "title beside": lambda made: titled(made, 20, 40, 200, 440),
    "navy": navy,
}


@pytest.mark.slow
@pytest.mark.parametrize("sort", TEMPLATES)
def test_an_odd_template_gives_whole_slides(sort: str, tmp_path: Path) -> None:
    made = Presentation()
    TEMPLATES[sort](made)
    target = BytesIO()
    made.save(target)
    deck = make_deck(shipped()[:1], DRAWING, None, FULL)
    content = export_pptx(shipped()[:1], DRAWING, deck, target.getvalue())
    presentation = Presentation(BytesIO(content))
    for slide, page in zip(deck.slides, presentation.slides, strict=True):
        title = page.shapes.title
        assert title is not None
        assert title.text_frame.text[:4] == slide.title[:4]
        for one in page.shapes:
            if not one.is_placeholder or one == title:
                assert one.left >= 0, (slide.title, one.name)
                assert one.top >= 0, (slide.title, one.name)
                assert one.left + one.width <= presentation.slide_width, (slide.title, one.name)
                assert one.top + one.height <= presentation.slide_height, (slide.title, one.name)
            if one != title and one.name != "slide number" and isinstance(slide, (DiagramSlide, FlowSlide, TableSlide)):
                assert not box(one).overlaps(box(title), -Pt(10)), (slide.title, one.name)
    assert faults(content, tmp_path) == []


def test_words_on_a_ground_that_hides_the_templates_own_are_light() -> None:
    made = Presentation()
    navy(made)
    target = BytesIO()
    made.save(target)
    deck = make_deck(shipped()[:1], DRAWING, None, FULL)
    presentation = Presentation(BytesIO(export_pptx(shipped()[:1], DRAWING, deck, target.getvalue())))
    for slide, page in zip(deck.slides, presentation.slides, strict=True):
        runs = [run for part in page.shapes.title.text_frame.paragraphs for run in part.runs]
        assert all(str(run.font.color.rgb) == "E9EDF3" for run in runs), slide.title
        if isinstance(slide, DiagramSlide):
            assert "schemeClr" not in "".join(
                run._r.xml for card in cards(page) for part in card.text_frame.paragraphs for run in part.runs
            )


# Ways of connectors


def laid(name: str) -> Placed:
    return DRAWING.fitted(DRAWING.diagram(hard(name)))


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", HARD)
def test_a_line_that_is_led_anew_keeps_its_ends_and_its_words(name: str) -> None:
    before = laid(name)
    after = simplify_routes(before)
    boxes = {one.node.id: one.box for one in before.nodes}
    for old, new in zip(before.edges, after.edges, strict=True):
        if len(old.points) <= 4:
            assert new == old
            continue
        assert len(new.points) <= 4
        assert all(x0 == x1 or y0 == y1 for (x0, y0), (x1, y1) in pairwise(new.points))
        for node, (x, y) in ((old.edge.source, new.points[0]), (old.edge.target, new.points[-1])):
            card = boxes[node]
            assert x in (card.x, card.right) or y in (card.y, card.bottom)
            assert card.x <= x <= card.right
            assert card.y <= y <= card.bottom
        if new.label is not None:
            assert not any(new.label.box.overlaps(card) for card in boxes.values())
            ways = [one.points for one in after.edges if one.bundle == new.bundle]
            assert any(
                new.label.box.overlaps(Box(min(x0, x1), min(y0, y1), abs(x1 - x0), abs(y1 - y0)))
                for way in ways
                for (x0, y0), (x1, y1) in pairwise(way)
            )


def test_no_line_of_the_shipped_models_runs_along_a_border() -> None:
    for tier in shipped():
        placed = simplify_routes(DRAWING.fitted(DRAWING.diagram(tier)))
        near = BoxIndex(one.box for one in placed.nodes)
        assert [one.edge.subject for one in placed.edges if any(map(near.grazed, pairwise(one.points)))] == []


def test_a_line_grazes_what_it_runs_along_and_not_what_it_leaves() -> None:
    near = BoxIndex([Box(0, 0, 100, 40)])
    assert near.grazed(((-50, 40), (150, 40))) == 1
    assert near.grazed(((-50, 44), (150, 44))) == 1
    assert near.grazed(((103, -50), (103, 90))) == 1
    assert near.grazed(((100, 20), (150, 20))) == 0
    assert near.grazed(((-50, 50), (150, 50))) == 0
    assert near.grazed(((95, 41), (150, 41))) == 0


def through(placed: Placed) -> int:
    """How many lines run through a card."""
    return sum(
        any(
            Box(min(x0, x1), min(y0, y1), abs(x1 - x0), abs(y1 - y0)).overlaps(card.box, -1)
            for (x0, y0), (x1, y1) in pairwise(one.points)
            for card in placed.nodes
        )
        for one in placed.edges
    )


@pytest.mark.slow
def test_hardly_a_line_of_a_dense_deployment_runs_through_a_card() -> None:
    found = simplify_routes(laid("shop"))
    assert through(laid("shop")) == 0
    assert through(found) < sum(len(one.points) > 4 for one in laid("shop").edges)


def test_dashes_of_lines_that_meet_fall_on_each_other() -> None:
    placed = simplify_routes(DRAWING.fitted(DRAWING.diagram(shipped()[2])))
    usual = float(placed.measures.sizes.line)
    groups = [shape for shape in diagram_scene(placed).shapes if isinstance(shape, SceneGroup)]
    found = dash_widths([group.part for group in groups if isinstance(group.part, CanvasLine)], usual)
    met = [one for one in placed.edges if one.edge.subject == "app -> mysql" and one.edge.label == "writes"]
    assert len(met) == 2
    lengths = [sum(abs(x1 - x0) + abs(y1 - y0) for (x0, y0), (x1, y1) in pairwise(one.points)) for one in met]
    apart = (lengths[1] - lengths[0]) / (7 * found[met[0].bundle])
    assert abs(apart - round(apart)) < 0.02
    assert all(abs(one / usual - 1) <= 0.121 for one in found.values())
    lone = [one.bundle for one in placed.edges if one.edge.subject == "user -> firewall-1"]
    assert not set(lone) & set(found)
