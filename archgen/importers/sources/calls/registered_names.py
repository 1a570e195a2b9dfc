"""The names by which programs say in a registry who they are, as others ask it for them: `lb://ORDERS`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from archgen.importers.facts import Attachment, Configuration, Fact, FactSheet, Origin
from archgen.importers.sources.mounted_settings import FileSetting, settings_written_in

_APPLICATION = re.compile(
    r"^(?:spring\.application\.name[ \t]*=|[ \t]+application:[ \t]*\r?\n[ \t]+name:)[ \t]*[\"']?([\w.-]+)", re.MULTILINE
)
"""The name of a program of Spring, which is its name in a registry too (https://docs.spring.io/spring-cloud-netflix/reference/)."""


def registered_names(settings: Iterable[tuple[str, Iterable[Configuration]]]) -> dict[str, str]:
    """Return the ids of components by the names that their settings give them in a registry; a name of several is none's."""
    names: dict[str, set[str]] = {}
    for identity, files in settings:
        for file in files:
            for match in _APPLICATION.finditer(file.data.decode("utf-8", "replace")):
                names.setdefault(match[1].lower(), set()).add(identity)
    return {name: next(iter(ids)) for name, ids in names.items() if len(ids) == 1}


_REGISTRIES = (b"etcd", b"consul", b"nacos", b"eureka", b"zookeeper", b"regist", b"discovery")
"""Words of a file of settings that names a registry."""

_NAMED = re.compile(r"(?P<program>(?:.*\.)?\w*(?:SERVER|SERVICE|APP|APPLICATION)|)\.(?:NAME|SERVICENAME|ID)")
_REGISTERED = re.compile(
    r"(?:\.SPRING\.APPLICATION\.NAME|\.(?:SERVICE|APP|APPLICATION)\.NAME|\.SERVICENAME|"
    r"(?:\.\w+)?\.(?:ETCD|CONSUL|NACOS|REGISTRY|REGISTER|DISCOVERY)(?:\.SERVICE)?\.(?:SERVICENAME|NAME))"
)
_KEY = re.compile(r"\.(?:ETCD|CONSUL|NACOS)\.KEY")
"""The name of a program of go-zero in its registry (https://go-zero.dev/docs/tutorials/grpc/server/configuration/service)."""

_LISTENS = re.compile(r"(?:LISTEN(?:ON|ADDR|ADDRESS|PORT)?|PORT|ADDR|ADDRESS|HOST|BIND)")
_LOOKS_UP = re.compile(r"SERVER|SERVICE|RPC|CLIENT|TARGET|ENDPOINT|UPSTREAM|DISCOVERY|ETCD|CONSUL|NACOS|PROVIDER")
_LOOKED_UP = re.compile(r"(?:(?:discovery|etcd|consul|nacos|lb|registry)://(?:[^/\s]*/)?)?([A-Za-z][\w./-]{2,80})")
_REMOTE = re.compile(r"G?RPC")
_EVIDENCE = "a name in a registry"
_LARGEST = 1 << 16


def calls_by_registered_names(attachments: Iterable[Attachment], sheet: FactSheet) -> None:
    """Add a call of each component whose name in a registry the settings of another one hold, both of which name a registry.

    Nothing says if that is looked up for calls alone, so that the call is assumed.
    """
    settings = [
        (each, settings_written_in(each.file))
        for each in attachments
        if len(each.file.data) <= _LARGEST and any(map(each.file.data.lower().__contains__, _REGISTRIES))
    ]
    names: dict[str, set[str]] = {}
    for attachment, values in settings if len(settings) > 1 else ():
        for name in {each.value.lower() for each in _own(values)}:
            names.setdefault(name, set()).add(attachment.owner)
    owners = {name: next(iter(ids)) for name, ids in names.items() if len(ids) == 1}
    for attachment, values in settings if owners else ():
        own = {*_own(values)}
        for each in values:
            match = _LOOKED_UP.fullmatch(each.value)
            target = owners.get(match[1].lower(), attachment.owner) if match is not None else attachment.owner
            if target != attachment.owner and each not in own and _LOOKS_UP.search(each.way) is not None:
                place = Origin(attachment.file.path, each.line + 1 + attachment.line)
                protocol = "grpc" if _REMOTE.search(each.way) is not None else "http"
                _call(f"connection:{attachment.owner}->{target}", protocol, place, sheet)


def _own(settings: list[FileSetting]) -> Iterator[FileSetting]:
    """Yield the settings of a file by which its program says its own name: beside the port on which it listens, or by their words."""
    ways = {each.way for each in settings}
    listening = {way.rpartition(".")[0] for way in ways if _LISTENS.fullmatch(way.rpartition(".")[2]) is not None}
    for each in settings:
        match = _NAMED.fullmatch(each.way)
        is_beside = match is not None and match["program"] in listening
        is_key = _KEY.fullmatch(each.way) is not None and "" in listening
        if is_beside or is_key or _REGISTERED.fullmatch(each.way) is not None:
            yield each


def _call(subject: str, protocol: str, place: Origin, sheet: FactSheet) -> None:
    """Add a call, which the order of the start may have shown in part."""
    if sheet.evidence_of(subject, "protocol") in ("", "depends_on"):
        for key, value in (("protocol", protocol), ("served", [0, protocol]), ("is_assumed", True)):
            sheet.add(Fact(subject, key, value, place, _EVIDENCE, "medium"))
        sheet.withdraw(Fact(subject, "is_doubtful", True, place, _EVIDENCE))
