"""A deck as a PowerPoint file of native shapes that can be moved, restyled and read aloud."""

from __future__ import annotations

from archgen.slides.pptx.writer import write_pptx

__all__ = ["write_pptx"]
