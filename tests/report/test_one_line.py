"""An output format is a module and a line in a table: everything else that knows formats reads the table."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from archgen.app import report_formats
from archgen.app.drawing import formats
from archgen.cli import main
from archgen.report.lint.outcome import LintReport
from archgen.views.diagram import Diagram
from tests.paths import ROOT

MODEL = str(ROOT / "models" / "1-simple-web-stack.arch.yaml")


@pytest.fixture
def outline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Add a format of pictures."""
    module = ModuleType("archgen.render.code.outline")
    monkeypatch.setitem(sys.modules, module.__name__, module)

    def outline(diagram: Diagram) -> str:
        return "".join(f"- {node.id}\n" for node in diagram.nodes)

    vars(module)["outline"] = outline
    monkeypatch.setitem(formats.FORMATS, "outline", formats._code("outline.txt", "outline:outline"))


@pytest.fixture
def csv(monkeypatch: pytest.MonkeyPatch) -> None:
    """Add a format of findings."""
    module = ModuleType("archgen.report.lint.csv")
    monkeypatch.setitem(sys.modules, module.__name__, module)

    def write(report: LintReport) -> str:
        return "".join(f"{finding.code};{finding.line}\n" for finding in report.findings)

    vars(module)["write"] = write
    monkeypatch.setitem(report_formats.LINT, "csv", report_formats._plain("lint.csv"))


@pytest.mark.usefixtures("outline")
def test_a_picture_format_is_drawn_listed_and_known_by_its_extension(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["draw", MODEL, "--view", "deployment"]
    assert main([*words, "--format", "outline", "-o", str(tmp_path)]) == 0
    (file,) = tmp_path.iterdir()
    assert file.name == "1-simple-web-stack.deployment.outline.txt"
    assert "- nginx@server-1\n" in file.read_text(encoding="utf-8")
    assert main([*words, "-o", str(tmp_path / "my.outline.txt")]) == 0
    assert (tmp_path / "my.outline.txt").read_bytes() == file.read_bytes()
    _is_listed("draw", "outline", capsys)


@pytest.mark.usefixtures("csv")
def test_a_report_format_is_written_and_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", MODEL, "--format", "csv"]) == 1
    assert "REL001;" in capsys.readouterr().out
    _is_listed("lint", "csv", capsys)


def _is_listed(command: str, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main([command, MODEL, "--format", "none"]) == 2
    assert form in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main([command, "--help"])
    assert form in capsys.readouterr().out
    assert main(["completion", "fish"]) == 0
    assert form in capsys.readouterr().out


BORROWED = {
    "lint.text": "invalid models and examples are reported as lint reports them",
    "diff.markdown": "its table line draws the diagrams first",
    "code.mermaid": "pages and comparisons hold Mermaid",
    "code.openpsa": "a format of analyze",
    "code.dot": "Graphviz lays out",
    "code.diagrams_script": "one format runs the script",
    "code.diagrams_nodes": "the nodes of the script",
}


def writers() -> set[str]:
    """Return the modules that write a format, as `folder.module`."""
    files = [*(ROOT / "archgen" / "report").glob("*/*.py"), *(ROOT / "archgen" / "render").glob("c*/*.py")]
    public = {file: file.read_text(encoding="utf-8") for file in files if file.stem != "__init__"}
    return {
        f"{file.parent.name}.{file.stem}"
        for file, text in public.items()
        if "report" not in str(file) or "def write(" in text
    }


def test_only_the_tables_name_a_writer() -> None:
    named = writers() - set(BORROWED)
    assert {"lint.sarif", "analyze.json_", "code.plantuml", "canvas.drawio"} <= named
    ways = [
        rf"{folder}\.{module}\b|\.{folder} import (?:.*\b)?{module}\b"
        for folder, module in (name.split(".") for name in named)
    ]
    naming = re.compile("|".join(ways))
    for path in (ROOT / "archgen").rglob("*.py"):
        if path.name not in ("formats.py", "report_formats.py"):
            assert (path, naming.search(path.read_text(encoding="utf-8"))) == (path, None)
