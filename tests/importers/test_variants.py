"""Systems beside each other: which are variants of one, as their directories, programs and images tell."""

from __future__ import annotations

from pathlib import Path

import pytest

from archgen.app.importing.importing import import_model, summary
from tests.importers.test_found_files import WORKLOAD, write
from tests.importers.test_overlays import ARGO, base, replicas


def system(directory: str, images: dict[str, str], namespace: str = "") -> dict[str, str]:
    """Return a kustomization of its own with a workload of each name and image."""
    texts = [WORKLOAD.replace("acme/web:1", image).replace("web", name) for name, image in images.items()]
    line = f"namespace: {namespace}\n" if namespace else ""
    return {
        f"{directory}/app.yaml": "---".join(texts),
        f"{directory}/kustomization.yaml": f"{line}resources: [app.yaml]\n",
    }


@pytest.mark.parametrize(
    ("first", "second", "is_variant"),
    [
        ({"api": "acme/payments"}, {"api": "acme/renderer"}, False),
        ({"api": "acme/shop-api"}, {"api": "acme/wiki-api"}, False),
        ({"api": "acme/payments"}, {"api": "acme/preview"}, False),
        # a tag, a registry, a stage, a placeholder or a longer name
        ({"api": "acme/api:1"}, {"api": "eu.example.org:5000/api:2"}, True),
        ({"api": "acme/shop-prod-api"}, {"api": "acme/shop-dev-api"}, True),
        ({"api": "acme/api"}, {"api": "${IMAGE}"}, True),
        ({"api": "acme/shop-api"}, {"api": "api"}, True),
        ({"api": "api"}, {"api": "acme/shop-api"}, True),
    ],
)
@pytest.mark.parametrize(("directory", "namespace"), [("second", ""), ("preview", "b")])
def test_images_tell_systems_from_variants(
    first: dict[str, str],
    second: dict[str, str],
    is_variant: bool,
    directory: str,
    namespace: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    write({**system("first", first), **system(directory, {**second, "extra": "acme/extra"}, namespace)})
    assert ("extra" in replicas()) != is_variant


@pytest.mark.parametrize(
    ("second", "is_variant"),
    [
        ({"crm": "acme/crm", "redis": "redis:7"}, False),
        # where there is nothing else, products tell
        ({"rabbitmq": "rabbitmq:3", "redis": "redis:7"}, True),
    ],
)
def test_product_in_common_makes_no_variant_of_a_program(
    second: dict[str, str], is_variant: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write({**system("k1", {"shop": "acme/shop", "redis": "redis:7"}), **system("k2", second)})
    assert (next(iter(second)) in replicas()) != is_variant


def test_what_begins_as_one_document_is_a_variant_whatever_its_image(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write({"common/app.yaml": WORKLOAD})
    for name, image in (("first", "acme/shop"), ("second", "acme/mock")):
        write(system(name, {f"{name}-jobs": "acme/jobs"}))
        text = f"resources: [app.yaml, ../common/app.yaml]\nimages: [{{name: acme/web, newName: {image}}}]\n"
        write({f"{name}/kustomization.yaml": text})
    assert set(replicas()) == {"first-jobs", "web"}


def files(name: str, *workloads: str, namespace: str = "") -> dict[str, str]:
    """Return a kustomization of its own with some workloads, each with two replicas."""
    texts = {
        f"{name}/{each}.yaml": WORKLOAD.replace("web", each).replace("spec: {template", "spec: {replicas: 2, template")
        for each in workloads
    }
    line = f"namespace: {namespace}\n" if namespace else ""
    names = ", ".join(f"{each}.yaml" for each in workloads)
    return {**texts, f"{name}/kustomization.yaml": f"{line}resources: [{names}]\n"}


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        # most of it is the same: another variant, which goes as a whole
        (files("k2", "api", "web", "jobs"), {"api": 1, "web": 1}),
        # two systems that have something of one name
        (files("k2", "web", "jobs", "mails"), {"api": 1, "jobs": 2, "mails": 2, "web": 1}),
        # the same in another namespace is another one, unless it is for trials
        (files("second", "api", "web", namespace="b"), {"api": 1, "b-api": 2, "b-web": 2, "web": 1}),
        (files("preview", "api", "web", namespace="b"), {"api": 1, "web": 1}),
        # what a controller applies takes nothing away that is only here
        (
            {**files("k2", "web", "jobs", "mails"), "argo.yaml": ARGO % "repo/prod"},
            {"api": 1, "jobs": 2, "mails": 2, "web": 1},
        ),
        ({**files("k2", "web", "jobs", "mails"), "argo.yaml": ARGO % "k2"}, {"jobs": 2, "mails": 2, "web": 2}),
    ],
)
def test_variants_of_a_system_are_not_put_together(
    others: dict[str, str], expected: dict[str, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write({**base("prod", "web"), **base("prod", "api")})
    write({"prod/app.yaml": f"{WORKLOAD}---{WORKLOAD.replace('web', 'api')}", **others})
    assert replicas() == expected


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("k8s/dev", "k8s/prod"), {"api": 2, "web": 2}),
        (("k8s/staging/app", "k8s/app"), {"api": 2, "web": 2}),
        (("demo/k8s/one", "demo/k8s/two"), {"api": 1, "web": 1}),
        # where a checkout lies says nothing
        (("dev/k8s/local", "dev/k8s/visitors"), {"api": 2, "web": 2}),
        # two regions are no trials: the first file counts
        (("k8s/eu", "k8s/us"), {"api": 1, "web": 1}),
    ],
)
def test_directory_for_trials_gives_way_to_the_one_for_visitors(
    names: tuple[str, str], expected: dict[str, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for directory, count in zip(names, (1, 2), strict=True):
        for name in ("web", "api"):
            text = WORKLOAD.replace("web", name).replace("spec: {template", f"spec: {{replicas: {count}, template")
            write({f"{directory}/{name}.yaml": text})
    write({f"{names[0]}/debug.yaml": WORKLOAD.replace("web", "debug")})
    assert {name: count for name, count in replicas().items() if name != "debug"} == expected
    assert ("debug" in replicas()) == (expected["api"] == 1)


def test_directory_around_all_kustomizations_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, count in (("dev", 1), ("prod", 5)):
        write(base(f"local/clusters/{name}"))
        app = Path(f"local/clusters/{name}/app.yaml")
        app.write_text(WORKLOAD.replace("spec: {template", f"spec: {{replicas: {count}, template"))
    assert replicas() == {"web": 5}


def test_directory_for_trials_with_something_else_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("k8s/dev/db", "k8s/dev/cache", "k8s/dev/web", "k8s/web", "k8s/api"):
        write({f"{name}.yaml": WORKLOAD.replace("web", name.rpartition("/")[2])})
    assert set(replicas()) == {"api", "cache", "db", "web"}


def test_kustomization_that_is_named_counts_with_all_that_it_leads_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(base("k8s/store", "redis"))
    write({"k8s/web.yaml": WORKLOAD, "k8s/jobs.yaml": WORKLOAD.replace("web", "jobs")})
    write({"k8s/kustomization.yaml": "resources: [web.yaml, jobs.yaml, store, gone.yaml]\n"})
    write({"k8s/prod/kustomization.yaml": "resources: [../web.yaml, lost.yaml]\n"})
    assert "jobs" not in replicas()
    result = import_model(("k8s/kustomization.yaml",), None)
    assert set(result.model.inventory.parts) == {"web", "jobs", "redis"}
    assert result.missing == (("k8s/kustomization.yaml", "gone.yaml", False),)


def test_variant_is_named_in_the_summary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write({**files("k8s", "api", "web"), **files("k8s/k2", "api", "jobs")})
    lines = summary(import_model((".",), None)).splitlines()
    assert (
        "left out: jobs (k8s/k2/jobs.yaml:4): another variant of the system; import k8s/k2/kustomization.yaml to read that one"
        in lines
    )
    assert any("Deployment api (k8s/api.yaml, k8s/k2/api.yaml)" in line for line in lines)


@pytest.mark.parametrize(
    ("loose", "image", "is_left_out"),
    [
        ({"web": "acme/web:2"}, "acme/web:1", True),
        ({"web": "web:2"}, "acme/web:1", True),
        ({"web": "eu.example.org:5000/web:2"}, "acme/web:1", True),
        # an image that is called like its owner, of a time when the system was one program
        ({"web": "acme/acme:1"}, "acme/web:1", True),
        ({"web": "acme/wiki:1"}, "acme/web:1", False),
        ({"other": "acme/web:1"}, "acme/web:1", False),
        ({"web": "acme/web:2", "redis": "redis:7", "rabbitmq": "rabbitmq:4"}, "acme/web:1", True),
        ({"web": "acme/web:2", "jobs": "acme/jobs:1"}, "acme/web:1", True),
        ({"web": "acme/web:2", "jobs": "acme/jobs:1", "mail": "acme/mail:1"}, "acme/web:1", False),
    ],
)
@pytest.mark.parametrize("namespace", ["shop", ""])
def test_what_lies_loose_and_runs_mostly_what_a_kustomization_does_is_left_out(
    loose: dict[str, str],
    image: str,
    is_left_out: bool,
    namespace: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    spec = "{type: LoadBalancer, selector: {app: web}, ports: [{port: 80}]}"
    door = f"apiVersion: v1\nkind: Service\nmetadata: {{name: web-door}}\nspec: {spec}\n"
    files = system("old/web", loose)
    write(
        {
            **system("k8s", {"web": image}, namespace),
            "old/web/app.yaml": files["old/web/app.yaml"],
            "old/web/door.yaml": door,
        }
    )
    result = import_model((".",), None)
    # without the Service of type LoadBalancer, nothing tells how visitors come
    assert bool(result.model.doors.assumed) == is_left_out
    is_repeated = is_left_out or (namespace == "" and "web" in loose)
    assert ("the first counts: 1 workload in several files" in summary(result)) == is_repeated


def test_what_lies_loose_in_a_namespace_of_its_own_is_read_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = WORKLOAD.replace("{name: web}\n", "{name: web, namespace: blog}\n", 1)
    write({**system("k8s", {"web": "acme/web:1"}, "shop"), "old/app.yaml": text})
    assert replicas() == {"blog-web": 1, "web": 1}


REST = """
apiVersion: v1
kind: Service
metadata: {name: api}
spec: {type: LoadBalancer, selector: {app: api}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: cache}
spec: {selector: {app: redis}, ports: [{port: 6379}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {CACHE_URL: redis://cache:6379}
"""
NEEDS = 'env: [{name: CACHE_URL, value: "redis://cache:6379"}]'


def test_what_only_a_loose_directory_runs_is_read_with_what_is_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    listed = system("k8s", {"api": "acme/api:1", "web": "acme/web:1"}, "shop")
    listed["k8s/app.yaml"] = listed["k8s/app.yaml"].replace('"acme/api:1"', f'"acme/api:1", {NEEDS}')
    loose = system("old", {"api": "acme/api:1", "web": "acme/web:1", "redis": "redis:7", "worker": "acme/worker:1"})
    variables = "envFrom: [{configMapRef: {name: settings}}]"
    text = loose["old/app.yaml"].replace('"acme/worker:1"', f'"acme/worker:1", {variables}')
    write({**listed, "old/app.yaml": text, "old/rest.yaml": REST})
    assert replicas() == {"api": 1, "web": 1, "redis": 1, "worker": 1}
    result = import_model((".",), None)
    connections = result.model.values["connections"]
    assert {"api -> redis", "worker -> redis"} <= connections.keys()
    assert connections["api -> redis"].get("assumed") is None
    # the Service of type LoadBalancer leads to what is left out
    assert result.model.doors.assumed


@pytest.mark.parametrize(
    ("directory", "image", "is_read"),
    [
        ("test/page", "nginx:latest", False),
        ("tests", "nginx:latest", False),
        ("test/page", "acme/page", True),
        ("latest", "nginx:latest", True),
    ],
)
def test_public_image_in_a_directory_for_tests_is_none_of_the_system(
    directory: str, image: str, is_read: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    page = {f"{directory}/page.yaml": WORKLOAD.replace("acme/web:1", image).replace("web", "page")}
    write({"wiki/wiki.yaml": WORKLOAD, **page})
    assert ("page" in replicas()) is is_read
    assert ("left out: page" in summary(import_model((".",), None))) is not is_read


def test_public_image_for_tests_is_the_system_where_there_is_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write({"test/page.yaml": WORKLOAD.replace("acme/web:1", "nginx"), "settings/more.yaml": "kind: ConfigMap\n"})
    assert "web" in replicas()


IN_TWO_PARTS = """\
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
"""
TO_VISITORS = IN_TWO_PARTS.replace("spec: {", "spec: {type: NodePort, ").replace(
    "port: 80", "port: 80, nodePort: 32080"
)


@pytest.mark.parametrize(
    ("first", "last", "is_door"),
    [
        ("k8s/deploy.yaml", "k8s/service.yaml", True),
        ("k8s/a/service.yaml", "k8s/b/service.yaml", False),
        ("k8s/service.yaml", "k8s/web-dev.yaml", False),
        ("k8s/service.yaml", "k8s/service_nodeport.yaml", False),
        ("k8s/service.yaml", "k8s/service2.yaml", False),
        ("k8s/service.yaml", "k8s/web-bak.yaml", False),
        ("k8s/service.yaml", "k8s/service_prod.yaml", True),
        ("k8s/service-first.yaml", "k8s/service.yaml", True),
    ],
)
def test_of_one_object_in_several_files_of_a_directory_the_last_is_applied(
    first: str, last: str, is_door: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write({first: f"{WORKLOAD}---\n{IN_TWO_PARTS}", last: TO_VISITORS})
    connection = import_model((".",), None).model.values["connections"]["visitor -> web"]
    assert (connection.get("assumed") is None) is is_door


@pytest.mark.parametrize(
    ("image", "counts", "left"),
    [("acme/web:2", "web.yaml", "deploy.yaml"), ("acme/web:$TAG", "deploy.yaml", "web.yaml")],
)
def test_workload_to_be_filled_in_is_not_the_one_that_is_applied_last(
    image: str, counts: str, left: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write({"k8s/deploy.yaml": WORKLOAD, "k8s/web.yaml": WORKLOAD.replace("acme/web:1", image)})
    line = f"such as Deployment web (k8s/{counts}, not k8s/{left}); name one of the files"
    assert f"one counts: 1 workload in several files, {line}" in summary(import_model((".",), None))


SECRET = "{apiVersion: v1, kind: Secret, metadata: {name: web}, stringData: {DATABASE_URL: %s}}\n"
READER = WORKLOAD.replace('image: "acme/web:1"', 'image: "acme/web:1", envFrom: [{secretRef: {name: web}}]')


@pytest.mark.parametrize(
    ("first", "last", "target"),
    [
        ('"postgresql://u@one/x"', '"postgresql://u@two/x"', "two"),
        ('"postgresql://u@one/x"', '"<fill in>"', "one"),
        ('"postgresql://u@one/x"', "CHANGEME", "one"),
        ('"postgresql://u@one/x"', '"${DATABASE_URL}"', "one"),
    ],
)
def test_settings_to_be_filled_in_are_not_those_that_are_applied_last(
    first: str, last: str, target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert READER != WORKLOAD
    stores = "---\n".join(
        text.replace("acme/web:1", "postgres").replace("web", name)
        for name in ("one", "two")
        for text in (WORKLOAD, IN_TWO_PARTS)
    )
    write({"k8s/a.yaml": READER, "k8s/b.yaml": stores, "k8s/c.yaml": SECRET % first, "k8s/d.yaml": SECRET % last})
    calls = [name for name in import_model((".",), None).model.values["connections"] if name.startswith("web ->")]
    assert calls == [f"web -> {target}"]


def test_store_in_a_directory_for_tests_is_one_of_the_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    store = WORKLOAD.replace("acme/web:1", "redis").replace("web", "cache")
    write({"common/web.yaml": WORKLOAD, "testing/cache.yaml": store})
    assert "cache" in replicas()
