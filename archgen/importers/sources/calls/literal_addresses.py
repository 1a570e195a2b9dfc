"""Addresses on the internet that stand in the source of a program itself: in a call, as a default, or under a name for an address."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Set
from functools import cache

from archgen.importers.facts import Origin, WrittenAddress
from archgen.importers.sources.calls.source_calls import ONLY_SHOWS
from archgen.importers.sources.reading import CodeText

_CODE = re.compile(r"\.(py|go|java|kt|scala|cs|php|rb|rs|ex|[cm]?[jt]s)$")
_OF_PAGES = re.compile(r"\.([cm]?[jt]s|[jt]sx)$")
_ASIDE = re.compile(
    r"(^|/)(scripts?|tools?|bin|seeds?(ers)?|migrations?|database|notebooks?|bench(marks?)?|training|demos?|e2e|end-to-end|artillery|k6|locust|load-?tests?"
    r"|perf|hack|examples?|samples?|etc/dev|mocks?|vendor|node_modules|dist|build)/"
    r"|(^|/)(test|seed|demo|mock|setup|validate|check|debug)[^/]*$|[\w-]+\.(config|conf|setup|seed)\.\w+$",
    re.IGNORECASE,
)
"""Tests, tools, and what only sets something up."""

_OF_BROWSERS = re.compile(
    r"(^|/)(front-?end|client|ui|web|pages|components|hooks|views|templates|assets|locales?|i18n)/", re.IGNORECASE
)
"""Directories whose scripts may be for browsers."""

_WORD = re.compile(r"[A-Za-z_]\w*")
_FOR_PAGES = re.compile(
    r"(?<![a-z])(react|vue|svelte|next|nuxt|vite|astro|solid-js|preact|jquery|electron)(?![a-z])|@angular"
)
"""Libraries of programs that run in browsers, whose addresses are called from there."""

_URL = re.compile(r"""https?://[a-zA-Z0-9][\w.-]*\.[a-zA-Z]{2,24}(?=[/?:"'`])[^"'`\s]{0,200}(?=["'`])""")
_OF_CALL = (
    r"(?:(?:\b(?:httpx|requests|axios|got|superagent|needle|http|https|session|_?(?:http_?)?client|web_?client|reqwest|HTTParty|Faraday"
    r"|Client::new\(\)\s*|tesla|req|finch|httpoison)|teslaclient|httpclient)"
    r"\.(?:get!?|post!|build|get_response|post(?:_form)?|put|patch|delete|request|stream|new_?request|get\w*async|post\w*async|create)"
    r"|\.(?:(?:get|post)For(?:Object|Entity)|exchange|baseUrl|uri)"
    r"|(?<![\w.])fetch|\burlopen|\bNewRequest(?:WithContext)?|\bfile_get_contents|\bcurl_init|\bBaseAddress\s*=\s*new\s+Uri|\bURI\.open)(?:<[\w.?\[\]]{1,60}>)?\(\s*"
    r"(?:URI(?:\.parse)?\(\s*)?"
)
_CALL = re.compile(
    rf"{_OF_CALL}(?:(?:\w+(?:\.\w+)*(?:\(\))?|[\"'](?:GET|POST|PUT|PATCH|DELETE)[\"']|:(?:get|post|put))\s*,\s*){{0,2}}"
    r"[f$@]{0,2}[\"'`]$",
    re.IGNORECASE,
)
"""What stands before an address in a call of a client; a context or a method may be between them."""

DEFAULT = re.compile(
    r"(?:\b(?:get_?env\w*|environ\.get|env(?:\.get)?|env_?or\w*)\(\s*[\"'](\w+)[\"']\s*,"
    r"|\benv(?:\.(\w+)|\[\s*[\"'](\w+)[\"']\s*\])\s*(?:\|\||\?\?))\s*[\"'`]$",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"(?<![\w.])(?:self\.|this\.)?(\w*(?:url|uri|endpoint|base|api))(?:(?:\s*:\s*[\w.\[\]]+)?\s*:?=|[\"']?\s*(?::|=>))\s*"
    r"(?:(?:String\.format|fmt\.Sprintf|sprintf|format!|UriComponentsBuilder\s*\.from\w{3,9}|URI\.create|new (?:URL|URI))\(\s*)?"
    r"[f$@]{0,2}[\"'`]$",
    re.IGNORECASE,
)
"""What stands before the default of a variable, and before an address that has a name."""

_IN_CALL = re.compile(
    r"\b(?:axios(?:\.(?:create|request))?|got|request|ofetch|ky\.create|Faraday\.new|HTTParty\.\w+|Typhoeus\.\w+|RestClient\S{0,20}\.execute"
    r"|httpx\.(?:Async)?Client|\bClient)\(\s*\{?[^(){}]*$"
)
"""A call of a client that isn't closed yet, before an argument with a name: `axios.create({ baseURL: "https://…" })`."""

_CALLED = re.compile(rf"{_OF_CALL}([^()\n]{{1,200}})", re.IGNORECASE)
_NO_ADDRESS = re.compile(r"[^,]*(?<!\?)[:=][^,]*")
"""What a client is called with, and arguments with names, which tell something else."""

_ASSIGNED = re.compile(r"([A-Za-z_]\w*)(?:\s*:\s*[\w.\[\]]+)?\s*:?=(?!=)([^\n]*)")
_NAME_OF = re.compile(r"([A-Za-z_]\w*)(?:\s*:\s*[\w.\[\]]+)?\s*:?=[^=\n]*$")

_BEFORE = 200
"""Characters before an address that are looked at."""

_CLIENT = re.compile(
    r"\b(requests|httpx|aiohttp|axios|urllib|RestTemplate|RestClient|WebClient|FeignClient|Retrofit|HttpClient|OkHttpClient|HttpURLConnection|http\.(Get|Post|NewRequest\w*)"
    r"|reqwest|Tesla|Req(?=\.)|HTTPoison|Finch|IHttpClientFactory|guzzle|Guzzle\w*|HTTParty|Faraday|Net::HTTP|curl_init)\b|\bfetch\(|TeslaClient\b"
)
_CALLERS = re.compile(r"origin|cors|allowed|redirect|callback|example", re.IGNORECASE)
"""Words of a line that says who may call, or where visitors are sent."""


def literal_addresses(files: Iterable[CodeText], libraries: str) -> Iterator[WrittenAddress]:
    """Yield the addresses that sources call; `libraries` are the packages of the program, in small letters."""
    for file, is_for_browsers in working_files(files, libraries):
        if _may_hold(file.text) and _CODE.search(file.path) is not None and not is_for_browsers:
            yield from _literals(file)


def _may_hold(text: str) -> bool:
    """Return True for a source with an address in quotes; those in comments, such as that of a license, have none."""
    return "https://" in text or any(f"{sign}http://" in text for sign in "\"'`")


def is_of_pages(libraries: str) -> bool:
    """Return True for packages, in small letters, of a program whose scripts run in browsers too."""
    return _FOR_PAGES.search(libraries) is not None


def working_files(files: Iterable[CodeText], libraries: str) -> Iterator[tuple[CodeText, bool]]:
    """Yield the sources of a program without tests and tools; True for scripts that may run in browsers.

    The name of the directory of the program itself tells nothing of its scripts.
    """
    kept = [*files]
    is_page = not libraries or _FOR_PAGES.search(libraries) is not None
    place = posixpath.commonpath([posixpath.dirname(file.path) for file in kept]) if kept else ""
    for file in kept:
        if _ASIDE.search(file.path) is None:
            is_script = _OF_PAGES.search(file.path) is not None
            inner = file.path[len(place) :]
            yield file, is_script and (is_page or _OF_BROWSERS.search(inner) is not None)


def _literals(file: CodeText) -> Iterator[WrittenAddress]:
    text = file.bare
    has_client = calls_others(file)
    called = cache(lambda: called_names(file))
    for match in _URL.finditer(text):
        before = text[max(0, match.start() - _BEFORE) : match.start()]
        default = DEFAULT.search(before)
        named = default or (_NAMED.search(before) if has_client else None)
        if named is None and _CALL.search(before) is None:
            continue
        line = before[before.rfind("\n") + 1 :]
        if ONLY_SHOWS.search(line) is None and _CALLERS.search(line) is None:
            variable = next(filter(None, named.groups()), "") if named is not None else ""
            origin = Origin(file.path, file.line_at(match.start()))
            holder = _NAME_OF.search(before[named.start() :] if named is not None else line)
            is_called = named is None or (has_client and holder is not None and holder[1] in called())
            if named is not None and default is None:
                is_called = is_called or _IN_CALL.search(before[: named.start()]) is not None
            if not is_called and match[0].startswith("http://"):
                continue  # the name of a format begins like this too, and is called by nothing
            yield WrittenAddress(match[0], variable, origin, is_called, default is not None)


def calls_others(file: CodeText) -> bool:
    """Return True for a source with a client that calls others."""
    return _CLIENT.search(file.bare) is not None


def called_names(file: CodeText) -> Set[str]:
    """Return the names with which a source calls clients, and those that what it calls them with is made of."""
    arguments = (each for match in _CALLED.finditer(file.bare) for each in match[1].split(",")[:3])
    called = {word for each in arguments if _NO_ADDRESS.fullmatch(each) is None for word in _WORD.findall(each)}
    made = (match[2] for match in _ASSIGNED.finditer(file.bare) if match[1] in called) if called else ()
    return called | {word for each in made for word in _WORD.findall(each)}
