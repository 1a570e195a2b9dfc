"""A product's logo from the icon packages that are installed, or a user's own drawing; without them, nothing."""

from __future__ import annotations

import os
import re
from base64 import b64encode
from collections.abc import Iterable
from functools import lru_cache
from importlib.util import find_spec

from archgen.render.icons.cloud import cloud_path
from archgen.render.icons.drawing import drawing, paints
from archgen.render.icons.logos import drawn
from archgen.render.icons.wordmarks import WORDMARKS
from archgen.render.raster.png import pixels, png_of_svg
from archgen.style.contrast import contrast
from archgen.style.glyphs import Icon
from archgen.style.svg_markup import element
from archgen.style.theme import DARK, LIGHT
from archgen.system.files import ICON, UnreadableFile, read_file

_VECTOR_SETS = ("simple", "material", "fontawesome", "octicons")
_RASTER_SETS = ("onprem", "saas", "generic", "aws", "gcp", "azure", "elastic", "k8s", "programming")
_RASTER_PIXELS = 96

_ALSO = {
    "node": "nodedotjs",
    "nodejs": "nodedotjs",
    "kafka": "apachekafka",
    "httpd": "apache",
    "apachehttpd": "apache",
    "postgres": "postgresql",
    "mongo": "mongodb",
    "traefik": "traefikproxy",
    "envoy": "envoyproxy",
    "rails": "rubyonrails",
    "tomcat": "apachetomcat",
    "cassandra": "apachecassandra",
    "solr": "apachesolr",
    "spring": "springboot",
    "vuejs": "vuedotjs",
    "nextjs": "nextdotjs",
    "hashicorpvault": "vault",
}
"""Names that people use for a product, with the name that the icon set has for it."""

_ILLEGIBLE = WORDMARKS | {"mssql"}
"""Logos that are a line of text, alone or under a drawing: nobody reads it on a card, where the glyph of the kind says more."""

BRAND_COLOURS = {
    "nginx": "#00873a",
    "mysql": "#00618a",
    "mariadb": "#003545",
    "postgresql": "#336791",
    "redis": "#d6302b",
    "mongodb": "#3f8f3a",
    "elasticsearch": "#005571",
    "apache": "#c3213d",
    "apachekafka": "#231f20",
    "rabbitmq": "#d9540b",
    "cloudflare": "#c8560b",
    "prometheus": "#d1451d",
    "grafana": "#d9530b",
    "php": "#5f6aa8",
    "python": "#2f6a9c",
    "gunicorn": "#3f7538",
    "nodedotjs": "#3f8439",
    "rubyonrails": "#c50000",
    "django": "#092e20",
    "docker": "#1a78c2",
    "kubernetes": "#316ce6",
    "letsencrypt": "#003a70",
    "keycloak": "#3d5b8c",
    "minio": "#c72e49",
    "traefikproxy": "#1a7f93",
    "envoyproxy": "#a5359e",
    "wordpress": "#21759b",
}
"""Colors that people know a product by, dark enough to be told from white at 3:1."""


def icon(name: str | None, directory: str | None = None) -> Icon | None:
    """Return the drawing that a product, an icon's name or a file's path asks for; None where there is none to be had.

    A path (`icons/logo.svg`) is relative to `directory` and may not leave it; a name may tell its set
    (`simple/nginx`, `diagrams/onprem/network/haproxy`).
    """
    if not name:
        return None
    if name.lower().endswith((".svg", ".png")):
        return _own_file(name, directory) if directory is not None else None
    return _packaged(name)


def icons(names: Iterable[str | None], directory: str | None = None) -> dict[str, Icon]:
    """Return the drawings to be had for many names, by name."""
    drawings = {name: icon(name, directory) for name in dict.fromkeys(names) if name}
    return {name: icon for name, icon in drawings.items() if icon is not None}


_PAINT = re.compile(r'(fill|stroke)="(?!none|currentColor)[^"]*"')


def mono(icon: Icon) -> Icon | None:
    """Return a logo in the ink alone; None where it would be a blot, as it is made of colors or pixels."""
    if icon.inked is not None:
        return Icon(icon.id, icon.view_box, icon.inked)
    if "<image" in icon.body:
        return None
    if icon.id.startswith("logo-"):
        return Icon(icon.id, icon.view_box, _PAINT.sub(r'\1="currentColor"', icon.body))
    return None if _PAINT.search(icon.body) else Icon(icon.id, icon.view_box, icon.body)


def _slug(name: str) -> str:
    slug = re.sub(r"[^a-z0-9]", "", name.lower())
    return _ALSO.get(slug, slug)


@lru_cache(maxsize=512)
def _packaged(name: str) -> Icon | None:
    family, _, rest = name.partition("/")
    if family == "diagrams" and rest:
        return _raster(rest)
    if family in _VECTOR_SETS and rest:
        return _vector(family, rest)
    slug = _slug(name)
    if slug in _ILLEGIBLE:
        return None
    cloud = cloud_path(slug)
    return (_raster(cloud) if cloud else None) or drawn(slug) or _vector("simple", slug) or _raster_by_slug(slug)


def _package_folder(package: str, *below: str) -> str | None:
    try:
        spec = find_spec(package)
    except (ImportError, ValueError):
        return None
    if spec is None or spec.origin is None:
        return None
    folder = os.path.join(os.path.dirname(spec.origin), *below)
    return folder if os.path.isdir(folder) else None


def _inside(folder: str | None, path: str) -> str | None:
    """Return the file at a path below a folder; None where there is none, or where the path leads out of the folder."""
    if folder is None or "\0" in path or os.path.isabs(path):
        return None
    root = os.path.realpath(folder)
    file = os.path.realpath(os.path.join(root, path))
    return file if file.startswith(root + os.sep) and os.path.isfile(file) else None


def _read(file: str | None) -> bytes | None:
    try:
        return read_file(file, ICON) if file is not None else None
    except UnreadableFile:
        return None


def _vector(family: str, name: str) -> Icon | None:
    content = _read(_inside(_package_folder("material", "templates", ".icons", family), f"{name}.svg"))
    return drawing(f"{family}-{name}", content, BRAND_COLOURS.get(name)) if content else None


def _raster(path: str) -> Icon | None:
    content = _read(_inside(_package_folder("diagrams", "..", "resources"), f"{path}.png"))
    return _small_png(f"diagrams-{path}", content) if content else None


@lru_cache(maxsize=1)
def _raster_names() -> dict[str, str]:
    """Return the path of every drawing of the raster sets by its slug; the sets in their order, then the shortest path."""
    folder = _package_folder("diagrams", "..", "resources")
    paths_by_slug: dict[str, str] = {}
    for family in _RASTER_SETS if folder else ():
        paths = []
        for at, _, files in os.walk(os.path.join(folder or "", family)):
            below = os.path.relpath(at, folder).replace(os.sep, "/")
            paths += [f"{below}/{file[:-4]}" for file in files if file.endswith(".png")]
        for path in sorted(paths, key=lambda path: (len(path), path)):
            paths_by_slug.setdefault(_slug(path.rpartition("/")[2]), path)
    return paths_by_slug


def _raster_by_slug(slug: str) -> Icon | None:
    path = _raster_names().get(slug)
    return _raster(path) if path else None


def _small_png(name: str, content: bytes) -> Icon | None:
    """Return a PNG scaled down into a square; None where it cannot be read as one."""
    if not content.startswith(b"\x89PNG\r\n\x1a\n"):
        return None
    side = _RASTER_PIXELS
    data = b64encode(content).decode()
    image = element("image", href=f"data:image/png;base64,{data}", width=side, height=side)
    try:
        small = png_of_svg(element("svg", image, xmlns="http://www.w3.org/2000/svg", width=side, height=side), scale=1)
    except ValueError:
        return None
    body = element("image", href=f"data:image/png;base64,{b64encode(small).decode()}", width=side, height=side)
    return Icon(name, f"0 0 {side} {side}", body, coloured=True)


def _own_file(path: str, directory: str) -> Icon | None:
    content = _read(_inside(directory, path))
    if content is None:
        return None
    raster = path.lower().endswith(".png")
    icon = _small_png(f"file-{path}", content) if raster else drawing(f"file-{path}", content)
    if icon is None:
        return None
    colours = _shades(icon) if raster else paints(icon) if icon.inked else frozenset()
    return _on_dark(icon) if colours and all(_pale(color) for color in colours) else icon


_PALEST = 1.5
"""A logo whose colors all have less contrast with white than that is made for dark grounds."""

_SEEN = 128
"""Pixels that are less opaque than that are a drawing's soft edge."""


def _pale(colour: str) -> bool:
    return len(colour) == 7 and colour.startswith("#") and contrast(colour, LIGHT.chip) < _PALEST


def _shades(icon: Icon) -> frozenset[str]:
    """Return the colors of a raster, in a dozen pixels each way; none where it has a ground of its own."""
    image = element("svg", icon.body, xmlns="http://www.w3.org/2000/svg", width=_RASTER_PIXELS, height=_RASTER_PIXELS)
    shades = pixels(png_of_svg(image, scale=1 / 8))
    seen = {pixel[:3] for pixel in shades if pixel[3] >= _SEEN}
    return (
        frozenset(f"#{bytes(colour).hex()}" for colour in seen)
        if any(pixel[3] < _SEEN for pixel in shades)
        else frozenset()
    )


def _on_dark(icon: Icon) -> Icon:
    """Return a pale logo on a dark chip of its own, in light pictures and in dark ones."""
    x, y, width, height = (float(part) for part in icon.view_box.split())
    side = max(width, height)
    left, top = x - (side - width) / 2, y - (side - height) / 2
    chip = element("rect", x=left, y=top, width=side, height=side, rx=side / 5, fill=DARK.card)
    shrunk = f"translate({left + side / 8:g} {top + side / 8:g}) scale(.75) translate({-left:g} {-top:g})"
    body = chip + element("g", icon.body, transform=shrunk)
    return Icon(icon.id, f"{left:g} {top:g} {side:g} {side:g}", body, inked=icon.inked)
