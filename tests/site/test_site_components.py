"""Pages of components: the purpose, the callers, the exact effect of the loss, the findings; search leads to them first."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from archgen.app.drawing.pictures import Drawing
from archgen.cli import main
from archgen.engines.rooms import COLUMN
from archgen.linting.checked_model import CheckedModel
from archgen.model.subject import Subject
from archgen.reliability.simulation import simulate
from archgen.site.interactive.cards import component_facts
from archgen.site.interactive.columns import SizedSvg
from archgen.site.interactive.trial import trial
from archgen.site.interactive.view_block import ViewDrawings, link_to, view_block
from archgen.site.interactive.views import front, opened_by_card, views
from archgen.site.pages.component import component_page, component_path
from archgen.site.pages.facts import element_table
from archgen.site.structure_data import elements
from archgen.views.levels import CARDS
from tests.checked import check
from tests.document import Element, parse
from tests.generators.level_models import MODELS

MODEL = """archgen: 1
name: Shop
hosts: {a: {}, b: {}}
components:
  user: {kind: client}
  web: {kind: web-server, product: nginx, runs_on: [a, b], why: It answers visitors.}
  lb: {kind: load-balancer, managed: true}
  db: {kind: database, runs_on: a}
connections:
  user -> lb: https
  lb -> web: http
  web -> db: {protocol: postgresql, why: The orders.}
flows:
  read: {title: Read, access: read, steps: [user -> lb: GET, lb -> web: GET, web -> db: query]}
  look: {title: Look, access: read, steps: [user -> lb: GET, lb -> web: GET]}
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("components")
    file = directory / "shop.arch.yaml"
    file.write_text(MODEL, encoding="utf-8")
    assert main(["build", str(file), "-o", str(directory / "site")]) == 0
    return directory / "site"


def document(site: Path, path: str) -> Element:
    return parse((site / path).read_text(encoding="utf-8"))


def test_each_component_has_a_page_with_its_callers_and_what_it_calls(site: Path) -> None:
    said = document(site, "shop/components/web/index.html").words
    for words in ("Part of Shop", "It answers visitors.", "Called by", "lb", "The orders.", "Simulate its loss"):
        assert words in said


def test_the_effect_of_a_loss_is_that_of_the_simulation() -> None:
    system = check("shop.arch.yaml", MODEL.encode())
    topology = system.topology
    for component in topology.architecture.components:
        page = component_page(system, component).content
        gone = [Subject("replica", replica.id) for replica in component.replicas]
        row = next((line for line in page.splitlines() if "| down" in line.lower()), "")
        if component.kind == "client":
            assert not row
            continue
        down = [
            flow.id
            for flow in topology.architecture.flows
            if simulate(topology.index, flow, topology.losses.plans[flow.id], gone).status == "down"
        ]
        first = page.partition("| Loss of |")[2].splitlines()[2]
        assert all(f"`{flow}`" in first.split("|")[2] for flow in down), (component.id, first)
        assert bool(down) != ("no flow" in first)


def test_the_issues_of_a_component_are_those_of_its_hosts_too() -> None:
    system = check("shop.arch.yaml", MODEL.encode())
    on_host = [
        group for group in system.open_groups if any(each.subject == Subject("host", "a") for each in group.findings)
    ]
    assert on_host
    for component in system.topology.architecture.components:
        runs_there = any("a" in replica.hosts for replica in component.replicas)
        page = component_page(system, component).content
        assert all((f"#issue-{group.number})" in page) >= runs_there for group in on_host)


def test_search_leads_to_the_page_of_a_component_first(site: Path) -> None:
    index = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))
    (entry,) = [each for each in index["docs"] if each["location"] == "shop/components/web/index.html"]
    assert entry["title"] == "web"
    others = [each.get("boost", 1) for each in index["docs"] if "/components/" not in each["location"]]
    assert entry["boost"] > max(others)


def test_the_table_of_elements_leads_to_the_pages_and_the_menu_does_not(site: Path) -> None:
    page = document(site, "shop/index.html")
    links = {link.attributes.get("href", "") for link in page.all("a")}
    assert "components/web/index.html" in links
    menu = {link.attributes.get("href", "") for link in page.all("a") if link.has("md-nav__link")}
    assert not any("components" in address for address in menu)


def test_the_page_of_a_component_names_its_owner() -> None:
    topology = check(
        "m.arch.yaml", MODEL.replace("kind: web-server,", "kind: web-server, owner: zebra squad,").encode()
    ).topology
    web = next(component for component in topology.architecture.components if component.id == "web")
    assert ("Owner", "zebra squad") in list(component_facts(topology, web))


def test_names_of_components_are_distinct_addresses() -> None:
    text = MODEL.replace("  db: ", "  WEB: {kind: service, managed: true}\n  db: ")
    topology = check("shop.arch.yaml", text.encode()).topology
    paths = [component_path(topology, name).casefold() for name in topology.components]
    assert len(set(paths)) == len(paths)


@pytest.mark.parametrize(("more", "there"), [(0, True), (1, False)])
def test_a_large_site_has_no_pages_of_components(
    more: int, there: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a limit at which a small model is large."""
    monkeypatch.setattr("archgen.site.all_pages.MOST", MODEL.count("kind:"))
    parts = "".join(f"  extra-{number}: {{kind: service, managed: true}}\n" for number in range(more))
    file = tmp_path / "large.arch.yaml"
    file.write_text(MODEL.replace("connections:", f"{parts}connections:"), encoding="utf-8")
    assert main(["build", str(file), "--pages", str(tmp_path / "pages")]) == 0
    page = next((tmp_path / "pages").rglob("large/index.md"))
    assert bool(list((tmp_path / "pages").rglob("components"))) == there
    assert ("components/" in page.read_text(encoding="utf-8")) == there


def test_the_home_page_lets_a_visitor_try_a_failure_and_assumes_no_number(site: Path) -> None:
    home = document(site, "index.html")
    (explorer,) = [each for each in home.all("div") if each.has("archgen-failures")]
    assert "data-brief" in explorer.attributes
    assert "Try a failure" in home.words
    outside = home.words.partition("Expected downtime per year, based on assumed availabilities")[0]
    assert "per year" not in outside


def test_pages_say_that_flows_are_assumed(tmp_path: Path) -> None:
    file = tmp_path / "small.arch.yaml"
    parts = "user: {kind: client}, web: {kind: web-server}, api: {kind: service}"
    calls = "{user -> web: https, web -> api: https}"
    file.write_text(f"archgen: 1\nname: Small\ncomponents: {{{parts}}}\nconnections: {calls}\n", encoding="utf-8")
    assert main(["build", str(file), "-o", str(tmp_path / "site")]) == 0
    home, system = (document(tmp_path / "site", name) for name in ("index.html", "small/index.html"))
    assert "exact for its flows, which are assumed from its connections" in home.words
    assert "The flows are assumed from the connections." in system.words


def test_evolution_is_told_only_where_a_system_follows_another(site: Path) -> None:
    assert not (site / "ladder").exists()
    assert "Evolution" not in document(site, "index.html").words
    assert "ladder" not in (site / "llms.txt").read_text(encoding="utf-8")


def test_a_system_too_large_to_read_is_tried_on_its_groups_and_every_element_is_on_a_card() -> None:
    stores = "".join(f"  s{number}: {{kind: cache, runs_on: [a, b]}}\n" for number in range(40))
    calls = "".join(f"  web -> s{number}: redis\n" for number in range(40))
    text = MODEL.replace("connections:\n", f"{stores}connections:\n{calls}")
    topology = check("shop.arch.yaml", text.encode()).topology
    tried = trial(topology)
    assert tried.nodes is not None
    assert len(tried.diagram.nodes) <= CARDS
    named = sorted(place for places in tried.nodes.values() for place in places)
    every = elements(topology)
    assert named == [place for place, element in enumerate(every) if element.kind == "replica"]
    small = trial(check("shop.arch.yaml", MODEL.encode()).topology)
    assert small.nodes is None


def test_a_system_too_large_to_read_opens_on_its_groups_and_each_is_a_view() -> None:
    system = check("services.arch.yaml", MODELS["services"]().encode())
    offered = views(system, None, Drawing(room=COLUMN).legibility)
    assert offered[0].id == "system"
    assert front(system) == offered[0].file
    groups = {node.opens for view in offered for node in view.diagram.nodes if node.opens}
    assert groups
    assert groups == {view.opens for view in offered if view.opens}
    small = views(check("shop.arch.yaml", MODEL.encode()), None, Drawing(room=COLUMN).legibility)
    assert small[0].id == "deployment"


def test_failure_domains_too_many_to_read_are_hosts_that_name_what_they_hold() -> None:
    hosts = "".join(f"  h{zone}{at}: {{zone: z{zone}}}\n" for zone in range(2) for at in range(20))
    parts = "".join(
        f"  web-{at}: {{kind: web-server, runs_on: [h0{at}, h1{at}]}}\n  db-{at}: {{kind: database, runs_on: h{at % 2}{at}}}\n"
        for at in range(20)
    )
    calls = "".join(
        f"  web-{at} -> db-{at}: postgresql\n  web-{at} -> db-{(at + 7) % 20}: postgresql\n" for at in range(20)
    )
    text = (
        "archgen: 1\nname: M\nzones: {z0: {kind: rack}, z1: {kind: rack}}\n"
        f"hosts:\n{hosts}components:\n{parts}connections:\n{calls}"
    )
    system, drawing = check("m.arch.yaml", text.encode()), Drawing(mode="light", room=COLUMN)
    (shown,) = [view.diagram for view in views(system, None, drawing.legibility) if view.id == "zones"]
    assert {node.subject for node in shown.nodes} == set(system.topology.hosts)
    assert drawing.is_legible(shown)
    address = drawing.drawn(system, shown, link_to(system, {}))
    assert 'href="#host-h00"' in address


VIEWS = """groups:
  store: {name: Store}
  front: {name: Front end}
views:
  path: {title: The way to the data, include: [web, db], neighbours: true, highlight: db}
  hosts: {include: db, level: deployment}
  empty: {include: tag:none}
  large: {exclude: [user, old, older], neighbours: true}
"""


def viewed() -> CheckedModel:
    """The shop with views of its own, one of which is drawn in levels."""
    stores = "".join(
        f"  s{number}: {{kind: cache, product: p{number}, group: {'front' if number % 2 else 'store'}}}\n"
        for number in range(40)
    )
    text = MODEL.replace(
        "components:\n",
        f"{VIEWS}components:\n{stores}  old: {{kind: cache, group: store}}\n  older: {{kind: cache, group: store}}\n",
    )
    text = text.replace("kind: load-balancer", "kind: load-balancer, group: front")
    return check(
        "shop.arch.yaml",
        text.replace("connections:\n", "connections:\n  web -> old: redis\n  web -> older: redis\n").encode(),
    )


def test_the_views_of_a_model_are_views_of_its_page_and_each_leads_to_its_own_groups() -> None:
    system = viewed()
    offered = {view.id: view for view in views(system, None, Drawing(room=COLUMN).legibility)}
    titles = {id: view.title for id, view in offered.items() if view.scope}
    assert titles == {
        "view-path": "The way to the data",
        "view-hosts": "hosts",
        "view-large": "large",
        "view-large-group-store": "large: Store",
        "view-large-group-front": "large: Front end",
    }
    assert next(id for id in offered if id.startswith(("group-", "view-"))) == "view-path"
    own = offered["view-hosts"].diagram
    assert (own.title, own.alt) == ("Shop: hosts", "Shop: hosts: 1 component on 1 host (a).")
    assert offered["view-path"].diagram.alt.startswith("Shop: The way to the data: 2 components")
    opened = opened_by_card(list(offered.values()))
    assert opened["view-large"] == {
        "group:store": "view-large-group-store",
        "group:front": "view-large-group-front",
        "beside/group:store": "group-group-store",
    }
    assert "beside/group:store" in {node.id for node in offered["view-large"].diagram.nodes}
    assert opened[""] == {"group:store": "group-group-store", "group:front": "group-group-front"}


def test_the_legend_explains_a_view_that_has_neighbors_and_highlights() -> None:
    system = viewed()
    first, *others = views(system, None, Drawing(room=COLUMN).legibility)
    block = view_block(system, ViewDrawings(first, SizedSvg("<svg/>"), tuple((view, "<svg/>") for view in others)))
    document = parse(block)
    shown = {
        item.words: item.attributes["data-for"].split() for item in document.all("li") if "data-for" in item.attributes
    }
    assert shown["highlighted"] == ["view-path"]
    assert {"view-path", "view-large"} <= set(shown["neighbor"])
    assert "view-hosts" not in shown["neighbor"]
    tabs = {
        tab.attributes["data-view"]: tab.attributes.get("data-scope")
        for tab in document.all("a")
        if "data-view" in tab.attributes
    }
    assert tabs["view-large-group-store"] == "view-large"
    assert tabs["deployment"] is None
    assert "The way to the data of Shop" in block.static


def test_the_table_of_elements_says_what_leads_to_the_site_once_and_which_client_has_no_browser() -> None:
    text = """\
archgen: 1
name: Buses
networks:
  apn: {trust: private}
components:
  phone: {kind: client}
  bus: {kind: client, network: apn}
  names:
    kind: dns
    managed: true
    domain: bus.example
    records:
      - {name: bus.example, type: NS, value: ns1.dns.example}
      - {name: bus.example, type: NS, value: ns2.bus.example.}
      - {name: ns2.bus.example, type: A, value: 192.0.2.2}
      - {name: bus.example, type: TXT, value: v=spf1 -all}
      - {name: www.bus.example, type: A, value: 192.0.2.1}
      - {name: www.bus.example, type: AAAA, value: 2001:db8::1}
  web: {kind: web-server, managed: true}
  broker: {kind: queue, managed: true}
connections:
  phone -> web: https
  bus -> broker: mqtts
"""
    table = element_table(check("buses.arch.yaml", text.encode()).topology)
    assert "The name for visitors; `www.bus.example` leads to the site." in table
    phone, bus = (next(line for line in table.splitlines() if f"`{name}`" in line) for name in ("phone", "bus"))
    assert "| outside |" in phone
    assert "with a browser" in phone
    assert "| in `apn` |" in bus
    assert "| A device or a program that calls the system. |" in bus
