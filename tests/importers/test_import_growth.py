"""Putting together an import grows with what it is made of: with objects and not their square, with pairs and not their cube."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from archgen.app.importing.importing import import_model
from archgen.app.importing.needed_directories import needed_among
from archgen.importers import nginx
from archgen.importers.sources import mounted_settings
from tests.app.test_growth import FEW, MOST, Lines, executed

_COUNTED = ("kubernetes/build.py", "kubernetes/beside.py")
"""The modules that put together what is applied."""

_SEARCHING = ("importing/needed_directories.py", "importing/overlays.py", "importing/overlay_modes.py")
"""The modules that choose among directories."""

_SHARING = ("importers/compose/", "importers/sources/")
"""The modules that tell who uses the addresses that programs share."""

_WORKLOAD = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: a%d}
spec: {selector: {matchLabels: {app: a%d}}, template: {metadata: {labels: {app: a%d}}, spec: {containers: [{name: c, image: acme/a%d}]}}}
"""
_BESIDE = """
apiVersion: v1
kind: Service
metadata: {name: a%d}
spec: {selector: {app: a%d}, ports: [{port: 80}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: a%d}
spec: {rules: [{host: a.acme.com, http: {paths: [{path: /, backend: {service: {name: a%d, port: {number: 80}}}}]}}]}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: a%d}
spec: {scaleTargetRef: {kind: Deployment, name: a%d}, minReplicas: 2, maxReplicas: 3}
"""
_CALL = """
apiVersion: v1
kind: ConfigMap
metadata: {name: calls}
data: {A_URL: http://a1.shop.svc}
---"""
_SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: %s}
spec: {selector: {app: b}, ports: [{port: 80}]}
"""


def grown(small: Lines, large: Lines, modules: tuple[str, ...], most: float) -> dict[str, int]:
    """Return the lines of modules that a system of twice the size executes more than so many times as often, with their counts."""
    return {
        f"{code.co_filename}:{line}": count
        for (code, line), count in large.items()
        if any(module in code.co_filename for module in modules) and count > max(FEW, most * small[code, line])
    }


def imported_lines(size: int) -> Lines:
    """Count the lines that an import of so many workloads, and of what no kustomization lists for them, executes."""
    names = range(size)
    Path("kustomization.yaml").write_text("resources: [all.yaml]\n" + "# note\n" * size)
    Path("all.yaml").write_text("---".join(_WORKLOAD % (name, name, name, name) for name in names))
    Path("beside.yaml").write_text("---".join(_BESIDE % (name, name, name, name, name, name) for name in names))
    counts = executed(lambda: import_model((".",), "Case"))
    assert "ingress -> a0" in import_model((".",), "Case").model.values["connections"]
    return counts


def test_import_grows_with_what_no_kustomization_lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    # what is loaded and remembered once is no part of it
    imported_lines(1)
    small, large = imported_lines(30), imported_lines(60)
    assert grown(small, large, _COUNTED, MOST) == {}


def searched_lines(size: int) -> Lines:
    """Count the lines that an import of so many bases, of which an overlay names the first, beside so many Services executes."""
    for name in range(size):
        Path(f"lib/base/a{name}").mkdir(parents=True, exist_ok=True)
        Path(f"lib/base/a{name}/all.yaml").write_text(
            "---".join((_WORKLOAD % (name, name, name, name), _BESIDE % (name, name, name, name, name, name)))
        )
        Path(f"lib/base/a{name}/kustomization.yaml").write_text("resources: [all.yaml]\n")
    Path("lib/overlays/prod").mkdir(parents=True, exist_ok=True)
    Path("lib/overlays/prod/kustomization.yaml").write_text("resources: [../../base/a0, ../../calls.yaml]\n")
    read = "---".join(_SERVICE % f"b{name}" for name in range(size))
    Path("lib/calls.yaml").write_text(_CALL + read)
    counts = executed(lambda: import_model((".",), "Case"))
    components = import_model((".",), "Case").model.values["components"]
    assert "a1" in components
    assert "a2" not in components
    return counts


def test_search_for_what_is_called_grows_with_the_bases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    searched_lines(3)
    small, large = searched_lines(30), searched_lines(60)
    assert grown(small, large, _SEARCHING, MOST) == {}


def chained_lines(size: int) -> Lines:
    """Count the lines that the search among so many directories executes, each of which calls the Service of the next one."""
    call = "kind: ConfigMap\nmetadata: {name: calls}\ndata: {A_URL: http://b%d.shop.svc}\n---\n"
    chain = {f"a{name}": {"all.yaml": (call % (name + 1) + _SERVICE % f"b{name}").encode()} for name in range(size)}
    read = {"all.yaml": (call % 1).encode()}
    counts = executed(lambda: needed_among(chain, read))
    assert needed_among(chain, read) == chain.keys() - {"a0"}
    return counts


def test_search_among_directories_that_call_each_other_reads_each_once() -> None:
    chained_lines(3)
    small, large = chained_lines(30), chained_lines(60)
    assert grown(small, large, ("yaml/", "importers/nodes.py"), MOST) == {}


def sharing_lines(size: int) -> Lines:
    """Count the lines that an import of so many programs executes that share the addresses of all of them."""
    names = range(100, 100 + size)
    addresses = "".join(f"  S{name}_URL: http://s{name}:8080\n" for name in names)
    services = "".join(f"  s{name}: {{image: acme/s{name}, environment: *shared}}\n" for name in names)
    Path("compose.yaml").write_text(f"x-shared: &shared\n{addresses}services:\n{services}")
    counts = executed(lambda: import_model((".",), "Case"))
    assert "s100 -> s101" in import_model((".",), "Case").model.values["connections"]
    return counts


def test_import_grows_with_the_pairs_of_programs_that_share_their_addresses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of them may call each other: the pairs are looked at, and not all programs again for each pair."""
    monkeypatch.chdir(tmp_path)
    sharing_lines(3)
    small, large = sharing_lines(16), sharing_lines(32)
    assert grown(small, large, _SHARING, 2 * MOST) == {}


def nginx_lines(size: int) -> Lines:
    """Count the lines that reading a configuration executes with so many variables, tables and paths that lead by each."""
    names = range(size)
    tables = "".join(f"map $host $m{name} {{ default web{name}; }}\n" for name in names)
    paths = "".join(
        f"set $n{name} web{name}; location /n{name} {{ proxy_pass http://$n{name}:80; }}\n"
        f"location /m{name} {{ proxy_pass http://$m{name}; }}\n"
        for name in names
    )
    Path("nginx.conf").write_text(f"http {{\n{tables}server {{\nlisten 80;\n{paths}}}\n}}\n")
    counts = executed(lambda: import_model(("nginx.conf",), "Case"))
    assert {f"nginx -> web{name}" for name in names} <= {
        *import_model(("nginx.conf",), "Case").model.values["connections"]
    }
    return counts


def test_nginx_is_read_in_the_time_of_its_variables_and_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    nginx_lines(3)
    small, large = nginx_lines(30), nginx_lines(60)
    assert grown(small, large, ("importers/nginx.py",), MOST) == {}


def chained_services(size: int) -> Lines:
    """Count the lines that an import of so many services of one image executes, each on the network of the next one, in a circle."""
    services = "".join(
        f"  s{name}: {{image: acme/api, network_mode: 'service:s{(name + 1) % size}', environment: {{DB_HOST: db}}}}\n"
        for name in range(size)
    )
    Path("compose.yaml").write_text(f"services:\n{services}  db: {{image: postgres:16}}\n")
    counts = executed(lambda: import_model((".",), "Case"))
    assert "s -> db" in import_model((".",), "Case").model.values["connections"]
    return counts


def test_services_on_the_networks_of_others_are_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Services of one program are many to compare with, and each way over networks is gone once."""
    monkeypatch.chdir(tmp_path)
    chained_services(3)
    small, large = chained_services(40), chained_services(80)
    assert (
        grown(small, large, ("compose/neighbours.py", "compose/library_calls.py", "frameworks/written_hosts.py"), MOST)
        == {}
    )


def test_a_chain_of_networks_may_be_longer_than_python_goes_deep(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    size = 1100
    services = "".join(f"  s{name}: {{image: acme/a, network_mode: 'service:s{name + 1}'}}\n" for name in range(size))
    last = f"  s{size}: {{image: acme/a, environment: {{DB_HOST: db}}}}\n"
    Path("compose.yaml").write_text(f"services:\n{services}{last}  db: {{image: postgres:16}}\n")
    assert "s -> db" in import_model((".",), "Case").model.values["connections"]


@pytest.mark.parametrize(
    ("pattern", "begun"),
    [(nginx._SNIFF, b"\nlocation /a "), (mounted_settings._HOLE, b"${A:-")],
    ids=["nginx", "mounted settings"],
)
def test_what_never_ends_is_searched_from_each_beginning_for_a_bounded_length(
    pattern: re.Pattern[bytes], begun: bytes
) -> None:
    """A search that goes to the end of the text from each beginning takes the square of the beginnings."""
    end = {b"\nlocation /a ": b"{", b"${A:-": b"}"}[begun]
    assert pattern.match(begun + b"x" * 900 + end)
    assert not pattern.match(begun + b"x" * 5000 + end)


def test_listeners_that_begin_far_down_in_a_file_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    edge = "{image: 'envoyproxy/envoy:v1.30', ports: ['80:80'], volumes: ['./envoy.yaml:/etc/envoy/envoy.yaml']}"
    Path("compose.yaml").write_text(f"services:\n  edge: {edge}\n")
    Path("envoy.yaml").write_text(
        "static_resources:\n" + "#\n" * 25_000 + "  listeners:\n  - address: {port_value: 80}\n"
    )
    assert "edge" in import_model((".",), None).model.inventory.parts
