"""Speaker notes: python-pptx creates those of the first slide; the others are copies with other text."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from pptx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from pptx.opc.packuri import PackURI
from pptx.parts.slide import NotesSlidePart

from archgen.style.svg_markup import clean


class Notes:
    """The notes of a deck, which has none yet; python-pptx would search all parts for each."""

    def __init__(self) -> None:
        self._empty: Any = None
        self._made = 0

    def write(self, slide: Any, words: str) -> None:
        """Give a slide its notes."""
        self._made += 1
        if self._empty is None:
            notes = slide.notes_slide
            self._empty = deepcopy(notes._element)
        else:
            notes = self._copied(slide.part)
        frame = notes.notes_text_frame
        if frame is not None:
            frame.text = clean(words)

    def _copied(self, slide: Any) -> Any:
        package = slide.package
        name = PackURI(f"/ppt/notesSlides/notesSlide{self._made}.xml")
        part = NotesSlidePart(name, CONTENT_TYPE.PML_NOTES_SLIDE, package, deepcopy(self._empty))
        part.relate_to(package.presentation_part.notes_master_part, RELATIONSHIP_TYPE.NOTES_MASTER)
        part.relate_to(slide, RELATIONSHIP_TYPE.SLIDE)
        slide.relate_to(part, RELATIONSHIP_TYPE.NOTES_SLIDE)
        return part.notes_slide
