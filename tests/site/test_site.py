"""The built site, read back: explanations, tables, steps, issues, rules, links, and the same bytes every time."""

from __future__ import annotations

import filecmp
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from archgen.analysis.assessment import assess
from archgen.linting.checked_model import CheckedModel, visible_to
from archgen.model.kinds import KINDS
from archgen.model.steps import Answer, Frame, Request, Step
from archgen.rules import RULES
from archgen.site.system_change import compare
from tests import paths
from tests.checked import check
from tests.document import Element, article, page, rows, section, table_after

ROOT = str(paths.ROOT)
TODAY = "2026-11-24"
TIERS = ("1-simple-web-stack", "2-distributed-web-infrastructure", "3-secured-and-monitored", "4-split-components")


def build(output: str, *words: str, seed: str = "0") -> None:
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    command = [sys.executable, "-m", "archgen", "build", "--today", TODAY, *words]
    done = subprocess.run([*command, output], cwd=ROOT, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr


def tier(name: str) -> CheckedModel:
    file = os.path.join("models", f"{name}.arch.yaml")
    with open(os.path.join(ROOT, file), "rb") as stream:
        text = stream.read()
    return visible_to("regular", check(file, text))


@cache
def models() -> dict[str, CheckedModel]:
    return {name: tier(name) for name in TIERS}


def test_there_is_a_page_per_tier_flow_and_rule(site: str) -> None:
    across = ("", "glossary/", "issues/", "ladder/", "rules/")
    wanted = {*(f"{one}index.html" for one in across), *(f"rules/{rule.id}/index.html" for rule in RULES)}
    assert [(name, flow) for name, model in models().items() for flow in model.topology.flows] == FLOWS
    for name, model in models().items():
        wanted |= {
            f"{name}/index.html",
            f"{name}/failures/index.html",
            *(f"{name}/flows/{flow}/index.html" for flow in model.topology.flows),
            *(f"{name}/components/{component}/index.html" for component in model.topology.components),
        }
    found = {
        os.path.relpath(os.path.join(where, one), site)
        for where, _, files in os.walk(site)
        for one in files
        if one == "index.html"
    }
    groups = {page for page in found if "/groups/" in page}
    assert found - groups == wanted
    for path in groups:
        front = Path(site, path.split("/")[0], "index.html").read_text(encoding="utf-8")
        assert path.removesuffix("index.html").split("/", 1)[1] in front


# What tiers 1 to 3 have to explain on their pages: the anchor of the paragraph, and what it has to say.
EXPLAINED = {
    TIERS[0]: {
        "server": "physical or virtual machine",
        "domain-name": "human-readable name",
        "dns-a": "www.foobar.com is an A record with the value 8.8.8.8",
        "web-server": "accepts the request, serves static files",
        "app-server": "runs the site's code base",
        "code-base": "HTML, CSS, JavaScript",
        "database": "stores the site's data",
        "http-over-tcp": "speaks HTTP on port 80",
        "single-point-of-failure": "server-1 takes down read-page and write-comment",
        "maintenance": "every restart of it or of its web server interrupts the site",
        "growth": "horizontally with more machines",
    },
    TIERS[1]: {
        "load-balancer": "spreads them over several servers",
        "round-robin": "sends each new request to the next server in the list",
        "active-active": "This setup is active-active",
        "primary-replica": "mysql@server-1 is the primary",
        "primary-and-replica": "sends every INSERT, UPDATE and DELETE to the primary",
    },
    TIERS[2]: {
        "firewall": "lets through only the traffic that its rules allow",
        "https": "Anyone on the network path can read and change plain HTTP",
        "certificate": "www is valid for www.foobar.com and is installed on haproxy",
        "monitoring": "shows the state of the system",
        "monitoring-collection": "reads three kinds of data at their source",
        "queries-per-second": "difference of two readings divided by the seconds between them",
    },
}


@pytest.mark.parametrize(
    ("name", "anchor", "words"),
    [(name, anchor, words) for name, said in EXPLAINED.items() for anchor, words in said.items()],
)
def test_what_is_to_be_explained_is_a_paragraph_of_the_page(site: str, name: str, anchor: str, words: str) -> None:
    assert words in section(article(site, name), f"about-{anchor}")


def test_the_page_says_why_each_element_was_added(site: str) -> None:
    found = {row[0]: row[-1] for row in table_after(article(site, TIERS[1]), "elements")}
    for component in models()[TIERS[1]].topology.components.values():
        assert found[component.id] == component.why


ELEMENTS = {
    "user": "Client",
    "foobar.com": "Domain name",
    "server-1": "Host",
    "nginx": "Web server",
    "app": "Application server",
    "code": "Application files",
    "mysql": "Database",
}


def test_the_elements_of_tier_1(site: str) -> None:
    found = {row[0]: row for row in table_after(article(site, TIERS[0]), "elements")}
    assert {name: found[name][1] for name in ELEMENTS} == ELEMENTS
    assert found["mysql"][2:4] == ["mysql", "server-1"]
    assert found["server-1"][3] == "8.8.8.8"


@pytest.mark.parametrize("name", TIERS)
def test_every_component_and_host_is_an_element(site: str, name: str) -> None:
    head, *found = table_after(article(site, name), "elements")
    assert head == ["Element", "Kind", "Product", "Location", "Purpose"]
    topology = models()[name].topology
    kinds = {row[0]: row[1] for row in found}
    assert {one.id: kinds[one.id] for one in topology.components.values()} == {
        one.id: KINDS[one.kind].title for one in topology.components.values()
    }
    assert {kinds[host] for host in topology.hosts} == {"Host"}


def test_tier_3_shows_its_firewalls_servers_certificate_and_monitoring_clients(site: str) -> None:
    document = article(site, TIERS[2])
    found = table_after(document, "elements")
    assert [row[0] for row in found if row[1] == "Firewall"] == ["firewall-1", "firewall-2", "firewall-3"]
    assert {"server-1", "server-2", "server-3"} <= {row[0] for row in found if row[1] == "Host"}
    assert table_after(document, "certificates")[1] == ["www", "www.foobar.com", "haproxy"]
    clients = table_after(document, "monitoring")
    assert {row[0] for row in clients[1:]} == {"collector"}
    assert clients[1][1:] == [
        "server-1, server-2 and server-3",
        "nginx",
        "metrics, logs",
        "requests-per-second, error-rate, latency",
    ]
    rules = table_after(document, "firewalls")
    assert ["firewall-2", "allow", "in", "haproxy", "nginx", "80"] in rules


def told(steps: tuple[Step, ...]) -> Iterator[Request | Answer]:
    for step in steps:
        if isinstance(step, Frame):
            for branch in step.branches:
                yield from told(branch.steps)
        elif isinstance(step, Request | Answer):
            yield step


FLOWS = [(name, flow) for name in TIERS for flow in ("read-page", "write-comment")]
SAID = {
    "encrypted": "encrypted",
    "plaintext": "unencrypted",
    "local": "within the host",
    "lookup": "unencrypted (DNS lookup)",
}


@pytest.mark.parametrize(("name", "flow"), FLOWS)
def test_a_flow_page_lists_every_step_of_the_model(site: str, name: str, flow: str) -> None:
    topology = models()[name].topology
    found = [row for row in table_after(article(site, name, "flows", flow), "steps")[1:] if row[0]]
    steps = list(told(topology.flows[flow].steps))
    assert [row[0] for row in found] == [step.id.rpartition("/")[2] for step in steps]
    for row, step in zip(found, steps, strict=True):
        to = step.target if isinstance(step, Answer) else step.targets[0]
        words = f"response: {step.message}" if isinstance(step, Answer) else step.message
        assert row[1:4] == [step.source, to, words]


@pytest.mark.parametrize(("name", "flow"), FLOWS)
def test_a_flow_page_says_of_every_step_whether_it_is_encrypted(site: str, name: str, flow: str) -> None:
    topology = models()[name].topology
    found = {row[0]: row for row in table_after(article(site, name, "flows", flow), "steps")[1:] if row[0]}
    way: dict[tuple[str, str], list[str]] = {}
    for hop in topology.hops[flow]:
        assert hop.port is not None
        protocol = f"{hop.port.protocol} {hop.port.port}" if hop.port.port else hop.port.protocol
        way[hop.step.targets[0], hop.step.source] = [protocol, SAID[hop.meaning]]
        assert found[hop.step.id.rpartition("/")[2]][4:6] == way[hop.step.targets[0], hop.step.source]
    answers = [step for step in told(topology.flows[flow].steps) if isinstance(step, Answer)]
    assert answers
    for step in answers:
        assert found[step.id.rpartition("/")[2]][4:6] == way[step.source, step.target]


@pytest.mark.parametrize("name", TIERS)
def test_issues_carry_their_numbers_and_everything_that_was_found(site: str, name: str) -> None:
    document = article(site, name)
    subjects = {group.number: len(group.subjects) for group in models()[name].groups}
    for number, finding in models()[name].numbered:
        heading = document.by_id(f"issue-{number}")
        assert heading.words.startswith(f"{number} ")
        several = subjects[number] > 1
        assert heading.words.endswith(f"{subjects[number]} subjects" if several else finding.subject.id)
        badge = next(one for one in heading.all("span") if one.has("archgen-badge"))
        assert badge.has(f"archgen-{finding.severity}")
        said = section(document, f"issue-{number}")
        for words in (
            finding.subject.id,
            finding.message,
            finding.fix,
            finding.code,
            "Why it matters",
            f"line {finding.line}",
        ):
            assert words.replace("`", "") in said
        if finding.proof is not None:
            assert "without" in said.partition("Proof")[2]
            assert all(replica in said for replica in finding.proof.path)


def test_badges_of_a_picture_lead_the_same_numbers(site: str) -> None:
    for name, model in models().items():
        figure = next(one for one in article(site, name).all("figure"))
        drawn = {
            int(one.words) for group in figure.all("g") if group.has("badge") for one in group.all("text") if one.words
        }
        assert drawn
        assert drawn <= set(range(1, len(model.findings) + 1))


def test_pictures_stand_in_the_page_and_not_in_the_search_index(site: str) -> None:
    for name in TIERS:
        figure = next(one for one in article(site, name).all("figure"))
        svg = next(one for one in figure.all("svg"))
        assert svg.attributes["role"] == "graphics-document"
        assert not list(figure.all("img"))
    with open(os.path.join(site, "search", "search_index.json"), encoding="utf-8") as stream:
        index = json.load(stream)
    everything = " ".join(entry["text"] for entry in index["docs"])
    assert "viewBox" not in everything
    assert "runs_on: server-1" not in everything
    assert any("Manual failover" in entry["title"] for entry in index["docs"])


@pytest.mark.parametrize("path", [(), *((name,) for name in TIERS)])
def test_charts_stand_in_the_page_with_their_words_out_of_it(site: str, path: tuple[str, ...]) -> None:
    document = article(site, *path)
    charts = [svg for svg in document.all("svg") if any(group.has("bar") for group in svg.all("g"))]
    assert len(charts) == 1
    assert next(charts[0].all("desc")).words


def test_the_picture_of_a_step_is_a_file_beside_the_page(site: str) -> None:
    for name in TIERS[1:]:
        links = {one.attributes.get("href") for one in article(site, name).all("a")}
        assert "step.svg" in links
        assert os.path.isfile(os.path.join(site, name, "step.svg"))
    assert not os.path.exists(os.path.join(site, TIERS[0], "step.svg"))


def test_search_finds_the_words_that_markdown_did_not_read(site: str) -> None:
    with open(os.path.join(site, "search", "search_index.json"), encoding="utf-8") as stream:
        docs = {entry["location"]: entry["text"] for entry in json.load(stream)["docs"]}
    for flow in assess(models()[TIERS[1]].topology, 1):
        assert f"{flow.result.availability:.3%}" in docs[f"{TIERS[1]}/index.html#reliability"]
    assert "Uptime" not in docs[f"{TIERS[1]}/index.html#assumed"]
    assert "if three times worse" in docs[f"{TIERS[1]}/index.html#assumed"]
    assert "sends each new request to the next server" in docs[f"{TIERS[1]}/index.html#about-round-robin"]
    for name, model in models().items():
        for number, finding in model.numbered:
            told = " ".join(docs[f"{name}/index.html#issue-{number}"].split())
            assert finding.code in told


def test_the_ladder_says_what_alone_stops_reads_and_writes(site: str) -> None:
    table = next(one for one in article(site).all("table"))
    assert [row[2:4] for row in rows(table)[1:]] == [
        ["dns and server-1", "dns and server-1"],
        ["dns and lb-1", "dns, lb-1 and server-1"],
        ["dns, fw-1 and lb-1", "dns, fw-1, lb-1 and server-1"],
        ["dns, fw-1, web-1, app-1 and db-1", "dns, fw-1, web-1, app-1 and db-1"],
    ]


def test_the_step_to_tier_2_buys_reads_and_not_writes() -> None:
    step = compare(models()[TIERS[0]], models()[TIERS[1]])
    read, write = step.flows
    assert step.added == ("haproxy",)
    assert step.hosts_added == ("lb-1", "server-2")
    assert ("nginx", 1, 2) in step.counts
    assert (read.survives, write.survives) == (("server-1", "server-2"), ("server-2",))
    assert (read.before, read.after) == (("dns", "server-1"), ("dns", "lb-1"))
    assert "server-1" in write.after
    assert "vertical-only" in {one.rule for one in step.resolved}
    assert {"missing-tls", "missing-firewall", "unmonitored"} <= {one.rule for one in step.left}


def test_the_steps_to_tiers_3_and_4_close_what_they_are_for() -> None:
    third = compare(models()[TIERS[1]], models()[TIERS[2]])
    assert {"missing-tls", "missing-firewall", "unmonitored"} <= {one.rule for one in third.resolved}
    assert "tls-ends-early" in {one.rule for one in third.introduced}
    fourth = compare(models()[TIERS[2]], models()[TIERS[3]])
    assert "identical-servers" in {one.rule for one in fourth.resolved}
    assert all("lb-1" in one.before and "lb-1" not in one.after for one in fourth.flows if one.before)


def test_the_ladder_words_the_step(site: str) -> None:
    words = article(site, "ladder").words
    assert "read-page survives the loss of any one of server-1 and server-2" in words
    assert (
        "write-comment survives the loss of server-2; the loss of dns, lb-1 or server-1 alone still takes it down"
        in words
    )


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_page_says_what_the_rule_says(site: str, rule: object) -> None:
    one = next(found for found in RULES if found is rule)
    document = article(site, "rules", one.id)
    assert next(document.all("h1")).words == one.title
    for words in (one.code, one.summary, one.why, one.fix, one.limits):
        assert " ".join(words.replace("`", "").split()) in document.words
    blocks = [block.text for block in document.all("pre")]
    assert one.bad.strip() in [block.strip() for block in blocks]
    assert one.good.strip() in [block.strip() for block in blocks]
    assert any(f"[{one.code}] {one.id}" in block for block in blocks)


def every_page(site: str) -> Iterator[tuple[str, Element]]:
    for where, _, files in sorted(os.walk(site)):
        for file in files:
            if file == "index.html":
                parts = os.path.relpath(where, site)
                yield where, page(site, *([] if parts == "." else parts.split(os.sep)))


FETCHING = {"script": "src", "img": "src", "iframe": "src", "source": "src", "use": "href", "image": "href"}


def test_no_page_asks_the_network_for_anything(site: str) -> None:
    for where, document in every_page(site):
        for one in document.all():
            asked = one.attributes.get(FETCHING.get(one.tag, ""), "")
            if one.tag == "link" and one.attributes.get("rel") not in ("canonical",):
                asked = one.attributes.get("href", "")
            assert not re.match(r"(?:https?:)?//", asked), (where, one.tag, asked)
    for where, _, files in os.walk(site):
        for file in files:
            if file.endswith(".css"):
                with open(os.path.join(where, file), encoding="utf-8") as stream:
                    assert not re.search(r"(?:@import|url\()\s*['\"]?(?:https?:)?//", stream.read())


def test_every_link_within_the_site_leads_somewhere(site: str) -> None:
    anchors: dict[str, set[str]] = {}
    links: list[tuple[str, str, str]] = []
    for where, document in every_page(site):
        everything = list(document.all())
        anchors[os.path.join(where, "index.html")] = {one.attributes.get("id", "") for one in everything}
        for one in everything:
            target, _, anchor = one.attributes.get("href", "").partition("#")
            if one.tag == "a" and "href" in one.attributes and not re.match(r"[a-z]+:", target):
                found = os.path.normpath(os.path.join(where, target)) if target else os.path.join(where, "index.html")
                links.append((where, found, anchor))
    assert len(links) > 500
    for where, found, anchor in links:
        assert os.path.isfile(found), (where, found)
        assert not anchor or found not in anchors or anchor in anchors[found], (where, found, anchor)


def test_the_same_models_give_the_same_bytes(site: str, tmp_path: object) -> None:
    again = os.path.join(str(tmp_path), "again")
    build(again, "-o", seed="7")
    different = [name for name in files_of(site) if not same(site, again, name)]
    assert files_of(site) == files_of(again)
    assert different == []


def files_of(directory: str) -> list[str]:
    return sorted(
        os.path.relpath(os.path.join(where, one), directory) for where, _, all_ in os.walk(directory) for one in all_
    )


def same(one: str, other: str, name: str) -> bool:
    return filecmp.cmp(os.path.join(one, name), os.path.join(other, name), shallow=False)
