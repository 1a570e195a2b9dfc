"""Diagrams drawn for where they are seen: text that can be read there, in the layout that costs a reader least."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

import pytest
from lxml import etree
from msgspec.structs import replace

from archgen.analysis.topology import Topology
from archgen.app.drawing.layouts import ENGINES, engine_for
from archgen.app.drawing.levels import at_levels
from archgen.app.drawing.pictures import Drawing
from archgen.cli import main
from archgen.engines import readable
from archgen.engines.best import best, best_turned
from archgen.engines.choice import MeasuredEngine
from archgen.engines.outlines import outlines
from archgen.engines.readable import readable_engine
from archgen.engines.rooms import COLUMNS, ROOMS, is_legible, smallest_text
from archgen.engines.score import score
from archgen.language.load import load
from archgen.layout.deployment.arrangement import domain
from archgen.layout.deployment.layered import layered, promise
from archgen.layout.deployment.turned import by_calls, by_roles, has_rows_of_calls
from archgen.layout.layering import ordering
from archgen.layout.measures import BOLD, CLOSE, FLAT, POCKET, USUAL, Measures
from archgen.layout.placed import Placed
from archgen.render.icons.icons import icon
from archgen.render.scene.diagram import diagram_scene
from archgen.render.scene.legend import legend
from archgen.render.svg.document import svg
from archgen.site.interactive.columns import on_thumbnail
from archgen.style.contrast import contrast
from archgen.style.theme import LINES, PRINT
from archgen.views.deployment import deployment
from archgen.views.diagram import Diagram, Edge, Group, Node
from archgen.views.levels import level_diagrams
from benchmarks import synthetic
from tests.checked import check, read_model
from tests.generators.level_models import MODELS, WRITTEN
from tests.paths import ROOT

TIERS = sorted((ROOT / "models").glob("*.arch.yaml"))


def tier(path: Path) -> Diagram:
    model = read_model(path.name, path.read_bytes())
    return deployment(model.topology, model.findings)


def chain(count: int, direction: str | None = None) -> Diagram:
    nodes = [
        Node(id=f"n{place}", subject=f"n{place}", label=f"service-{place}", kind="service", role="application")
        for place in range(count)
    ]
    edges = [
        Edge(
            id=f"e{place}",
            subject=f"e{place}",
            source=f"n{place}",
            target=f"n{place + 1}",
            label="https 443",
            meaning="encrypted",
        )
        for place in range(count - 1)
    ]
    diagram = Diagram(id="d", title="A chain", alt="", nodes=tuple(nodes), edges=tuple(edges))
    return replace(diagram, direction=direction)


@pytest.mark.parametrize("path", TIERS, ids=lambda path: path.name)
def test_names_of_the_reference_systems_are_readable_in_a_column(path: Path) -> None:
    diagram = tier(path)
    before, after = score(best(diagram)), engine_for("best", ROOMS["1150"])(diagram)
    assert ROOMS["1150"].text(after) >= 11
    assert ROOMS["1150"].scale(after) * after.measures.sizes.name >= 11
    assert (score(after).crossings, score(after).bends) <= (before.crossings, before.bends)


def mesh(callers: int, lines: int) -> Diagram:
    """Services that call each other at random."""
    chance, diagram = Random(callers * lines), chain(callers)
    pairs = [chance.sample(range(callers), 2) for _ in range(lines)]
    edges = [
        replace(diagram.edges[0], id=f"m{place}", subject=f"m{place}", source=f"n{first}", target=f"n{second}")
        for place, (first, second) in enumerate(pairs)
    ]
    return replace(diagram, edges=tuple(edges))


@pytest.mark.parametrize(
    ("diagram", "is_hopeless"), [(mesh(58, 240), True), (mesh(6, 70), False)], ids=["large", "small"]
)
def test_a_tangle_whose_largest_words_are_far_too_small_is_laid_out_by_no_smaller_ones(
    diagram: Diagram, is_hopeless: bool
) -> None:
    room, tried = ROOMS["1150"], []

    def counted(engine: MeasuredEngine) -> MeasuredEngine:
        def lay_out(diagram: Diagram, measures: Measures) -> Placed:
            tried.append(measures)
            return engine(diagram, measures)

        return lay_out

    placed = readable_engine(counted(best), counted(best_turned), room)(diagram)
    assert (room.text(placed) < 0.6 * room.floor) == is_hopeless
    assert all(replace(measures, many=USUAL.many) in (BOLD, POCKET) for measures in tried) == is_hopeless


@pytest.mark.sampled(3)
@pytest.mark.parametrize("width", ["1150", "480"])
@pytest.mark.parametrize("name", WRITTEN)
def test_a_search_finds_in_fewer_layouts_one_that_reads_as_well_as_the_best_of_all(
    name: str, width: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = ROOMS[width]
    model = check("m.arch.yaml", WRITTEN[name]().encode())
    diagrams = [picture.diagram for picture in level_diagrams(model.topology, model.findings)]

    def laid_out() -> tuple[list[Placed], int]:
        tried: set[tuple[Diagram, MeasuredEngine, Measures]] = set()

        def counted(engine: MeasuredEngine) -> MeasuredEngine:
            def lay_out(diagram: Diagram, measures: Measures) -> Placed:
                tried.add((diagram, engine, measures))
                return engine(diagram, measures)

            return lay_out

        engine = readable_engine(counted(best), counted(best_turned), room)
        return [engine(diagram) for diagram in diagrams], len(tried)

    found, few = laid_out()
    for share in ("_SAME", "_FLATTER", "_ACROSS", "_SPREAD"):
        monkeypatch.setattr(readable, share, 0.0)
    best_of_all, many = laid_out()
    assert few < many
    for placed, other in zip(found, best_of_all, strict=True):
        assert is_legible(placed, room) == is_legible(other, room)
        assert score(placed).crossings <= score(other).crossings


@pytest.mark.parametrize("path", TIERS, ids=lambda path: path.name)
def test_an_outline_tells_what_a_layout_takes_at_least_and_shows(path: Path) -> None:
    diagram = tier(path)
    known = outlines(diagram)
    for measures in (USUAL, CLOSE, FLAT, BOLD, POCKET):
        for engine, down in ((best, False), (best_turned, True)):
            placed, outline = engine(diagram, measures), known.of(measures, down)
            assert outline.width <= placed.width
            assert outline.height <= placed.height
            assert outline.smallest == smallest_text(placed)
            words = [(*node.title, node.detail) for node in placed.nodes]
            assert outline.cut == sum(any(line.endswith("…") for line in lines) for lines in words)


@pytest.mark.sampled(4)
@pytest.mark.parametrize("width", ["1150", "800"])
@pytest.mark.parametrize("name", MODELS)
def test_every_level_is_readable_in_its_column(name: str, width: str) -> None:
    room = ROOMS[width]
    model = read_model("m.arch.yaml", MODELS[name]().encode())
    for picture in level_diagrams(model.topology, model.findings):
        placed = engine_for("best", room)(picture.diagram)
        assert room.text(placed) >= room.floor - 0.05, picture.level
        assert score(placed).overlaps == 0, picture.level
        assert _silent(placed) == [], picture.level


def _silent(placed: Placed) -> list[str]:
    """Return the lines whose words found no place."""
    worded = {edge.bundle for edge in placed.edges if edge.label}
    return [edge.edge.id for edge in placed.edges if edge.edge.label and edge.bundle not in worded]


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", WRITTEN)
def test_every_picture_of_a_written_system_is_readable(name: str) -> None:
    room = ROOMS["1150"]
    model = check("m.arch.yaml", WRITTEN[name]().encode())
    for view, diagram in at_levels(model, "deployment", None, findings=True, complete=False):
        placed = engine_for("best", room)(diagram)
        quality = score(placed, room)
        assert (quality.overlaps, quality.label_collisions) == (0, 0), view
        assert quality.text >= room.floor - 0.05, view
        assert quality.crossings <= 15, view
        assert _silent(placed) == [], view
        for node in placed.nodes:
            words = [word.rstrip("…") for line in node.title for word in pieces(line) if word != "…"]
            named = [word for word in pieces(node.node.label) if word != "…"]
            assert node.compact or words == named[: len(words)], view


@pytest.mark.sampled(4)
@pytest.mark.parametrize("name", MODELS)
def test_no_level_is_a_tower(name: str) -> None:
    room = ROOMS["1150"]
    model = read_model("m.arch.yaml", MODELS[name]().encode())
    for picture in level_diagrams(model.topology, model.findings):
        placed = engine_for("best", room)(picture.diagram)
        assert placed.height * room.scale(placed) <= 1.2 * room.width, picture.level


def test_cards_without_lines_stand_beside_each_other_where_they_have_room() -> None:
    diagram = chain(8)
    loose = tuple(replace(node, id=f"x{node.id}", subject=f"x{node.id}") for node in diagram.nodes[:2])
    fan = tuple(
        replace(diagram.edges[0], id=f"f{node.id}", subject=f"f{node.id}", target=node.id)
        for node in diagram.nodes[1:6]
    )
    placed = layered(replace(diagram, nodes=(*diagram.nodes, *loose), edges=(*fan, *diagram.edges[5:])), USUAL)
    boxes = {node.node.id: node.box for node in placed.nodes}
    assert boxes["xn0"].x == boxes["xn1"].x == boxes["n0"].x


def test_a_column_of_many_cards_is_cut_where_it_would_be_a_tower() -> None:
    diagram = chain(11)
    fan = tuple(replace(diagram.edges[0], id=node.id, subject=node.id, target=node.id) for node in diagram.nodes[1:])
    placed = engine_for("best", ROOMS["1150"])(replace(diagram, edges=fan, direction="left-right"))
    assert placed.height < 900


def test_the_layout_is_taken_that_cuts_no_words() -> None:
    (ordering,) = [
        picture
        for picture in level_diagrams(check("m.arch.yaml", WRITTEN["event-driven-shop"]().encode()).topology)
        if picture.level == "group:orders"
    ]
    placed = engine_for("best", ROOMS["1150"])(ordering.diagram)
    assert not [node for node in placed.nodes if node.detail.endswith("…")]


@pytest.mark.slow
def test_a_narrow_column_has_levels_of_fewer_cards() -> None:
    drawing, model = Drawing(room=ROOMS["480"]), check("m.arch.yaml", WRITTEN["game-backend"]().encode())
    usual = at_levels(model, "deployment", None, findings=True, complete=False)
    assert not all(drawing.is_legible(diagram) for _, diagram in usual)
    fewer = at_levels(model, "deployment", None, True, False, drawing.is_legible)
    assert all(drawing.is_legible(diagram) for _, diagram in fewer)
    assert len(fewer) > len(usual)


def test_flat_cards_have_their_icons_beside_their_words() -> None:
    placed = by_calls(chain(6), FLAT)
    assert {node.box.height for node in placed.nodes} == {FLAT.card}
    words = re.findall(r'<text[^>]* x="([0-9.]+)"[^>]*>service-0', svg(diagram_scene(placed), "light"))
    box = placed.nodes[0].box
    assert [float(x) > box.x + FLAT.flat_icon for x in words] == [True]


def test_a_long_chain_turns_from_the_left_to_the_top() -> None:
    placed = engine_for("best", COLUMNS["phone"])(chain(14))
    assert placed.height > placed.width
    assert ROOMS["1150"].text(placed) >= 11


@pytest.mark.parametrize("direction", ["left-right", "top-down"])
def test_the_direction_that_a_model_asks_for_stays(direction: str) -> None:
    for count in (3, 14):
        placed = engine_for("best", ROOMS["480"])(chain(count, direction))
        xs, ys = ({node.box.centre[axis] for node in placed.nodes} for axis in (0, 1))
        assert len(xs if direction == "left-right" else ys) == count


def test_a_diagram_that_fits_keeps_the_usual_measures() -> None:
    assert engine_for("best", ROOMS["1150"])(chain(3)) == ENGINES["best"]()(chain(3))


def test_a_page_is_filled_in_both_directions() -> None:
    placed = ENGINES["best"]()(chain(3))
    for name in ("slide", "a4", "a1"):
        room = ROOMS[name]
        scale = room.scale(placed)
        assert max(placed.width * scale / room.width, placed.height * scale / room.height) == pytest.approx(1)
        assert room.text(placed) == scale * smallest_text(placed)


def test_the_legend_has_rows_where_a_diagram_is_narrow() -> None:
    placed = engine_for("best", ROOMS["480"])(tier(TIERS[2]))
    narrow = legend(placed, room=300.0)
    assert narrow.rows > 1
    assert narrow.width <= 300
    assert diagram_scene(placed).view.width <= max(placed.width, 320 + 48) + 1


def pieces(text: str) -> list[str]:
    """Return what of a text is never broken."""
    return re.sub(r"-|(?<=[a-z])(?=[A-Z])", lambda cut: f"{cut[0]} ", text).split()


def test_no_word_of_a_name_is_broken_inside() -> None:
    names = (
        "cloudfront",
        "fraud-detection",
        "authentication-service",
        "AuthenticationProvider",
        "Cloudfront distribution",
    )
    nodes = tuple(
        Node(id=name, subject=name, label=name, kind="service", role="application", group=None) for name in names
    )
    diagram = replace(chain(2), nodes=nodes, edges=())
    for room in ROOMS.values():
        for node in engine_for("best", room)(diagram).nodes:
            words = pieces(node.node.label)
            assert [word for line in node.title for word in pieces(line)] == words


def test_draw_takes_a_width(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["draw", str(TIERS[2]), "--view", "deployment", "--score", "-o", str(tmp_path / "a.svg")]
    assert main([*words, "--width", "800"]) == 0
    assert "smallest text 9" in (message := capsys.readouterr().err)
    assert "at 800 px" in message
    assert main([*words, "--width", "slide"]) == 0
    assert "pt at slide" in capsys.readouterr().err


def test_a_dot_tells_lines_that_part_from_lines_that_cross() -> None:
    dots = _dots(tier(TIERS[1]))
    assert dots
    assert _dots(chain(5)) == []


def _dots(diagram: Diagram) -> list[str]:
    drawn = svg(diagram_scene(ENGINES["best"]()(diagram)), "light")
    return re.findall(r'd="M[\d.]+ [\d.]+a3 3 0 1 0 6 0a3 3 0 1 0 -6 0z"', drawn)


def test_print_shows_what_is_unencrypted_as_the_strongest_line() -> None:
    plain = LINES["plaintext"]
    others = [line for meaning, line in LINES.items() if meaning != "plaintext"]
    assert all(line.weight < plain.weight for line in others)
    dark = contrast(PRINT.plaintext, PRINT.ground)
    assert all(
        contrast(getattr(PRINT, line.role), PRINT.ground) < dark for line in others if line.lock or "10" in line.dash
    )


@pytest.mark.parametrize(
    "name", ["s3", "sqs", "Amazon SNS", "ecs", "eks", "alb", "elb", "ses", "gke", "cloud-run", "aks"]
)
def test_services_of_clouds_have_their_logos(name: str) -> None:
    pytest.importorskip("diagrams", reason="the diagrams extra is not installed")
    logo = icon(name)
    assert logo is not None
    assert logo.id.startswith("diagrams-")


def requests(*ends: tuple[str, str, int], group: str = "", stores: tuple[str, ...] = ()) -> Diagram:
    """Return a user, services and stores with calls between them, each used by so many flows; a group may hold them."""
    names = list(dict.fromkeys(name for source, target, _ in ends for name in (source, target)))
    nodes = [
        Node(
            id=name,
            subject=name,
            label=name,
            kind="client" if name == "user" else "service",
            role="visitor" if name == "user" else "data" if name in stores else "application",
            group=group if group and name != "user" else None,
        )
        for name in names[::-1]
    ]
    edges = [
        Edge(
            id=f"{source} {target}",
            subject=f"{source} {target}",
            source=source,
            target=target,
            label="https",
            meaning="encrypted",
        )
        for source, target, _ in ends[::-1]
    ]
    return Diagram(
        id="d",
        title="t",
        alt="",
        nodes=tuple(nodes),
        groups=(Group(id=group, subject=group, kind="host", label=group),) if group else (),
        edges=tuple(edges),
        used=tuple((f"{source} {target}", flows) for source, target, flows in ends),
    )


def test_a_webhook_to_the_edge_leaves_the_order_of_a_request() -> None:
    placed = layered(requests(("user", "cdn", 1), ("cdn", "api", 1), ("api", "pay", 1), ("pay", "cdn", 1)), USUAL)
    xs = {node.node.id: node.box.x for node in placed.nodes}
    assert xs["user"] < xs["cdn"] < xs["api"] < xs["pay"]


def bends(placed: Placed, edge: str) -> int:
    """Count the corners of a line."""
    return next(len(each.points) - 2 for each in placed.edges if each.edge.id == edge)


def test_a_webhook_bends_around_the_road_of_the_requests() -> None:
    ends = (("user", "cdn"), ("cdn", "waf"), ("waf", "api"), ("api", "pay"), ("api", "db"), ("pay", "cdn"))
    placed = by_calls(requests(*((*pair, 1) for pair in ends)), USUAL)
    assert [bends(placed, edge) for edge in ("user cdn", "cdn waf", "waf api")] == [0, 0, 0]
    assert bends(placed, "pay cdn")


def test_services_on_one_host_stand_in_rows_of_their_calls() -> None:
    ends = (("user", "web"), ("web", "queue"), ("queue", "worker"), ("worker", "files"), ("web", "search"))
    diagram = requests(*((*pair, 1) for pair in ends), group="host", stores=("queue", "search", "files"))
    assert best_turned(diagram) == by_calls(diagram)
    assert score(by_calls(diagram)).bends < 0.75 * score(by_roles(diagram)).bends


@pytest.mark.parametrize("busy", ["web", "api"])
def test_the_line_that_most_flows_use_is_straight(busy: str) -> None:
    flows = {"web": 1, "api": 1} | {busy: 4}
    placed = by_calls(requests(("user", "lb", 4), ("lb", "web", flows["web"]), ("lb", "api", flows["api"])), USUAL)
    quiet = "api" if busy == "web" else "web"
    assert (bends(placed, f"lb {busy}"), bends(placed, f"lb {quiet}")) == (0, 2)


def tangle(count: int) -> Diagram:
    """Return services on hosts that each call two others, anywhere."""
    groups = tuple(
        Group(id=f"g{place}", subject=f"g{place}", kind="host", label=f"g{place}") for place in range(count // 4)
    )
    nodes = tuple(
        Node(
            id=f"n{place}",
            subject=f"n{place}",
            label=f"n{place}",
            kind="service",
            role="application",
            group=f"g{place % len(groups)}",
        )
        for place in range(count)
    )
    chosen = Random(5)
    pairs = [(place, chosen.randrange(count)) for place in range(count) for _ in range(2)]
    edges = tuple(
        Edge(id=f"e{number}", subject=f"e{number}", source=f"n{source}", target=f"n{target}", meaning="encrypted")
        for number, (source, target) in enumerate(pairs)
        if source != target
    )
    return Diagram(id="d", title="t", alt="", nodes=nodes, groups=groups, edges=edges)


def test_a_tangle_of_groups_is_laid_out_in_layers() -> None:
    diagram = tangle(64)
    usual, placed = score(domain(diagram)), score(best(diagram))
    assert usual.crossings > len(diagram.nodes)
    assert placed.crossings < usual.crossings


def test_more_starts_find_an_order_with_fewer_crossings(monkeypatch: pytest.MonkeyPatch) -> None:
    diagram = tangle(72)
    diagram = replace(diagram, edges=diagram.edges[::2])
    several = layered(diagram)
    assert several == layered(diagram)
    monkeypatch.setattr(ordering, "LARGE", 0)
    ordering.best_numbers.cache_clear()
    assert score(several).crossings < score(layered(replace(diagram, id="e"))).crossings


@pytest.mark.parametrize("name", ["ml-platform", "bank-on-premises"])
def test_every_level_can_be_read_on_a_phone(name: str) -> None:
    model = read_model("m.arch.yaml", WRITTEN[name]().encode())
    room = ROOMS["480"]
    drawing = Drawing(mode="light", room=room)
    pictures = at_levels(model, "deployment", None, findings=True, complete=False, legibility=drawing.legibility)
    texts = {title: score(drawing.showing(diagram).placed(model), room).text for title, diagram in pictures}
    assert min(texts.values()) >= room.floor, texts


@pytest.mark.parametrize("name", WRITTEN)
def test_every_level_can_be_read_on_a_slide_and_few_lose_words(name: str) -> None:
    model = read_model("m.arch.yaml", WRITTEN[name]().encode())
    room = ROOMS["slide"]
    drawing = Drawing(mode="light", room=room)
    pictures = at_levels(
        model,
        "deployment",
        None,
        findings=True,
        complete=False,
        legibility=drawing.legibility,
        wordless=drawing.is_page,
    )
    texts = {title: score(drawing.showing(diagram).placed(model), room).text for title, diagram in pictures}
    assert min(texts.values()) >= room.floor, texts
    silent = [title for title, diagram in pictures if not any(edge.label for edge in diagram.edges)]
    assert len(silent) <= len(pictures) / 3, silent


def test_levels_that_cannot_be_read_have_the_largest_text() -> None:
    model = read_model("m.arch.yaml", WRITTEN["game-backend"]().encode())
    every = {most: level_diagrams(model.topology, most=most) for most in (25, 18, 12, 8)}
    texts = {picture.diagram: 0.1 for pictures in every.values() for picture in pictures}
    texts.update((picture.diagram, 0.2) for picture in every[12])
    pictures = at_levels(
        model, "deployment", None, findings=True, complete=False, legibility=lambda diagram: texts.get(diagram, 0.1)
    )
    assert [diagram for _, diagram in pictures] == [picture.diagram for picture in every[12]]


def test_a_column_keeps_the_words_of_lines() -> None:
    assert not Drawing(room=ROOMS["480"]).is_page
    assert not Drawing().is_page


def rows_of_servers(count: int) -> Diagram:
    """Return the deployment of many equal rows of a web, an application and a database server, each on two hosts."""
    architecture = load("m.arch.yaml", synthetic.model(count).encode()).architecture
    assert architecture is not None
    return deployment(Topology(architecture))


def test_layers_of_many_cards_are_laid_out_only_where_an_order_spares_crossings() -> None:
    meshed, tangled = rows_of_servers(100), tangle(100)
    assert promise(meshed) < 0.2 < promise(tangled)
    assert best(meshed) == domain(meshed)


def test_an_order_does_not_depend_on_measures() -> None:
    """Of one net in several measures the order is searched once."""
    diagram = tangle(40)
    ordering.best_numbers.cache_clear()
    layered(diagram)
    layered(diagram, CLOSE)
    assert ordering.best_numbers.cache_info().misses == 1


CHAIN = """\
archgen: 1
name: A chain
hosts: {one: {}, two: {}}
components:
  user: {kind: client}
  web: {kind: web-server, runs_on: one}
  app: {kind: app-server, runs_on: two}
  db: {kind: database, runs_on: two}
connections:
  user -> web: https
  web -> app: http
  app -> db: mysql
"""


def test_rows_of_roles_are_those_of_calls_in_a_chain_and_not_where_calls_skip_a_role() -> None:
    chain = shown(CHAIN)
    assert has_rows_of_calls(chain)
    assert by_calls(chain) == by_roles(chain)
    skipping = shown(
        CHAIN.replace("  web -> app: http\n  app -> db: mysql\n", "  web -> db: mysql\n  user -> app: http\n")
    )
    assert not has_rows_of_calls(skipping)
    assert by_calls(skipping) != by_roles(skipping)


def shown(text: str) -> Diagram:
    """Return the deployment of a model."""
    architecture = load("m.arch.yaml", text.encode()).architecture
    return deployment(Topology(architecture))


@pytest.mark.parametrize(
    "path", [*TIERS, *sorted((ROOT / "tests" / "pictures").glob("*.arch.yaml"))], ids=lambda path: path.stem
)
def test_words_on_a_card_of_the_home_page_can_be_read_on_a_phone(path: Path) -> None:
    """A card is 301 px wide there; the words of the first system had 7.6 px."""
    system = check(path.name, path.read_bytes())
    drawn = Drawing(mode="light").thumbnail(system, on_thumbnail(system.topology))
    _, _, wide, high = etree.fromstring(drawn.encode()).attrib["viewBox"].split()
    scale = min(301 / float(wide), 580 / float(high), 1.0)
    sizes = [float(size) for size in re.findall(r"font-size:([0-9.]+)px", drawn)]
    assert min(sizes) * scale >= 7.9
