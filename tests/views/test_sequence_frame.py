"""What frames a sequence: its title, places, bars and open arrow heads, and lifelines that many participants share."""

from __future__ import annotations

import re
from itertools import pairwise

from archgen.analysis.topology import Topology
from archgen.language.load import load
from archgen.layout.sequence.arrangement import place
from archgen.layout.sequence.lanes import SLIDES
from archgen.layout.sequence.placed import PlacedSequence
from archgen.render.scene.sequence import sequence_scene
from archgen.render.svg.document import svg
from archgen.views.diagram import Message, Sequence
from archgen.views.flow import flow_sequence
from archgen.views.flow_folding import MOST, folded

SHOP = """archgen: 1
name: shop
networks: {edge: {trust: dmz}, inside: {trust: private}}
hosts: {a: {network: edge}, b: {network: inside}, c: {network: inside}}
components:
  user: {kind: client}
  web: {kind: web-server, runs_on: [a]}
  app: {kind: app-server, runs_on: [b]}
  orders: {kind: queue, runs_on: [c]}
connections: {user -> web: https, web -> app: http, app -> orders: amqp}
flows:
  buy:
    title: A visitor buys
    steps:
      - user -> web: POST /orders
      - web -> app: order
      - app -> orders: publish
      - app --> web: 202
      - web --> user: thanks
"""


def view(text: str = SHOP) -> Sequence:
    topology = Topology(load("m.arch.yaml", text.encode()).architecture)
    return flow_sequence(topology, topology.architecture.flows[0])


def drawn(sequence: Sequence) -> str:
    return svg(sequence_scene(place(sequence), {}, "p"), "light")


def middles(placed: PlacedSequence) -> dict[str, float]:
    return {head.participant.id: head.x for head in placed.heads}


def test_a_sequence_has_its_title_and_the_networks_of_its_participants() -> None:
    placed = place(view())
    assert placed.title is not None
    assert placed.title.text == "A visitor buys"
    boxes = {band.text.text: band.box for band in placed.places}
    xs = middles(placed)
    assert {name: [who for who, x in xs.items() if box.x < x < box.right] for name, box in boxes.items()} == {
        "edge": ["web"],
        "inside": ["app", "orders"],
    }
    assert "A visitor buys</text>" in drawn(view())


def test_a_participant_is_busy_from_a_request_to_its_response() -> None:
    placed = place(view())
    rows = {arrow.message.number: arrow for arrow in placed.arrows}
    xs = middles(placed)
    assert sorted((bar.x, bar.top, bar.bottom) for bar in placed.bars) == [
        (xs["web"], rows["1"].y, rows["5"].y),
        (xs["app"], rows["2"].y, rows["4"].y),
    ]
    assert rows["2"].x1 > xs["web"]
    assert rows["2"].x2 < xs["app"]


def test_a_message_that_nobody_waits_for_has_an_open_head() -> None:
    asynchronous = [item.target for item in view().items if isinstance(item, Message) and item.asynchronous]
    assert asynchronous == ["orders"]
    heads = r'l9 5l-9 5"'
    assert len(re.findall(heads, drawn(view()))) == 1
    answered = SHOP.replace("      - app --> web", "      - orders --> app: stored\n      - app --> web")
    assert re.findall(heads, drawn(view(answered))) == []
    later = SHOP.replace("  orders: {kind: queue,", "  orders: {kind: service,")
    assert re.findall(heads, drawn(view(later))) == []
    later = later.replace("app -> orders: amqp", "app -> orders: {protocol: amqp, async: true}")
    assert len(re.findall(heads, drawn(view(later)))) == 1


def test_a_slide_keeps_its_room_for_messages() -> None:
    placed = place(view(), SLIDES[0])
    assert (placed.title, placed.bars, placed.places) == (None, (), ())


def crowd(count: int) -> str:
    names = [f"svc-{number}" for number in range(count)]
    parts = "".join(f"  {name}: {{kind: service}}\n" for name in names)
    connections = ", ".join(f"hub -> {name}: https" for name in names)
    steps = "".join(f"      - hub -> {name}: call {name}\n" for name in names)
    return (
        f"archgen: 1\nname: crowd\ncomponents:\n  user: {{kind: client}}\n  hub: {{kind: service}}\n{parts}"
        f"connections: {{user -> hub: https, {connections}}}\n"
        f"flows:\n  f:\n    title: f\n    steps:\n      - user -> hub: go\n{steps}"
    )


def test_participants_that_one_other_calls_share_a_lifeline_above_ten() -> None:
    sequence = view(crowd(14))
    merged = folded(sequence)
    assert len(sequence.participants) == 16
    assert len(merged.participants) == MOST
    assert len(merged.items) == len(sequence.items)
    texts = [item.text for item in merged.items if isinstance(item, Message)]
    assert texts[-1] == "svc-13: call svc-13"
    ends = {end for item in merged.items if isinstance(item, Message) for end in (item.source, item.target)}
    assert ends == {participant.id for participant in merged.participants}
    assert folded(view(crowd(8))) == view(crowd(8))


def test_a_chain_folds_into_those_before_it() -> None:
    names = [f"hop-{number}" for number in range(14)]
    parts = "".join(f"  {name}: {{kind: service}}\n" for name in names)
    pairs = list(pairwise(["user", *names]))
    connections = ", ".join(f"{source} -> {target}: https" for source, target in pairs)
    steps = "".join(f"      - {source} -> {target}: ask {target}\n" for source, target in pairs)
    text = (
        f"archgen: 1\nname: chain\ncomponents:\n  user: {{kind: client}}\n{parts}connections: {{{connections}}}\n"
        f"flows:\n  f:\n    title: f\n    steps:\n{steps}"
    )
    merged = folded(view(text))
    assert len(merged.participants) == MOST
    assert merged.participants[-1].detail == "4 components"
    texts = [item.text for item in merged.items if isinstance(item, Message)]
    assert texts[-2:] == ["hop-12: ask hop-12", "hop-13: ask hop-13"]


def test_the_busy_participant_keeps_its_lifeline_beside_those_that_it_calls() -> None:
    services = [f"svc-{number}" for number in range(4)]
    parts = ["cdn", "gateway", "checkout", *services, *(f"{name}-db" for name in services), "events", "mailer"]
    calls = [("user", "cdn"), ("cdn", "gateway"), ("gateway", "checkout")]
    calls += [pair for name in services for pair in (("checkout", name), (name, f"{name}-db"))]
    calls += [("checkout", "events"), ("mailer", "events")]
    steps = "".join(f"      - {source} -> {target}: ask {target}\n" for source, target in calls)
    text = (
        "archgen: 1\nname: shop\ncomponents:\n  user: {kind: client}\n"
        + "".join(f"  {name}: {{kind: service}}\n" for name in parts)
        + f"connections: {{{', '.join(f'{source} -> {target}: https' for source, target in calls)}}}\n"
        + f"flows:\n  f:\n    title: f\n    steps:\n{steps}"
    )
    sequence = view(text)
    merged = folded(sequence)
    assert len(sequence.participants) == 14
    assert len(merged.participants) <= MOST
    assert {"user", "gateway", "checkout", "events"} <= {each.label for each in merged.participants}
    busy = [item for item in merged.items if isinstance(item, Message) and "checkout" in (item.source, item.target)]
    assert all(item.source != item.target for item in busy)
    assert len(busy) == len([call for call in calls if "checkout" in call])


def test_who_calls_a_participant_and_whom_it_calls_share_no_lifeline() -> None:
    callers, called = [f"in-{number}" for number in range(6)], [f"out-{number}" for number in range(6)]
    calls = [("user", "in-0"), *((name, "hub") for name in callers), *(("hub", name) for name in called)]
    calls += [("user", name) for name in callers[1:]]
    steps = "".join(f"      - {source} -> {target}: ask\n" for source, target in calls)
    text = (
        "archgen: 1\nname: hub\ncomponents:\n  user: {kind: client}\n"
        + "".join(f"  {name}: {{kind: service}}\n" for name in ("hub", *callers, *called))
        + f"connections: {{{', '.join(f'{source} -> {target}: https' for source, target in calls)}}}\n"
        + f"flows:\n  f:\n    title: f\n    steps:\n{steps}"
    )
    for participant in folded(view(text)).participants:
        assert not ("in-" in participant.label and "out-" in participant.label)
