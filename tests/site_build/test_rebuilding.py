"""A site that is made again while its models are written: what has changed is written, nothing else, and all of it is as new."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from archgen.site_build.serve import LiveSite
from tests.paths import ROOT
from tests.site_build.test_site_chapters import contents

NAMES = ("1-simple-web-stack", "2-distributed-web-infrastructure", "3-secured-and-monitored")
DRAWN = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path d="M0 0h24v24H0z"/></svg>'


class Ours:
    """Models in a directory, the site that follows them, and what was said of it."""

    def __init__(self, directory: Path, names: tuple[str, ...] = NAMES) -> None:
        self.models = directory / "models"
        self.models.mkdir()
        for name in names:
            shutil.copy(ROOT / "models" / f"{name}.arch.yaml", self.models)
        self.output = str(directory / "site")
        self.said: list[str] = []
        self.serving = self.another(self.output)
        self.serving.build()

    def another(self, output: str) -> LiveSite:
        return LiveSite(self.files, lambda: "2026-11-24", "Ours", output, self.said.append)

    def files(self) -> tuple[str, ...]:
        return tuple(str(file) for file in sorted(self.models.glob("*.arch.yaml")))

    def change(self, name: str, old: str, new: str) -> set[str]:
        """Change a model; the files of the site that were written since."""
        file = self.models / f"{name}.arch.yaml"
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))
        return self.written()

    def written(self) -> set[str]:
        before = times(self.output)
        self.serving.build()
        after = times(self.output)
        return {path for path in after if before.get(path) != after[path]}

    def anew(self, directory: Path) -> dict[str, bytes]:
        """The site of the same models, made by nobody who remembers anything."""
        self.another(str(directory)).build()
        return contents(str(directory))


def times(directory: str) -> dict[str, int]:
    found = {}
    for where, _, names in os.walk(directory):
        for name in names:
            path = os.path.join(where, name)
            found[os.path.relpath(path, directory).replace(os.sep, "/")] = os.stat(path).st_mtime_ns
    return found


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Ours:
    return Ours(tmp_path_factory.mktemp("ours"))


def test_what_is_saved_as_it_was_changes_nothing(ours: Ours) -> None:
    assert ours.written() == set()
    assert not ours.serving.build()


def test_a_changed_tier_changes_what_tells_of_it(ours: Ours) -> None:
    """A tier's own pages, the page of the tier that follows it, and what spans the tiers."""
    written = ours.change(NAMES[0], "summary: ", "summary: In short, ")
    pages = {path for path in written if path.endswith(".html")}
    assert pages == {"index.html", "ladder/index.html", f"{NAMES[0]}/index.html"}
    written = ours.change(NAMES[0], "product: nginx", "product: apache")
    assert {path.partition("/")[0] for path in written if path[0].isdigit()} == set(NAMES[:2])
    later = {path for path in written if path.startswith(NAMES[1]) and path.endswith(".html")}
    assert later == {f"{NAMES[1]}/index.html"}
    assert {f"{NAMES[0]}/deployment.svg", "index.html", "llms-full.txt", "search/search_index.json"} <= written


@pytest.mark.slow
def test_every_state_is_as_if_made_anew(tmp_path: Path) -> None:
    """Two changes at a time: what the first leaves as it was, the second does not put right."""
    ours = Ours(tmp_path, NAMES[:2])
    steps = (
        (
            (NAMES[0], "summary: ", "summary: In short, "),
            (NAMES[1], "read-page", "show-page"),
        ),
        # pages of a model that broke stay where they were, which nobody knows who begins with it
        (
            (NAMES[1], "kind: load-balancer", "kind: load-balancr"),
            (NAMES[1], "kind: load-balancr", "kind: load-balancer"),
        ),
        (
            (NAMES[1], "follows: 1-simple-web-stack\n", ""),
            (NAMES[0], "product: nginx", "product: nginx\n    icon: logo.svg"),
        ),
    )
    (ours.models / "logo.svg").write_text(DRAWN)
    for number, changes in enumerate(steps):
        for name, old, new in changes:
            assert ours.change(name, old, new)
        assert contents(ours.output) == ours.anew(tmp_path / f"anew-{number}"), changes
    (ours.models / "logo.svg").write_text(DRAWN.replace("h24", "h12"))
    assert f"{NAMES[0]}/deployment.svg" in ours.written()
    assert contents(ours.output) == ours.anew(tmp_path / "anew")
