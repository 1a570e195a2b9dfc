"""The support of a version: read from its name, and looked up in the table of support dates."""

from __future__ import annotations

import re

from msgspec import Struct

from archgen.model.product_facts.retired_products import RETIRED, RetiredProduct
from archgen.model.product_facts.spellings import PART_OF, VERSIONED_AS
from archgen.model.product_facts.support_table import TABLE, SupportedProduct
from archgen.model.products import product_name


class VersionSupport(Struct, frozen=True):
    """The support of a version: its release line and last day; `older` is True before the first line of the table."""

    product: SupportedProduct
    line: str
    day: str
    older: bool = False


_EXTENDED = r"(?i)\b(?:ELS|ELTS|ESM|ESU|LTSS|LTSC|LTSB|IoT|Pro|extended)\b"
"""Names of paid extensions and of editions with days of their own, which aren't in the table."""
_FIRST_YEAR = 1990
"""From here on, the first part of a version is a year."""
_NUMBER = r"v?([0-9]{1,6}(?:\.[0-9]{1,6}){0,3})"
_NAMED = r"([A-Za-z][A-Za-z. ]{0,40}?)[ -]v?([0-9].{0,40})"


def support_of(product: str, version: str) -> VersionSupport | None:
    """Return the support of a version (`8.0.36`, `v18`, `22.04 LTS`) of a product; None if it isn't in the table."""
    name = product_name(product)
    product_lines = TABLE.get(PART_OF.get(name) or VERSIONED_AS.get(name, name))
    number = re.match(_NUMBER, version.strip())
    if product_lines is None or number is None or re.search(_EXTENDED, version):
        return None
    parts = number[1].split(".")
    lines = [tuple(line.split(" ")) for line in product_lines.lines.split(", ")]
    # of 8 and 8.1 the longer one
    for line, day in reversed(lines):
        if parts[: line.count(".") + 1] == line.split("."):
            return VersionSupport(product_lines, line, day)
    oldest, day = lines[0]
    digits = oldest.split(".")
    # a build such as 16.0 is no year before 2014
    counts_alike = (int(parts[0]) < _FIRST_YEAR) == (int(digits[0]) < _FIRST_YEAR)
    # Galera's own versions, and those of MySQL with it, aren't MariaDB's
    if (
        name not in VERSIONED_AS
        and counts_alike
        and len(parts) >= len(digits)
        and list(map(int, parts)) < list(map(int, digits))
    ):
        return VersionSupport(product_lines, oldest, day, older=True)
    return None


def major_version(version: str | None) -> int | None:
    """Return the first number of a version (4 of `v4.1.0`); None if it has none."""
    number = re.match(_NUMBER, (version or "").strip())
    return int(number[1].partition(".")[0]) if number is not None else None


def split_version(text: str) -> tuple[str, str] | None:
    """Return the product and the version in a text such as `Ubuntu 22.04 LTS`; None unless it has both."""
    match = re.match(_NAMED, text.strip())
    return (match[1], match[2]) if match else None


def official_image(image: str) -> tuple[str, str] | None:
    """Return the product and the version of a product's official container image (`postgres:9.6-alpine`).

    Images of others with the same name (`shop/nginx`) are no evidence; None for these, and without a tag.
    """
    name, colon, tag = image.partition("@")[0].rpartition(":")
    name = name.removeprefix("docker.io/").removeprefix("library/")
    return (name, tag) if colon and "/" not in name else None


def retired_before(today: str, product: str | None, image: str | None) -> tuple[str, RetiredProduct] | None:
    """Return the retired product that a component's `product` or `image` names, with that key; None before its day is over."""
    named = RETIRED.get(product_name(product)) if product is not None else None
    path = f"/{_without_tag(image)}" if image is not None else ""
    # a copy in another registry is the same
    retired = named or next((each for each in RETIRED.values() if path.endswith(f"/{each.image}")), None)
    if retired is None or retired.day >= today:
        return None
    return "image" if named is None else "product", retired


def _without_tag(image: str) -> str:
    name = image.partition("@")[0]
    before, _, last = name.rpartition("/")
    return f"{before}/{last.partition(':')[0]}"
