"""Flows that play: an SVG by CSS, GIF and APNG by pictures."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import pytest

from archgen.analysis.topology import Topology
from archgen.cli import main
from archgen.layout.deployment.arrangement import domain
from archgen.layout.sequence.arrangement import place
from archgen.render.scene.path_film import PACE, REST, path_film, path_frames
from archgen.render.scene.sequence_film import sequence_film
from archgen.render.svg.document import svg as written
from archgen.style.theme import DARK, LIGHT
from archgen.views.flow import flow_sequence
from archgen.views.path import path_diagram
from archgen.views.playback import playback_steps
from tests import browser
from tests.drawing import sequence_svg
from tests.paths import ROOT
from tests.render.test_exports import MODELS, SHIPPED

MODEL = str(ROOT / "models" / "1-simple-web-stack.arch.yaml")
SVG = "{http://www.w3.org/2000/svg}"


@MODELS
def test_every_step_lights_up_in_its_turn(one: Topology) -> None:
    for flow in one.architecture.flows:
        placed = place(flow_sequence(one, flow))
        svg = written(sequence_film(placed, {}, "p"))
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
    svg = written(sequence_film(place(sequence), {}, "p"), "light")
    assert svg.count("animation-duration") == 1
    assert "@media (prefers-reduced-motion:no-preference){#p .step{animation-duration" in svg
    still = re.sub(r'<g class="step" style="[^"]*">(.*?)</g>(?=<g class="step"|<g>|<g class="heads")', r"\1", svg)
    still = re.sub(r"@keyframes.*?(?=</style>)", "", still)
    assert still.count("<path") == sequence_svg(sequence, {}, "p", "light").count("<path")


@pytest.mark.sampled(2)
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


def lit(one: Topology, number: int) -> tuple[list[str], list[str], str]:
    """The components and connections that are lit in a picture of the film of a model's last flow, and its words."""
    flow = one.architecture.flows[-1]
    frames = path_frames(domain(path_diagram(one, flow)), flow.title, playback_steps(one, flow), "p")
    assert len(frames) == 1 + len(playback_steps(one, flow))
    root = ElementTree.fromstring(written(frames[number], "light"))
    things = [node for node in root.iter(f"{SVG}g") if node.get("data-component") or node.get("data-edge")]
    assert {node.get("style") for node in things} <= {None, "opacity:0.22"}
    seen = [node for node in things if node.get("style") is None]
    cards = dict.fromkeys(name for node in seen if (name := node.get("data-component")))
    lines = dict.fromkeys(name for node in seen if (name := node.get("data-edge")))
    words = [node.text or "" for node in root.findall(f"{SVG}g")[-2].iter(f"{SVG}text")]
    return list(cards), list(lines), " | ".join(words)


def test_each_step_lights_its_connection_in_the_deployment() -> None:
    one = SHIPPED[1]
    whole = lit(one, 0)
    assert set(whole[0]) == {"user", "dns", "haproxy", "nginx", "app", "mysql"}
    assert whole[2] == "A visitor sends a comment | 10 steps"
    asked = lit(one, 4)
    assert asked == (
        ["haproxy", "nginx"],
        ["haproxy -> nginx"],
        "4. haproxy → nginx | http 80 · unencrypted across hosts | POST /comments, to the next server in turn",
    )
    answered = lit(one, 9)
    assert answered[1] == ["haproxy -> nginx"]
    assert answered[2].startswith("9. nginx → haproxy | ")


@MODELS
def test_a_path_plays_as_its_pictures_stand(one: Topology) -> None:
    """What the key frames of each card and line say in the middle of each step is what the still pictures show."""
    for flow in one.architecture.flows:
        told, placed = playback_steps(one, flow), domain(path_diagram(one, flow))
        frames = [ElementTree.fromstring(written(scene)) for scene in path_frames(placed, flow.title, told, "p")]
        svg = written(path_film(placed, flow.title, told, "p"), "light")
        rules = dict(re.findall(r"@keyframes (p-[0-9]+)\{(.*?\})\}", svg))
        length = float(re.findall(r"animation-duration:([0-9.]+)s", svg)[0])
        things = [node for node in ElementTree.fromstring(svg).iter(f"{SVG}g") if (node.get("style") or "")]
        for node in things:
            name = (node.get("style") or "").removeprefix("animation-name:")
            keys = [
                (float(at), float(light)) for at, light in re.findall(r"([0-9.]+)%\{opacity:([0-9.]+)\}", rules[name])
            ]
            assert keys == sorted(keys, key=lambda key: key[0])
            for number, frame in enumerate(frames):
                middle = 100 * (REST / 2 if number == 0 else REST + PACE * (number - 0.5)) / length
                light = [value for at, value in keys if at <= middle][-1]
                for attribute in ("data-node", "data-edge"):
                    if subject := node.get(attribute):
                        same = next(each for each in frame.iter(f"{SVG}g") if each.get(attribute) == subject)
                        assert light == float((same.get("style") or "opacity:1").removeprefix("opacity:"))


def test_a_path_without_motion_is_the_whole_path_under_its_title() -> None:
    one = SHIPPED[1]
    flow = one.architecture.flows[0]
    svg = written(path_film(domain(path_diagram(one, flow)), flow.title, playback_steps(one, flow), "p"), "light")
    assert svg.count("animation-duration") == 1
    assert "@media (prefers-reduced-motion:no-preference){#p [style^" in svg
    hidden = [node for node in ElementTree.fromstring(svg).iter(f"{SVG}g") if node.get("opacity") is not None]
    assert len(hidden) == len(playback_steps(one, flow))
    assert all(node.get("data-node") is None and node.get("data-edge") is None for node in hidden)


def test_the_ground_of_a_gif_is_that_of_the_picture(tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image", reason="the slides extra is not installed")
    for theme, ground in (("light", LIGHT), ("dark", DARK)):
        target = tmp_path / f"{theme}.gif"
        words = ["draw", MODEL, "--view", "paths", "--flow", "read-page", "--scale", "1", "--theme", theme]
        assert main([*words, "-o", str(target)]) == 0
        film = image.open(BytesIO(target.read_bytes()))
        assert film.n_frames == 1 + len(SHIPPED[0].architecture.flows[0].steps)
        film.seek(2)
        frame = film.convert("RGB")
        colours = {colour for _, colour in frame.getcolors(1 << 24)}
        for role in (ground.ground, ground.card, ground.tint_1):
            assert tuple(bytes.fromhex(role[1:])) in colours
        assert frame.getpixel((2, 2)) == tuple(bytes.fromhex(ground.ground[1:]))


class TestInABrowser:
    pytestmark = browser.MARKS

    def test_it_plays_and_rests_for_who_wants_no_motion(self, tmp_path: Path) -> None:
        one = SHIPPED[1]
        svg = written(sequence_film(place(flow_sequence(one, one.architecture.flows[0])), {}, "p"), "light")
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

    def test_a_path_plays_and_rests_too(self, tmp_path: Path) -> None:
        one = SHIPPED[1]
        flow = one.architecture.flows[1]
        svg = written(path_film(domain(path_diagram(one, flow)), flow.title, playback_steps(one, flow), "p"))
        (tmp_path / "a.html").write_text(f"<!doctype html><meta charset=utf-8><body>{svg}", encoding="utf-8")
        playing = (
            "const all = document.getAnimations(); all.forEach(one => { one.pause(); one.currentTime = TIME; });"
            "const shown = some => [...document.querySelectorAll(some)].filter(one => getComputedStyle(one).opacity > 0.9);"
            "return [shown('[data-edge]').map(one => one.dataset.edge),"
            "shown('g[style]:not([data-node]):not([data-edge])').map(one => one.textContent)];"
        )
        opened = browser.Browser()
        try:
            for scheme in ("light", "dark"):
                opened.prefer(scheme)
                opened.open(str(tmp_path / "a.html"))
                lines, said = opened.run(playing.replace("TIME", "9300"))
                assert set(lines) == {"haproxy -> nginx"}
                assert [words[:19] for words in said] == ["4. haproxy → nginxh"]
                opened.picture(f"path-playing-{scheme}")
            wish = {"features": [{"name": "prefers-reduced-motion", "value": "reduce"}]}
            opened.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", wish)
            opened.open(str(tmp_path / "a.html"))
            lines, said = opened.run(playing.replace("TIME", "9300"))
            assert len(set(lines)) == 5
            assert said == ["A visitor sends a comment10 steps"]
            opened.picture("path-still")
        finally:
            opened.driver.quit()
