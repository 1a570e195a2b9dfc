"""The generated parts of the README: one finding as lint tells it, and one picture.

`python -m tests.readme` writes them.
"""

from __future__ import annotations

from pathlib import Path

from archgen.project.draw import draw
from archgen.project.inputs import read
from archgen.project.lint import outcome
from archgen.project.models import Model, judge
from archgen.project.pictures import Drawing
from archgen.project.site import tiers
from archgen.report import text
from archgen.report.outcome import Outcome
from archgen.report.terminal import Style

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
MODEL = "2-distributed-web-infrastructure"
PICTURE = ROOT / "docs" / "pictures" / f"{MODEL}.deployment.svg"
RULE = "single-point-of-failure"
START, END = "<!-- finding: start -->\n", "<!-- finding: end -->"
DAY = "2026-12-01"


def model() -> tuple[Model, ...]:
    """Tier 2, under the path that the README's command names."""
    name = f"models/{MODEL}.arch.yaml"
    (given,) = read((str(ROOT / name),))
    return judge((type(given)(name, given.data),), DAY)


def finding() -> str:
    """The block of text about the first finding of the rule, with its number among all of the model's."""
    judged = outcome(model())
    told = text.write(Outcome(judged.models, judged.lines, judged.step), Style(96))
    return next(block for block in told.split("\n\n") if f" {RULE} [" in block.partition("\n")[0])


def readme() -> str:
    """The README with its sample as it is now."""
    before, _, rest = README.read_text(encoding="utf-8").partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}```text\n{finding()}\n```\n{END}{after}"


def picture() -> str:
    """The deployment of tier 2 as SVG."""
    (file,) = draw(tiers(model()), Drawing(), ("svg",), ("deployment",), None)
    return file.content.decode()


if __name__ == "__main__":
    README.write_text(readme(), encoding="utf-8")
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(picture(), encoding="utf-8")
