"""Charts in charts: packed ones, copies of libraries, and what is made where not all can be."""

from __future__ import annotations

import functools
import io
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from archgen.app.importing.importing import Import, import_model, summary
from archgen.cli import main
from archgen.importers.charts.chart import render_chart
from archgen.importers.charts.chart_places import Installation
from archgen.importers.charts.packages import files_of_package
from archgen.importers.charts.work import TemplateWork


def _packed(files: Mapping[str, bytes], kind: bytes = tarfile.REGTYPE) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.type, member.linkname = len(data), kind, "/etc/passwd"
            archive.addfile(member, io.BytesIO(data))
    return stream.getvalue()


def _readers(files: Mapping[str, bytes]) -> dict[str, Callable[[], bytes]]:
    return {path: functools.partial(bytes, data) for path, data in files.items()}


_SHOP = {
    "shop/Chart.yaml": b'name: shop\ndependencies: [{name: common, repository: "file://../common"}, {name: nats}]',
    "shop/templates/web.yaml": b'kind: Deployment\nmetadata: {name: {{ include "common.name" . }}}\nspec: {image: web:1}\n',
}
_COMMON = {
    "Chart.yaml": b"name: common\ntype: library",
    "templates/_names.tpl": b'{{ define "common.name" }}web{{ end }}',
}
_NATS = {
    "nats/Chart.yaml": b"name: nats",
    "nats/values.yaml": b"image: nats:2",
    "nats/templates/nats.yaml": b"kind: StatefulSet\nmetadata: {name: nats}\nspec: {image: {{ .Values.image }}}\n",
}


def test_packed_charts_are_read_as_parts_of_that_around_them() -> None:
    packed = {f"common/{name}": data for name, data in _COMMON.items()}
    files = {**_SHOP, "shop/charts/common-0.1.0.tgz": _packed(packed), "shop/charts/nats-2.tgz": _packed(_NATS)}
    result = render_chart("shop", _readers(files))
    assert result.omitted == []
    assert [(each.path, each.data.split(b"\n")[1]) for each in result.manifests] == [
        ("shop/templates/web.yaml", b"metadata: {name: web}"),
        ("shop/charts/nats-2.tgz/nats/templates/nats.yaml", b"metadata: {name: nats}"),
    ]


@pytest.mark.parametrize("place", ["common", "shop/charts/common"])
def test_a_library_counts_where_it_is_named_else_where_its_copy_lies(place: str) -> None:
    files = {**_SHOP, **{f"{place}/{name}": data for name, data in _COMMON.items()}}
    result = render_chart("shop", _readers(files))
    made = {each.path: each.data.split(b"\n") for each in result.manifests}
    assert made["shop/templates/web.yaml"][1] == b"metadata: {name: web}"


def _with_holes() -> bytes:
    """Return an archive with a file that is larger than all that is packed."""
    member = tarfile.TarInfo("nats/a.yaml")
    member.pax_headers = {"GNU.sparse.major": "0", "GNU.sparse.map": "0,1", "GNU.sparse.size": str(1 << 33)}
    member.size = 1
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(member, io.BytesIO(b"a"))
    return stream.getvalue()


@pytest.mark.parametrize(
    "package",
    [
        lambda: b"",
        lambda: b"no archive",
        lambda: _packed({"nats/Chart.yaml": b"a"})[:40],
        lambda: _packed({"../../etc/a.yaml": b"a"}),
        lambda: _packed({"/etc/a.yaml": b"a"}),
        lambda: _packed({"nats/a.yaml": b""}, tarfile.SYMTYPE),
        lambda: _packed({"nats/a.yaml": b""}, tarfile.LNKTYPE),
        lambda: _packed({"nats/a.yaml": b"\0" * (20 << 20)}),
        lambda: _packed({f"nats/{number}.yaml": b"" for number in range(1100)}),
        lambda: b"\0" * (5 << 20),
        _with_holes,
    ],
    ids=["empty", "no-archive", "cut", "above", "absolute", "link", "hard-link", "bomb", "many", "large", "holes"],
)
def test_a_hostile_package_has_no_files(package: Callable[[], bytes]) -> None:
    assert files_of_package(package()) == {}


def test_what_runs_is_made_before_settings_where_not_all_can_be() -> None:
    endless = b"{{ range until 9999 }}{{ range until 9999 }}{{ end }}{{ end }}"
    files = {
        "shop/Chart.yaml": b"name: shop",
        **{f"shop/templates/{name}.yaml": b"kind: ConfigMap\ndata: {a: b}\n" + endless for name in "abc"},
        "shop/templates/roles.yaml": b"kind: Role\nmetadata: {name: web}\n",
        "shop/templates/web.yaml": b"kind: Deployment\nmetadata: {name: web}\nspec: {image: web:1}\n",
        "shop/templates/worker.yaml": b"kind: Deployment\nmetadata: {name: worker}\n" + endless,
    }
    result = render_chart("shop", _readers(files), work=TemplateWork(100_000))
    assert [each.path for each in result.manifests] == ["shop/templates/web.yaml"]
    unfinished = ["a", "b", "c", "roles", "worker"]
    assert sorted(result.unfinished) == [f"shop/templates/{name}.yaml" for name in unfinished]


_CHART = {
    "Chart.yaml": "name: shop\n",
    "templates/web.yaml": (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      containers:\n"
        "      - {name: web, image: ghcr.io/shop/web:1, env: [{name: DATABASE_URL, value: 'postgres://db:5432/shop'}]}\n"
    ),
    "templates/db.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: db}\nspec: {ports: {{ %s }}}\n",
}


def _imported(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    db: str,
    *,
    place: str = ".",
    more: Mapping[str, str] | None = None,
) -> Import:
    for name, text in {**_CHART, "templates/db.yaml": _CHART["templates/db.yaml"] % db, **(more or {})}.items():
        path = tmp_path / "shop" / place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.chdir(tmp_path / "shop" / place)
    return import_model((".",), None)


def test_a_template_that_is_lost_is_said_and_asked_about(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    result = _imported(tmp_path, monkeypatch, "unheardOf")
    assert [each.ask for each in result.model.questions if each.kind == "templates"] == [
        "The import can't fill in 1 template of .: db.yaml. Does the system use what it makes?"
    ]
    [outside] = [each.ask for each in result.model.questions if each.kind == "outside"]
    assert outside.startswith("Nothing that is read describes db; a template that the import can't fill in may. Is it ")
    assert "incomplete: 1 template isn't read of .: db.yaml; `helm template .` renders all of them" in summary(result)
    asked = next(each for each in result.model.questions if each.kind == "templates")
    assert main(["import", ".", "-o", "models/x.arch.yaml"]) == 0
    assert main(["answer", asked.id, "yes"]) == 2
    assert "import what `helm template .` prints" in capsys.readouterr().err
    assert main(["answer", asked.id, "no"]) == 0
    assert "kind: templates" not in Path("models/x.arch.yaml").read_text()


def test_templates_that_take_too_much_end_the_import_as_incomplete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    result = _imported(tmp_path, monkeypatch, 'repeat 1000000 "a" }}{{ repeat 1000000 "a"')
    assert [(each.path, each.line) for each in result.errors] == [("templates/db.yaml", 1)]
    assert "web" in result.model.values["components"]
    assert any(each.kind == "templates" for each in result.model.questions)
    assert main(["import", ".", "--format", "summary"]) == 2
    assert "takes too much work to fill in; run `helm template`" in capsys.readouterr().err


def test_a_library_beside_the_directory_is_read_inside_the_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".git").mkdir()
    for name, data in _COMMON.items():
        path = tmp_path / "shop/common" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    more = {"Chart.yaml": 'name: shop\ndependencies: [{name: common, repository: "file://../common"}]\n'}
    result = _imported(tmp_path, monkeypatch, 'list (include "common.name" .) | toJson', place="chart", more=more)
    assert "templates" not in [each.kind for each in result.model.questions]


def test_a_package_is_unpacked_once_for_all_installations() -> None:
    files, opened = _readers({**_SHOP, "shop/charts/nats-2.tgz": _packed(_NATS)}), list[str]()
    package = files["shop/charts/nats-2.tgz"]

    def read() -> bytes:
        opened.append("nats")
        return package()

    installations = [Installation("shop", name) for name in ("a", "b", "c")]
    render_chart("shop", {**files, "shop/charts/nats-2.tgz": read}, installations)
    assert opened == ["nats"]
