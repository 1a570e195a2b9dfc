"""Imports msgspec before anything else does, without a package that it takes only because it is there.

`typing_extensions` costs a third of what `import yaml` does, and Python 3.11 has everything that msgspec wants of it.
"""

from __future__ import annotations

import sys

if "typing_extensions" not in sys.modules and "msgspec" not in sys.modules:
    # a None in the table of modules makes their import fail, which msgspec expects and handles
    sys.modules["typing_extensions"] = None  # type: ignore[assignment]
    try:
        import msgspec  # noqa: F401
    finally:
        del sys.modules["typing_extensions"]
