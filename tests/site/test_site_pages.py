"""Pages as values: what a model's frames, acceptances and impossible flows become, and how large ones stay readable."""

from __future__ import annotations

import pytest

from archgen.rules import RULES
from archgen.site.all_pages import render_pages
from archgen.site.page import Page
from tests.checked import check
from tests.document import rows, section, table_after
from tests.site.page_trees import NoPictures, page_tree


def made(text: str, name: str = "sample") -> dict[str, Page]:
    tier = check(f"{name}.arch.yaml", text.encode())
    return {page.path: page for page in render_pages([tier], NoPictures(), RULES, lambda rule: rule.id)}


SAMPLE = """\
archgen: 1
name: Sample
hosts: {a: {}, b: {}}
components:
  user: {kind: client}
  web: {kind: web-server, runs_on: [a, b]}
  store: {kind: cache, runs_on: a}
  db: {kind: database, runs_on: [a, b], replication: {primary: a, failover: automatic}}
connections:
  user -> web: http
  web -> store: {protocol: redis, required: false}
  web -> db: mysql
flows:
  read:
    title: Read
    access: read
    steps:
      - user -> web: GET /
      - note: {over: [user, web], text: either server}
      - opt:
          when: it is cached
          steps:
            - web -> store: GET key
            - store --> web: value
      - alt:
          - {when: one, steps: [web -> db: SELECT 1]}
          - {when: other, steps: [web -> db: SELECT 2]}
      - web --> user: 200
accept:
  - {rule: missing-tls, subject: user -> web, reason: a pilot, owner: ops, until: 2027-01-01}
"""


def test_a_host_is_located_by_its_address_machine_and_zones() -> None:
    hosts = "hosts: {a: {address: 10.0.0.5, runs_on: metal}, b: {}, metal: {zone: r1}}\nzones: {r1: {kind: rack}}"
    document = page_tree(made(SAMPLE.replace("hosts: {a: {}, b: {}}", hosts))["sample/index.md"])
    head, *found = table_after(document, "elements")
    located = {row[0]: row[head.index("Location")] for row in found}
    assert [located[host] for host in ("a", "b", "metal")] == ["10.0.0.5, on metal", "", "in r1"]


def test_frames_are_rows_around_their_steps() -> None:
    document = page_tree(made(SAMPLE)["sample/flows/read/index.md"])
    found = [(row[0], row[3]) for row in table_after(document, "steps")[1:]]
    assert found == [
        ("1", "GET /"),
        ("", "user and web: either server"),
        ("", "opt it is cached"),
        ("2.1", "GET key"),
        ("2.2", "response: value"),
        ("", "end of opt"),
        ("", "alt one"),
        ("3.1", "SELECT 1"),
        ("", "alt other"),
        ("3.2", "SELECT 2"),
        ("", "end of alt"),
        ("4", "response: 200"),
    ]


def test_an_accepted_risk_stands_apart_with_its_reason() -> None:
    document = page_tree(made(SAMPLE)["sample/index.md"])
    known = table_after(document, "accepted")
    assert known[0] == ["Issue", "Rule", "Message", "Reason", "Owner", "Until"]
    assert known[1][1] == "missing-tls"
    assert known[1][3:] == ["a pilot", "ops", "2027-01-01"]
    assert "1 accepted" in document.words
    open_issues = [one.words for one in document.all("h4")]
    assert open_issues
    assert not [words for words in open_issues if "user -> web" in words]


def test_a_flow_that_nothing_stops_says_so() -> None:
    document = page_tree(made(SAMPLE)["sample/flows/read/index.md"])
    said = section(document, "breaks")
    assert said == "No single failure takes it down. It survives the loss of a and b, one at a time."


def test_a_flow_that_cannot_work_says_where_it_fails() -> None:
    broken = SAMPLE.replace("  web -> db: mysql\n", "")
    document = page_tree(made(broken)["sample/flows/read/index.md"])
    assert "This flow can't work: step read/3.1 fails with every element up." in section(document, "breaks")


def test_what_stops_a_flow_comes_with_its_proof() -> None:
    manual = SAMPLE.replace("automatic", "manual").replace("access: read", "access: write")
    document = page_tree(made(manual)["sample/flows/read/index.md"])
    assert table_after(document, "breaks") == [
        ["Element", "Failing step", "Path"],
        ["a", "3.1 web -> db", "user → web@b → db@a"],
    ]


def test_a_model_without_flows_and_hosts_is_still_a_page() -> None:
    found = made("archgen: 1\nname: Little\ncomponents: {user: {kind: client}}\n")
    document = page_tree(found["sample/index.md"])
    assert next(document.all("h1")).words == "Little"
    assert table_after(document, "elements")[1][:2] == ["user", "Client"]
    assert [row[:2] for row in rows(next(page_tree(found["index.md"]).all("table")))] == [
        ["System", "Hosts"],
        ["Little", "0"],
    ]


def test_a_table_of_many_rows_counts_the_rest() -> None:
    hosts = "".join(f"  h{number}: {{}}\n" for number in range(600))
    document = page_tree(made(f"archgen: 1\nname: Many\nhosts:\n{hosts}")["sample/index.md"])
    assert len(table_after(document, "elements")) == 501
    assert "… and 100 more." in document.words


@pytest.mark.parametrize("path", ["assets/archgen.css", "assets/archgen.js", "assets/file-search.js"])
def test_the_files_of_the_look_are_part_of_the_site(path: str) -> None:
    assert "http" not in made(SAMPLE)[path].content.replace("https:", "http:").replace("http://www.w3.org", "")
