"""RabbitMQ: quorum queues where the model asks for a majority, else classic ones on the primary.

The sidecar may set `tick`, the seconds after which a silent node counts as lost, and `partitions`.
"""

from __future__ import annotations

from pathlib import Path

from archgen.model.architecture import Component, Replica
from lab.service import File, Service, shell
from lab.site import Site, listening

SERVES = ("rabbitmq",)
PROGRAM = Path(__file__).parent.parent / "programs" / "queues.py"

CONFIGURATION = """\
listeners.tcp.default = {port}
loopback_users = none
default_user = lab
default_pass = lab
cluster_formation.peer_discovery_backend = classic_config
{members}
cluster_formation.discovery_retry_limit = 120
cluster_formation.discovery_retry_interval = 1000
cluster_partition_handling = {partitions}
disk_free_limit.absolute = 50MB
log.console = true
log.console.level = warning
log.file = false
"""
API = 15672


def service(site: Site, replica: Replica) -> Service:
    """Return a node of RabbitMQ; the primary, or else the first one, declares the queues."""
    folder, component = site.directory(replica), site.component(replica.component)
    settings, port = site.settings(replica.component), listening(site, replica.component)
    members = "\n".join(
        f"cluster_formation.classic_config.nodes.{number} = {_name(each)}"
        for number, each in enumerate(component.replicas, 1)
    )
    configuration = CONFIGURATION.format(port=port, members=members, partitions=settings.get("partitions", "autoheal"))
    arguments = f"+sbwt none +S 2:2 -kernel net_ticktime {settings.get('tick', 60)}"
    declare = ("/usr/bin/python3", f"{folder}/queues.py", "declare", site.address(replica), str(port), _kind(component))
    return Service(
        name=replica.id,
        packages=("rabbitmq-server", "python3-amqp"),
        files=(
            File(f"{folder}/rabbitmq.conf", configuration),
            File(f"{folder}/home/.erlang.cookie", "lab"),
            # its program takes seconds for each question, the interface of this plugin does not
            File(f"{folder}/plugins", "[rabbitmq_management].\n"),
            File(f"{folder}/queues.py", PROGRAM.read_text(encoding="utf-8")),
        ),
        prepare=(("chown", "-R", "rabbitmq:", folder), ("chmod", "400", f"{folder}/home/.erlang.cookie")),
        run=(
            *("env", f"HOME={folder}/home", f"RABBITMQ_NODENAME={_name(replica)}"),
            *(f"RABBITMQ_MNESIA_BASE={folder}/data", f"RABBITMQ_LOG_BASE={folder}/log"),
            *(f"RABBITMQ_CONFIG_FILE={folder}/rabbitmq.conf", f"RABBITMQ_ENABLED_PLUGINS_FILE={folder}/plugins"),
            *(f"RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS={arguments}", "/usr/lib/rabbitmq/bin/rabbitmq-server"),
        ),
        user="rabbitmq",
        alive=shell(_alive(site, replica, component)),
        reinstate=(declare,) if replica == _declaring(component) else (),
    )


def _name(replica: Replica) -> str:
    return f"rabbit@{replica.hosts[0]}"


def _kind(component: Component) -> str:
    return "quorum" if component.quorum else "classic"


def _declaring(component: Component) -> Replica:
    primary = component.replication.primary if component.replication else ()
    return next((each for each in component.replicas if each.id in primary), component.replicas[0])


def _alive(site: Site, replica: Replica, component: Component) -> str:
    """Return the script that succeeds once it sees all nodes, and each quorum queue has a member on each."""
    members = " ".join(site.address(each) for each in component.replicas)
    check = f"{site.directory(replica)}/queues.py whole {site.address(replica)} {API} {len(component.replicas)}"
    return f"""
for each in {members}; do timeout 3 bash -c "</dev/tcp/$each/{listening(site, replica.component)}"; done
/usr/bin/python3 {check}
"""
