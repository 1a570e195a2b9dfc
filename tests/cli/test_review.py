"""`archgen review`: what an engineer reads of a change, between two revisions of a repository."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from markdown_it import MarkdownIt

from archgen.cli import main
from tests import contracts
from tests.generators.hostile_model import write as write_hostile

SHOP = """\
archgen: 1
name: Shop
zones:
  a: {kind: datacenter}
  b: {kind: datacenter}
hosts:
  lb-1: {zone: a}
  web-1: {zone: a}
  web-2: {zone: b}
components:
  user: {kind: client}
  lb: {kind: load-balancer, runs_on: lb-1, balance: {algorithm: round-robin, health_check: GET /health}}
  web: {kind: web-server, runs_on: [web-1, web-2]}
connections:
  user -> lb: https
  lb -> web: https
flows:
  read: {access: read, steps: [user -> lb: GET /, lb -> web: GET /]}
"""
FEWER = SHOP.replace("runs_on: [web-1, web-2]", "runs_on: web-1")
BROKEN = SHOP.replace("components:", "componentz:")
FILE = "models/shop.arch.yaml"

Git = Callable[..., str]


@pytest.fixture
def git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Git:
    """A repository that is the working directory, and nothing in the environment that changes the output."""
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "CI_PROJECT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    (tmp_path / "gitconfig").write_text("[user]\n name = A\n email = a@example.org\n")
    (tmp_path / "models").mkdir()
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> str:
        return subprocess.run(("git", *words), capture_output=True, text=True, check=True).stdout.strip()

    run("init", "--quiet")
    return run


def commit(git: Git, files: dict[str, str | None]) -> str:
    """Commit files with their texts, None for one that goes; return the commit."""
    for name, text in files.items():
        if text is None:
            Path(name).unlink()
        else:
            Path(name).write_text(text, encoding="utf-8")
    git("add", "--all", "models")
    git("commit", "--quiet", "--allow-empty", "-m", "a change")
    return git("rev-parse", "HEAD")


def change(git: Git, before: dict[str, str | None], after: dict[str, str | None]) -> str:
    """Commit two states; return the range between them."""
    return f"{commit(git, before)}..{commit(git, after)}"


def markdown(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    capsys.readouterr()
    assert main(["review", *words, "--format", "markdown"]) == code, capsys.readouterr().err
    text = capsys.readouterr().out
    assert text.count("\n") <= 60
    return text


def document(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> dict[str, Any]:
    capsys.readouterr()
    assert main(["review", *words, "--format", "json"]) == code, capsys.readouterr().err
    report: dict[str, Any] = json.loads(capsys.readouterr().out)
    contracts.check("review", report)
    return report


# The verdict


def test_a_removed_replica_makes_it_worse(git: Git, capsys: pytest.CaptureFixture[str]) -> None:
    words = change(git, {FILE: SHOP}, {FILE: FEWER})
    (model,) = document(capsys, words)["models"]
    assert model["verdict"] == "worse"
    assert model["breaks"] == [{"elements": ["web-1"], "flows": ["read"]}]
    assert model["no_longer_breaks"] == []
    hours = model["flows"]["read"]
    assert hours["change_hours_per_year"] > 0
    assert hours["range"][0] < hours["change_hours_per_year"] < hours["range"][1]
    assert hours["assumed"]
    first = model["findings"][0]
    assert (first["change"], first["rule"], first["file"], first["line"]) == ("new", "single-point-of-failure", FILE, 8)
    text = markdown(capsys, words)
    assert re.search(r"^\*\*Worse:\*\* losing `web-1` now takes down `read`; .*\(assumed; ", text, re.MULTILINE)
    assert "- Losing `web-1` takes down `read`" in text
    assert "&#96;" not in text, "code in a finding is code"


def test_the_reverse_makes_it_better(git: Git, capsys: pytest.CaptureFixture[str]) -> None:
    words = change(git, {FILE: FEWER}, {FILE: SHOP})
    (model,) = document(capsys, words)["models"]
    assert model["verdict"] == "better"
    assert model["no_longer_breaks"] == [{"elements": ["web-1"], "flows": ["read"]}]
    assert "single-point-of-failure" in [finding["rule"] for finding in model["resolved"]]
    assert "**No longer breaks**" in markdown(capsys, words)


def test_a_change_of_words_has_no_effect(git: Git, capsys: pytest.CaptureFixture[str]) -> None:
    words = change(git, {FILE: SHOP}, {FILE: SHOP.replace("GET /health", "GET /alive")})
    assert document(capsys, words)["verdict"] == "unchanged"
    assert "**No effect on availability:** no finding is new or resolved." in markdown(capsys, words)


def test_without_a_changed_model(git: Git, capsys: pytest.CaptureFixture[str]) -> None:
    words = change(git, {FILE: SHOP}, {})
    assert document(capsys, words)["models"] == []
    assert "No model changed." in markdown(capsys, words)


def test_new_findings_precede_worsened_ones_and_count_by_hours(git: Git, capsys: pytest.CaptureFixture[str]) -> None:
    (model,) = document(capsys, change(git, {FILE: SHOP}, {FILE: FEWER}))["models"]
    ranks = [(each["change"] != "new", -each["hours_per_year"]) for each in model["findings"]]
    assert ranks == sorted(ranks)


def test_the_configured_policy_holds(git: Git, capsys: pytest.CaptureFixture[str]) -> None:
    words = change(git, {FILE: SHOP}, {FILE: FEWER})
    Path("archgen.toml").write_text('ignore = ["single-point-of-failure"]\n')
    rules = [each["rule"] for each in document(capsys, words)["models"][0]["findings"]]
    assert "single-point-of-failure" not in rules


def test_a_finding_that_the_persona_did_not_see_is_not_new(git: Git, capsys: pytest.CaptureFixture[str]) -> None:
    """All findings are compared, and those that nobody asked for are left out afterwards."""
    words = change(git, {FILE: SHOP}, {FILE: FEWER})
    seen = {}
    for persona in ("regular", "auditor"):
        Path("archgen.toml").write_text(f'persona = "{persona}"\n')
        model = document(capsys, words)["models"][0]
        seen[persona] = {each["fingerprint"] for each in model["findings"] if each["change"] == "new"}
    assert seen["regular"] <= seen["auditor"]


# Models that came, went, moved or are invalid


def test_a_renamed_model_is_compared_with_itself(git: Git, capsys: pytest.CaptureFixture[str]) -> None:
    words = change(git, {FILE: SHOP}, {FILE: None, "models/store.arch.yaml": FEWER})
    (model,) = document(capsys, words)["models"]
    assert (model["before"], model["after"], model["verdict"]) == (FILE, "models/store.arch.yaml", "worse")
    assert f"Renamed from `{FILE}` to `models/store.arch.yaml`." in markdown(capsys, words)


def test_models_that_came_and_went(git: Git, capsys: pytest.CaptureFixture[str]) -> None:
    other = "archgen: 1\nname: Other\ncomponents: {x: {kind: client}, y: {kind: worker}}\n"
    words = change(git, {FILE: SHOP}, {FILE: None, "models/other.arch.yaml": other})
    states = {
        model["name"]: (model["state"], model["before"], model["after"]) for model in document(capsys, words)["models"]
    }
    assert states == {"Other": ("added", None, "models/other.arch.yaml"), "Shop": ("removed", FILE, None)}
    text = markdown(capsys, words)
    assert "of 2 changed models: 1 new, 1 removed." in text


def test_an_invalid_head_is_named_and_the_others_are_reviewed(git: Git, capsys: pytest.CaptureFixture[str]) -> None:
    other = "models/other.arch.yaml"
    words = change(git, {FILE: SHOP, other: SHOP}, {FILE: BROKEN, other: FEWER})
    first, second = document(capsys, words, code=2)["models"]
    assert (first["state"], first["after"], second["verdict"]) == ("broken", FILE, "worse")
    assert first["findings"][0]["rule"] == "invalid-model"
    text = markdown(capsys, words, code=2)
    assert "**Invalid:** of 2 changed models: 1 invalid, 1 worse." in text
    assert "`components`" in text.partition("**Problems**")[2].partition("<details>")[0]


def test_an_invalid_base_is_nothing_to_compare_with(git: Git, capsys: pytest.CaptureFixture[str]) -> None:
    (model,) = document(capsys, change(git, {FILE: BROKEN}, {FILE: FEWER}))["models"]
    assert (model["state"], model["before"], model["after"]) == ("mended", FILE, FILE)
    assert {finding["change"] for finding in model["findings"]} == {"open"}


# Links, diagrams, exit codes


def test_links_lead_to_the_line_in_the_commit(
    git: Git, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = change(git, {"models/a b.arch.yaml": SHOP}, {"models/a b.arch.yaml": FEWER})
    sha = git("rev-parse", "HEAD")
    monkeypatch.chdir("models")
    url = f"https://forge.example/shop/web/{{}}/{sha}/models/a%20b.arch.yaml#L8"
    monkeypatch.setenv("CI_PROJECT_URL", "https://forge.example/shop/web")
    assert document(capsys, words, ".")["models"][0]["findings"][0]["url"] == url.format("-/blob")
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://forge.example")
    monkeypatch.setenv("GITHUB_REPOSITORY", "shop/web")
    assert url.format("blob") in markdown(capsys, words, ".")
    assert "https" not in markdown(capsys, words.partition("..")[0], ".").replace("https, ", "")
    declared = "https://example.org/src"
    assert f"]({declared}/{sha}/" in markdown(capsys, words, ".", "--links", declared)
    assert main(["review", words, "--links", "javascript:x"]) == 2


def test_the_diagram_has_the_changed_cards_and_their_neighbors(git: Git, capsys: pytest.CaptureFixture[str]) -> None:
    words = change(git, {FILE: SHOP}, {FILE: FEWER})
    text = markdown(capsys, words)
    drawn = text.partition("```mermaid\n")[2].partition("```")[0]
    assert drawn.startswith("flowchart LR\n")
    assert "lb<br/>" in drawn
    assert "user" not in drawn
    assert "```mermaid" not in markdown(capsys, words, "--svg", "review.svg")
    assert "review.svg" in markdown(capsys, words, "--svg", "review.svg")
    words_of = " ".join(ElementTree.parse("review.svg").getroot().itertext())
    assert "web" in words_of
    assert "user" not in words_of


def test_a_change_of_hours_too_small_to_be_seen_is_counted_with_its_bound(
    git: Git, capsys: pytest.CaptureFixture[str]
) -> None:
    base = SHOP.replace("runs_on: [web-1, web-2]", "runs_on: [web-1, web-2], availability: 99%")
    base = base.replace("  read:", "  ask: {access: read, steps: [user -> lb: GET /, lb -> web: GET /]}\n  read:")
    words = change(git, {FILE: base}, {FILE: base.replace("99%", "99.02%")})
    text = markdown(capsys, words)
    rows = re.findall(r"^\| `(\w+)` \|.*→", text, re.MULTILINE)
    assert len(rows) == 1, text
    assert re.search(r"^… and 1 more flow, by at most \S+ (?:ms|s|min) each\.$", text, re.MULTILINE), text


GUARDED = """\
archgen: 1
name: Behind a firewall
networks: {edge: {trust: dmz}, back: {trust: private}, office: {trust: private}}
hosts: {web-1: {network: edge}, db-1: {network: back}, mon-1: {network: back}}
components:
  user: {kind: client}
  cdn: {kind: cdn, managed: {scope: global}}
  fw: {kind: firewall, managed: true, guards: back, default: deny, rules: [{from: edge, to: db, ports: [5432]}]}
  web: {kind: web-server, runs_on: web-1}
  db: {kind: database, product: postgresql, runs_on: db-1}
  exporter: {kind: monitoring-agent, runs_on: db-1}
  prom: {kind: monitoring, runs_on: mon-1}
connections:
  user -> cdn: {protocol: https, hits: 92%}
  cdn -> web: https
  web -> db: postgresql
  prom -> exporter: {protocol: http, port: 9187}
flows:
  read: {access: read, demand: 1000/s, steps: [user -> cdn: GET /, cdn -> web: GET /, web -> db: SELECT]}
"""


def test_a_firewall_that_opens_is_worse(git: Git, capsys: pytest.CaptureFixture[str]) -> None:
    words = change(git, {FILE: GUARDED}, {FILE: GUARDED.replace("default: deny", "default: allow")})
    (model,) = document(capsys, words)["models"]
    assert model["verdict"] == "worse"
    office = {
        "sources": ["internet", "office"],
        "targets": [{"component": "db", "ports": [5432]}, {"component": "exporter", "ports": [9187]}],
        "firewalls": ["fw"],
    }
    edge = {"sources": ["edge"], "targets": [{"component": "exporter", "ports": [9187]}], "firewalls": ["fw"]}
    assert model["opened"] == [office, edge], "what web needs of db was let in before, and back is behind the firewall"
    text = markdown(capsys, words)
    assert "**Worse:** `internet`, `office` and `edge` may now reach `db` and `exporter` past a firewall" in text
    assert (
        "- `edge` may now reach `exporter` on port 9187, which none of the connections needs: `fw` kept it out" in text
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("ports: [5432]", "ports: [5433]", id="closed"),
        pytest.param("from: edge, to: db", "from: edge, to: web", id="for nobody behind it"),
        pytest.param(
            "default: deny, rules: [{from: edge,", "default: deny, rules: [{from: internet,", id="the outside"
        ),
        pytest.param("from: edge, to: db, ports", "from: 10.0.0.0/8, to: db, ports", id="unsure"),
    ],
)
def test_nothing_is_said_to_open_that_does_not_for_certain(
    git: Git, capsys: pytest.CaptureFixture[str], old: str, new: str
) -> None:
    words = change(git, {FILE: GUARDED}, {FILE: GUARDED.replace("Behind", "Left behind").replace(old, new)})
    opened = document(capsys, words)["models"][0]["opened"]
    assert [each["sources"] for each in opened] == ([["internet"]] if "internet" in new else [])


def test_a_firewall_that_goes_opens_what_it_guarded(git: Git, capsys: pytest.CaptureFixture[str]) -> None:
    words = change(git, {FILE: GUARDED}, {FILE: GUARDED.replace("guards: back, ", "")})
    opened = document(capsys, words)["models"][0]["opened"]
    assert [each["sources"] for each in opened] == [["edge"], ["office"]], (
        "the internet still can't reach what is private"
    )


def test_a_new_network_that_is_let_in_is_an_opening(git: Git, capsys: pytest.CaptureFixture[str]) -> None:
    guest = GUARDED.replace("networks: {", "networks: {guest: {trust: private}, ")
    words = change(git, {FILE: GUARDED}, {FILE: guest.replace("from: edge,", "from: [edge, guest],")})
    opened = document(capsys, words)["models"][0]["opened"]
    assert [(each["sources"], each["targets"]) for each in opened] == [
        (["guest"], [{"component": "db", "ports": [5432]}])
    ]
    assert document(capsys, change(git, {FILE: GUARDED}, {FILE: guest}))["models"][0]["opened"] == []


def test_falling_hits_are_load(git: Git, capsys: pytest.CaptureFixture[str]) -> None:
    words = change(git, {FILE: GUARDED}, {FILE: GUARDED.replace("92%", "50%")})
    (model,) = document(capsys, words)["models"]
    loads = {each["component"]: each for each in model["loads"]}
    assert set(loads) == {"web", "db"}
    assert loads["web"]["before_requests_per_second"] == pytest.approx(80.0)
    assert loads["web"]["after_requests_per_second"] == pytest.approx(500.0)
    text = markdown(capsys, words)
    assert "`web` gets 6.2 times the requests of before, 1 other component more too" in text
    assert "- `web` and `db` each get 500/s at peak, 6.2 times as many requests as before (80/s)" in text
    fewer = change(git, {FILE: GUARDED.replace("92%", "50%")}, {FILE: GUARDED})
    assert document(capsys, fewer)["models"][0]["loads"] == []


def test_a_large_change_fits_into_sixty_lines(git: Git, capsys: pytest.CaptureFixture[str]) -> None:
    many = "".join(f"  s{n}: {{kind: service, runs_on: [h{n}]}}\n" for n in range(40))
    hosts = "".join(f"  h{n}: {{}}\n" for n in range(40))
    calls = "".join(f"  web -> s{n}: http\n" for n in range(40))
    steps = ", ".join(f"web -> s{n}: call" for n in range(40))
    large = SHOP.replace("connections:\n", f"{many}connections:\n{calls}").replace("components:", f"{hosts}components:")
    large = large.replace("lb -> web: GET /]", f"lb -> web: GET /, {steps}]")
    text = markdown(capsys, change(git, {FILE: SHOP}, {FILE: large}))
    assert "more lines in `archgen diff`" in text
    assert text.rstrip().endswith("</details>")


def test_the_exit_code_counts_new_findings_alone(git: Git) -> None:
    words = change(git, {FILE: FEWER}, {FILE: FEWER.replace("GET /health", "GET /alive")})
    assert main(["review", words, "--fail-on", "info"]) == 0
    worse = f"{commit(git, {FILE: SHOP})}..{commit(git, {FILE: FEWER})}"
    assert main(["review", worse]) == 0
    assert main(["review", worse, "--fail-on", "error"]) == 1


@pytest.mark.slow
def test_whatever_a_model_says_stays_text(git: Git, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parser = MarkdownIt("gfm-like", {"linkify": False})
    base = commit(git, {})
    names = write_hostile(str(tmp_path / "models"))
    assert len(names) > 10
    ours = re.compile(r"</?details>|<summary>[\w ,]+</summary>|\s+")
    head = commit(git, {})
    for name in names:
        for words in (f"{base}..{head}", f"{head}..{base}"):
            text = markdown(capsys, words, f"models/{name}.arch.yaml")
            for token in parser.parse(text):
                for each in (token, *(token.children or ())):
                    assert each.type not in ("image", "link_open", "html_inline", "s_open"), (name, each)
                    if each.type == "html_block":
                        assert ours.sub("", each.content) == "", (name, each.content)
