"""The small images of a deck: the file holds each once, however many slides show it."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from pptx.opc.constants import RELATIONSHIP_TYPE


class Images:
    """The images of a deck by their bytes, and the relations of slides to them."""

    def __init__(self) -> None:
        self._parts: dict[bytes, Any] = {}
        self._related: dict[tuple[Any, bytes], str] = {}

    def related(self, slide: Any, image: bytes) -> str:
        """Return the key of the relation from a slide to an image."""
        key = (slide.part.partname, image)
        if key not in self._related:
            if image not in self._parts:
                self._parts[image] = slide.part.package.get_or_add_image_part(BytesIO(image))
            self._related[key] = slide.part.relate_to(self._parts[image], RELATIONSHIP_TYPE.IMAGE)
        return self._related[key]
