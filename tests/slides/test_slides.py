"""Decks, read back: by python-pptx, by a validator of Open XML, and drawn by LibreOffice where it is installed."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.paths import ROOT

pptx = pytest.importorskip("pptx", reason="the slides extra is not installed")

from pptx import Presentation  # noqa: E402
from pptx.dml.color import RGBColor  # noqa: E402
from pptx.oxml.ns import qn  # noqa: E402
from pptx.presentation import Presentation as PptxPresentation  # noqa: E402
from pptx.slide import Slide  # noqa: E402
from pptx.util import Emu, Inches, Pt  # noqa: E402

from archgen.analysis.assessment import assess  # noqa: E402
from archgen.app.drawing.pictures import Drawing  # noqa: E402
from archgen.app.drawing.slides import export_pptx, make_deck  # noqa: E402
from archgen.app.drawing.systems import visible_systems  # noqa: E402
from archgen.app.models import check_models  # noqa: E402
from archgen.app.workspace.inputs import Input, find, read  # noqa: E402
from archgen.cli import main  # noqa: E402
from archgen.linting.checked_model import CheckedModel  # noqa: E402
from archgen.model.architecture import SUFFIX  # noqa: E402
from archgen.model.problems import UsageError  # noqa: E402
from archgen.slides.deck import DeckOptions  # noqa: E402
from archgen.slides.facts import plain_fix  # noqa: E402
from archgen.slides.layout.tables import lay_out, spread  # noqa: E402
from archgen.slides.layout.titles import whole_clause  # noqa: E402
from archgen.slides.pptx import write_pptx as written  # noqa: E402
from archgen.slides.pptx.routes import Route, connector_route  # noqa: E402
from archgen.slides.values import (  # noqa: E402
    ComparisonSlide,
    Deck,
    DiagramSlide,
    FlowSlide,
    Paragraph,
    TableSlide,
    TermsSlide,
    TextSlide,
    TitleSlide,
)
from archgen.style.text_metrics import text_width, wrap  # noqa: E402
from tests.generators.hostile_model import write  # noqa: E402
from tests.hostile import HOSTILE  # noqa: E402
from tests.patience import PATIENCE  # noqa: E402

DAY = "2026-11-24"


FULL = DeckOptions(full=True, glossary=True)
DRAWING = Drawing("domain", "light")


@cache
def shipped() -> tuple[CheckedModel, ...]:
    """Return the reference models; with its deck, by the first test that asks: each process collects all tests."""
    return visible_systems(check_models(read(find((str(ROOT / "models"),)), ""), DAY))


@cache
def shipped_deck() -> Deck:
    return make_deck(shipped(), DRAWING, None, FULL)


@cache
def shipped_file() -> bytes:
    return export_pptx(shipped(), DRAWING, shipped_deck(), None)


@cache
def shipped_pages() -> PptxPresentation:
    return opened(shipped_file())


def opened(content: bytes) -> PptxPresentation:
    return Presentation(BytesIO(content))


def every(shapes: Any) -> Iterator[Any]:
    for one in shapes:
        yield one
        if one.shape_type == 6:
            yield from every(one.shapes)


def connectors(slide: Slide) -> list[Any]:
    return [one for one in every(slide.shapes) if one._element.tag == qn("p:cxnSp")]


@pytest.fixture(params=sorted(path.name.removesuffix(SUFFIX) for path in (ROOT / "models").glob(f"*{SUFFIX}")))
def tier(request: pytest.FixtureRequest) -> CheckedModel:
    """Each of the reference models."""
    return next(tier for tier in shipped() if tier.id == request.param)


@pytest.fixture
def slide(tier: CheckedModel) -> Slide:
    """The slide of the deployment of a reference model."""
    title = f"{tier.topology.architecture.name}: deployment"
    both = zip(shipped_pages().slides, shipped_deck().slides, strict=True)
    pages: list[Slide] = [page for page, made in both if isinstance(made, DiagramSlide) and made.title == title]
    (page,) = pages
    return page


# What a deck holds


def test_a_deck_tells_every_tier() -> None:
    assert [one.title for one in shipped_deck().slides if isinstance(one, TitleSlide)] == [
        "Architecture",
        *(tier.topology.architecture.name for tier in shipped()),
        "Explanations",
    ]
    deployments = [
        one for one in shipped_deck().slides if isinstance(one, DiagramSlide) and one.title.endswith(": deployment")
    ]
    assert len(deployments) == len(shipped())
    named = [(tier.topology.architecture, flow) for tier in shipped() for flow in tier.topology.architecture.flows]
    flows = [f"{architecture.name}: {flow.title}" for architecture, flow in named]
    titles = [one.title for one in shipped_deck().slides]
    assert len(titles) == len(set(titles)), "a screen reader tells slides apart by their titles"
    told = [one.title for one in shipped_deck().slides if isinstance(one, FlowSlide)]
    numbered = [re.fullmatch(r"(.*?)(?: \((\d+) of \d+\))?", title) for title in told]
    assert [one[1] for one in numbered if one and one[2] in (None, "1")] == flows
    assert all(
        any(
            tier.topology.architecture.name in one.title for one in shipped_deck().slides if isinstance(one, TableSlide)
        )
        for tier in shipped()
    )


def test_every_open_issue_is_on_a_slide_with_its_number() -> None:
    for tier in shipped():
        numbers = [
            entry.badge.number
            for one in shipped_deck().slides
            if isinstance(one, TextSlide) and one.title.startswith(f"{tier.topology.architecture.name}: issues")
            for entry in one.entries
            if entry.badge
        ]
        assert numbers == [group.number for group in tier.open_groups]


def test_what_a_table_of_availabilities_assumes_is_on_the_slide_after_it() -> None:
    for tier in shipped():
        name = tier.topology.architecture.name
        tables = [
            one for one in shipped_deck().slides if isinstance(one, TableSlide) and one.title.startswith(f"{name}: ")
        ]
        assert tables[0].title == f"{name}: reliability"
        assert all(one.title.startswith(f"{name}: assumptions") for one in tables[1:])
        assessments = assess(tier.topology, 1)
        assumed = {(value.source, value.element.id) for result in assessments for value in result.assumed}
        assumed |= {(value.source, value.element.id) for result in assessments for value in result.times}
        assert {row[2] for table in tables[1:] for row in table.rows} == {source for source, _ in assumed}
        for source, element in assumed:
            line = next(each for each in tables[0].notes.splitlines() if source in each)
            assert element in line


def test_a_model_that_states_all_has_no_slide_of_what_is_assumed(tmp_path: Path) -> None:
    file = tmp_path / "declared.arch.yaml"
    file.write_text(
        "archgen: 1\nname: Declared\nchanges: false\nhosts: {a: {availability: 99.9%}}\ncomponents:\n  user: {kind: client}\n"
        "  web: {kind: web-server, runs_on: a, availability: 99.99%}\nconnections:\n  user -> web: https\n"
        "flows:\n  read:\n    title: Read\n    steps: [user -> web: GET /]\n",
        encoding="utf-8",
    )
    (tier,) = visible_systems(check_models(read(find((str(file),)), ""), DAY))
    slides = make_deck((tier,), DRAWING, None, FULL).slides
    assert not [one for one in slides if "assumption" in one.title]
    (table,) = (one for one in slides if isinstance(one, TableSlide) and one.title.endswith(": reliability"))
    assert table.notes == "Declared declares every availability."


def test_steps_build_a_flow_up() -> None:
    built = make_deck(shipped()[:1], DRAWING, "Steps", DeckOptions(steps=True))
    counts = [len(one.placed.arrows) for one in built.slides if isinstance(one, FlowSlide)]
    assert counts == [*range(1, 9)] * 2


# What the file holds


def test_a_slide_is_16_to_9_and_has_its_number() -> None:
    assert shipped_pages().slide_width
    assert shipped_pages().slide_width * 9 == (shipped_pages().slide_height or 0) * 16
    for at, slide in enumerate(shipped_pages().slides, 1):
        fields = [one for one in slide._element.iter(qn("a:fld")) if one.get("type") == "slidenum"]
        assert [field.find(qn("a:t")).text for field in fields] == [str(at)]


def test_every_component_is_one_shape_with_an_alternative_text(tier: CheckedModel, slide: Slide) -> None:
    names = [one.name for one in every(slide.shapes)]
    for component in tier.topology.architecture.components:
        wanted = [one.id for one in component.replicas] or [component.id]
        if len(wanted) == 1:
            wanted = [component.id]
        for name in wanted:
            assert names.count(name) == 1, name
            shape = next(one for one in every(slide.shapes) if one.name == name)
            assert shape._element.nvSpPr.cNvPr.get("descr")
            assert component.title.split()[0] in shape.text_frame.text.replace("\n", "")


def test_every_connection_is_glued_at_both_ends(tier: CheckedModel, slide: Slide) -> None:
    shapes = {one.shape_id: one for one in every(slide.shapes)}
    assert len(shapes) == len(list(every(slide.shapes)))
    found = connectors(slide)
    placed = DRAWING.fitted(DRAWING.diagram(tier))
    assert [one.name for one in found] == [edge.edge.subject for edge in placed.edges]
    assert {one.id for one in tier.topology.architecture.connections} <= {one.name for one in found}
    for one, edge in zip(found, placed.edges, strict=True):
        glue = one._element.nvCxnSpPr.cNvCxnSpPr
        for tag, end in (("a:stCxn", edge.edge.source), ("a:endCxn", edge.edge.target)):
            held = glue.find(qn(tag))
            shape = shapes[int(held.get("id"))]
            assert shape.name in (end, end.partition("@")[0].partition("#")[0])
            assert int(held.get("idx")) < len(list(shape._element.iter(qn("a:cxn"))))


def test_a_connector_ends_where_its_card_has_its_site(tier: CheckedModel, slide: Slide) -> None:
    shapes = {one.shape_id: one for one in every(slide.shapes)}
    for one in connectors(slide):
        points = corners(one)
        glue = one._element.nvCxnSpPr.cNvCxnSpPr
        for tag, (x, y) in (("a:stCxn", points[0]), ("a:endCxn", points[-1])):
            held = glue.find(qn(tag))
            shape = shapes[int(held.get("id"))]
            guides = [guide.get("fmla").split() for guide in shape._element.iter(qn("a:gd"))]
            at = int(held.get("idx")) * 2
            site = [
                side + length * int(guide[1]) / int(guide[3])
                for side, length, guide in zip(
                    (shape.left, shape.top), (shape.width, shape.height), guides[at : at + 2], strict=True
                )
            ]
            assert abs(site[0] - x) < 7000, one.name
            assert abs(site[1] - y) < 7000, one.name


def test_no_connector_runs_through_a_card(tier: CheckedModel, slide: Slide) -> None:
    cards = [one for one in every(slide.shapes) if one._element.find(f".//{qn('a:custGeom')}") is not None]
    for one in connectors(slide):
        for (x0, y0), (x1, y1) in pairwise(corners(one)):
            for card in cards if one._element.tag == qn("p:cxnSp") else ():
                if card.shape_type == 6:
                    continue
                inside = (
                    min(x0, x1) < card.left + card.width - 9000
                    and max(x0, x1) > card.left + 9000
                    and min(y0, y1) < card.top + card.height - 9000
                    and max(y0, y1) > card.top + 9000
                )
                assert not inside, f"{one.name} through {card.name}"


def test_names_on_a_deployment_can_be_read(tier: CheckedModel, slide: Slide) -> None:
    compact = {one.node.id for one in DRAWING.fitted(DRAWING.diagram(tier)).nodes if one.compact}
    for one in every(slide.shapes):
        component = tier.topology.components.get(one.name.partition("@")[0].partition("#")[0])
        if component is None or one.shape_type == 6 or not one.has_text_frame or one.name.endswith(" label"):
            continue
        size = one.text_frame.paragraphs[0].runs[0].font.size.pt
        small = any(node.partition("@")[0].partition("#")[0] == component.id for node in compact)
        assert size >= (11 if small else 12), one.name


def test_words_on_the_lines_of_a_deployment_can_be_read(tier: CheckedModel, slide: Slide) -> None:
    labels = [one for one in every(slide.shapes) if one.name.endswith(" label") and one.text_frame.text]
    assert labels
    for one in labels:
        assert all(run.font.size.pt >= 9 for part in one.text_frame.paragraphs for run in part.runs), one.name


def test_words_of_a_card_fit_it(tier: CheckedModel, slide: Slide) -> None:
    for one in every(slide.shapes):
        if one.shape_type == 6 or not one.has_text_frame or one._element.find(f".//{qn('a:custGeom')}") is None:
            continue
        body = one._element.find(qn("p:txBody")).find(qn("a:bodyPr"))
        inset = int(body.get("lIns")) / 12700
        high = int(body.get("tIns")) / 12700
        for part in one.text_frame.paragraphs:
            (run,) = part.runs
            wide = text_width(run.text, run.font.size.pt, bold=bool(run.font.bold))
            assert wide + inset <= one.width.pt, (one.name, run.text)
            high += run.font.size.pt * 1.15
        assert high <= one.height.pt + 0.5, one.name


def test_no_picture_is_larger_than_an_icon() -> None:
    for slide in shipped_pages().slides:
        for one in every(slide.shapes):
            if one.shape_type == 13:
                assert max(one.width, one.height) < Inches(1)


def test_everything_stands_on_its_slide() -> None:
    for slide in shipped_pages().slides:
        for one in every(slide.shapes):
            if one._element.find(qn("p:nvSpPr")) is None or one.is_placeholder:
                continue
            assert one.left >= 0, (slide.shapes.title.text, one.name)
            assert one.top >= 0
            assert one.left + one.width <= shipped_pages().slide_width
            assert one.top + one.height <= shipped_pages().slide_height


def test_prose_is_large() -> None:
    for slide, made in zip(shipped_pages().slides, shipped_deck().slides, strict=True):
        if isinstance(made, TextSlide):
            words = [
                run
                for one in slide.shapes
                if one.has_text_frame
                for part in one.text_frame.paragraphs
                for run in part.runs
            ]
            sized = [
                run.font.size
                for run in words
                if run.font.size is not None and run.text.strip() and not run.text.isdigit()
            ]
            assert sized
            assert min(sized) >= Pt(24)


def test_terms_stand_in_columns_in_words_of_18_points_and_more() -> None:
    found = [
        (one, page)
        for page, one in zip(shipped_pages().slides, shipped_deck().slides, strict=True)
        if isinstance(one, TermsSlide)
    ]
    assert [len(one.columns) for one, _ in found].count(2) >= len(found) - 3
    for made, page in found:
        names = [term.name for column in made.columns for term in column]
        boxes = [one for one in page.shapes if one.name in names]
        assert [one.name for one in boxes] == names
        for one, other in combinations(boxes, 2):
            beside = one.left + one.width <= other.left
            under = one.left == other.left and one.top + one.height <= other.top
            assert beside or under, (one.name, other.name)
        for one in boxes:
            sizes = [run.font.size.pt for part in one.text_frame.paragraphs for run in part.runs]
            assert min(sizes) >= 18
            tall = 0.0
            for part in one.text_frame.paragraphs:
                (size,) = {run.font.size.pt for run in part.runs}
                bold = any(run.font.bold for run in part.runs)
                tall += len(wrap(part.text, one.width.pt, size, bold=bold)) * size * 1.2 + 10
            assert one.top.pt + tall <= 512, one.name


def test_the_ladder_is_a_chart_of_native_shapes() -> None:
    (at,) = (at for at, one in enumerate(shipped_deck().slides) if isinstance(one, ComparisonSlide))
    made, page = shipped_deck().slides[at], shipped_pages().slides[at]
    assert isinstance(made, ComparisonSlide)
    groups = {one.name: one for one in page.shapes if one.shape_type == 6}
    assert list(groups) == [tier.topology.architecture.name for tier in shipped()]
    for tier, system in zip(shipped(), made.systems, strict=True):
        group = groups[system.name]
        assert group._element.nvGrpSpPr.cNvPr.get("descr") == system.summary
        bars = [one for one in group.shapes if one.name == "bar"]
        assert {one.top + one.height for one in bars} == {bars[0].top + bars[0].height}
        down = [one.result.downtime for one in assess(tier.topology, 1)]
        assert max(bar.hours for bar in system.bars) == max(down)
        words = " ".join(one.text_frame.text for one in group.shapes if one.has_text_frame)
        assert all(bar.shown in words for bar in system.bars)
    heights = [
        (bar.hours, shape.height)
        for system in made.systems
        for bar, shape in zip(
            system.bars, [one for one in groups[system.name].shapes if one.name == "bar"], strict=True
        )
    ]
    hours, tall = max(heights)
    assert all(abs(height - tall * down / hours) <= Pt(1.01) for down, height in heights), (
        "bars are as high as what they say"
    )


def test_every_slide_has_notes_and_says_its_title_first() -> None:
    for page in shipped_pages().slides:
        title = page.shapes.title
        assert next(iter(page.shapes))._element is title._element
        assert page.has_notes_slide, title.text
        assert page.notes_slide.notes_text_frame.text.strip(), title.text


def test_every_picture_table_and_connector_has_an_alternative_text() -> None:
    for page in shipped_pages().slides:
        for one in every(page.shapes):
            if one._element.tag in (qn("p:pic"), qn("p:graphicFrame"), qn("p:cxnSp")):
                assert one._element[0].find(qn("p:cNvPr")).get("descr"), (page.shapes.title.text, one.name)


def test_notes_tell_the_proof() -> None:
    notes = [slide.notes_slide.notes_text_frame.text for slide in shipped_pages().slides if slide.has_notes_slide]
    proofs = [one for tier in shipped() for _, one in tier.open if one.proof is not None]
    assert proofs
    for one in proofs:
        assert any(one.message in text and "Proof: with" in text for text in notes)


def test_the_file_is_valid_open_xml(tmp_path: Path) -> None:
    assert faults(shipped_file(), tmp_path) == []


def faults(content: bytes, directory: Path) -> list[str]:
    file = directory / "deck.pptx"
    file.write_bytes(content)
    openxml_audit = pytest.importorskip("openxml_audit", reason="openxml-audit of the extra `ci` is not installed")
    return [str(one) for one in openxml_audit.OpenXmlValidator().validate(file).errors]


def test_the_validator_sees_a_misplaced_element(tmp_path: Path) -> None:
    target = BytesIO()
    with zipfile.ZipFile(BytesIO(shipped_file())) as source, zipfile.ZipFile(target, "w") as archive:
        for name in source.namelist():
            data = source.read(name)
            if name == "ppt/slides/slide4.xml":
                data = data.replace(b"</a:ln></p:spPr>", b"</a:ln><a:noFill/></p:spPr>", 1)
            archive.writestr(name, data)
    assert faults(target.getvalue(), tmp_path)


def test_the_same_models_give_the_same_bytes() -> None:
    assert export_pptx(shipped(), DRAWING, make_deck(shipped(), DRAWING, None, FULL), None) == shipped_file()
    with zipfile.ZipFile(BytesIO(shipped_file())) as archive:
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


# Templates


def corporate() -> bytes:
    """A presentation with a slide, a dark ground and its own font."""
    made = Presentation()
    made.slide_width, made.slide_height = Emu(12192000), Emu(6858000)
    part = made.slide_masters[0].part.part_related_by(
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships/theme"
    )
    text = part.blob.decode()
    text = re.sub(r"<a:lt1>.*?</a:lt1>", '<a:lt1><a:srgbClr val="101828"/></a:lt1>', text, flags=re.S)
    text = re.sub(r"<a:dk1>.*?</a:dk1>", '<a:dk1><a:srgbClr val="F5F5F5"/></a:dk1>', text, flags=re.S)
    part._blob = text.replace('latin typeface="Calibri"', 'latin typeface="Georgia"').encode()
    slide = made.slides.add_slide(made.slide_layouts[0])
    slide.shapes.title.text = "An old slide"
    slide.background.fill.solid()
    slide.background.fill.fore_color.rgb = RGBColor.from_string("FF0000")  # type: ignore[no-untyped-call]
    target = BytesIO()
    made.save(target)
    return target.getvalue()


def test_a_template_gives_its_layouts_fonts_and_colours(tmp_path: Path) -> None:
    content = export_pptx(shipped()[:1], DRAWING, make_deck(shipped()[:1], DRAWING, None, FULL), corporate())
    made = opened(content)
    titles = [slide.shapes.title.text for slide in made.slides]
    assert "An old slide" not in titles
    assert titles[0] == shipped()[0].topology.architecture.name
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert len([name for name in archive.namelist() if name.startswith("ppt/slides/slide")]) == len(made.slides)
        theme = next(archive.read(name) for name in archive.namelist() if name.startswith("ppt/theme/theme1"))
        assert b"Georgia" in theme
        page = archive.read("ppt/slides/slide2.xml").decode()
    assert '<a:schemeClr val="tx1"/>' in page
    assert "latin" not in page
    assert "c01f3a" not in page, "marks are in the palette for a dark ground"
    assert "ff7d86" in page
    assert faults(content, tmp_path) == []


def test_what_is_no_template_is_refused() -> None:
    for broken in (b"", b"PK\x03\x04", b"<html>"):
        with pytest.raises(UsageError, match="the template isn't a PowerPoint file"):
            written(shipped_deck(), lambda _: None, broken)


# Hostile words


@pytest.mark.slow
def test_hostile_words_stay_words(tmp_path: Path) -> None:
    names = write(str(tmp_path / "models"))
    found = visible_systems(check_models(read(find((str(tmp_path / "models"),)), ""), DAY))
    assert len(found) == len(names) > 10
    content = export_pptx(found, DRAWING, make_deck(found, DRAWING, HOSTILE[0], FULL), None)
    said = "".join(
        one.text_frame.text for slide in opened(content).slides for one in every(slide.shapes) if one.has_text_frame
    )
    for words in ("<script>alert(1)</script>", "]]>", "{{ 7 * 7 }}", "it's | `code` \\ end", "日本語"):
        assert words in said
    assert faults(content, tmp_path) == []


def test_an_empty_model_has_a_deck() -> None:
    found = visible_systems(
        check_models((Input("m.arch.yaml", b"archgen: 1\nname: Quiet\ncomponents:\n  user: {kind: client}\n"),), DAY)
    )
    made = opened(export_pptx(found, DRAWING, make_deck(found, DRAWING, None, FULL), None))
    assert made.slides[0].shapes.title.text == "Quiet"


def test_prose_without_a_badge_and_a_table_stand_in_a_deck_of_their_own() -> None:
    made = opened(
        written(
            Deck("D", (TextSlide("P", (Paragraph("words", "Strong:"),)), TableSlide("T", ("a", "b"), (("1", "2"),)))),
            lambda _: None,
        )
    )
    assert "Strong: words" in [one.text_frame.text for one in made.slides[0].placeholders]
    table = next(one for one in made.slides[1].shapes if one.has_table).table
    assert [cell.text for cell in table.iter_cells()] == ["a", "b", "1", "2"]


# Routes


def corners(connector: Any) -> list[tuple[float, float]]:
    """The points of a preset connector by the format's own formulas."""
    xfrm = connector._element.spPr.find(qn("a:xfrm"))
    geometry = connector._element.spPr.find(qn("a:prstGeom"))
    off, ext = xfrm.find(qn("a:off")), xfrm.find(qn("a:ext"))
    adjust = tuple(int(one.get("fmla").split()[1]) for one in geometry.iter(qn("a:gd")))
    return drawn(
        Route(
            geometry.get("prst"),
            int(off.get("x")),
            int(off.get("y")),
            int(ext.get("cx")),
            int(ext.get("cy")),
            int(xfrm.get("rot", 0)),
            xfrm.get("flipH") == "1",
            xfrm.get("flipV") == "1",
            adjust,
        )
    )


def drawn(one: Route) -> list[tuple[float, float]]:
    w, h, parts = one.width, one.height, [value / 100000 for value in one.adjust]
    path: list[tuple[float, float]]
    match one.form:
        case "straightConnector1":
            path = [(0, 0), (w, h)]
        case "bentConnector2":
            path = [(0, 0), (w, 0), (w, h)]
        case "bentConnector3":
            path = [(0, 0), (w * parts[0], 0), (w * parts[0], h), (w, h)]
        case "bentConnector4":
            path = [(0, 0), (w * parts[0], 0), (w * parts[0], h * parts[1]), (w, h * parts[1]), (w, h)]
        case _:
            x, y, z = w * parts[0], h * parts[1], w * parts[2]
            path = [(0, 0), (x, 0), (x, y), (z, y), (z, h), (w, h)]
    centred = [((w - x if one.flip_h else x) - w / 2, (h - y if one.flip_v else y) - h / 2) for x, y in path]
    turned = [(-y, x) if one.turn else (x, y) for x, y in centred]
    return [(x + one.x + w / 2, y + one.y + h / 2) for x, y in turned]


WAYS = [
    [(0, 0), (5, 0)],
    [(5, 5), (0, 5)],
    [(0, 5), (0, 0)],
    [(0, 0), (4, 0), (4, 6)],
    [(0, 0), (0, 6), (4, 6)],
    [(9, 9), (9, 1), (4, 1)],
    [(0, 0), (4, 0), (4, 6), (9, 6)],
    [(9, 6), (4, 6), (4, 0), (0, 0)],
    [(0, 0), (0, 4), (6, 4), (6, 9)],
    [(6, 9), (6, 12), (1, 12), (1, 9)],
    [(0, 0), (12, 0), (12, 6), (9, 6)],
    [(0, 0), (3, 0), (3, 5), (9, 5), (9, 8)],
    [(0, 0), (0, 3), (5, 3), (5, 9), (8, 9)],
    [(0, 0), (2, 0), (2, 9), (7, 9), (7, 4), (10, 4)],
    [(10, 4), (7, 4), (7, 9), (2, 9), (2, 0), (0, 0)],
    [(0, 0), (0, 2), (9, 2), (9, 7), (4, 7), (4, 10)],
]


@pytest.mark.parametrize("way", WAYS)
def test_a_route_runs_through_its_corners(way: list[tuple[int, int]]) -> None:
    points = [(x * 1000000, y * 1000000) for x, y in way]
    for wanted, found in zip(points, drawn(connector_route(points)), strict=True):
        assert abs(wanted[0] - found[0]) < 7000
        assert abs(wanted[1] - found[1]) < 7000


def test_a_way_with_many_corners_keeps_its_ends() -> None:
    way = [(0, 0), (1, 0), (1, 3), (4, 3), (4, 7), (20, 7), (20, 2), (24, 2)]
    for points in (way, [(y, x) for x, y in way], [*way, (24, 9)]):
        scaled = [(x * 1000000, y * 1000000) for x, y in points]
        found = drawn(connector_route(scaled))
        for wanted, end in ((scaled[0], found[0]), (scaled[-1], found[-1])):
            assert abs(wanted[0] - end[0]) < 7000
            assert abs(wanted[1] - end[1]) < 7000


# The command


def test_slides_writes_a_deck(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "a" / "deck.pptx"
    assert main(["slides", str(ROOT / "models"), "-o", str(target), "--full", "--glossary", "--today", DAY]) == 0
    assert capsys.readouterr().out == f"wrote {len(shipped_deck().slides)} slides to {target}\n"
    assert target.read_bytes() == shipped_file()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["-o", "deck.key"], "deck.key must end in .pptx or .pdf"),
        (["--template", "nowhere.pptx"], "nowhere.pptx doesn't exist"),
        (["--engine", "elk"], "unknown engine `elk`"),
        (["--template", "broken.pptx"], "the template isn't a PowerPoint file"),
    ],
)
def test_slides_tells_a_wrong_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "broken.pptx").write_bytes(b"no archive")
    assert main(["slides", str(ROOT / "models"), *words]) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "deck.pptx").exists()


# LibreOffice


OFFICE = shutil.which("soffice") or shutil.which("libreoffice")


@pytest.mark.slow
@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")
def test_libreoffice_opens_every_slide(tmp_path: Path) -> None:
    file = tmp_path / "deck.pptx"
    file.write_bytes(shipped_file())
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    subprocess.run(
        [str(OFFICE), profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(file)],
        check=True,
        capture_output=True,
        timeout=PATIENCE,
    )
    data = (tmp_path / "deck.pdf").read_bytes()
    assert len(re.findall(rb"/Type\s*/Page[^s]", data)) == len(shipped_deck().slides)


def test_a_fix_is_told_without_the_keys_of_its_editor() -> None:
    fix = "Put a firewall on the path (`kind: firewall`, as a step) or around the host (`guards: [host]`). Declare its `network` (a name)."
    assert plain_fix(fix) == "Put a firewall on the path or around the host. Declare its “network” (a name)."


@pytest.mark.parametrize(
    ("fix", "told"),
    [
        ("Automate the promotion of b: `replication: {failover: automatic}`.", "Automate the promotion of b."),
        ("Use one tool, and declare it: `deploy: rolling`, or the `image` of it.", "Use one tool, and declare it."),
        ("Back it up. If it can be made again, declare `kind: cache`.", "Back it up."),
        ("Put a `kind: waf` on the path, or declare it: `rate_limit: 10/s`.", "Put a waf on the path, or declare it."),
        ("a: Run two: `replicas: 2`. b-1 and c: Add one.", "a: Run two. b-1 and c: Add one."),
        ("Add `collects: [{from: a}]` to b.", "Add “collects: [{from: a}]” to b."),
        ("Name the digest: `app@sha256:…`.", "Name the digest: “app@sha256:…”."),
    ],
)
def test_a_fix_is_told_without_yaml_where_something_is_left_to_say(fix: str, told: str) -> None:
    assert plain_fix(fix) == told


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("No firewall is on the path (tracker -> haproxy …", "No firewall is on the path …"),
        ("It goes down with a, if it waits for b (`async` …", "It goes down with a, if it waits for b …"),
        (
            "Failover is manual: comments go down with a; b protects the …",
            "Failover is manual: comments go down with a …",
        ),
        ("Lost; everything that stands on it goes down …", "Lost; everything that stands on it goes down …"),
        ("All of it (and more) stands.", "All of it (and more) stands."),
    ],
)
def test_a_text_is_cut_before_a_bracket_that_stays_open(text: str, shown: str) -> None:
    assert whole_clause(text) == shown


def test_a_short_table_takes_more_of_its_slide_and_none_takes_more_than_that() -> None:
    rows = (("Flow", "Down"), ("buy", "2 h"), ("read", "1 h"))
    table = lay_out(rows, 800.0, 400.0)
    taller = spread(table, 400.0)
    assert sum(table.heights) < sum(taller.heights) <= 400.0
    assert taller.rows == table.rows
    assert taller.size == table.size
    assert spread(table, sum(table.heights)) == table
