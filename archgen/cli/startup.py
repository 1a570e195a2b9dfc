"""What has to come before every other import: a patient garbage collector, and msgspec without its burden.

A run is short and leaves hardly any cycles, and each collection walks a heap that only grows: with the collector's
usual thresholds that is a twentieth of a lint.

msgspec takes a package only because it is there: `typing_extensions` costs a third of what `import yaml` does,
and Python 3.11 has everything that msgspec wants of it.
"""

from __future__ import annotations

import gc
import sys

from archgen.lightly import patterns_later

gc.set_threshold(100_000, 50, 50)

if "typing_extensions" not in sys.modules and "msgspec" not in sys.modules:
    # a None in the table of modules makes their import fail, which msgspec expects and handles
    sys.modules["typing_extensions"] = None  # type: ignore[assignment]
    try:
        with patterns_later():
            import msgspec  # noqa: F401
    finally:
        del sys.modules["typing_extensions"]
