"""Every notion of the language has its explanation, and each model gets the ones it calls for."""

from __future__ import annotations

import os
import re

import pytest

from archgen.analysis.topology import Topology
from archgen.explanations import (
    ALGORITHMS,
    KIND_TEXTS,
    MEASURES,
    MECHANISMS,
    PROTOCOL_TEXTS,
    Explanation,
    algorithm,
    find_explanation,
)
from archgen.explanations.algorithms import ALGORITHM_NAMES
from archgen.explanations.for_model import explanations
from archgen.language.load import load
from archgen.model.kinds import KINDS
from archgen.model.protocols import PROTOCOLS
from tests import paths

ROOT = str(paths.ROOT)
EVERY = (*KIND_TEXTS.values(), *MECHANISMS.values(), *ALGORITHMS.values(), *PROTOCOL_TEXTS.values(), *MEASURES.values())


def topology(name: str) -> Topology:
    with open(os.path.join(ROOT, "models", f"{name}.arch.yaml"), "rb") as stream:
        return Topology(load(f"{name}.arch.yaml", stream.read()).architecture)


def said(model: Topology) -> dict[str, Explanation]:
    return {one.id: one for one in explanations(model)}


def test_every_kind_and_every_protocol_is_explained() -> None:
    assert tuple(KIND_TEXTS) == tuple(KINDS)
    assert tuple(PROTOCOL_TEXTS) == tuple(PROTOCOLS)


@pytest.mark.parametrize("one", EVERY, ids=lambda one: one.id)
def test_an_explanation_is_whole_sentences(one: Explanation) -> None:
    assert one.title
    assert one.text == " ".join(one.text.split())
    assert re.fullmatch(r"[A-Z0-9].*\.", one.text)
    assert "`" not in one.text
    assert "<" not in one.text


def test_kinds_and_mechanisms_share_no_name() -> None:
    assert not set(KIND_TEXTS) & set(MECHANISMS)


def test_an_algorithm_is_found_by_the_names_of_products() -> None:
    for name, known in ALGORITHM_NAMES.items():
        assert algorithm(name) is ALGORITHMS[known]
    assert algorithm("leastconn") is ALGORITHMS["least-connections"]
    assert algorithm("Round_Robin") is ALGORITHMS["round-robin"]
    assert algorithm("whatever") is None


def test_a_name_finds_the_explanation_of_a_kind_first() -> None:
    assert find_explanation("dns") is KIND_TEXTS["dns"]
    assert find_explanation("http") is PROTOCOL_TEXTS["http"]
    assert find_explanation("leastconn") is ALGORITHMS["least-connections"]
    assert find_explanation("quorum") is MECHANISMS["quorum"]
    assert find_explanation("nothing of the kind") is None


def test_tier_1_is_explained_in_the_order_of_a_request() -> None:
    order = list(said(topology("1-simple-web-stack")))
    wanted = [
        "client",
        "server",
        "domain-name",
        "dns",
        "dns-a",
        "http-over-tcp",
        "web-server",
        "app-server",
        "code-base",
        "database",
        "single-point-of-failure",
        "maintenance",
        "growth",
    ]
    assert [one for one in order if one in wanted] == wanted


def test_tier_1_is_told_nothing_that_it_has_not() -> None:
    has_not = {"load-balancer", "round-robin", "active-active", "primary-replica", "firewall", "https", "monitoring"}
    assert not has_not & set(said(topology("1-simple-web-stack")))


def test_tier_2_is_active_active_with_one_primary() -> None:
    found = said(topology("2-distributed-web-infrastructure"))
    assert "haproxy spreads over nginx@server-1 and nginx@server-2 by round-robin" in found["round-robin"].here
    assert "This setup is active-active" in found["active-active"].here
    assert "mysql@server-1 is the primary; mysql@server-2 is a replica" in found["primary-replica"].here
    assert "writes to mysql@server-1 and may read from" in found["primary-and-replica"].here
    assert "failover-manual" in found
    assert "failover-automatic" not in found


def test_tier_3_tells_what_guards_and_what_watches() -> None:
    found = said(topology("3-secured-and-monitored"))
    for name in ("firewall-1", "firewall-2 guards servers", "firewall-3 guards data"):
        assert name in found["firewall"].here
    assert "www is valid for www.foobar.com and is installed on haproxy" in found["certificate"].here
    assert "TLS ends at haproxy" in found["tls-termination"].here
    assert "metrics and logs from nginx" in found["monitoring-collection"].here
    assert "collector measures requests per second of nginx" in found["queries-per-second"].here


def test_tier_4_says_which_of_the_balancers_is_at_work() -> None:
    found = said(topology("4-split-components"))
    assert "are active-passive; haproxy@lb-1 is active" in found["active-active"].here
    assert "192.0.2.10" in found["shared-address"].here


MODES = """\
archgen: 1
name: modes
hosts: {a: {}, b: {}, c: {}}
components:
  user: {kind: client}
  lb: {kind: load-balancer, runs_on: c, balance: %s}
  web: {kind: web-server, runs_on: [a, b]}
connections: {user -> lb: http, lb -> web: http}
"""


@pytest.mark.parametrize(
    ("balance", "mode"),
    [
        ("{algorithm: leastconn}", "active-active"),
        ("{algorithm: first, mode: active-passive}", "active-passive"),
        ("{algorithm: random, backup: [web@b]}", "active-passive"),
    ],
)
def test_the_mode_is_read_from_the_model(balance: str, mode: str) -> None:
    model = Topology(load("modes.arch.yaml", (MODES % balance).encode()).architecture)
    assert f"This setup is {mode}" in said(model)["active-active"].here


def test_a_large_model_names_a_few_and_counts_the_rest() -> None:
    hosts = ", ".join(f"h{number}: {{}}" for number in range(40))
    webs = ", ".join(f"h{number}" for number in range(40))
    text = f"archgen: 1\nname: many\nhosts: {{{hosts}}}\ncomponents:\n  web: {{kind: web-server, runs_on: [{webs}]}}\n"
    found = said(Topology(load("many.arch.yaml", text.encode()).architecture))
    assert found["web-server"].here.endswith("h6 and 33 more.")
