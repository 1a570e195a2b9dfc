"""Commands in scripts: those that bring a system to its visitors, apart from those that try a part of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from archgen.app.importing.deploy_commands import find_runs
from archgen.app.importing.importing import import_model

UP = "docker compose -f docker-compose.vps.yml up -d\n"
DOWN = "docker compose -f docker-compose.vps.yml down\n"


def started(name: str, text: str) -> list[bool]:
    """Return for each start of a compose file in a script whether it deploys."""
    Path(name).write_text(text, encoding="utf-8")
    files = {"docker-compose.yml": "services: {}\n", "docker-compose.vps.yml": "services: {}\n"}
    return [run.deploys for run in find_runs(".", [name], files, ".") if run.files == ("docker-compose.vps.yml",)]


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
        pytest.param("release.yml", f"a:\n  - id: a\n    run: {UP}  - if: failure()\n    run: {DOWN}", [True], id="end-of-a-failed-step"),
    ],
)  # fmt: skip
def test_script_that_ends_what_it_started_has_only_tried_it(
    name: str, text: str, deploys: list[bool], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert started(name, text) == deploys


@pytest.mark.parametrize(
    ("after", "read"), [("", "docker-compose.vps.yml"), (DOWN, "docker-compose.yml")], ids=["deployed", "tried"]
)
def test_project_that_a_script_only_tries_is_not_the_system(
    after: str, read: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for file in ("docker-compose.yml", "docker-compose.vps.yml"):
        Path(file).write_text("services:\n  web: {build: web}\n  api: {build: api}\n", encoding="utf-8")
    Path("release.sh").write_text(f"{UP}curl localhost\n{after}", encoding="utf-8")
    result = import_model((".",), None)
    assert [file.path for file, name in result.reading.sources if name == "compose"] == [read]
