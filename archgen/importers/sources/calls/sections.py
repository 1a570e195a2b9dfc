"""Sections of a file of settings that several programs read, or of one of several choices: the parts that a program takes no account of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from archgen.importers.addresses import mentions
from archgen.importers.facts import Attachment, Configuration
from archgen.importers.names import words_of
from archgen.importers.sources.mounted_settings import FileSetting, settings_written_in
from archgen.model.kinds import KINDS

_LARGEST = 64 * 1024
_DEEPEST = 12
_MOST_READERS = 40
_CHOICES = "type|driver|backend|provider|engine|adapter"
_CHOICE = re.compile(rf"^[ \t]*[\"']?(?:{_CHOICES})[\"']?[ \t]*[:=][ \t]*[\"']?(\w[\w-]{{1,40}})", re.M | re.I)
_OPENS = re.compile(r"^[ \t]*[\"']?(\w[\w-]{1,40})[\"']?[ \t]*:[ \t]*\{?[ \t]*$", re.MULTILINE)
_CHOOSES = frozenset(_CHOICES.upper().split("|"))
_OF_PROGRAMS = ("server", "service", "svc", "app", "api", "worker")
"""Last words of the names of programs that their sections may leave out."""

_IS_ADDRESS = re.compile(r"://|:[0-9]")
_ENDS_OF_ADDRESSES = ("HOST", "HOSTNAME", "ADDRESS", "ADDR", "URL", "URI", "ENDPOINT", "SERVER", "UPSTREAM", "TARGET")
_Sections = Mapping[tuple[str, ...], Mapping[str, list[FileSetting]]]


def by_sections(attachments: Iterable[Attachment]) -> list[Attachment]:
    """Return the attachments, each without what stands in sections of a file for others of its readers, or that isn't chosen.

    In `components: {gateway: …, worker: …}` a section is for the program of its name alone: that comes as an attachment of its
    own, and what stands in none of them is for all readers. Of `type: loki` with `loki: …` and `other: …` beside it, the first counts.
    """
    listed = list(attachments)
    readers: dict[tuple[str, int, str], dict[str, None]] = {}
    for each in listed:
        readers.setdefault(_place(each), {})[each.owner] = None
    owned: dict[tuple[str, int, str], dict[int, str]] = {}
    unchosen: dict[tuple[str, int, str], set[int]] = {}
    result: list[Attachment] = []
    for each in listed:
        place = _place(each)
        if place not in owned:
            owners = [*readers[place]]
            is_read = len(each.file.data) <= _LARGEST and (1 < len(owners) <= _MOST_READERS or _may_choose(each.file))
            sections = _sections_of(settings_written_in(each.file)) if is_read else {}
            unchosen[place] = set(_unchosen(sections))
            owned[place] = _owned(sections, owners, each.hosts) if len(owners) > 1 else {}
        result += _divided(each, owned[place], unchosen[place]) if owned[place] or unchosen[place] else [each]
    return result


def may_be_of_proxy(attachment: Attachment, *, is_sure: bool) -> bool:
    """Return True for a configuration that may be a proxy's: what is one by its name alone may read settings, as programs do."""
    if attachment.kind not in KINDS:
        return False
    is_settings = attachment.target.endswith((".yaml", ".yml", ".json", ".toml", ".env"))
    balances = KINDS[attachment.kind].balances and (is_sure or not is_settings)
    return balances or attachment.target.endswith((".conf", ".cfg"))


def lines_for_others(
    attachments: Iterable[Attachment], divided: Iterable[Attachment]
) -> dict[str, set[tuple[str, int]]]:
    """Return the lines of files that aren't for their readers, by the ids of these: those that `divided` attachments hold no more."""
    shown: dict[tuple[str, str, int], list[list[str]]] = {}
    for each in divided:
        if each.hides_lines:
            lines = each.file.data.decode("utf-8", "replace").split("\n")
            shown.setdefault((each.owner, each.file.path, each.line), []).append(lines)
    hidden: dict[str, set[tuple[str, int]]] = {}
    for each in attachments:
        views = shown.get((each.owner, each.file.path, each.line), ())
        for index, text in enumerate(each.file.data.decode("utf-8", "replace").split("\n") if views else ()):
            if text and not any(view[index] for view in views):
                hidden.setdefault(each.owner, set()).add((each.file.path, each.line + index + 1))
    return hidden


def _place(attachment: Attachment) -> tuple[str, int, str]:
    return attachment.file.path, attachment.line, attachment.target if attachment.line else ""


def _divided(attachment: Attachment, owned: Mapping[int, str], unchosen: set[int]) -> Iterator[Attachment]:
    """Yield an attachment without the lines that aren't for its owner, and one with the section that is for it alone."""
    lines = attachment.file.data.decode("utf-8", "replace").split("\n")
    own = {line for line, owner in owned.items() if owner == attachment.owner} - unchosen
    rest = ["" if line in owned or line in unchosen else text for line, text in enumerate(lines)]
    yield replace(_with(attachment, rest), is_beside_sections=attachment.is_shared and bool(owned))
    if own:
        # a line without a value is the name of what stands below it
        kept = [text if line in own or _OPENS.fullmatch(text) else "" for line, text in enumerate(lines)]
        yield replace(_with(attachment, kept), is_shared=False, is_of_section=attachment.is_shared)


def _with(attachment: Attachment, lines: list[str]) -> Attachment:
    data = "\n".join(lines).encode("utf-8", "replace")
    return replace(attachment, file=replace(attachment.file, data=data), hides_lines=True)


def _sections_of(settings: Iterable[FileSetting]) -> dict[tuple[str, ...], dict[str, list[FileSetting]]]:
    """Return the settings by the ways to sections and the names of what stands in these."""
    sections: dict[tuple[str, ...], dict[str, list[FileSetting]]] = {}
    for each in settings:
        names = tuple(each.way[1:].split("."))
        for depth in range(min(len(names), _DEEPEST)):
            sections.setdefault(names[:depth], {}).setdefault(names[depth], []).append(each)
    return sections


def _owned(sections: _Sections, owners: list[str], hosts: Mapping[str, str]) -> dict[int, str]:
    """Return the lines of sections that are named like one reader of a file each, with its id.

    Two of them have to stand side by side. Sections with the addresses of those they are named like tell others how to call these.
    """
    names: dict[str, set[str]] = {}
    for owner in owners:
        for name in _names_of(owner):
            names.setdefault(name, set()).add(owner)
    lines: dict[int, str] = {}
    for way, inner in sections.items():
        named = {
            name: next(iter(names[name]))
            for name, settings in inner.items()
            if len(names.get(name, ())) == 1 and all(len(each.way[1:].split(".")) > len(way) + 1 for each in settings)
        }
        if len({*named.values()}) < 2 or any(_holds_address(inner[name], named[name], hosts) for name in named):
            continue
        found = [(line, owner) for name, owner in named.items() for each in inner[name] for line in _lines(each)]
        others = {line for name in inner.keys() - named.keys() for each in inner[name] for line in _lines(each)}
        if len({line for line, _ in found}) == len({*found}) and others.isdisjoint(line for line, _ in found):
            lines |= {line: owner for line, owner in found if line not in lines}
    return lines


def _names_of(owner: str) -> Iterator[str]:
    """Yield the ends of a program's name, with and without a last word that tells no program: `GATEWAY` for `ns-gateway`."""
    words = [word for word in words_of(owner) if word]
    for last in {len(words), len(words) - 1 if len(words) > 1 and words[-1] in _OF_PROGRAMS else len(words)}:
        yield from ("".join(words[first:last]).upper() for first in range(last))


def _holds_address(settings: Iterable[FileSetting], owner: str, hosts: Mapping[str, str]) -> bool:
    """Return True for settings of which one is an address of a program: a name alone is one where a host or an address is asked for."""
    return any(
        mention.host == owner
        for each in settings
        if _IS_ADDRESS.search(each.value) is not None or each.way.endswith(_ENDS_OF_ADDRESSES)
        for mention in mentions("HOST", each.value, hosts)
    )


def _lines(setting: FileSetting) -> range:
    return range(setting.line, setting.line + 1 + setting.value.count("\n"))


def _may_choose(file: Configuration) -> bool:
    """Return True for a file with a choice, such as `type: loki`, and a section of that name."""
    text = file.data.decode("utf-8", "replace")
    chosen = {match[1].lower() for match in _CHOICE.finditer(text)}
    return bool(chosen) and not chosen.isdisjoint(match[1].lower() for match in _OPENS.finditer(text))


def _unchosen(sections: _Sections) -> Iterator[int]:
    """Yield the lines of sections beside one that a setting among them chooses by its name, and that hold the same settings as this."""
    for way, inner in sections.items():
        for each in (each for name in _CHOOSES & inner.keys() for each in inner[name]):
            chosen = words_of(each.value)
            name = "".join(chosen).upper()
            if name not in inner or len(each.way[1:].split(".")) != len(way) + 1:
                continue
            wanted = _names_in(inner[name], len(way))
            for other, settings in inner.items():
                if other != name and wanted and _names_in(settings, len(way)) == wanted:
                    yield from (line for setting in settings for line in _lines(setting))


def _names_in(settings: Iterable[FileSetting], depth: int) -> frozenset[str]:
    return frozenset(names[depth + 1] for each in settings if len(names := each.way[1:].split(".")) > depth + 1)
