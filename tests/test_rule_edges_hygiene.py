"""Edges of the rules on DNS records, contradictions and model hygiene: near misses beside what must be found."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archgen.analysis.dns_names import address
from archgen.analysis.topology import Topology
from archgen.model.problems import Place
from archgen.model.subject import Subject
from archgen.rules import RULES
from archgen.rules.run import analyse
from tests.edges import findings, subjects
from tests.random_flows import architecture

MODELS = Path(__file__).parent.parent / "models"


def resolving(*records: str, domain: str | None = "foobar.com", flow: str = "www.foobar.com", extra: str = "") -> str:
    """A site behind a name server with these records; each is `name type value`."""
    rows = [line.split(" ", 2) for line in records]
    listed = ", ".join(f'{{name: "{name}", type: {kind}, value: "{value}"}}' for name, kind, value in rows)
    stated = f"domain: {domain}, " if domain else ""
    return f"""\
archgen: 1
name: Names
hosts:
  web-1: {{address: 192.0.2.11}}
  web-2: {{address: "2001:db8::2"}}
components:
  user: {{kind: client}}
  dns: {{kind: dns, managed: true, {stated}records: [{listed}]}}
  site: {{kind: web-server, runs_on: [web-1, web-2], cluster: {{address: {{shared: 192.0.2.10}}}}}}
{extra}
connections:
  user -> site: https
flows:
  read-page:
    title: A page is read
    domain: {flow}
    steps:
      - user -> site: GET /
"""


# Records


@pytest.mark.parametrize(
    "record",
    [
        "www.foobar.com CNAME 192.0.2.10",
        "www.foobar.com CNAME 2001:db8::2",
        "foobar.com MX 192.0.2.10",
        "foobar.com MX 10 192.0.2.10",
        "foobar.com NS 192.0.2.53",
        "_sip._tcp.foobar.com SRV 10 5 5060 192.0.2.10",
        "www.foobar.com A www.example.net",
        "www.foobar.com A web-11",
        "www.foobar.com A 192.0.2.300",
        "www.foobar.com A 2001:db8::2",
        "www.foobar.com AAAA 192.0.2.10",
        "www.foobar.com A https://192.0.2.10/",
        "www.foobar.com CNAME https://web.foobar.com/",
    ],
)
def test_wrong_form_is_found_once_and_not_as_dangling(record: str) -> None:
    name, kind, value = record.split(" ", 2)
    text = resolving(record)
    assert subjects(text, "cname-to-address") == [f"record {name} {kind}"]
    assert subjects(text, "dangling-record") == []
    message = findings(text, "cname-to-address")[0].message
    assert name in message
    assert value.split()[-1] in message


@pytest.mark.parametrize(
    "record",
    [
        "www.foobar.com A 192.0.2.10",
        "www.foobar.com A 192.0.2.11",
        "www.foobar.com AAAA 2001:0DB8:0:0::2",
        "www.foobar.com A web-1",
        "www.foobar.com A site",
        "www.foobar.com A host:web-1",
        "www.foobar.com CNAME site",
        "www.foobar.com CNAME shop.example.net.",
        "foobar.com MX 10 mail.example.net",
        "foobar.com MX 0 .",
        "foobar.com TXT 192.0.2.99",
        "foobar.com CAA 0 issue letsencrypt.org",
    ],
)
def test_right_records_raise_nothing(record: str) -> None:
    text = resolving(record)
    assert subjects(text, "cname-to-address") == []
    assert subjects(text, "dangling-record") == []


@pytest.mark.parametrize(
    "record",
    [
        "www.foobar.com A 192.0.2.99",
        "www.foobar.com AAAA 2001:db8::99",
        "www.foobar.com CNAME web.foobar.com",
        "www.foobar.com CNAME web",
        "foobar.com MX 10 mail.foobar.com",
        "foobar.com NS ns1.foobar.com",
    ],
)
def test_right_form_that_leads_nowhere_dangles(record: str) -> None:
    name, kind, value = record.split(" ", 2)
    (found,) = findings(resolving(record), "dangling-record")
    assert (found.subject.kind, found.subject.id) == ("record", f"{name} {kind}")
    assert value.split()[-1] in found.message
    assert found.flows == (("read-page",) if name.startswith("www") else ())


def test_an_address_is_not_judged_while_nobody_states_one() -> None:
    text = resolving("www.foobar.com A 192.0.2.99").replace("{address: 192.0.2.11}", "{}")
    text = text.replace('{address: "2001:db8::2"}', "{}").replace(", cluster: {address: {shared: 192.0.2.10}}", "")
    assert subjects(text, "dangling-record") == []
    (found,) = findings(text, "incomplete-model")
    assert found.subject.id == "dns"
    assert "`address`" in found.fix


def test_two_records_of_one_id_are_one_finding_that_names_both_values() -> None:
    text = resolving("www.foobar.com A 192.0.2.98", "www.foobar.com A 192.0.2.99", "www.foobar.com A 192.0.2.10")
    (found,) = findings(text, "dangling-record")
    assert "192.0.2.98 and 192.0.2.99" in found.message
    assert "192.0.2.10," not in found.message


def test_a_name_in_a_domain_that_is_not_stated_is_judged_by_what_the_records_share() -> None:
    dangling = resolving("www.foobar.com CNAME web.foobar.com", domain=None)
    (found,) = findings(dangling, "dangling-record")
    assert found.confidence == "medium"
    assert subjects(resolving("www.foobar.com CNAME web.foobar.org", domain=None), "dangling-record") == []


def test_names_are_compared_without_case_and_final_dot_and_may_be_relative() -> None:
    text = resolving("@ A site", "www CNAME FOOBAR.com.", "blog CNAME www")
    assert subjects(text, "dangling-record") == []
    assert subjects(text, "unresolved-name") == []


@pytest.mark.parametrize(
    ("records", "flow", "found"),
    [
        (("foobar.com A site",), "www.foobar.com", True),
        (("www.foobar.com TXT hello",), "www.foobar.com", True),
        (("www.foobar.com A site",), "WWW.foobar.com.", False),
        (("*.foobar.com A site",), "www.foobar.com", False),
        (("*.foobar.com A site",), "a.b.foobar.com", False),
        (("*.foobar.com A site",), "foobar.com", True),
        # a name that exists is no longer under the wildcard, nor is what lies below it (RFC 4592)
        (("*.foobar.com A site", "www.foobar.com TXT hello"), "www.foobar.com", True),
        (("*.foobar.com A site", "b.foobar.com A site"), "a.b.foobar.com", True),
        (("shop.foobar.com NS ns1.example.net",), "www.shop.foobar.com", False),
        (("foobar.com NS ns1.example.net",), "www.foobar.com", True),
        (("www.foobar.com A site",), "www.foobar.org", True),
        (("www.foobar.com A site",), "192.0.2.10", False),
    ],
)
def test_a_name_needs_a_record(records: tuple[str, ...], flow: str, found: bool) -> None:
    assert subjects(resolving(*records, flow=flow), "unresolved-name") == ["flow read-page"] * found


def test_a_name_server_without_records_may_know_the_name() -> None:
    text = resolving("foobar.com A site", extra="  other: {kind: dns, managed: true}")
    assert subjects(text, "unresolved-name") == []
    (found,) = [one for one in findings(text, "incomplete-model") if one.subject.id == "other"]
    assert "`records`" in found.fix
    elsewhere = text.replace("other: {kind: dns,", "other: {kind: dns, domain: example.net,")
    assert subjects(elsewhere, "unresolved-name") == ["flow read-page"]


def test_a_model_without_name_servers_says_nothing_of_names() -> None:
    text = resolving("foobar.com A site")
    bare = "\n".join(line for line in text.splitlines() if not line.startswith("  dns:"))
    assert subjects(bare, "unresolved-name") == subjects(bare, "incomplete-model") == []


def test_one_name_of_two_flows_is_one_finding() -> None:
    text = resolving("foobar.com A site") + (
        "  write:\n    title: W\n    domain: www.foobar.com\n    steps:\n      - user -> site: POST /\n"
    )
    (found,) = findings(text, "unresolved-name")
    assert found.flows == ("read-page", "write")


@given(st.one_of(st.ip_addresses().map(str), st.text("0123456789abcdef.:%", max_size=20)))
def test_address_agrees_with_the_standard_library(text: str) -> None:
    try:
        known = ipaddress.ip_address(text)
    except ValueError:
        assert address(text) is None
    else:
        assert address(text) == (known.version, str(known))


# Balancing


def balancing(balance: str, web: str = "runs_on: [s-1, s-2]", more: str = "", calls: str = "lb -> web: https") -> str:
    return f"""\
archgen: 1
name: Balancing
hosts:
  s-1: {{}}
  s-2: {{}}
components:
  user: {{kind: client}}
  lb: {{kind: load-balancer, managed: true, balance: {balance}}}
  web: {{kind: web-server, {web}}}
{more}
connections:
  user -> lb: https
  {calls}
flows:
  read-page:
    title: A page is read
    steps:
      - user -> lb: GET /
      - lb -> web: GET /
"""


SPARE = "  spare: {kind: web-server, runs_on: s-2}"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (balancing("{algorithm: round-robin, mode: active-passive}"), "active-active"),
        (balancing("{algorithm: least_connections, mode: active-passive}"), "least_connections"),
        (balancing("{algorithm: round-robin, mode: active-active}", "runs_on: s-1"), "is the only one"),
        (balancing("round-robin", "runs_on: [s-1, s-2], cluster: {mode: active-passive}"), "web is called"),
        (balancing("{backup: [spare]}", "runs_on: s-1", SPARE), "no connection"),
        (balancing("{backup: [web]}"), "nobody for whom"),
        (balancing("{algorithm: round-robin, mode: active-active, backup: [web@s-2]}"), "while the others work"),
        (balancing("{backup: [web@s-2], health_check: false}"), "checks nobody"),
        (balancing("{backup: [s-2], weights: {web: 0}}"), "weight 0"),
    ],
)
def test_contradictions_in_balancing_stand_at_the_balancer(text: str, words: str) -> None:
    (found,) = findings(text, "balancing-contradiction")
    assert (found.subject.kind, found.subject.id) == ("component", "lb")
    assert words in found.message


@pytest.mark.parametrize(
    "text",
    [
        balancing("{algorithm: round-robin, mode: active-active}"),
        balancing("round-robin"),
        balancing("{mode: active-passive}"),
        balancing("{algorithm: first, mode: active-passive}"),
        balancing("{algorithm: round-robin, mode: active-passive, backup: [web@s-2]}"),
        balancing("{algorithm: round-robin, mode: active-passive}", "runs_on: s-1"),
        balancing("{algorithm: round-robin, mode: active-active}", "managed: true"),
        balancing("{mode: active-passive, backup: [spare]}", "runs_on: s-1", SPARE, "lb -> web | spare: https"),
        balancing(
            "round-robin",
            "runs_on: [s-1, s-2], cluster: {mode: active-passive, address: {shared: 192.0.2.10}, by: vrrp}",
        ),
    ],
)
def test_modes_that_agree_with_the_traffic_raise_nothing(text: str) -> None:
    assert subjects(text, "balancing-contradiction") == []


@pytest.mark.parametrize(
    ("web", "found"),
    [
        ("runs_on: s-1, cluster: {mode: active-active}", True),
        ("runs_on: s-1, cluster: {mode: active-passive}", True),
        ("runs_on: [s-1, s-2], cluster: {mode: active-active}", False),
        ("runs_on: [s-1, s-2], cluster: {mode: active-active, active: s-1}", True),
        ("runs_on: [s-1, s-2], cluster: {mode: active-passive, active: [s-1, s-2]}", True),
        ("runs_on: [s-1, s-2], cluster: {mode: active-passive, active: s-1, by: vrrp}", False),
        ("runs_on: {any: [s-1, s-2]}, cluster: {mode: active-passive}", False),
        ("managed: true, cluster: {mode: active-active}", False),
    ],
)
def test_a_cluster_is_what_its_replicas_make_it(web: str, found: bool) -> None:
    assert subjects(balancing("least-connections", web), "balancing-contradiction") == ["component web"] * found


# Writes to replicas


def writing(
    step: str, replication: str = "{primary: s-1, failover: manual}", calls: str = "mysql", flow: str = ""
) -> str:
    return f"""\
archgen: 1
name: Writing
hosts:
  s-1: {{}}
  s-2: {{}}
components:
  app: {{kind: app-server, runs_on: [s-1, s-2]}}
  db: {{kind: database, runs_on: [s-1, s-2], replication: {replication}}}
connections:
  app -> db: {calls}
flows:
  job:
    title: A job
    {flow}
    steps:
      - {step}
"""


@pytest.mark.parametrize(
    "text",
    [
        writing("app -> db@s-2: {message: INSERT, access: write}"),
        writing("app -> db@s-2: {message: INSERT, access: read-write}"),
        writing("app -> db@s-2: INSERT", flow="access: write"),
        writing("app -> db@s-2: INSERT", calls="{protocol: mysql, access: write}"),
        writing("app -> db@s-2: no word on the access"),
        writing("app -> db: {message: INSERT, access: write}", calls="{protocol: mysql, access: read}"),
        writing("app -> db: INSERT", calls="{protocol: mysql, access: read}", flow="access: write"),
        writing("opt: {when: asked, steps: [app -> db@s-2: {message: INSERT, access: write}]}"),
    ],
)
def test_a_write_that_no_writer_sees_is_found_at_its_step(text: str) -> None:
    (found,) = findings(text, "write-to-replica")
    assert found.subject.kind == "step"
    assert found.subject.id in ("job/1", "job/1.1")
    assert found.flows == ("job",)


@pytest.mark.parametrize(
    "text",
    [
        writing("app -> db: {message: INSERT, access: write}"),
        writing("app -> db@s-1: {message: INSERT, access: write}"),
        writing("app -> db@s-2: {message: SELECT, access: read}"),
        writing("app -> db@s-2: SELECT", flow="access: read"),
        writing("app -> db@s-2: {message: INSERT, access: write}", "{primary: s-1, failover: automatic}"),
        writing("app -> db@s-2: {message: INSERT, access: write}", "{writers: all}"),
        writing(
            "app -> db: {message: SELECT, access: read}", calls="{protocol: mysql, access: read}", flow="access: write"
        ),
    ],
)
def test_writes_that_reach_a_writer_raise_nothing(text: str) -> None:
    assert subjects(text, "write-to-replica") == []


def test_a_write_kept_from_the_primary_by_locality_is_explained_by_it_alone() -> None:
    text = writing("app -> db: {message: INSERT, access: write}", calls="{protocol: mysql, locality: same-host}")
    text = text.replace("app: {kind: app-server, runs_on: [s-1, s-2]}", "app: {kind: app-server, runs_on: s-2}")
    (found,) = findings(text, "write-to-replica")
    assert "db@s-2" in found.message
    assert "writes go to db@s-1" in found.message
    assert subjects(text, "impossible-flow") == []


def test_alternatives_are_counted_together() -> None:
    text = writing("app -> db | copy: {message: INSERT, access: write}").replace(
        "connections:\n",
        "  copy: {kind: database, runs_on: s-2, replication: {of: db}}\nconnections:\n  app -> copy: mysql\n",
    )
    assert subjects(text, "write-to-replica") == []
    only = text.replace("app -> db | copy:", "app -> copy:")
    (found,) = findings(only, "write-to-replica")
    assert "writes go to db" in found.message
    assert subjects(only, "impossible-flow") == []


# Flows that cannot be


def flowing(steps: str, api: str = "runs_on: [s-1, s-2]", calls: str = "job -> api: https", more: str = "") -> str:
    return f"""\
archgen: 1
name: Flowing
hosts:
  s-1: {{}}
  s-2: {{}}
components:
  job: {{kind: scheduler, runs_on: s-1}}
  api: {{kind: service, {api}}}
{more}
connections:
  {calls}
flows:
  a:
    title: A
    steps: [{steps}]
  b:
    title: B
    steps: [{steps}]
"""


def test_a_missing_connection_is_found_once_at_its_first_step() -> None:
    (found,) = findings(flowing("job -> api: x", calls="api -> job: https"), "impossible-flow")
    assert (found.subject.kind, found.subject.id) == ("step", "a/1")
    assert found.flows == ("a", "b")
    assert [one.subject.id for one in found.related] == ["b/1"]
    assert "job --> api" in found.fix


def test_each_missing_connection_is_its_own_finding() -> None:
    text = flowing("job -> api: x, api -> job: y, job -> db: z", more="  db: {kind: database, runs_on: s-1}")
    assert subjects(text, "impossible-flow") == ["step a/2", "step a/3"]


def test_an_alternative_without_a_connection_is_named() -> None:
    text = flowing("job -> api | spare: x", more="  spare: {kind: service, runs_on: s-1}")
    (found,) = findings(text, "impossible-flow")
    assert "job -> spare" in found.message


def test_an_optional_step_wants_a_connection_too() -> None:
    text = flowing("job -> api: {message: x, required: false}", calls="api -> job: https")
    assert subjects(text, "impossible-flow") == ["step a/1"]


def test_a_protocol_that_the_connection_does_not_speak_is_found() -> None:
    (found,) = findings(flowing("job -> api: {message: x, protocol: grpc}"), "impossible-flow")
    assert found.subject.id == "a/1"
    assert "only https" in found.message
    assert subjects(flowing("job -> api: {message: x, protocol: https}"), "impossible-flow") == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (flowing("job -> api: x", "runs_on: [s-1, s-2], quorum: 3"), "quorum of 3"),
        (
            flowing("job -> api: x", calls="job -> api: {protocol: https, needs: 3}"),
            "needs 3 replicas at a time, and 2 replicas",
        ),
        (flowing("job -> api: x", "runs_on: s-2", "job -> api: {protocol: https, locality: same-host}"), "same host"),
    ],
)
def test_a_flow_that_fails_with_nothing_failed_says_why(text: str, words: str) -> None:
    (found,) = findings(text, "impossible-flow")
    assert found.subject.id == "a"
    assert found.flows == ("a", "b")
    assert words in found.message
    assert found.proof is not None
    assert found.proof.kill == ()
    assert found.proof.step == "a/1"


def test_possible_flows_raise_nothing() -> None:
    text = flowing("job -> api: x, api --> job: y", calls="job -> api: {protocol: https, needs: 2}")
    assert subjects(text, "impossible-flow") == []


class Nowhere:
    """The source of a model that was never a file."""

    def place(self, subject: Subject) -> Place:
        return Place("random.arch.yaml", 1, 1, 1)


@pytest.mark.parametrize("start", range(0, 400, 100))
def test_every_impossible_flow_is_explained_and_no_possible_one_is_blamed(start: int) -> None:
    for seed in range(start, start + 100):
        facts = Topology(architecture(seed))
        found = analyse(facts, Nowhere(), RULES, today="2026-11-24")
        identities = [(one.rule, one.subject) for one in found]
        assert len(identities) == len(set(identities)), seed
        blamed = {flow for one in found if one.rule == "impossible-flow" for flow in one.flows}
        explained = blamed | {flow for one in found if one.rule == "write-to-replica" for flow in one.flows}
        unconnected = {hop.flow for hops in facts.hops.values() for hop in hops if hop.connection is None}
        impossible = {flow for flow, failure in facts.losses.failures.items() if not failure.possible}
        assert impossible <= explained, seed
        assert blamed <= impossible | unconnected, seed


# Unused components


@pytest.mark.parametrize(
    ("part", "call", "found"),
    [
        ("cache, managed: true", "api -> extra: redis", True),
        ("cache, managed: true", "", True),
        ("client", "", True),
        ("code-base", "", True),
        ("monitoring, managed: true", "", True),
        ("monitoring, managed: true", "extra -> api: https", False),
        ("monitoring, managed: true, probes: [www.foobar.com]", "", False),
        ("monitoring-agent, runs_on: s-2", "", False),
        ("monitoring-agent, runs_on: s-3", "", True),
        ("monitoring-agent, managed: true, collects: [{from: api, what: [logs]}]", "", False),
        ("firewall, guards: [s-1]", "", False),
        ("firewall", "", False),
        ("backup, managed: true, backs_up: [api]", "", False),
        ("backup, managed: true", "", True),
        ("secrets, managed: true", "api -> extra: https", False),
        ("database, managed: true, replication: {of: api}", "", False),
    ],
)
def test_a_component_needs_a_flow_or_something_to_work_for(part: str, call: str, found: bool) -> None:
    text = flowing("job -> api: x", more=f"  extra: {{kind: {part}}}").replace("  s-2: {}", "  s-2: {}\n  s-3: {}")
    text = text.replace("  job -> api: https\n", f"  job -> api: https\n  {call}\n")
    assert subjects(text, "unused-component") == ["component extra"] * found


def test_code_promoter_answer_and_alternative_are_uses() -> None:
    text = flowing(
        "job -> api: x, api --> seen: y",
        "runs_on: [s-1, s-2], codebase: code, replication: {primary: s-1, failover: automatic, by: sentinel}",
        "job -> api | spare: https",
        "  code: {kind: code-base, runs_on: s-1}\n  sentinel: {kind: other, runs_on: s-1}\n"
        "  spare: {kind: service, runs_on: s-1}\n  seen: {kind: client}",
    )
    assert subjects(text, "unused-component") == []


def test_a_chain_of_helpers_is_used_to_its_end() -> None:
    chain = "  agent: {kind: monitoring-agent, runs_on: s-1}\n  store: {kind: monitoring, managed: true}"
    text = flowing("job -> api: x", more=chain).replace(
        "  job -> api: https\n", "  job -> api: https\n  agent -> store: https\n"
    )
    assert subjects(text, "unused-component") == []
    lost = text.replace("monitoring-agent, runs_on: s-1", "monitoring-agent, managed: true")
    assert subjects(lost, "unused-component") == ["component agent", "component store"]


# Missing facts


@pytest.mark.parametrize("model", sorted(MODELS.glob("*.arch.yaml")), ids=lambda path: path.name)
def test_the_reference_models_are_complete(model: Path) -> None:
    assert subjects(model.read_text(encoding="utf-8"), "incomplete-model") == []


ANSWERED = """\
archgen: 1
name: M
components:
  user: {kind: client}
  app: {kind: external-service, managed: true}
  data: {kind: external-service, managed: true}
connections:
  user -> app: https
  app -> data: https
flows:
  read-page:
    title: A visitor opens a page
    steps:
      - user -> app: GET /
%s
      - data --> app: rows
      - data --> app: more rows
      - app --> user: 200 OK
"""


@pytest.mark.parametrize(
    ("step", "place"),
    [
        ("      - note: {over: [app], text: it looks the page up}", "read-page/2"),
        ("      - app -> data: SELECT", None),
        ("      - opt: {when: not in memory, steps: [{app -> data: SELECT}]}", None),
        ("      - data -> app: a change", None),
    ],
)
def test_an_answer_that_nobody_asked_for_is_told_once(step: str, place: str | None) -> None:
    text = ANSWERED % step
    if "data -> app" in step:
        text = text.replace("  app -> data: https", "  data -> app: https")
    found = [one for one in findings(text, "incomplete-model") if "no step asks" in one.message]
    assert [(one.subject.id, one.flows) for one in found] == ([(place, ("read-page",))] if place else [])
    assert all(one.fix == "Add the request before the answer: `app -> data`." for one in found)


def test_an_answer_inside_a_frame_is_heard() -> None:
    step = "      - opt: {when: not in memory, steps: [{data --> app: rows}]}"
    found = [one for one in findings(ANSWERED % step, "incomplete-model") if "no step asks" in one.message]
    assert [one.subject.id for one in found] == ["read-page/2.1"]


def asked(text: str) -> list[tuple[str, str]]:
    return [(one.subject.id, one.fix) for one in findings(text, "incomplete-model")]


@pytest.mark.parametrize(
    ("replication", "missing"),
    [
        ("", True),
        (", replication: {mode: asynchronous}", True),
        (", replication: {writers: all, mode: synchronous}", False),
    ],
)
def test_it_asks_which_replicas_take_writes(replication: str, missing: bool) -> None:
    text = writing("app -> db: INSERT").replace(", replication: {primary: s-1, failover: manual}", replication)
    assert ["`replication`" in fix for _, fix in asked(text)] == [True] * missing


def test_it_asks_for_an_algorithm_only_where_there_is_a_choice() -> None:
    plain = balancing("{health_check: GET /}").replace("load-balancer, managed: true", "load-balancer, runs_on: s-1")
    ((subject, fix),) = asked(plain)
    assert (subject, "algorithm" in fix) == ("lb", True)
    assert asked(plain.replace("runs_on: [s-1, s-2]", "runs_on: s-1")) == []
    assert asked(plain.replace("lb -> web: https", "lb -> web: {protocol: https, locality: same-host}")) == []
    assert asked(plain.replace("health_check", "mode: active-passive, backup: [s-2], health_check")) == []


def test_it_asks_how_a_dead_target_is_noticed_only_where_there_is_another() -> None:
    plain = balancing("round-robin").replace("load-balancer, managed: true", "load-balancer, runs_on: s-1")
    ((subject, fix),) = asked(plain)
    assert (subject, "`health_check`" in fix) == ("lb", True)
    assert asked(plain.replace("runs_on: [s-1, s-2]", "runs_on: s-1")) == []
    assert asked(plain.replace("round-robin", "{algorithm: round-robin, health_check: false}")) == []


def test_it_asks_how_often_data_is_copied_where_little_may_be_lost() -> None:
    text = flowing("job -> api: x", "runs_on: s-1", more="  copies: {kind: backup, managed: true, backs_up: [api]}")
    text = text.replace("api: {kind: service", "api: {kind: database")
    assert asked(text) == []
    aimed = text + "objectives: {recovery_point: 1h}\n"
    ((subject, fix),) = asked(aimed)
    assert (subject, "`every`" in fix) == ("copies", True)
    assert asked(aimed.replace("backs_up: [api]", "backs_up: [api], every: 1h")) == []


def test_it_asks_how_long_an_answer_is_kept_where_dns_is_the_failover() -> None:
    text = resolving("www.foobar.com A site").replace("address: {shared: 192.0.2.10}", "address: dns")
    assert asked(text) == []
    aimed = text + "objectives: {recovery_time: 5m}\n"
    ((subject, fix),) = asked(aimed)
    assert (subject, "`ttl`" in fix) == ("www.foobar.com A", True)


def test_it_asks_whether_a_public_line_is_encrypted() -> None:
    text = balancing("round-robin").replace("user -> lb: https", "user -> lb: tcp")
    ((subject, fix),) = asked(text)
    assert (subject, "`tls: true`" in fix) == ("user -> lb", True)
    assert asked(text.replace("lb: tcp", "lb: {protocol: tcp, tls: false}")) == []


def test_it_asks_where_the_end_of_a_clear_hop_runs_only_behind_encryption() -> None:
    text = balancing("{algorithm: round-robin, health_check: GET /}", "replicas: 2").replace(
        "load-balancer, managed: true", "load-balancer, runs_on: s-1"
    )
    text = text.replace("lb -> web: https", "lb -> web: http")
    ((subject, fix),) = asked(text)
    assert (subject, "`runs_on`" in fix) == ("web", True)
    assert asked(text.replace("user -> lb: https", "user -> lb: http")) == []


def test_it_asks_a_visit_for_its_name_only_where_records_are_listed() -> None:
    text = resolving("www.foobar.com A site").replace("    domain: www.foobar.com\n", "")
    ((subject, fix),) = asked(text)
    assert (subject, "`domain`" in fix) == ("read-page", True)
    assert asked(re.sub(r"records: \[.*\]", "owner: ops", text)) == []


def test_it_asks_for_flows() -> None:
    text = flowing("job -> api: x").partition("flows:")[0]
    ((subject, fix),) = asked(text)
    assert (subject, "`flows`" in fix) == ("edge", True)
    assert subjects(text, "unused-component") == []


# Where descriptions of such systems contradict themselves


def tier(name: str) -> str:
    return (MODELS / f"{name}.arch.yaml").read_text(encoding="utf-8")


def changed(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new)


def test_a_cname_to_an_address_is_found_in_the_reference_model() -> None:
    text = changed(tier("1-simple-web-stack"), "type: A, value: 8.8.8.8", "type: CNAME, value: 8.8.8.8")
    (found,) = findings(text, "cname-to-address")
    assert found.subject.id == "www.foobar.com CNAME"
    assert found.flows == ("read-page", "write-comment")
    assert "A record" in found.fix
    assert subjects(text, "dangling-record") == subjects(text, "unresolved-name") == []


def test_round_robin_called_active_passive_is_found_in_the_reference_model() -> None:
    text = changed(tier("2-distributed-web-infrastructure"), "mode: active-active", "mode: active-passive")
    (found,) = findings(text, "balancing-contradiction")
    assert found.subject.id == "haproxy"
    assert "nginx@server-1 and nginx@server-2" in found.message
    assert found.flows == ("read-page", "write-comment")


def test_a_replica_does_not_make_writes_available() -> None:
    """A pair without a stated failover protects the reads: a write sent to the replica finds no writer."""
    text = changed(tier("2-distributed-web-infrastructure"), "failover: manual, ", "")
    text = changed(text, "app -> mysql: INSERT", "app -> mysql@server-2: INSERT")
    (found,) = findings(text, "write-to-replica")
    assert found.subject.id == "write-comment/6"
    assert found.flows == ("write-comment",)
    assert subjects(text, "impossible-flow") == []
    reading = changed(tier("2-distributed-web-infrastructure"), "app -> mysql: SELECT", "app -> mysql@server-2: SELECT")
    assert subjects(reading, "write-to-replica") == []


def test_a_pair_called_a_cure_for_the_single_writer_still_has_one_writer() -> None:
    text = changed(tier("2-distributed-web-infrastructure"), "failover: manual, ", "")
    assert subjects(text, "single-writer-database") == ["component mysql"]
    cured = changed(tier("2-distributed-web-infrastructure"), "failover: manual", "failover: automatic")
    assert subjects(cured, "single-writer-database") == []
