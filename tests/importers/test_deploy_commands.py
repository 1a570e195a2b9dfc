"""Commands in scripts: those that bring a system to its visitors, apart from those that try a part of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from archgen.app.importing.applied_paths import with_native_steps
from archgen.app.importing.deploy_commands import find_runs
from archgen.app.importing.directories import FoundFiles
from archgen.app.importing.importing import summary
from archgen.system.files import ResolvedDirectory
from tests.importers.compose_projects import STORES, SYSTEM, assert_choice, compose, imported
from tests.importers.test_found_files import WORKLOAD

UP = "docker compose -f docker-compose.vps.yml up -d\n"
SERVER = {"docker-compose.yml": compose(*SYSTEM), "docker-compose.vps.yml": compose(*SYSTEM)}
DOWN = "docker compose -f docker-compose.vps.yml down\n"


def started(name: str, text: str) -> list[bool]:
    """Return for each start of a compose file in a script whether it deploys."""
    Path(name).write_text(text, encoding="utf-8")
    files = {"docker-compose.yml": "services: {}\n", "docker-compose.vps.yml": "services: {}\n"}
    inside = FoundFiles(ResolvedDirectory.of("."))
    return [run.deploys for run in find_runs(".", [name], files, inside) if run.files == ("docker-compose.vps.yml",)]


@pytest.mark.parametrize(
    ("name", "text", "deploys"),
    [
        pytest.param("release.sh", UP, [True], id="start"),
        pytest.param("release.sh", f"{UP}curl localhost\n{DOWN}git tag v1\n", [False], id="trial"),
        pytest.param("release.sh", f"{UP}sudo {DOWN}", [False], id="trial-that-root-ends"),
        pytest.param("release.sh", f"{UP}cd /srv && {DOWN}", [False], id="trial-that-ends-in-another-directory"),
        pytest.param("release.yml", f"steps:\n  - run: {UP}  - run: {DOWN}", [False], id="trial-of-a-workflow"),
        pytest.param("Makefile", f"release:\n\t@{UP}\t@{DOWN}", [False], id="trial-of-a-target"),
        pytest.param("Makefile", f"release:\n\t{UP}\nstop:\n\t{DOWN}", [True], id="end-of-another-target"),
        pytest.param("release.sh", f"{DOWN}{UP}", [True], id="restart"),
        pytest.param("release.sh", f"{UP}{DOWN}{UP}", [False, True], id="start-after-a-trial"),
        pytest.param("release.sh", f"{UP}docker compose -f docker-compose.yml down\n", [True], id="end-of-another-project"),
        pytest.param("release.sh", f"{UP}docker compose -f docker-compose.vps.yml logs\n", [True], id="no-end"),
        pytest.param("release.sh", f'{UP}echo "to stop: {DOWN}"', [True], id="end-that-is-shown"),
        pytest.param("release.sh", f'{UP}echo "ready; {DOWN}"', [True], id="end-that-is-shown-after-other-words"),
        pytest.param("release.sh", f"{UP}true; curl localhost || {DOWN}", [True], id="end-after-a-failure"),
        pytest.param("release.sh", f"{UP}curl localhost; true || true; {DOWN}", [True], id="end-after-an-alternative"),
        pytest.param("release.sh", f"{UP}# now; {DOWN}", [True], id="end-in-a-comment"),
        pytest.param("release.sh", f"{UP}if ! curl localhost; then\n  {DOWN}fi\n", [True], id="end-on-a-condition"),
        pytest.param("release.sh", f"if $1; then\n{UP}else\n{DOWN}fi\n", [True], id="end-in-place-of-a-start"),
        pytest.param("release.sh", f"case $1 in\nup)\n{UP};;\ndown)\n{DOWN};;\nesac\n", [True], id="end-by-an-argument"),
        pytest.param("release.sh", f"start() {{\n{UP}}}\nend() {{\n{DOWN}}}\n", [True], id="end-in-a-function"),
        pytest.param("release.sh", f"if $1; then\n{UP}elif $2; then\n{DOWN}fi\n", [True], id="end-on-another-condition"),
        pytest.param("release.sh", f"{UP}function end {{\n{DOWN}}}\n", [True], id="end-in-a-function-of-bash"),
        pytest.param("release.sh", f'{UP}printf "ready; {DOWN}"', [True], id="end-that-is-printed"),
        pytest.param("release.sh", f"{UP}cat <<EOF\n{DOWN}EOF\n", [True], id="end-in-a-text"),
        pytest.param("release.sh", 'DC="docker compose"\n$DC -f docker-compose.vps.yml up -d\n', [True], id="command-in-a-variable"),
        pytest.param("release.sh", 'DC=(sudo docker compose -f docker-compose.vps.yml)\n"${DC[@]}" up -d\n', [True], id="command-list"),
        pytest.param("Makefile", "DC := docker-compose\nrelease:\n\t$(DC) -f docker-compose.vps.yml up -d\n", [True], id="command-of-make"),
        pytest.param("release.sh", 'DC="docker-compose.vps.yml"\n$DC -f docker-compose.vps.yml up -d\n', [], id="file-in-a-variable"),
        pytest.param("release.sh", 'DC="docker compose"\n$DCX -f docker-compose.vps.yml up -d\n', [], id="another-variable"),
        pytest.param("release.sh", f"# {UP}", [], id="start-in-a-comment"),
        pytest.param("release.sh", f'echo "next: {UP}"', [], id="start-that-is-shown"),
        pytest.param("release.sh", f'echo "start"; {UP}', [True], id="start-after-words"),
        pytest.param("release.yml", f"a:\n  - run: echo '{UP}'", [], id="start-that-a-step-shows"),
        pytest.param("release.yml", f"body: |\n  ```\n  {UP}  ```\n", [], id="start-in-the-text-of-a-release"),
        pytest.param("release.yml", f"body: |\n  ```\n  ```\nrun: {UP}", [True], id="start-after-the-text-of-a-release"),
        pytest.param("release.yml", f"a:\n  - id: a\n    run: {UP}  - if: failure()\n    run: {DOWN}", [True], id="end-of-a-failed-step"),
    ],
)  # fmt: skip
def test_script_that_ends_what_it_started_has_only_tried_it(
    name: str, text: str, deploys: list[bool], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert started(name, text) == deploys


@pytest.mark.parametrize(
    ("files", "read", "reason"),
    [
        pytest.param(
            {**SERVER, "release.sh": f"{UP}curl localhost\n"},
            ["docker-compose.vps.yml"],
            "docker-compose.vps.yml: release.sh starts it",
            id="script-that-deploys",
        ),
        pytest.param(
            {**SERVER, "release.sh": f"{UP}curl localhost\n{DOWN}"},
            ["docker-compose.yml"],
            "docker-compose.yml: Compose reads it by default",
            id="script-that-only-tries",
        ),
        pytest.param(
            {
                "compose.yml": compose(*SYSTEM),
                "deploy/compose.prod.yml": compose("web=acme/web", head="# docker compose -f compose.yml -f deploy/compose.prod.yml up -d"),
            },
            ["compose.yml", "deploy/compose.prod.yml"],
            "compose.yml with deploy/compose.prod.yml: its name says production",
            id="command-in-the-head-of-a-file",
        ),
        pytest.param(
            {
                "docker-compose.yml": compose(*SYSTEM),
                "docker-compose.prod.yml": compose("web@web", "api@api"),
                "Makefile": "prod:\n\tdocker compose $(BASE) -f docker-compose.prod.yml up -d\n",
            },
            ["docker-compose.prod.yml", "docker-compose.yml"],
            "docker-compose.yml with docker-compose.prod.yml: its name says production",
            id="command-with-a-base-in-a-variable",
        ),
        pytest.param(
            {
                "docker-compose.yml": compose("app@.", "worker@worker", *STORES),
                "edge/docker-compose.yml": compose("app@..", "syncer@syncer"),
                "deploy.sh": "ssh root@host 'docker compose -f /srv/shop/docker-compose.yml up -d'\n",
            },
            ["docker-compose.yml"],
            "docker-compose.yml: Compose reads it by default",
            id="path-on-a-server-may-be-any-file-of-that-name",
        ),
        pytest.param(
            {
                **SERVER,
                ".github/workflows/deploy.yml": "steps:\n  - run: docker compose -f docker-compose.vps.yml up -d\n",
            },
            ["docker-compose.vps.yml"],
            "docker-compose.vps.yml: .github/workflows/deploy.yml starts it",
            id="workflow-that-deploys",
        ),
        pytest.param(
            {
                **SERVER,
                ".github/workflows/deploy-staging.yml": "steps:\n  - run: docker compose -f docker-compose.vps.yml up -d\n",
                "scripts/start.sh": "docker compose -f docker-compose.vps.yml up -d\n",
                "scripts/deploy.sh": "docker compose -f docker-compose.vps.yml logs\n",
            },
            ["docker-compose.yml"],
            "docker-compose.yml: Compose reads it by default",
            id="scripts-that-deploy-nothing-for-visitors",
        ),
        pytest.param(
            {
                **SERVER,
                "Makefile": "up:\n\tdocker compose up\n\ndeploy:\n\tdocker compose -f docker-compose.vps.yml up -d\n",
            },
            ["docker-compose.vps.yml"],
            "docker-compose.vps.yml: Makefile starts it",
            id="target-that-deploys",
        ),
        pytest.param(
            {
                "docker-compose.yml": compose(*SYSTEM),
                "docker-compose.prod.yml": compose(*SYSTEM),
                "deploy.sh": "cd /srv/shop && docker compose pull && docker compose up -d\n",
            },
            ["docker-compose.yml"],
            "docker-compose.yml: deploy.sh starts it",
            id="default-that-a-script-deploys",
        ),
        pytest.param(
            {
                "docker-compose.yml": compose(*SYSTEM),
                "docker-compose.live.yml": compose(*SYSTEM),
                "docker-compose.prod.yml": compose(*SYSTEM),
                "deploy.sh": 'COMPOSE_FILE="docker-compose.yml"\nif [ "$1" = prod ]; then\n  COMPOSE_FILE="docker-compose.live.yml"\nfi\n'
                'docker compose -f "$COMPOSE_FILE" up -d\n',
            },
            ["docker-compose.live.yml"],
            "docker-compose.live.yml: its name says production, deploy.sh starts it",
            id="variable-of-a-script",
        ),
    ],
)  # fmt: skip
def test_project_that_a_command_starts_for_visitors_is_the_system(
    files: dict[str, str], read: list[str], reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert_choice(imported(tmp_path, monkeypatch, files), read, reason)


def step(builder: str, *words: str, more: str = "") -> str:
    """Return a pipeline of one builder with its arguments, each on a line of its own."""
    return f"steps:\n- name: {builder}\n{more}  args:\n" + "".join(f"  - {word}\n" for word in words)


MANY_TASKS = {f"ansible/roles/role-{number}/tasks/main.yml": "- apt: {name: vim}\n" for number in range(70)}


def test_workflow_beside_many_playbooks_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workflow = {".github/workflows/deploy.yml": f"steps:\n  - run: {UP}"}
    assert_choice(
        imported(tmp_path, monkeypatch, {**SERVER, **MANY_TASKS, **workflow}),
        ["docker-compose.vps.yml"],
        "docker-compose.vps.yml: .github/workflows/deploy.yml starts it",
    )


def test_workflow_that_applies_manifests_is_read_beside_many_playbooks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"docker-compose.yml": compose("web=acme/web"), "k8s/web.yaml": WORKLOAD, **MANY_TASKS}
    workflow = {".github/workflows/release.yml": "steps:\n  - run: kubectl apply -f k8s/\n"}
    result = imported(tmp_path, monkeypatch, {**files, **workflow})
    assert {name for _, name in result.reading.sources} == {"kubernetes"}


KUBECTL = "gcr.io/cloud-builders/kubectl"


@pytest.mark.parametrize(
    ("text", "commands"),
    [
        (step(KUBECTL, "apply", "-f", "k8s/web.yaml"), ["kubectl apply -f k8s/web.yaml"]),
        (step(f"'{KUBECTL}:latest'", "delete", "-f", "k8s"), ["kubectl delete -f k8s"]),
        (step("gcr.io/cloud-builders/gke-deploy", "run", "--filename=k8s"), ["kubectl apply --filename=k8s"]),
        (step(KUBECTL, "-c", "ls", more="  entrypoint: bash\n"), []),
        (step(f"{KUBECTL}-helper", "apply", "-f", "k8s"), []),
        (
            "jobs:\n- steps:\n  - uses: azure/k8s-deploy@v5\n    with:\n      manifests: |\n        k8s/a.yaml\n        k8s/b.yaml\n",
            ["kubectl apply -f k8s/a.yaml -f k8s/b.yaml"],
        ),
        ("- uses: azure/k8s-deploy@v5\n  with:\n    action: reject\n    manifests: k8s/a.yaml\n", []),
        ("- uses: azure/k8s-deploy@v5\n  with:\n    name: x\n", []),
        ("- task: KubernetesManifest@1\n  inputs:\n    manifests: k8s/a.yaml\n", ["kubectl apply -f k8s/a.yaml"]),
        ("- task: Kubernetes@1\n  inputs:\n    command: apply\n    arguments: -f k8s\n", ["kubectl apply -f k8s"]),
        ("- task: Kubernetes@1\n  inputs:\n    command: get\n    arguments: pods\n", []),
        ("a: [unclosed /kubectl\n", []),
    ],
)
def test_step_without_a_shell_is_the_command_that_it_stands_for(text: str, commands: list[str]) -> None:
    assert with_native_steps("x.yml", text) == "".join(f"{command}\n" for command in commands) + text


@pytest.mark.parametrize(("words", "read"), [(("apply", "-f", "k8s"), "kubernetes"), (("get", "pods"), "compose")])
def test_manifests_that_a_builder_applies_are_read(
    words: tuple[str, ...], read: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"docker-compose.yml": "services:\n  web:\n    build: web\n", "k8s/web.yaml": WORKLOAD}
    result = imported(tmp_path, monkeypatch, {**files, "cloudbuild.yaml": step(KUBECTL, *words)})
    assert {name for _, name in result.reading.sources} == {read}


@pytest.mark.parametrize(
    ("image", "more", "words"),
    [
        ("web:1", "", "nothing says that visitors use the manifests"),
        ("localhost:5000/web:1", "", "nothing says that visitors use the manifests"),
        ("acme/web:1", "", "too little says that visitors use the manifests: their images are in a registry"),
        (
            "web:1",
            "kind: Ingress\n",
            "too little says that visitors use the manifests: they have routes or autoscalers",
        ),
    ],
)
def test_reason_for_compose_files_has_what_speaks_for_the_manifests(
    image: str, more: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    web = WORKLOAD.replace("acme/web:1", image)
    files = {"docker-compose.yml": "services:\n  web:\n    build: web\n", "k8s/web.yaml": f"{web}---\n{more}"}
    assert words in summary(imported(tmp_path, monkeypatch, files))


VPS = "docker-compose.vps.yml"
COPY = "scp docker-compose.vps.yml me@vps:/srv/shop/docker-compose.yml\n"
RUN = "ssh me@vps 'cd /srv/shop && docker compose up -d'\n"


@pytest.mark.parametrize(
    ("name", "text", "deploys"),
    [
        pytest.param("release.sh", f"{COPY}{RUN}", [True], id="copy"),
        pytest.param("release.sh", f"{RUN}{COPY}", [], id="copy-after-the-start"),
        pytest.param("release.sh", f"echo '```' >> out\n{COPY}{RUN}", [True], id="copy-after-a-printed-fence"),
        pytest.param("release.sh", f"cat > out <<END\n```\n{COPY}{RUN}```\nEND\n", [], id="copy-in-a-block-of-markdown"),
        pytest.param("release.sh", f"# {COPY}{RUN}", [], id="copy-in-a-comment"),
        pytest.param("release.sh", f"echo {COPY}{RUN}", [], id="copy-that-is-shown"),
        pytest.param("release.sh", f"scp -P 22 \\\n  {VPS} \\\n  vps:docker-compose.yml\n{RUN}", [True], id="copy-over-lines"),
        pytest.param("release.sh", f"F=docker-compose.vps.yml\ncp $F /srv/docker-compose.yml && {RUN}", [True], id="copy-of-a-variable"),
        pytest.param("release.sh", f"envsubst < docker-compose.vps.yml > compose.yml\n{RUN}", [True], id="text-written-elsewhere"),
        pytest.param("release.sh", f"cat {VPS} > /srv/docker-compose.yml\n{RUN}", [True], id="text-that-is-written"),
        pytest.param(
            "release.sh",
            f"envsubst < docker-compose.vps.yml > docker-compose.yml\ncp docker-compose.yml ~/shop/docker-compose.yml\n{RUN}",
            [True],
            id="copy-of-what-was-written",
        ),
        pytest.param("release.sh", f"cp docker-compose.vps.yml docker-compose.yml\n{RUN}", [True], id="copy-in-the-same-directory"),
        pytest.param("release.sh", f"cat > $D/docker-compose.yml # docker-compose.vps.yml\n{RUN}", [], id="text-from-elsewhere"),
        pytest.param("release.sh", f"scp docker-compose.vps.yml docker-compose.yml vps:/srv\n{RUN}", [], id="copy-of-both"),
        pytest.param("release.sh", f"cp docker-compose.vps.yml docker-compose.yml.old\n{RUN}", [], id="copy-to-another-name"),
        pytest.param("release.sh", f"diff docker-compose.vps.yml docker-compose.yml\n{RUN}", [], id="no-copy"),
        pytest.param("release.sh", f"{COPY}docker compose -f /srv/shop/docker-compose.yml up -d\n", [True], id="copy-started-by-its-name"),
        pytest.param("release.sh", f"{COPY}docker compose -f docker-compose.yml -f {VPS} up -d\n", [True], id="copy-beside-itself"),
        pytest.param(
            "release.ps1",
            "$from = Join-Path $PSScriptRoot 'docker-compose.vps.yml'\n$text = (Get-Content $from) -replace 'a', 'b'\n"
            f'scp "$temp" "${{host}}:$path/docker-compose.yml"\n{RUN}',
            [True],
            id="copy-of-what-a-script-makes-of-the-only-other-file",
        ),
    ],
)  # fmt: skip
def test_file_that_is_copied_onto_the_default_name_is_started(
    name: str, text: str, deploys: list[bool], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert started(name, text) == deploys


def test_linters_and_scanners_are_no_programs_of_a_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {
        "docker-compose.yml": compose(*SYSTEM, "linter@tools", "scan=aquasec/trivy"),
        "docker-compose.prod.yml": compose(*SYSTEM),
    }
    result = imported(tmp_path, monkeypatch, files)
    assert_choice(result, ["docker-compose.prod.yml"], "docker-compose.prod.yml: its name says production")


TOGETHER = "docker compose -f docker-compose.yml -f docker-compose.vps.yml"


@pytest.mark.parametrize(
    ("text", "are_together"),
    [
        pytest.param(f"```\n{TOGETHER} up -d\n```\n", True, id="start"),
        pytest.param(f"    {TOGETHER} config > stack.yml\n", True, id="file-for-a-swarm"),
        pytest.param(f"    {TOGETHER} config | docker stack deploy -c - shop\n", True, id="swarm"),
        pytest.param(f"    {TOGETHER} config\n", False, id="look"),
        pytest.param(f"    {TOGETHER} logs\n", False, id="logs"),
        pytest.param(f"    {TOGETHER} up -d\n    {UP}", False, id="alone-as-well"),
        pytest.param(UP, False, id="alone"),
    ],
)
@pytest.mark.parametrize("name", ["README.md", "docs/notes.md"])
def test_files_that_a_document_starts_together_are_read_together(
    name: str, text: str, are_together: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {**SERVER, name: text}
    is_told = are_together and name == "README.md"
    assert [*runs_of(files)] == ([("docker-compose.yml", "docker-compose.vps.yml")] if is_told else [])


def runs_of(files: dict[str, str]) -> list[tuple[str, ...]]:
    """Return the compose files that each run of a directory starts."""
    for name, text in files.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")
    composed = {name: text for name, text in files.items() if name.endswith(".yml")}
    inside = FoundFiles(ResolvedDirectory.of("."))
    return [run.files for run in find_runs(".", [*files], composed, inside) if not run.deploys]
