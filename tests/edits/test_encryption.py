"""Fixes that encrypt: with the other callers of a port, the other side of a proxy, and the rules of firewalls."""

from __future__ import annotations

import pytest
import yaml

from archgen.model.protocols import LOOK_UPS
from tests.edges import all_findings
from tests.edits.fixed_models import JOB, added_rules, fixed, model

HOSTS = "{a: {network: front}, b: {network: back}, c: {network: back}}"
NETWORKS = "networks: {front: {trust: private}, back: {trust: private}}\n"


def two_stores_behind(rules: str) -> str:
    """Return a model with a store in clear and an encrypted one, behind a firewall with some rules."""
    return model(
        "app: {kind: app-server, runs_on: a}\ndb: {kind: database, product: cassandra, runs_on: b}\n"
        f"wall: {{kind: firewall, guards: [back], default: deny, rules: {rules}}}\n"
        "other: {kind: database, product: cassandra, runs_on: c}",
        "app -> db: {protocol: cassandra, port: 9042}\napp -> other: {protocol: cassandra, port: 9042, tls: true}",
        "app -> db: INSERT\napp -> other: INSERT",
        HOSTS,
        NETWORKS,
    )


def test_the_port_of_a_rule_moves_with_the_port_of_the_connection() -> None:
    rules = "[{from: front, to: db, ports: [9042, 22, tcp/9042]}, {from: front, to: other, ports: [9042]}]"
    after = fixed(two_stores_behind(rules), "plaintext-between-hosts")
    assert after["connections"]["app -> db"]["port"] == 9142
    assert [rule["ports"] for rule in after["components"]["wall"]["rules"]] == [[9142, 22, "tcp/9142"], [9042]]


def test_a_port_that_another_caller_needs_stays_open() -> None:
    after = fixed(two_stores_behind("[{from: front, ports: [9042]}]"), "plaintext-between-hosts")
    assert after["components"]["wall"]["rules"][0]["ports"] == [9042, 9142]


@pytest.mark.parametrize(
    ("call", "ports", "let_in"),
    [
        ("{protocol: sip, port: 5060}", "udp/5060, udp/16384-32768", ["tcp/5061", "udp/16384-32768"]),
        ("{protocol: sip, port: 5070}", "udp/5070, 5070", ["tcp/5070", 5070]),
        ("{protocol: sip, port: 5060}", "udp/5060-5061", ["udp/5060-5061", "tcp/5061"]),
        ("{protocol: sip, port: 5060}", "5060-5061, 443", ["5060-5061", 443]),
        ("{protocol: sip, port: 5060}", "sip, udp", [5061, "udp"]),
        ("{protocol: coap, port: 5683}", "udp/5683", ["udp/5684"]),
        ("{protocol: syslog, port: 514}", "udp/514", ["tcp/6514"]),
    ],
)
def test_a_rule_lets_in_the_transport_of_tls(call: str, ports: str, let_in: list[object]) -> None:
    """TLS comes over TCP, DTLS over UDP, and a range stays open for what else is in it."""
    wall = f"{{kind: firewall, guards: [b], default: deny, rules: [{{from: app, to: gw, ports: [{ports}]}}]}}"
    parts = f"app: {{kind: app-server, runs_on: a}}\ngw: {{kind: service, runs_on: b}}\nwall: {wall}"
    after = fixed(model(parts, f"app -> gw: {call}", "app -> gw: x", HOSTS, NETWORKS), "plaintext-between-hosts")
    assert after["components"]["wall"]["rules"][0]["ports"] == let_in


@pytest.mark.parametrize("other", ["{protocol: cassandra, tls: true}", "cassandra"])
def test_a_caller_that_declares_no_port_follows_the_listener_that_moves(other: str) -> None:
    """Whether it was encrypted or not: without the number it would go on to the usual port, on which nothing listens then."""
    text = two_stores_behind("[{from: [app, job], to: db, ports: [9042]}]")
    text = text.replace("  other: {kind", "  job: {kind: worker, runs_on: a}\n  other: {kind")
    text = text.replace("\nflows:", f"\n  job -> db: {other}\nflows:", 1)
    after = fixed(text, "plaintext-between-hosts")
    assert [after["connections"][f"{caller} -> db"]["port"] for caller in ("app", "job")] == [9142, 9142]
    assert after["connections"]["job -> db"]["tls"]
    assert after["components"]["wall"]["rules"][0]["ports"] == [9142]


@pytest.mark.parametrize(
    ("product", "host", "front"), [("haproxy", "a", "pass-through"), ("pgbouncer", "c", {"verify": True})]
)
def test_a_proxy_that_passes_bytes_on_is_encrypted_on_both_sides(product: str, host: str, front: object) -> None:
    text = model(
        f"app: {{kind: app-server, runs_on: a}}\nproxy: {{kind: load-balancer, product: {product}, runs_on: {host}}}\n"
        "db: {kind: database, product: postgresql, runs_on: b}",
        "app -> proxy: {protocol: postgresql, port: 5000}\nproxy -> db: {protocol: postgresql, port: 5432}",
        "app -> proxy: INSERT\nproxy -> db: INSERT",
        "{a: {}, b: {}, c: {}}",
    )
    after = fixed(text, "plaintext-between-hosts")["connections"]
    assert after["app -> proxy"]["tls"] == front
    assert after["proxy -> db"]["tls"] == {"verify": True}


def test_all_callers_of_a_port_change_together() -> None:
    text = model(
        "user: {kind: client}\nnginx: {kind: web-server, runs_on: a}\ndjango: {kind: app-server, runs_on: b}",
        "user -> nginx: https\nnginx -> django: {protocol: http, port: 8000}\nuser -> django: {protocol: http, port: 8000}",
        "user -> nginx: GET\nnginx -> django: GET",
        "{a: {}, b: {}}",
    )
    after = fixed(text, "tls-ends-early")["connections"]
    assert after["nginx -> django"] == {"protocol": "https", "port": 8000, "tls": {"verify": True}}
    assert after["user -> django"] == {"protocol": "https", "port": 8000}


@pytest.mark.parametrize(
    ("caller", "verified"),
    [("product: aws-alb, ", False), ("product: Cloud Load Balancing, ", False), ("product: haproxy, ", True)],
)
def test_a_balancer_that_can_not_verify_a_certificate_is_not_said_to(caller: str, verified: bool) -> None:
    text = model(
        f"user: {{kind: client}}\nlb: {{kind: load-balancer, {caller}managed: true}}\napp: {{kind: app-server, runs_on: a}}",
        "user -> lb: https\nlb -> app: http",
        "user -> lb: GET\nlb -> app: GET",
        "{a: {}}",
    )
    after = fixed(text, "tls-ends-early")["connections"]["lb -> app"]
    assert after == ({"protocol": "https", "tls": {"verify": True}} if verified else "https")


@pytest.mark.parametrize(("product", "encrypted"), [("varnish", False), ("Varnish Cache", False), ("nginx", True)])
def test_what_speaks_no_tls_is_not_told_to(product: str, encrypted: bool) -> None:
    text = model(
        f"user: {{kind: client}}\nlb: {{kind: load-balancer, runs_on: a}}\ncache: {{kind: reverse-proxy, product: {product}, "
        "runs_on: b}\napp: {kind: app-server, runs_on: c}",
        "user -> lb: https\nlb -> cache: http\ncache -> app: http",
        "user -> lb: GET\nlb -> cache: GET\ncache -> app: GET",
        "{a: {}, b: {}, c: {}}",
    )
    after = fixed(text, "tls-ends-early")["connections"]
    assert [after[name] != "http" for name in ("lb -> cache", "cache -> app")] == [encrypted] * 2


@pytest.mark.parametrize(
    ("call", "advice"),
    [
        (
            {"protocol": "ajp", "port": 8009},
            "AJP has no TLS: call app over https (Tomcat: a connector with TLS on port 8443), or put both ends in a tunnel.",
        ),
        (
            {"protocol": "fastcgi", "port": 9000},
            "FastCGI has no TLS: put both ends in a tunnel, or run a web server beside app and call it over https.",
        ),
        (
            {"protocol": "memcached", "port": 11211},
            "Few clients of memcached speak TLS, and app only if it is built with it: keep it on the hosts of its callers, or put "
            "both ends in a tunnel (stunnel, WireGuard).",
        ),
        (
            {"protocol": "iscsi", "port": 3260},
            "iSCSI has no TLS: keep it in a storage network of its own, or carry it over IPsec.",
        ),
        (
            {"protocol": "modbus", "port": 502},
            "Few controllers speak Modbus/TCP Security: keep it in a network of its own, or put both ends in a tunnel.",
        ),
        (
            {"protocol": "radius", "port": 1812},
            "Not every RADIUS server has TLS (RadSec; Windows' NPS hasn't): keep it in a network of its own, or carry it over IPsec.",
        ),
        (
            {"protocol": "iax", "port": 4569},
            "TLS doesn't run over UDP: use DTLS, QUIC or the encryption of app itself and declare it (`tls: true`), or put both "
            "ends in a tunnel.",
        ),
    ],
)
def test_a_protocol_without_tls_is_replaced_or_put_in_a_tunnel(call: dict[str, object], advice: str) -> None:
    text = model(
        "user: {kind: client}\nlb: {kind: reverse-proxy, runs_on: a}\napp: {kind: app-server, runs_on: b}\n"
        "db: {kind: database, runs_on: c}",
        f"user -> lb: https\nlb -> app: {{protocol: {call['protocol']}, port: {call['port']}}}\napp -> db: postgresql",
        "user -> lb: GET\nlb -> app: GET\napp -> db: SELECT",
        "{a: {}, b: {}, c: {}}",
    )
    # a proxy hands no request on over these
    rule = "plaintext-between-hosts" if call["protocol"] in LOOK_UPS else "tls-ends-early"
    after = fixed(text, rule)["connections"]
    assert (after["lb -> app"], after["app -> db"]) == (call, {"protocol": "postgresql", "tls": {"verify": True}})
    assert any(each.rule == rule and each.fix.endswith(advice) for each in all_findings(text))


@pytest.mark.parametrize(
    ("cache", "advice"),
    [
        ("product: varnish", "cache speaks no TLS: put a proxy that does beside it, such as Hitch or stunnel."),
        ("product: metallb", "cache passes connections on unread: TLS goes from its callers to what is behind it."),
        ("product: nginx", ""),
    ],
)
def test_the_rest_is_encrypted_where_a_part_takes_no_tls(cache: str, advice: str) -> None:
    text = model(
        f"user: {{kind: client}}\nlb: {{kind: load-balancer, runs_on: a}}\ncache: {{kind: reverse-proxy, {cache}, runs_on: b}}\n"
        "app: {kind: app-server, runs_on: c}\ndb: {kind: database, runs_on: d}",
        "user -> lb: https\nlb -> cache: http\ncache -> app: http\napp -> db: postgresql",
        "user -> lb: GET\nlb -> cache: GET\ncache -> app: GET\napp -> db: SELECT",
        "{a: {}, b: {}, c: {}, d: {}}",
    )
    (finding,) = (each for each in all_findings(text) if each.rule == "tls-ends-early")
    assert (finding.fix or "").endswith(advice)
    assert ("such as Hitch" in (finding.fix or "") or "unread" in (finding.fix or "")) is bool(advice)
    after = fixed(text, "tls-ends-early")["connections"]
    assert after["app -> db"] == {"protocol": "postgresql", "tls": {"verify": True}}
    assert (after["lb -> cache"] == "http") is bool(advice)


def test_a_websocket_is_named_by_its_encrypted_protocol() -> None:
    text = model(
        "user: {kind: client}\nlb: {kind: load-balancer, runs_on: a}\npush: {kind: service, runs_on: b}",
        "user -> lb: wss\nlb -> push: {protocol: ws, port: 8090}",
        "user -> lb: subscribe\nlb -> push: subscribe",
        "{a: {}, b: {}}",
    )
    after = fixed(text, "tls-ends-early")["connections"]["lb -> push"]
    assert after == {"protocol": "wss", "port": 8090, "tls": {"verify": True}}


@pytest.mark.parametrize(
    ("call", "after"),
    [
        ("{protocol: rtp, port: 5008}", {"protocol": "srtp", "port": 5008}),
        ("{protocol: rtp, port: 5008, tls: false}", {"protocol": "srtp", "port": 5008}),
        ("{protocol: telnet, port: 23, tls: false}", {"protocol": "ssh", "port": 22}),
        ("{protocol: http, port: 9000, tls: false}", {"protocol": "http", "port": 9000, "tls": True}),
    ],
)
@pytest.mark.parametrize("kind", ["external-service", "service, runs_on: b"])
def test_what_is_encrypted_under_another_name_gets_it_where_tls_is_denied(
    call: str, after: dict[str, object], kind: str
) -> None:
    text = model(
        f"studio: {{kind: service, runs_on: a}}\nhill: {{kind: {kind}}}",
        f"studio -> hill: {call}",
        "studio -> hill: sound",
        "{a: {}, b: {}}",
    )
    outside = kind == "external-service"
    done = fixed(text, "missing-tls" if outside else "plaintext-between-hosts")["connections"]["studio -> hill"]
    assert done == (after if outside or "tls" not in after else after | {"tls": {"verify": True}})


@pytest.mark.parametrize(
    ("product", "call", "spoken"),
    [
        ("product: flexlm", "{protocol: tcp, port: 27000, tls: false}", "FlexLM"),
        ("product: koha", "{protocol: tcp, port: 6001, tls: false}", "SIP2"),
        ("product: koha", "{protocol: tcp, port: 6002, tls: false}", ""),
        ("product: koha", "{protocol: tcp, tls: false}", ""),
        ("product: koha", "{protocol: mysql, port: 6001}", ""),
        ("", "{protocol: tcp, port: 27000, tls: false}", ""),
    ],
)
def test_what_programs_speak_without_tls_is_put_in_a_tunnel(product: str, call: str, spoken: str) -> None:
    text = model(
        f"agent: {{kind: worker, runs_on: a}}\nserver: {{kind: service, runs_on: b, {product}}}",
        f"agent -> server: {call}",
        "agent -> server: ask",
        "{a: {}, b: {}}",
    )
    assert (fixed(text, "plaintext-between-hosts") == yaml.safe_load(text)) is bool(spoken)
    (finding,) = (each for each in all_findings(text) if each.rule == "plaintext-between-hosts")
    advice = f" {spoken} has no TLS: put both ends in a tunnel (`tls: {{tunnel: …}}`)."
    assert (finding.fix or "").endswith(advice) is bool(spoken)


def test_smb_has_no_certificate_to_verify() -> None:
    text = model(
        f"{JOB}\napp: {{kind: app-server, runs_on: a}}\nfiles: {{kind: file-storage, runs_on: b}}",
        "job -> app: https\napp -> files: {protocol: smb, port: 445}",
        "job -> app: x\napp -> files: x",
        "{a: {}, b: {}}",
    )
    after = fixed(text, "plaintext-between-hosts")["connections"]["app -> files"]
    assert after == {"protocol": "smb", "port": 445, "tls": True}


def test_a_firewall_lets_in_a_known_caller_by_its_name() -> None:
    text = model(
        "github: {kind: external-service}\ngitlab: {kind: app-server, runs_on: a}",
        "github -> gitlab: {protocol: https, port: 443}",
        "github -> gitlab: POST",
        "{a: {}}",
    )
    assert added_rules(text) == [{"from": "github", "to": "gitlab", "ports": [443], "action": "allow"}]
    with_visitors = text.replace("components:\n", "components:\n  user: {kind: client}\n").replace(
        "connections:\n", "connections:\n  user -> gitlab: {protocol: https, port: 443}\n"
    )
    assert added_rules(with_visitors) == [{"from": "internet", "to": "gitlab", "ports": [443], "action": "allow"}]


def test_a_console_whose_exposure_is_accepted_gets_no_redirect_and_nothing_behind_it_changes() -> None:
    ports = "[{protocol: https, port: 443}, {protocol: http, port: 8080, admin: true}]"
    text = model(
        "user: {kind: client}\nlb: {kind: load-balancer, runs_on: a}\napp: {kind: app-server, runs_on: b}",
        f"user -> lb: {ports}\nlb -> app: {{protocol: http, port: 9000}}",
        "user -> lb: GET\nlb -> app: GET",
        "{a: {}, b: {}}",
    )
    text += (
        "accept: [{rule: exposed-admin, subject: user -> lb, reason: our offices have no fixed address, owner: ops}]\n"
    )
    assert "missing-tls" in {finding.rule for finding in all_findings(text)}
    assert fixed(text, "missing-tls") == yaml.safe_load(text)


def test_what_passes_packets_on_gets_no_redirect() -> None:
    text = model(
        "user: {kind: client}\nservice: {kind: load-balancer, product: kube-proxy, runs_on: a}\nweb: {kind: web-server, runs_on: a}",
        "user -> service: {protocol: http, port: 80}\nservice -> web: {protocol: http, port: 80}",
        "user -> service: GET\nservice -> web: GET",
        "{a: {}}",
    )
    assert fixed(text, "missing-tls")["connections"]["user -> service"] == {"protocol": "http", "port": 80}
    ends = text.replace("product: kube-proxy", "product: haproxy")
    assert fixed(ends, "missing-tls")["connections"]["user -> service"][0]["redirect"] == "https"


def test_tls_goes_to_the_port_on_which_the_target_takes_it_already() -> None:
    text = model(
        "lb: {kind: load-balancer, product: haproxy, runs_on: a}\napp: {kind: app-server, runs_on: b}\n"
        "wall: {kind: firewall, guards: [back], default: deny, rules: [{from: front, to: login, ports: [8080]}]}\n"
        "login: {kind: identity-provider, product: keycloak, runs_on: c}",
        "lb -> login: {protocol: http, port: 8080}\napp -> login: {protocol: https, port: 8443}",
        "lb -> login: POST\napp -> login: GET",
        HOSTS,
        NETWORKS,
    )
    after = fixed(text, "plaintext-between-hosts", "tls-ends-early")
    assert after["connections"]["lb -> login"] == {"protocol": "https", "port": 8443, "tls": {"verify": True}}
    assert after["components"]["wall"]["rules"][0]["ports"] == [8443]


@pytest.mark.parametrize(
    "others",
    ["{protocol: https, port: 8443, admin: true}", "[{protocol: https, port: 8443}, {protocol: https, port: 9443}]"],
)
def test_tls_stays_on_its_port_where_another_is_for_administrators_or_one_of_several(others: str) -> None:
    text = model(
        "lb: {kind: load-balancer, product: haproxy, runs_on: a}\napp: {kind: app-server, runs_on: b}\n"
        "login: {kind: identity-provider, product: keycloak, runs_on: c}",
        f"lb -> login: {{protocol: http, port: 8080}}\napp -> login: {others}",
        "lb -> login: POST\napp -> login: GET",
        HOSTS,
        NETWORKS,
    )
    assert fixed(text, "plaintext-between-hosts")["connections"]["lb -> login"]["port"] == 8080


def test_what_a_backup_reads_beside_a_database_is_not_encrypted_with_the_calls_of_others() -> None:
    text = model(
        "user: {kind: client}\nlb: {kind: load-balancer, product: haproxy, runs_on: a}\napp: {kind: app-server, runs_on: b}\n"
        "db: {kind: database, product: mysql, runs_on: c}\ndump: {kind: backup, product: mariabackup, runs_on: c, backs_up: [db]}",
        "user -> lb: https\nlb -> app: https\napp -> db: {protocol: mysql, port: 3306}\ndump -> db: mysql",
        "user -> lb: GET\nlb -> app: GET\napp -> db: SELECT",
        "{a: {}, b: {}, c: {}}",
    )
    after = fixed(text, "plaintext-between-hosts", "tls-ends-early")["connections"]
    assert after["app -> db"]["tls"] == {"verify": True}
    assert after["dump -> db"] == "mysql"


@pytest.mark.parametrize("name", ["Service web (kube-proxy)", "MetalLB"])
def test_what_passes_packets_on_may_say_so_by_its_name_and_begins_no_tls(name: str) -> None:
    text = model(
        f"user: {{kind: client}}\nservice: {{kind: load-balancer, name: {name}, runs_on: a}}\nweb: {{kind: web-server, runs_on: b}}",
        "user -> service: {protocol: http, port: 80}\nservice -> web: {protocol: http, port: 80}",
        "user -> service: GET\nservice -> web: GET",
        "{a: {}, b: {}}",
    )
    assert fixed(text, "missing-tls", "plaintext-between-hosts") == yaml.safe_load(text)
    ends = text.replace(f"name: {name}", "name: The balancer")
    assert fixed(ends, "missing-tls")["connections"]["service -> web"]["protocol"] == "https"


@pytest.mark.parametrize(
    ("product", "port", "others", "number"),
    [
        ("clickhouse", 8123, "", 8443),
        ("Tomcat", 8080, "", 8443),
        ("nodejs", 8080, "", 8080),
        ("tomcat", 8090, "", 8090),
        ("tomcat", 8080, "admin -> app: {protocol: ssh, port: 8443, admin: true}", 8080),
    ],
)
def test_a_product_that_listens_for_tls_elsewhere_is_called_there(
    product: str, port: int, others: str, number: int
) -> None:
    text = model(
        "lb: {kind: load-balancer, product: haproxy, runs_on: a}\nadmin: {kind: bastion, runs_on: c}\n"
        f"app: {{kind: app-server, product: {product}, runs_on: b}}\n"
        f"wall: {{kind: firewall, guards: [back], default: deny, rules: [{{from: front, to: app, ports: [{port}]}}]}}",
        f"lb -> app: {{protocol: http, port: {port}}}\n{others}",
        "lb -> app: GET",
        HOSTS,
        NETWORKS,
    )
    after = fixed(text, "plaintext-between-hosts")
    assert after["connections"]["lb -> app"] == {"protocol": "https", "port": number, "tls": {"verify": True}}
    assert after["components"]["wall"]["rules"][0]["ports"] == [number]


@pytest.mark.parametrize(
    ("product", "protocol", "port", "number"),
    [
        ("dax", "tcp", 8111, 9111),
        ("google-memorystore", "redis", 6379, 6378),
        ("memorystore-for-redis", "redis", 6379, 6378),
        ("memorystore-valkey", "redis", 6379, 6379),
        ("Google Cloud Memorystore for Valkey", "redis", 6379, 6379),
        ("redis", "redis", 6379, 6380),
        ("amazon-elasticache", "redis", 6379, 6379),
        ("aws-msk", "kafka", 9092, 9094),
        ("ceph", "tcp", 6789, 3300),
        ("dax", "tcp", 8222, 8222),
    ],
)
def test_a_store_that_listens_for_tls_elsewhere_is_called_there(
    product: str, protocol: str, port: int, number: int
) -> None:
    text = model(
        f"app: {{kind: app-server, runs_on: a}}\ncarts: {{kind: cache, product: {product}, managed: true}}",
        f"app -> carts: {{protocol: {protocol}, port: {port}, tls: false}}",
        "app -> carts: GET",
        HOSTS,
        NETWORKS,
    )
    after = fixed(text, "plaintext-between-hosts")["connections"]["app -> carts"]
    assert after == {"protocol": protocol, "port": number, "tls": {"verify": True}}


@pytest.mark.parametrize(
    ("protocol", "port", "other", "number"),
    [
        ("hl7", 6661, "{protocol: hl7, port: 6662, tls: true}", 6661),
        ("mysql", 3306, "{protocol: mysql, port: 3307, tls: true}", 3306),
        ("http", 8080, "{protocol: https, port: 8443}", 8443),
        # measurements have a listener of their own
        ("http", 8080, "{protocol: https, port: 9443}", 8080),
        ("http", 80, "{protocol: https, port: 9443}", 443),
        ("http", 80, "{protocol: https, port: 443}", 443),
        # 443 is the port beside 80
        ("http", 8080, "{protocol: https, port: 443}", 8080),
        # two that were chosen are two listeners
        ("http", 7351, "{protocol: https, port: 7350}", 7351),
        ("http", 8080, "{protocol: https, port: 9443, admin: true}", 8080),
        ("mqtt", 1883, "{protocol: mqtt, port: 9883, tls: true}", 9883),
        # the encrypted form has a name of its own
        ("ldap", 389, "{protocol: ldaps, port: 636}", 636),
        ("imap", 143, "{protocol: imaps, port: 993}", 993),
    ],
)
def test_the_tls_port_of_another_caller_is_taken_where_the_protocol_has_one_of_its_own(
    protocol: str, port: int, other: str, number: int
) -> None:
    text = model(
        "app: {kind: app-server, runs_on: a}\nlab: {kind: service, runs_on: c}\nhub: {kind: service, runs_on: b}\n"
        f"wall: {{kind: firewall, guards: [back], default: deny, rules: [{{from: app, to: hub, ports: [{port}]}}]}}",
        f"app -> hub: {{protocol: {protocol}, port: {port}}}\nlab -> hub: {other}",
        "app -> hub: x",
        HOSTS,
        NETWORKS,
    )
    after = fixed(text, "plaintext-between-hosts")
    assert after["connections"]["app -> hub"].get("port") == number
    assert after["components"]["wall"]["rules"][0]["ports"] == [number]


@pytest.mark.parametrize(
    ("beside", "left"),
    [
        ("{protocol: tcp, port: 443}", True),
        ("{protocol: https, port: 443, admin: true}", True),
        ("{protocol: https, port: 443}", False),
        # one listener has all of these
        ("{protocol: wss, port: 443}", False),
        ("{protocol: http3, port: 443}", False),
        ("{protocol: grpc, port: 443, tls: true}", False),
        ("{protocol: wss, port: 443, admin: true}", True),
        ("{protocol: tcp, port: 8443}", False),
    ],
)
@pytest.mark.parametrize("source", ["visitor", "app"])
def test_the_usual_port_of_another_listener_is_left_to_it(source: str, beside: str, left: bool) -> None:
    """Two protocols can't listen on one port, and visitors aren't sent to a console's."""
    text = model(
        "visitor: {kind: client}\napp: {kind: app-server, runs_on: a}\nlab: {kind: service, runs_on: c}\nhub: {kind: service, runs_on: b}",
        f"{source} -> hub: {{protocol: http, port: 80}}\nlab -> hub: {beside}",
        f"{source} -> hub: x",
        HOSTS,
        NETWORKS,
    )
    after = fixed(text, "plaintext-between-hosts", "missing-tls")
    assert (after["connections"] == yaml.safe_load(text)["connections"]) is left


@pytest.mark.parametrize(("tls", "left"), [("false", True), ("true", False)])
def test_what_has_no_tls_over_the_internet_is_left_to_people(tls: str, left: bool) -> None:
    text = model(
        "player: {kind: client}\nmatch: {kind: app-server, runs_on: a}\ndb: {kind: database, runs_on: b}",
        f"player -> match: [{{protocol: udp, port: 7777, tls: {tls}}}, {{protocol: tcp, port: 7778, tls: false}}]\nmatch -> db: mysql",
        "player -> match: x\nmatch -> db: INSERT",
        "{a: {}, b: {}}",
    )
    assert (fixed(text, "missing-tls") == yaml.safe_load(text)) is left


def test_a_relay_of_media_is_left_to_people() -> None:
    text = model(
        "phone: {kind: client}\nrelay: {kind: service, runs_on: a}\ndb: {kind: database, runs_on: b}",
        "phone -> relay: turn\nrelay -> db: mysql",
        "phone -> relay: x\nrelay -> db: INSERT",
        "{a: {}, b: {}}",
    )
    assert [finding.changes for finding in all_findings(text) if finding.rule == "missing-tls"] == [()]


@pytest.mark.parametrize(
    ("rules", "after"),
    [
        ("[{from: internet, to: lb, ports: [443, 8404]}, {from: office, to: lb, ports: [8404]}]", [[443], [8404]]),
        ("[{from: internet, to: lb, ports: [8404]}, {from: internet, ports: [443, https]}]", [[443, "https"]]),
        ("[{from: internet, ports: [443, 8000-9000]}]", [[443, "8000-9000"]]),
        ("[{from: internet, to: lb, ports: [tcp/443, tcp/8404]}]", [["tcp/443"]]),
        ("[{from: internet, to: [lb, web], ports: [443, 8404]}]", [[443]]),
        ("[{from: internet, to: lb, ports: [443, 8404]}, {from: internet, to: web, ports: [8404]}]", [[443], [8404]]),
    ],
)
def test_a_port_of_administrators_is_taken_out_of_the_rules_too(rules: str, after: list[list[object]]) -> None:
    text = model(
        "user: {kind: client}\nadmin: {kind: client, network: office}\nlb: {kind: load-balancer, runs_on: [a, b]}\n"
        f"web: {{kind: web-server, runs_on: [a, b]}}\nwall: {{kind: firewall, guards: [a, b], default: deny, rules: {rules}}}",
        "user -> lb: [{protocol: https, port: 443}, {protocol: http, port: 8404, admin: true}]\n"
        "admin -> lb: {protocol: https, port: 8404, admin: true}\nlb -> web: https",
        "user -> lb: {message: x, protocol: https}\nlb -> web: y",
        "{a: {}, b: {}}",
        "networks: {office: {trust: private}}\n",
    )
    document = fixed(text, "exposed-admin")
    assert document["connections"]["user -> lb"] == [{"protocol": "https", "port": 443}]
    assert [rule["ports"] for rule in document["components"]["wall"]["rules"]] == after


def test_replicas_keep_the_port_on_which_they_talk_to_each_other() -> None:
    text = model(
        "app: {kind: app-server, runs_on: a}\ndb: {kind: database, product: cassandra, runs_on: [b, c], replication: {writers: all}}",
        "app -> db: {protocol: cassandra, port: 9142, tls: true}\ndb -> db: {protocol: cassandra, port: 7000, required: false}",
        "app -> db: INSERT",
        HOSTS,
        NETWORKS,
    )
    after = fixed(text, "plaintext-between-hosts")["connections"]["db -> db"]
    assert (after["port"], after["tls"]) == (7000, {"verify": True})


def test_steps_name_the_encrypted_protocol_of_a_connection_with_several_ports() -> None:
    text = model(
        f"{JOB}\nlb: {{kind: load-balancer, managed: true, replicas: 2}}\nweb: {{kind: service, runs_on: [a, b]}}",
        "job -> lb: https\nlb -> web: [{protocol: http, port: 80}, {protocol: ssh, port: 22}]",
        "job -> lb: x\n"
        "lb -> web: {message: one, protocol: http}\n"
        "lb -> web: {message: two, protocol: ssh}\n"
        "opt: {when: known, steps: [{lb  ->  web: {message: three, protocol: http}}]}\n"
        "alt: [{when: a, steps: [{lb -> web@a: {message: four, protocol: http}}]}, {when: b, steps: [{job -> lb: five}]}]",
        "{a: {}, b: {}}",
    )
    steps = fixed(text, "tls-ends-early")["flows"]["work"]["steps"]
    assert steps[1]["lb -> web"]["protocol"] == "https"
    assert steps[2]["lb -> web"]["protocol"] == "ssh"
    assert steps[3]["opt"]["steps"][0]["lb  ->  web"]["protocol"] == "https"
    assert steps[4]["alt"][0]["steps"][0]["lb -> web@a"]["protocol"] == "https"


@pytest.mark.parametrize(
    ("plain", "number", "secured", "other"),
    [("sip", 5060, "sips", 5061), ("mqtt", 1883, "mqtts", 8883), ("amqp", 5672, "amqps", 5671)],
)
def test_the_encrypted_form_under_its_own_name_is_the_same_listener(
    plain: str, number: int, secured: str, other: int
) -> None:
    text = model(
        f"{JOB}\napp: {{kind: service, runs_on: a}}\nlab: {{kind: service, runs_on: c}}\nhub: {{kind: service, runs_on: b}}",
        f"job -> app: https\napp -> hub: {{protocol: {plain}, port: {number}}}\nlab -> hub: {{protocol: {secured}, port: {other}}}",
        "job -> app: x\napp -> hub: x",
        HOSTS,
        NETWORKS,
    )
    after = fixed(text, "plaintext-between-hosts")["connections"]["app -> hub"]
    assert (after["protocol"], after["port"]) == (plain, other)
