"""The default presentation, without slides: 16:9, archgen's colors and font, titles on the left."""

from __future__ import annotations

from typing import Any

from lxml import etree
from pptx import Presentation
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.enum.text import MSO_ANCHOR
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.presentation import Presentation as Pptx
from pptx.util import Emu, Pt

from archgen.slides.values import AREA, BAND, MARK, OPENING_X, PROSE, TALL, TITLE, TITLE_SIZE, WIDE
from archgen.style.theme import Theme

OPENING_SIZE = 40.0
_FONT = "Arial"


def emu(*points: float) -> tuple[Emu, ...]:
    """Return lengths in English metric units."""
    return tuple(Emu(Pt(length)) for length in points)


def default_presentation(theme: Theme) -> Pptx:
    """Return python-pptx's default presentation, made 16:9, with archgen's colors and font and titles on the left."""
    presentation = Presentation()
    old = int(presentation.slide_width or Emu(9144000))
    presentation.slide_width, presentation.slide_height = Emu(Pt(WIDE)), Emu(Pt(TALL))
    master = presentation.slide_masters[0]
    for place in (master, *presentation.slide_layouts):
        _widen(place, Pt(WIDE) / old)
    _arrange(master)
    _open(presentation.slide_layouts[0])
    _paint(master, theme)
    _drop(presentation.part.package._rels, "thumbnail")
    _drop(presentation.part._rels, "printerSettings")
    return presentation


def _widen(place: Any, by: float) -> None:
    for xfrm in place._element.iter(qn("a:xfrm")):
        for tag, key in (("a:off", "x"), ("a:ext", "cx")):
            part = xfrm.find(qn(tag))
            if part is not None:
                part.set(key, str(round(int(part.get(key)) * by)))


_PLACES = {
    PP_PLACEHOLDER.TITLE: TITLE,
    PP_PLACEHOLDER.BODY: AREA,
    PP_PLACEHOLDER.DATE: (40, 512, 200, 22),
    PP_PLACEHOLDER.FOOTER: (300, 512, 360, 22),
    PP_PLACEHOLDER.SLIDE_NUMBER: (820, 512, 100, 22),
}


def _arrange(master: Any) -> None:
    """Align all text at a common left and right edge; an accent marks the title."""
    for placeholder in master.placeholders:
        place = _PLACES.get(placeholder.placeholder_format.type)
        if place is not None:
            placeholder.left, placeholder.top, placeholder.width, placeholder.height = emu(*place)
            _unset(placeholder)
    _accent(master, "mark", MARK)
    style = master._element.find(f"{qn('p:txStyles')}/{qn('p:titleStyle')}/{qn('a:lvl1pPr')}")
    style.set("algn", "l")
    style.find(qn("a:defRPr")).set("sz", str(round(TITLE_SIZE * 100)))
    style.find(qn("a:defRPr")).set("b", "1")


def _open(layout: Any) -> None:
    """Style the title slide: its own background, an accent band, and text below each other."""
    for placeholder in layout.placeholders:
        form = placeholder.placeholder_format.type
        if form == PP_PLACEHOLDER.CENTER_TITLE:
            _set_words(placeholder, (OPENING_X, 120, 800, 124), MSO_ANCHOR.BOTTOM, OPENING_SIZE, "tx1")
        elif form == PP_PLACEHOLDER.SUBTITLE:
            _set_words(placeholder, (OPENING_X, 256, 760, 150), MSO_ANCHOR.TOP, PROSE, "tx2")
            _unset(placeholder)
    layout._element.set("showMasterSp", "0")
    layout.background.fill.solid()
    layout.background.fill.fore_color.theme_color = MSO_THEME_COLOR.BACKGROUND_2
    _accent(layout, "band", BAND)


def _unset(placeholder: Any) -> None:
    placeholder.text_frame.margin_left = placeholder.text_frame.margin_right = 0


def _accent(place: Any, name: str, box: tuple[float, float, float, float]) -> None:
    left, top, wide, tall = emu(*box)
    tree = place._element.find(f"{qn('p:cSld')}/{qn('p:spTree')}")
    tree.insert(
        2,
        parse_xml(
            f'<p:sp {nsdecls("p", "a")}><p:nvSpPr><p:cNvPr id="90" name="{name}"/><p:cNvSpPr/><p:nvPr userDrawn="1"/>'
            f'</p:nvSpPr><p:spPr><a:xfrm><a:off x="{left}" y="{top}"/><a:ext cx="{wide}" cy="{tall}"/></a:xfrm>'
            f'<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
            f'<a:solidFill><a:schemeClr val="accent1"/></a:solidFill><a:ln><a:noFill/></a:ln></p:spPr></p:sp>'
        ),
    )


def _set_words(
    placeholder: Any, box: tuple[float, float, float, float], anchor: MSO_ANCHOR, size: float, color: str
) -> None:
    placeholder.left, placeholder.top, placeholder.width, placeholder.height = emu(*box)
    placeholder.text_frame.vertical_anchor = anchor
    old = placeholder._element.find(f"{qn('p:txBody')}/{qn('a:lstStyle')}")
    bold = ' b="1"' if size > PROSE else ""
    old.getparent().replace(
        old,
        parse_xml(
            f'<a:lstStyle {nsdecls("a")}><a:lvl1pPr marL="0" indent="0" algn="l"><a:buNone/>'
            f'<a:defRPr sz="{round(size * 100)}"{bold}><a:solidFill><a:schemeClr val="{color}"/></a:solidFill>'
            f"</a:defRPr></a:lvl1pPr></a:lstStyle>"
        ),
    )


_SCHEME = {
    "dk1": "ink",
    "lt1": "ground",
    "dk2": "muted",
    "lt2": "tint_3",
    "accent1": "accent",
    "accent2": "encrypted",
    "accent3": "plaintext",
    "accent4": "error",
    "accent5": "warning",
    "accent6": "info",
    "hlink": "accent",
    "folHlink": "info",
}


def _paint(master: Any, theme: Theme) -> None:
    part = master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    root = etree.fromstring(part.blob)
    scheme = root.find(f".//{qn('a:clrScheme')}")
    scheme.set("name", "archgen")
    for name, role in _SCHEME.items():
        slot = scheme.find(qn(f"a:{name}"))
        for child in list(slot):
            slot.remove(child)
        etree.SubElement(slot, qn("a:srgbClr")).set("val", getattr(theme, role).removeprefix("#"))
    for kind in ("a:majorFont", "a:minorFont"):
        root.find(f".//{qn(kind)}/{qn('a:latin')}").set("typeface", _FONT)
    part._blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _drop(relations: Any, form: str) -> None:
    """Drop related parts of a type, such as the preview of the default presentation."""
    for key, relation in list(relations.items()):
        if relation.reltype.endswith(f"/{form}"):
            relations.pop(key)
