"""Files beside a kustomization that doesn't list them: which of them count, and which are left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from archgen.app.importing.importing import Import, import_model, summary
from archgen.importers.kubernetes.kustomize.kustomization import documents_of
from archgen.importers.kubernetes.manifests import objects_of
from archgen.importers.kubernetes.routing.routes import hosts_of_route
from tests.importers.test_applied import INGRESS, SCALER, SERVICE, listed
from tests.importers.test_found_files import WORKLOAD, write

CALLER = WORKLOAD.replace('image: "acme/web:1"', 'image: "acme/web:1", env: [{name: %s, value: "%s"}]')
CALLED = "---\n".join(text.replace("web", "billing") for text in (WORKLOAD, SERVICE))


def imported_with(directory: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], tail: str = "") -> Import:
    """Import a kustomization that lists a program and its Service, with other files of its directory."""
    monkeypatch.chdir(directory)
    write(listed("service.yaml", tail=tail) | {"k8s/service.yaml": SERVICE})
    write({f"k8s/{name}": text for name, text in files.items()})
    return import_model((".",), None)


def at(*hosts: str) -> str:
    """Return a route to the program at some hosts."""
    rules = ", ".join(f"{{host: {host}, http: {{paths: [{{backend: {{service: {{name: web}}}}}}]}}}}" for host in hosts)
    return (INGRESS % "web").partition("rules:")[0] + f"rules: [{rules}]}}}}\n"


@pytest.mark.parametrize(
    ("files", "left"),
    [
        pytest.param({"a.yaml": at("a.org"), "b.yaml": at("b.org")}, [], id="of-two-hosts"),
        pytest.param({"a.yaml": at("a.org"), "b.yaml": at("a.org")}, ["a", "b"], id="of-one-host"),
        pytest.param({"a.yaml": at("a.org", "b.org"), "b.yaml": at("b.org")}, ["a", "b"], id="with-a-host-in-common"),
        pytest.param({"a.yaml": at("a.org"), "b.yaml": INGRESS % "web"}, ["a", "b"], id="of-any-host"),
        pytest.param({"a.yaml": INGRESS % "web", "b.yaml": at("b.org")}, ["a", "b"], id="of-any-host-first"),
        pytest.param({"a.yaml": at("a.org"), "prod.yaml": at("a.org")}, ["a"], id="of-production"),
        pytest.param({"a.yaml": at("a.org"), "prod.yaml": INGRESS % "web"}, ["a"], id="of-production-and-any-host"),
        pytest.param({"a.yaml": INGRESS % "web", "prod.yaml": at("b.org")}, ["a"], id="of-production-beside-any-host"),
        pytest.param({"a.yaml": at("a.org") + "---\n" + at("a.org")}, [], id="of-one-file"),
        pytest.param({"a.yaml": SCALER % "web", "b.yaml": SCALER % "web"}, ["a", "b"], id="scalers"),
        pytest.param({"a.yaml": SCALER % "web", "prod.yaml": SCALER % "web"}, ["a"], id="scaler-of-production"),
    ],
)
def test_of_several_files_for_one_program_those_that_may_be_applied_together_count(
    files: dict[str, str], left: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = summary(imported_with(tmp_path, monkeypatch, files))
    assert [name.removesuffix(".yaml") for name in files if f"(k8s/{name}:" in text] == left


def test_of_several_services_for_one_program_the_first_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(listed() | {"k8s/a.yaml": SERVICE, "k8s/b.yaml": SERVICE, "k8s/edge.yaml": INGRESS % "web"})
    assert "ingress -> web" in import_model((".",), None).text


@pytest.mark.parametrize(
    ("tail", "counts"),
    [
        ("# edge.yaml is applied by hand\n", True),
        ("# - old-edge.yaml\n", True),
        ("# - edge.yaml\n", False),
        ("  #- ./edge.yaml # for later\n", False),
        ("  # - './edge.yaml' # for later\n", False),
    ],
)
def test_only_an_item_in_a_comment_turns_a_file_off(
    tail: str, counts: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = imported_with(tmp_path, monkeypatch, {"edge.yaml": INGRESS % "web"}, tail)
    assert ("ingress -> web" in result.text) is counts


@pytest.mark.parametrize(("tail", "counts"), [("", True), ("# - db.yaml\n", False)])
def test_workload_that_a_comment_turns_off_does_not_count_beside_its_service(
    tail: str, counts: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    service = "{apiVersion: v1, kind: Service, metadata: {name: db}, spec: {selector: {app: db}}}\n"
    write({"web.yaml": WORKLOAD, "db/svc.yaml": service, "db/db.yaml": WORKLOAD.replace("web", "db")})
    write({"db/kustomization.yaml": f"resources:\n- svc.yaml\n{tail}"})
    assert ("db" in import_model((".",), None).model.inventory.parts) is counts


@pytest.mark.parametrize(
    ("name", "value", "counts"),
    [
        ("BILLING", "http://billing.shop.svc.cluster.local/v1", True),
        ("BILLING", "billing:80", True),
        ("BILLING_HOST", "billing", True),
        ("BILLING_SERVICE", "billing", True),
        ("BILLING_USER_API", "http://billing:80", True),
        ("BIND_API", "http://billing:80", True),
        ("ORIGIN_HOST", "billing", True),
        ("BILLING_DB", "http://billing:80", True),
        ("TEAM", "billing", False),
        ("DB_CONNECTION", "billing", False),
        ("SERVICE_TIER", "billing", False),
        ("HTTP_BIND", "http://billing:80", False),
        ("ALLOWED_ORIGINS", "http://billing", False),
        ("BILLING", "http://billing.other", False),
        ("BILLING", "http://a.org/billing", False),
    ],
)
def test_program_that_a_listed_one_calls_counts(
    name: str, value: str, counts: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"app.yaml": CALLER % (name, value), "billing.yaml": CALLED}
    result = imported_with(tmp_path, monkeypatch, files, "namespace: shop\n")
    assert ("left out: billing" not in summary(result)) is counts
    assert ("web -> billing" in result.text) is counts


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"billing.yaml": CALLED, "more.yaml": CALLED}, id="in-two-files"),
        pytest.param({"billing-dev.yaml": CALLED}, id="for-a-trial"),
        pytest.param(
            {
                "billing.yaml": CALLED,
                "service.yaml": f"{SERVICE}---\n{SERVICE.replace('name: web}', 'name: billing}')}",
            },
            id="beside-a-listed-service-of-the-name",
        ),
    ],
)
def test_called_program_that_may_not_be_applied_is_left_out(
    files: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = imported_with(tmp_path, monkeypatch, {"app.yaml": CALLER % ("URL", "http://billing")} | files)
    assert "left out: billing" in summary(result)


def test_hosts_of_a_route_stand_in_rules_lists_and_matches() -> None:
    spec = (
        "{rules: [{host: A.org}], hostnames: [b.org], hosts: [c.org], routes: [{match: 'Host(`d.org`) && Path(`/`)'}]}"
    )
    text = f"{{apiVersion: v1, kind: HTTPRoute, metadata: {{name: r}}, spec: {spec}}}\n".encode()
    (route,) = (each for root in documents_of("r.yaml", text) for each in objects_of(root))
    assert [*hosts_of_route(route)] == ["a.org", "b.org", "c.org", "d.org"]


TAKER = WORKLOAD.replace('image: "acme/web:1"', 'image: "acme/web:1", envFrom: [{secretRef: {name: settings}}]')
SETTINGS = (
    "{apiVersion: v1, kind: Secret, metadata: {name: settings}, stringData: {REDIS_URL: 'redis://cache-1:6379'}}\n"
)


@pytest.mark.parametrize(
    ("overlay", "directory", "counts"),
    [
        ("prod", "dev", False),
        ("prod", "settings", True),
        ("prod", "examples", True),
        ("other", "staging", False),
        ("dev", "dev", True),
    ],
)
def test_settings_in_a_directory_for_trials_are_none_of_what_visitors_use(
    overlay: str, directory: str, counts: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write({"k8s/base/app.yaml": TAKER, "k8s/base/kustomization.yaml": "resources: [app.yaml]\n"})
    write({f"k8s/overlays/{overlay}/kustomization.yaml": "resources: [../../base]\n"})
    write({f"k8s/{directory}/settings.yaml": SETTINGS})
    result = import_model((".",), None)
    assert ("web -> cache-1" in result.text) is counts
    assert ("left out: Secret settings" in summary(result)) is not counts
    assert ("No file that is read holds Secret settings" in result.text) is not counts


def test_all_lies_in_a_directory_that_its_name_gives_to_a_trial(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write({"dev/k8s/app.yaml": TAKER, "dev/k8s/kustomization.yaml": "resources: [app.yaml]\n"})
    write({"dev/secrets/settings.yaml": SETTINGS})
    assert "web -> cache-1" in import_model((".",), None).text


POLICY = "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p}, spec: {podSelector: {matchLabels: {app: %s}}}}\n"


def test_policy_brings_in_no_workload_that_a_kustomization_leaves_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"service.yaml": SERVICE + "---\n" + POLICY % "billing", "billing.yaml": CALLED}
    result = imported_with(tmp_path, monkeypatch, files)
    assert "billing" not in result.model.values["components"]


def test_manifest_that_a_user_names_is_read_though_no_kustomization_lists_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    deployment = (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: NAME}\n"
        "spec: {template: {spec: {containers: [{name: NAME, image: acme/NAME}]}}}\n"
    )
    Path("k8s").mkdir()
    Path("k8s/kustomization.yaml").write_text("resources: [web.yaml]\n")
    for name in ("web", "extra"):
        Path(f"k8s/{name}.yaml").write_text(deployment.replace("NAME", name))
    assert set(import_model(("k8s",), None).model.inventory.parts) == {"web"}
    assert set(import_model(("k8s", "k8s/extra.yaml"), None).model.inventory.parts) == {"web", "extra"}
