"""A whole model as text, from the values that its file declares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from archgen.language.write.sections import arrange_sections
from archgen.language.write.values import block


def document(values: Mapping[str, Any]) -> str:
    """Return the text of a model in its canonical form; reading it gives these values again."""
    return arrange_sections("\n".join(block(dict(values))) + "\n")
