"""The keepalived beside a member of a cluster that VRRP moves an address over; the sidecar may set `advert`. Pure."""

from __future__ import annotations

from archgen.model.architecture import Cluster, Replica
from lab.service import File, Service, shell
from lab.site import Site

CONFIGURATION = """\
global_defs {{
  script_user root
  enable_script_security
}}
{script}
vrrp_instance site {{
  state BACKUP
  interface eth0
  virtual_router_id 51
  priority {priority}
  advert_int {advert}
  virtual_ipaddress {{
    {address}/32
  }}
{track}
}}
"""
SCRIPT = """\
vrrp_script answers {{
  script "{file}"
  interval 1
  fall 2
  rise 2
}}
"""


def keepalived(site: Site, replica: Replica, cluster: Cluster, port: int) -> Service:
    """Return the keepalived of a replica; it watches the process that listens on a port, or its own host alone."""
    folder = f"{site.directory(replica)}-keepalived"
    script, configuration = f"{folder}/answers", f"{folder}/keepalived.conf"
    watches = cluster.watches != "host"
    members = site.component(replica.component).replicas
    first = not cluster.active or replica.id in cluster.active
    text = CONFIGURATION.format(
        script=SCRIPT.format(file=script) if watches else "",
        priority=(200 if first else 150) - members.index(replica),
        advert=site.settings(replica.component).get("advert", 1),
        address=cluster.shared_address,
        track="  track_script {\n    answers\n  }" if watches else "",
    )
    return Service(
        name=f"keepalived of {replica.id}",
        packages=("keepalived",),
        files=(
            File(configuration, text),
            File(script, f"#!/bin/sh\nss -Htln sport = :{port} | grep -q .\n"),
        ),
        # a machine that starts has no address but its own
        prepare=(
            ("chmod", "755", script),
            shell(f"ip address delete {cluster.shared_address}/32 dev eth0 2>/dev/null || true"),
        ),
        run=("keepalived", "--dont-fork", "--log-console", "--log-detail", "--vrrp", "--use-file", configuration),
        # the address is where it belongs, or the next loss is of a member that does nothing
        alive=shell(f"test $(ip -o address show dev eth0 | grep -c ' {cluster.shared_address}/32 ') = {int(first)}"),
    )
