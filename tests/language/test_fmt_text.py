"""What `fmt` and `lint --fix` keep of a text: its line ends, its mark, its comments, every text of several lines."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from random import Random

import pytest

from archgen.app import formatting
from archgen.app.findings.apply_fixes import apply_fixes, checker
from archgen.app.findings.typo_fixes import fix_typos
from archgen.app.formatting import format_model, unified_diff
from archgen.app.workspace.inputs import Input
from archgen.cli import main
from archgen.language.load import load
from archgen.language.write.sections import arrange_sections
from archgen.linting.policy import Policy
from archgen.model.problems import ModelError
from tests.generators.spoilers import models
from tests.layouts import relaid

NAME = "m.arch.yaml"
TODAY = "2026-11-24"
REST = "components:\n  user: {kind: client}\n"
SORTED = f"archgen: 1\nname: x\nsummary: y\n\n# parts\n{REST}"


def form(text: str) -> str:
    return format_model(NAME, text.encode()).decode()


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_the_byte_order_mark_stay(ending: str, mark: str) -> None:
    shuffled = f"{mark}# parts\n{REST}name: x\nsummary: |\n  a  \n\n\n  b\narchgen: 1".replace("\n", ending)
    after = form(shuffled)
    assert after == f"{mark}# parts\n\narchgen: 1\nname: x\n\nsummary: |\n  a  \n\n\n  b\n\n{REST}".replace(
        "\n", ending
    )
    assert form(after) == after


def test_a_file_of_several_line_ends_gets_those_of_most_lines() -> None:
    assert form(f"archgen: 1\r\nname: x\r\n\n{REST}") == f"archgen: 1\nname: x\n\n{REST}"
    assert form(f"archgen: 1\r\nname: x\r\n\r\n{REST}") == f"archgen: 1\nname: x\n\n{REST}".replace("\n", "\r\n")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        # what stands above the key that becomes the first is the head from then on
        (f"name: x\n# c\narchgen: 1\n{REST}", f"# c\n\narchgen: 1\nname: x\n\n{REST}"),
        (f"\n# c\nname: x\narchgen: 1\n{REST}", f"archgen: 1\n\n# c\nname: x\n\n{REST}"),
        (f"\n# c\narchgen: 1\nname: x\n{REST}", f"# c\n\narchgen: 1\nname: x\n\n{REST}"),
        # empty lines of a text are the text's own
        (f"archgen: 1\nsummary: |\n  a\n\n\n  b\nname: x\n{REST}", None),
        (f'archgen: 1\nsummary: "a\n\n\n\n  b"\nname: x\n{REST}', None),
        (f"archgen: 1\nsummary: a\n\n\n\n  b\nname: x\n{REST}", None),
        # `|+` keeps the empty lines below it, so that no line may come or go there
        (f"archgen: 1\nsummary: |+\n  a\n\n\nname: x\n{REST}", f"archgen: 1\nname: x\n\nsummary: |+\n  a\n\n\n{REST}"),
        (f"archgen: 1\nsummary: |+\n  a\nname: x\n{REST}", f"archgen: 1\nname: x\n\nsummary: |+\n  a\n{REST}"),
        (f"archgen: 1\nsummary: |+\nname: x\n{REST}", f"archgen: 1\nname: x\nsummary: |+\n{REST}"),
        (f"archgen: 1\n{REST}name: x\nsummary: |+\n  a\n\n\n", f"archgen: 1\nname: x\n\nsummary: |+\n  a\n\n\n{REST}"),
        # a text that ends with the file gets no line end
        (f"{REST}archgen: 1\nname: x\nsummary: |\n  a", f"{REST}\narchgen: 1\nname: x\n\nsummary: |\n  a"),
        (f"{REST}archgen: 1\nname: x\nsummary: |-\n  a", f"archgen: 1\nname: x\n\nsummary: |-\n  a\n\n{REST}"),
        # markers of the document stay at its ends
        (f"%YAML 1.2\n---\n\nname: x\narchgen: 1\n{REST}\n\n...\n# e\n", f"%YAML 1.2\n---\narchgen: 1\nname: x\n\n{REST}...\n# e\n"),
        (f"---\n# c\nname: x\narchgen: 1\n{REST}", f"---\n# c\n\narchgen: 1\nname: x\n\n{REST}"),
        # a document in braces has no sections that could move
        ('{"name": "x", \t\n\n\n"archgen": 1,\n"components": {"user": {"kind": "client"}}}', None),
        # no comment although it looks like one
        (f'archgen: 1\nname: x\nsummary: "a\n# b"\n{REST}', f'archgen: 1\nname: x\n\nsummary: "a\n# b"\n\n{REST}'),
        # a root that is indented, explicit keys, comments in brackets
        ("  name: x\n  # c\n  archgen: 1\n  components: {user: {kind: client}}\n", None),
        (f"? name\n: x\n? archgen\n: 1\n{REST}", None),
        ("archgen: 1\nname: x\ncomponents: {\n# c\n\n\n  user: {kind: client}  # d\n}\n# e\n", None),
    ],
)  # fmt: skip
def test_what_is_no_layout_stays(text: str, wanted: str | None) -> None:
    after = form(text)
    assert wanted is None or after == wanted
    assert form(after) == after
    assert load(NAME, after.encode()).architecture == load(NAME, text.encode()).architecture
    assert sorted(after.split()) == sorted(text.split())


@pytest.mark.sampled(4)
@pytest.mark.parametrize("first", range(0, 800, 100))
def test_a_text_laid_out_otherwise_has_one_stable_form(first: int) -> None:
    count = 0
    for number in range(first, first + 100):
        rand = Random(number)
        data = relaid(rand, rand.choice(models()).decode("utf-8", "replace"))
        try:
            before = load(NAME, data).architecture
        except ModelError:
            continue
        after = format_model(NAME, data)
        assert load(NAME, after).architecture == before
        assert format_model(NAME, after) == after
        assert after.startswith(b"\xef\xbb\xbf") == data.startswith(b"\xef\xbb\xbf")
        count += 1
    assert count > 25


def test_a_form_that_would_say_something_else_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / NAME).write_text(SORTED, encoding="utf-8")
    (tmp_path / "n.arch.yaml").write_text(SORTED, encoding="utf-8")
    right = arrange_sections

    def wrong(text: str, *, in_order: bool, ended: bool) -> str:
        return right(text, in_order=in_order, ended=ended).replace("summary: y", "summary: z")

    monkeypatch.setattr(formatting, "arrange_sections", wrong)
    assert main(["fmt", NAME]) == 2
    assert "the file is left as it is" in capsys.readouterr().err
    monkeypatch.setattr(formatting, "arrange_sections", lambda text, **_: right(text).replace("# parts\n", ""))
    assert main(["fmt", NAME]) == 2
    assert (tmp_path / NAME).read_text(encoding="utf-8") == SORTED


def test_standard_output_gets_the_bytes_that_a_file_would(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    data = f"\ufeffname: ü\narchgen: 1\n{REST}".replace("\n", "\r\n").encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert main(["fmt", "-"]) == 0
    assert capfdbinary.readouterr().out == f"\ufeffarchgen: 1\nname: ü\n\n{REST}".replace("\n", "\r\n").encode()


def test_a_difference_in_the_last_line_end_is_seen() -> None:
    words = unified_diff(NAME, b"a\r\nb", b"a\r\nb\r\n")
    assert words.splitlines()[-3:] == ["-b", "\\ No newline at end of file", "+b"]


# Repairs and fixes

SHARED = """\
archgen: 1
name: x
hosts: {s1: {}, s2: {}}
components:
  user: {kind: client}
  lb: {kind: load-balancer, managed: true, balance: {algorithm: round-robin, health_check: true}}
  web: {kind: web-server, runs_on: &h [s1]}
  other: {kind: app-server, runs_on: *h}
connections:
  user -> lb: https
  lb -> web: http
  lb -> other: http
flows:
  f: {title: F, access: read, steps: [{user -> lb: a}, {lb -> web: b}]}
"""


def test_a_fix_does_not_change_what_repeats_its_value() -> None:
    data = SHARED.encode()
    done = apply_fixes(data, checker(Input(NAME, data), Policy(), TODAY), lambda _: True)
    after = load(NAME, done.data).architecture
    assert b"lb -> web: {protocol: https" in done.data
    (other,) = (one for one in after.components if one.id == "other")
    assert [one.id for one in other.replicas] == ["other@s1"]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_fixes_and_repairs_keep_line_ends(ending: str) -> None:
    data = ("\ufeff" + SHARED.replace("&h ", "").replace("*h", "[s1]")).replace("\n", ending).encode()
    done = apply_fixes(data, checker(Input(NAME, data), Policy(), TODAY), lambda _: True)
    assert len(done.findings) > 3
    assert (
        done.data.replace(ending.encode(), b"").count(b"\n")
        == done.data.replace(ending.encode(), b"").count(b"\r")
        == 0
    )
    assert fix_typos(NAME, data.replace(b"web-server", b"web-sevrer")) == data
