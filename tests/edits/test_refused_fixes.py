"""Fixes that are refused, with the reason, and fixes that only uncover what the model had before."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from archgen.app.findings.apply_fixes import FixedModel, apply_fixes, checker, refusal_words
from archgen.app.models import check_models
from archgen.app.workspace.inputs import Input
from archgen.cli import main
from archgen.linting.checked_model import Model
from archgen.linting.policy import Policy
from archgen.model.change import Put
from archgen.rules.data.colocated_backup import RULE as COLOCATED_BACKUP
from archgen.rules.reliability.fragile_quorum import RULE as FRAGILE_QUORUM
from archgen.rules.reliability.overloaded_host import RULE as OVERLOADED
from archgen.rules.reliability.single_point_of_failure import RULE as SINGLE_POINT
from archgen.rules.reliability.single_writer_database import RULE as SINGLE_WRITER
from archgen.rules.reliability.untracked_failover import RULE as UNTRACKED
from archgen.rules.security.plaintext_between_hosts import RULE as PLAINTEXT
from archgen.rules.security.tls_ends_early import RULE as TLS_ENDS_EARLY

TODAY = "2026-11-29"

SITES = """\
archgen: 1
name: A gateway in each site
zones: {main: {kind: datacenter}, clinic: {kind: datacenter}}
networks: {em: {trust: dmz}, ec: {trust: dmz}}
hosts: {fw-main: {zone: main, network: em}, fw-clinic: {zone: clinic, network: ec}}
components:
  doctor: {kind: client, network: ec}
  vpn-main: {kind: router, product: strongswan, runs_on: fw-main}
  vpn-clinic: {kind: router, product: strongswan, runs_on: fw-clinic}
  web: {kind: service, replicas: 2}
connections:
  doctor -> vpn-clinic: https
  vpn-clinic -> vpn-main: ipsec
  vpn-main -> web: https
flows:
  open: {access: read, steps: [doctor -> vpn-clinic: GET, vpn-clinic -> vpn-main: GET, vpn-main -> web: GET]}
"""


def fixes(text: str, *rules: str) -> FixedModel:
    source = Input("a.arch.yaml", text.encode())
    return apply_fixes(source.data or b"", checker(source, Policy(), TODAY), lambda finding: finding.rule in rules)


def test_a_loss_that_took_the_same_flows_down_before_is_not_brought() -> None:
    """Each site was a single point before; a second gateway beside the first one gives that another finding."""
    # a service on both sites: nobody means the loss of one to take it down
    spread = "w-1: {zone: main, network: em}, w-2: {zone: clinic, network: ec}, fw-main"
    sites = SITES.replace("fw-main", spread, 1).replace("replicas: 2", "runs_on: [w-1, w-2]")
    done = fixes(sites, "single-point-of-failure")
    assert done.refusals == ()
    assert [finding.subject.id for finding in done.findings] == ["fw-main", "fw-clinic"]
    after = checker(Input("a.arch.yaml", done.data), Policy(), TODAY)(done.data)
    assert {"main", "clinic"} <= {finding.subject.id for finding in after.findings if finding.severity == "error"}


def test_a_zone_that_took_down_the_monitoring_and_its_flows_before_is_not_brought() -> None:
    """The rule compares with another zone of the kind, which there is only once the fix declares one."""
    text = """\
archgen: 1
name: The only power feed
zones: {feed: {kind: power}}
hosts: {a-1: {zone: feed}, d-1: {zone: feed}, m-1: {zone: feed}}
components:
  user: {kind: client}
  app: {kind: app-server, runs_on: a-1}
  db: {kind: database, runs_on: d-1}
  prom: {kind: monitoring, runs_on: m-1, collects: [{from: [app, db], what: [metrics]}]}
connections: {user -> app: https, app -> db: postgresql}
flows:
  read: {access: read, steps: [user -> app: GET, app -> db: SELECT]}
"""
    check = checker(Input("a.arch.yaml", text.encode()), Policy(), TODAY)
    done = apply_fixes(text.encode(), check, lambda finding: finding.subject.id == "a-1")
    assert [finding.rule for finding in done.findings] == ["single-point-of-failure"]
    after = checker(Input("a.arch.yaml", done.data), Policy(), TODAY)(done.data)
    assert "monitoring-shares-fate" in {finding.rule for finding in after.findings}


def test_a_fix_that_is_not_enough_says_what_is_left() -> None:
    """The fix of a rule of somebody else renames the model, which adds nothing to what it asks for."""
    rule = replace(UNTRACKED, mend=lambda context, hit: (Put(("name",), "Another name"),))

    def judged(data: bytes) -> Model:
        return check_models((Input("a.arch.yaml", data),), TODAY, rules=(rule,))[0]

    done = apply_fixes(SITES.encode(), judged, lambda finding: True)
    reasons = [refusal_words(refusal) for _, refusal in done.refusals]
    assert done.data == SITES.encode()
    assert reasons
    assert all(reason.startswith("isn't enough: Nothing is declared that moves ") for reason in reasons)


def test_a_fix_that_cannot_be_written_says_so() -> None:
    """A list has no key."""
    rule = replace(UNTRACKED, mend=lambda context, hit: (Put(("flows", "open", "steps", "first"), "vpn"),))

    def judged(data: bytes) -> Model:
        return check_models((Input("a.arch.yaml", data),), TODAY, rules=(rule,))[0]

    done = apply_fixes(SITES.encode(), judged, lambda finding: True)
    assert {refusal_words(refusal) for _, refusal in done.refusals} == {"can't be written"}


def test_a_fix_that_others_leave_nothing_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.arch.yaml").write_text(SITES, "utf-8")
    main(["lint", "--diff", "--unsafe-fixes", "a.arch.yaml"])
    assert (
        "the fix of untracked-failover of web has nothing to change after the others, and the finding stands"
        in capsys.readouterr().err
    )


def test_no_backup_is_added_that_misses_the_objective_by_its_own_interval() -> None:
    text = """\
archgen: 1
name: A directory
hosts: {l1: {}, l2: {}}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  ldap: {kind: identity-provider, product: openldap, runs_on: [l1, l2], replication: {writers: all, mode: asynchronous}}
connections: {job -> ldap: ldaps}
flows: {sign-in: {access: read, steps: [job -> ldap: bind]}}
objectives: {recovery_point: 1m}
"""
    assert fixes(text, "missing-backup").data == text.encode()
    hourly = fixes(text.replace("1m", "1h"), "missing-backup")
    assert [finding.rule for finding in hourly.left] == ["missing-backup"]
    assert b"every: 1h" in hourly.data


def test_work_that_waits_for_a_host_which_took_down_its_flow_is_said_to_be_left() -> None:
    text = """\
archgen: 1
name: A worker beside what takes its flow down
hosts: {s-1: {}}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  web: {kind: app-server, runs_on: s-1}
  q: {kind: queue, product: sqs, managed: true}
  mail: {kind: worker, runs_on: s-1}
connections: {job -> web: https, web -> q: https, q -> mail: {protocol: https, async: true}}
flows: {buy: {steps: [job -> web: POST, web -> q: put, q -> mail: get]}}
objectives: {recovery_time: 30m}
"""
    done = fixes(text, "single-point-of-failure")
    assert [finding.subject.id for finding in done.findings] == ["s-1"]
    assert [finding.message.partition(":")[0] for finding in done.left] == [
        "Work of buy waits for the repair of s-1 (with mail)"
    ]


def test_a_fix_that_would_bring_a_finding_says_which_and_why() -> None:
    text = """\
archgen: 1
name: A database over two rooms
zones: {r1: {kind: datacenter}, r2: {kind: datacenter}}
hosts: {d1: {zone: r1}, d2: {zone: r2}}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  db: {kind: database, product: postgresql, runs_on: [d1, d2], replication: {primary: d1, failover: manual}}
connections: {job -> db: {protocol: postgresql, tls: true}}
flows: {order: {access: write, steps: [job -> db: INSERT]}}
"""
    rule = replace(SINGLE_WRITER, mend=lambda context, hit: (Put(("components", "db", "quorum"), "majority"),))

    def judged(data: bytes) -> Model:
        return check_models((Input("a.arch.yaml", data),), TODAY, rules=(rule, FRAGILE_QUORUM))[0]

    ((_, refusal),) = apply_fixes(text.encode(), judged, lambda finding: True).refusals
    assert refusal_words(refusal).startswith("would bring fragile-quorum of db: The quorum of db is fragile")


STORAGE = """\
archgen: 1
name: A program on a block device
hosts: {lb-1: {}, app-1: {}, san-1: {}}
components:
  user: {kind: client}
  lb: {kind: load-balancer, product: haproxy, runs_on: lb-1}
  app: {kind: app-server, runs_on: app-1}
  san: {kind: file-storage, runs_on: san-1}
connections: {user -> lb: https, lb -> app: http, app -> san: iscsi}
flows: {order: {access: write, steps: [user -> lb: GET, lb -> app: POST, app -> san: write]}}
"""


def test_what_cannot_be_encrypted_keeps_nothing_else_from_it() -> None:
    """A volume over iSCSI was behind the end of TLS; it is one of the plaintext calls inside once the rest is encrypted."""
    done = fixes(STORAGE, "tls-ends-early")
    assert done.refusals == ()
    assert b"lb -> app: {protocol: https, tls: {verify: true}}" in done.data
    assert b"app -> san: iscsi" in done.data
    assert [(each.rule, each.subject.id) for each in done.left] == [("plaintext-between-hosts", "app -> san")]


def test_a_second_call_in_plaintext_is_brought() -> None:
    rule = replace(
        TLS_ENDS_EARLY,
        mend=lambda context, hit: (
            Put(("connections", "lb -> app"), {"protocol": "https", "tls": True}),
            Put(("connections", "lb -> san"), "iscsi"),
        ),
    )

    def judged(data: bytes) -> Model:
        return check_models((Input("a.arch.yaml", data),), TODAY, rules=(rule, PLAINTEXT))[0]

    ((_, refusal),) = apply_fixes(STORAGE.encode(), judged, lambda finding: finding.rule == rule.id).refusals
    assert refusal is not None
    assert [each.rule for each in refusal.brought] == ["plaintext-between-hosts"]


ALONE = """\
archgen: 1
name: One server
hosts: {server: {}}
components:
  user: {kind: client}
  nginx: {kind: web-server, product: nginx, runs_on: server}
  app: {kind: app-server, runs_on: server, sessions: none}
  db: {kind: database, product: postgresql, runs_on: server}
connections: {user -> nginx: https, nginx -> app: http, app -> db: postgresql}
flows: {order: {access: write, steps: [user -> nginx: GET, nginx -> app: GET, app -> db: INSERT]}}
"""


def test_a_call_that_leaves_its_host_by_a_fix_is_encrypted_with_it() -> None:
    done = fixes(ALONE, "single-writer-database")
    assert done.refusals == ()
    assert b"app -> db: {protocol: postgresql, tls: {verify: true}}" in done.data
    assert b"nginx -> app: http," in done.data


def test_a_server_beside_a_full_one_may_be_as_full() -> None:
    """The only server has the web server, the application and the database, and so has one that takes over for it."""
    done = fixes(ALONE, "single-point-of-failure", "single-writer-database")
    assert done.refusals == ()
    assert b"app: {kind: app-server, runs_on: [server, server-2]" in done.data
    apart = ALONE.replace("{server: {}}", "{server: {}, db-1: {}}").replace(
        "postgresql, runs_on: server", "postgresql, runs_on: db-1"
    )
    rule = replace(SINGLE_POINT, mend=lambda context, hit: (Put(("components", "db", "runs_on"), "server"),))

    def judged(data: bytes) -> Model:
        return check_models((Input("a.arch.yaml", data),), TODAY, rules=(rule, OVERLOADED))[0]

    ((_, refusal),) = apply_fixes(apart.encode(), judged, lambda finding: finding.subject.id == "db-1").refusals
    assert refusal is not None
    assert [each.rule for each in refusal.brought] == ["overloaded-host"]


def test_a_host_that_a_fix_adds_is_monitored_as_the_others_are() -> None:
    text = """\
archgen: 1
name: A backup beside its source
hosts: {d-1: {}}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  db: {kind: database, product: postgresql, runs_on: d-1}
  dump: {kind: backup, runs_on: d-1, backs_up: [db]}
  agent: {kind: monitoring-agent, runs_on: d-1, collects: [{what: [metrics, logs]}]}
  mon: {kind: monitoring, managed: true, alerts: [ops]}
connections: {job -> db: {protocol: postgresql, tls: true}, agent -> mon: https}
flows: {nightly: {steps: [job -> db: SELECT]}}
"""
    done = fixes(text, "colocated-backup")
    assert done.refusals == ()
    assert b"dump: {kind: backup, runs_on: backup-host" in done.data
    assert b"agent: {kind: monitoring-agent, runs_on: [d-1, backup-host]" in done.data


def test_one_of_several_replicas_that_float_gets_no_host_of_its_own() -> None:
    text = """\
archgen: 1
name: A backup that floats
hosts: {a: {}, b: {}}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  db: {kind: database, runs_on: [a, b], replication: {writers: all}}
  dump: {kind: backup, runs_on: {any: [a, b]}, replicas: 2, backs_up: [db], cluster: {active: dump#1}}
connections:
  job -> db: mysql
  dump -> db: mysql
flows:
  nightly: {steps: [job -> db: INSERT]}
"""
    (model,) = check_models((Input("floats.arch.yaml", text.encode()),), TODAY, rules=(COLOCATED_BACKUP,))
    assert [finding.changes for finding in model.findings] == [()]
    alone = text.replace(", replicas: 2, backs_up: [db], cluster: {active: dump#1}", ", backs_up: [db]")
    (model,) = check_models((Input("floats.arch.yaml", alone.encode()),), TODAY, rules=(COLOCATED_BACKUP,))
    assert all(finding.changes for finding in model.findings)
