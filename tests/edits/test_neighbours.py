"""New replicas bring along what they call on their host, and none stands in for a machine that people administer."""

from __future__ import annotations

import pytest

from archgen.app.findings.apply_fixes import apply_fixes, checker
from archgen.app.models import check_models
from archgen.app.workspace.inputs import Input
from archgen.edits.changes import AddHost, AddReplica, Edit, apply_edit, with_neighbours
from archgen.edits.placement import find_host, leaves_site
from archgen.improve.administration import administered
from archgen.improve.repair import find_smallest_repair
from archgen.language.load import load
from archgen.linting.policy import Policy
from archgen.model.architecture import Architecture
from archgen.reliability.index import Index
from tests.edits.fixed_models import fixed

SCANNED = """\
archgen: 1
name: An application with a scanner beside it
hosts: {l1: {}, l2: {}, h1: {}, h2: {}, r1: {}}
components:
  user: {kind: client}
  admin: {kind: client}
  lb: {kind: load-balancer, runs_on: [l1, l2], cluster: {by: vrrp, watches: process}, balance: {health_check: GET /}}
  app: {kind: app-server, runs_on: h1}
  scanner: {kind: service, runs_on: h1}
  signatures: {kind: service, runs_on: [h1, h2]}
connections:
  user -> lb: https
  lb -> app: https
  admin -> app: ssh
  app -> scanner: {protocol: tcp, locality: same-host}
  scanner -> signatures: {protocol: tcp, locality: same-host}
flows:
  upload: {access: write, steps: [user -> lb: PUT, lb -> app: PUT, app -> scanner: scan, scanner -> signatures: read]}
  log-in: {access: write, steps: [admin -> app: ssh]}
"""


def read(text: str) -> Architecture:
    return load("model.arch.yaml", text.encode()).architecture


def edits_of(text: str) -> tuple[Edit, ...]:
    return find_smallest_repair(read(text)).edits


@pytest.mark.parametrize(
    ("host", "together"),
    [
        ("h3", ("app", "scanner", "signatures")),
        # what is there already comes along by itself
        ("h2", ("app", "scanner")),
    ],
)
def test_a_new_replica_brings_what_it_calls_on_its_host(host: str, together: tuple[str, ...]) -> None:
    index = Index(read(SCANNED))
    assert with_neighbours(index, AddReplica("app", host)) == AddHost(host, "h1", together)
    assert with_neighbours(index, AddHost(host, "h1", ("app",))) == AddHost(host, "h1", together)


@pytest.mark.parametrize("edit", [AddReplica("app", None), AddReplica("signatures", "r1"), AddReplica("lb", "l3")])
def test_what_calls_nothing_there_comes_alone(edit: AddReplica) -> None:
    assert with_neighbours(Index(read(SCANNED)), edit) == edit
    elsewhere = SCANNED.replace(", locality: same-host", "")
    optional = SCANNED.replace("locality: same-host", "locality: same-host, required: false")
    for text in (elsewhere, optional):
        assert with_neighbours(Index(read(text)), AddReplica("app", "h2")) == AddReplica("app", "h2")


def test_a_search_adds_no_replica_without_its_neighbours() -> None:
    added = [edit for edit in edits_of(SCANNED) if isinstance(edit, AddHost | AddReplica)]
    assert [set(edit.components) >= {"app", "scanner"} for edit in added if isinstance(edit, AddHost)] == [True]
    assert all(isinstance(edit, AddHost) for edit in added)


def test_a_machine_that_people_administer_is_not_replaced_by_another() -> None:
    model = read(SCANNED)
    index = Index(model)
    assert [administered(index, flow) for flow in model.flows] == [frozenset(), frozenset({"app"})]
    # who only logs in gets nothing: another machine is not the one that was asked for
    text = SCANNED[: SCANNED.index("  upload:")] + SCANNED[SCANNED.index("  log-in:") :]
    assert edits_of(text) == ()
    through = text.replace("admin -> app: ssh]", "admin -> lb: ssh, lb -> app: ssh]")
    through = through.replace("  admin -> app: ssh\n", "  admin -> lb: ssh\n").replace(
        "lb -> app: https", "lb -> app: ssh"
    )
    through = through.replace("  user -> lb: https\n", "").replace("  user: {kind: client}\n", "")
    chain = read(through)
    assert administered(Index(chain), chain.flows[0]) == frozenset({"app"})


@pytest.mark.parametrize(("source", "kind"), [("client", "worker"), ("scheduler", "worker"), ("scheduler", "database")])
def test_a_scheduler_starts_work_by_ssh_and_administers_no_worker(source: str, kind: str) -> None:
    text = (
        f"archgen: 1\nname: SSH\ncomponents: {{a: {{kind: {source}}}, b: {{kind: {kind}}}}}\nconnections: {{a -> b: ssh}}\n"
        "flows: {do: {steps: [a -> b: start]}}\n"
    )
    model = read(text)
    apart = administered(Index(model), model.flows[0])
    assert apart == (frozenset() if (source, kind) == ("scheduler", "worker") else frozenset({"b"}))


POOLED = """\
archgen: 1
name: A store behind a pooler on its own host
hosts: {web-1: {}, web-2: {}, d-1: {}}
components:
  user: {kind: client}
  lb: {kind: load-balancer, managed: true, replicas: 2}
  web: {kind: app-server, runs_on: [web-1, web-2], sessions: none}
  pooler: {kind: reverse-proxy, product: pgbouncer, runs_on: d-1}
  postgres: {kind: database, product: postgresql, runs_on: d-1}
connections:
  user -> lb: https
  lb -> web: https
  web -> pooler: {protocol: postgresql, tls: true}
  pooler -> postgres: {protocol: postgresql, locality: same-host}
flows:
  write:
    access: write
    steps: [user -> lb: POST, lb -> web: POST, web -> pooler: INSERT, pooler -> postgres: INSERT]
"""


def hosts_after(text: str, rule: str) -> dict[str, list[str]]:
    """Return the hosts of the components of a model after the fixes of a rule."""
    check = checker(Input("example.arch.yaml", text.encode()), Policy(), "2026-11-24")
    data = apply_fixes(text.encode(), check, lambda finding: finding.rule == rule).data
    components = read(data.decode()).components
    return {each.id: [host for replica in each.replicas for host in replica.hosts] for each in components}


@pytest.mark.parametrize("rule", ["single-writer-database", "single-point-of-failure"])
def test_a_standby_brings_what_calls_it_on_its_own_host(rule: str) -> None:
    after = hosts_after(POOLED, rule)
    assert after["pooler"] == after["postgres"] == ["d-1", "d-2"]
    # a caller that reaches other hosts, or can do without, stays
    for text in (
        POOLED.replace(", locality: same-host", ""),
        POOLED.replace("same-host", "same-host, required: false"),
    ):
        assert hosts_after(text, "single-writer-database")["pooler"] == ["d-1"]


def test_callers_of_callers_come_along() -> None:
    local = "web -> pooler: {protocol: postgresql, locality: same-host}"
    chained = POOLED.replace("web -> pooler: {protocol: postgresql, tls: true}", local)
    chained = chained.replace("runs_on: [web-1, web-2]", "runs_on: d-1")
    after = hosts_after(chained, "single-writer-database")
    assert after["web"] == after["pooler"] == after["postgres"] == ["d-1", "d-2"]


def test_a_standby_that_no_caller_reaches_is_refused() -> None:
    lone = POOLED.replace("product: pgbouncer", "uploads: local")
    assert hosts_after(lone, "single-writer-database")["postgres"] == ["d-1"]
    findings = check_models((Input("example.arch.yaml", lone.encode()),), "2026-11-24")[0].findings
    (fix,) = (each.fix for each in findings if each.rule == "single-writer-database")
    assert fix is not None
    assert "with pooler beside it, or let pooler call postgres on other hosts too" in fix


def test_a_copy_of_code_is_deployed_with_the_first() -> None:
    code = POOLED.replace("product: pgbouncer", "codebase: code").replace(
        "  postgres: {kind", "  code: {kind: code-base, runs_on: d-1}\n  postgres: {kind"
    )
    check = checker(Input("example.arch.yaml", code.encode()), Policy(), "2026-11-24")
    for text, deploy in (
        (code, "rolling"),
        (code.replace("codebase: code", "codebase: code, deploy: blue-green"), None),
    ):
        data = apply_fixes(text.encode(), check, lambda finding: finding.rule == "single-writer-database").data
        (after,) = (each for each in read(data.decode()).components if each.id == "code")
        assert (len(after.replicas), after.deploy) == (2, deploy)


ZONED = """\
archgen: 1
name: Programs that write in their own zone
zones: {z-a: {kind: availability-zone}, z-b: {kind: availability-zone}}
hosts: {d-1: {zone: z-a}, w-1: {zone: z-a}, w-2: {zone: z-a}, s-0: {zone: z-b}, s-1: {zone: z-a}, s-2: {zone: z-b}}
components:
  user: {kind: client}
  web: {kind: app-server, runs_on: [w-1, w-2]}
  postgres: {kind: database, product: postgresql, runs_on: d-1}
  other: {kind: database, product: postgresql, runs_on: [s-0, s-1, s-2], replication: {primary: s-0, failover: manual}}
connections:
  user -> web: https
  web -> postgres: {protocol: postgresql, locality: same-zone}
  web -> other: {protocol: postgresql, access: read}
flows:
  write: {access: write, steps: [user -> web: POST, web -> postgres: INSERT, web -> other: SELECT]}
"""


def test_a_copy_stands_where_its_callers_reach_it() -> None:
    for locality, place in ((", locality: same-zone", "s-1"), ("", "s-2")):
        text = ZONED.replace(", locality: same-zone", locality)
        index = Index(read(text))
        assert find_host(index, index.components["postgres"], lambda _: False) == place
    index = Index(read(ZONED))
    assert leaves_site(index, index.components["postgres"], ("z-b",))
    # where they come along, they reach it there
    assert not leaves_site(index, index.components["postgres"], ("z-b",), ("web",))


ROUTED = """\
archgen: 1
name: A router between the clouds of one's own
zones:
  aws: {kind: provider}
  fra: {kind: region, in: aws}
  a: {kind: availability-zone, in: fra}
  b: {kind: availability-zone, in: fra}
hosts: {h1: {zone: a, network: data}, h2: {zone: b, network: data}, v: {zone: b, network: edge}}
networks: {edge: {trust: dmz}, data: {trust: private}}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  vpn: {kind: router, product: strongswan, runs_on: v}
  db: {kind: database, runs_on: [h1, h2], replication: {primary: h1, failover: automatic}}
connections:
  job -> vpn: ipsec
  vpn -> db: {protocol: postgresql, tls: true}
flows:
  nightly: {access: read, steps: [job -> vpn: read, vpn -> db: SELECT]}
"""


@pytest.mark.parametrize(
    ("expected", "may_leave"),
    [
        ("survives any one availability-zone for nightly", True),
        ("survives b for nightly", True),
        ("survives a for nightly", False),
        ("survives any one host for nightly", False),
        ("never internet -> db", False),
    ],
)
def test_a_second_router_stands_in_the_zone_that_an_expectation_needs(expected: str, may_leave: bool) -> None:
    """Without one it stays where its addresses are. What moves the routes is for people to say, and no name does."""
    text = f"{ROUTED}expect: ['{expected}']\n"
    index = Index(read(text))
    assert leaves_site(index, index.components["vpn"], ("a",)) is not may_leave
    if may_leave:
        assert "v-2" not in fixed(text, "single-point-of-failure")["hosts"]
    added = apply_edit(read(text), AddHost("v-2", "v", ("vpn",), ("a",)), index.callers)
    cluster = Index(added).components["vpn"].cluster
    assert cluster is not None
    assert (cluster.mode, cluster.address, cluster.by) == ("active-passive", None, None)
