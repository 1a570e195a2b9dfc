"""The contrast of two colors."""

from __future__ import annotations


def contrast(color: str, other: str) -> float:
    """Return the contrast of two colors, each as six hexadecimal digits with or without a `#` (WCAG 2.2): from 1 to 21."""
    light, dark = sorted((_luminance(color.lstrip("#")), _luminance(other.lstrip("#"))), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
