"""What one rule says of one model, as its first line states it: the conditions that no example of the rule decides.

`# missing-tls: connection user -> web, connection app -> web` are the subjects of all its findings, `none` that there are none.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from archgen.rules import BY_NAME
from tests.edges import subjects

FILES = sorted((Path(__file__).parent / "decisions").glob("*.arch.yaml"))


def stated(text: str) -> tuple[str, list[str]]:
    """The rule and the subjects of the first line."""
    rule, _, said = text.partition("\n")[0].removeprefix("# ").partition(": ")
    return rule, [] if said == "none" else said.split(", ")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name.removesuffix(".arch.yaml"))
def test_the_verdict_is_the_stated_one(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    rule, said = stated(text)
    assert rule in BY_NAME
    assert file.name.startswith(rule)
    assert sorted(subjects(text, rule)) == sorted(said)
