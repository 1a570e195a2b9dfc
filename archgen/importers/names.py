"""Names of other programs: as ids of a model, and by their words."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from functools import lru_cache

_OTHER = re.compile(r"[^A-Za-z0-9._-]+")
_BETWEEN_WORDS = re.compile(r"[^a-z0-9]+")
_LOAD = re.compile(
    r"(?<![^-_./])((load|traffic|stress)[-_]?(gen(erat\w*)?|test\w*|simulat\w*)([-_]|$)|(user|visitor|customer)s?[-_]?simulat|"
    r"virtual-?(user|customer|shopper|worker)|locust|(k6|fortio|tsung|bombardier|jmeter|gatling)([-_]|$))",
    re.IGNORECASE,
)
"""Names and images of what calls to test, and for nobody: whole words, as `payload-generator` is something else."""

_LOAD_IMAGE = re.compile(r"(?<![^-_./])(wrk2?|vegeta|siege|artillery)([-_]|$)", re.IGNORECASE)
"""Such images whose words, as the names of services, may as well mean something else."""

_MADE_ANEW = re.compile(
    r"acme|app|assets|builds?|bundle|caches?|cargo|certs?|code|confs?|configs?|deps|dist|gems|go|gradle|huggingface|lib|letsencrypt|logs?|"
    r"m2|metrics|models?|modules|next|node|npm|nltk|packages|pip|plugins|pnpm|public|run|scripts|site|sock(et)?s?|src|ssl|static|staticfiles|target|"
    r"te?mp|templates|vendor|venv|www|yarn"
)
"""Words of directories that a program fills again, that its image brings, or that hold no records."""

_DOWNLOADED = re.compile(r"checkpoints|huggingface|models?|node_modules|ollama|pretrained|torch|weights")
"""Words of directories with what a program loads from elsewhere, such as models, wherever in a path they stand."""

LONGEST = 60


@lru_cache(maxsize=4096)
def make_id(name: str) -> str:
    """Return a name as an id of the language."""
    words = _OTHER.sub("-", name).strip("-._")[:LONGEST].rstrip("-._")
    return words or "unnamed"


@lru_cache(maxsize=4096)
def words_of(name: str) -> tuple[str, ...]:
    """Return the words of a name in small letters; the first is empty where the name begins with none."""
    return (*_BETWEEN_WORDS.split(name.lower()),)


def free_id(name: str, taken: set[str] | dict[str, str]) -> str:
    """Return an id that isn't taken: the name's own, or one with a number."""
    base = make_id(name)
    candidate, number = base, 2
    while candidate in taken:
        candidate, number = f"{base}-{number}", number + 1
    return candidate


def makes_load(name: str, image: str = "") -> bool:
    """Return True for the name or the image's name of what calls to test, as many visitors do."""
    return any(_LOAD.search(each) is not None for each in (name, image)) or _LOAD_IMAGE.search(image) is not None


def name_of_release(release: str, chart: str, override: str, full: str) -> str:
    """Return the name that the objects of a release have by custom, or begin with, with what values put in its place."""
    name = override or chart
    return full or (release if name in release else f"{release}-{name}")


_SERVES_FILES = re.compile(
    r"(^|[-_/])((pro|vs|pure-?)?s?ftpd?|r?sys-?log(-ng|d)?|samba|smbd?|nfsd?|bind9?|chrony|ntpd?)([-_]|$)"
)

_LONGEST_IMAGE = 500


def serves_files(image: str) -> bool:
    """Return True for an image of a server that by itself calls nothing: of files, of logs, of names or of the time."""
    return _SERVES_FILES.search(image_without_tag(image[:_LONGEST_IMAGE])) is not None


def image_without_tag(image: str) -> str:
    """Return an image without its tag and its digest: the same in two deployments is the same program."""
    registry, slash, name = image.partition("@")[0].rpartition("/")
    return f"{registry}{slash}{name.partition(':')[0]}".lower()


def is_made_anew(name: str, target: str) -> bool:
    """Return True for a volume that a program fills again, or with what it loads from elsewhere."""
    last = words_of(f"{name} {posixpath.basename(target)}")
    return any(map(_MADE_ANEW.fullmatch, last)) or any(map(_DOWNLOADED.fullmatch, words_of(f"{name} {target}")))


_REFILLS = re.compile(
    r"\brm\s+-[rRf]{1,3}\s+[\"']?/[^;&|\n]{1,200}[;&|\n]{1,3}.{0,400}?\b(?:wget|curl|aria2c|aws\s+s3|gsutil|rsync|mc\s+cp)\b",
    re.DOTALL,
)
_LONGEST_COMMAND = 4000


def fetches_anew(command: str) -> bool:
    """Return True for a command that takes away what a directory holds and fetches it again: there is a copy elsewhere."""
    return _REFILLS.search(command[:_LONGEST_COMMAND]) is not None


def behind_port(host: str, port: int | None, hosts: Mapping[str, str]) -> str | None:
    """Return what a port of a host leads to where `hosts` name it, as `shop:9000`; what follows the name may be its namespace."""
    if port is None:
        return None
    words = host.lower().split(".")
    names = (f"{'.'.join(words[:length])}:{port}" for length in range(min(len(words), 3), 0, -1))
    return next((hosts[name] for name in names if name in hosts), None)
