"""What is generated and kept: what commands print in the pages written by hand, the README's picture, and a whole report.

`python -m tests.project.readme` writes them.
"""

from __future__ import annotations

from archgen.app.drawing.draw import draw
from archgen.app.drawing.pictures import Drawing
from archgen.app.drawing.systems import visible_systems
from archgen.app.findings.lint import lint_report
from archgen.app.models import check_models
from archgen.app.workspace.inputs import read
from archgen.engines.rooms import ROOMS
from archgen.linting.checked_model import Model
from archgen.report.common.terminal import Style
from archgen.report.lint import text
from archgen.system.internal_errors import Isolation
from tests.paths import ROOT
from tests.project import shown

README = ROOT / "README.md"
MODEL = "2-distributed-web-infrastructure"
PICTURE = ROOT / "docs" / "pictures" / f"{MODEL}.deployment.svg"
REPORT = ROOT / "tests" / "golden" / "1-simple-web-stack.lint.txt"
RULE = "single-point-of-failure"
START, END = "<!-- finding: start -->\n", "<!-- finding: end -->"
DAY = "2026-12-01"


def model(tier: str = MODEL) -> tuple[Model, ...]:
    """A tier, under the path that a command in the repository names."""
    name = f"models/{tier}.arch.yaml"
    (given,) = read((str(ROOT / name),))
    return check_models((type(given)(name, given.data),), DAY)


def report(tier: str) -> str:
    """What lint says of a tier."""
    return text.write(lint_report(model(tier)), Style(96))


def finding() -> str:
    """The block of text about the first finding of the rule, with its number among all of the model's."""
    return next(block for block in report(MODEL).split("\n\n") if f" {RULE} [" in block.partition("\n")[0])


def renewed(page: str) -> str:
    """A page with the finding between its marks, and with what its commands print, as both are now."""
    before, start, rest = page.partition(START)
    if start:
        _, end, after = rest.partition(END)
        page = f"{before}{start}```text\n{finding()}\n```\n{end}{after}"
    return shown.renewed(page)


def picture() -> str:
    """The deployment of tier 2 as SVG."""
    (file,) = draw(visible_systems(model()), Drawing(room=ROOMS["800"]), ("svg",), ("deployment",), None, Isolation())
    return file.content.decode()


if __name__ == "__main__":
    for page in shown.PAGES:
        page.write_text(renewed(page.read_text(encoding="utf-8")), encoding="utf-8")
    for made in (PICTURE, REPORT):
        made.parent.mkdir(exist_ok=True)
    REPORT.write_text(report("1-simple-web-stack"), encoding="utf-8")
    PICTURE.write_text(picture(), encoding="utf-8")
