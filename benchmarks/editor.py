"""What an editor waits for: a text of 1,000 components judged anew, beside PyYAML's fast loader on the same text.

    python -m benchmarks.editor

Processor time, the least of several in one run.
"""

from __future__ import annotations

import time

import yaml

from archgen.app.config.settings import LintSettings
from archgen.editor.document import OpenModel, check_text
from benchmarks import synthetic

COMPONENTS = 1_000
MOST = 2.0
ROUNDS = 7


def main() -> None:
    """Type one character after the other, and judge each text."""
    text = synthetic.model(COMPONENTS)
    ours, theirs = [], []
    before: OpenModel | None = None
    for at in range(ROUNDS):
        typed = text.replace("A large system", f"A large system {'x' * at}")
        start = time.process_time()
        yaml.load(typed, Loader=yaml.CSafeLoader)
        middle = time.process_time()
        before = check_text("big.arch.yaml", typed, "2026-11-24", LintSettings(), before)
        ours.append(time.process_time() - middle)
        theirs.append(middle - start)
    ratio = min(ours) / min(theirs)
    mark = "ok" if ratio <= MOST else "TOO SLOW"
    print(
        f"{COMPONENTS:,} components judged as one types: {min(ours) * 1e3:.0f} ms, yaml.load(CSafeLoader) "
        f"{min(theirs) * 1e3:.0f} ms: {ratio:.2f}x of {MOST}x  {mark}"
    )


if __name__ == "__main__":
    main()
