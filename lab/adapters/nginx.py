"""nginx: static pages, or a door to the program behind it. `health: self` makes it answer /health itself."""

from __future__ import annotations

from archgen.model.architecture import Replica
from lab.service import File, Service, shell
from lab.site import Site, listening

SERVES = ("nginx",)

CONFIGURATION = """\
daemon off;
worker_processes 2;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  fastcgi_temp_path {folder}/fastcgi;
  proxy_temp_path {folder}/proxy;
  {upstream}
  server {{
    listen {port};
    fastcgi_connect_timeout 1s;
    proxy_connect_timeout 1s;
{locations}
  }}
}}
"""
PARAMETERS = ("REQUEST_METHOD $request_method", "REQUEST_URI $request_uri", "PATH_INFO $document_uri")
LENGTHS = ("CONTENT_TYPE $content_type", "CONTENT_LENGTH $content_length", "SERVER_PROTOCOL $server_protocol")


def service(site: Site, replica: Replica) -> Service:
    """Return a replica of nginx."""
    folder = site.directory(replica)
    port = listening(site, replica.component)
    configuration = CONFIGURATION.format(
        folder=folder, port=port, locations=_locations(site, replica), upstream=_upstream(site, replica)
    )
    return Service(
        name=replica.id,
        packages=("nginx-light",),
        files=(File(f"{folder}/nginx.conf", configuration),),
        run=("nginx", "-p", folder, "-c", f"{folder}/nginx.conf", "-e", f"{folder}/error.log"),
        alive=shell(f"ss -Htln sport = :{port} | grep -q ."),
    )


def _locations(site: Site, replica: Replica) -> str:
    """Return what answers: this server, or the servers behind it, of which nginx tries the next if it can't connect."""
    health = (
        'location = /health { return 200 "ok"; }\n' if site.settings(replica.component).get("health") == "self" else ""
    )
    calls = site.calls(replica.component)
    if not calls:
        return health + 'location / { return 200 "The first page"; }'
    if calls[0].ports[0].protocol == "fastcgi":
        parameters = "\n".join(f"fastcgi_param {each};" for each in (*PARAMETERS, *LENGTHS))
        return f"{health}location / {{ fastcgi_pass behind; {parameters} }}"
    return f"{health}location / {{ proxy_pass http://behind; }}"


def _upstream(site: Site, replica: Replica) -> str:
    calls = site.calls(replica.component)
    servers = (
        " ".join(f"server {address}:{port};" for address, port in site.endpoints(replica, calls[0])) if calls else ""
    )
    return f"upstream behind {{ {servers} }}" if servers else ""
