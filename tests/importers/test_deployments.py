"""Repositories with several deployments: the one that production runs, by what pipelines, scripts and documents say."""

from __future__ import annotations

from pathlib import Path

import pytest

from archgen.app.importing.deployments.chart_choice import installed_charts
from archgen.app.importing.deployments.image_updates import written_paths
from archgen.app.importing.importing import Import
from tests.importers.compose_projects import imported
from tests.importers.test_found_files import TEMPLATE, WORKLOAD

COMPOSE = 'services:\n  app: {image: "acme/web:latest", restart: always}\n'
CHART = {"helm/Chart.yaml": "name: shop\n", "helm/values.yaml": "tag: 1\n", "helm/templates/web.yaml": TEMPLATE}
PLAIN = {"manifests/web.yaml": WORKLOAD}
INSTALL = "helm upgrade --install --namespace shop --wait shop ./helm --set tag=$TAG\n"
PIPELINE = "on: {{push: {{branches: [main]}}}}\njobs:\n  build:\n    steps:\n      - run: |\n          {}\n"
LOCAL = "minikube start\nkubectl apply -f manifests/\n"


def pipeline(*commands: str) -> dict[str, str]:
    """Return a workflow that runs commands after each push."""
    return {".github/workflows/release.yml": PIPELINE.format("\n          ".join(commands))}


def read(result: Import) -> set[str]:
    """Return the outermost directories, or the files, that an import read."""
    return {file.path.partition("/")[0] for file, _ in result.reading.sources}


UPDATES = [
    pytest.param(["sed -i 's|image: acme/web:.*|image: acme/web:1|' k8s/web.yaml"], id="sed"),
    pytest.param(["yq -i '.spec.template.spec.containers[0].image = \"acme/web:1\"' k8s/web.yaml"], id="yq"),
    pytest.param(["for f in k8s/*.yaml; do", '  sed -i "s|image: acme/web.*|image: $NEW|" "$f"', "done"], id="loop"),
]


@pytest.mark.parametrize("commands", UPDATES)
def test_manifests_into_which_a_pipeline_writes_the_image_that_it_builds_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, commands: list[str]
) -> None:
    files = {"docker-compose.yml": COMPOSE, "k8s/web.yaml": WORKLOAD, **pipeline(*commands)}
    result = imported(tmp_path, monkeypatch, files)
    assert read(result) == {"k8s"}
    assert "release.yml writes the images that it builds into k8s/web.yaml" in result.reasons[0]


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({}, id="nothing"),
        pytest.param(pipeline("sed -i 's|image: acme/web:.*|x|' other/k8s/web.yaml"), id="of-another-repository"),
        pytest.param(pipeline("sed 's|image: acme/web:.*|x|' k8s/web.yaml"), id="only-printed"),
        pytest.param({"bump.sh": "sed -i 's|image: acme/web:.*|x|' k8s/web.yaml\n"}, id="by-a-person"),
    ],
)
def test_compose_files_are_read_where_no_pipeline_writes_into_the_manifests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str]
) -> None:
    result = imported(tmp_path, monkeypatch, {"docker-compose.yml": COMPOSE, "k8s/web.yaml": WORKLOAD, **files})
    assert read(result) == {"docker-compose.yml"}


def test_an_image_of_an_owner_in_both_shows_that_they_run_one_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    further = "".join(
        f'  {name}: {{image: "registry.vendor.io/{name}/{name}:8", restart: always}}\n' for name in ("one", "two")
    )
    update = pipeline("sed -i 's|image: acme/web:.*|x|' k8s/web.yaml")
    files = {"docker-compose.yml": COMPOSE + further, "k8s/web.yaml": WORKLOAD, **update}
    assert read(imported(tmp_path, monkeypatch, files)) == {"k8s"}


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        pytest.param(
            {"local.sh": LOCAL, "deploy.sh": INSTALL},
            "helm: deploy.sh installs helm; of the manifests in manifests: local.sh applies the manifests to a cluster for trials alone",
            id="script-for-a-cluster-of-trials",
        ),
        pytest.param(
            {
                "README.md": "```text\n├── manifests/  # for the local minikube\n├── helm/  # for EKS\n```\n",
                "deploy.sh": INSTALL,
            },
            "helm: deploy.sh installs helm; of the manifests in manifests: the documents name the manifests for development",
            id="directory-in-the-documents",
        ),
        pytest.param(
            {
                "manifests/web.yaml": WORKLOAD + "---\nkind: ConfigMap\ndata: {S3: 'http://cloud:4566'}\n",
                "deploy.sh": INSTALL,
            },
            "helm: deploy.sh installs helm; of the manifests in manifests: their programs use an emulator, http://cloud:4566",
            id="emulator-of-a-cloud",
        ),
        pytest.param(
            {"local.sh": LOCAL, "README.md": "```sh\nhelm upgrade --install shop \\\n  ./helm\n```\n"},
            "helm: the documents say how to install helm; "
            "of the manifests in manifests: local.sh applies the manifests to a cluster for trials alone",
            id="command-on-two-lines-of-a-document",
        ),
        pytest.param(pipeline(INSTALL), "helm: .github/workflows/release.yml installs helm", id="pipeline"),
        pytest.param(
            pipeline("yq -i '.tag = \"2\"' helm/values.yaml"),
            "helm: .github/workflows/release.yml writes the images that it builds into helm/values.yaml",
            id="pipeline-that-writes-into-its-values",
        ),
    ],
)
def test_a_chart_of_production_is_read_instead_of_manifests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], reason: str
) -> None:
    result = imported(tmp_path, monkeypatch, {**PLAIN, **CHART, **files})
    assert read(result) == {"helm"}
    assert result.reasons[0] == reason
    assert result.others == ("manifests",)


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"deploy.sh": INSTALL}, id="nothing-against-them"),
        pytest.param({"local.sh": LOCAL}, id="nothing-installs-the-chart"),
        pytest.param({**pipeline("kubectl apply -f manifests/", INSTALL)}, id="a-pipeline-applies-both"),
        pytest.param(
            {"local.sh": LOCAL, "helm/templates/web.yaml": TEMPLATE.replace("web", "shipping")},
            id="chart-of-something-else",
        ),
        pytest.param({**pipeline("helm upgrade --install --dry-run shop ./helm")}, id="only-tried"),
    ],
)
def test_manifests_are_read_where_no_chart_is_known_for_production(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str]
) -> None:
    assert read(imported(tmp_path, monkeypatch, {**PLAIN, **CHART, **files})) == {"manifests"}


def test_a_chart_of_other_programs_that_a_script_installs_is_read_beside_manifests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"deploy.sh": INSTALL, "helm/templates/web.yaml": TEMPLATE.replace("web", "shipping")}
    assert read(imported(tmp_path, monkeypatch, {**PLAIN, **CHART, **files})) == {"helm", "manifests"}


@pytest.mark.parametrize(
    ("command", "directory"),
    [
        pytest.param("kubectl apply -f web.yaml", "web.yaml", id="applied"),
        pytest.param("sed -i 's|image: acme/web:.*|x|' web.yaml", "web.yaml", id="written"),
        pytest.param("kubectl apply -f https://acme.com/other.yaml", "helm", id="something-else-applied"),
    ],
)
def test_manifests_at_the_root_are_read_where_a_pipeline_applies_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, directory: str
) -> None:
    files = {"web.yaml": WORKLOAD, **CHART, **pipeline(command, INSTALL)}
    assert read(imported(tmp_path, monkeypatch, files)) == {directory}


APPLICATION = (
    "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: shop}\nspec: {source: {path: helm}}\n"
)


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        pytest.param(pipeline(INSTALL), "release.yml installs helm", id="pipeline"),
        pytest.param({"argocd/shop.yaml": APPLICATION}, "a controller applies helm", id="controller"),
    ],
)
def test_a_chart_that_a_deed_brings_to_visitors_is_read_instead_of_compose_files_that_say_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], reason: str
) -> None:
    compose = {
        "docker-compose.yml": "services:\n  web: {build: ., restart: always}\n  db: {image: 'postgres:16'}\n",
        "Dockerfile": "FROM a\n",
    }
    result = imported(tmp_path, monkeypatch, {**compose, **CHART, **files})
    assert read(result) == {"helm"}
    assert any(reason in each for each in result.reasons)


def test_the_charts_that_commands_install_are_found_by_place() -> None:
    lines = [
        'CHART="./charts/shop"',
        'helm upgrade --install "$NAME" "$CHART" -f values.yaml',
        "helm repo update && helm install --generate-name deploy/api/",
        "helm install front oci://ghcr.io/acme/front",
        "helm lint charts/other",
    ]
    assert [*installed_charts(lines)] == ["charts/shop", "deploy/api"]


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        pytest.param(
            "cd k8s\nsed -i -e 's/image: .*/x/' web.yaml\ncd ../chart && yq -i '.image.tag = \"1\"' values.yaml\nsed -i 's/a/b/' x.yaml\n",
            ["k8s/web.yaml", "chart/values.yaml"],
            id="lines",
        ),
        pytest.param(
            "cd app && make; cd k8s && sed -i 's/image: a;/b/' web.yaml", ["app/k8s/web.yaml"], id="further-in"
        ),
        pytest.param("cd app; cd ../k8s; sed -i 's/image: a;/b/' web.yaml", ["k8s/web.yaml"], id="elsewhere"),
        pytest.param("sed -i 's/image: a/b/' web.yaml && cd app", ["web.yaml"], id="afterwards"),
        pytest.param(
            "cd k8s && sed -i 's/image: a/b/' a.yaml; cd ../chart && sed -i 's/tag: a/b/' b.yaml",
            ["k8s/a.yaml", "chart/b.yaml"],
            id="in-two-directories",
        ),
        pytest.param("sed -i 's/image: a/b/' ../../k8s/web.yaml", ["k8s/web.yaml"], id="above"),
    ],
)
def test_files_in_which_commands_change_an_image_are_found_from_the_directory_that_they_went_to(
    text: str, paths: list[str]
) -> None:
    assert [*written_paths(text)] == paths


def stacks(*names: str, place: str = "") -> dict[str, str]:
    """Return compose projects side by side, each of one program."""
    return {f"{place}{name}/docker-compose.yml": f'services:\n  {name}: {{image: "acme/{name}:1"}}\n' for name in names}


FOUR = stacks("cart", "mail", "shop", "stock")
TASKS = """\
- hosts: all
  tasks:
    - community.docker.docker_compose_v2: {project_src: "/opt/{{ item }}"}
      loop: [cart, mail, shop]
    - docker_compose: {project_src: /opt/stock, state: absent}
"""

TOGETHER = [
    pytest.param({"start.sh": "for d in */; do\n  cd $d\n  docker compose up -d\n  cd ..\ndone\n"}, 4, id="loop-over-all"),
    pytest.param({"up.sh": 'ALL="cart mail shop"\nfor s in $ALL; do docker compose -f $s/docker-compose.yml up -d; done\n'}, 3, id="list"),
    pytest.param({"up.sh": 'ALL=(\n  cart\n  mail\n)\nfor s in "${ALL[@]}"; do (cd $s && docker compose up -d); done\n'}, 2, id="array"),
    pytest.param({"Makefile": "up:\n\tcd cart && docker compose up -d\n\tdocker-compose -f mail/docker-compose.yml up -d\n"}, 2, id="make"),
    pytest.param({"Makefile": "up:\n\t$(MAKE) -C cart up\n\t$(MAKE) -C mail up\n"}, 2, id="make-in-a-directory"),
    pytest.param({"infra/site.yml": TASKS}, 3, id="playbook"),
    pytest.param(
        {f"roles/{each}/tasks/main.yml": f"- docker_compose: {{project_src: temp/{each}}}\n" for each in ("cart", "mail", "shop", "stock")},
        4,
        id="roles",
    ),
    pytest.param({"infra/site.yml": "- shell: docker compose up -d\n  args: {chdir: /srv/cart}\n- command: docker compose up\n"
                  "  args: {chdir: /srv/mail}\n"}, 2, id="commands-of-a-playbook"),
    pytest.param(pipeline("ssh vm 'cd cart && docker compose up -d; cd ../mail && docker compose up -d'"), 2, id="workflow"),
    pytest.param({"README.md": "```sh\ncd cart\ndocker compose up -d\ncd ../mail\ndocker compose up -d\n```\n"}, 2, id="documents"),
]  # fmt: skip


@pytest.mark.parametrize(("files", "count"), TOGETHER)
def test_projects_that_one_file_starts_are_read_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], count: int
) -> None:
    result = imported(tmp_path, monkeypatch, {**FOUR, **files})
    assert len(read(result)) == count
    assert "together" in result.reasons[0]


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"up.sh": "cd cart\ndocker compose up -d\n"}, id="one-alone"),
        pytest.param({"up.sh": "for d in */; do cd $d; docker compose build; done\n"}, id="only-built"),
        pytest.param({"site.yml": TASKS.replace("[cart, mail, shop]", "[other, further]")}, id="of-another-repository"),
    ],
)
def test_of_projects_that_nothing_starts_together_the_largest_is_read_and_all_are_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str]
) -> None:
    larger = "services:\n  shop: {image: 'acme/shop:1'}\n  jobs: {image: 'acme/jobs:1'}\n"
    result = imported(tmp_path, monkeypatch, {**FOUR, "shop/docker-compose.yml": larger, **files})
    assert read(result) == {"shop"}
    (way,) = (each for each in result.model.questions if each.kind == "way")
    assert way.options == tuple(f"{name}/docker-compose.yml" for name in ("shop", "cart", "mail", "stock"))


TRIAL = WORKLOAD.replace("name: web", "name: probe").replace("acme/web", "acme/probe")


@pytest.mark.parametrize(
    ("place", "text"),
    [
        pytest.param("k8s/kind/probe", TRIAL, id="kind"),
        pytest.param("k8s/local-cluster", TRIAL, id="local"),
        pytest.param("k8s/05-local", TRIAL, id="number"),
        pytest.param("k8s/further", TRIAL.replace("acme/probe", "localhost:5000/probe"), id="registry-of-this-machine"),
    ],
)
def test_workloads_for_trials_beside_those_of_production_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, text: str
) -> None:
    files = {"k8s/base/web.yaml": WORKLOAD, f"{place}/probe.yaml": text}
    result = imported(tmp_path, monkeypatch, files)
    assert set(result.model.values["components"]) - {"visitor"} == {"web"}
    assert [place.startswith(each) for each in result.others] == [True]


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"k8s/local/web.yaml": WORKLOAD}, id="alone"),
        pytest.param({"k8s/base/web.yaml": WORKLOAD, "k8s/probe/probe.yaml": TRIAL}, id="another-program"),
        pytest.param(
            {"k8s/base/web.yaml": WORKLOAD, "k8s/test-probe/x.yaml": TRIAL.replace("name: probe", "name: test-probe")},
            id="named",
        ),
        pytest.param(
            {
                "k8s/base/web.yaml": WORKLOAD,
                "k8s/local/x.yaml": TRIAL,
                "deploy.sh": "kubectl apply -f k8s/base\nkubectl apply -f k8s/local\n",
            },
            id="applied",
        ),
    ],
)
def test_workloads_that_may_be_of_production_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str]
) -> None:
    result = imported(tmp_path, monkeypatch, files)
    assert not result.others


RUN = "- hosts: all\n  tasks:\n    - {}\n"


@pytest.mark.parametrize(
    ("path", "task"),
    [
        (
            "ansible/site.yml",
            "community.docker.docker_compose_v2: {project_src: /opt/shop, files: [compose.server.yml]}",
        ),
        ("ansible/roles/shop/tasks/main.yml", "docker_compose: {project_src: /opt/shop, files: compose.server.yml}"),
        ("playbook.yml", "shell: docker compose -f compose.server.yml up -d\n      args: {chdir: /opt/shop}"),
        ("playbook.yml", "command: {cmd: docker compose -f compose.server.yml up -d, chdir: /opt/shop}"),
    ],
)
def test_what_a_playbook_starts_is_what_visitors_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, task: str
) -> None:
    files = {
        "docker-compose.yml": COMPOSE,
        "compose.server.yml": COMPOSE.replace("latest", "9"),
        path: RUN.format(task),
    }
    result = imported(tmp_path, monkeypatch, files)
    assert read(result) == {"compose.server.yml"}
    assert f"{path} starts it" in result.reasons[0]


def test_what_a_playbook_takes_away_is_not_what_visitors_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    task = "docker_compose: {project_src: /opt/shop, files: compose.server.yml, state: absent}"
    files = {"docker-compose.yml": COMPOSE, "compose.server.yml": COMPOSE, "ansible/site.yml": RUN.format(task)}
    assert read(imported(tmp_path, monkeypatch, files)) == {"docker-compose.yml"}
