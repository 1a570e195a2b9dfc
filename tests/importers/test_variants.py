"""Kustomizations beside each other: which are variants of one system, as their programs and images tell."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.importers.test_found_files import WORKLOAD, write
from tests.importers.test_overlays import replicas


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
