"""Programs that hold settings, such as those of Django, in a ConfigMap: the variables that they read stores from."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from archgen.importers.catalogue import BY_PRODUCT
from archgen.importers.facts import Attachment, Fact, Origin
from archgen.importers.sources.mounted_settings import is_program
from archgen.importers.store_names import read_store_name
from archgen.importers.variable_names import names_telemetry

_READS = re.compile(
    r"""(?:\bos\.getenv\(|\bos\.environ\.get\(|\bos\.environ\[|\benviron\.get\(|\bENV\[|\bENV\.fetch\(|\bgetenv\(|\benv\()"""
    r"""[ ]?["']([A-Z][A-Z0-9_]{1,60})["'][ ]?[\])]"""
    r"""|\bprocess\.env\.([A-Z][A-Z0-9_]{1,60})(?![\w ]*(?:\|\||\?\?))"""
)
"""A variable that a program reads, and for which nothing stands where it isn't set."""

_ENGINE = re.compile(
    r"""["']?(?:ENGINE|adapter)["']?\s*:\s*["'](?:[a-z_.]+\.)?(postgresql|postgis|mysql|oracle|mssql)\w*["']"""
)
_ENGINES = {"postgis": "postgresql"}
_LARGEST = 200_000
_BESIDE = 12
"""Lines between the engine of a database and its host."""


def stores_by_variables(attachment: Attachment, namespace: str, given: Collection[str]) -> Iterator[Fact]:
    """Yield what a mounted program seeks by variables that no file sets: `os.getenv("MONGO_HOST")`; `given` are those that files set."""
    if not is_program(attachment) or len(attachment.file.data) > _LARGEST:
        return
    engine, last = "", -_BESIDE
    for number, line in enumerate(attachment.file.data.decode("utf-8", "replace").splitlines(), 1):
        if (match := _ENGINE.search(line[:500])) is not None:
            engine, last = _ENGINES.get(match[1], match[1]), number
        if line.lstrip().startswith(("#", "//")):
            continue
        for name in (match[1] or match[2] for match in _READS.finditer(line[:500])):
            known, asks = read_store_name(name)
            is_beside = engine in BY_PRODUCT and number - last < _BESIDE
            if known is None and is_beside and name.endswith("_HOST"):
                known, asks = BY_PRODUCT[engine], True
            if known is None or not asks or not known.keeps_data or name in given or names_telemetry(name):
                continue
            product = known.product or known.kind
            if known.kind == "database" and is_beside:
                product = engine
            source = Origin(attachment.file.path, number + attachment.line)
            value = {"variable": name, "reference": f"{namespace}/{attachment.file.path}/{name}"}
            yield Fact(f"component:{attachment.owner}", f"seeks-{product}", value, source, name, "medium")
