"""Configurations of proxies beside compose files: what an import says of those that it doesn't read, and of those that it is given."""

from __future__ import annotations

from pathlib import Path

import pytest

from archgen.app.importing.importing import import_model, summary
from archgen.model.problems import UsageError
from tests.importers.test_found_files import write

CONF = "events {}\nhttp {\n  server { listen 80; location / { proxy_pass http://%s; } }\n}\n"
SYSTEM = {
    "compose.yml": 'services:\n  front: {image: "nginx:1.27", ports: ["80:80"], volumes: ["./a.conf:/etc/nginx/nginx.conf"]}\n'
    '  web: {image: "acme/web:1", ports: ["8080:3000"]}\n',
    "a.conf": CONF % "web:3000",
}
READS = "; `archgen import . proxy/b.conf` reads it too"
DEV = "services:\n  front: {image: nginx, volumes: [%s]}\n"


@pytest.mark.parametrize(
    ("servers", "is_read"),
    [
        pytest.param("server 10.0.0.8:8080; server 10.0.0.9:8080;", False, id="another-version"),
        pytest.param("server 127.0.0.1:8080;", True, id="the-proxy-of-the-machine"),
    ],
)
@pytest.mark.parametrize("directory", ["", "proxy/"])
def test_configuration_beside_the_mounted_one_is_no_second_proxy(
    servers: str, is_read: bool, directory: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    pool = f"upstream web {{ {servers} }}\n  server {{ listen 81; location / {{ proxy_pass http://web; }} }}"
    write(SYSTEM | {f"{directory}b.conf": f"events {{}}\nhttp {{\n  {pool}\n}}\n"})
    # an image of their own tells nothing of what runs in it
    Path("compose.yml").write_text(SYSTEM["compose.yml"].replace("nginx:1.27", "acme/nginx-front"))
    result = import_model((".",), None)
    is_found = any(part.is_alone for part in result.model.inventory.parts.values())
    assert is_found == (is_read or directory != "")
    line = "not read: b.conf: a.conf, which lies beside it, is in use; `archgen import . b.conf` reads it too"
    assert (line in result.proxies) != is_found


@pytest.mark.parametrize(
    ("files", "line"),
    [
        ({"proxy/b.conf": CONF % "web:3000"}, ": no compose file mounts it"),
        (
            {"proxy/b.conf": CONF % "10.0.0.1:3000", "compose.dev.yml": DEV % "" + "configs: {a: {file: proxy/b.conf}}\n"},
            ": compose.dev.yml mounts it",
        ),
        ({"proxy/b.conf": CONF % "10.0.0.1:3000"}, READS),
        ({"proxy/b.conf": CONF % "web.acme.example:3000"}, READS),
        # of a product that no file that is read configures
        ({"proxy/b.conf": "frontend a\n  bind *:80\n  default_backend b\nbackend b\n  server a web:3000\n"}, READS),
        (
            {"proxy/b.conf": CONF % "10.0.0.1:3000", "compose.dev.yml": DEV % "./proxy/b.conf:/etc/nginx/nginx.conf"},
            ": compose.dev.yml mounts it",
        ),
        (
            {"proxy/b.conf": CONF % "10.0.0.1:3000", "dev/compose.yml": DEV % "../proxy:/etc/nginx/conf.d"},
            ": dev/compose.yml mounts it",
        ),
        # meant from the root
        (
            {"proxy/b.conf": CONF % "10.0.0.1:3000", "dev/compose.yml": DEV % "./proxy/b.conf:/etc/nginx/nginx.conf"},
            ": dev/compose.yml mounts it",
        ),
        (
            {
                "proxy/b.conf": CONF % "10.0.0.1:3000",
                "compose.dev.yml": DEV % "{type: bind, source: ./proxy/b.conf, target: /etc/nginx/nginx.conf}",
            },
            ": compose.dev.yml mounts it",
        ),
        (
            {"proxy/b.conf": CONF % "10.0.0.1:3000", "compose.dev.yml": DEV % "" + "configs: {a: {file: ./proxy/b.conf}}\n"},
            ": compose.dev.yml mounts it",
        ),
        # what an image is built from need not be in it
        (
            {"proxy/b.conf": CONF % "10.0.0.1:3000", "compose.dev.yml": "services: {front: {build: ./proxy}}\n"},
            READS,
        ),
        ({"proxy/b.conf": CONF % "10.0.0.1:3000", "compose.dev.yml": DEV % ".:/etc/nginx"}, READS),
        (
            {
                "proxy/b.conf": CONF % "10.0.0.1:3000",
                "compose.dev.yml": f"# {'./proxy/b.conf:/etc'}\n" + DEV % "./proxy/a.conf",
            },
            READS,
        ),
        (
            {"proxy/b.conf": CONF % "10.0.0.1:3000", "proxy/Dockerfile": "FROM nginx\nCOPY b.conf /etc/nginx/b.conf\n"},
            ": proxy/Dockerfile copies it",
        ),
        (
            {"proxy/b.conf": CONF % "10.0.0.1:3000", "proxy/Dockerfile": "FROM nginx\nCOPY a.conf b.conf\n"},
            READS,
        ),
    ],
)  # fmt: skip
def test_unread_configuration_is_offered_unless_it_is_that_of_something_else(
    files: dict[str, str], line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write({**SYSTEM, **files})
    lines = summary(import_model((".",), None)).splitlines()
    assert [each for each in lines if "b.conf" in each] == [f"not read: proxy/b.conf{line}"]


OF_TOOLS = {
    "infra/main.tf": 'resource "a" "b" {}\n',
    "infra/db.tf": 'resource "a" "c" {}\n',
    "examples/main.tf": 'resource "a" "d" {}\n',
    "jobs/web.nomad.hcl": 'job "web" {}\n',
    "units/web.container": "[Container]\nImage=acme/web:1\n",
    "roles/proxy/templates/haproxy.cfg.j2": "listen {{ name }}\n",
    "roles/proxy/templates/motd.j2": "{{ name }}\n",
    "inventory/production": "[proxy]\n",
    "site.yml": "- hosts: proxy\n",
    "roles/readers.yml": "- reader\n",
}
UNREAD = [
    "not read: roles/proxy/templates/haproxy.cfg.j2, a template; import what is made of it",
    "not read: 1 file of Nomad, such as jobs/web.nomad.hcl",
    "not read: 2 files of Terraform, such as infra/db.tf",
    "not read: 1 file of Podman, such as units/web.container",
    "not read: 4 files of Ansible, such as inventory/production",
]


def test_files_of_tools_that_no_importer_reads_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(OF_TOOLS)
    with pytest.raises(UsageError) as raised:
        import_model((".",), None)
    assert all(line in str(raised.value) for line in UNREAD[:3])
    write(SYSTEM)
    lines = summary(import_model((".",), None)).splitlines()
    assert sorted(line for line in lines if line.startswith("not read")) == sorted(UNREAD)


def test_directories_above_an_imported_one_say_nothing_of_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = tmp_path / "test-env" / "shop"
    directory.mkdir(parents=True)
    monkeypatch.chdir(directory)
    write(SYSTEM | {"main.tf": "", "tests/main.tf": "", "proxy/b.conf": CONF % "10.0.0.1:3000"})
    monkeypatch.chdir(tmp_path)
    lines = summary(import_model((str(directory),), None)).splitlines()
    assert f"not read: 1 file of Terraform, such as {directory}/main.tf" in lines
    read = f"`archgen import {directory} {directory}/proxy/b.conf` reads it too"
    assert f"not read: {directory}/proxy/b.conf; {read}" in lines


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("docker run -d -p 127.0.0.1:9100:80 --name maps acme/maps\n", "maps"),
        ('NAME="maps"\ndocker run -d \\\n  --publish=9100:80 \\\n  --name "$NAME" acme/maps\n', "maps"),
        ("podman run --name=maps -p 9100:80 acme/maps\n", "maps"),
        ("docker run -d -p 9101:80 --name maps acme/maps\n", "localhost-9100"),
        ("docker run -d -p 9100:80 acme/maps\n", "localhost-9100"),
        ("docker run -d --name $NAME -p 9100:80 acme/maps\n", "localhost-9100"),
        ("docker run -d -p 9100:80 --name web acme/maps\n", "localhost-9100"),
    ],
)
def test_port_of_a_container_that_a_command_starts_has_its_name(
    command: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    locations = "".join(f"location /{port}/ {{ proxy_pass http://localhost:{port}; }} " for port in (8080, 9100))
    write(
        {
            "compose.yml": 'services:\n  web: {image: "acme/web:1", ports: ["127.0.0.1:8080:3000"]}\n',
            "sites-available/default": f"server {{ listen 80; {locations} }}\n",
            "start.sh": command,
        }
    )
    result = import_model((".",), None)
    assert {*result.model.inventory.parts} == {"nginx", "web", name}
    assert ("docker run (start.sh:" in result.text) == (name == "maps")


def test_configuration_that_is_out_of_use_by_its_path_is_not_offered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    paths = ["archive/b.conf", "proxy/b.dev.conf", "site_LEGACY/proxy/b.conf"]
    write(SYSTEM | dict.fromkeys(paths, CONF % "10.0.0.1:3000"))
    lines = summary(import_model((".",), None)).splitlines()
    assert [each for each in lines if "b.conf" in each or "b.dev.conf" in each] == [
        "not read: site_LEGACY/proxy/b.conf: its path is named for a trial, or for what is out of use"
    ]


def connections(*paths: str) -> dict[str, bool]:
    """Return the connections by a proxy that stands alone, each with True if it is assumed."""
    calls = import_model(paths, None).model.inventory.calls
    return {target: call.is_assumed for (source, target), call in calls.items() if source == "nginx"}


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        (("web:3000",), {"web": False}),
        (("Web:3000",), {"web": False}),
        (("web:3000", "lost:8080"), {"web": False, "lost": False}),
        # without the name of a container, the port is one of the machine
        (("lost:8080",), {"web": True}),
        (("web.acme.example:3000",), {"web.acme.example": False}),
        (("10.0.0.1:8080",), {"web": True}),
        (("web:3000", "10.0.0.1:8080"), {"web": False}),
    ],
)
def test_proxy_that_names_a_container_is_on_its_network(
    places: tuple[str, ...], expected: dict[str, bool], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(SYSTEM)
    servers = "".join(
        f"server {{ listen {80 + number}; location / {{ proxy_pass http://{place}; }} }}\n"
        for number, place in enumerate(places)
    )
    write({"b.conf": f"events {{}}\nhttp {{\n{servers}}}\n"})
    assert connections(".", "b.conf") == expected
    is_named = any(place.lower().startswith("web:") for place in places)
    host = import_model((".", "b.conf"), None).model.inventory.parts["nginx"].host
    assert is_named is (host == "docker-host")


def test_container_that_no_file_describes_is_on_the_host_of_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    location = "location /{0} {{ proxy_pass http://{0}:80; }}"
    servers = f"server {{ listen 80; {location.format('lost')} {location.format('web')} }}"
    write({**SYSTEM, "b.conf": f"events {{}}\nhttp {{\n{servers}\n}}\n"})
    values = import_model((".", "b.conf"), None).model.values
    assert values["components"]["lost"]["runs_on"] == "docker-host"
    assert list(values["hosts"]) == ["docker-host"]


@pytest.mark.parametrize(
    ("ports", "backends", "expected"),
    [
        # a port of the machine that is called like what runs on it
        ("3000:3000", ("web:3000", "app1:80 app2:80"), "app1"),
        ("127.0.0.1:3000:3000", ("web:3000", "app1:80"), "docker-host"),
        ("8080:3000", ("web:3000", "app1:80"), "docker-host"),
        ("8080:3000", ("web:3000", "web:3000 app1:80"), "web"),
    ],
)
def test_name_that_may_be_that_of_a_machine_shows_no_network(
    ports: str, backends: tuple[str, ...], expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write({"compose.yml": SYSTEM["compose.yml"].replace("8080:3000", ports), "a.conf": SYSTEM["a.conf"]})
    lines = [f"frontend f{number}\n  bind *:{90 + number}\n  default_backend pool{number}" for number in range(2)]
    for number, places in enumerate(backends):
        lines += [f"backend pool{number}", *(f"  server s{place[:4]} {place}" for place in places.split())]
    write({"h.cfg": "\n".join(lines) + "\n"})
    values = import_model((".", "h.cfg"), None).model.values
    [pool] = [
        name for name in values["components"] if name not in ("front", "web", "haproxy") and "visitor" not in name
    ]
    places = values["components"][pool]["runs_on"]
    assert (places if isinstance(places, str) else next(iter(places))) == expected


def test_proxy_that_names_nothing_but_services_is_on_their_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write({**SYSTEM, "compose.yml": SYSTEM["compose.yml"].replace("8080:3000", "3000:3000")})
    write({"b.conf": CONF % "web:3000"})
    assert connections(".", "b.conf") == {"web": False}
    write(
        {"b.conf": CONF.replace("location /", "location /x { proxy_pass http://lost:7000; } location /") % "web:3000"}
    )
    assert connections(".", "b.conf") == {"lost": False, "web": True}


def test_proxy_among_the_containers_is_found_by_its_port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    locations = "location / { proxy_pass http://web:3000; } location /x { proxy_pass http://cache:8081; }"
    write({**SYSTEM, "b.conf": f"events {{}}\nhttp {{\nserver {{ listen 80; {locations} }}\n}}\n"})
    write({"h.cfg": "frontend f\n  bind *:8081\n  default_backend b\nbackend b\n  server a web:3000\n"})
    calls = import_model((".", "b.conf", "h.cfg"), None).model.inventory.calls
    assert {pair for pair in calls if pair[0] != "front"} == {
        ("haproxy", "web"),
        ("nginx", "haproxy"),
        ("nginx", "web"),
    }
