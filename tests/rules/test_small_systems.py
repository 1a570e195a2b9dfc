"""Small systems of many kinds: every finding is marked on its line, and nothing else is found, whoever reads it.

The first line says what the system shows. A line ends in `# finding: RULE, RULE` where findings stand.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.paths import TESTS
from tests.rules.test_rules import explain_difference, findings, marks

FILES = sorted((TESTS / "small_systems").glob("*.arch.yaml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name.removesuffix(".arch.yaml"))
def test_every_finding_is_marked_and_nothing_else_is_found(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.startswith("# ")
    assert findings(text) == marks(text), explain_difference(
        file.relative_to(TESTS.parent), findings(text), marks(text)
    )
