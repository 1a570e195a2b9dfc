"""Flows that play: an SVG by CSS, GIF and APNG by pictures."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import pytest

from archgen.cli import main
from archgen.layout.sequence import place
from archgen.render.animated_svg import animated_svg
from archgen.render.sequence_svg import sequence_svg
from archgen.topology import Topology
from archgen.views.flow import flow_sequence
from tests import browser
from tests.test_exports import MODELS, SHIPPED

MODEL = str(Path(__file__).parent.parent / "models" / "1-simple-web-stack.arch.yaml")
SVG = "{http://www.w3.org/2000/svg}"


@MODELS
def test_every_step_lights_up_in_its_turn(one: Topology) -> None:
    for flow in one.architecture.flows:
        placed = place(flow_sequence(one, flow))
        svg = animated_svg(placed, {}, "p")
        root = ElementTree.fromstring(svg)
        names = [node.get("style") for node in root.iter(f"{SVG}g") if node.get("class") == "step"]
        assert len(names) == len(set(names)) == len(placed.arrows) + len(placed.papers)
        arrows = [int((name or "").rpartition("-")[2]) for name in names[: len(placed.arrows)]]
        assert arrows == sorted(arrows)
        assert svg.count("@keyframes") == len(names)
        starts = [float(each) for each in re.findall(r"@keyframes p-\d+\{0%,([0-9.]+)%", svg)]
        assert starts == sorted(starts)
        assert starts[-1] < 97


def test_without_motion_the_whole_flow_is_there() -> None:
    one = SHIPPED[1]
    sequence = flow_sequence(one, one.architecture.flows[0])
    svg = animated_svg(place(sequence), {}, "p", "light")
    assert svg.count("animation-duration") == 1
    assert "@media (prefers-reduced-motion:no-preference){#p .step{animation-duration" in svg
    still = re.sub(r'<g class="step" style="[^"]*">(.*?)</g>(?=<g class="step"|<g>|<g class="heads")', r"\1", svg)
    still = re.sub(r"@keyframes.*?(?=</style>)", "", still)
    assert still.count("<path") == sequence_svg(sequence, {}, "p", "light").count("<path")


@pytest.mark.parametrize("form", ["gif", "apng"])
def test_a_film_has_a_picture_a_step(form: str, tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image", reason="the slides extra is not installed")
    target = tmp_path / f"a.{form}"
    words = ["draw", MODEL, "--flow", "read-page", "--scale", "1", "-o", str(target)]
    assert main(words) == 0
    first = target.read_bytes()
    assert main(words) == 0
    assert target.read_bytes() == first
    film = image.open(BytesIO(first))
    assert film.n_frames == 1 + len(SHIPPED[0].architecture.flows[0].steps)
    assert film.info.get("loop") == 0
    seen = set()
    for at in range(film.n_frames):
        film.seek(at)
        seen.add(film.convert("RGB").tobytes())
    assert len(seen) == film.n_frames
    assert film.info["duration"] == 3000


def test_an_animated_picture_is_asked_for_by_its_name(tmp_path: Path) -> None:
    target = tmp_path / "a.animated.svg"
    assert main(["draw", MODEL, "--flow", "read-page", "-o", str(target)]) == 0
    assert "@keyframes" in target.read_text(encoding="utf-8")


class TestInABrowser:
    pytestmark = browser.MARKS

    def test_it_plays_and_rests_for_who_wants_no_motion(self, tmp_path: Path) -> None:
        one = SHIPPED[1]
        svg = animated_svg(place(flow_sequence(one, one.architecture.flows[0])), {}, "p", "light")
        (tmp_path / "a.html").write_text(f"<!doctype html><meta charset=utf-8><body>{svg}", encoding="utf-8")
        opened = browser.Browser()
        try:
            opened.open(str(tmp_path / "a.html"))
            playing = (
                "const all = document.getAnimations(); all.forEach(one => { one.pause(); one.currentTime = 4400; });"
                "return [...document.querySelectorAll('.step')].map(step => Number(getComputedStyle(step).opacity));"
            )
            lit = opened.run(playing)
            assert isinstance(lit, list)
            assert lit == sorted(lit, reverse=True)
            assert lit[0] == 1
            assert lit[-1] < 0.3
            opened.picture("flow-playing")
            wish = {"features": [{"name": "prefers-reduced-motion", "value": "reduce"}]}
            opened.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", wish)
            opened.open(str(tmp_path / "a.html"))
            still = opened.run(playing)
            assert isinstance(still, list)
            assert set(still) == {1}
        finally:
            opened.driver.quit()
