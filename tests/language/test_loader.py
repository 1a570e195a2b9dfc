"""The language: what each form of a model means, and where its things stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from archgen.language.load import Loaded, check_follows, load
from archgen.language.yaml.syntax import lines_of
from archgen.model.architecture import Availability, Component, Connection, Port, Replica, Replication, Tls
from archgen.model.problems import ModelError, Problem
from archgen.model.steps import Answer, Frame, Note, Request, Step
from archgen.model.subject import Subject
from tests.paths import ROOT

MODELS = sorted((ROOT / "models").glob("*.arch.yaml"))

HOSTS = "hosts: {h1: , h2: , h3: }\n"


def read(body: str, file: str = "model.arch.yaml") -> Loaded:
    return load(file, f"archgen: 1\nname: Example\n{body}".encode())


def problems(body: str, **files: str) -> tuple[Problem, ...]:
    with pytest.raises(ModelError) as caught:
        read(body)
    return caught.value.problems


def component(said: str, name: str = "app", beside: str = "") -> Component:
    """The component `app` of a model with hosts h1 to h3."""
    loaded = read(f"{HOSTS}{beside}components:\n  app: {said}\n")
    return next(one for one in loaded.architecture.components if one.id == name)


def connection(said: str, key: str = "a -> b") -> Connection:
    body = (
        "certificates: {www: {names: x.org}}\ncomponents: {a: {kind: service}, b: {kind: service}, c: {kind: cache}}\n"
    )
    return read(f"{body}connections:\n  {key}: {said}\n").architecture.connections[0]


def steps(*said: str) -> tuple[Step, ...]:
    """The steps of a flow between a, b (replicas on h1 and h2) and c."""
    body = f"{HOSTS}components: {{a: {{kind: client}}, b: {{kind: service, runs_on: [h1, h2]}}, c: {{kind: cache}}}}\n"
    lines = "".join(f"      - {line}\n" for line in said)
    return read(f"{body}flows:\n  f:\n    steps:\n{lines}").architecture.flows[0].steps


# Scalars


@pytest.mark.parametrize(
    "written",
    [
        "no",
        "010",
        "1e3",
        "192.0.2.10",
        "true",
        "null",
        "~",
        "0x1F",
        "1_000",
        "12:30:45",
        "2026-10-01",
        "1.10",
        "-0",
        ".5",
    ],
)
def test_texts_are_taken_as_written(written: str) -> None:
    (request,) = steps(f"a -> b: {written}")
    assert isinstance(request, Request)
    assert request.message == written
    (request,) = steps(f"a -> b: {{message: {written}}}")
    assert isinstance(request, Request)
    assert request.message == written


def test_ids_and_names_are_taken_as_written() -> None:
    body = "hosts: {010: {name: 1.10}, no: {address: 1e3}}\ncomponents: {1.0: {kind: cache, runs_on: [010, no]}}\n"
    loaded = read(body).architecture
    assert [host.id for host in loaded.hosts] == ["010", "no"]
    assert (loaded.hosts[0].name, loaded.hosts[1].address) == ("1.10", "1e3")
    assert [one.id for one in loaded.components[0].replicas] == ["1.0@010", "1.0@no"]


def test_alias_keeps_what_was_written() -> None:
    loaded = read("hosts: {a: {name: &n 1.10}, b: {name: *n}}\n").architecture
    assert [host.name for host in loaded.hosts] == ["1.10", "1.10"]


def test_leading_zero_is_decimal() -> None:
    assert connection("{protocol: http, port: 0080}").ports == (Port("http", 80),)
    assert connection("{protocol: http, port: 0x50}").ports == (Port("http", 80),)
    assert connection("{protocol: http, port: 0o120}").ports == (Port("http", 80),)


def test_whole_number_is_one_however_it_is_written() -> None:
    assert len(component("{kind: cache, replicas: 2.0}").replicas) == 2
    assert connection("{protocol: http, port: 8e1}").ports == (Port("http", 80),)
    assert component("{kind: cache, version: 2.0}").version == "2.0"


def test_empty_message() -> None:
    (request,) = steps("a -> b:")
    assert isinstance(request, Request)
    assert request.message == ""


# Placing


@pytest.mark.parametrize(
    ("said", "replicas"),
    [
        ("{kind: cache, runs_on: h1}", ["app@h1:h1"]),
        ("{kind: cache, runs_on: [h1, h2]}", ["app@h1:h1", "app@h2:h2"]),
        ("{kind: cache, runs_on: {h1: 2, h2: 1}}", ["app@h1#1:h1", "app@h1#2:h1", "app@h2:h2"]),
        ("{kind: cache, runs_on: {any: [h1, h2]}}", ["app#1:h1~h2"]),
        ("{kind: cache, runs_on: {any: [h1, h2]}, replicas: 2}", ["app#1:h1~h2", "app#2:h1~h2"]),
        ("{kind: cache, runs_on: {any: [h1, h2], replicas: 2}}", ["app#1:h1~h2", "app#2:h1~h2"]),
        ("{kind: cache, replicas: 2}", ["app#1:", "app#2:"]),
        ("{kind: cache, runs_on: [h1, h2], replicas: 2}", ["app@h1:h1", "app@h2:h2"]),
        ("{kind: cache}", ["app#1:"]),
        ("{kind: code-base, runs_on: h1}", ["app@h1:h1"]),
        ("{kind: client}", ["app:"]),
    ],
)
def test_placing(said: str, replicas: list[str]) -> None:
    found = component(said).replicas
    assert [f"{one.id}:{'~'.join(one.hosts)}" for one in found] == replicas
    assert all(one.floating == ("any" in said) for one in found)


def test_placed_says_whether_anything_was_said() -> None:
    assert component("{kind: cache, runs_on: h1}").placed
    assert component("{kind: cache, replicas: 3}").placed
    assert not component("{kind: cache}").placed


# Components


def test_primary_is_a_host_or_a_replica() -> None:
    placed = "kind: database, runs_on: [h1, h2]"
    assert component(f"{{{placed}, replication: {{primary: h2}}}}").replication == Replication(("app@h2",))
    assert component(f"{{{placed}, replication: {{primary: app@h1}}}}").replication == Replication(("app@h1",))
    both = component("{kind: database, runs_on: {h1: 2}, replication: {primary: h1}}").replication
    assert both == Replication(("app@h1#1", "app@h1#2"))


def test_replication() -> None:
    placed = "kind: database, runs_on: [h1, h2]"
    declared = component(f"{{{placed}, replication: {{writers: all, mode: synchronous, recovery: 10m}}}}").replication
    assert declared == Replication(all_write=True, mode="synchronous", recovery=600.0)
    other = "{kind: database, replication: {of: main, by: main}}\n  main: {kind: database}"
    assert component(other).replication == Replication(copy_of="main", by="main")


def test_cluster() -> None:
    said = "{mode: active-passive, active: h1, address: {shared: 192.0.2.1}, failover: manual, by: vrrp, watches: host}"
    cluster = component(f"{{kind: load-balancer, runs_on: [h1, h2], cluster: {said}}}").cluster
    assert cluster is not None
    assert (cluster.active, cluster.shared_address, cluster.address) == (("app@h1",), "192.0.2.1", None)
    assert (cluster.failover, cluster.by, cluster.watches) == ("manual", "vrrp", "host")
    by_name = component("{kind: load-balancer, cluster: {address: dns}}").cluster
    assert by_name is not None
    assert (by_name.shared_address, by_name.address) == (None, "dns")


def test_balance() -> None:
    short = component("{kind: load-balancer, balance: round-robin}").balance
    assert short is not None
    assert short.algorithm == "round-robin"
    beside = "connections: {app -> web: http, app -> spare: http}\n"
    said = "{health_check: GET /up, stickiness: false, weights: {h1: 3, web@h2: 1}, backup: [spare]}"
    others = "\n  web: {kind: web-server, runs_on: [h1, h2]}\n  spare: {kind: web-server}"
    balance = component(f"{{kind: load-balancer, balance: {said}}}{others}", beside=beside).balance
    assert balance is not None
    assert balance.weights == (("web@h1", 3.0), ("web@h2", 1.0))
    assert (balance.backup, balance.health_check, balance.stickiness) == (("spare",), "GET /up", False)


def test_firewall() -> None:
    rules = (
        "[{from: [internet, 10.0.0.0/8, '::1/128'], to: h1, ports: [443, 8000-8100, https]}, {from: any, action: deny}]"
    )
    firewall = component(f"{{kind: firewall, guards: h1, rules: {rules}, default: deny}}")
    first, second = firewall.rules
    assert firewall.guards == ("h1",)
    assert (first.sources, first.targets) == (("internet", "10.0.0.0/8", "::1/128"), ("h1",))
    assert (first.ports, first.action, first.direction) == (("443", "8000-8100", "https"), "allow", "in")
    assert (second.sources, second.targets, second.action) == ((), (), "deny")


def test_qualified_id_stays_qualified_only_where_it_has_to() -> None:
    assert component("{kind: firewall, guards: ['host:h1']}").guards == ("h1",)
    shared = "{kind: firewall, guards: ['host:h1', 'component:h1']}\n  h1: {kind: cache}"
    assert component(shared).guards == ("host:h1", "component:h1")


def test_facts_with_units() -> None:
    said = "{kind: backup, every: 24h, keeps: 30d, restore_tested: 2026-10-01, capacity: 30/min, availability: 99.5%}"
    found = component(said)
    assert (found.every, found.keeps, found.restore_tested) == (86400.0, 2592000.0, "2026-10-01")
    assert (found.capacity, found.availability) == (0.5, Availability(0.995))
    mean = component("{kind: cache, availability: {mtbf: 99h, mttr: 1h}}").availability
    assert mean == Availability(0.99, 99.0, 1.0)
    assert component("{kind: cache, availability: 0.5}").availability == Availability(0.5)


def test_every_other_fact() -> None:
    said = (
        "{kind: dns, name: Names, product: bind, icon: simple/dns, why: w, managed: true, network: net, domain: x.org, "
        "records: [{name: x.org, type: MX, value: 10 mail.x.org, ttl: 300}, {name: x.org, type: A, value: h1, ttl: 5m}], "
        "quorum: majority, alerts: ops, probes: [x.org], sessions: shared, deploy: rolling, version: 9.20, owner: me, "
        "links: {Book: 'https://x.org/'}}"
    )
    found = component(said, beside="networks: {net: {trust: private}}\n")
    assert [(one.id, one.value, one.ttl) for one in found.records] == [
        ("x.org MX", "10 mail.x.org", 300.0),
        ("x.org A", "h1", 300.0),
    ]
    assert (found.title, found.product, found.icon, found.why) == ("Names", "bind", "simple/dns", "w")
    assert (found.managed, found.network, found.domain, found.quorum) == (True, "net", "x.org", "majority")
    assert (found.alerts, found.probes, found.sessions, found.deploy) == (("ops",), ("x.org",), "shared", "rolling")
    assert (found.version, found.owner, found.links) == ("9.20", "me", (("Book", "https://x.org/"),))


def test_top_level_facts() -> None:
    loaded = read(
        "summary: S\nfollows: before\nzones: {r: {kind: region}, d: {kind: datacenter, in: r, availability: 99.9%}}\n"
        "hosts: {h: {zone: [d, r], network: n, availability: 0.9, links: {A: /a}}, g: {zone: d}}\n"
        "networks: {n: {trust: dmz, name: N}}\ncertificates: {c: {names: x.org, expires: 2027-06-30, issuer: I}}\n"
        "objectives: {availability: 99.9%, recovery_time: 15m, recovery_point: 90s}\n"
        "accept: [{rule: missing-tls, subject: a -> b, reason: r, owner: o, until: 2027-06-30}]\n"
    ).architecture
    assert (loaded.id, loaded.summary, loaded.follows) == ("model", "S", "before")
    assert loaded.zones[1].within == "r"
    assert [host.zones for host in loaded.hosts] == [("d", "r"), ("d",)]
    assert loaded.networks[0].trust == "dmz"
    assert (loaded.certificates[0].names, loaded.certificates[0].expires) == (("x.org",), "2027-06-30")
    objectives = loaded.objectives
    assert (objectives.availability, objectives.recovery_time, objectives.recovery_point) == (0.999, 900.0, 90.0)
    assert (loaded.accept[0].subject, loaded.accept[0].until) == ("a -> b", "2027-06-30")


# Connections


@pytest.mark.parametrize(
    ("said", "ports"),
    [
        ("http", (Port("http"),)),
        ("{protocol: http}", (Port("http"),)),
        ("{protocol: mysql, port: 3306, tls: true}", (Port("mysql", 3306, None, Tls("on")),)),
        ("{protocol: http, tls: false}", (Port("http", None, None, Tls("off")),)),
        ("{protocol: https, tls: pass-through}", (Port("https", None, None, Tls("pass-through")),)),
        (
            "{protocol: https, tls: {version: 1.3, verify: false, certificate: www}}",
            (Port("https", None, None, Tls("on", "1.3", False, "www")),),
        ),
        (
            "{ports: [{protocol: http, port: 80, redirect: https}, https]}",
            (Port("http", 80, "https"), Port("https")),
        ),
        ("[{protocol: http, port: 80, redirect: https}, https]", (Port("http", 80, "https"), Port("https"))),
    ],
)
def test_ports(said: str, ports: tuple[Port, ...]) -> None:
    assert connection(said).ports == ports


def test_what_belongs_to_a_connection() -> None:
    said = "{ports: [http], needs: all, required: false, locality: same-host, access: read, why: w}"
    found = connection(said, "a  ->  b|c")
    assert (found.id, found.source, found.targets) == ("a -> b | c", "a", ("b", "c"))
    assert (found.needs, found.required, found.locality, found.access) == ("all", False, "same-host", "read")


@pytest.mark.parametrize(
    ("caller", "agent", "key", "locality"),
    [
        ("service, runs_on: [x, y]", "log-collector, runs_on: [x, y]", "", "same-host"),
        ("service, runs_on: x", "monitoring-agent, runs_on: [x, y]", "", "same-host"),
        ("service, runs_on: x", "log-collector, runs_on: [x, y], cluster: {mode: active-passive}", "", None),
        ("service, runs_on: x", "log-collector, runs_on: [x, y], replication: {writers: all}", "", None),
        ("service, runs_on: x", "log-collector, runs_on: [x, y], quorum: 1", "", None),
        ("service, runs_on: [x, z]", "log-collector, runs_on: [x, y]", "", None),
        ("service, runs_on: x", "log-collector, runs_on: x", "", None),
        ("monitoring, runs_on: x", "monitoring-agent, runs_on: [x, y]", "", None),
        ("service, replicas: 2", "log-collector, runs_on: [x, y]", "", None),
        ("service, runs_on: x", "log-collector, replicas: 2", "", None),
        ("service, runs_on: x", "log-collector, runs_on: [x, y]", ", locality: same-zone", "same-zone"),
        ("service, runs_on: x", "cache, runs_on: [x, y]", "", None),
    ],
)
def test_a_component_calls_the_agent_of_its_own_host(caller: str, agent: str, key: str, locality: str | None) -> None:
    text = (
        f"archgen: 1\nname: Agents\nhosts: {{x: {{}}, y: {{}}, z: {{}}}}\ncomponents: {{a: {{kind: {caller}}}, b: {{kind: {agent}}}}}\n"
        f"connections: {{a -> b: {{protocol: tcp{key}}}}}\nflows: {{do: {{steps: [a -> b: x]}}}}\n"
    )
    assert load("a.arch.yaml", text.encode()).architecture.connections[0].locality == locality


# Steps


def test_steps_are_numbered_as_they_are_drawn() -> None:
    found = steps(
        "a -> b: 1",
        "note: {over: [a, b], text: not counted}",
        "b --> a: 2",
        "alt: [{when: x, steps: [{a -> b: 3.1}, {note: {over: a, text: t}}]}, {steps: [{a -> c: 3.2}]}]",
        "opt: {when: y, steps: [{loop: {steps: [{a -> b: 4.1.1}]}}]}",
        "a -> b: 5",
    )
    assert ids(found) == ["f/1", "f/2", "f/3", "f/3.1", "f/3.2", "f/4", "f/4.1", "f/4.1.1", "f/5"]
    for step in flat(found):
        if isinstance(step, Request | Answer):
            assert step.id == f"f/{step.message}"


def flat(found: tuple[Step, ...]) -> list[Step]:
    inner = [
        (step, *(one for each in step.branches for one in flat(each.steps)))
        for step in found
        if isinstance(step, Frame)
    ]
    after = {id(step): rest for step, *rest in inner}
    return [one for step in found for one in (step, *after.get(id(step), ()))]


def ids(found: tuple[Step, ...]) -> list[str]:
    return [step.id for step in flat(found) if not isinstance(step, Note)]


def test_step_may_name_a_replica_or_alternatives() -> None:
    pinned, either, answer = steps("a -> b@h2: x", "a -> b | c: x", "b@h1 --> a: x")
    assert isinstance(pinned, Request)
    assert (pinned.targets, pinned.pinned) == (("b",), ("b@h2",))
    assert isinstance(either, Request)
    assert (either.targets, either.pinned) == (("b", "c"), ())
    assert isinstance(answer, Answer)
    assert (answer.source, answer.target) == ("b", "a")


def test_step_with_all_that_can_be_said() -> None:
    (request,) = steps("a -> b: {message: m, access: write, required: false, protocol: https}")
    assert request == Request("f/1", "a", ("b",), "m", "write", False, "https")


# Places


@pytest.mark.parametrize("file", MODELS, ids=lambda file: file.name)
def test_everything_stands_where_its_text_is(file: Path) -> None:
    loaded = load(str(file), file.read_bytes())
    model, lines = loaded.architecture, loaded.source.lines(str(file))
    named = {
        **{Subject("component", one.id): one.id for one in model.components},
        **{Subject("host", one.id): one.id for one in model.hosts},
        **{Subject("network", one.id): one.id for one in model.networks},
        **{Subject("certificate", one.id): one.id for one in model.certificates},
        **{Subject("flow", one.id): one.id for one in model.flows},
        **{Subject("connection", one.id): one.id for one in model.connections},
        **{Subject("record", r.id): "{name: " + r.name for one in model.components for r in one.records},
        Subject("model", model.id): "name:",
    }
    for subject, text in named.items():
        place = loaded.source.place(subject)
        assert lines[place.line - 1][place.column - 1 :].startswith(text), subject
    for flow in model.flows:
        for step in flow.steps:
            if isinstance(step, Request):
                place = loaded.source.place(Subject("step", step.id))
                assert lines[place.line - 1][place.column - 1 :].startswith(f"{step.source} -> "), step


def test_place_of_a_replica() -> None:
    source = read(f"{HOSTS}components:\n  a: {{kind: cache, runs_on: [h1, h2]}}\n  b: {{kind: cache}}\n").source
    assert source.place(Subject("replica", "a@h2")).column == 34
    assert source.place(Subject("replica", "b#1")) == source.place(Subject("component", "b"))


def test_place_of_a_connection_whose_key_is_spaced_otherwise() -> None:
    components = "components:\n  a: {kind: worker}\n  b: {kind: cache}\n  c: {kind: cache}\n"
    loaded = read(f"{components}connections:\n  a -> b: redis\n  a -> b|c: redis\n")
    alone, either = (loaded.source.place(Subject("connection", each.id)) for each in loaded.architecture.connections)
    assert either.line == alone.line + 1
    assert loaded.architecture.connections[1].id == "a -> b | c"


def test_what_stands_nowhere_is_at_the_model() -> None:
    source = read("").source
    assert source.place(Subject("component", "ghost")) == source.place(Subject("model", "model"))
    assert source.lines("other.yaml") == ()


# Several files


def test_includes_are_joined() -> None:
    files = {
        "parts/hosts.yaml": b"hosts:\n  h1:\ninclude: more.yaml\n",
        "parts/more.yaml": b"archgen: 1\nname: whole\nhosts:\n  h2: {address: 010}\n",
    }
    data = (
        b"archgen: 1\nname: Example\ninclude: [parts/hosts.yaml]\ncomponents: {a: {kind: cache, runs_on: [h1, h2]}}\n"
    )
    loaded = load("dir/m.arch.yaml", data, files.__getitem__)
    assert loaded.architecture.name == "Example"
    assert [host.id for host in loaded.architecture.hosts] == ["h1", "h2"]
    assert loaded.architecture.hosts[1].address == "010"
    place = loaded.source.place(Subject("host", "h2"))
    assert (place.file, place.line, place.column) == ("dir/parts/more.yaml", 4, 3)
    assert loaded.source.lines("dir/parts/more.yaml")[3] == "  h2: {address: 010}"


def test_problems_of_includes_stand_in_their_files() -> None:
    files = {
        "a.yaml": b"hosts:\n  h1: {adress: x}\ncomponents: {c: {kind: cache, runs_on: h9}}\n",
        "b.yaml": b"include: a.yaml\nhosts:\n  h1:\n",
        "c.yaml": b"include: c.yaml\n",
        "d.yaml": b"a: 'x\n",
    }

    def reader(name: str) -> bytes:
        if name not in files:
            raise FileNotFoundError(2, "No such file or directory", name)
        return files[name]

    data = b"archgen: 1\nname: x\ninclude: [a.yaml, b.yaml, c.yaml, d.yaml, e.yaml]\n"
    with pytest.raises(ModelError) as caught:
        load("m.arch.yaml", data, reader)
    told = [f"{one.place.file}:{one.place.line}: {one.message}" for one in caught.value.problems]
    assert told == [
        "a.yaml:2: unknown key `adress` in the host `h1`",
        "b.yaml:3: duplicate id `h1` in hosts, first in a.yaml on line 2",
        "c.yaml:1: files include each other in a circle: `c.yaml` includes `c.yaml`",
        "d.yaml:1: the quotes or brackets that begin here are never closed",
        "m.arch.yaml:3: can't include `e.yaml`: no such file or directory",
    ]


def test_reference_of_an_included_file() -> None:
    with pytest.raises(ModelError) as caught:
        load("m.arch.yaml", b"archgen: 1\nname: x\ninclude: a.yaml\n", lambda _: b"hosts:\n  h1: {zone: z}\n")
    (problem,) = caught.value.problems
    assert (problem.place.file, problem.place.line, problem.place.column) == ("a.yaml", 2, 14)


def test_ladder() -> None:
    def tier(name: str, follows: str) -> Loaded:
        return read(f"follows: {follows}\n" if follows else "", f"{name}.arch.yaml")

    assert check_follows([tier("one", ""), tier("two", "one")]) == ()
    (undeclared,) = check_follows([tier("one", ""), tier("two", "oen")])
    assert (undeclared.rule, undeclared.place.file, undeclared.place.line) == ("dangling-reference", "two.arch.yaml", 3)
    assert (undeclared.message, undeclared.fix) == (
        "`follows` names an unknown model `oen`",
        "Did you mean `one`?",
    )
    (circle,) = check_follows([tier("one", "three"), tier("two", "one"), tier("three", "two"), tier("four", "two")])
    assert circle.message == "models follow each other in a circle: `one` follows `three` follows `two` follows `one`"
    (itself,) = check_follows([tier("one", "one")])
    assert itself.message == "models follow each other in a circle: `one` follows `one`"


def test_one_cause_is_one_problem() -> None:
    told = problems(
        f"{HOSTS}components:\n  a: {{knid: database, runs_on: [h1], replication: {{primary: h1}}}}\n"
        "  b: {kind: database, runs-on: h1, replication: {primary: h1}}\nconnections:\n  a -> b: mysql\n"
        "flows:\n  f:\n    steps:\n      - a -> b@h1: x\n"
    )
    assert [one.message for one in told] == [
        "unknown key `knid` in the component `a`",
        "unknown key `runs-on` in the component `b`",
    ]


def test_replica_values_are_shared_by_nobody() -> None:
    first = component("{kind: cache, runs_on: h1}").replicas
    assert first == (Replica("app@h1", "app", ("h1",)),)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("hosts: [s1, s2]\n", "`hosts` must be a mapping; got a list"),
        ("host: {s1: , s2: }\n", "unknown key `host` in the model"),
        ("hosts: {s1: }\nhosts: {s2: }\n", "duplicate key `hosts`, first on line 3"),
        ("include: x.yaml\n", "files can't be included here"),
        ("hosts: {<<: x, s1: }\n", "merge keys (`<<`) aren't part of YAML 1.2"),
        ("zones: 3\nhosts: {s1: {zone: q}, s2: }\n", "`zones` must be a mapping; got the number `3`"),
    ],
)
def test_a_lost_declaration_is_not_told_again_where_it_is_named(body: str, told: str) -> None:
    uses = "components:\n  a: {kind: database, runs_on: [s1, s2], replication: {primary: s1}}\n"
    uses += "  b: {kind: firewall, guards: [s2, a]}\nconnections:\n  a -> b: mysql\n"
    assert [one.message for one in problems(body + uses)] == [told]


@pytest.mark.parametrize("end", ["", "\n", "\n\n"])
def test_brackets_that_the_end_leaves_open_are_told_where_they_begin(end: str) -> None:
    (problem,) = problems(f"hosts:\n  a: {{zone: b{end}")
    assert (problem.place.line, problem.place.column) == (4, 6)
    assert problem.message == "the quotes or brackets that begin here are never closed"


def test_an_error_at_the_end_lies_in_the_file() -> None:
    (problem,) = problems("hosts:\n  a\n")
    assert problem.place.line <= 4


@pytest.mark.parametrize("section", ["components", "flows", "hosts"])
def test_an_expectation_says_nothing_of_a_section_that_cannot_be_read(section: str) -> None:
    sections = {"components": "{b: {kind: cache}}", "flows": "{}", "hosts": "{}", section: "3"}
    body = "".join(f"{name}: {said}\n" for name, said in sections.items())
    body += "expect: [survives b for every flow, never internet -> b, survives any one host for f]\n"
    told = [one.message for one in problems(body)]
    assert f"`{section}` must be a mapping; got the number `3`" in told
    assert [one for one in told if "`b`" in one] == []


def test_lines_end_where_yaml_ends_them() -> None:
    assert lines_of("a\x0cb\nc\r\nd\u2028e\n") == ("a\x0cb", "c", "d", "e")
    assert lines_of("a\n\n") == ("a", "")
    assert lines_of("") == ()
