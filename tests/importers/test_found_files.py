"""Directories: which of their files an import takes, and what it says of the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from archgen.app.importing.directories import FoundFiles
from archgen.app.importing.importing import import_model, summary
from archgen.cli import main
from archgen.system.files import ResolvedDirectory

WORKLOAD = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: "acme/web:1"}]}}}
"""

TEMPLATE = WORKLOAD.replace("name: web}\nspec", "name: {{ .Release.Name }}-web}\nspec")


def write(files: dict[str, str]) -> None:
    """Write files below the working directory."""
    for name, text in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")


def test_templates_of_a_chart_are_no_errors_of_the_directory_that_holds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    chart = {"charts/shop/Chart.yaml": "name: shop\n", "charts/shop/charts/db/Chart.yaml": "name: db\n"}
    templates = {f"charts/shop/{at}templates/web.yaml": TEMPLATE for at in ("", "charts/db/")}
    write({"k8s/web.yaml": WORKLOAD, **chart, **templates})
    assert main(["import", ".", "--format", "summary"]) == 0
    output = capsys.readouterr()
    assert output.err == ""
    assert [line for line in output.out.splitlines() if line.startswith("not read")] == [
        "not read: charts/shop is a Helm chart; `archgen import charts/shop` reads it instead"
    ]
    assert main(["import", "charts/shop", "--format", "summary"]) == 0
    assert "read charts/shop: a Helm chart" in capsys.readouterr().out
    write({name: f"{template}{{{{ genCA }}}}" for name, template in templates.items()})
    assert main(["import", "charts/shop"]) == 2
    assert "charts/shop is a Helm chart: render it" in capsys.readouterr().err
    assert main(["import", "charts/shop/templates/web.yaml"]) == 2
    assert "this is a template" in capsys.readouterr().err


APPLICATIONS = """
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: all}
spec: {template: {metadata: {name: "{{name}}"}, spec: {source: {path: "apps/{{name}}"}}}}
"""
HOLES = WORKLOAD.replace("name: web}\nspec", "name: {{APP}}}\nspec")
QUOTED = WORKLOAD.replace("{name: web}\nspec", "\n  name: 'shop-{{ app }}'\nspec")


def test_a_manifest_that_a_script_fills_in_is_read_where_its_place_is_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = WORKLOAD.replace("acme/web:1", "acme/api:${TAG}").replace("name: web", "name: api")
    old = WORKLOAD.replace("name: web", "name: old")
    files = {"k8s/web.yaml": WORKLOAD, "k8s/api.yaml.template": api, "k8s/web.yaml.tpl": old, "k8s/x.yaml.example": old}
    monkeypatch.chdir(tmp_path)
    write(files)
    result = import_model((".",), None)
    assert {file.path for file, _ in result.reading.sources} == {"k8s/web.yaml", "k8s/api.yaml.template"}


@pytest.mark.parametrize(
    ("templates", "code", "line"),
    [
        ({"t/a.yaml": HOLES}, 0, "t/a.yaml, a template; import what is made of it"),
        ({"t/a.yaml": QUOTED}, 0, "t/a.yaml, a template; import what is made of it"),
        ({"t/a.yaml": HOLES, "t/b.yaml": QUOTED}, 0, "2 templates in t, such as t/a.yaml; import what is made of them"),
        ({"a.yaml": HOLES}, 0, "a.yaml, a template; import what is made of it"),
        ({"t/a.yaml": HOLES.replace("{{APP}}", "{{ .Values.name }}")}, 2, ""),
        ({"t/a.yaml": HOLES, "t/kustomization.yaml": "resources: [a.yaml]\n"}, 2, ""),
        ({"set.yaml": APPLICATIONS}, 0, ""),
        # a hole beside names is a value that isn't known, also where it isn't YAML
        (
            {
                "t/a.yaml": WORKLOAD.replace("name: web}\nspec", "name: api}\nspec")
                + "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: api\n  annotations:\n"
                "    ranges: {{ ranges|join(',') }}\n"
            },
            0,
            "",
        ),
        ({"t/a.yaml": WORKLOAD.replace("acme/web:1", "acme/web:{{ tag }}").replace("name: web}", "name: api}")}, 0, ""),
    ],
)
def test_template_of_another_tool_is_left_out_beside_other_manifests(
    templates: dict[str, str],
    code: int,
    line: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    write({"k8s/web.yaml": WORKLOAD, **templates})
    assert main(["import", ".", "--format", "summary"]) == code
    lines = [each for each in capsys.readouterr().out.splitlines() if each.startswith("not read")]
    assert lines == ([f"not read: {line}"] if line else [])
    if line:
        assert main(["import", next(iter(templates))]) == 2
        assert "this is a template" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (("docker-compose.ci-test.yml", "docker-compose.postgres.yml"), "docker-compose.postgres.yml"),
        (("docker-compose.dev.yml", "docker-compose.prod.yml", "docker-compose.all.yml"), "docker-compose.prod.yml"),
        (("compose-local.yml", "compose-test.yml"), "compose-local.yml"),
        (("docker-compose.attestation.yml", "docker-compose.dev.yml"), "docker-compose.attestation.yml"),
    ],
)
def test_file_for_those_who_run_it_comes_before_files_for_tests(
    names: tuple[str, ...], chosen: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(dict.fromkeys(names, "services: {web: {image: nginx, ports: ['80:80']}}\n"))
    result = import_model((".",), None)
    assert [file.path for file, _ in result.reading.sources] == [chosen]
    assert result.others == tuple(sorted({*names} - {chosen}))


def test_variants_in_several_directories_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write({"aws/web.yaml": WORKLOAD, "azure/web.yaml": WORKLOAD.replace("web:1", "web:2")})
    result = import_model((".",), None)
    assert "acme/web:1" in result.text
    assert (
        "the first counts: 1 workload in several files, such as Deployment web (aws/web.yaml, azure/web.yaml)"
        in summary(result)
    )
    assert "the first counts" not in summary(import_model(("aws",), None))


def test_many_files_are_counted_by_their_formats(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write({f"k8s/{number}.yaml": WORKLOAD.replace("web", f"web{number}") for number in range(9)})
    assert "from 9 files (9 kubernetes)" in summary(import_model((".",), None))
    assert "from k8s/1.yaml (kubernetes)" in summary(import_model(("k8s/1.yaml",), None))


def test_example_that_stands_in_for_an_env_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write({"compose.yml": "services: {web: {image: nginx, ports: ['${PORT}:80']}}\n", ".env.example": "PORT=8080\n"})
    assert "example values: .env.example, since the file itself isn't there" in summary(import_model((".",), None))
    write({".env": "PORT=9090\n"})
    result = import_model((".",), None)
    assert "example values" not in summary(result)
    assert "port: 9090" in result.text


def test_included_file_outside_the_project_is_an_error_with_the_next_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    web = "services: {web: {image: nginx, ports: ['80:80'], environment: {DB_HOST: db}}}\n"
    app = {"app/compose.yml": "include:\n  - ../web/compose.yml\n  - ../${STORE}/compose.yml\n", "web/compose.yml": web}
    write(
        {
            **app,
            "app/.git/HEAD": "ref: refs/heads/main\n",
            "app/compose.override.yml": "services: {db: {image: postgres}}\n",
        }
    )
    assert main(["import", "app", "--format", "summary"]) == 2
    assert "app/compose.yml:2:1: the file that is included here isn't there, or lies outside" in capsys.readouterr().err
    Path("app/.git").rename(".git")
    assert main(["import", "app"]) == 0
    assert "web -> db: {protocol: postgresql, port: 5432}" in capsys.readouterr().out
    assert main(["import", "app/compose.yml", "app/compose.override.yml"]) == 0
    assert "web -> db: {protocol: postgresql, port: 5432}" in capsys.readouterr().out


def test_file_comes_before_its_override_and_is_read_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("compose.back.yml").write_text("services: {web: {image: nginx}}\n")
    Path("compose.back.override.yml").write_text("services: {web: {ports: ['8080:80']}}\n")
    Path("compose.front.override.yml").write_text("services: {page: {ports: ['81:80']}}\n")
    assert main(["import", ".", "-o", "x.arch.yaml"]) == 0
    assert "visitor -> web: {protocol: http, port: 8080}" in Path("x.arch.yaml").read_text()
    assert "not read: compose.front.override.yml" in capsys.readouterr().out


def test_projects_and_manifests_further_down_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    one, two = "services:\n  api:\n    build: api\n", "  web:\n    image: nginx\n"
    write(
        {
            "shop/docker-compose.yml": one,
            "shop/deployment/docker-compose.yml": one + two,
            "shop/deployment/docker-compose.dev.yml": one + two,
            "shop/service/docker-compose.yml": one,
            "shop/deployment/k8s/base/web.yaml": WORKLOAD,
            "shop/deployment/k8s/prod/kustomization.yaml": "resources: [../base]\n",
            "shop/cluster/kustomization.yaml": "resources: [web.yaml]\n",
            "shop/manifests/readme.md": "",
        }
    )
    assert main(["import", "shop", "--format", "summary"]) == 0
    told = [line for line in capsys.readouterr().out.splitlines() if line.startswith("not read")]
    assert told == [
        f"not read: {path}; `archgen import {path}` reads it instead"
        for path in (
            "shop/cluster",
            "shop/deployment/docker-compose.yml",
            "shop/deployment/k8s",
            "shop/service/docker-compose.yml",
        )
    ]


def test_manifests_are_read_beside_a_compose_file_with_stores_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    store = "services:\n  db:\n    image: postgres\n  pages:\n    image: adminer\n"
    write({"docker-compose.yml": store, "deploy/k8s/web.yaml": WORKLOAD})
    assert main(["import", ".", "--format", "summary"]) == 0
    output = capsys.readouterr().out
    assert "deploy/k8s/web.yaml (kubernetes)" in output
    why = "read manifests of Kubernetes: docker-compose.yml runs no program of its own"
    assert why in output.splitlines()
    assert "not read: docker-compose.yml; `archgen import docker-compose.yml` reads it instead" in output.splitlines()
    for manifests in (WORKLOAD.replace("acme/web:1", "postgres:16"), WORKLOAD.replace("acme/web", "{{ image }}")):
        write({"deploy/k8s/web.yaml": manifests})
        assert [name for _, name in import_model((".",), None).reading.sources] == ["compose"]
    write({"deploy/k8s/web.yaml": WORKLOAD, "docker-compose.yml": f"{store}  api:\n    build: api\n"})
    assert [name for _, name in import_model((".",), None).reading.sources] == ["compose"]


def test_empty_file_of_the_usual_name_hides_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write(
        {"docker-compose.yml": "\n", "docker-compose.prod.yml": "services: {web: {image: nginx, ports: ['80:80']}}\n"}
    )
    assert main(["import", "."]) == 0
    assert "visitor -> web" in capsys.readouterr().out


def test_variants_beside_each_other_are_told_apart_by_their_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    text = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{image: nginx}]}}}\n"
    Path("all.yaml").write_text(text)
    Path("mirror.yaml").write_text(text)
    assert main(["import", ".", "-o", "x.arch.yaml"]) == 0
    assert "(mirror.yaml, not all.yaml); name one of the files" in capsys.readouterr().out


OVERLAYS = {
    "base/web.yaml": WORKLOAD,
    "base/kustomization.yaml": "resources: [web.yaml]\nconfigMapGenerator:\n- {name: web, literals: [A=1]}\n",
    "overlays/prod/kustomization.yaml": "resources:\n  - ../../base\n  - more.yaml\n  - deep\npatches: [{path: scale.yaml}]\n",
    "overlays/prod/more.yaml": WORKLOAD.replace("web", "tracer"),
    "overlays/prod/unlisted.yaml": WORKLOAD.replace("web", "forgotten"),
    "overlays/prod/deep/kustomization.yaml": "resources: [search.yaml]\n",
    "overlays/prod/deep/search.yaml": WORKLOAD.replace("web", "search"),
    "overlays/prod/scale.yaml": WORKLOAD.split("spec:")[0] + "spec: {replicas: 4}\n",
    "overlays/dev/kustomization.yaml": "resources:\n  - ../../base\n  - mock.yaml\nreplicas: [{name: web, count: 7}]\n",
    "overlays/dev/mock.yaml": WORKLOAD.replace("web", "mock"),
}


def test_overlay_for_visitors_is_read_over_its_base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(OVERLAYS)
    result = import_model((".",), None)
    replicas = {part.id: part.replicas for part in result.model.inventory.parts.values()}
    assert replicas == {"web": 4, "tracer": 1, "search": 1}
    assert "not read: 1 overlay, such as overlays/dev; `archgen import overlays/dev` reads that one instead" in summary(
        result
    )
    assert "mock" in import_model(("overlays/dev",), None).text
    write({"base/web.yaml": "kind: nothing\n"})
    result = import_model((".",), None)
    assert "mock" in result.text
    assert "not read" not in summary(result)


def test_name_in_a_kustomization_that_leads_nowhere_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    prod = "k8s/prod/kustomization.yaml"
    elsewhere = "github.com/acme/shop//base?ref=v1, github.com/acme/shop, 'git@github.com:acme/shop', '{{ base }}'"
    write({"k8s/base/web.yaml": WORKLOAD, "k8s/base/kustomization.yaml": "resources: [web.yaml]\n"})
    more = "generators: [make.yaml]\nreplicas: [{name: web, count: 7}]\n"
    write({prod: f"resources: [../../base, ../base, {elsewhere}]\n{more}"})
    absence = f"{prod} names ../../base, which isn't there; correct the path, or add what it names"
    lines = summary(import_model((".",), None)).splitlines()
    absences = [absence, absence.replace("../../base", "make.yaml")]
    assert [line for line in lines if line.startswith("missing: ")] == [f"missing: {each}" for each in absences]
    write({prod: "resources: [../../base]\n"})
    assert main(["import", "k8s/prod", "-o", "shop.arch.yaml"]) == 2
    assert absence in capsys.readouterr().err
    # what isn't read may name anything
    write({"k8s/dev/kustomization.yaml": "resources: [../base, mock.yaml]\n", prod: "resources: [../base]\n"})
    assert "missing" not in summary(import_model((".",), None))


def test_trial_beside_the_overlays_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(OVERLAYS)
    for directory in ("dev-box", "dev-tools"):
        write({f"{directory}/kustomization.yaml": "resources: [its.yaml]\n"})
        write({f"{directory}/its.yaml": WORKLOAD.replace("web", directory)})
    overlay = "overlays/prod/kustomization.yaml"
    write({overlay: OVERLAYS[overlay].replace("  - deep\n", "  - deep\n  - ../../dev-tools\n")})
    result = import_model((".",), None)
    assert set(result.model.inventory.parts) == {"web", "tracer", "search", "dev-tools"}
    assert set(result.overlays) == {"overlays/dev", "dev-box"}


def test_of_several_overlays_for_trials_none_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write({path.replace("prod", "local"): text for path, text in OVERLAYS.items()})
    result = import_model((".",), None)
    assert list(result.model.inventory.parts) == ["web"]
    assert result.overlays == ("overlays/dev", "overlays/local")


def test_blank_lines_of_a_kustomization_are_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write({"base/web.yaml": WORKLOAD, "overlay/more.yaml": WORKLOAD.replace("web", "tracer")})
    write({"overlay/kustomization.yaml": "resources:" + "\n" * 2_000_000 + "- ../base\n"})
    assert "tracer" not in import_model((".",), None).text


def test_few_manifests_give_way_to_compose_files_that_run_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    trial = "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n"
    services = "".join(f"  s{number}:\n    image: acme/s:{number}\n" for number in range(3))
    write({"kind.yaml": trial, "web/k8s.yaml": WORKLOAD, "docker/compose.yml": f"services:\n{services}"})
    result = import_model((".",), None)
    assert [file.path for file, _ in result.reading.sources] == ["docker/compose.yml"]
    assert result.others == ("kind.yaml", "web/k8s.yaml")
    write({"web/more.yaml": WORKLOAD.replace("name: web}\n", "name: more}\n")})
    assert {name for _, name in import_model((".",), None).reading.sources} == {"kubernetes"}


@pytest.mark.parametrize(("count", "components"), [(3, {"s1", "s2", "s3"}), (4, {"web"})])
def test_manifests_come_before_many_compose_projects_of_which_nothing_tells_the_one_that_is_meant(
    count: int, components: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write({"k8s/web.yaml": WORKLOAD})
    for number in range(1, count + 1):
        write({f"p{number}/compose.yml": f"services:\n  s{number}:\n    image: acme/s{number}\n"})
    parts = import_model((".",), None).model.inventory.parts
    assert {part for part in parts if not part.startswith("app")} == components


def test_link_to_itself_hides_no_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write({"app.yaml": WORKLOAD})
    Path("loop").symlink_to("loop")
    assert list(import_model((".",), None).model.inventory.parts) == ["web"]


def test_few_bytes_are_kept_of_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write({"one.yaml": "a" * 15, "two.yaml": "b" * 15})
    found = FoundFiles(ResolvedDirectory.of("."), room=20)
    assert [found.data(name) for name in ("one.yaml", "two.yaml")] == [b"a" * 15, b"b" * 15]
    write({"one.yaml": "c" * 15, "two.yaml": "d" * 15})
    assert [found.data(name) for name in ("one.yaml", "two.yaml")] == [b"a" * 15, b"d" * 15]


def test_summary_names_few_of_many_front_doors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    services = "".join(f'  web{n:02}: {{image: "acme/web{n}", ports: ["{8000 + n}:80"]}}\n' for n in range(13))
    write({"compose.yml": f"services:\n{services}"})
    (line,) = (each for each in summary(import_model((".",), None)).splitlines() if each.startswith("front doors"))
    assert line == f"front doors: {', '.join(f'web{n:02}' for n in range(10))}, 3 more; stores: none"


def test_search_for_a_base_ends_at_the_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write(
        {
            "docker-compose.yml": "services: {web: {image: nginx, ports: ['80:80']}}\n",
            "docker-compose.tracing.yml": "services: {api: {image: acme/api, depends_on: [gone]}}\n",
        }
    )
    assert main(["import", str(tmp_path), "--format", "summary"]) == 0
    absolute = capsys.readouterr().out
    assert main(["import", ".", "--format", "summary"]) == 0
    assert absolute.count("docker-compose.yml") == capsys.readouterr().out.count("docker-compose.yml") > 0
