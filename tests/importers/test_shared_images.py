"""What services share: a directory of configurations, an image with its variables, volumes. Each has the part that is its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.importers.compose_projects import assert_choice, compose, imported

TOOLS = "services:\n  tools:\n    build: .\n    {}\n    volumes: ['/var/run/docker.sock:/var/run/docker.sock']\n"


@pytest.mark.parametrize("never", ["scale: 0", "deploy: {replicas: 0}", "deploy:\n      replicas: 0"])
def test_file_in_which_nothing_starts_gives_way_to_the_one_that_runs_the_system(
    never: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = compose("shop=acme/shop:1", "pay=acme/pay:1", "db=postgres:17")
    files = {"docker-compose.yml": TOOLS.format(never), "server/docker-compose.yml": system, "Dockerfile": "FROM a\n"}
    reason = "server/docker-compose.yml: docker-compose.yml runs no program of its own"
    assert_choice(imported(tmp_path, monkeypatch, files), ["server/docker-compose.yml"], reason)


ROUTES = """
http:
  routers: {{r: {{rule: "Host(`acme.com`)", service: s}}}}
  services: {{s: {{loadBalancer: {{servers: [{{url: "http://{}:80"}}]}}}}}}
"""


@pytest.mark.parametrize(
    ("mounts", "expected"),
    [
        # the file is called like what mounts it itself
        (("./conf/traefik.yml:/etc/traefik/dynamic.yml", "./conf:/conf"), {"traefik -> shop"}),
        (("./conf:/conf", "./conf:/conf"), {"traefik -> shop", "api -> shop"}),
    ],
)
def test_configuration_belongs_to_what_mounts_it_by_its_name(
    mounts: tuple[str, str], expected: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = (
        f"services:\n  traefik: {{image: 'traefik:3', volumes: ['{mounts[0]}']}}\n"
        f"  api: {{image: acme/api, volumes: ['{mounts[1]}']}}\n  shop: {{image: acme/shop}}\n"
    )
    files = {"compose.yml": services, "conf/traefik.yml": ROUTES.format("shop")}
    calls = imported(tmp_path, monkeypatch, files).model.values["connections"]
    assert {*calls} - {"visitor -> traefik"} == expected


PAGES = 'FROM nginx\nCOPY shop.template /t/\nCOPY start.sh /\nENV API_HOST="api"\nRUN rm -r /usr/share/nginx/html/x\nCMD ["nginx"]\n'


@pytest.mark.parametrize(
    ("files", "is_called"),
    [
        ({"shop.template": "server { listen 80; }", "start.sh": '[ -z "$API_HOST" ] && exit 1'}, False),
        ({"shop.template": "location /api { proxy_pass http://${API_HOST}; }", "start.sh": ""}, True),
        ({"shop.template": "server { listen 80; }", "start.sh": "sed -i s/api/$API_HOST/ /etc/nginx/nginx.conf"}, True),
        # what isn't there may use it
        ({"shop.template": "server { listen 80; }"}, True),
    ],
)
def test_variable_of_a_recipe_for_pages_is_a_call_only_where_something_uses_it(
    files: dict[str, str], is_called: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = {f"shop/{name}": text for name, text in files.items()} | {"shop/Dockerfile": PAGES}
    services = "services:\n  shop: {build: shop}\n  api: {image: acme/api}\n"
    calls = imported(tmp_path, monkeypatch, {"compose.yml": services, **written}).model.values
    assert ("shop -> api" in calls.get("connections", {})) is is_called


IMAGE = "ARG BASE\nFROM ${BASE}\nCOPY serve.sh feed.sh /\nENV SHOP_HOST=shop DB_HOST=db\n"


@pytest.mark.parametrize(
    ("serve", "feed", "expected"),
    [
        ("./serve\n", "./feed http://$SHOP_HOST\n", {"feeder -> shop", "feeder -> db", "index -> db"}),
        (
            "./serve ${SHOP_HOST}\n",
            "./feed http://$SHOP_HOST\n",
            {"feeder -> shop", "feeder -> db", "index -> shop", "index -> db"},
        ),
    ],
)
def test_variable_of_an_image_is_of_the_service_whose_script_uses_it(
    serve: str, feed: str, expected: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = (
        "services:\n  index: {build: index, command: /serve.sh}\n  feeder: {build: index, command: /feed.sh}\n"
        "  shop: {image: acme/shop}\n  db: {image: postgres}\n"
    )
    files = {"compose.yml": services, "index/Dockerfile": IMAGE, "index/serve.sh": serve, "index/feed.sh": feed}
    assert {*imported(tmp_path, monkeypatch, files).model.values["connections"]} == expected


@pytest.mark.parametrize(
    ("worker", "expected"),
    [
        ("{image: acme/shop, volumes_from: [shop]}", "medium"),
        ("{image: acme/jobs, volumes_from: [shop]}", None),
        ("{image: acme/shop, volumes_from: [shop], environment: {CACHE_URL: 'redis://cache'}}", None),
    ],
)
def test_worker_on_the_volumes_of_its_program_may_call_the_stores_of_that(
    worker: str, expected: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = (
        "services:\n  shop: {image: acme/shop, environment: {DB_HOST: 'db:5432'}}\n  db: {image: postgres}\n"
        f"  cache: {{image: redis}}\n  worker: {worker}\n"
    )
    calls = imported(tmp_path, monkeypatch, {"compose.yml": services}).model.values["connections"]
    assert calls.get("worker -> db", {}).get("assumed") == expected


SHOP = "services:\n  web: {{image: shop, build: ., command: bundle exec puma, ports: ['80:80']}}\n  {}\n  mq: {{image: rabbitmq}}\n"


@pytest.mark.parametrize(
    ("service", "kind"),
    [
        ("rabbit_jobs: {image: shop, command: rails r lib/rabbit.rb}", "worker"),
        ("redis-sync: {image: shop, command: rails r lib/sync.rb}", "service"),
        ("mysql: {image: shop, command: mysqld}", "database"),
        # an image that nothing else runs may well be a store's
        ("mysql: {image: acme/stack, command: start}", "database"),
        ("rabbit_jobs: {image: shop}", "queue"),
    ],
)
def test_program_that_runs_the_image_of_another_is_no_product_by_its_name(
    service: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = imported(tmp_path, monkeypatch, {"compose.yml": SHOP.format(service)}).model.inventory.parts
    assert parts[service.partition(":")[0]].kind == kind


@pytest.mark.parametrize(
    ("service", "calls"),
    [
        ("types: {image: shop, command: npx tsc -w --noEmit, env_file: .env}", None),
        ("types: {image: shop, command: npm run watch, env_file: .env}", None),
        ("types: {image: shop, command: tsc -p . --build, env_file: .env}", True),
        ("types: {image: shop, command: npx tsc -w, env_file: .env, ports: ['3000:3000']}", True),
        ("types: {image: shop, command: rake api:serve_assets, env_file: .env, ports: ['3000:3000']}", False),
    ],
)
def test_what_compiles_or_hands_out_sources_calls_no_store(
    service: str, calls: bool | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = f"{SHOP.format(service).replace('ports:', 'env_file: .env, ports:', 1)}  redis: {{image: redis}}\n"
    model = imported(tmp_path, monkeypatch, {"compose.yml": services, ".env": "REDIS_URL=redis://redis:6379/0\n"}).model
    assert (("types -> redis" in model.values["connections"]) if "types" in model.inventory.parts else None) is calls
    assert "web -> redis" in model.values["connections"]


@pytest.mark.parametrize(
    ("directory", "is_asked"),
    [("shop", True), ("other", False)],
)
def test_image_that_is_called_like_the_repository_is_built_in_its_root(
    directory: str, is_asked: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {
        "docker-compose.yml": compose("web=ghcr.io/acme/shop:1", "model=acme/model-server:1"),
        "Dockerfile": "FROM python:3.13\nCOPY . /app\n",
        "requirements.txt": "influxdb-client\n",
        "jobs/check/Dockerfile": "FROM python:3.13\n",
        "jobs/check/requirements.txt": "requests\n",
    }
    place = tmp_path / directory
    place.mkdir()
    questions = imported(place, monkeypatch, files).model.values["questions"].values()
    assert any("library for influxdb" in each["ask"] for each in questions) is is_asked


def test_pages_that_the_root_builds_pass_requests_on_as_their_templates_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pod = (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {0}}}\nspec:\n  selector: {{matchLabels: {{app: {0}}}}}\n"
        "  template:\n    metadata: {{labels: {{app: {0}}}}}\n    spec: {{containers: [{{name: {0}, image: 'acme/shop_{0}:1'}}]}}\n"
        "---\napiVersion: v1\nkind: Service\nmetadata: {{name: {0}}}\nspec: {{selector: {{app: {0}}}, ports: [{{port: 5000}}]}}\n---\n"
    )
    files = {
        "k8s/all.yaml": pod.format("frontend") + pod.format("backend"),
        "Dockerfile": "FROM node AS pages\nRUN npm run build\nFROM nginx:1\nCOPY nginx/templates/* /etc/nginx/templates/\n",
        "nginx/templates/default.conf.template": "server { listen 80; location /v1 { proxy_pass http://backend:5000; } }\n",
    }
    calls = imported(tmp_path, monkeypatch, files).model.values["connections"]
    assert calls["frontend -> backend"]["assumed"] == "medium"
