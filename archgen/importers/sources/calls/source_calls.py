"""Calls of other programs whose addresses stand in the source of a program alone: in a call itself, or as a default."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping

from archgen.importers.facts import Configuration, Opener
from archgen.importers.variable_names import is_named_after, names_callers

_CODE = re.compile(r"\.(java|kt|scala|groovy|[cm]?[jt]s|tsx|jsx|py|go|cs|php|rb|rs)$")
_ASIDE = re.compile(
    r"(^|(?<!/com|/org)/)(tests?|__tests__|spec|e2e|mocks?|__mocks__|fixtures|examples?|samples?|docs?|node_modules|vendor|dist|build|scripts|stories"
    r"|migrations|public|static|src/test|i18n|locales?|lang|translations)/"
    r"|(^|/)(test_|conftest|setupProxy|i18n|messages\.|translations|(vite|vitest|webpack|vue|jest|playwright|cypress|rollup)\.config)"
    r"|[._-](test|tests|spec|mock|stories|min|d)\.\w+$|Tests?\.(java|kt|cs)$|(^|/)proxy\.conf\.",
    re.IGNORECASE,
)
"""Tests, examples, and the settings of servers for those who work on a program; `com.example` is the package of any program of Java."""

_URL = re.compile(
    r"""(?:["'`]|\$\{([\w.-]{1,100}):)((?:https?|lb|grpc)://([A-Za-z][\w.-]*)(?::[0-9]{1,5})?)(?=["'`/?$%{}])"""
)
"""An address in quotes, or the one that a placeholder of Spring has for want of a setting: the setting, the address, the host."""

_AUTHORITY = re.compile(r"://([A-Za-z0-9][\w.-]*)(:[0-9]{1,5})?")
"""The host of an address, and its port; a pattern that begins with signs is searched for many times as fast."""

_ON_MACHINE = re.compile(r"""["'`](?:https?|grpc)://((?:localhost|127\.0\.0\.1):[0-9]{1,5})(?=["'`/?$%{])""")
_OF_CLIENT = re.compile(r"@(?:FeignClient|RegisterRestClient|HttpExchange)\(")
_CLIENT = re.compile(rf"{_OF_CLIENT.pattern}([^()]{{1,400}})\)")
_OF_CALLS = (b"://", b"Client(", b"Exchange(")
"""What a source holds that calls something."""

_NAMED = re.compile(r"""(?:^\s*|\b(?:name|value|serviceId)\s*=\s*)"([\w.-]{1,100})\"""")
_OTHERWISE = re.compile(r"\burl\s*=")
ONLY_SHOWS = re.compile(
    r"whitelist|referer|default_url_|asset_host|\bhref\b|swagger|openapi|@server|(?<![.-])\bservers?\b *[:=]|xmlns|namespace|console\."
    r"|print(ln|f)?\(|\blog(ger)?\b|issuer|audience|\b(throw|raise|panic)\b|(error|exception)\w{0,30}\("
    r"|\b(help|usage|message|description|placeholder|title|label|hint)\b *[:=]",
    re.IGNORECASE,
)
"""Words of a line that only shows an address, or that names who gave something out."""

_CALLS = re.compile(
    r"fetch|request|get|post|put|delete|patch|send|open|connect|dial|client|channel|url|uri|endpoint|host|addr|base|proxy|target|forward"
    r"|route|service|server|backend|api|axios|http\.|grpc",
    re.IGNORECASE,
)
"""Words of a line that calls a host, or that gives it a name: one that stands alone may be an example."""

_OPENS, _CLOSES = re.compile(r"[\[({]"), re.compile(r"[\])}]")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9]*_[A-Z0-9_]+")
_TOKEN = re.compile(
    r"""(?m)(?P<line>^[ \t]*(?://|#|\*)[^\n]*)|(?P<begins>/\*)|\\."""
    r"""|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\\n])*`"""
)
"""A line of comments, the beginning of others, and what may hold such a beginning that is none."""

_MOST_FILES = 300
_LARGEST = 128 * 1024
_LONGEST_LINE = 2000


def source_calls(
    path: str, directory: str, opener: Opener, hosts: Mapping[str, str], given: Collection[str]
) -> Iterator[Configuration]:
    """Yield the files of source in a directory, as a file at a path calls it, with the addresses of hosts in them and nothing else.

    What stands beside a variable that the program is `given` is only there for want of it. On the machine itself, programs
    answer on ports of which `hosts` has the addresses, to whom a variable with their name asks.
    """
    tree = opener.tree(path)
    place = posixpath.normpath(posixpath.join(tree.place, directory))
    question = source_calls, tree.project
    if question not in opener.answers:
        opener.answers[question] = [name for name in tree.names if _CODE.search(name) is not None]
    inner = [name for name in opener.answers[question] if name.startswith(f"{place}/")]
    names = [name for name in inner if _ASIDE.search(name[len(place) :]) is None]
    root = posixpath.relpath(".", tree.place)
    for name in names[:_MOST_FILES]:
        for file in opener(path, f"{root}/{name}")[:1]:
            data = file.data
            if len(data) > _LARGEST or not any(each in data for each in _OF_CALLS):
                continue
            text = data.decode("utf-8", "replace")
            if _may_hold_call(text, hosts):
                lines = [*_lines(text, hosts, given)]
                if any(lines):
                    yield Configuration(file.path, "\n".join(lines).encode())


def _may_hold_call(text: str, hosts: Mapping[str, str]) -> bool:
    """Return False for a source that addresses no host, as most do: to take one apart is slow."""
    if any(match[1] in hosts or match[0].removeprefix("://") in hosts for match in _AUTHORITY.finditer(text)):
        return True
    return _OF_CLIENT.search(text) is not None and any(host in text for host in hosts)


def _without_comments(text: str) -> str:
    """Return a source with nothing but the ends of lines where comments are; what nothing closes is none."""
    last = text.rfind("*/")
    kept: list[str] = []
    place = start = 0
    while (match := _TOKEN.search(text, place)) is not None:
        place = match.end()
        closed = match["begins"] is not None and place <= last
        if closed:
            place = text.index("*/", place) + 2
        if closed or match["line"] is not None:
            kept += [text[start : match.start()], "\n" * text.count("\n", match.start(), place)]
            start = place
    return "".join([*kept, text[start:]])


def _variables(line: str, given: Collection[str]) -> list[str]:
    """Return the words of a line that are variables: those that the program is given, and those that are written as such."""
    return [word for word in _WORD.findall(line) if word in given or _VARIABLE.fullmatch(word)]


def _lines(text: str, hosts: Mapping[str, str], given: Collection[str]) -> Iterator[str]:
    """Yield each line of a source with nothing but the addresses of hosts that it calls."""
    text = _without_comments(text)
    clients = {text.count("\n", 0, match.start()): match[1] for match in _CLIENT.finditer(text)}
    before, inside = "", 0
    for number, full in enumerate(text.split("\n")):
        line = full[:_LONGEST_LINE]
        named = _NAMED.search(clients[number]) if number in clients and not _OTHERWISE.search(clients[number]) else None
        called = [named[1]] if named is not None else []
        if inside > 0 or names_callers(line):
            # a list of callers goes on until it is closed
            inside = max(0, inside + len(_OPENS.findall(line)) - len(_CLOSES.findall(line)))
        elif "://" in line and ONLY_SHOWS.search(line) is None:
            variables = _variables(line, given) or _variables(before, given)
            if not any(each in given for each in variables):
                urls = (match for match in _URL.finditer(line) if match[3] in hosts and not _is_set(match[1], given))
                called += [match[2] for match in urls if _may_call(line, match)]
                local = (match for match in _ON_MACHINE.finditer(line) if match[1] in hosts)
                called += [
                    match[0].strip("\"'`")
                    for match in local
                    if any(is_named_after(each, hosts[match[1]]) for each in variables)
                ]
        yield " ".join(each if "://" in each else f"http://{each}" for each in called if "://" in each or each in hosts)
        before = line


def _is_set(setting: str | None, given: Collection[str]) -> bool:
    """Return True for a setting, such as `shop.prices.url`, that a variable of the program sets."""
    return setting is not None and re.sub(r"[^A-Z0-9]+", "_", setting.upper()) in given


def _may_call(line: str, match: re.Match[str]) -> bool:
    """Return True for an address with a port, and for one in a line that calls it or gives it a name."""
    return match[2].count(":") > 1 or _CALLS.search(line[: match.start()] + line[match.end() :]) is not None
