"""etcd: a member of a cluster; the sidecar may set `heartbeat` and `election`, in ms."""

from __future__ import annotations

from archgen.model.architecture import Replica
from lab.service import Service
from lab.site import Site, listening

SERVES = ("etcd",)

PEERS = 2380


def service(site: Site, replica: Replica) -> Service:
    """Return a member of etcd."""
    folder, own, port = site.directory(replica), site.address(replica), listening(site, replica.component)
    settings = site.settings(replica.component)
    members = ",".join(
        f"{_name(each)}=http://{site.address(each)}:{PEERS}" for each in site.component(replica.component).replicas
    )
    return Service(
        name=replica.id,
        packages=("etcd-server", "etcd-client"),
        prepare=(("mkdir", "-p", folder), ("chown", "-R", "etcd:", folder)),
        run=(
            *(
                "etcd",
                "--name",
                _name(replica),
                "--data-dir",
                f"{folder}/data",
                "--logger",
                "zap",
                "--log-level",
                "warn",
            ),
            *("--initial-cluster", members, "--initial-cluster-state", "new"),
            *("--listen-peer-urls", f"http://{own}:{PEERS}", "--initial-advertise-peer-urls", f"http://{own}:{PEERS}"),
            *("--listen-client-urls", f"http://{own}:{port}", "--advertise-client-urls", f"http://{own}:{port}"),
            *("--heartbeat-interval", str(settings.get("heartbeat", 100))),
            *("--election-timeout", str(settings.get("election", 1000))),
        ),
        user="etcd",
        alive=("env", "ETCDCTL_API=3", "etcdctl", f"--endpoints=http://{own}:{port}", "endpoint", "health"),
    )


def _name(replica: Replica) -> str:
    return replica.id.replace("@", "-")
