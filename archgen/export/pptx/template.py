"""The presentation that slides are added to: our own 16:9 one, or somebody's template with its slides taken out."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from lxml import etree
from msgspec import Struct
from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.presentation import Presentation as Pptx
from pptx.util import Emu, Pt

from archgen.deck import PROSE, TALL, WIDE
from archgen.errors import UsageError
from archgen.theme import DARK, LIGHT, Theme

TITLE_SIZE, OPENING_SIZE = 28.0, 40.0
_FONT = "Arial"
_FOOT = (PP_PLACEHOLDER.SLIDE_NUMBER, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.DATE)
_TITLES = (PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE)


class Area(Struct, frozen=True):
    """The part of a slide that is free for a picture or prose, in points."""

    x: float
    y: float
    width: float
    height: float


class Base(Struct, frozen=True):
    """A presentation without slides, the layouts for its three sorts of slide, and the palette that suits its ground."""

    presentation: Any
    opening: Any
    prose: Any
    bare: Any
    area: Area
    theme: Theme
    title_size: float
    opening_lines: int
    """How many lines of its own size the title of the deck may have; one of the usual size where that is unknown."""


def base(template: bytes | None = None, theme: Theme = LIGHT) -> Base:
    """Our own look in a theme, or that of a template; UsageError for one that cannot be read."""
    presentation = _own(theme) if template is None else _others(template)
    layouts = list(presentation.slide_layouts)
    if not layouts:
        raise UsageError("the template has no slide layouts")
    bare = _layout(layouts, "titleOnly", {PP_PLACEHOLDER.TITLE})
    return Base(
        presentation,
        _layout(layouts, "title", {PP_PLACEHOLDER.CENTER_TITLE, PP_PLACEHOLDER.SUBTITLE}),
        _layout(layouts, "obj", {PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.OBJECT}),
        bare,
        _area(presentation, bare),
        theme if template is None else _theme(presentation),
        _title_size(presentation),
        2 if template is None else 1,
    )


def _layout(layouts: list[Any], form: str, wanted: set[PP_PLACEHOLDER]) -> Any:
    """The layout of a form; else the first with the placeholders it wants, else the first at all."""
    for one in layouts:
        if one._element.get("type") == form:
            return one
    for one in layouts:
        if wanted <= {each.placeholder_format.type for each in one.placeholders}:
            return one
    return layouts[0]


def _area(presentation: Pptx, layout: Any) -> Area:
    """What the layout's title and foot leave, in points."""
    wide, tall = _points(presentation.slide_width), _points(presentation.slide_height)
    top, bottom, side = tall * 0.04, tall * 0.96, wide * 0.04
    for one in layout.placeholders:
        box = _points(one.left), _points(one.top), _points(one.width), _points(one.height)
        form = one.placeholder_format.type
        if form in _TITLES and box[1] < tall / 2:
            top, side = max(top, box[1] + box[3] + 6), max(min(box[0], wide * 0.15), 12)
        if form in _FOOT and box[1] > tall / 2:
            bottom = min(bottom, box[1])
    return Area(side, top, wide - 2 * side, bottom - top)


def _points(length: Any) -> float:
    return float(length or 0) / 12700


# A template of somebody's own


def _others(template: bytes) -> Pptx:
    try:
        presentation = Presentation(BytesIO(template))
        masters = len(presentation.slide_masters)
    except Exception as error:  # whatever a broken archive makes the reader raise
        raise UsageError(f"the template is no PowerPoint file: {type(error).__name__}") from None
    if not masters:
        raise UsageError("the template has no slide master")
    listed = presentation.slides._sldIdLst
    for one in list(listed):
        presentation.part.drop_rel(one.rId)
        listed.remove(one)
    return presentation


def _theme(presentation: Pptx) -> Theme:
    """The palette for marks of meaning that can be told from the template's ground."""
    colour = _ground(presentation)
    red, green, blue = (int(colour[at : at + 2], 16) for at in (0, 2, 4))
    return LIGHT if 0.299 * red + 0.587 * green + 0.114 * blue >= 110 else DARK


def _ground(presentation: Pptx) -> str:
    """The colour that the master maps to its background, as six hexadecimal digits; white where none is told."""
    master = presentation.slide_masters[0]
    mapped = master._element.find(qn("p:clrMap"))
    name = "lt1" if mapped is None else mapped.get("bg1", "lt1")
    found = etree.fromstring(_theme_part(master).blob).find(f".//{qn('a:clrScheme')}/{qn(f'a:{name}')}")
    if found is None or not len(found):
        return "ffffff"
    value = found[0].get("lastClr") or found[0].get("val") or ""
    return value if len(value) == 6 and all(one in "0123456789abcdefABCDEF" for one in value) else "ffffff"


def _theme_part(master: Any) -> Any:
    return master.part.part_related_by(RELATIONSHIP_TYPE.THEME)


def _title_size(presentation: Pptx) -> float:
    master: Any = presentation.slide_masters[0]._element
    found = master.find(f"{qn('p:txStyles')}/{qn('p:titleStyle')}/{qn('a:lvl1pPr')}/{qn('a:defRPr')}")
    stated = None if found is None else found.get("sz")
    return int(stated) / 100 if stated else 44.0


# Our own


def _own(theme: Theme) -> Pptx:
    """The library's plain presentation, made 16:9, with our colours and font and a title on the left."""
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
            found = xfrm.find(qn(tag))
            if found is not None:
                found.set(key, str(round(int(found.get(key)) * by)))


_PLACES = {
    PP_PLACEHOLDER.TITLE: (40, 18, 880, 54),
    PP_PLACEHOLDER.BODY: (40, 84, 880, 400),
    PP_PLACEHOLDER.DATE: (40, 508, 200, 22),
    PP_PLACEHOLDER.FOOTER: (300, 508, 360, 22),
    PP_PLACEHOLDER.SLIDE_NUMBER: (820, 508, 100, 22),
}


def _arrange(master: Any) -> None:
    for one in master.placeholders:
        place = _PLACES.get(one.placeholder_format.type)
        if place is not None:
            one.left, one.top, one.width, one.height = (Emu(Pt(length)) for length in place)
    style = master._element.find(f"{qn('p:txStyles')}/{qn('p:titleStyle')}/{qn('a:lvl1pPr')}")
    style.set("algn", "l")
    style.find(qn("a:defRPr")).set("sz", str(round(TITLE_SIZE * 100)))
    style.find(qn("a:defRPr")).set("b", "1")


def _open(layout: Any) -> None:
    """The title slide: words on the left, one under the other, and a rule between them."""
    for one in layout.placeholders:
        form = one.placeholder_format.type
        if form == PP_PLACEHOLDER.CENTER_TITLE:
            _set_words(one, (64, 136, 832, 112), "b", OPENING_SIZE, "tx1")
        elif form == PP_PLACEHOLDER.SUBTITLE:
            _set_words(one, (64, 278, 832, 150), "t", PROSE, "tx2")
    left, top, wide, tall = (Emu(Pt(length)) for length in (71, 260, 72, 4))
    layout._element.find(f"{qn('p:cSld')}/{qn('p:spTree')}").append(
        parse_xml(
            f'<p:sp {nsdecls("p", "a")}><p:nvSpPr><p:cNvPr id="90" name="rule"/><p:cNvSpPr/><p:nvPr userDrawn="1"/>'
            f'</p:nvSpPr><p:spPr><a:xfrm><a:off x="{left}" y="{top}"/><a:ext cx="{wide}" cy="{tall}"/></a:xfrm>'
            f'<a:prstGeom prst="roundRect"><a:avLst><a:gd name="adj" fmla="val 50000"/></a:avLst></a:prstGeom>'
            f'<a:solidFill><a:schemeClr val="accent1"/></a:solidFill><a:ln><a:noFill/></a:ln></p:spPr></p:sp>'
        )
    )


def _set_words(one: Any, box: tuple[float, float, float, float], anchor: str, size: float, colour: str) -> None:
    one.left, one.top, one.width, one.height = (Emu(Pt(length)) for length in box)
    body = one._element.find(qn("p:txBody"))
    body.find(qn("a:bodyPr")).set("anchor", anchor)
    old = body.find(qn("a:lstStyle"))
    bold = ' b="1"' if size > PROSE else ""
    old.getparent().replace(
        old,
        parse_xml(
            f'<a:lstStyle {nsdecls("a")}><a:lvl1pPr marL="0" indent="0" algn="l"><a:buNone/>'
            f'<a:defRPr sz="{round(size * 100)}"{bold}><a:solidFill><a:schemeClr val="{colour}"/></a:solidFill>'
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
    part = _theme_part(master)
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
    """Leaves out the parts of a form, such as the plain presentation's preview."""
    for key, relation in list(relations.items()):
        if relation.reltype.endswith(f"/{form}"):
            relations.pop(key)
