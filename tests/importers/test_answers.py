"""Answers in an imported model: a topic whose last question is answered is known, and the form of the file stays."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from archgen.app.formatting import format_model
from archgen.app.importing.answering import with_answers
from archgen.cli import main
from archgen.language.load import load
from archgen.model.architecture import Architecture
from archgen.reliability.requests import requests

MODEL = Path("models/x.arch.yaml")

COMPOSE = """
services:
  web: {build: ./web, ports: ['80:80'], environment: {DB_HOST: db, SESSIONS_HOST: sessions}}
  job: {build: ./job, command: celery worker, environment: {DB_HOST: db, SESSIONS_HOST: sessions}}
  db: {image: 'postgres:16'}
  sessions: {image: 'redis:7'}
"""


def model() -> Architecture:
    """Return the model that was imported."""
    return load(str(MODEL), MODEL.read_bytes()).architecture


def answer(about: str, value: str) -> None:
    """Answer the first open question about an element."""
    question = next(each for each in model().questions if each.about == about)
    assert main(["answer", question.id, value]) == 0


def test_topic_is_known_once_its_last_question_is_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("compose.yml").write_text(COMPOSE)
    assert main(["import", ".", "-o", str(MODEL)]) == 0
    assert {"hosts", "writers"} <= {*model().unknown}
    answer("docker-host", "one")
    assert "hosts" not in model().unknown
    answer("db", "web,job")
    assert "writers" in model().unknown
    answer("sessions", "all")
    assert "writers" not in model().unknown


KAFKA = """
{apiVersion: kafka.strimzi.io/v1, kind: Kafka, metadata: {name: events}, spec: {kafka: {}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: acme/web, args: ["--brokers=events-kafka-bootstrap:9092"]}]}
"""


def test_replicas_that_no_file_counts_are_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("kafka.yaml").write_text(KAFKA)
    assert main(["import", ".", "-o", str(MODEL)]) == 0
    assert {each.id: each.assumed for each in model().connections}["web -> events"] == "medium"
    answer("events", "3")
    assert {each.id: len(each.replicas) for each in model().components}["events"] == 3
    assert {each.id: each.assumed for each in model().connections}["web -> events"] is None
    Path("kafka.yaml").write_text(KAFKA.replace("kafka: {}", "kafka: {replicas: 1}"))
    assert main(["import", ".", "-o", "models/y.arch.yaml"]) == 0
    text = Path("models/y.arch.yaml").read_text()
    assert "web -> events" in text
    assert "How many" not in text
    assert "assumed: medium" not in text


UNREAD = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: acme/web, envFrom: [{secretRef: {name: keys}}]}]}
"""


@pytest.mark.parametrize("value", ["database", "none"])
def test_settings_that_no_file_holds_are_asked_about(
    value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("web.yaml").write_text(UNREAD)
    assert main(["import", ".", "-o", str(MODEL)]) == 0
    assert "backups" in model().unknown
    answer("web", value)
    stores = [each.id for each in model().components if each.kind == "database"]
    assert stores == (["web-db"] if value == "database" else [])
    assert ("web -> web-db" in {each.id for each in model().connections}) == (value == "database")
    assert main(["lint", str(MODEL), "--fail-on", "never"]) == 0
    store = UNREAD.replace("acme/web", "postgres:17").replace("web", "db")
    Path("web.yaml").write_text(f"{UNREAD}---{store}")
    assert main(["import", ".", "-o", str(MODEL), "--update"]) == 0
    assert "takes its settings from" not in MODEL.read_text()


def test_database_that_is_added_takes_no_other_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("web.yaml").write_text(UNREAD)
    assert main(["import", ".", "-o", str(MODEL)]) == 0
    others = (
        "components:\n  web-db: {kind: object-storage, managed: true}\n  web-database: {kind: cache, managed: true}\n"
    )
    hosts = "hosts: {web-db-2: {}, web-database-2: {}}\n"
    MODEL.write_text(MODEL.read_text().replace("components:\n", hosts + others, 1))
    answer("web", "database")
    assert [each.id for each in model().components if each.kind == "database"] == ["web-db-3"]


UNCALLED = """
services:
  web: {image: "acme/web:1", ports: ["80:80"]}
  jobs: {build: ./jobs, command: celery worker}
  helper: {image: "acme/helper:1"}
  ledger: {image: "mariadb:12"}
"""


def test_several_call_what_no_file_shows_and_some_can_do_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("compose.yml").write_text(UNCALLED)
    assert main(["import", ".", "-o", str(MODEL)]) == 0
    assert main(["answer"]) == 0
    asked = next(each for each in model().questions if each.about == "ledger")
    listed = "several: web,jobs; can do without: web:optional)"
    assert listed in next(line for line in capsys.readouterr().out.splitlines() if line.startswith(asked.id))
    assert main(["answer", asked.id, "web,none"]) == main(["answer", asked.id, "web,store"]) == 2
    answer("ledger", "web,jobs:optional")
    answer("helper", "web:optional")
    calls = {each.id: (each.required, each.ports[0].protocol) for each in model().connections}
    assert calls["web -> ledger"] == (True, "mysql")
    assert calls["jobs -> ledger"] == (False, "mysql")
    assert calls["web -> helper"] == (False, "http")
    steps = MODEL.read_text().partition("flows:")[2]
    assert "web -> ledger: query" in steps
    assert "helper" not in steps.partition("questions:")[0]
    text = MODEL.read_text()
    assert main(["import", ".", "-o", str(MODEL), "--update"]) == 0
    assert MODEL.read_text() == text


def test_component_may_be_called_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    MODEL.parent.mkdir()
    MODEL.write_text(
        """\
archgen: 1
name: Who calls the store
components:
  database: {kind: worker}
  app: {kind: service}
questions:
  who: {kind: caller, about: app, ask: "Who calls app?", options: [database, none]}
"""
    )
    answer("app", "database")
    assert [each.id for each in model().connections] == ["database -> app"]
    assert not [each for each in model().components if each.kind == "database"]


def test_hosts_stay_unknown_if_there_are_several(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("compose.yml").write_text(COMPOSE)
    assert main(["import", ".", "-o", str(MODEL)]) == 0
    answer("docker-host", "several")
    assert "hosts" in model().unknown
    assert not model().hosts


def test_file_keeps_its_canonical_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("compose.yml").write_text(COMPOSE)
    assert main(["import", ".", "-o", str(MODEL)]) == 0
    while questions := model().questions:
        answer(questions[0].about or "", questions[0].options[0])
        assert format_model(str(MODEL), MODEL.read_bytes()) == MODEL.read_bytes()
    MODEL.write_text(MODEL.read_text() + "\n\n# a note of mine\n")
    text = MODEL.read_text()
    assert main(["import", ".", "-o", str(MODEL), "--check"]) == 1
    assert MODEL.read_text() == text


def test_door_that_is_confirmed_is_no_longer_assumed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("compose.yml").write_text("services: {web: {image: nginx}}\n")
    assert main(["import", ".", "-o", str(MODEL)]) == 0
    assert [each.assumed for each in model().connections] == ["low"]
    answer("visitor -> web", "yes")
    assert [each.assumed for each in model().connections] == [None]
    assert [flow.assumed for flow in model().flows] == ["high"]


def test_comment_marks_no_assumption_once_it_is_confirmed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("compose.yml").write_text(
        "services:\n  api: {image: nginx, ports: ['80:80'], depends_on: [pdf]}\n  pdf: {image: acme/pdf}\n"
    )
    assert main(["import", ".", "-o", str(MODEL)]) == 0
    assert "  docker-host: {}  # ? compose.yml:2, " in MODEL.read_text()
    answer("api -> pdf", "optional")
    answer("docker-host", "one")
    text = MODEL.read_text()
    assert "  docker-host: {}  # compose.yml:2, " in text
    assert "  api -> pdf: {protocol: http, required: false}  # compose.yml:2, depends_on only" in text
    assert "  pdf: {kind: service, image: acme/pdf, runs_on: docker-host}  # ? compose.yml:3, " in text
    assert format_model(str(MODEL), MODEL.read_bytes()) == MODEL.read_bytes()


def test_a_model_without_questions_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    MODEL.parent.mkdir()
    MODEL.write_text("archgen: 1\nname: X\nunknown: [firewalls]\ncomponents: {web: {kind: service}}\n")
    assert main(["answer"]) == 0
    assert capsys.readouterr().out == "no open questions\n"


def test_an_answer_belongs_where_it_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A model that extends another has its questions, and no place to write an answer into."""
    monkeypatch.chdir(tmp_path)
    MODEL.parent.mkdir()
    text = (
        "archgen: 1\nname: X\ncomponents: {a: {kind: service}, b: {kind: service}}\nconnections: {a -> b: https}\n"
        "questions:\n  q-1: {about: a -> b, ask: Called?, options: [required, optional, none]}\n"
    )
    MODEL.write_text(text)
    more = MODEL.with_name("y.arch.yaml")
    more.write_text("archgen: 1\nname: Y\nextends: x\n")
    assert main(["answer", "q-1", "optional", "--model", str(more)]) == 2
    assert f"q-1 is asked in {MODEL}" in capsys.readouterr().err
    assert main(["answer", "q-1", "optional"]) == 0
    assert "required: false" in MODEL.read_text()


SHARED = """
apiVersion: v1
kind: ConfigMap
metadata: {name: all}
data:
  BILLING_URL: http://billing:80
  REDIS_HOST: sessions
  DB_HOST: ledger
  EUREKA_CLIENT_SERVICEURL_DEFAULTZONE: http://registry:8761/eureka
"""
PROGRAM = """
---
{{apiVersion: v1, kind: Service, metadata: {{name: {0}}}, spec: {{type: {3}, selector: {{app: {0}}}, ports: [{{port: 80}}]}}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {0}}}
spec: {{template: {{metadata: {{labels: {{app: {0}}}}}, spec: {{containers: [{{name: main, image: {1}, {2}}}]}}}}}}
"""


def test_what_several_take_is_answered_for_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    takes = "envFrom: [{configMapRef: {name: all}}]"
    programs = [PROGRAM.format(name, f"acme/{name}", takes, "ClusterIP") for name in ("orders", "stock", "carts")]
    programs.append(PROGRAM.format("api-gateway", "acme/api-gateway", takes, "LoadBalancer"))
    programs += [
        PROGRAM.format(name, image, "ports: []", "ClusterIP")
        for name, image in (
            ("billing", "acme/billing"),
            ("sessions", "redis:8"),
            ("ledger", "postgres:17"),
            ("registry", "acme/x"),
        )
    ]
    Path("all.yaml").write_text(SHARED + "".join(programs))
    assert main(["import", ".", "-o", str(MODEL)]) == 0
    calls = {connection.id: connection.assumed for connection in model().connections}
    assert calls["orders -> ledger"] == calls["api-gateway -> orders"] == calls["api-gateway -> billing"] == "medium"
    assert not {"orders -> billing", "orders -> sessions", "api-gateway -> ledger"} & calls.keys()
    answer("billing", "orders,carts")
    answer("sessions", "none")
    answer("ledger", "orders")
    answer("api-gateway", "orders,stock")
    calls = {connection.id: connection.assumed for connection in model().connections}
    assert {"orders -> billing", "carts -> billing"} <= calls.keys()
    assert not {"stock -> billing", "api-gateway -> billing", "api-gateway -> carts", "stock -> ledger"} & calls.keys()
    assert not any(call.endswith("-> sessions") for call in calls)
    assert calls["orders -> ledger"] is calls["api-gateway -> stock"] is None
    question = next(each for each in model().questions if each.about == "registry")
    assert question.options == ("all", "api-gateway", "carts", "orders", "stock", "none")
    assert main(["answer", question.id, "orders,none"]) == 2
    assert main(["answer", question.id, "all"]) == 0
    assert all(each.assumed is None for each in model().connections if each.id.endswith("-> registry"))


@pytest.mark.parametrize(("kind", "call"), [("callees", "gw -> stock"), ("sharer", "stock -> gw")])
def test_a_component_that_is_gone_is_called_by_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], kind: str, call: str
) -> None:
    monkeypatch.chdir(tmp_path)
    MODEL.parent.mkdir()
    MODEL.write_text(
        "archgen: 1\nname: X\ncomponents:\n  gw: {kind: api-gateway, managed: true}\n  registry: {kind: service}\n"
        f'  stock: {{kind: service}}\nquestions:\n  q: {{kind: {kind}, ask: "Which?", about: gw, options: [all, gone, stock, none]}}\n'
    )
    assert main(["answer", "q", "stock,gone"]) == 2
    assert "no component is called gone any longer" in capsys.readouterr().err
    assert main(["answer", "q", "all"]) == 0
    assert [connection.id for connection in model().connections] == [call]


SHARED_BY_FEW = """
x-all: &all {DATABASE_URL: "postgres://db/app"}
x-few: &few {CACHE_URL: "redis://cache:6379"}
x-some: &some {QUEUE_URL: "amqp://queue"}
services:
  db: {image: "postgres:16"}
  cache: {image: "redis:7"}
  queue: {image: "rabbitmq:4"}
  a: {image: "acme/a:1", environment: {<<: [*all, *few, *some]}, depends_on: [other]}
  b: {image: "acme/b:1", environment: {<<: [*all, *few, *some]}, depends_on: [other]}
  c: {image: "acme/c:1", environment: {<<: [*all, *some]}, depends_on: [other]}
  other: {image: "memcached:1"}
  d: {image: "acme/d:1", environment: {QUEUE_URL: "amqp://queue"}}
"""


def test_what_few_share_is_assumed_and_asked_where_another_calls_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("compose.yml").write_text(SHARED_BY_FEW)
    assert main(["import", ".", "-o", str(MODEL)]) == 0
    asked = {each.about: each.options[1:-1] for each in model().questions if "may have no use" in each.ask}
    assert asked == {"db": ("a", "b", "c"), "queue": ("a", "b", "c")}
    drawn = {each.id for each in model().connections}
    assert {"a -> cache", "b -> cache", "a -> db", "d -> queue"} <= drawn
    assert "a -> queue" not in drawn
    answer("queue", "b")
    new = {each.id: each for each in model().connections if each.id not in drawn}
    assert {name: each.ports[0].protocol for name, each in new.items()} == {"b -> queue": "amqp"}


@pytest.mark.parametrize(("given", "required"), [("required", True), ("optional", False), ("none", None)])
def test_call_that_a_library_alone_shows_is_asked(
    given: str, required: bool | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("prices").mkdir()
    Path("prices/package.json").write_text('{"dependencies": {"ioredis": "5"}}')
    Path("compose.yml").write_text("services: {prices: {build: prices, ports: ['80:80']}, cache: {image: 'redis:7'}}\n")
    assert main(["import", ".", "-o", str(MODEL)]) == 0
    answer("prices -> cache", given)
    calls = [(each.required, each.assumed) for each in model().connections if each.id == "prices -> cache"]
    assert calls == ([] if required is None else [(required, None)])
    assert [len(flow.steps) for flow in model().flows] == [2 if required else 1]


OPEN = """
services:
  web: {image: "acme/web:1", ports: ["80:80"], environment: {QUEUE_URL: "amqp://queue"}, depends_on: [pdf]}
  mails: {build: mails, environment: {WEB_URL: "http://web"}}
  pdf: {image: "acme/pdf:1"}
  queue: {image: "rabbitmq:4"}
"""


@pytest.mark.parametrize(("about", "protocol"), [("web -> pdf", "http"), ("mails -> queue", "amqp")])
@pytest.mark.parametrize(("given", "required"), [("required", True), ("optional", False), ("none", None)])
def test_call_that_no_connection_shows_is_drawn_by_an_answer(
    given: str,
    required: bool | None,
    about: str,
    protocol: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mails").mkdir()
    Path("mails/requirements.txt").write_text("pika==1")
    Path("compose.yml").write_text(OPEN)
    assert main(["import", ".", "-o", str(MODEL)]) == 0
    assert about not in {each.id for each in model().connections}
    steps = sum(len(flow.steps) for flow in model().flows)
    answer(about, given)
    drawn = [(each.required, each.assumed, each.ports[0].protocol) for each in model().connections if each.id == about]
    assert drawn == ([] if required is None else [(required, None, protocol)])
    assert (sum(len(flow.steps) for flow in model().flows) > steps) == (required is True)
    text = MODEL.read_text()
    assert main(["import", ".", "-o", str(MODEL), "--update"]) == 0
    assert MODEL.read_text() == text


@pytest.mark.parametrize("gone", ["web", "pdf"])
def test_answer_about_what_is_gone_draws_nothing(gone: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    MODEL.parent.mkdir()
    MODEL.write_text(
        f"""\
archgen: 1
name: A call that is asked about
components: {{{"web" if gone == "pdf" else "pdf"}: {{kind: service}}}}
questions:
  q: {{about: web -> pdf, ask: "web starts after pdf. Does it call it?", options: [required, optional, none]}}
"""
    )
    answer("web -> pdf", "required")
    assert model().connections == ()


def test_answer_stays_where_files_show_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("compose.yml").write_text(SHARED_BY_FEW)
    assert main(["import", ".", "-o", str(MODEL)]) == 0
    asked = next(each.id for each in model().questions if each.about == "queue" and "may have no use" in each.ask)
    answer("queue", "b")
    b = 'b: {image: "acme/b:1", environment: {<<: [*all, *few, *some]}, depends_on: [other]}'
    assert b in SHARED_BY_FEW
    Path("compose.yml").write_text(SHARED_BY_FEW.replace(b, f"{b[:-1]}, command: start --queue amqp://queue}}"))
    assert main(["import", ".", "-o", str(MODEL), "--update"]) == 0
    assert dict(model().answers)[asked] == "b"
    assert asked not in {each.id for each in model().questions}
    drawn = {each.id: each.assumed for each in model().connections if each.id.endswith("-> queue")}
    assert drawn == {"b -> queue": None, "d -> queue": None}


@pytest.mark.parametrize("given", ["a,gone", "none,a", "all,a", ",a"])
def test_answer_that_names_what_is_gone_is_asked_again(
    given: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("compose.yml").write_text(SHARED_BY_FEW)
    assert main(["import", ".", "-o", str(MODEL)]) == 0
    asked = next(each.id for each in model().questions if each.about == "queue" and "may have no use" in each.ask)
    fresh = MODEL.read_text()
    assert with_answers(fresh, ((asked, given),)) == fresh


DOUBTFUL = """
services:
  front: {image: "nginx:1", ports: ['80:80'], depends_on: [api]}
  api: {build: api, environment: {DB_HOST: db}}
  db: {image: "postgres:17"}
"""


@pytest.mark.parametrize("given", ["required", "optional", "none"])
def test_answer_ends_the_flow_that_was_there_for_the_doubt(
    given: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("compose.yml").write_text(DOUBTFUL)
    assert main(["import", ".", "-o", str(MODEL)]) == 0
    assert {flow.id: (flow.assumed, len(flow.steps)) for flow in model().flows} == {
        "requests-front": ("high", 1),
        "requests-front-assumed": ("medium", 3),
    }
    answer("front -> api", given)
    assert {flow.id: (flow.assumed, len(flow.steps)) for flow in model().flows} == {
        "required": {"requests-front": ("high", 3)},
        "optional": {"requests-front": ("high", 1), "requests-front-assumed": ("high", 3)},
        "none": {"requests-front": ("high", 1)},
    }[given]


def test_files_that_are_nowhere_else_are_uploads_of_the_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("compose.yml").write_text(
        "services: {web: {image: acme/web, ports: ['80:80'], volumes: ['media:/srv/media']}}\n"
    )
    assert main(["import", ".", "-o", str(MODEL)]) == 0
    assert "backups" in model().unknown
    answer("web", "yes")
    assert {each.id: each.uploads for each in model().components}["web"] == "local"


@pytest.mark.parametrize("is_of_old", [False, True])
@pytest.mark.parametrize("given", ["yes", "no", "elsewhere", "none"])
def test_models_of_old_have_other_words_for_yes_and_no(
    given: str, is_of_old: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("compose.yml").write_text(COMPOSE)
    assert main(["import", ".", "-o", str(MODEL)]) == 0
    if is_of_old:
        pattern = r'kind: unknown,?\s+(about: backups[^?]*\?",?\s+options: )\[.*?\]'
        text = re.sub(pattern, r"\1[none, elsewhere]", MODEL.read_text())
        assert "elsewhere" in text
        MODEL.write_text(text)
    answer("backups", given)
    assert ("backups" in model().unknown) == (given in ("yes", "elsewhere"))
    assert main(["import", ".", "-o", str(MODEL), "--update"]) == 0
    assert "backups" not in {each.about for each in model().questions}
    assert ("backups" in model().unknown) == (given in ("yes", "elsewhere"))


@pytest.mark.parametrize(
    ("ports", "given"),
    [
        ("['8000:8000']", "internet"),
        ("['8000:8000']", "private"),
        ("['80:80']", ""),
        ("['443:443', '8000:8000']", ""),
        ("['127.0.0.1:8000:8000']", ""),
    ],
)
def test_port_on_which_no_site_is_may_be_of_a_private_network(
    ports: str, given: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("compose.yml").write_text(f"services: {{web: {{image: acme/web, ports: {ports}}}}}\n")
    assert main(["import", ".", "-o", str(MODEL)]) == 0
    assert ("visitor" in {each.about for each in model().questions}) == (given != "")
    if given:
        answer("visitor", given)
        is_private = given == "private"
        assert [each.trust for each in model().networks] == (["private"] if is_private else [])
        assert ("tls" in model().unknown, "tls" in {each.about for each in model().questions}) == (not is_private,) * 2
        text = MODEL.read_text()
        assert main(["import", ".", "-o", str(MODEL), "--update"]) == 0
        assert MODEL.read_text() == text


DRAWN = """
archgen: 1
name: A call that steps make in several ways
components:
  web: {kind: app-server}
  pdf: {kind: service}
  png: {kind: service}
connections:
  web -> pdf: http
  web -> png: http
questions:
  q: {about: web -> pdf, ask: "web starts after pdf. Does it call it?", options: [required, optional, none]}
flows:
  print:
    steps: [STEPS]
"""


@pytest.mark.parametrize(
    ("steps", "left"),
    [
        ("web -> png: GET, {opt: {when: asked, steps: [web -> pdf: GET]}}", ["web -> png"]),
        ("{loop: {when: often, steps: [web -> png: GET, web -> pdf: GET]}}", ["web -> png"]),
        ("{par: [{steps: [web -> pdf: GET]}, {steps: [web -> pdf: GET]}]}, web -> png: GET", ["web -> png"]),
        ("{par: [{steps: [web -> png: a]}, {steps: [web -> png: b, web -> pdf: GET]}]}", ["web -> png", "web -> png"]),
        ("web -> pdf: GET, web -> png: GET, web -> pdf: GET, web -> png: PUT", ["web -> png", "web -> png"]),
        ("{par: [{steps: [web -> png: a]}, {steps: [pdf --> web: b]}]}, web -> pdf: GET", ["web -> png"]),
        ("{web -> pdf | png: {message: GET, access: read, async: true}}", ["web -> png"]),
        ("web -> png: GET, web -> pdf: GET, web -> png: POST", ["web -> png", "web -> png"]),
        ("{opt: {when: asked, steps: [web -> pdf: GET]}}", None),
        ("web -> pdf: GET, pdf --> web: OK", None),
    ],
)
def test_no_step_is_left_of_a_call_that_is_gone(
    steps: str, left: list[str] | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    MODEL.parent.mkdir()
    MODEL.write_text(DRAWN.replace("STEPS", steps))
    answer("web -> pdf", "none")
    assert [each.id for each in model().connections] == ["web -> png"]
    asked = {
        flow.id: [request for request, _ in requests(flow.steps)] for flow in model().flows if flow.assumed is None
    }
    shown = {flow: [f"{each.source} -> {' | '.join(each.targets)}" for each in own] for flow, own in asked.items()}
    assert shown == ({} if left is None else {"print": left})
    if "access" in steps:
        (request,) = asked["print"]
        assert (request.message, request.access, request.deferred) == ("GET", "read", True)


def test_a_call_that_is_all_of_a_branch_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    MODEL.parent.mkdir()
    steps = "{alt: [{when: a, steps: [web -> pdf: GET]}, {when: b, steps: [web -> png: GET]}]}"
    MODEL.write_text(DRAWN.replace("STEPS", steps))
    before = MODEL.read_text()
    assert main(["answer", "q", "none"]) == 2
    assert "a branch of print/1 would have no step left; change flow print by hand" in capsys.readouterr().err
    assert MODEL.read_text() == before


def test_a_call_stays_where_another_connection_allows_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    MODEL.parent.mkdir()
    either = DRAWN.replace("  web -> png: http", "  web -> pdf | png: http")
    MODEL.write_text(either.replace("STEPS", "web -> pdf: GET"))
    answer("web -> pdf", "none")
    assert [[request.id for request, _ in requests(flow.steps)] for flow in model().flows] == [["print/1"]]


def test_a_door_that_is_none_is_in_no_flow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    MODEL.parent.mkdir()
    door = DRAWN.replace("options: [required, optional, none]", "options: ['yes', 'no'], kind: entrance")
    MODEL.write_text(door.replace("STEPS", "web -> png: GET, web -> pdf: GET"))
    answer("web -> pdf", "no")
    (flow,) = model().flows
    assert [request.id for request, _ in requests(flow.steps)] == ["print/1"]
    MODEL.write_text(
        door.replace("STEPS", "web -> png: GET, web -> pdf: GET").replace("web -> png: GET", "web -> pdf: GET")
    )
    answer("web -> pdf", "no")
    assert all(flow.id != "print" for flow in model().flows)
