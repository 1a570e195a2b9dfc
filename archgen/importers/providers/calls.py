"""The calls of services on the internet: which of the settings of programs show one, and how surely."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cached_property

from archgen.importers.addresses import Mention
from archgen.importers.catalogue import Known
from archgen.importers.facts import READ, Fact, ImportedLibrary, Origin, WrittenAddress
from archgen.importers.names import make_id, words_of
from archgen.importers.outside import Outside
from archgen.importers.providers.addresses import (
    ForeignAddress,
    asks_for_mail_server,
    called_address,
    domain_of,
    foreign_addresses,
    host_of,
    mail_server,
)
from archgen.importers.providers.caller import Caller, Setting, as_told, beside_of, is_likely, is_off
from archgen.importers.providers.catalogue import (
    Provider,
    amazon_service_of_library,
    has_any_client,
    has_client_for,
    has_client_for_any,
    is_named_after_provider,
    is_one_of_several,
    may_be_led,
    measures,
    names_library,
    provider_at,
    provider_of_common_key,
    provider_of_key,
    provider_of_library,
    sign_in_of_key,
)
from archgen.importers.providers.undecided import Undecided
from archgen.importers.providers.unset_addresses import tells_name, title_of_key, title_of_unset, unset_addresses
from archgen.importers.store_names import OF_PROVIDER
from archgen.importers.variable_names import is_for_browsers
from archgen.model.kinds import KINDS
from archgen.model.protocols import WEB

_ADDRESSES = (
    "_API_BASE",
    "_BASE_URL",
    "_API_BASE_URL",
    "_API_URL",
    "_URL",
    "_ENDPOINT",
    "_API_ENDPOINT",
    "_API_HOST",
    "_HOST",
)
"""Ends of variables that lead a client library elsewhere than to its provider."""

_AMAZON = re.compile(r"(?<![a-z])(boto3|aws|amazonaws|awssdk)(?![a-z])")
_TO_IMITATION = re.compile(
    r"(^|_)(AWS|S3|SQS|SNS|DYNAMO(DB)?|KINESIS|STORAGE|BUCKET|R2|SPACES)_(\w+_)?(ENDPOINT|BASE_URL)|MINIO|LOCALSTACK",
    re.IGNORECASE,
)
"""Settings that lead the clients for Amazon's services to what imitates these."""

_ADDRESS_WORDS = frozenset(
    ("api", "base", "endpoint", "host", "hostname", "http", "https", "rest", "server", "service", "svc", "uri", "url")
)
"""Words of settings and components that don't tell one from another."""


class ProviderCalls:
    """The services of providers in a run; `texts` are those in which its own domains stand, and `kinds` those of its components.

    Those that are `only_callers` nobody can call, so that a setting of such a name is for what they are named after.
    """

    def __init__(
        self,
        outside: Outside,
        kinds: Mapping[str, str],
        texts: Callable[[], Iterable[str]],
        only_callers: Collection[str] = (),
    ) -> None:
        self._outside = outside
        self._ids = kinds.keys()
        self._called = [each for each in kinds if each not in only_callers]
        self._has_mail = "mail" in kinds.values()
        self._texts = texts
        self._hosts: dict[str, str] = {}
        self._connected: set[tuple[str, str]] = set()
        self._settled: set[str] = set()
        self._undecided, self._unset = Undecided(), Undecided(READ)
        self._mailing: set[str] = set()

    def add(self, caller: Caller) -> None:
        """Add what a program calls on the internet. Work is only planned by a scheduler, and what balances or observes passes on."""
        kind = KINDS[caller.known.kind]
        if kind.role == "application":
            for name, setting in caller.settings.items():
                if setting.is_presumed:
                    self._presume(caller, name, setting.source, self._undecided)
        leads = kind.balances and (caller.known.product is not None or kind.id != "api-gateway")
        if (
            leads
            or kind.observes
            or kind.role in ("data", "visitor", "edge")
            or kind.id in ("scheduler", "backup", "mail")
        ):
            return
        for name, setting in caller.settings.items():
            if setting.is_presumed:
                continue
            if setting.value is not None and "." in setting.value and not self._mail(caller, name, setting):
                self._address(caller, name, setting)
            self._key(caller, name, setting)
        if caller.known.product is None:
            self._unset_mail(caller)
            for title, name, setting, is_meant in unset_addresses(caller, self._called):
                if is_meant:
                    self._outside.sheet.ask_for(caller.id, "service", title, name, "", setting.source)
                elif setting.value is None:
                    self._doubt(caller, title, name, "", setting.source)
        for name, source in caller.unset():
            self._presume(caller, name, source, self._unset)
        for literal in caller.literals() if caller.known.product is None else ():
            # a variable of that name leads elsewhere
            if literal.variable.upper() not in caller.settings:
                self._literal(caller, literal)
        if caller.known.product is None and has_any_client(caller.lists(False)):
            self._clients(caller)
        if caller.known.product is None and _AMAZON.search(caller.lists(False)) is not None:
            self._seek_at_amazon(caller)
        if caller.known.product is None:
            for literal in caller.shared_literals():
                self._shared_literal(caller, literal)

    def _presume(self, caller: Caller, name: str, source: Origin, to: Undecided) -> None:
        """Record what a setting would be for that no file holds, where the source reads it."""
        if caller.known.product is not None or is_for_browsers(name):
            return
        found = provider_of_key(name)
        title = found[0].product if found is not None else "mail" if asks_for_mail_server(name, "") else None
        title = title or title_of_unset(name, caller.id, self._called)
        if to is self._unset:
            title = (title or title_of_key(name, self._called)) if tells_name(name) else None
        if title is not None:
            to.add(caller.id, title, name, "", source)

    def ask_for_callers(self) -> None:
        """Ask which of several programs call what is named to all of them, once what each calls is known."""
        mail = {"mail"} if self._has_mail or self._mailing else set()
        self._undecided.ask(self._outside.sheet, self._settled | mail)
        self._unset.ask(self._outside.sheet, self._settled | mail | self._undecided.titles)

    def _shared_literal(self, caller: Caller, literal: WrittenAddress) -> None:
        """Record an address in a source of which several programs are built."""
        mail = mail_server(literal.variable, literal.url)
        found = called_address(literal) or next(_defaults(caller, literal), None) if mail is None else None
        if mail is not None:
            self._doubt(
                caller, "mail", literal.variable if literal.is_default else "The source", mail.host, literal.source
            )
        elif found is not None and not self._is_own(literal.variable, found.mention.host):
            title = found.provider.product if found.provider is not None else found.title
            named = literal.variable if literal.is_default else "The source"
            self._doubt(caller, title, named, found.mention.host, literal.source)

    def _doubt(self, caller: Caller, title: str, name: str, host: str, source: Origin) -> None:
        self._undecided.add(caller.id, title, name, host, source)

    def _literal(self, caller: Caller, literal: WrittenAddress) -> None:
        """Add what is called at an address that stands in the source."""
        setting = Setting(None, literal.source, is_shared=False)
        mail = mail_server(literal.variable, literal.url)
        if mail is not None:
            self._connect(caller, mail, provider_at(mail.host), "mail", "its source", setting)
            return
        found = called_address(literal)
        if found is not None and not self._is_own(literal.variable, found.mention.host):
            title = self._title(found.title, found.mention.host)
            self._connect(caller, found.mention, found.provider, title, "its source", setting)
        for default in _defaults(caller, literal) if found is None else ():
            if not self._is_own(literal.variable, default.mention.host):
                title = self._title(default.title, default.mention.host)
                self._ask(caller, title, literal.variable, default.mention.host, literal.source)

    def _clients(self, caller: Caller) -> None:
        """Add the providers whose client libraries a source imports; a question for those that it may not call."""
        used: dict[str, tuple[Provider, list[ImportedLibrary]]] = {}
        for each in caller.imports():
            provider = provider_of_library(each.name)
            if provider is not None and has_client_for(provider, caller.lists(False)):
                used.setdefault(provider.product, (provider, []))[1].append(each)
        providers = [provider for provider, _ in used.values()]
        for provider, libraries in used.values():
            keys = [name for name in caller.settings if (found := provider_of_key(name)) and found[0] is provider]
            if any(is_off(caller.settings[name]) for name in keys) or self._is_led(caller, provider):
                continue
            if (caller.id, provider.product) in self._connected:
                continue
            first = min(libraries, key=lambda each: each.is_inner)
            # one import of several that is led elsewhere may be the one that counts
            is_led = may_be_led(provider) and any(each.is_led for each in libraries)
            if not (first.is_inner or is_led or is_one_of_several(provider, providers)):
                setting = Setting(None, first.source, is_shared=False)
                self._connect(
                    caller, Mention(provider.hosts[0], "https"), provider, provider.product, first.name, setting
                )
            elif not keys:
                self._ask(caller, provider.product, "its client library", "", first.source)

    def _seek_at_amazon(self, caller: Caller) -> None:
        """Add the services of Amazon whose clients a source imports, unless an address for them leads elsewhere."""
        used: dict[str, list[ImportedLibrary]] = {}
        for each in caller.imports():
            service = amazon_service_of_library(each.name)
            if service is not None:
                used.setdefault(service, []).append(each)
        if any(_TO_IMITATION.search(name) is not None and each.value != "" for name, each in caller.settings.items()):
            return
        for service, libraries in used.items():
            first = min(libraries, key=lambda each: each.is_inner)
            if not (first.is_inner or any(each.is_led for each in libraries)):
                value = {"variable": first.name, "reference": OF_PROVIDER}
                fact = Fact(f"component:{caller.id}", f"seeks-{service}", value, first.source, first.name, "medium")
                self._outside.sheet.add(fact)

    def _is_led(self, caller: Caller, provider: Provider) -> bool:
        """Return True if a setting leads the client library for a provider elsewhere."""
        for name, setting in caller.settings.items():
            value = setting.value or ""
            if "." in value or ":" in value:
                is_of_address = name.upper().endswith(_ADDRESSES) and is_named_after_provider(name, provider)
                if is_of_address and provider_at(host_of(value)) is not provider:
                    return True
        return False

    def _mail(self, caller: Caller, name: str, setting: Setting) -> bool:
        mention = mail_server(name, setting.value or "")
        if mention is None or not is_likely(caller, name, setting):
            if mention is not None and caller.reads(name, False) is None:
                self._doubt(caller, "mail", name, mention.host, setting.source)
            return mention is not None
        beside = beside_of(caller, name)
        port, provider = mention.port or beside.port, provider_at(mention.host)
        protocol = "smtps" if port == 465 else mention.protocol or "smtp"
        is_secured = protocol == "smtp" and (beside.secured or provider is not None)
        called = Mention(mention.host, protocol, port, secured=is_secured)
        self._connect(caller, called, provider, "mail", name, setting)
        return True

    def _unset_mail(self, caller: Caller) -> None:
        """Ask for the server that mail is sent through where its address is still to be filled in, and nothing else tells it."""
        for name, setting in caller.settings.items() if not (self._has_mail or caller.id in self._mailing) else ():
            if not asks_for_mail_server(name, setting.value or "") or setting.is_empty or is_off(setting):
                continue
            if is_likely(caller, name, setting):
                self._outside.sheet.ask_for(caller.id, "mail", "mail", name, "", setting.source)
                self._settled.add("mail")
                return
            if caller.reads(name, False) is None:
                self._doubt(caller, "mail", name, "", setting.source)

    def _address(self, caller: Caller, name: str, setting: Setting) -> None:
        for found in foreign_addresses(caller.known.kind, name, setting.value or ""):
            provider = found.provider
            if provider is None and (caller.known.product is not None or self._is_own(name, found.mention.host)):
                continue
            mention = as_told(caller, name, found.mention)
            if mention is None:
                continue
            title = self._title(found.title, mention.host)
            reading = caller.reads(name, False)
            is_told = not setting.is_shared and reading is None and (provider is not None or found.is_interface)
            if (reading or is_told) and not found.has_blanks:
                self._connect(caller, mention, provider, title, name, setting)
            elif not setting.is_shared and reading is not False and mention.protocol in WEB:
                self._ask(caller, title, name, mention.host, setting.source)
            elif setting.is_shared and reading is None and mention.protocol in WEB:
                self._doubt(
                    caller, provider.product if provider is not None else title, name, mention.host, setting.source
                )

    def _title(self, title: str, host: str) -> str:
        """Return the name of a host, by which a question about it finds it: of several that would have one name, all of the host."""
        place = host.lower()
        is_of_other = self._outside.taken.get(title, place).lower() != place
        return make_id(place) if is_of_other or self._hosts.setdefault(title, place) != place else title

    def _key(self, caller: Caller, name: str, setting: Setting) -> None:
        """Add the provider that a client library of a program calls, or its source, with a key among the settings."""
        if not (is_off(setting) or is_for_browsers(name)):
            found = provider_of_key(name) or provider_of_common_key(name, caller.lists(setting.is_shared))
        else:
            found = None
        if found is None:
            if not self._sign_in(caller, name, setting):
                self._unknown_key(caller, name, setting)
            return
        provider, beginning = found
        ends = (f"{beginning}{end}" for end in _ADDRESSES)
        led = (caller.settings[each].value for each in ends if each in caller.settings)
        # with an address of its own, a library calls that
        if any(value and provider_at(host_of(value)) is not provider for value in led):
            return
        lists, reading = caller.lists(setting.is_shared), caller.reads(name, True)
        if reading is False and setting.is_shared:
            return
        # of the providers that files of settings list, a client library tells the one that is meant
        if reading is None and not has_client_for_any(provider.kind, lists):
            reading = caller.reads(name, False)
        is_given = not (setting.is_empty or setting.is_shared)
        if reading or has_client_for(provider, lists) or (is_given and lists == "" and reading is None):
            host = provider.hosts[0]
            given = [found[0] for each in caller.settings if (found := provider_of_key(each)) is not None]
            # a program of which no source tells may take one of several keys, and a product many that nobody fills in
            is_choice = caller.known.product is not None or is_one_of_several(provider, given)
            if setting.value == "" and lists == "" and not reading and is_choice:
                self._ask(caller, provider.product, name, "", setting.source)
                return
            self._connect(caller, Mention(host, "https"), provider, provider.product, name, setting)
        elif reading is None and (is_given or (setting.value != "" and caller.lists(False) == "")):
            # a program may call it without a library, and not every source tells how
            self._doubt(caller, provider.product, name, "", setting.source)

    def _sign_in(self, caller: Caller, name: str, setting: Setting) -> bool:
        """Ask for what tells who visitors are, unless its key is left empty."""
        title = sign_in_of_key(name)
        if title is not None and not (setting.is_empty or is_off(setting)):
            ask = self._doubt if setting.is_shared else self._ask
            ask(caller, title, name, "", setting.source)
        return title is not None

    def _unknown_key(self, caller: Caller, name: str, setting: Setting) -> None:
        """Ask for the service for which a program has a key, by its name, unless its source or its libraries know none."""
        title = None if is_for_browsers(name) or is_off(setting) else title_of_key(name, self._called)
        if title is None or any(f"{title.upper().replace('-', '_')}{end}" in caller.settings for end in _ADDRESSES):
            return
        reading = caller.reads(name, True)
        if reading or (not setting.is_empty and names_library(title, caller.lists(setting.is_shared))):
            self._ask(caller, title, name, "", setting.source)
        elif reading is None and setting.value is None and caller.lists(setting.is_shared) == "":
            self._doubt(caller, title, name, "", setting.source)

    def _ask(self, caller: Caller, title: str, name: str, host: str, source: Origin) -> None:
        self._settled.add(title)
        if (caller.id, title) not in self._connected:
            self._outside.sheet.ask_for(caller.id, "external-service", title, name, host, source)

    def _is_own(self, name: str, host: str) -> bool:
        """Return True for a host under a domain of the system's own, and for a setting that names a component."""
        words = [word for word in words_of(name) if word not in _ADDRESS_WORDS]
        if words and any(
            [word for word in words_of(each) if word not in _ADDRESS_WORDS] == words for each in self._ids
        ):
            return True
        domain = domain_of(host)
        return any(domain in text for text in self._own_texts)

    @cached_property
    def _own_texts(self) -> tuple[str, ...]:
        return tuple(text.lower() for text in self._texts())

    def _connect(
        self, caller: Caller, mention: Mention, provider: Provider | None, title: str, name: str, setting: Setting
    ) -> None:
        known = Known("external-service" if title != "mail" else "mail", None, mention.protocol or "https")
        if provider is not None:
            known = Known(provider.kind, provider.product, mention.protocol or "https")
            title = provider.product
        self._connected.add((caller.id, title))
        self._settled.add(title)
        self._mailing |= {caller.id} if known.kind == "mail" else set()
        host = provider.hosts[0] if provider is not None and provider.hosts else mention.host
        sheet, source = self._outside.sheet, setting.source
        store = self._outside.add(host, known, source, name, title)
        if provider is not None or known.kind != "mail":
            sheet.add(Fact(f"component:{store.id}", "is_provided", True, source, name, "medium"))
        if provider is not None and not KINDS[known.kind].foreign:
            sheet.add(Fact(f"component:{store.id}", "managed", True, source, name, "medium"))
        subject, port = f"connection:{caller.id}->{store.id}", mention.port
        sheet.add(Fact(subject, "protocol", known.protocol, source, name, "medium"))
        sheet.add(Fact(subject, "served", [port or 0, known.protocol], source, name, "medium"))
        sheet.add(Fact(subject, "is_assumed", True, source, name, "medium"))
        if setting.is_empty or measures(host):
            sheet.add(Fact(subject, "required", False, source, name, "medium"))
        if mention.secured:
            sheet.add(Fact(subject, "secured", port or 0, source, name, "medium"))


def _defaults(caller: Caller, literal: WrittenAddress) -> Iterator[ForeignAddress]:
    """Yield the address for which a variable of a program stands where nothing sets it, as a setting would name it."""
    if literal.is_default:
        yield from foreign_addresses(caller.known.kind, literal.variable.upper(), literal.url)
