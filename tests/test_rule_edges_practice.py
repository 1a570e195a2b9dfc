"""Edges of the rules on practice: what is run, how it changes, who signs in, what is counted and who answers for it."""

from __future__ import annotations

import pytest

from archgen.analysis.support_dates import TABLE, named, official, support_of
from archgen.analysis.topology import Topology
from archgen.language.load import load
from archgen.rules import BY_NAME
from archgen.rules.run import analyse
from tests.edges import findings, model, subjects

APP = "api: {kind: service, runs_on: [s-1, s-2]"


def site(entry: str, more: str = "", *, calls: str = "", steps: str = "", networks: str = "") -> str:
    """A visitor who calls the entry of a site by its servers' name."""
    listed = "\n".join(f"  {line}" for line in more.splitlines())
    called = "\n".join(f"  {line}" for line in (calls or "user -> web: https").splitlines())
    stepped = "\n".join(f"      - {line}" for line in (steps or "user -> web: GET /").splitlines())
    return f"""\
archgen: 1
name: Site
networks: {{{networks}}}
hosts: {{s-1: {{}}, s-2: {{}}}}
components:
  user: {{kind: client}}
  web: {{kind: web-server, {entry}}}
{listed}
connections:
{called}
flows:
  visit:
    steps:
{stepped}
"""


WALL = "wall: {kind: firewall, guards: [s-1, s-2], default: deny}"
ON = "runs_on: [s-1, s-2]"


@pytest.mark.parametrize(
    ("entry", "more", "confidence"),
    [
        (f"{ON}, rate_limit: false", "", "high"),
        (f"{ON}, rate_limit: none", "", "high"),
        (f"{ON}, rate_limit: false", WALL, "high"),
        ("managed: true, rate_limit: false", "", "high"),
        (ON, WALL, "medium"),
        (ON, "", None),
        ("managed: true", WALL, None),
        (f"{ON}, rate_limit: 10/s", WALL, None),
        (f"{ON}, rate_limit: true", WALL, None),
        (f"{ON}, rate_limit: false", "shield: {kind: waf, guards: [s-1, s-2]}", None),
    ],
)
def test_an_entry_wants_a_reading_firewall_or_a_limit(entry: str, more: str, confidence: str | None) -> None:
    found = findings(site(entry, more), "missing-waf")
    assert [one.confidence for one in found] == ([confidence] if confidence else [])
    assert [one.subject.id for one in found] == (["web"] if confidence else [])


@pytest.mark.parametrize(
    ("door", "entry", "count"),
    [
        ("{kind: firewall, managed: true}", ON, 1),
        ("{kind: router, managed: true}", f"{ON}, rate_limit: false", 1),
        ("{kind: router, managed: true}", ON, 1),
        ("{kind: waf, managed: true}", f"{ON}, rate_limit: false", 0),
        ("{kind: cdn, managed: true}", f"{ON}, rate_limit: false", 1),
        ("{kind: cdn, managed: true, rate_limit: 5/s}", f"{ON}, rate_limit: false", 0),
        ("{kind: cdn, managed: true}", ON, 0),
    ],
)
def test_what_requests_pass_before_the_entry_counts(door: str, entry: str, count: int) -> None:
    calls = "user -> door: https\ndoor -> web: https"
    text = site(entry, f"door: {door}\n{WALL}", calls=calls, steps="user -> door: GET /\ndoor -> web: GET /")
    assert len(findings(text, "missing-waf")) == count


def test_only_web_requests_from_the_internet_make_an_entry() -> None:
    entry = f"{ON}, rate_limit: false"
    assert subjects(site(entry), "missing-waf") == ["component web"]
    assert not findings(site(entry, calls="user -> web: smtp"), "missing-waf")
    inside = site(entry, networks="office: {trust: private}").replace(
        "{kind: client}", "{kind: client, network: office}"
    )
    assert not findings(inside, "missing-waf")
    other = site(entry).replace("kind: web-server", "kind: other")
    assert not findings(other, "missing-waf")


def watched(collects: str, kind: str = "monitoring-agent", entry: str = ON) -> str:
    said = f", collects: [{collects}]" if collects else ""
    return site(entry, f"agent: {{kind: {kind}, {ON}{said}}}")


@pytest.mark.parametrize(
    ("text", "logs", "requests"),
    [
        (watched("{from: web, what: [metrics], measures: [cpu]}"), "high", "high"),
        (watched("{what: [metrics], measures: [cpu]}"), "high", "high"),
        (watched("{from: web, what: [metrics, logs], measures: [error-rate]}"), None, None),
        (watched("{from: web, what: [logs]}"), None, None),
        (watched("{from: web, what: [traces]}"), "high", None),
        (watched("{from: web, what: [metrics]}"), "high", None),
        (watched("{from: web, measures: [cpu]}"), None, "high"),
        (watched("{from: web}"), None, None),
        (watched(""), None, None),
        (watched("", kind="log-collector"), None, None),
        (
            watched("{from: other, what: [logs]}").replace("components:", "components:\n  other: {kind: cache}"),
            "medium",
            "medium",
        ),
        (watched("{from: web, what: [metrics], measures: [cpu]}", entry="managed: true"), None, None),
        (site(ON), None, None),
    ],
)
def test_logs_and_requests_of_an_entry(text: str, logs: str | None, requests: str | None) -> None:
    assert [one.confidence for one in findings(text, "missing-logs")] == ([logs] if logs else [])
    assert [one.confidence for one in findings(text, "unmeasured-requests")] == ([requests] if requests else [])


def test_a_monitor_that_is_connected_watches_too() -> None:
    watch = "watch: {kind: monitoring, managed: true, collects: [{from: [], what: [metrics], measures: [cpu]}]}"
    for line in ("web -> watch: https", "watch -> web: https"):
        text = site(ON, watch.replace("from: [], ", ""), calls=f"user -> web: https\n{line}")
        assert subjects(text, "missing-logs") == ["component web"]
    apart = site(ON, watch.replace("from: [], ", ""))
    assert not findings(apart, "missing-logs")


@pytest.mark.parametrize(
    ("behind", "found"),
    [
        ("app: {kind: app-server, runs_on: [s-1, s-2]}", ["component web"]),
        ("app: {kind: app-server, managed: true}", []),
        ("app: {kind: database, managed: true}", ["component web"]),
    ],
)
def test_requests_may_be_counted_behind_the_entry(behind: str, found: list[str]) -> None:
    agent = f"agent: {{kind: monitoring-agent, {ON}, collects: [{{what: [metrics], measures: [cpu]}}]}}"
    calls, steps = "user -> web: https\nweb -> app: https", "user -> web: GET /\nweb -> app: GET /"
    assert subjects(site(ON, f"{behind}\n{agent}", calls=calls, steps=steps), "unmeasured-requests") == found


def test_requests_counted_behind_the_entry_are_counted() -> None:
    agent = (
        f"agent: {{kind: monitoring-agent, {ON}, collects: [{{from: web, what: [metrics], measures: [cpu]}}, "
        "{from: app, what: [metrics], measures: [rps]}]}"
    )
    calls, steps = "user -> web: https\nweb -> app: https", "user -> web: GET /\nweb -> app: GET /"
    app = "app: {kind: app-server, runs_on: [s-1, s-2]}"
    text = site(ON, f"{app}\n{agent}", calls=calls, steps=steps)
    assert not findings(text, "unmeasured-requests")
    assert findings(text.replace("measures: [rps]", "measures: [disk]"), "unmeasured-requests")


@pytest.mark.parametrize(
    ("connection", "severity"),
    [
        ("{protocol: http, admin: true}", "error"),
        ("{ports: [https, {protocol: http, port: 8404, admin: true}]}", "error"),
        ("{ports: [https, http]}", None),
        ("{protocol: https, admin: false}", None),
        ("ssh", "warning"),
        ("telnet", "warning"),
        ("{protocol: ssh, admin: false}", None),
        ("{ports: [ssh, {protocol: http, admin: true}]}", "error"),
    ],
)
def test_a_port_for_administrators_on_a_public_path(connection: str, severity: str | None) -> None:
    found = findings(site(ON, calls=f"user -> web: {connection}"), "exposed-admin")
    assert [one.severity for one in found] == ([severity] if severity else [])


@pytest.mark.parametrize("entry", ["managed: true", ON.replace("[s-1, s-2]", "s-1")])
def test_a_shell_of_one_s_own_only(entry: str) -> None:
    found = findings(site(entry, calls="user -> web: ssh"), "exposed-admin")
    assert bool(found) is ("managed" not in entry)
    bastion = site(entry, calls="user -> web: ssh").replace("kind: web-server", "kind: bastion")
    assert not findings(bastion, "exposed-admin")


def test_administration_behind_the_door_is_public_where_a_step_takes_it() -> None:
    calls = "user -> door: https\ndoor -> web: [https, {protocol: http, admin: true}]"
    steps = "user -> door: GET /\ndoor -> web: {message: GET /stats, protocol: http}"
    for kind, count in (("firewall", 1), ("load-balancer", 1), ("service", 0)):
        text = site(ON, f"door: {{kind: {kind}, {ON}}}", calls=calls, steps=steps)
        assert len(findings(text, "exposed-admin")) == count
    other = site(ON, f"door: {{kind: firewall, {ON}}}", calls=calls, steps="user -> door: GET /\ndoor -> web: GET /")
    assert not findings(other, "exposed-admin")
    office = text.replace("kind: service", "kind: firewall").replace("{kind: client}", "{kind: client, network: in}")
    assert not findings(office.replace("networks: {", "networks: {in: {trust: private}"), "exposed-admin")


STORES = "api: {kind: service}\ncron: {kind: worker}\ndb: {kind: database}\nold: {kind: database}"


@pytest.mark.parametrize(
    ("calls", "found"),
    [
        (
            "api -> db: {protocol: mysql, credentials: a}\ncron -> db: {protocol: mysql, credentials: a}",
            ["component db"],
        ),
        ("api -> db: {protocol: mysql, credentials: a}\ncron -> db: {protocol: mysql, credentials: b}", []),
        ("api -> db: {protocol: mysql, credentials: a}\ncron -> old: {protocol: mysql, credentials: a}", []),
        ("api -> db: {protocol: mysql, credentials: a}\ncron -> db: mysql", []),
        (
            "api -> db | old: {protocol: mysql, credentials: a}\ncron -> old: {protocol: mysql, credentials: a}",
            ["component old"],
        ),
        ("api -> db: {protocol: mysql, authentication: false}", ["connection api -> db"]),
        ("api -> db: {protocol: mysql, authentication: none}", ["connection api -> db"]),
        ("api -> db: {protocol: mysql, authentication: password}", []),
        ("api -> db: {protocol: mysql, authentication: true}", []),
        ("api -> db: {protocol: mysql, authentication: false, locality: same-host}", []),
        ("api -> db: {protocol: mysql, authentication: false, credentials: a}", []),
    ],
)
def test_accounts(calls: str, found: list[str]) -> None:
    text = model(STORES, connections=calls, steps=f"{calls.partition(':')[0].partition(' |')[0]}: x")
    assert subjects(text, "shared-credentials") == found


def test_one_code_base_is_one_program_and_visitors_need_no_account() -> None:
    calls = "api -> db: {protocol: mysql, credentials: a}\ncron -> db: {protocol: mysql, credentials: a}"
    one = STORES.replace("service}", "service, codebase: code}").replace("worker}", "worker, codebase: code}")
    assert not findings(
        model(f"{one}\ncode: {{kind: code-base}}", connections=calls, steps="api -> db: x"), "shared-credentials"
    )
    assert not findings(site(ON, calls="user -> web: {protocol: https, authentication: false}"), "shared-credentials")


LB = "lb: {kind: load-balancer, managed: true, balance: BALANCE}\nweb: {kind: web-server, runs_on: [s-1, s-2]WEB}\n"
BEHIND = "app: {kind: app-server, runs_on: [s-1, s-2]APP}"
CALLS = "job -> lb: https\nlb -> web: https\nweb -> app: {protocol: fastcgi, locality: same-host}"
STEPS = "job -> lb: x\nlb -> web: x\nweb -> app: x"


@pytest.mark.parametrize(
    ("balance", "web", "app", "found"),
    [
        ("round-robin", "", "sessions: local", ["component app"]),
        ("round-robin", "", "uploads: local", ["component app"]),
        ("round-robin", "", "sessions: shared, uploads: none", []),
        ("round-robin", "uploads: local", "", ["component web"]),
        ("round-robin", "sessions: local", "", []),
        ("{stickiness: false}", "sessions: local", "", ["component web"]),
        # who is brought back finds what he sent, nobody else does
        ("{stickiness: cookie}", "uploads: local", "sessions: local", ["component web"]),
        ("{algorithm: source-hash}", "uploads: local", "", ["component web"]),
        ("{algorithm: round-robin, stickiness: cookie}", "", "sessions: local", []),
        ("{algorithm: source-hash}", "", "sessions: local", []),
        ("{algorithm: source-hash, stickiness: false}", "", "sessions: local", []),
        ("{mode: active-passive, stickiness: false}", "sessions: local", "", []),
        ("{health_check: true}", "sessions: local", "", []),
        ("round-robin", "uploads: local", "sessions: local, uploads: local", ["component web", "component app"]),
    ],
)
def test_what_is_kept_on_a_server(balance: str, web: str, app: str, found: list[str]) -> None:
    text = f"{LB}{BEHIND}".replace("BALANCE", balance)
    text = text.replace("WEB", web and f", {web}").replace("APP", app and f", {app}")
    assert subjects(model(text, connections=CALLS, steps=STEPS), "server-bound-sessions") == found


def test_one_server_or_a_bound_one_loses_nobody() -> None:
    text = f"{LB}{BEHIND}".replace("BALANCE", "round-robin").replace("WEB", "").replace("APP", ", uploads: local")
    assert findings(model(text, connections=CALLS, steps=STEPS), "server-bound-sessions")
    one = text.replace("[s-1, s-2]", "s-1")
    assert not findings(model(one, connections=CALLS, steps=STEPS), "server-bound-sessions")
    apart = CALLS.replace(", locality: same-host", "")
    assert not findings(model(text, connections=apart, steps=STEPS), "server-bound-sessions")
    bound = CALLS.replace("lb -> web: https", "lb -> web: {protocol: https, locality: same-zone}")
    assert not findings(model(text, connections=bound, steps=STEPS), "server-bound-sessions")


CODE = "api: {kind: other, runs_on: [s-1, s-2], codebase: codeAPI}\ncode: {kind: code-base, runs_on: [s-1, s-2]CODE}"


@pytest.mark.parametrize(
    ("api", "code", "confidence"),
    [
        ("", "", "low"),
        (", deploy: rolling", "", None),
        (", image: 'shop:1'", "", None),
        ("", ", deploy: rolling", None),
        (", deploy: by-hand", "", "high"),
        ("", ", deploy: by-hand", "high"),
        (", deploy: rolling", ", deploy: by-hand", "high"),
        ("", ", managed: true", None),
    ],
)
def test_copies_of_the_code(api: str, code: str, confidence: str | None) -> None:
    text = model(CODE.replace("API", api).replace("CODE", code))
    found = findings(text, "code-drift")
    assert [(one.subject.id, one.confidence) for one in found] == ([("code", confidence)] if confidence else [])
    assert not findings(text.replace("runs_on: [s-1, s-2]", "runs_on: s-1"), "code-drift")


def test_copies_without_a_code_base() -> None:
    text = model(
        "api: {kind: other, runs_on: [s-1, s-2], deploy: by-hand}\nlib: {kind: code-base, runs_on: [s-1, s-2]}"
    )
    assert [(one.subject.id, one.confidence) for one in findings(text, "code-drift")] == [
        ("api", "high"),
        ("lib", "low"),
    ]
    assert subjects(text.replace("by-hand", "rolling"), "code-drift") == ["component lib"]


@pytest.mark.parametrize(
    ("image", "found"),
    [
        ("shop", True),
        ("shop:latest", True),
        ("shop:LATEST", True),
        ("registry.example.org:5000/shop", True),
        ("registry.example.org:5000/shop:1.2", False),
        ("shop@sha256:0123", False),
        ("shop:latest@sha256:0123", False),
        ("shop:stable", False),
    ],
)
def test_tags(image: str, found: bool) -> None:
    assert bool(findings(model(f"api: {{kind: other, managed: true, image: '{image}'}}"), "mutable-tag")) is found


@pytest.mark.parametrize(("rollback", "found"), [("false", 1), ("no", 1), ("true", 0), ("the image before", 0)])
def test_ways_back(rollback: str, found: int) -> None:
    for deploy in ("", ", deploy: by-hand", ", deploy: blue-green"):
        text = model(f"api: {{kind: other, managed: true, rollback: {rollback}{deploy}}}")
        assert len(findings(text, "missing-rollback")) == found


@pytest.mark.parametrize(
    ("components", "hosts", "related"),
    [
        ("api: {kind: other, runs_on: s-1}", "s-1: {}", []),
        ("api: {kind: other, runs_on: s-1, owner: web}", "s-1: {}", ["job"]),
        ("api: {kind: other, runs_on: s-1}", "s-1: {owner: web}", ["job"]),
        ("api: {kind: other, runs_on: [s-1, s-2]}", "s-1: {owner: web}, s-2: {}", ["job", "api"]),
        ("api: {kind: other, runs_on: s-1, owner: web, codebase: c}\nc: {kind: code-base}", "s-1: {}", ["job"]),
        ("api: {kind: other, owner: web}\nc: {kind: code-base}", "s-1: {}", ["job", "c"]),
        ("api: {kind: other, owner: web}\nu: {kind: client}\nx: {kind: external-service}", "s-1: {}", ["job"]),
    ],
)
def test_owners(components: str, hosts: str, related: list[str]) -> None:
    found = findings(model(components, hosts=hosts), "unowned-component")
    assert [one.subject.id for finding in found for one in finding.related] == related
    assert len(found) == bool(related)


@pytest.mark.parametrize(
    ("component", "line"),
    [
        ("product: mysql, version: 5.7.44", "5.7"),
        ("product: mysql, version: 8.4.1", None),
        ("product: MySQL, version: v5.7", "5.7"),
        ("product: mysql", None),
        ("version: 5.7", None),
        ("product: mysql, version: 5.7, managed: true", None),
        ("product: mystery, version: 1.0", None),
        ("image: 'mysql:5.7'", "5.7"),
        ("image: 'docker.io/library/postgres:9.6-alpine'", "9.6"),
        ("image: 'shop/mysql:5.7'", None),
        ("image: 'shop:5000/mysql:5.7'", None),
        ("image: 'mysql'", None),
        ("product: mysql, version: 8.4.1, image: 'mysql:5.7'", None),
    ],
)
def test_versions_of_components(component: str, line: str | None) -> None:
    found = findings(model(f"api: {{kind: other, {component}}}"), "unsupported-version")
    assert len(found) == (line is not None)
    if line is not None:
        assert f"whose support ended on {dict(_days())[line]}" in found[0].message


def _days() -> list[tuple[str, str]]:
    products = (TABLE["mysql"], TABLE["postgresql"])
    return [(one.split()[0], one.split()[1]) for product in products for one in product.lines.split(", ")]


def test_versions_of_hosts_name_the_flows_of_what_runs_there() -> None:
    text = model("api: {kind: other, runs_on: s-1}", hosts="s-1: {os: Debian 9}, s-2: {os: Plan 9}, s-3: {os: Debian}")
    (found,) = findings(text, "unsupported-version")
    assert (found.subject.kind, found.subject.id, found.flows) == ("host", "s-1", ("work",))


def test_support_ends_after_its_last_day() -> None:
    loaded = load("edge.arch.yaml", model("api: {kind: other, product: mysql, version: 8.0.36}").encode())
    rule = BY_NAME["unsupported-version"]
    for today, count in (("2026-04-30", 0), ("2026-05-01", 1)):
        assert len(analyse(Topology(loaded.architecture), loaded.source, (rule,), today=today)) == count


@pytest.mark.parametrize(
    ("product", "version", "line", "older"),
    [
        ("PostgreSQL", "9.6.24", "9.6", False),
        ("postgres", "10.3", "10", False),
        ("postgresql", "8.4", "9.3", True),
        ("Node.js", "v18.20.1", "18", False),
        ("openssl", "1.1.1w", "1.1.1", False),
        ("Apache HTTP Server", "2.2.34", "2.2", False),
        ("nginx", "1", None, False),
        ("nginx", "1.99", None, False),
        ("mysql", "newest", None, False),
        ("mysql", "5", None, False),
        ("mariadb", "10.11.2", "10.11", False),
        ("mariadb", "10.1.2", "10.1", False),
        ("mariadb", "11.4.5", "11.4", False),
        ("elasticsearch", "5.6.16", "6", True),
    ],
)
def test_lines_of_versions(product: str, version: str, line: str | None, older: bool) -> None:
    found = support_of(product, version)
    assert (found.line if found else None) == line
    assert (found.older if found else False) is older


def test_a_version_older_than_the_table_is_told_as_such() -> None:
    (found,) = findings(model("api: {kind: other, product: mysql, version: 5.1.73}"), "unsupported-version")
    assert "whose support ended by 2018-12-31, with MySQL 5.5" in found.message


def test_the_table_is_in_order_and_of_real_days() -> None:
    from datetime import date

    for product in TABLE.values():
        lines = [tuple(one.split(" ")) for one in product.lines.split(", ")]
        assert lines == sorted(lines, key=lambda one: [int(part) for part in one[0].split(".")])
        assert len({line for line, _ in lines}) == len(lines)
        assert all(date.fromisoformat(day) for _, day in lines)
        assert date.fromisoformat(product.as_of)
        assert product.source.startswith("https://")


def test_names_and_versions_in_one_text() -> None:
    assert named("Ubuntu 22.04 LTS") == ("Ubuntu", "22.04 LTS")
    assert named("CentOS Linux 7") == ("CentOS Linux", "7")
    assert named("bookworm") is None
    assert official("redis:7.0.1") == ("redis", "7.0.1")
    assert official("redis") is None


READS = "api: {kind: service, managed: true}\ndb: {kind: database, managed: true}\nmem: {kind: MEM, managed: true}"
READ_CALLS = "job -> api: https\napi -> db: {protocol: mysql, tls: true}\napi -> mem: https"
WRITES = "  add:\n    access: write\n    demand: DEMAND\n    steps:\n      - api -> db: INSERT\n"


@pytest.mark.parametrize(
    ("demand", "mem", "write", "found"),
    [
        ("demand: 500/s", "", "", True),
        ("demand: 100/s", "", "", True),
        ("demand: 99/s", "", "", False),
        ("", "", "", False),
        ("demand: 500/s", "cache", "", False),
        ("demand: 500/s", "cdn", "", False),
        ("demand: 500/s", "reverse-proxy, product: Varnish", "", False),
        ("demand: 500/s", "reverse-proxy, product: nginx", "", True),
        ("demand: 500/s", "", "50/s", True),
        ("demand: 500/s", "", "51/s", False),
    ],
)
def test_reads_without_a_cache(demand: str, mem: str, write: str, found: bool) -> None:
    steps = "job -> api: x\napi -> db: SELECT" + ("\napi -> mem: GET" if mem else "")
    components = READS.replace("MEM", mem or "other")
    more = WRITES.replace("DEMAND", write) if write else ""
    text = model(components, connections=READ_CALLS, steps=steps, flow=f"    {demand}", more=more)
    assert subjects(text, "uncached-reads") == (["flow work"] if found else [])


def test_writes_of_unknown_number_and_flows_that_write_say_nothing() -> None:
    steps = "job -> api: x\napi -> db: SELECT"
    unknown = WRITES.replace("    demand: DEMAND\n", "")
    told = {"connections": READ_CALLS, "steps": steps, "flow": "    demand: 500/s"}
    components = READS.replace("MEM", "other")
    assert not findings(model(components, more=unknown, **told), "uncached-reads")
    assert not findings(model(components, access="read-write", **told), "uncached-reads")
    assert not findings(model(components.replace("database", "queue"), **told), "uncached-reads")


# What a careful engineer would call noise


PUBLIC = "user: {kind: client}\nwall: {kind: firewall, guards: [s-1, s-2]}\n"


@pytest.mark.parametrize(
    ("balancer", "behind", "count"),
    [
        ("rate_limit: false", "runs_on: [s-1, s-2]", 1),
        ("rate_limit: false", "runs_on: [s-1, s-2], rate_limit: 5/s per account", 0),
        ("product: haproxy", "runs_on: [s-1, s-2], rate_limit: 5/s per account", 0),
    ],
)
def test_a_limit_behind_the_balancer_is_a_limit(balancer: str, behind: str, count: int) -> None:
    parts = f"lb: {{kind: load-balancer, runs_on: [s-1, s-2], {balancer}}}\napi: {{kind: service, {behind}}}"
    text = model(PUBLIC + parts, connections="user -> lb: https\nlb -> api: https", steps="user -> lb: x\nlb -> api: x")
    assert len(findings(text, "missing-waf")) == count


def test_an_application_firewall_behind_the_balancer_is_one() -> None:
    parts = "lb: {kind: load-balancer, runs_on: s-1, rate_limit: false}\n"
    parts += "shield: {kind: waf, runs_on: s-1}\napi: {kind: service, runs_on: s-2}"
    calls = ["user -> lb", "lb -> shield", "shield -> api"]
    text = model(
        PUBLIC + parts,
        connections="\n".join(f"{one}: https" for one in calls),
        steps="\n".join(f"{one}: x" for one in calls),
    )
    assert findings(text, "missing-waf") == ()


@pytest.mark.parametrize(
    ("target", "protocol", "count"),
    [
        ("{kind: service, managed: true}", "https", 1),
        ("{kind: dns, managed: true}", "dns", 0),
        ("{kind: external-service, managed: true}", "https", 0),
    ],
)
def test_what_answers_everybody_asks_nobody_who_they_are(target: str, protocol: str, count: int) -> None:
    text = model(
        f"api: {{kind: service, managed: true}}\nother: {target}",
        connections=f"job -> api: https\napi -> other: {{protocol: {protocol}, authentication: false}}",
        steps="job -> api: x\napi -> other: x",
    )
    assert len(findings(text, "shared-credentials")) == count


@pytest.mark.parametrize(("between", "count"), [("job -> blue | green", 0), ("job -> blue", 1)])
def test_alternatives_of_one_connection_are_one_program(between: str, count: int) -> None:
    account = "{protocol: postgresql, credentials: shop}"
    text = model(
        "blue: {kind: service, managed: true}\ngreen: {kind: service, managed: true}\ndb: {kind: database, managed: true}",
        connections=f"{between}: https\nblue -> db: {account}\ngreen -> db: {account}",
        steps=f"{between}: x\nblue -> db: x\ngreen -> db: x",
    )
    assert len(findings(text, "shared-credentials")) == count


@pytest.mark.parametrize(("arrives", "count"), [("udp", 0), ("tcp", 1), ("ssh", 1)])
def test_a_shell_behind_a_vpn_is_not_public(arrives: str, count: int) -> None:
    text = model(
        "user: {kind: client}\nvpn: {kind: router, runs_on: s-3}\napi: {kind: service, runs_on: [s-1, s-2]}",
        connections=f"user -> vpn: {arrives}\nvpn -> api: ssh",
        steps="user -> vpn: x\nvpn -> api: x",
    )
    assert subjects(text, "exposed-admin").count("connection vpn -> api") == count


@pytest.mark.parametrize(
    ("kind", "count"),
    [("database", 1), ("file-storage", 1), ("object-storage", 1), ("key-value-store", 0), ("stream", 0)],
)
def test_what_is_made_for_being_read_often_needs_no_cache(kind: str, count: int) -> None:
    text = model(
        f"api: {{kind: service, managed: true}}\nstore: {{kind: {kind}, managed: true}}",
        connections="job -> api: https\napi -> store: https",
        steps="job -> api: x\napi -> store: x",
        flow="    demand: 500/s",
    )
    assert len(findings(text, "uncached-reads")) == count


@pytest.mark.parametrize(("kind", "count"), [("service", 1), ("load-balancer", 1), ("database", 0), ("queue", 0)])
def test_data_stores_are_changed_one_by_one_with_care(kind: str, count: int) -> None:
    text = model(f"api: {{kind: {kind}, runs_on: [s-1, s-2], deploy: by-hand}}")
    assert len(findings(text, "code-drift")) == count


@pytest.mark.parametrize(
    ("what", "count"), [("what: [logs]", 0), ("what: [events]", 1), ("what: [logs], measures: [cpu]", 1)]
)
def test_requests_can_be_counted_in_logs(what: str, count: int) -> None:
    text = model(
        f"{PUBLIC}web: {{kind: web-server, runs_on: [s-1, s-2]}}\n"
        f"eye: {{kind: monitoring-agent, runs_on: [s-1, s-2], collects: [{{from: web, {what}}}]}}",
        connections="user -> web: https",
        steps="user -> web: x",
    )
    assert len(findings(text, "unmeasured-requests")) == count


@pytest.mark.parametrize(
    ("balance", "app", "count"),
    [
        ("algorithm: round-robin", "", 1),
        ("algorithm: round-robin", ", cluster: {mode: active-passive, active: s-1, failover: automatic}", 0),
        ("algorithm: round-robin, backup: s-2", "", 0),
        ("algorithm: round-robin, mode: active-passive", "", 0),
    ],
)
@pytest.mark.parametrize(
    ("kept", "rule"), [("uploads", "server-bound-sessions"), ("sessions", "mismatched-stickiness")]
)
def test_one_replica_that_takes_all_requests_keeps_what_it_has(
    kept: str, rule: str, balance: str, app: str, count: int
) -> None:
    text = model(
        f"user: {{kind: client}}\nlb: {{kind: load-balancer, managed: true, balance: {{{balance}}}}}\n"
        f"web: {{kind: app-server, {kept}: local, runs_on: [s-1, s-2]{app}}}",
        connections="user -> lb: https\nlb -> web: https",
        steps="user -> lb: x\nlb -> web: x",
    )
    assert len(findings(text, rule)) == count


@pytest.mark.parametrize(
    ("os", "count"),
    [("Ubuntu 20.04 LTS", 1), ("Ubuntu 20.04 LTS Pro", 0), ("Ubuntu 20.04 (ESM)", 0), ("Debian 10 ELTS", 0)],
)
def test_a_paid_extension_that_is_named_is_support(os: str, count: int) -> None:
    text = model("api: {kind: service, runs_on: [s-1, s-2]}", hosts=f"s-1: {{os: {os}}}, s-2: {{}}, s-3: {{}}")
    assert len(findings(text, "unsupported-version")) == count
