"""Said on standard error: the fonts that words in other scripts are drawn with, and which of them are boxes."""

from __future__ import annotations

import os

from msgspec.json import encode

from archgen.app.extras import install_command
from archgen.cli.output import warn
from archgen.linting.checked_model import Model, valid_models

_FEW = 12
"""Characters that a line names."""


def report_fonts(models: tuple[Model, ...], drawn: bool = True) -> None:
    """Report each script that the usual font lacks; without `drawn` the words stay text for other programs."""
    text = "".join(encode(model.architecture).decode() for model in valid_models(models))
    if text.isascii():
        return
    from archgen.render.raster.fonts import Fallback, fallbacks

    def describe(fallback: Fallback) -> str:
        if not drawn:
            return "left as text in the fonts of the reader's program"
        parts = [f"drawn with {os.path.basename(fallback.file)}"] if fallback.file else []
        if fallback.missing:
            few = fallback.missing[:_FEW] + ("…" if len(fallback.missing) > _FEW else "")
            parts.append(f"no installed font has {few}: boxes stand there")
            if not fallback.packaged:
                parts.append(f"for fonts, run `{install_command('fonts')}`")
        return "; ".join(parts)

    for fallback in fallbacks(text):
        warn(f"archgen: {fallback.name} in the models: {describe(fallback)}\n")
