"""Imports: each case as expected, the same bytes again, valid models, and no secret in any output."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from archgen.app.formatting import format_model
from archgen.app.importing.facts_json import facts_json
from archgen.app.importing.importing import import_model, summary
from archgen.cli import main
from archgen.language.load import load
from archgen.language.schema import schema
from archgen.model.architecture import Managed
from archgen.rules import RULES
from tests.importers import topics
from tests.importing import CASES, Case, cases, check, imported, write_case
from tests.truths import findings_of

FORMATS = sorted(path.name for path in CASES.iterdir() if path.is_dir() and not path.name.startswith("_"))
ALL = [case for name in FORMATS for case in cases(name)]


@pytest.mark.parametrize("case", ALL, ids=[case.name for case in ALL])
def test_case_is_imported_as_expected(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_case(case, tmp_path)
    result = imported(case)
    check(case, result)
    assert format_model("case.arch.yaml", result.text.encode()) == result.text.encode()
    again = import_model(tuple(reversed(case.expected.get("paths", ["."]))), "Case")
    assert (again.text, facts_json(again), summary(again)) == (result.text, facts_json(result), summary(result))
    check_findings(result.text)


def test_both_readers_of_yaml_read_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of one case in eight: one writer writes them all, and the one in Python takes as long as the import."""
    for number, case in enumerate(ALL[::8]):
        directory = tmp_path / str(number)
        directory.mkdir()
        monkeypatch.chdir(directory)
        write_case(case, directory)
        text = imported(case).text
        assert yaml.load(text, yaml.SafeLoader) == yaml.load(text, yaml.CSafeLoader), case.name


def check_findings(text: str) -> None:
    """Assert that a fresh import has no error for the lack of something, and no impossible flow."""
    Path("case.arch.yaml").write_text(text, encoding="utf-8")
    findings = findings_of(Path("case.arch.yaml"))
    absences = {rule.id for rule in RULES if rule.topic in ("backups", "monitoring", "firewalls", "dns")}
    assert not [each for each in findings if each.severity == "error" and each.rule in absences]
    assert not {"impossible-flow", "unused-component", "unmonitored", "missing-firewall"} & {
        each.rule for each in findings
    }


def test_command_writes_checks_and_lints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write_case(cases("compose")[0], tmp_path)
    assert main(["import", ".", "-o", "shop.arch.yaml"]) == 0
    assert "next: archgen lint shop.arch.yaml" in capsys.readouterr().out
    assert main(["import", ".", "-o", "shop.arch.yaml", "--check"]) == 0
    assert main(["lint", "shop.arch.yaml", "--format", "concise", "--fail-on", "never"]) == 0
    found = capsys.readouterr().out
    assert "single-point-of-failure" in found
    for absent in ("missing-backup", "unmonitored", "missing-firewall", "unused-component"):
        assert absent not in found
    Path("compose.yml").write_text("services: {web: {image: nginx, ports: ['80:80']}}\n")
    assert main(["import", ".", "-o", "shop.arch.yaml", "--check"]) == 1


@pytest.mark.parametrize("text", ["", "archgen: [", "archgen: 1\n", "archgen: 1\nname: a\0b\n"])
@pytest.mark.parametrize("option", ["--update", "--check"])
def test_an_invalid_model_is_neither_updated_nor_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str, option: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write_case(cases("compose")[0], tmp_path)
    Path("shop.arch.yaml").write_text(text)
    assert main(["import", ".", "-o", "shop.arch.yaml", option]) == 2
    assert capsys.readouterr().err.startswith("archgen: shop.arch.yaml is invalid, so its answers can't be kept: ")
    assert Path("shop.arch.yaml").read_text() == text


def test_nothing_recognized_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("notes.yml").write_text("a: 1\n")
    assert main(["import", "notes.yml", "-o", "x.arch.yaml"]) == 2
    assert "looked for compose files" in capsys.readouterr().err
    assert not os.path.exists("x.arch.yaml")
    assert main(["import", "missing.yml"]) == 2


def test_broken_file_is_one_error_and_the_others_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a").mkdir()
    Path("a/compose.yml").write_text("services:\n  web: {image: nginx, ports: ['80:80']}\n")
    Path("b.yml").write_text("services:\n  web: [\n")
    Path("chart.yaml").write_text("kind: Service\nname: x\n{{- if .Values.on }}\nmore: 1\n{{- end }}\n")
    assert main(["import", "a/compose.yml", "b.yml", "chart.yaml"]) == 2
    output = capsys.readouterr()
    assert "web: {kind: web-server" in output.out
    assert "b.yml:2:9: " in output.err
    assert "chart.yaml:3:1: this is a template; render it first" in output.err


SECRET = "hunter2"


@pytest.mark.parametrize("case", [case for case in ALL if SECRET in str(case.files)], ids=lambda case: case.name)
def test_secret_of_a_case_is_in_no_output(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write_case(case, tmp_path)
    for name in ("yaml", "json", "summary"):
        main(["import", *case.expected.get("paths", ["."]), "--format", name])
        assert SECRET not in "".join(capsys.readouterr())


def test_fifty_planted_secrets_are_in_no_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    names = ("DB_PASSWORD", "SECRET", "API_TOKEN", "KEY", "AUTH", "CREDENTIALS", "PWD", "SALT", "PRIVATE", "X_PASS")
    urls = ("postgres://u:{}@db:5432/x", "redis://:{}@db", "{}@db:1", "http://db/?token={}", "amqp://{}:{}@db//")
    planted = [f"planted{number:02d}x" for number in range(50)]
    variables = {f"{names[number % 10]}_{number}": secret for number, secret in enumerate(planted[:20])}
    variables |= {
        f"URL_{number}": urls[number % 5].format(secret, secret) for number, secret in enumerate(planted[20:35])
    }
    rows = "".join(f"      {name}: '{value}'\n" for name, value in variables.items())
    labels = "".join(
        f"      - 'traefik.http.middlewares.m{n}.basicauth.users=u:{s}'\n" for n, s in enumerate(planted[35:40])
    )
    words = " ".join(f"--password={secret}" for secret in planted[40:45])
    env = "".join(f"TOKEN_{number}={secret}\n" for number, secret in enumerate(planted[45:]))
    tags = "".join(f"  s{n}: {{image: 'u:${{TOKEN_{n}}}@r/x:${{TOKEN_{n}}}', env_file: .env}}\n" for n in range(5))
    text = f"services:\n  app:\n    image: acme/app\n    command: run {words}\n    environment:\n{rows}    labels:\n{labels}"
    Path("compose.yml").write_text(f"{text}  db: {{image: postgres}}\n{tags}")
    Path(".env").write_text(env)
    Path("broken.yml").write_text(f"services:\n  a: {{environment: {{PASSWORD: *{planted[0]}}}}}\n")
    for name in ("yaml", "json", "summary"):
        assert main(["import", "compose.yml", "broken.yml", "--format", name]) == 2
        output = "".join(capsys.readouterr())
        assert [secret for secret in planted if secret in output] == []


def test_output_does_not_depend_on_the_hash_seed(tmp_path: Path) -> None:
    write_case(cases("compose")[0], tmp_path)
    outputs = set()
    for seed in ("0", "1", "4242"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.getcwd()}
        command = [sys.executable, "-m", "archgen", "import", ".", "--format", "json"]
        outputs.add(subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=True).stdout)
    assert len(outputs) == 1


def test_answered_question_does_not_come_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("compose.yml").write_text(
        "services:\n"
        "  ui: {build: ./ui, ports: ['80:80'], depends_on: [api]}\n"
        "  api: {build: ./api, environment: {DB_HOST: db}}\n"
        "  job: {build: ./job, command: celery worker, environment: {DB_HOST: db}}\n"
        "  db: {image: 'postgres:16', deploy: {replicas: 2}}\n"
    )
    assert main(["import", ".", "-o", "models/x.arch.yaml"]) == 0
    while questions := load("x.arch.yaml", Path("models/x.arch.yaml").read_bytes()).architecture.questions:
        assert main(["answer", questions[0].id, "no such option"]) == 2
        assert main(["answer", questions[0].id, questions[0].options[-1]]) == 0
        assert main(["answer", questions[0].id, questions[0].options[-1]]) == 2
    text = Path("models/x.arch.yaml").read_text()
    assert main(["import", ".", "-o", "models/x.arch.yaml", "--check"]) == 0
    assert main(["import", ".", "-o", "models/x.arch.yaml", "--update"]) == 0
    assert Path("models/x.arch.yaml").read_text() == text
    assert main(["lint", "models/x.arch.yaml", "--fail-on", "never"]) == 0


def test_required_call_joins_the_flows_and_a_topic_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("compose.yml").write_text(
        "services:\n"
        "  ui: {build: ./ui, ports: ['80:80'], depends_on: [api]}\n"
        "  api: {build: ./api, environment: {DB_HOST: db}}\n"
        "  db: {image: 'postgres:16'}\n"
    )
    assert main(["import", ".", "-o", "models/x.arch.yaml"]) == 0
    model = load("x.arch.yaml", Path("models/x.arch.yaml").read_bytes()).architecture
    by_about = {question.about: question.id for question in model.questions}
    assert main(["answer", by_about["ui -> api"], "required"]) == 0
    assert main(["answer", by_about["backups"], "none"]) == 0
    after = load("x.arch.yaml", Path("models/x.arch.yaml").read_bytes()).architecture
    assert any(step.source == "ui" for flow in after.flows for step in flow.steps)  # type: ignore[union-attr]
    assert "backups" not in after.unknown
    connection = next(each for each in after.connections if each.id == "ui -> api")
    assert connection.required
    assert connection.assumed is None


def test_answer_leads_a_proxy_to_what_stands_behind_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("compose.yml").write_text(
        "services:\n  edge: {image: 'caddy:2', ports: ['443:443']}\n  api: {image: 'acme/api:1'}\n"
    )
    assert main(["import", ".", "-o", "models/x.arch.yaml"]) == 0
    model = load("x.arch.yaml", Path("models/x.arch.yaml").read_bytes()).architecture
    question = next(each for each in model.questions if each.about == "edge")
    assert main(["answer", question.id, "api"]) == 0
    after = load("x.arch.yaml", Path("models/x.arch.yaml").read_bytes()).architecture
    assert [(each.id, each.ports[0].protocol) for each in after.connections][1:] == [("edge -> api", "http")]
    assert [step.source for flow in after.flows for step in flow.steps] == ["visitor", "edge"]  # type: ignore[union-attr]


def test_table_of_topics_is_up_to_date() -> None:
    assert topics.PAGE.read_text(encoding="utf-8") == topics.page()


def test_topics_of_rules_are_those_of_the_language() -> None:
    declared = set(schema()["properties"]["unknown"]["items"]["enum"])
    assert {rule.topic for rule in RULES} - {None} == declared


def test_port_of_a_debugger_asks_for_no_outer_proxy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("compose.yml").write_text("services: {api: {build: ., ports: ['8080:80', '127.0.0.1:9229:9229']}}\n")
    asked = [question.ask for question in import_model((".",), None).model.questions]
    assert not [ask for ask in asked if "this machine alone" in ask]


def test_hole_of_any_template_is_named_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("compose.yml").write_text("services: {api: {image: acme/api, ports: ['80:80']}}\n")
    Path("pod.yaml").write_text("kind: Pod\nmetadata:\n  name: {{name}}-{{uid}}\n")
    (error,) = import_model(("compose.yml", "pod.yaml"), None).errors
    assert (error.line, "render it first" in error.message) == (3, True)


def test_port_80_beside_443_is_asked_unless_the_proxy_says_what_it_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    compose = "services:\n  web:\n    image: nginx\n    ports: ['80:80', '443:443']\n"
    Path("compose.yml").write_text(compose)
    result = import_model((".",), "Shop")
    (asked,) = [each for each in result.model.questions if each.kind == "redirect"]
    assert asked.about == "visitor -> web"
    Path("shop.arch.yaml").write_text(result.text)
    assert "redirect: https" in result.text
    assert "  # ? compose.yml:4, ports" in result.text
    assert main(["answer", asked.id, "serves", "--model", "shop.arch.yaml"]) == 0
    answered = Path("shop.arch.yaml").read_text()
    assert "redirect: https" not in answered
    assert "  # compose.yml:4, ports" in answered
    Path("nginx.conf").write_text("server { listen 80; return 200 ok; }\nserver { listen 443 ssl; return 200 ok; }\n")
    Path("compose.yml").write_text(compose + "    volumes: ['./nginx.conf:/etc/nginx/nginx.conf']\n")
    result = import_model((".",), "Shop")
    assert not [each for each in result.model.questions if each.kind == "redirect"]
    assert "redirect: https" not in result.text


@pytest.mark.parametrize(("answer", "managed"), [("server", None), ("regional", "regional")])
def test_answer_tells_what_a_store_outside_the_files_is(
    answer: str, managed: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    url = "mysql://u:p@db.abc.rds.amazonaws.com/x"
    Path("compose.yml").write_text(
        f"services: {{web: {{build: ., ports: ['80:80'], environment: {{DB_URL: '{url}'}}}}}}\n"
    )
    assert main(["import", ".", "-o", "models/x.arch.yaml"]) == 0
    model = load("x.arch.yaml", Path("models/x.arch.yaml").read_bytes()).architecture
    (asked,) = [each for each in model.questions if each.about == "db"]
    assert next(each for each in model.connections if each.id == "web -> db").assumed == "medium"
    assert main(["answer", asked.id, answer]) == 0
    after = load("x.arch.yaml", Path("models/x.arch.yaml").read_bytes()).architecture
    store = next(each for each in after.components if each.id == "db")
    assert (store.managed.scope if isinstance(store.managed, Managed) else None) == managed
    assert next(each for each in after.connections if each.id == "web -> db").assumed is None


@pytest.mark.parametrize("case", [cases(name)[0] for name in FORMATS], ids=FORMATS)
def test_new_from_sources_is_an_import(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write_case(case, tmp_path)
    paths = case.expected.get("paths", ["."])
    assert main(["import", *paths, "-o", "imported.arch.yaml"]) == 0
    said = capsys.readouterr().out
    sources = [word for path in paths for word in ("--from", path)]
    assert main(["new", *sources, "-o", "started.arch.yaml"]) == 0
    assert capsys.readouterr().out == said.replace("imported.arch", "started.arch")
    assert Path("started.arch.yaml").read_bytes() == Path("imported.arch.yaml").read_bytes()
    assert main(["new", *sources, "-o", "started.arch.yaml"]) == 2
    assert main(["new", *sources]) == 0
    (written,) = Path("models").glob("*.arch.yaml")
    assert written.read_bytes() == Path("imported.arch.yaml").read_bytes()


def test_new_from_sources_takes_no_tier_and_reports_as_import_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("compose.yml").write_text("services: {web: {image: nginx, ports: ['80:80']}}\n")
    Path("broken.yml").write_text("services:\n  web: [\n")
    assert main(["new", "3", "--from", "compose.yml"]) == 2
    assert "the tier 3 and --from can't be used together" in capsys.readouterr().err
    assert main(["new", "--extends", "--from", "compose.yml"]) == 2
    assert main(["new", "--from", "nowhere"]) == 2
    assert not Path("models").exists()
    assert main(["new", "--from", "compose.yml", "--from", "broken.yml", "-o", "x.arch.yaml"]) == 2
    assert "broken.yml:2:9: " in capsys.readouterr().err
    assert Path("x.arch.yaml").exists()
    assert main(["new"]) == 0
    assert Path("models/1-simple-web-stack.arch.yaml").exists()


def test_import_loads_nothing_that_reads_models(tmp_path: Path) -> None:
    write_case(cases("compose")[0], tmp_path)
    code = (
        "import sys; from archgen.cli import main; main(['import', '.', '-o', 'x.arch.yaml']);"
        "sys.exit('archgen.language.load' in sys.modules or 'jsonschema_rs' in sys.modules)"
    )
    environment = {**os.environ, "PYTHONPATH": os.getcwd()}
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, check=True)


def test_command_without_end_is_searched_at_its_beginning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("compose.yml").write_text(f"services:\n  jobs: {{image: acme/x, command: {'celery ' * 200_000}worker}}\n")
    assert "jobs: {kind: service, image: acme/x" in import_model((".",), None).text
