"""Fixes of findings: each is proved on its rule's own example, and nothing else of the text changes."""

from __future__ import annotations

import difflib
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from archgen.app.findings.apply_fixes import apply_fixes, checker
from archgen.app.workspace.inputs import Input
from archgen.cli import main
from archgen.language.load import load
from archgen.language.write.patch import PatchError, apply_changes
from archgen.linting.checked_model import CheckedModel, Model
from archgen.linting.policy import Policy
from archgen.linting.rule import Rule
from archgen.model.change import Append, Change, Put, Remove
from archgen.model.finding import Finding
from archgen.rules import BY_NAME, RULES
from tests.edits.fixed_models import NAME, TODAY, judged
from tests.examples import examples
from tests.paths import ROOT

FIXABLE = [rule for rule in RULES if rule.mend is not None or rule.harmless]
MODEL = """\
# the shop
archgen: 1
name: Shop  # short

hosts:
  web-1: {}   # the first
  # web-0 is gone
  web-2:
  spare: {}

components:
  user: {kind: client}
  lb:
    kind: load-balancer   # both of them
    managed: true
    balance: round-robin
  web:
    kind: web-server
    runs_on:
      - web-1   # old
      - web-2
    why: |
      Answers.

  # no database yet
connections:
  user->lb: http  # in clear
"""
MODEL = MODEL.replace("user->lb", "user  ->  lb")


def changed(before: str, *changes: Change) -> list[str]:
    """The lines that a change takes out and puts in."""
    after = apply_changes(before, changes)
    load(NAME, after.encode())
    told = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in told if line[:1] in "+-" and line[:3] not in ("+++", "---")]


# The rules


@pytest.mark.parametrize("rule", FIXABLE, ids=lambda rule: rule.id)
def test_a_fix_of_the_bad_example_holds(rule: Rule) -> None:
    before = judged(rule.bad, rule)
    own = {one.fingerprint: one for one in before.findings if one.rule == rule.id and one.fixable}
    assert own, "a rule that offers a fix shows it on its own example"
    for name, finding in own.items():
        after = judged(apply_changes(rule.bad, finding.changes), rule)
        assert isinstance(after, CheckedModel)
        left = next((one for one in after.findings if one.fingerprint == name), None)
        # a backup that is new has not been restored yet: of that finding a warning is left
        assert left is None or (finding.severity, left.severity) == ("error", "warning")
        errors = {one.fingerprint for one in before.findings if one.severity == "error"}
        assert [one for one in after.findings if one.severity == "error" and one.fingerprint not in errors] == []


@pytest.mark.parametrize("rule", FIXABLE, ids=lambda rule: rule.id)
def test_a_fix_keeps_every_comment_and_most_lines(rule: Rule) -> None:
    for finding in judged(rule.bad, rule).findings:
        if finding.rule == rule.id and finding.changes and not isinstance(finding.changes[0], Remove):
            after = apply_changes(rule.bad, finding.changes)
            kept = [line.strip() for line in after.splitlines() if "#" in line]
            assert [line.partition("#")[2] for line in kept] == [
                line.partition("#")[2] for line in rule.bad.splitlines() if "#" in line
            ]


def everything(model: str) -> tuple[bytes, tuple[Finding, ...]]:
    data = model.encode()
    done = apply_fixes(data, checker(Input(NAME, data), Policy(), TODAY), lambda one: True)
    return done.data, done.findings


@pytest.mark.parametrize("number", ["1", "2", "3", "4"])
def test_the_reference_models_lose_errors_and_get_none(number: str) -> None:
    (file,) = (ROOT / "models").glob(f"{number}-*.arch.yaml")
    text = file.read_text(encoding="utf-8").replace("follows: ", "# follows: ")
    data, findings = everything(text)
    before = {one.fingerprint for one in judged(text).findings if one.severity == "error"}
    after = {one.fingerprint for one in judged(data.decode()).findings if one.severity == "error"}
    assert findings
    assert after < before
    # done once, there is nothing more to do
    assert everything(data.decode())[0] == data


@pytest.mark.parametrize(
    ("name", "before", "after", "lines"),
    [
        # a port among `ports`, and one that a flow takes, or that is the only one
        ("exposed-admin", "[{protocol: https, port: 443}, {protocol: https, port: 8404, admin: true}]",
         "{ports: [{protocol: https, port: 443}, {protocol: https, port: 8404, admin: true}]}",
         ["  user -> lb: {ports: [{protocol: https, port: 443}]}  # finding: exposed-admin"]),
        ("exposed-admin", "[{protocol: https, port: 443}, {protocol: https, port: 8404, admin: true}]",
         "[{protocol: https, port: 8404, admin: true}, {protocol: https, port: 443}]", []),
        ("exposed-admin", "[{protocol: https, port: 443}, {protocol: https, port: 8404, admin: true}]",
         "{protocol: https, port: 8404, admin: true}", []),
        # a balancer that sees no cookies
        ("mismatched-stickiness", "lb -> api: https", "lb -> api: tcp", []),
        ("mismatched-stickiness", "lb -> api: https", "lb -> api: {protocol: https, tls: pass-through}", []),
        ("mismatched-stickiness", "balance: round-robin", "balance: {algorithm: round-robin, weights: {api: 0}}", []),
        # as many as the load needs and one more, and none more of what keeps data
        ("over-capacity", "demand: 300/s", "demand: 950/s",
         ["  api: {kind: external-service, managed: true, replicas: 11, capacity: 100/s}  # finding: over-capacity"]),
        ("over-capacity", "managed: true, replicas: 2, capacity: 100/s", "managed: true, capacity: 100/s", []),
        ("over-capacity", "external-service, managed: true, replicas: 2, capacity",
         "database, managed: true, replicas: 2, replication: {writers: all}, capacity", []),
        # figures of others
        ("unmeasured-requests", "[{from: site, what: [metrics, logs], measures: [cpu, memory]}]",
         "[{from: user, what: [metrics], measures: [cpu]}, {from: site, what: [events], measures: [crashes]}]",
         ["    collects: [{from: user, what: [metrics], measures: [cpu]}, "
          "{from: site, what: [events], measures: [crashes, requests-per-second]}]"]),
    ],
)  # fmt: skip
def test_a_fix_is_offered_where_it_is_sure(name: str, before: str, after: str, lines: list[str]) -> None:
    rule = BY_NAME[name]
    assert before in rule.bad
    text = rule.bad.replace(before, after)
    (finding,) = [one for one in judged(text, rule).findings if one.rule == name]
    assert bool(finding.changes) is bool(lines)
    if lines:
        written = apply_changes(text, finding.changes)
        assert [line for line in written.splitlines() if line not in text.splitlines()] == lines
        assert name not in {one.rule for one in judged(written, rule).findings}


# The text


@pytest.mark.parametrize(
    ("change", "lines"),
    [
        (Put(("hosts", "web-3"), {}), ["+  web-3: {}"]),
        (Put(("hosts", "web-2", "address"), "192.0.2.1"), ["-  web-2:", "+  web-2: {address: 192.0.2.1}"]),
        (
            Put(("hosts", "web-1", "owner"), "yes: no #"),
            ["-  web-1: {}   # the first", '+  web-1: {owner: "yes: no #"}   # the first'],
        ),
        (Append(("components", "web", "runs_on"), "spare"), ["+      - spare"]),
        (
            Put(("components", "lb", "balance", "health_check"), "GET /"),
            ["-    balance: round-robin", "+    balance: {algorithm: round-robin, health_check: GET /}"],
        ),
        (Put(("components", "web", "owner"), "null"), ['+    owner: "null"']),
        (Put(("components", "lb", "managed"), False), ["-    managed: true", "+    managed: false"]),
        (
            Put(("connections", "user -> lb", 0, "protocol"), "https"),
            ["-  user  ->  lb: http  # in clear", "+  user  ->  lb: https  # in clear"],
        ),
        (
            Put(("connections", "user -> lb", "timeout"), "2s"),
            ["-  user  ->  lb: http  # in clear", "+  user  ->  lb: {protocol: http, timeout: 2s}  # in clear"],
        ),
        (Put(("connections", "lb -> web"), "http"), ["+  lb -> web: http"]),
        (
            Append(("accept",), {"rule": "missing-tls", "subject": "user -> lb", "reason": "It's a pilot"}),
            ["+", "+accept:", "+  - {rule: missing-tls, subject: user -> lb, reason: It's a pilot}"],
        ),
        (Put(("zones", "dc-1"), {"kind": "datacenter"}), ["+", "+zones:", "+  dc-1: {kind: datacenter}"]),
    ],
)
def test_a_change_is_written_in_its_place(change: Change, lines: list[str]) -> None:
    assert changed(MODEL, change) == lines
    assert changed(MODEL.replace("\n", "\r\n"), change) == lines


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("{a: &x {b: 1}, c: *x}", Put(("c", "b"), 2)),
        ("a: [&x {b: 1}, *x]", Put(("a", 1, "b"), 2)),
        ("a:\n  b: &x 1\n  c: *x\n", Put(("a", "d"), 2)),
        ("a:\n- &x 1\n- *x\n", Append(("a",), 2)),
        ("hosts: {}", Put(("hosts", "web", "owner"), "x")),
        ("hosts:\n  a:\n    owner: x\n", Put(("hosts",), {})),
        ("hosts: {a: {\n # why\n}}", Put(("hosts", "a"), "x")),
        ("a: |\n  text\n", Put(("a",), "x")),
        ("a: [1]", Remove(("b",))),
        ("a: [1]", Put(("a", 3), 1)),
        ("[a]", Put(("a",), 1)),
        ("connections: {a -> b: http}", Put(("connections", "a -> b", 1, "port"), 1)),
        ("components: {a: {runs_on: {any: [x]}}}", Append(("components", "a", "runs_on"), "y")),
    ],
)
def test_what_cannot_be_written_in_its_place_is_refused(text: str, change: Change) -> None:
    with pytest.raises(PatchError):
        apply_changes(text, (change,))


def test_items_go_with_their_comments_and_the_last_one_with_its_key() -> None:
    text = "a:\n  - 1  # one\n  - 2\nb: [1, 2, 3]\nc: {x: 1, y: 2}\n"
    assert apply_changes(text, (Remove(("a", 0)),)) == "a:\n  - 2\nb: [1, 2, 3]\nc: {x: 1, y: 2}\n"
    assert apply_changes(text, (Remove(("b", 2)), Remove(("b", 0)))) == text.replace("[1, 2, 3]", "[2]")
    assert apply_changes(text, (Remove(("c", "x")),)) == text.replace("x: 1, ", "")
    assert apply_changes(text, (Remove(("a", 1)), Remove(("a", 0)))) == "b: [1, 2, 3]\nc: {x: 1, y: 2}\n"


@examples(200)
@given(
    st.dictionaries(st.text(max_size=8), st.text(max_size=8) | st.integers() | st.booleans(), min_size=1, max_size=4),
    st.booleans(),
)
def test_any_value_is_read_back(value: dict[str, str | int | bool], block: bool) -> None:
    text = "a:\n  b: 1\n" if block else "a: {b: 1}\n"
    made = yaml.load(apply_changes(text, (Put(("a", "new"), value),)), Loader=yaml.BaseLoader)
    assert made["a"]["new"] == {
        key: str(one).lower() if isinstance(one, bool) else str(one) for key, one in value.items()
    }


def test_many_fixes_of_one_rule_are_made_together() -> None:
    """A store each without a backup: the first fix makes one, and all others are added to it in one turn."""
    stores = [f"store-{at}" for at in range(30)]
    lines = [f"  {one}: {{kind: database, runs_on: [a, b], replication: {{writers: all}}}}" for one in stores]
    text = "archgen: 1\nname: Stores\nhosts: {a: {}, b: {}}\ncomponents:\n" + "\n".join(lines) + "\n"
    turns = 0

    def counted(data: bytes) -> Model:
        nonlocal turns
        turns += 1
        return judged(data.decode())

    done = apply_fixes(text.encode(), counted, lambda one: one.rule == "missing-backup")
    assert len(done.findings) == len(stores)
    assert turns == 1 + 1 + 1
    kept = next(one for one in load(NAME, done.data).architecture.components if one.kind == "backup")
    assert sorted(kept.backs_up) == sorted(stores)


# The command


@pytest.fixture
def tier(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "shop.arch.yaml"
    text = (ROOT / "models" / "1-simple-web-stack.arch.yaml").read_text(encoding="utf-8")
    file.write_text(
        text + "accept:\n  - {rule: missing-tls, subject: a -> b, reason: none, until: 2020-01-01}\n", "utf-8"
    )
    return file


def test_fixes_are_shown_before_they_are_made(tier: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tier.write_text(tier.read_text(encoding="utf-8").replace("product: mysql", "product: postgresql"), encoding="utf-8")
    before = tier.read_bytes()
    assert main(["lint", "--diff", "--unsafe-fixes", tier.name]) == 1
    shown = capsys.readouterr()
    assert tier.read_bytes() == before
    assert "+    runs_on: [server-1, server-2]" in shown.out
    assert "archgen: shop.arch.yaml: 7 findings would be fixed" in shown.err
    assert main(["lint", "--fix", "--unsafe-fixes", "--fail-on", "never", tier.name]) == 0
    made = capsys.readouterr()
    assert shown.out.startswith("--- shop.arch.yaml as it is\n+++ shop.arch.yaml as it would be\n")
    said = made.err.replace("as it is", "as it would be").replace("as it was", "as it is")
    assert said.replace("findings fixed", "findings would be fixed") == shown.out + shown.err
    assert "--- shop.arch.yaml as it was\n+++ shop.arch.yaml as it is\n" in made.err
    # the copy of the store has all that calls it on its own host beside it, with the code that this runs
    after = {each.id: each for each in load(tier.name, tier.read_bytes()).architecture.components}
    for name in ("nginx", "app", "code", "mysql"):
        assert [replica.hosts for replica in after[name].replicas] == [("server-1",), ("server-2",)]


def test_a_fix_that_would_bring_a_finding_is_left_alone(tier: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = tier.read_text(encoding="utf-8").replace("kind: code-base", "kind: code-base\n    deploy: by-hand")
    tier.write_text(text.replace("product: mysql", "product: postgresql"), encoding="utf-8")
    assert main(["lint", "--fix", "--unsafe-fixes", "--fail-on", "never", tier.name]) == 0
    # the loss of the server and of its only writer, for both of which a copy by hand would drift
    assert "up to 2 fixable with --fix --unsafe-fixes" in capsys.readouterr().out
    assert "server-2" not in tier.read_text(encoding="utf-8")


def test_safe_fixes_alone_change_no_architecture(tier: Path, capsys: pytest.CaptureFixture[str]) -> None:
    architecture = load(tier.name, tier.read_bytes()).architecture
    assert main(["lint", "--fix", tier.name]) == 1
    assert "stale-acceptance" not in capsys.readouterr().out
    after = load(tier.name, tier.read_bytes()).architecture
    assert after.accept == ()
    assert (after.components, after.connections) == (architecture.components, architecture.connections)


def test_only_what_is_told_is_fixed(tier: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = tier.read_text(encoding="utf-8")
    assert main(["lint", "--fix", "--unsafe-fixes", "--select", "missing-tls", tier.name]) == 0
    after = tier.read_text(encoding="utf-8")
    assert after == before.replace(
        "{protocol: http, port: 80}", "[{protocol: http, port: 80, redirect: https}, {protocol: https, port: 443}]"
    )
    assert main(["lint", "--unsafe-fixes", tier.name]) == 2
    assert "--unsafe-fixes requires --fix or --diff" in capsys.readouterr().err


def test_a_lint_without_fixes_does_not_load_them() -> None:
    code = """import sys; from archgen.cli import main; main(['lint', 'models'])
print([name for name in sys.modules if name.endswith(('write.patch', 'apply_fixes', 'typo_fixes'))])"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_monitoring_that_nobody_watches_gets_no_call_of_its_own() -> None:
    text = """\
archgen: 1
name: A monitoring on a flow of its own
components:
  user: {kind: client}
  app: {kind: app-server, replicas: 2}
  watch: {kind: monitoring, replicas: 2}
connections: {user -> watch: https, user -> app: https}
flows:
  look: {title: Somebody looks at the measurements, steps: [user -> watch: GET /, user -> app: GET /]}
"""
    blind = [one for one in judged(text).findings if one.rule == "unmonitored"]
    assert [(one.message, one.changes) for one in blind] == [("The monitoring collects nothing from app and watch", ())]


def test_an_agent_on_hosts_over_which_a_service_floats_is_no_unused_one() -> None:
    text = """\
archgen: 1
name: Floating
hosts: {a: {}, b: {}}
components:
  user: {kind: client}
  web: {kind: web-server, runs_on: {any: [a, b]}, replicas: 2}
connections: {user -> web: https}
flows:
  page: {title: A page, steps: [user -> web: GET]}
"""
    blind = next(one for one in judged(text).findings if one.rule == "unmonitored")
    after = judged(apply_changes(text, blind.changes))
    assert {"unmonitored", "unused-component"}.isdisjoint(one.rule for one in after.findings)


@pytest.mark.parametrize(
    ("ports", "after"),
    [
        ("[http, https]", "[{protocol: http, redirect: https}, https]"),
        ("[http, ws]", "[https, wss]"),
        (
            "{ports: [{protocol: http, port: 80}, {protocol: https, port: 443}]}",
            "{ports: [{protocol: http, port: 80, redirect: https}, {protocol: https, port: 443}]}",
        ),
    ],
)
def test_a_port_in_the_clear_redirects_to_the_encrypted_one_or_becomes_it(ports: str, after: str) -> None:
    text = f"""\
archgen: 1
name: Ports
components:
  user: {{kind: client}}
  web: {{kind: web-server, managed: true}}
connections:
  user -> web: {ports}
flows:
  page: {{title: A page, steps: [user -> web: GET]}}
"""
    clear = next(one for one in judged(text).findings if one.rule == "missing-tls")
    assert changed(text, *clear.changes) == [f"-  user -> web: {ports}", f"+  user -> web: {after}"]
    assert "missing-tls" not in {one.rule for one in judged(apply_changes(text, clear.changes)).findings}


def test_a_second_replica_is_promoted_and_found_by_visitors_behind_a_firewall() -> None:
    text = """\
archgen: 1
name: One of each
hosts: {s-1: {}, s-2: {}}
components:
  user: {kind: client}
  wall: {kind: firewall, managed: true}
  web: {kind: web-server, runs_on: s-1}
  db: {kind: database, product: postgresql, runs_on: s-2, replication: {primary: s-2}}
connections:
  user -> wall: https
  wall -> web: https
  web -> wall: https
  web -> db: {protocol: postgresql, tls: true}
flows:
  save: {title: A save, access: write, steps: [user -> wall: POST, wall -> web: POST, web -> db: INSERT]}
"""
    wanted = {"single-point-of-failure", "single-writer-database"}
    judge_of = checker(Input(NAME, text.encode()), Policy(), TODAY)
    made = apply_fixes(text.encode(), judge_of, lambda one: one.rule in wanted).data.decode()
    left = {one.rule for one in judged(made).findings if one.severity == "error"}
    assert wanted.isdisjoint(left)
    assert "untracked-failover" not in {one.rule for one in judged(made).findings}
    assert "replication: {primary: s-2, failover: automatic, by: etcd}" in made
    assert "etcd: {kind: key-value-store, product: etcd, runs_on: [s-2, s-4, witness-1], quorum: majority}" in made


def test_a_firewall_before_a_mail_server_lets_mail_in() -> None:
    text = """\
archgen: 1
name: Mail
hosts: {s-1: {}}
components:
  sender: {kind: client}
  mail: {kind: mail, runs_on: s-1}
connections: {sender -> mail: {protocol: smtp, tls: true}}
flows:
  accept: {title: A mail, steps: [sender -> mail: MAIL]}
"""
    bare = next(one for one in judged(text).findings if one.rule == "missing-firewall")
    assert "ports: [25]" in apply_changes(text, bare.changes)


def case(rule: str, name: str) -> str:
    return (ROOT / "tests" / "rules" / rule / f"{name}.arch.yaml").read_text(encoding="utf-8")


def test_writes_wait_for_a_standby_only_where_another_one_is_left() -> None:
    text = case("recovery-point-missed", "synchronous-standby-is-advised-where-another-one-can-stand-in-for-it")
    missed = [one for one in judged(text).findings if one.rule == "recovery-point-missed"]
    changes = {one.subject.id: one.changes for one in missed}
    synchronous = (Put(("components", "three", "replication", "mode"), "synchronous"),)
    assert changes == {"pair": (), "three": synchronous}


def test_no_check_of_the_role_is_written_for_a_store() -> None:
    text = case("unchecked-backend", "connection-that-opens-tells-nobody-who-takes-the-writes")
    found = [one for one in judged(text).findings if one.rule == "unchecked-backend"]
    assert [one.changes for one in found] == [()] * len(found)


def test_a_backup_that_sends_its_copies_elsewhere_is_not_moved() -> None:
    text = case("colocated-backup", "copies-lie-where-the-backup-sends-them")
    # a restore that was tested was one from where the copies are
    assert not any(one.changes for one in judged(text).findings if one.rule == "colocated-backup")
    text = text.replace(", restore_tested: 2026-10-01", "")
    moved = [one.subject.id for one in judged(text).findings if one.rule == "colocated-backup" and one.changes]
    assert moved == ["beside"]
