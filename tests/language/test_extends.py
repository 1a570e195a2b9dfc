"""Models that extend another one: values by id, places in both files, bounds, and the reference tier in both forms."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from msgspec.structs import asdict

from archgen.app.models import check_models
from archgen.app.starter import create_model
from archgen.app.workspace.inputs import find_and_read, includer
from archgen.cli import main
from archgen.language.load import Loaded, load
from archgen.language.write.merge_patch import merge_patch
from archgen.language.write.patch import PatchError, apply_changes
from archgen.linting.checked_model import CheckedModel
from archgen.model.change import Append, Put
from archgen.model.problems import ModelError, Problem
from archgen.model.subject import Subject

BASE = """\
archgen: 1
name: Shop
summary: Sells.
hosts:
  s-1: {address: 192.0.2.1}
  s-2:
components:
  user: {kind: client}
  web: {kind: web-server, runs_on: [s-1, s-2], why: Serves.}
  db: {kind: database, runs_on: s-1, replication: {primary: s-1, failover: manual}}
connections:
  user -> web: http
  web -> db: {protocol: mysql, port: 3306}
flows:
  read: {steps: [user -> web: GET /, web -> db: SELECT]}
accept:
  - {rule: missing-tls, subject: user -> web, reason: A test., owner: ops}
"""


@pytest.fixture(autouse=True)
def _in_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path(".git").mkdir()
    Path("base.arch.yaml").write_text(BASE)


def loaded(text: str, file: str = "over.arch.yaml") -> Loaded:
    Path(file).parent.mkdir(parents=True, exist_ok=True)
    Path(file).write_text(f"archgen: 1\nname: Over\n{text}")
    return load(file, Path(file).read_bytes(), includer(file))


def problems(text: str, file: str = "over.arch.yaml") -> tuple[Problem, ...]:
    with pytest.raises(ModelError) as error:
        loaded(text, file)
    return error.value.problems


def test_values_override_by_id_and_nothing_removes() -> None:
    model = loaded(
        "extends: base\n"
        "hosts: {s-2: , s-3: }\n"
        "components:\n"
        "  web: {runs_on: [s-1, s-3]}\n"
        "  db: {replication: {failover: automatic}}\n"
        "  log: {kind: log-collector}\n"
        "connections: {user  ->  web: {protocol: https}, web -> db: {tls: true}}\n"
    ).architecture
    assert (model.follows, model.summary, model.name) == ("base", None, "Over")
    assert [host.id for host in model.hosts] == ["s-1", "s-3"]
    web, db = (next(each for each in model.components if each.id == name) for name in ("web", "db"))
    assert [replica.id for replica in web.replicas] == ["web@s-1", "web@s-3"]
    assert web.why == "Serves."
    assert db.replication is not None
    assert (db.replication.primary, db.replication.failover) == (("db@s-1",), "automatic")
    assert [(each.id, each.ports[0].protocol, each.ports[0].port) for each in model.connections] == [
        ("user -> web", "https", None),
        ("web -> db", "mysql", 3306),
    ]
    assert [each.id for each in model.components] == ["user", "web", "db", "log"]
    assert [flow.id for flow in model.flows] == ["read"]
    assert len(model.accept) == 1


def test_removal_of_a_section_that_the_base_has_no_more_changes_nothing() -> None:
    Path("base.arch.yaml").write_text(BASE[: BASE.index("accept")])
    model = loaded("extends: base\naccept:\nexpect:\n").architecture
    assert (model.accept, model.expect) == ((), ())
    assert [each.message for each in problems("extends: base\nacept:\n")] == ["unknown key `acept` in the model"]


def test_short_form_of_a_connection_is_completed() -> None:
    model = loaded("extends: base\nconnections: {user -> web: {port: 8080}}\n").architecture
    assert (model.connections[0].ports[0].protocol, model.connections[0].ports[0].port) == ("http", 8080)


def test_places_are_those_of_the_file_that_says_it() -> None:
    source = loaded("extends: base\ncomponents:\n  web: {runs_on: s-1}\n").source
    places = [source.place(Subject("component", name)) for name in ("web", "db")]
    assert [(place.file, place.line) for place in places] == [("over.arch.yaml", 5), ("base.arch.yaml", 10)]
    assert source.at("components", "web", "why").file == "base.arch.yaml"


def test_problems_point_at_both_files() -> None:
    Path("base.arch.yaml").write_text(BASE.replace("kind: web-server", "knd: web-server"))
    (problem, *_) = problems("extends: base\ncomponents: {db: {kind: database, runs_on: s-9}}\n")
    assert (problem.place.file, problem.place.line) == ("base.arch.yaml", 9)
    Path("base.arch.yaml").write_text(BASE)
    (*_, problem) = problems("extends: base\ncomponents: {db: {runs_on: s-9}}\n")
    assert (problem.place.file, problem.place.line) == ("over.arch.yaml", 4)


def test_reference_to_a_removed_element_names_the_removal() -> None:
    removal = "over.arch.yaml removes it on line 4; remove or override what names it there too."
    found = problems("extends: base\ncomponents: {db: }\n")
    assert {problem.place.file for problem in found} == {"base.arch.yaml"}
    assert {problem.fix for problem in found} == {removal}


def test_removal_of_an_unknown_id_is_an_error() -> None:
    found = problems("extends: base\ncomponents: {webb: }\nconnections: {web -> bd: }\n")
    messages = [problem.message for problem in found]
    assert "`webb` is no component of `base`, so it can't be removed" in messages
    assert "`web -> bd` is no connection of `base`, so it can't be removed" in messages
    assert {problem.fix for problem in found} == {"Did you mean `web`?", "Did you mean `web -> db`?"}
    assert len(found) == 2


def test_own_follows_counts_and_a_path_implies_none() -> None:
    assert loaded("extends: base\nfollows: other\n").architecture.follows == "other"
    assert loaded("extends: ../base\n", "sub/over.arch.yaml").architecture.follows is None


def test_extended_model_may_include_and_extend_beside_itself() -> None:
    Path("parts").mkdir()
    Path("parts/hosts.yaml").write_text("hosts: {h-1: {address: 192.0.2.9}}\n")
    Path("parts/low.arch.yaml").write_text(
        "archgen: 1\nname: Low\ninclude: hosts.yaml\ncomponents: {a: {kind: service, runs_on: h-1}}\n"
    )
    Path("parts/mid.arch.yaml").write_text("archgen: 1\nname: Mid\nextends: low\ncomponents: {b: {kind: service}}\n")
    found = loaded("extends: parts/mid\ncomponents: {a: {why: Works.}}\n")
    assert [each.id for each in found.architecture.components] == ["a", "b"]
    assert found.source.at("hosts", "h-1", "address").file == "parts/hosts.yaml"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("extends: over\n", "models extend each other in a circle: `over.arch.yaml` extends `over.arch.yaml`"),
        ("extends: gone\n", "can't extend `gone.arch.yaml`: no such file or directory"),
        ("extends: ../../etc/passwd\n", "can't extend `../../etc/passwd.arch.yaml`: it lies outside the project"),
        ("extends: [base]\n", "`extends` must be"),
    ],
)
def test_extension_that_can_not_be_is_an_error(text: str, message: str) -> None:
    (problem,) = problems(text)
    assert problem.message.startswith(message)
    assert (problem.place.file, problem.place.line) == ("over.arch.yaml", 3)


def test_link_out_of_the_repository_is_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "secret.arch.yaml"
    elsewhere.write_text(BASE)
    os.symlink(elsewhere, "link.arch.yaml")
    (problem,) = problems("extends: link\n")
    assert problem.message == "can't extend `link.arch.yaml`: it lies outside the project"


def test_circle_over_two_files_and_too_many_levels_are_errors() -> None:
    Path("a.arch.yaml").write_text("archgen: 1\nname: A\nextends: over\n")
    (problem,) = problems("extends: a\n")
    assert (problem.place.file, problem.place.line) == ("a.arch.yaml", 3)
    for number in range(40):
        Path(f"m-{number}.arch.yaml").write_text(f"archgen: 1\nname: M\nextends: m-{number + 1}\n")
    (problem,) = problems("extends: m-0\n")
    assert problem.message == "models must extend each other at most 20 times"


def test_bomb_of_aliases_in_the_extended_model_is_refused() -> None:
    rings = "".join(f"b{n}: &b{n} [{', '.join([f'*b{n - 1}'] * 9)}]\n" for n in range(1, 12))
    Path("bomb.arch.yaml").write_text(f"archgen: 1\nname: Bomb\nb0: &b0 [x]\n{rings}")
    found = problems("extends: bomb\n")
    assert any("aliases must repeat at most" in problem.message for problem in found)
    assert {problem.place.file for problem in found} == {"bomb.arch.yaml"}


def test_merge_leaves_what_an_anchor_shares_alone() -> None:
    Path("base.arch.yaml").write_text(
        "archgen: 1\nname: B\ncomponents:\n  a: &same {kind: service, why: Works.}\n  b: *same\n"
    )
    model = loaded("extends: base\ncomponents: {a: {why: Rests.}}\n").architecture
    assert [component.why for component in model.components] == ["Rests.", "Works."]


def test_override_is_written_for_what_the_extended_model_declares() -> None:
    text = "archgen: 1\nname: Over\nextends: base\ncomponents:\n  web: {runs_on: s-1}\n"
    changed = apply_changes(text, [Put(("components", "db", "runs_on"), "s-2")])
    assert changed == f"{text}  db: {{runs_on: s-2}}\n"
    with pytest.raises(PatchError, match="in the model that this one extends"):
        apply_changes(text, [Append(("components", "db", "runs_on"), "s-2")])


def test_merge_patch_makes_one_of_the_other() -> None:
    before = {"a": {"x": 1, "y": [1]}, "b": 1, "c": {"d": 1}}
    after = {"a": {"x": 1, "y": [2]}, "c": {"d": 1}, "e": {"f": 2}}
    assert merge_patch(before, after) == {"a": {"y": [2]}, "e": {"f": 2}, "b": None}


def test_third_tier_is_the_same_in_both_forms(capsys: pytest.CaptureFixture[str]) -> None:
    create_model("2", "full")
    create_model("3", "full")
    create_model("3", "short", extends=True)
    full, short = (_checked(directory) for directory in ("full", "short"))
    assert _meaning(full) == _meaning(short)
    assert [_finding(each) for each in full.findings] == [_finding(each) for each in short.findings]
    lines = [
        len(Path(f"{each}/3-secured-and-monitored.arch.yaml").read_text().splitlines()) for each in ("full", "short")
    ]
    assert lines[1] < lines[0]
    assert main(["fmt", "--check", "short"]) == 0


def _checked(directory: str) -> CheckedModel:
    model = check_models(find_and_read((directory,)), "2026-11-28")[-1]
    assert isinstance(model, CheckedModel)
    assert model.id == "3-secured-and-monitored"
    return model


def _meaning(model: CheckedModel) -> dict[str, object]:
    values = asdict(model.architecture) | {"file": ""}
    return {key: sorted(value, key=repr) if isinstance(value, tuple) else value for key, value in values.items()}


def _finding(finding: object) -> tuple[object, ...]:
    return tuple(getattr(finding, key) for key in ("rule", "severity", "subject", "message", "fix", "fingerprint"))


def test_new_writes_the_extended_tier_too_and_nothing_over(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "3", "--extends"]) == 0
    assert sorted(os.listdir("models")) == [
        "2-distributed-web-infrastructure.arch.yaml",
        "3-secured-and-monitored.arch.yaml",
        "archgen-1.schema.json",
    ]
    capsys.readouterr()
    assert main(["new", "3", "--extends"]) == 2
    assert main(["new", "1", "--extends"]) == 2
    assert "evolved from no other tier; leave out --extends" in capsys.readouterr().err
    assert main(["lint", "--format", "concise", "--fail-on", "never"]) == 0
    files = {line.partition(":")[0] for line in capsys.readouterr().out.splitlines()}
    assert files == {f"models/{name}" for name in os.listdir("models") if name.endswith(".arch.yaml")}
