"""The reasons that owners give in their own words (`why`, `summary`): how long data lasts, what comes again, who works and by when."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from archgen.model.architecture import Component
from archgen.model.durations import SECONDS
from archgen.model.kinds import FILE_STORES
from archgen.model.products import product_of

_NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "sixty": 60, "ninety": 90,
}  # fmt: skip
_UNITS = SECONDS | {"sec": 1.0, "second": 1.0} | {"minute": SECONDS["m"], "hour": SECONDS["h"], "day": SECONDS["d"]}
_UNITS |= {"week": SECONDS["w"], "month": 30 * SECONDS["d"], "year": SECONDS["y"]}

_TIME = re.compile(
    rf"(?<![\w.])(\d+(?:\.\d+)?|{'|'.join(_NUMBERS)})[ -]?"
    r"(second|sec|minute|min|hour|day|week|month|year|ms|[smhdwy])s?\b"
)
_BEFORE, _AFTER = 60, 20
"""The letters around a time that say what it is the time of."""

_CLAUSES = re.compile(r"[.;:!?](?=\s|$)|\bbut\b")
"""The ends of what is said of one thing."""

_DENIES = re.compile(
    r"\b(no(?! (?:longer|more) than)|not|none|never|nor|neither|cannot|unless|except|nothing|nobody|only if)\b|n't\b"
)
_OF_OTHERS = re.compile(
    r"\b(backups?|logs?|binlogs?|wals?|cop(?:y|ies)|snapshots?|tapes?|archives?|by hand|manually|lags?|behind|failover|fails? over|"
    r"down|outages?|unavailable|timeouts?|times out|answers?|responds?|restarts?|restarted|"
    r"primary|standbys?|replicas?|nodes?|hosts?|members?)\b"
)
"""The words of a clause that speaks of something else than what a store keeps, or of the work of people."""

_MOST = r"(?:(?:at (?:the )?(?:most|longest)|up to|no (?:longer|more) than|only|just|about) )?"
_KEPT = r"\b(?:kept|keeps?|held|holds?|stored|stores?|retained|retains?|remembered|remembers?)\b"
_KEPT_FOR = re.compile(rf"(?:{_KEPT}[^,]{{0,40}} for|\bretention(?: of| is)?) {_MOST}$")
_AT_MOST_FOR = re.compile(r"\bfor (?:at (?:the )?(?:most|longest)|up to|no (?:longer|more) than|only|just) $")
_FOR, _AT_MOST = re.compile(r"\bfor $"), re.compile(r" at (?:the )?(?:most|longest)\b")
_OVER_AFTER = re.compile(
    r"\b(?:expires?|expired|forgotten|deleted|dropped|removed|evicted|discarded|gone|outdated|worthless|useless) "
    rf"(?:again )?(?:after|in|within) {_MOST}$"
)
_LIFETIME = re.compile(rf"\b(?:ttl|lifetime|time to live)(?: of| is)? {_MOST}$")
_WITHIN = re.compile(rf"\bwithin {_MOST}$|\b(?:may|can) (?:wait|take)(?: for)? {_MOST}$")

_COMES = (
    r"(?:queues?|registers?|reports?|sends?|sent|comes?|fills?|filled|fetch(?:es)?|fetched|signs? in|logs? in|subscribes?|"
    r"builds?|built|computes?|computed|draws?|drawn|renders?|rendered|creates?|created|made|announces?|puts?|loads?|loaded|"
    r"generates?|generated|derives?|derived|exports?|exported|writes?|written|prints?|printed|encodes?|encoded|transcodes?|transcoded|"
    r"scales?|scaled|converts?|converted|downloads?|downloaded|synced|crawled|indexed)"
)
_ANEW = r"re-?(?:built|computed|filled|generated|created|populated|sent|loaded|rendered|drawn|made|derived|exported|encoded|transcoded)"
_ROUND = r"(?:night|day|morning|evening|hour|week|run|job|build|export|import)"
_COMES_AGAIN = re.compile(
    rf"\b{_COMES}\b[^,]{{0,40}}\bagain\b[^,]{{0,20}}\bby (?:itself|themselves)\b"
    rf"|\b(?:can|could) (?:\w+ ){{0,2}}be (?:{_COMES}\b[^,]{{0,20}} again\b|{_ANEW})"
    rf"|\b(?:lost|loses?|losing|loss|missing|empty|emptied|gone|crash|flush(?:ed)?)\b.{{0,60}}\b(?:{_COMES}\b[^,]{{0,40}} again\b|{_ANEW})"
    rf"|\b(?:next|every|each) {_ROUND}\b[^,]{{0,20}}\b{_COMES}\b[^,]{{0,20}} (?:again|anew)\b"
    rf"|\b{_COMES}\b[^,]{{0,20}} (?:again|anew)\b[^,]{{0,30}}\b(?:every|each) {_ROUND}\b"
)
"""A loss that is made good without anybody's work, or by what is done anyway each night."""


_SOON = SECONDS["h"]
"""The longest time after which data counts as soon worth nothing: a backup is seldom made more often."""


def is_fleeting(component: Component) -> bool:
    """Return True for keys and values, or files, of which the owner says that they come again, or for keys and values for a short time."""
    if component.kind not in ("key-value-store", *FILE_STORES):
        return False
    lifetime = tells_lifetime(component.why) if component.kind == "key-value-store" else None
    return (lifetime is not None and lifetime <= _SOON) or tells_that_it_comes_again(component.why)


def may_archive_log(backup: Component) -> bool:
    """Return True for a product that archives the log between its copies, unless the model says that it doesn't here."""
    return product_of(backup.product).archives_log and _NO_ARCHIVE.search(backup.why or "") is None


_NO_ARCHIVE = re.compile(
    r"\b(no|not|without|neither|nor|never)\b[^.;]{0,40}\b(logs?|wals?|binlogs?|archiv(?:e[ds]?|ing)|point-in-time|pitr)\b",
    re.IGNORECASE,
)
"""The words of a reason by which the log isn't archived."""


_LOG_IS_COPIED = re.compile(
    r"\b(?:transaction logs?|logs?|binlogs?|wals?)\b[^,]{0,30}\b(?:copied|archived|shipped|backed up|sent|streamed)\b[^,]{0,30}\bevery $"
    r"|\b(?:copies|archives|ships|backs up|sends|streams)\b[^,]{0,20}\b(?:transaction logs?|logs?|binlogs?|wals?)\b[^,]{0,30}\bevery $"
)


def copied_every(backup: Component) -> float | None:
    """Return the seconds between two copies, or between two of the log if its owner says so, as in `the log is copied every 15 minutes`."""
    told = _first(_clauses(backup.why), _LOG_IS_COPIED)
    return backup.every if told is None or backup.every is None else min(backup.every, told)


def kept_for(stream: Component) -> float | None:
    """Return the seconds for which a stream keeps a message, as it is declared or as the owner says; None if neither tells."""
    return stream.keeps if stream.keeps is not None else tells_retention(stream.why)


_KEEPS_UNSENT = re.compile(
    r"(?<!not )(?<!n't )(?<!never )\b(?:holds?|keeps?|buffers?|spools?|stores?)\b(?! (?:no|none|nothing)\b)"
    r"[^.;:!?]{0,60}\b(?:when|while|until|if)\b[^.;:!?]{0,30}\b(?:answers?|down|reach\w*|unreachable|offline|back|again|sent|acknowledged|taken|gone)\b|outbox"
)


def tells_that_it_keeps_unsent(reason: str | None) -> bool:
    """Return True for words by which a sender keeps what can't be sent: in an outbox, or as in `holds 500 tags when nothing answers`."""
    return _KEEPS_UNSENT.search((reason or "").casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")) is not None


def tells_that_it_comes_again(reason: str | None) -> bool:
    """Return True for words by which what a store loses comes again: `a client queues again by itself`, `if lost, it is rebuilt`."""
    return any(_COMES_AGAIN.search(clause) is not None for clause in _of_itself(reason))


def tells_lifetime(reason: str | None) -> float | None:
    """Return the seconds after which what a store keeps is worth nothing, as in `for two minutes at most`; None if nothing says so."""
    for clause in _of_itself(reason):
        for before, seconds, after in _times(clause):
            bound = _AT_MOST_FOR.search(before) or (_FOR.search(before) and _AT_MOST.match(after))
            if bound or _OVER_AFTER.search(before) or _LIFETIME.search(before) or _KEPT_FOR.search(before):
                return seconds
    return None


def tells_retention(reason: str | None) -> float | None:
    """Return the seconds for which something keeps what it gets, as in `keeps the readings for 7 days`; None if nothing says so."""
    return _first(_of_itself(reason), _KEPT_FOR)


def tells_deadline(reason: str | None) -> float | None:
    """Return the seconds within which work is done, as in `graded within a week`; None if nothing says so."""
    return _first(_clauses(reason), _WITHIN)


@lru_cache(1024)
def tells_tunnel(reason: str) -> str | None:
    """Return the tunnel that carries a connection, as in `inside the IPsec tunnel`: its key, or an empty text for another one.

    None if nothing says so, or only that it will be so.
    """
    for clause in _clauses(reason):
        through = _THROUGH.search(clause)
        if through is not None and _NOT_YET.search(clause) is None:
            name = _BY_NAME.search(clause)
            return name[0] if name is not None else ""
    return None


_BY_NAME = re.compile(r"\b(?:ipsec|wireguard|openvpn|macsec)\b")
_THROUGH = re.compile(
    r"\b(?:in|inside|within|through|over|via|by|behind|on|uses?|across)\b[^,]{0,40}"
    r"\b(?:ipsec|wireguard|openvpn|macsec|(?:ssh|vpn|encrypted) tunnel|tunnel|vpn)\b|\btunnell?ed\b"
)
"""A connection in a tunnel; a VPN of MPLS alone encrypts nothing."""

_NOT_YET = re.compile(
    r"\b(?:mpls|gre|vxlan|will|shall|should|must|may|might|could|until|plan(?:s|ned)?|soon|later|one day|to be|if|once|was|were|used to|"
    r"had|todo|before|outside|instead|ends?|ended)\b"
)
"""The words of a clause by which no encrypted tunnel carries a connection now, or not all of it."""


def _first(clauses: Iterator[str], before: re.Pattern[str]) -> float | None:
    times = (time for clause in clauses for time in _times(clause))
    return next((seconds for words, seconds, _ in times if before.search(words) is not None), None)


def _times(clause: str) -> Iterator[tuple[str, float, str]]:
    """Yield the times that a clause names, with the words before and after each."""
    for match in _TIME.finditer(clause):
        number, unit = match.groups()
        seconds = (_NUMBERS[number] if number in _NUMBERS else float(number)) * _UNITS[unit]
        yield (
            clause[max(0, match.start() - _BEFORE) : match.start()],
            seconds,
            clause[match.end() : match.end() + _AFTER],
        )


def _clauses(reason: str | None) -> Iterator[str]:
    """Yield the parts of a reason that say that something is so, in small letters."""
    clauses = _CLAUSES.split((reason or "").casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    return (clause for clause in clauses if _DENIES.search(clause) is None)


def _of_itself(reason: str | None) -> Iterator[str]:
    return (clause for clause in _clauses(reason) if _OF_OTHERS.search(clause) is None)


_SCHEDULE = re.compile(
    r"\b(?:nights?|nightly|midnight|mornings?|evenings?|noon|hourly|daily|weekly|monthly|weekends?|mondays?|tuesdays?|wednesdays?|thursdays?|"
    r"fridays?|saturdays?|sundays?|(?:once|twice) an? (?:hour|day|week|month)|(?:every|each) (?:\w+ )?(?:hour|day|week|month)s?)\b"
    r"|(?<![\d:.])(?:[01]?\d|2[0-3])[:h][0-5]\d(?![\d:.])|\b(?:1[0-2]|[1-9]) ?(?:am|pm|a\.m\.|p\.m\.|o'clock)(?!\w)"
)


def tells_schedule(reason: str | None) -> bool:
    """Return True for words that say when something is done, as in `in the night` or `at 23:00`: another interval would contradict them."""
    return _SCHEDULE.search((reason or "").casefold()) is not None


_IMAGE = re.compile(
    r"\b(?:images?|snapshots?|copy|copies|copie[sd]|backups?|backs up)\b[^.;]{0,30}\b(?:machines?|vms?|servers?|hosts?|volumes?|luns?)\b"
    r"|\bimage(?:s|[- ]backups?| level)\b",
)


def tells_of_images(reason: str | None) -> bool:
    """Return True for words by which whole machines or volumes are copied: too much to do so as often as a log is shipped."""
    return _IMAGE.search((reason or "").casefold()) is not None


_WORKING = (
    "sender|writer|reader|poller|runner|worker|consumer|controller|scheduler|publisher|relay|dispatcher|importer|exporter|crawler|optimizer|"
    "planner|forwarder|watcher|leader|primary|master|instance|replica|copy|process|program|service|node|pod|container|member"
)

_SINGLE = re.compile(
    rf"\b(?:(?:one|a single) (?:(?:active|running) )?(?:{_WORKING}|of them|runs|works) at (?:a|any|the same|one) time"
    rf"|(?:only|exactly|just) one (?:(?:active|running) )?(?:(?:{_WORKING})\b|of them|may|must|can|runs?\b|works?\b|at (?:a|any) time)"
    r"|single (?:writer|sender|reader|poller|runner|consumer|instance)\b|never two\b|leader\b)",
    re.IGNORECASE,
)


def tells_of_one(text: str | None) -> bool:
    """Return True for words of the reasons for a program that say that one of it alone may be at work."""
    return _SINGLE.search(text or "") is not None


_CHOSEN = re.compile(r"\b(?:leader|lease|elect\w*|locks?|leadership)\b", re.IGNORECASE)


def tells_who_works(text: str | None) -> bool:
    """Return True for words of the reasons for a program that say how one of its replicas is chosen."""
    return _CHOSEN.search(text or "") is not None


_SHUT_OFF = re.compile(
    r"\bno (?:way|route|access|uplink|connection) (?:in|out|to)\b|\b(?:air[- ]?gapped|isolated|shut off|sealed off)\b"
)


def tells_that_it_is_shut_off(name: str | None) -> bool:
    """Return True for the name of a network by which nothing goes in or out but what is named: `no way out but the encoders`."""
    return _SHUT_OFF.search((name or "").casefold()) is not None


_UNVERSIONED = re.compile(
    r"\bversion(?:ing|s)?\b[^.;,]{0,20}\b(?:off|disabled|deactivated|not (?:on|enabled|kept|used|switched on))\b"
    r"|\b(?:no|without|keeps? no|not) (?:object )?(?:versioning|(?:older|old|previous) versions)\b|\bunversioned\b"
)


def tells_that_versions_are_off(reason: str | None) -> bool:
    """Return True for words by which a storage keeps no older versions: `versioning is off to save money`."""
    return _UNVERSIONED.search((reason or "").casefold()) is not None


_SEALED = ("hsm", "hsms", "payshield", "nshield", "luna", "utimaco", "ncipher", "safenet", "protectserver", "primekey")
"""Hardware security modules, by a word of their names."""


def seals_keys(component: Component) -> bool:
    """Return True for a hardware security module, by its name or product: no job reads its keys, people load their components."""
    words = re.findall(r"[a-z]+", f"{component.id} {component.name or ''} {component.product or ''}".casefold())
    return not set(_SEALED).isdisjoint(words)


def may_be_hardware(component: Component) -> bool:
    """Return True for hardware, as far as a model says: a security module, or a part of no known kind and make on a host of its own."""
    if component.managed:
        return False
    unknown = component.kind == "other" and product_of(component.product) == product_of(None)
    return seals_keys(component) or (unknown and any(replica.hosts for replica in component.replicas))


_TO_EACH = re.compile(
    r"\b(?=(?:feeds?|sends?|streams?|pushes|writes|mirrors|repeats|forwards|posts|delivers|sent|fed|streamed|pushed|mirrored|goes|go)\b)"
    r"[^,]{0,40}\b(?:to|of|into|at|on|feeds?|fed) (?:both|each|all)\b"
)


def tells_of_each(reason: str | None) -> bool:
    """Return True for words by which a sender sends to each of several receivers, and chooses none: `feeds the mount of both`."""
    return any(_TO_EACH.search(clause) is not None for clause in _clauses(reason))


_BY_TELEPHONE = re.compile(
    r"\bby (?:tele)?phone\b|\btelephone (?:line|network|call)s?\b|\b(?:dials? in|fax(?:es)?|pstn|isdn|landlines?)\b"
)


def tells_telephone(text: str | None) -> bool:
    """Return True for words by which somebody calls over the telephone network."""
    return any(_BY_TELEPHONE.search(clause) is not None for clause in _clauses(text))


_OVER_INTERNET = re.compile(r"\b(?:over|across|through|via) the (?:public |open )?internet\b")


def tells_internet(reason: str | None) -> bool:
    """Return True for words by which a connection crosses the internet as it is, not in a tunnel."""
    return reason is not None and any(
        _OVER_INTERNET.search(clause) is not None and _NOT_YET.search(clause) is None for clause in _clauses(reason)
    )


_HYPERVISOR = re.compile(
    r"\b(?:esxi?|vsphere|vcenter|vmware|proxmox|pve|hyper-v|xcp-ng|xenserver|ovirt|olvm|rhv|harvester|nutanix|ahv|kvm)\b"
    r"|\b(?:restarts?|starts?) (?:the |a |its |each )?(?:virtual )?(?:machines?|vms?|guests?)\b"
)


def tells_hypervisor(text: str | None) -> bool:
    """Return True for words by which what runs on a host is a virtual machine that its platform restarts whole elsewhere."""
    return _HYPERVISOR.search((text or "").casefold()) is not None


_OF_HARDWARE = re.compile(
    r"\bdongles?\b|\bhardware keys?\b|\bnode-?locked\b|\b(?:licen[cs]e|key)s? (?:is |are )?(?:bound|tied|locked) to\b"
)


def tells_hardware(reason: str | None) -> bool:
    """Return True for words by which a program runs only where a piece of hardware is: `the licence is bound to the dongle`."""
    return any(_OF_HARDWARE.search(clause) and not _DENIES.search(clause) for clause in _clauses(reason))


_TO_OTHER_REGION = re.compile(
    r"\b(?:ra-?)?gz?rs\b|\bgeo-?(?:redundan(?:t|cy)|replicat(?:es?|ed|ion))\b|\bcross-region (?:replicat|cop)\w*"
)


def tells_other_region(reason: str | None) -> bool:
    """Return True for words by which a provider copies a store to another region: `a geo-redundant account`, `RA-GRS`."""
    return any(_TO_OTHER_REGION.search(clause) and not _DENIES.search(clause) for clause in _clauses(reason))
