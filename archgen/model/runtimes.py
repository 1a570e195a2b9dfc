"""The products that run anybody's code: languages, frameworks, servers of applications and platforms."""

from __future__ import annotations

import re

from archgen.model.architecture import Component
from archgen.model.products import product_name

_RUNTIMES = (
    *("java", "spring", "spring-boot", "quarkus", "micronaut", "helidon", "dropwizard", "vert.x", "akka", "play"),
    *("tomcat", "jetty", "wildfly", "weblogic", "go", "golang", "gin", "rust", "actix", "axum", "c", "c++", "cpp"),
    *("c#", "python", "django", "flask", "fastapi", "starlette", "tornado", "aiohttp", "gunicorn", "uvicorn"),
    *("hypercorn", "uwsgi", "celery", "rq", "dramatiq", "node", "express", "nestjs", "koa", "fastify", "nextjs"),
    *("nuxt", "remix", "javascript", "typescript", "deno", "bun", "react", "vue", "angular", "svelte", "php"),
    *("php-fpm", "laravel", "symfony", "cakephp", "codeigniter", "ruby", "rails", "puma", "unicorn", "passenger"),
    *("sidekiq", "resque", "elixir", "phoenix", "erlang", "dotnet", "dotnet-core", "aspnet", "aspnet-core"),
    *("asp.net", "asp.net-core", "iis", "hangfire", "scala", "kotlin", "ktor", "clojure", "perl"),
)
"""What runs the code of a system's own makers, who know if it keeps anything; other products keep what their makers chose."""

WEB_SERVERS = ("nginx", "apache", "caddy", "traefik", "envoy", "haproxy", "openresty", "lighttpd")
"""Web servers that keep nothing by themselves."""

_BUILD_SERVERS = ("jenkins", "teamcity", "bamboo", "gocd", "buildkite", "concourse", "drone", "woodpecker")
"""What starts builds, on agents of the same product."""

_SERVERLESS = (
    *("aws-lambda", "aws-fargate", "app-runner", "cloud-run", "app-engine", "cloud-functions", "azure-functions"),
    *(
        "azure-container-apps",
        "container-apps",
        "vercel",
        "netlify",
        "cloudflare-workers",
        "cloudflare-pages",
        "knative",
        "openfaas",
    ),
)
"""Platforms that start and stop instances as requests come; files go with them: https://cloud.google.com/run/docs/container-contract."""

_PLATFORMS = (
    *("kubernetes", "k3s", "openshift", "docker", "podman", "nomad", "systemd", "heroku"),
    *("ecs", "eks", "elastic-beanstalk", "gke", "aks", "app-service", "azure-app-service"),
    *_SERVERLESS,
)

_VERSION = re.compile(r"[-.]?[0-9][0-9.]*$")


def is_runtime(product: str | None) -> bool:
    """Return True for a product that runs the code of a system's own makers, whatever its version."""
    name = product_name(product)
    return name in _RUNTIMES or product_name(_VERSION.sub("", name)) in _RUNTIMES


def is_serverless(component: Component) -> bool:
    """Return True for what runs in as many instances as its platform sees fit, which keep nothing when they stop."""
    return component.kind == "function" or product_name(component.product) in _SERVERLESS


def is_build_agent(component: Component) -> bool:
    """Return True for an agent of a build server: it runs the code of every job, which the server doesn't."""
    return component.kind == "worker" and product_name(component.product) in _BUILD_SERVERS


def is_build_server(component: Component) -> bool:
    """Return True for what starts builds on agents of its own: one of it does, out of files that it keeps."""
    return (
        component.kind in ("scheduler", "service", "app-server") and product_name(component.product) in _BUILD_SERVERS
    )


def runs_any_code(product: str | None) -> bool:
    """Return True for a runtime, a web server or a platform: two components of one of these may have nothing in common."""
    return is_runtime(product) or product_name(product) in (*WEB_SERVERS, *_PLATFORMS)
