"""SVG to vector PDF: the same words, in the font that they were measured with, regular and bold."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from html import unescape

from archgen.export.fonts import font_files, usual_file
from archgen.export.outlines import outlined
from archgen.markup import BOLD, clean
from archgen.theme import WEIGHT_BOLD

_TEXT = re.compile(r'<text [^>]*class="([^"]*)"[^>]*>([^<]*)</text>')

_RESOURCES = re.compile(rb"(?:^ +/[A-Za-z]+[0-9]+ [0-9]+ 0 R\n){2,}", re.MULTILINE)

_FACES = re.compile(rb"^([0-9]+) 0 obj\n<<\n +/Type /Font\n +/Subtype /Type0\n", re.MULTILINE)
_TRIES = 64
"""Conversions until the two faces stand in order; one in two has them so."""


def pdf(svg: str) -> bytes:
    """The picture as PDF; the SVG must be drawn in literal colours, since `@media` and `var()` are not known."""
    return next(pages((svg,)))


def pages(svgs: tuple[str, ...]) -> Iterator[bytes]:
    """Each picture as a PDF of one page.

    The converter knows no weights of a variable font, so the bold of the words in the pictures is made for it, once.
    """
    from svg2pdf_py import FontDatabase, svg_to_pdf

    svgs = tuple(outlined(svg) for svg in svgs)
    fonts = FontDatabase()
    for file in dict.fromkeys(file for svg in svgs for file in font_files(svg)):
        fonts.load_font_file(file)
    with tempfile.TemporaryDirectory(prefix="archgen-") as directory:
        words = "".join(sorted(set().union(*(bold_words(svg) for svg in svgs))))
        if words:
            path = os.path.join(directory, "bold.ttf")
            with open(path, "wb") as stream:
                stream.write(bold_font(words))
            fonts.load_font_file(path)
        for svg in svgs:
            made = b""
            for _ in range(_TRIES):
                made = _ordered(bytes(svg_to_pdf(svg, fonts)))
                if _settled(made):
                    break
            yield made


def bound(svgs: tuple[str, ...], title: str) -> bytes:
    """The pictures as the pages of one PDF."""
    from io import BytesIO

    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter()
    for page in pages(svgs):
        writer.append(PdfReader(BytesIO(page)))
    writer.compress_identical_objects()
    writer.add_metadata({"/Title": clean(title), "/Producer": "archgen"})
    target = BytesIO()
    writer.write(target)
    return target.getvalue()


def _ordered(content: bytes) -> bytes:
    """The same file with the entries of each resource dictionary in order, which the converter leaves to chance."""
    return _RESOURCES.sub(lambda found: b"".join(sorted(found[0].splitlines(keepends=True))), content)


def _settled(content: bytes) -> bool:
    """Whether the faces stand in the file in the order of their names: the converter tosses a coin for it."""
    order = [int(number) for number in _FACES.findall(content)]
    return order == sorted(order)


def bold_words(svg: str) -> str:
    """The characters that a picture writes in bold, each once."""
    found = {
        character for classes, words in _TEXT.findall(svg) if BOLD in classes.split() for character in unescape(words)
    }
    return "".join(sorted(found))


def bold_font(characters: str) -> bytes:
    """The bold face of our font, with these characters only."""
    from io import BytesIO

    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont
    from fontTools.varLib import instancer

    font = TTFont(usual_file(), recalcTimestamp=False)
    subsetter = Subsetter(Options(layout_features=["kern"], notdef_outline=True, name_IDs=["*"], hinting=False))
    subsetter.populate(text=characters)
    subsetter.subset(font)
    bold = instancer.instantiateVariableFont(font, {"wght": WEIGHT_BOLD})
    bold["OS/2"].usWeightClass = WEIGHT_BOLD
    target = BytesIO()
    bold.save(target)
    return target.getvalue()
