"""What is applied to a cluster: namespaces and directories that controllers tell, and objects that no kustomization lists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from archgen.app.importing.importing import import_model, summary
from tests.importers.test_found_files import WORKLOAD, write
from tests.importers.test_overlays import ARGO, FLUX, base, overlay, replicas
from tests.importers.test_variants import system

SET = "{apiVersion: argoproj.io/v1alpha1, kind: ApplicationSet, metadata: {name: x}, spec: {generators: [%s], template: {spec: {%s}}}}\n"
OF_DIRECTORY = "source: {path: '{{path}}'}, destination: {namespace: '{{path.basename}}'}"
WITH_GO = "source: {path: '{{.path.path}}'}, destination: {namespace: '{{.path.basename}}'}"
TWO = {"redis", "web", "shop-redis", "shop-web"}


def to_namespace(path: str, namespace: str) -> str:
    """Return an Application that applies a directory into a namespace."""
    return (ARGO % path).replace("}}}", f"}}, destination: {{namespace: {namespace}}}}}}}")


def two_systems(namespace: str = "") -> dict[str, str]:
    """Return two systems of the same names; the second one may state its namespace."""
    return {
        **system("apps/blog", {"web": "acme/blog-web", "redis": "redis:7"}, namespace),
        **system("apps/shop", {"web": "acme/shop-web", "redis": "redis:7"}),
    }


@pytest.mark.parametrize(
    ("applying", "names"),
    [
        pytest.param([to_namespace("apps/blog", "blog"), to_namespace("apps/shop", "shop")], TWO, id="applications"),
        pytest.param(
            [(FLUX % f"apps/{name}").replace("path:", f"targetNamespace: {name}, path:") for name in ("blog", "shop")],
            TWO,
            id="flux",
        ),
        pytest.param(
            [SET % ("{git: {directories: [{path: apps/*}]}}", OF_DIRECTORY)], TWO, id="directories-of-a-pattern"
        ),
        pytest.param(
            [SET % ("{git: {directories: [{path: apps/blog}, {path: apps/shop}]}}", WITH_GO)], TWO, id="directories"
        ),
        pytest.param(
            [
                SET
                % (
                    "{matrix: {generators: [{git: {directories: [{path: apps/*}]}}, {list: {elements: [{a: b}]}}]}}",
                    OF_DIRECTORY,
                )
            ],
            TWO,
            id="directories-in-a-matrix",
        ),
        pytest.param(
            [
                SET
                % (
                    "{list: {elements: [{app: blog}, {app: shop}]}}",
                    "source: {path: 'apps/{{app}}'}, destination: {namespace: '{{app}}'}",
                )
            ],
            TWO,
            id="elements",
        ),
        pytest.param([ARGO % "apps/blog", ARGO % "apps/shop"], {"redis", "web"}, id="no-namespace"),
        pytest.param(
            [to_namespace("apps/shop", name) for name in ("a", "b")] + [ARGO % "apps/blog"],
            {"redis", "web"},
            id="two-namespaces",
        ),
        pytest.param(
            [SET % ("{git: {directories: [{path: '*'}]}}", OF_DIRECTORY)],
            {"redis", "web"},
            id="any-directory-of-the-root",
        ),
        pytest.param(
            [SET % ("{git: {directories: [{path: apps/*, exclude: true}]}}", OF_DIRECTORY)],
            {"redis", "web"},
            id="directories-left-out",
        ),
    ],
)
@pytest.mark.parametrize("listed", [True, False])
def test_objects_without_a_namespace_go_where_the_controller_puts_them(
    applying: list[str], names: set[str], listed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = two_systems() | {f"argo/{number}.yaml": text for number, text in enumerate(applying)}
    write({path: text for path, text in files.items() if listed or "kustomization" not in path})
    assert set(replicas()) == names


def test_namespace_of_an_object_stays_unless_the_controller_moves_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(
        two_systems("shop")
        | {"argo.yaml": to_namespace("apps/blog", "blog") + "---\n" + to_namespace("apps/shop", "shop")}
    )
    assert set(replicas()) == {"redis", "web"}
    write(
        {
            "argo.yaml": (FLUX % "apps/blog").replace("path:", "targetNamespace: blog, path:")
            + "---\n"
            + to_namespace("apps/shop", "shop")
        }
    )
    assert set(replicas()) == TWO


def test_last_name_of_a_pattern_is_not_any_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write({"infra/web.yaml": WORKLOAD, "apps/shop/web.yaml": WORKLOAD.replace("web", "shop")})
    write({"argo.yaml": SET % ("{git: {directories: [{path: apps/*}]}}", OF_DIRECTORY)})
    text = import_model((".",), None).text
    assert "group: infra" not in text
    assert "shop" in replicas()
    Path("apps/shop").rename("shop")
    assert "group:" not in import_model((".",), None).text


@pytest.mark.parametrize(
    ("applying", "group"),
    [
        ([(FLUX % "apps/blog").replace("path:", "targetNamespace: blog, path:")], "blog"),
        (
            [
                (FLUX % path).replace("path:", f"targetNamespace: {name}, path:")
                for path, name in (("apps", "all"), ("apps/blog", "blog"), ("shop/apps", "other"))
            ],
            "blog",
        ),
        ([to_namespace("apps/blog", "blog").replace("apps/blog}", "apps/blog, directory: {recurse: true}}")], "blog"),
        ([to_namespace("apps/blog", "blog")], ""),
    ],
)
def test_controller_applies_the_directories_below_too(
    applying: list[str], group: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write({"apps/blog/redis/redis.yaml": WORKLOAD.replace("web", "redis")})
    write({"other.yaml": WORKLOAD.replace("name: web}", "name: web, namespace: other}", 1)})
    write({f"argo/{number}.yaml": text for number, text in enumerate(applying)})
    groups = dict(re.findall(r"^  (\w+): .*group: ([\w-]+)", import_model((".",), None).text, re.MULTILINE))
    assert groups.get("redis", "") == group


@pytest.mark.parametrize("path", ["overlays/*", "'*/oci'"])
def test_pattern_of_a_generator_names_overlays(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write({**base("base"), **overlay("overlays/prod", "../../base", 7), **overlay("overlays/oci", "../../base", 8)})
    write({"a.yaml": SET % (f"{{git: {{directories: [{{path: {path}}}]}}}}", OF_DIRECTORY)})
    assert replicas() == {"web": 7 if path == "overlays/*" else 8}


@pytest.mark.parametrize("resources", ["[../../base]", "\n- ../../base", "\n  - '../../base'"])
def test_overlay_is_known_in_any_style(resources: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(base("base"))
    for name, count in (("dev", 7), ("prod", 8)):
        write(
            {
                f"overlays/{name}/kustomization.yaml": f"resources: {resources}\nreplicas: [{{name: web, count: {count}}}]\n"
            }
        )
    assert replicas() == {"web": 8}
    assert import_model((".",), None).overlays == ("overlays/dev",)


SERVICE = "{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {selector: {app: web}, ports: [{port: 80}]}}\n"
INGRESS = (
    "{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: edge}, "
    "spec: {rules: [{http: {paths: [{backend: {service: {name: %s}}}]}}]}}\n"
)
SCALER = (
    "{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: web}, "
    "spec: {scaleTargetRef: {kind: Deployment, name: %s}, minReplicas: 4}}\n"
)


def listed(*files: str, tail: str = "") -> dict[str, str]:
    """Return a kustomization that lists some of the files of its directory, of which app.yaml runs `web`."""
    return {
        "k8s/app.yaml": WORKLOAD,
        "k8s/kustomization.yaml": f"resources: [{', '.join(('app.yaml', *files))}]\n{tail}",
    }


def test_what_is_meant_for_a_listed_workload_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(listed(tail="namespace: shop\n"))
    write({"k8s/edge.yaml": INGRESS % "web", "k8s/scaler.yaml": SCALER % "web", "k8s/service.yaml": SERVICE})
    result = import_model((".",), None)
    assert {part.id: part.replicas for part in result.model.inventory.parts.values()} == {"ingress": 2, "web": 4}
    assert "ingress -> web" in result.text
    write(
        {
            "k8s/edge.yaml": INGRESS % "web"
            + "---\n"
            + (INGRESS % "web").replace("edge", "tls").replace("rules", "tls: [{}], rules")
        }
    )
    assert "protocol: https" in import_model((".",), None).text
    assert "left out" not in summary(result)


@pytest.mark.parametrize(
    ("files", "left"),
    [
        pytest.param({"k8s/scaler.yaml": SCALER % "api"}, "HorizontalPodAutoscaler web", id="for-another-workload"),
        pytest.param({"k8s/edge.yaml": INGRESS % "web"}, "Ingress edge", id="to-a-service-that-is-nowhere"),
        pytest.param(
            {
                "k8s/edge.yaml": INGRESS % "web",
                **listed(),
                "k8s/app.yaml": f"{WORKLOAD}---\n{SERVICE.replace('spec: {', 'spec: {type: NodePort, ')}",
            },
            "Ingress edge",
            id="to-a-service-that-visitors-reach",
        ),
        pytest.param({"k8s/dev-scaler.yaml": SCALER % "web"}, "HorizontalPodAutoscaler web", id="of-a-trial"),
        pytest.param(
            {"k8s/scaler.yaml": SCALER % "web", **listed(tail="# - scaler.yaml\n")},
            "HorizontalPodAutoscaler web",
            id="turned-off",
        ),
        pytest.param(
            {
                "k8s/other.yaml": SCALER % "web",
                "k8s/scaler.yaml": SCALER.replace("4", "1") % "web",
                **listed("scaler.yaml"),
            },
            "HorizontalPodAutoscaler web",
            id="beside-a-listed-one",
        ),
        pytest.param(
            {
                "k8s/more.yaml": INGRESS.replace("[{backend", "[{backend: {service: {name: api}}}, {backend") % "web",
                "k8s/service.yaml": SERVICE,
            },
            "Ingress edge",
            id="also-to-a-service-that-is-nowhere",
        ),
        pytest.param(
            {
                "k8s/scaler.yaml": (SCALER % "web").replace("name: web}, ", "name: web, namespace: other}, ", 1),
                **listed(tail="namespace: shop\n"),
            },
            "HorizontalPodAutoscaler web",
            id="of-another-namespace",
        ),
    ],
)
def test_what_may_not_be_applied_is_left_out(
    files: dict[str, str], left: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write({**listed(), **files})
    result = import_model((".",), None)
    assert {part.id: part.replicas for part in result.model.inventory.parts.values()} == {"web": 1}
    assert f"left out: {left} (" in summary(result)


def test_file_beside_an_overlay_that_is_not_read_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write({**base("base"), **overlay("overlays/prod", "../../base", 3), **overlay("overlays/x", "../../base", 7)})
    write({"overlays/x/scaler.yaml": SCALER % "web"})
    assert replicas() == {"web": 3}


KAFKA = "{apiVersion: kafka.strimzi.io/v1beta2, kind: Kafka, metadata: {name: bus}, spec: {kafka: {replicas: 3}}}\n"
CALLS = WORKLOAD.replace('image: "acme/web:1"', 'image: "acme/web:1", env: [{name: A_URL, value: "%s"}]')


@pytest.mark.parametrize(
    ("more", "is_read"),
    [
        pytest.param({}, False, id="nothing-needs-it"),
        pytest.param({"argo/more.yaml": ARGO % "infra/tools"}, True, id="a-controller-applies-it"),
        pytest.param({"deploy.sh": "kubectl apply -k infra/tools\n"}, True, id="a-script-applies-it"),
        pytest.param({"README.md": "    kubectl apply -k infra/tools\n"}, True, id="a-document-says-how"),
        pytest.param({"base/app.yaml": CALLS % "http://tools:80"}, True, id="it-is-called"),
        pytest.param(
            {"base/app.yaml": CALLS % "bus-kafka-bootstrap:9092"}, True, id="what-an-operator-makes-is-called"
        ),
        pytest.param({"base/app.yaml": CALLS % "http://busy:80"}, False, id="another-is-called"),
        pytest.param({"argo/web.yaml": ""}, True, id="nothing-is-applied-by-a-controller"),
        pytest.param(
            {"infra/tools/app.yaml": WORKLOAD.replace("acme/web", "redis")}, True, id="a-store-of-no-other-kind"
        ),
    ],
)
def test_kustomization_that_nothing_read_leads_to_is_left_out_beside_what_a_controller_applies(
    more: dict[str, str], is_read: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write({**base("base"), **overlay("overlays/prod", "../../base", 7), **base("infra/tools", "tools")})
    write({"infra/tools/service.yaml": SERVICE.replace("web", "tools"), "infra/tools/bus.yaml": KAFKA})
    write({"infra/tools/kustomization.yaml": "resources: [app.yaml, service.yaml, bus.yaml]\n"})
    write({"argo/web.yaml": ARGO % "overlays/prod", **more})
    result = import_model((".",), None)
    assert ("bus" in result.model.inventory.parts) == is_read
    assert (result.others == ("infra/tools",)) != is_read
    assert ("not read: infra/tools;" in summary(result)) != is_read


ROUTE = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: %s}
spec: {rules: [{host: a.example, http: {paths: [{path: /, backend: {service: {name: %s, port: {number: 80}}}}]}}]}
"""


@pytest.mark.parametrize(
    ("more", "is_read"),
    [
        pytest.param({"infra/way/route.yaml": ROUTE % ("way", "web")}, True, id="to-what-is-read"),
        pytest.param({"infra/way/route.yaml": ROUTE % ("way", "other")}, False, id="to-what-is-not-read"),
        pytest.param(
            {
                "infra/way/route.yaml": ROUTE % ("way", "web"),
                "base/route.yaml": ROUTE % ("own", "web"),
                "base/kustomization.yaml": "resources: [app.yaml, service.yaml, route.yaml]\n",
            },
            False,
            id="to-what-has-a-route",
        ),
    ],
)
def test_route_to_a_program_that_a_controller_applies_is_read_where_it_has_no_other(
    more: dict[str, str], is_read: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write({**base("base"), **overlay("overlays/prod", "../../base", 7), "base/service.yaml": SERVICE})
    write({"base/kustomization.yaml": "resources: [app.yaml, service.yaml]\n"})
    write(
        {"infra/way/kustomization.yaml": "resources: [route.yaml]\n", "argo/web.yaml": ARGO % "overlays/prod", **more}
    )
    result = import_model((".",), None)
    assert (result.others == ("infra/way",)) != is_read
