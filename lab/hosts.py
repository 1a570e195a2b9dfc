"""Hosts as network namespaces on bridges, with a name, an address and a private /run each; links that can be cut."""

from __future__ import annotations

import subprocess
from pathlib import Path

from lab.service import Command
from lab.site import Site

CLIENT = "client"
CLIENT_ADDRESS = "198.19.0.1"
LIMIT = 120
"""Seconds that a command may take."""


class LabError(Exception):
    """A reason why the lab cannot go on, in words."""


def run(command: Command) -> str:
    """Run a command to its end and return its output; raise LabError with its words if it fails."""
    result = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, stdin=subprocess.DEVNULL)
    if result.returncode:
        raise LabError(
            f"{' '.join(command)[:300]}: exit code {result.returncode}: {(result.stderr or result.stdout)[-600:]}"
        )
    return result.stdout


class Hosts:
    """The places of a site, and the client's, each in a network namespace."""

    def __init__(self, site: Site) -> None:
        self.folder = Path(site.folder)
        self.links: dict[str, list[str]] = {}
        self.names = {**site.places, CLIENT: CLIENT_ADDRESS}
        self.servers = _name_servers(site)
        self.router, self.outside = site.router, (*site.outside, CLIENT)

    def build(self) -> None:
        """Make the bridges and all namespaces; nothing leads out of them."""
        for bridge in ("inside", "outside"):
            run(("ip", "link", "add", bridge, "type", "bridge"))
            run(("ip", "link", "set", bridge, "up"))
        for place, address in self.names.items():
            run(("ip", "netns", "add", place))
            self._exec(place, "ip", "link", "set", "lo", "up")
            self._exec(place, "sysctl", "-qw", "net.ipv4.ip_nonlocal_bind=1", "net.ipv4.conf.all.send_redirects=0")
            if place == self.router:
                self._route(place, address)
            else:
                self._connect(place, "outside" if self.router and place in self.outside else "inside", "eth0", address)
                self._exec(place, "ip", "route", "add", "default", "dev", "eth0")
            self._write_files(place)

    def _connect(self, place: str, bridge: str, interface: str, address: str) -> None:
        """Give a place an interface on a bridge."""
        link = f"{interface}-{len(self.links)}"
        self.links.setdefault(place, []).append(link)
        run(("ip", "link", "add", link, "type", "veth", "peer", "name", interface, "netns", place))
        run(("ip", "link", "set", link, "master", bridge, "up"))
        self._exec(place, "ip", "addr", "add", f"{address}/32", "dev", interface)
        self._exec(place, "ip", "link", "set", interface, "up")

    def _route(self, place: str, address: str) -> None:
        """Put a place between both bridges, where it answers for the addresses of the other side."""
        self._connect(place, "outside", "eth0", address)
        self._connect(place, "inside", "eth1", address)
        for outer in self.outside:
            self._exec(place, "ip", "route", "add", f"{self.names[outer]}/32", "dev", "eth0")
        self._exec(place, "ip", "route", "add", "default", "dev", "eth1")
        for setting in ("eth0.proxy_arp=1", "eth1.proxy_arp=1", "eth0.send_redirects=0", "eth1.send_redirects=0"):
            self._exec(place, "sysctl", "-qw", f"net.ipv4.conf.{setting}")

    def _exec(self, place: str, *command: str) -> None:
        run(("ip", "netns", "exec", place, *command))

    def _write_files(self, place: str) -> None:
        folder = self.folder / place
        (folder / "run").mkdir(parents=True)
        names = "".join(f"{address} {name}\n" for name, address in self.names.items() if "@" not in name)
        (folder / "hosts").write_text(f"127.0.0.1 localhost\n{names}", encoding="utf-8")
        servers = "".join(f"nameserver {address}\n" for address in self.servers)
        (folder / "resolv.conf").write_text(f"{servers}options timeout:1 attempts:1\n", encoding="utf-8")

    def cut(self, place: str) -> None:
        """Cut a host's link."""
        for link in self.links[place]:
            run(("ip", "link", "set", link, "down"))

    def join(self, place: str) -> None:
        """Mend a host's link."""
        for link in self.links[place]:
            run(("ip", "link", "set", link, "up"))

    def inside(self, place: str, command: Command, user: str = "root", apart: bool = False) -> Command:
        """Return the command that runs another on a host; `apart` gives it processes of its own, and ends them with it."""
        folder = self.folder / place
        mounts = (("run", "/run"), ("hosts", "/etc/hosts"), ("resolv.conf", "/etc/resolv.conf"))
        script = "; ".join(
            [
                f"hostname {place.replace('@', '-').replace('#', '-')}",
                *(f"mount --bind {folder}/{source} $(readlink -f {target})" for source, target in reversed(mounts)),
                '"$@" & wait $!' if apart else 'exec "$@"',
            ]
        )
        processes = ("--pid", "--fork", "--kill-child", "--mount-proc") if apart else ()
        as_user = () if user == "root" else ("runuser", "-u", user, "--")
        enter = ("ip", "netns", "exec", place, "unshare", "--mount", "--uts", *processes)
        return (*enter, "/bin/sh", "-ec", script, "sh", *as_user, *command)


def _name_servers(site: Site) -> tuple[str, ...]:
    return tuple(
        site.address(replica)
        for component in site.architecture.components
        if component.kind == "dns"
        for replica in component.replicas
    )
