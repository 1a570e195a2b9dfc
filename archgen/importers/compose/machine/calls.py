"""What services on the network of their machine reach by its ports."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from archgen.importers.addresses import Mention
from archgen.importers.compose.parts import ServicePart
from archgen.importers.compose.service import Service
from archgen.importers.facts import Origin
from archgen.importers.packages import PackageLists
from archgen.importers.sources.calls.literal_addresses import working_files
from archgen.importers.sources.calls.local_ports import local_ports_called
from archgen.importers.sources.programs import ProgramSources


def hosts_on_machine(service: Service, hosts: Mapping[str, str]) -> Mapping[str, str]:
    """Return the hosts that a service reaches: on the network of its machine, each port of that by its own address too."""
    if service.network_mode != "host":
        return hosts
    ports = {place: name for place, name in hosts.items() if place.startswith(":")}
    return {**hosts, **{f"{own}{port}": name for port, name in ports.items() for own in ("localhost", "127.0.0.1")}}


def calls_on_machine(
    parts: Mapping[str, ServicePart],
    hosts: Mapping[str, str],
    sources: ProgramSources,
    libraries: Callable[[ServicePart], PackageLists],
) -> Iterator[tuple[ServicePart, Mention, Origin, bool]]:
    """Yield the calls of ports of the machine in the sources of services on its network, and of those that others wait for.

    A source has such an address for want of a setting: of what a service waits for, a port tells that it is called.
    """
    for part in parts.values():
        targets = hosts if part.service.network_mode == "host" else _awaited(part, parts)
        if not targets or part.guess.known.product is not None:
            continue
        files = sources.own_code(part.id) or sources.image_code(part.id)
        for source, is_for_browsers in working_files(files, libraries(part).text):
            for port, line in local_ports_called(source) if not is_for_browsers else ():
                target = targets.get(f":{port}")
                if target is not None and target != part.id:
                    yield part, Mention(target, None, port), Origin(source.path, line), True


def _awaited(part: ServicePart, parts: Mapping[str, ServicePart]) -> Mapping[str, str]:
    """Return the programs that a service waits for, by the ports on which they answer."""
    awaited = (parts[name] for name in part.service.depends_on if name in parts)
    ports = {f":{port}": each.id for each in awaited if not each.guess.known.keeps_data for port in each.own_ports}
    return {port: name for port, name in ports.items() if int(port[1:]) not in part.own_ports}
