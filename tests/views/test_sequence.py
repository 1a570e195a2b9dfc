"""Sequences: what the view says of a flow, and that nothing of its picture collides or is cut."""

from __future__ import annotations

import os
import subprocess
import sys
from glob import glob
from itertools import combinations
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archgen.analysis.topology import Topology
from archgen.language.load import load
from archgen.layout.placed import Box
from archgen.layout.sequence.arrangement import place
from archgen.layout.sequence.lanes import messages
from archgen.layout.sequence.placed import PlacedSequence
from archgen.model.architecture import Flow
from archgen.model.finding import Finding
from archgen.model.steps import Answer, Request
from archgen.model.subject import Subject
from archgen.style.svg_markup import clean
from archgen.style.theme import SIZES
from archgen.views.diagram import Badge, Block, BlockSection, Item, Message, Participant, Remark, Sequence
from archgen.views.flow import flow_sequence
from tests import paths
from tests.drawing import sequence_svg
from tests.examples import examples
from tests.hostile import HOSTILE

ROOT = str(paths.ROOT)
SVG = "{http://www.w3.org/2000/svg}"

EVERYTHING = """
archgen: 1
name: Everything
hosts: {h1: {}, h2: {}}
components:
  user: {kind: client}
  api: {kind: api-gateway, runs_on: h1}
  orders: {kind: service, runs_on: [h1, h2]}
  cache: {kind: cache, product: redis, runs_on: h2}
  db: {kind: database, product: mysql, runs_on: h2}
connections:
  user -> api: https
  api -> orders: http
  orders -> cache: {protocol: redis, required: false}
  orders -> db: mysql
flows:
  order:
    title: An order
    steps:
      - user -> api: POST /orders
      - api -> orders: place
      - alt:
          - {when: hit, steps: [orders -> cache: GET, cache --> orders: article]}
          - when: miss
            steps:
              - orders -> db: SELECT
              - db --> orders: rows
              - opt: {when: up, steps: [orders -> cache: SET]}
      - par:
          - {steps: [orders -> db: INSERT]}
          - {steps: [{loop: {when: each line, steps: [orders -> db: {message: INSERT line}]}}]}
      - note: {over: [orders, db], text: durable from here on}
      - orders --> api: "201"
      - api --> user: "201"
"""


def topology(text: str) -> Topology:
    return Topology(load("everything.arch.yaml", text.encode()).architecture)


def shipped() -> list[tuple[Topology, Flow]]:
    found = []
    for file in sorted(glob(os.path.join(ROOT, "models", "*.arch.yaml"))):
        with open(file, "rb") as source:
            one = Topology(load(file, source.read()).architecture)
        found += [(one, flow) for flow in one.architecture.flows]
    return found


SHIPPED = shipped()
MODELS = pytest.mark.parametrize(("one", "flow"), SHIPPED, ids=[f"{a.architecture.id}-{b.id}" for a, b in SHIPPED])


def finding(kind: str, name: str, fix: str = "") -> Finding:
    return Finding(
        rule="missing-tls",
        code="SEC001",
        severity="error",
        category="security",
        model="m",
        subject=Subject(kind, name),  # type: ignore[arg-type]
        message=f"about {name}",
        fix=fix,
        file="m",
        line=1,
        column=1,
        end_line=1,
        fingerprint="",
    )


# What is shown


@MODELS
def test_every_step_of_a_flow_is_a_message(one: Topology, flow: Flow) -> None:
    shown = list(messages(flow_sequence(one, flow).items))
    steps = [step for step in flow.steps if isinstance(step, Request | Answer)]
    assert [message.number for message in shown] == [step.id.partition("/")[2] for step in steps]
    assert [message.text for message in shown] == [step.message for step in steps]
    assert [message.answer for message in shown] == [isinstance(step, Answer) for step in steps]


@MODELS
def test_an_answer_means_what_its_request_means(one: Topology, flow: Flow) -> None:
    asked: dict[tuple[str, str], Message] = {}
    for message in messages(flow_sequence(one, flow).items):
        if not message.answer:
            asked[message.source, message.target] = message
            continue
        request = asked[message.target, message.source]
        assert (message.meaning, message.protocol) == (request.meaning, request.protocol)


def test_tier_3_is_encrypted_to_the_balancer_and_in_clear_behind_it() -> None:
    one, flow = next((a, b) for a, b in SHIPPED if a.architecture.id.startswith("3-") and b.id == "read-page")
    meanings = {message.number: message.meaning for message in messages(flow_sequence(one, flow).items)}
    assert [meanings[number] for number in ("1", "3", "4", "5", "6")] == [
        "lookup",
        "encrypted",
        "encrypted",
        "plaintext",
        "local",
    ]


def test_frames_nest_as_in_the_model() -> None:
    one = topology(EVERYTHING)
    items = flow_sequence(one, one.architecture.flows[0]).items
    alt, par = (item for item in items if isinstance(item, Block))
    assert (alt.kind, [section.when for section in alt.sections]) == ("alt", ["hit", "miss"])
    inner = alt.sections[1].items[-1]
    assert isinstance(inner, Block)
    assert inner.kind == "opt"
    assert [message.number for message in messages(alt.sections[0].items)] == ["3.1", "3.2"]
    assert [len(section.items) for section in par.sections] == [1, 1]
    assert isinstance(items[-3], Remark)


def test_badges_have_the_numbers_of_the_issues() -> None:
    one = topology(EVERYTHING)
    found = [finding("host", "h1"), finding("connection", "orders -> db", "x"), finding("step", "order/2", "y")]
    shown = messages(flow_sequence(one, one.architecture.flows[0], found).items)
    badges = {message.number: [badge.number for badge in message.badges] for message in shown if message.badges}
    assert badges == {"2": [3], "3.3": [2]}


def test_participants_come_in_order_of_appearance() -> None:
    one = topology(EVERYTHING)
    sequence = flow_sequence(one, one.architecture.flows[0])
    assert [one.id for one in sequence.participants] == ["user", "api", "orders", "cache", "db"]
    assert [one.detail for one in sequence.participants][2:4] == ["Service ×2", "redis"]


# Where it stands


def collisions(placed: PlacedSequence) -> list[tuple[str, str]]:
    """Pairs of texts that share room, and texts on a lifeline that no paper and no band hides."""
    # the room of a text is measured anew each time that it is asked for
    texts = [(text.text, text.box) for text in placed.texts()]
    found = [(first, second) for (first, its), (second, theirs) in combinations(texts, 2) if its.overlaps(theirs)]
    opaque = [paper.box for paper in placed.papers] + [band.box for frame in placed.frames for band in frame.bands]
    for text, box in texts:
        for head in placed.heads:
            crossed = box.x < head.x < box.right and placed.top < box.bottom < placed.bottom
            if crossed and not any(paper.contains(box) for paper in opaque):
                found.append((text, f"lifeline of {head.participant.id}"))
    return found


def outside(placed: PlacedSequence) -> list[str]:
    canvas = Box(0, 0, placed.width, placed.height)
    return [text.text for text in placed.texts() if not canvas.contains(text.box)]


@MODELS
def test_nothing_collides_and_nothing_is_cut(one: Topology, flow: Flow) -> None:
    placed = place(flow_sequence(one, flow))
    assert collisions(placed) == []
    assert outside(placed) == []


@MODELS
def test_words_wrap_at_about_32_characters(one: Topology, flow: Flow) -> None:
    placed = place(flow_sequence(one, flow))
    assert max(len(text.text) for arrow in placed.arrows for text in arrow.texts) <= 42


NAMES = [f"p{at}" for at in range(6)]
WORDS = st.text("abc äW-/.日", max_size=90) | st.sampled_from(HOSTILE)


@st.composite
def message(draw: st.DrawFn) -> Message:
    answer = draw(st.booleans())
    return Message(
        number=str(draw(st.integers(1, 999))),
        source=draw(st.sampled_from(NAMES)),
        target=draw(st.sampled_from(NAMES)),
        text=draw(WORDS),
        answer=answer,
        protocol=draw(st.sampled_from(["", "http 80", "a-protocol-with-a-very-long-name-of-its-own 65535"])),
        meaning=draw(st.sampled_from(["encrypted", "plaintext", "local", "unknown", "lookup"])),
        badges=tuple(Badge(at * 9 + 1, "error", "x") for at in range(draw(st.integers(0, 4)))),
    )


def note() -> st.SearchStrategy[Remark]:
    return st.builds(Remark, st.lists(st.sampled_from(NAMES), min_size=1, max_size=3).map(tuple), WORDS)


def block(inner: st.SearchStrategy[Item]) -> st.SearchStrategy[Block]:
    section = st.builds(BlockSection, WORDS, st.lists(inner, min_size=1, max_size=3).map(tuple))
    kinds = st.sampled_from(["opt", "loop", "alt", "par"])
    return st.builds(Block, kinds, st.lists(section, min_size=1, max_size=2).map(tuple))


ITEMS = st.lists(st.recursive(message() | note(), block, max_leaves=8), min_size=1, max_size=5).map(tuple)


def sequence(items: tuple[Item, ...], label: str = "name") -> Sequence:
    people = tuple(Participant(one, f"{label} {one}", "service", None, "a detail") for one in NAMES)
    return Sequence(id="s", title="t", alt="a", participants=people, items=items)


@examples(100)
@given(ITEMS, WORDS)
def test_nothing_collides_in_any_sequence(items: tuple[Item, ...], label: str) -> None:
    placed = place(sequence(items, label))
    assert collisions(placed) == []
    assert outside(placed) == []


# The picture


@pytest.mark.parametrize("mode", ["light", "dark", "auto"])
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str, mode: str) -> None:
    words = Message(number="1", source="p0", target="p1", text=text, protocol=text)
    items: tuple[Item, ...] = (words, Remark(("p1",), text), Block("opt", (BlockSection(text, (words,)),)))
    svg = sequence_svg(sequence(items, text), {}, "x", mode)  # type: ignore[arg-type]
    root = ElementTree.fromstring(svg)
    tags = {node.tag.removeprefix(SVG) for node in root.iter()}
    assert tags <= {"svg", "title", "desc", "style", "defs", "symbol", "use", "g", "path", "rect", "line", "text"}
    assert not [key for node in root.iter() for key in node.attrib if key.startswith("on") or key == "xlink:href"]
    shown = "".join(node.text or "" for node in root.iter(f"{SVG}text"))
    assert set(clean(text)[:4]) - {" ", "\n", "\t"} <= set(shown)


def test_twenty_participants() -> None:
    people = tuple(Participant(f"p{at}", f"participant {at}", "service") for at in range(20))
    calls = tuple(
        Message(
            number=str(at + 1),
            source=f"p{at}",
            target=f"p{(at * 7 + 3) % 20}",
            text="a call with some words",
            protocol="http",
        )
        for at in range(20)
    )
    placed = place(Sequence(id="s", title="t", alt="a", participants=people, items=calls))
    assert collisions(placed) == []
    assert outside(placed) == []
    assert placed.feet


def test_a_name_at_the_foot_is_as_whole_as_at_the_head() -> None:
    people = tuple(Participant(name, name, "service") for name in ("News application of the station", "store"))
    items = tuple(
        Message(number=str(n), source=people[0].id, target="store", text="x", meaning="local") for n in range(1, 30)
    )
    placed = place(Sequence(id="s", title="S", alt="s", participants=people, items=items))
    for head, foot in zip(placed.heads, placed.feet, strict=True):
        assert [text.text for text in foot.texts] == [text.text for text in head.texts if text.bold]
        assert all(foot.box.contains(text.box) for text in foot.texts)


def test_a_protocol_stands_clear_of_the_lock_of_its_arrow() -> None:
    people = tuple(Participant(name, name, "service") for name in ("a", "b", "c"))
    items = tuple(
        Message(number="1", source="a", target=target, text="GET", protocol="postgresql 5432", meaning="encrypted")
        for target in ("b", "c")
    )
    for arrow in place(Sequence(id="s", title="S", alt="s", participants=people, items=items)).arrows:
        assert arrow.lock is not None
        x, y = arrow.lock
        lock = Box(x - SIZES.lock / 2, y - SIZES.lock / 2, SIZES.lock, SIZES.lock)
        assert not any(text.box.overlaps(lock) for text in arrow.texts)


def test_an_empty_sequence_is_a_picture() -> None:
    ElementTree.fromstring(sequence_svg(Sequence(id="s", title="t", alt="a", participants=(), items=()), {}, "x"))


PROBE = """
import sys
from archgen.language.load import load
from archgen.analysis.topology import Topology
from archgen.views.flow import flow_sequence
from archgen.render.icons.icons import icons
from tests.drawing import sequence_svg
t = Topology(load(sys.argv[1], open(sys.argv[1], "rb").read()).architecture)
for flow in t.architecture.flows:
    s = flow_sequence(t, flow)
    sys.stdout.write(sequence_svg(s, icons(p.icon for p in s.participants), "x"))
"""


def test_same_bytes_under_any_hash_seed() -> None:
    file = os.path.join(ROOT, "models", "4-split-components.arch.yaml")
    runs = {
        subprocess.run(
            [sys.executable, "-c", PROBE, file],
            capture_output=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("0", "1", "77")
    }
    assert len(runs) == 1
    assert runs.pop().startswith(b"<svg")
