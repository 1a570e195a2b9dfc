"""Compose projects as facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import partial
from itertools import chain

from archgen.importers.addresses import Mention, arguments, resolve_host, without_comments
from archgen.importers.compose.drivers import libraries_of
from archgen.importers.compose.environment import with_settings
from archgen.importers.compose.frameworks.laravel import stores_chosen
from archgen.importers.compose.frameworks.settings import calls_in_files, read_by_frameworks
from archgen.importers.compose.frameworks.written_hosts import calls_written_in_sources
from archgen.importers.compose.indirect import (
    IndirectCall,
    borrowed_stores,
    calls_by_login,
    calls_by_name_server,
    calls_by_socket,
    facts_of_neighbours,
    stores_of_lenders,
)
from archgen.importers.compose.library_calls import OwnLists, UnlikelyCall, calls_by_library, lacks_library, may_use
from archgen.importers.compose.listed_libraries import describe_sources
from archgen.importers.compose.machine.calls import calls_on_machine
from archgen.importers.compose.machine.several_projects import HOST, group_projects
from archgen.importers.compose.machine.unstarted import add_unstarted_programs
from archgen.importers.compose.mounts import doubt_files_of_others, kept_files, mounted, without_proxies_of_others
from archgen.importers.compose.neighbours import Neighbours, Networks
from archgen.importers.compose.omissions import configuring_jobs, main_of
from archgen.importers.compose.order import is_addressed, keeps_nothing, may_call, serves_alone, uses_others
from archgen.importers.compose.parts import ServicePart, describe_service, hosts_of, proxies_of, service_parts
from archgen.importers.compose.ports import by_network_mode, exporter_at, heard_beside, published_entries
from archgen.importers.compose.project import Project
from archgen.importers.compose.provided import add_providers_of_services
from archgen.importers.compose.routing import facts_of_guards, facts_of_route, is_given_to_visitors, routes
from archgen.importers.compose.service import Service, SourceText, on_machine, split_words
from archgen.importers.compose.sharing import (
    SharedValues,
    agrees_with,
    is_for_others,
    is_of_coordinated,
    takes_copies,
)
from archgen.importers.compose.sources import calls_in_sources, settings_in_sources, variables_of_files
from archgen.importers.compose.swarm import is_of_several_nodes
from archgen.importers.compose.unset import note_unread, programs_sought, seek_stores
from archgen.importers.facts import IN_SOURCE, MOUNTED, Attachment, Fact, FactSheet, Opener, Origin
from archgen.importers.outside import Outside, OutsideStore
from archgen.importers.outside_services import services_outside, unknown_hosts
from archgen.importers.products import admits_anybody, replicates
from archgen.importers.protocols import protocol_of_port, statements_of_call
from archgen.importers.schemes import ALONE, Beside, told_beside
from archgen.importers.sources.calls.sections import by_sections
from archgen.importers.sources.recipes import Recipe
from archgen.importers.store_names import sets_store_itself
from archgen.importers.variable_names import is_for_browsers, names_page, names_sources, names_telemetry
from archgen.model.finding import Confidence
from archgen.model.kinds import KINDS


def read_compose(projects: list[Project], opener: Opener, sheet: FactSheet) -> list[Attachment]:
    """Add the facts of projects; return the configurations that their services mount."""
    taken: dict[str, str] = {}
    counts = Counter(name for project in projects for name in project.services)
    outside = Outside(taken, sheet)
    readers = [
        _Reader(project, taken, opener, outside, HOST if len(projects) == 1 else f"{HOST}-{project.title}", counts)
        for project in projects
    ]
    for reader in readers:
        reader.look_around([other for other in readers if other is not reader])
    attachments = [each for reader in readers for each in reader.read()]
    group_projects([(reader.project, reader.parts.values()) for reader in readers], sheet)
    parts = [part for reader in readers for part in reader.parts.values()]
    add_unstarted_programs(parts, readers[0].host if readers else HOST, taken, opener, sheet)
    return attachments


class _Reader:
    def __init__(
        self, project: Project, taken: dict[str, str], opener: Opener, outside: Outside, host: str, counts: Counter[str]
    ) -> None:
        self.project, self.host, self.opener, self.outside, self.sheet = project, host, opener, outside, outside.sheet
        self.parts = {part.service.name: part for part in service_parts(project, taken, counts, opener, self.sheet)}
        self.by_id: dict[str, ServicePart | OutsideStore] = {part.id: part for part in self.parts.values()}
        self.by_mode = by_network_mode(self.parts.values())
        self.hosts = hosts_of(self.parts)
        self.copied = {
            part.id: dict(variables_of_files(part, project.variables, opener)) for part in self.parts.values()
        }
        self.values: dict[tuple[str, str], Mapping[str, SourceText]] = {}
        self.proven, self.called, self.certain = (set[tuple[str, str]]() for _ in range(3))
        self.doubted: dict[tuple[str, str], tuple[Origin, str]] = {}
        self.served: set[str] = set()
        self.unlikely: list[UnlikelyCall] = []
        self.libraries = libraries_of(opener)
        self.lists = OwnLists(self.parts.values(), self.libraries)
        self._lacks_library = partial(lacks_library, lists=self.lists)
        self.shared = SharedValues(self.parts, project.services, self.copied, self.libraries, opener)

    def look_around(self, others: list[_Reader]) -> None:
        """Learn what other projects publish, and who is on networks in common."""
        self.neighbours = Neighbours((other.project, other.parts.values()) for other in others)
        self.by_id |= self.neighbours.parts
        self.hosts = self.neighbours.hosts(self.hosts, self.project, self.parts.values())
        self.networks = Networks(self.project, self.parts.values(), self.hosts)

    def read(self) -> list[Attachment]:
        attachments: list[Attachment] = []
        is_of_several = is_of_several_nodes(each.service.placement for each in self.parts.values())
        for part in self.parts.values():
            describe_service(part, self.host if not is_of_several else None, self.sheet)
            self.sheet.add_all(published_entries(part, self.hosts))
        self.sheet.add_all(kept_files(self.parts.values()))
        services = self.project.services
        for sidecar in services.values():
            main = self.parts.get(main_of(sidecar))
            if main is not None:
                self._call(ServicePart(main.id, sidecar, main.guess, Recipe()))
            elif sidecar.name not in self.parts:
                self.sheet.note_calls(
                    sidecar.source, sidecar.name, self.shared.called_by(sidecar, self.parts, self.hosts)
                )
        for part in self.parts.values():
            self._call(part)
            attachments += mounted(part, self._variables(part), self.opener, self.hosts, self.sheet)
        add_providers_of_services(self.parts, self._variables, self.shared, self.lists, self.outside)
        mounts = by_sections(doubt_files_of_others(attachments, self.parts.values()))
        attachments = list(read_by_frameworks(self.parts, mounts, self.opener, self.hosts))
        hosts_of, sources = self.networks.hosts_of, self.shared.sources
        known = sources, self.libraries, self._variables, hosts_of, self.by_id, self.called
        for stated in chain(
            calls_in_sources(self.parts, self.opener, hosts_of, self.project.variables),
            calls_on_machine(self.parts, self.hosts, sources, self.libraries),
            calls_written_in_sources(self.parts, *known),
        ):
            self._call_by_source(*stated)
        for told in calls_in_files(self.parts, self.opener, self._variables, self.networks, self.outside, self.by_id):
            self._call_by_source(*told)
        attachments += settings_in_sources(self.parts, self.opener, self.hosts, self._variables)
        for part in self.parts.values():
            for job in configuring_jobs(part.service, self.project.services):
                if job.name not in self.parts:
                    self._take_over(part, job)
        sharers = Counter(target for _, target in self.doubted)
        for (name, target), (source, evidence) in self.doubted.items():
            if (name, target) not in self.certain:
                served = target in self.served
                keys = ["is_doubtful"] if self.shared.may_be_for_others(name, source, is_served=served) else []
                self._doubt(f"connection:{name}->{target}", source, evidence, *keys)
                # two that share all they are given are often a server and its worker
                if sharers[target] > 2 and not served:
                    self._ask(name, target, source, evidence)
        self._settle()
        proxies = proxies_of(self.neighbours.with_near(self.project, self.parts))
        self.sheet.add_all(facts_of_guards(self.parts, proxies.get("traefik"), self.hosts))
        for route in routes(self.parts, proxies):
            if route.proxy is not None:
                self.proven.add((route.proxy, route.service))
            self.sheet.add_all(facts_of_route(route, self.by_id[route.service].guess.known))
        for call in (*calls_by_socket(self.parts), *calls_by_name_server(self.parts, self.hosts)):
            self._call_indirectly(call)
        own = {part.id: self.shared.meant_for(part, self._variables(part)) for part in self.parts.values()}
        for part in self.parts.values():
            for mention, name, value in programs_sought(part, own[part.id], self.parts.values(), self.called):
                self._connect(part, mention, value.source, f"{name}, in no file", "medium")
                self._add(f"connection:{part.id}->{mention.host}", "variable", name, value.source, name, "medium")
        for part in self.parts.values():
            self._order(part)
        self._settle()
        given = self._variables, self.libraries, self.by_id, self.called
        for part, mention, source, evidence in stores_chosen(self.parts, *given, self.opener, self.sheet):
            self._connect(part, mention, source, evidence, "medium")
            self._doubt(f"connection:{part.id}->{mention.host}", source, evidence)
        borrowed = borrowed_stores(self.parts, services.values(), self.proven, self.copied)
        for part, store, source in [*borrowed, *stores_of_lenders(self.parts, self.proven)]:
            if not self.networks.are_apart(part.service, store):
                self._connect(part, Mention(store), source, "same image and settings")
                self._doubt(f"connection:{part.id}->{store}", source, "same image and settings")
        self.sheet.add_all(facts_of_neighbours(self.parts, self.proven, self.by_id))
        alone = {part.id: self.shared.own_of(self._variables(part)) for part in self.parts.values()}
        logins = self.networks.joined(calls_by_login(self.parts, alone))
        for call in [each for each in logins if (each.source, each.target) not in self.proven]:
            self._call_indirectly(call)
        for call in self.networks.joined(calls_by_library(self.parts, self.libraries, self.called)):
            self._call_indirectly(call)
        for part in self.parts.values():
            seek_stores(part, own[part.id], self.parts.values(), self._lacks_library, self.shared, self.sheet)
            note_unread(part, self.opener, self.sheet, is_read=bool(self.copied[part.id]))
        describe_sources(self.parts, self.lists, sources, self._variables, self.hosts, self.opener, self.sheet)
        return without_proxies_of_others(attachments, self.parts.values())

    def _add(
        self, subject: str, key: str, value: object, source: Origin, evidence: str, confidence: Confidence = "high"
    ) -> None:
        self.sheet.add(Fact(subject, key, value, source, evidence, confidence))

    def _variables(self, part: ServicePart) -> Mapping[str, SourceText]:
        key = part.id, part.service.name  # what stands beside a part has its id
        if key not in self.values:
            self.values[key] = with_settings(part.recipe.variables | self.copied[part.id] | part.service.environment)
        return self.values[key]

    def _call(self, part: ServicePart) -> None:
        service, values = part.service, self._variables(part)
        for name, named in values.items():
            value = on_machine(service, named)
            beside = told_beside(name, lambda key: values[key].text if key in values else "")
            self._mention(part, name, value, name, beside)
            if part.guess.known.keeps_data and admits_anybody(name, value.text):
                self._add(f"component:{part.id}", "is_open", True, value.source, name)
        for words in filter(None, (service.entrypoint, service.command)):
            for name, text, flag in arguments(split_words(without_comments(on_machine(service, words).text))[:500]):
                self._mention(part, name, SourceText(text, words.source), flag or "command")
        for alias, link in service.links.items():
            target = resolve_host(link.text, self.hosts) or resolve_host(alias, self.hosts)
            if target is not None:
                self._connect(part, Mention(target), link.source, "links")

    def _call_by_source(
        self, part: ServicePart, mention: Mention, source: Origin, is_alone: bool, sure: Confidence = "medium"
    ) -> None:
        """Add a call that the settings in the source of a service tell; what several read is for those with a library for it."""
        known = self.by_id[mention.host].guess.known
        if not self._lacks_library(part, known) and (is_alone or may_use(part, known, self.libraries)):
            self._connect(part, mention, source, MOUNTED if sure == "high" else IN_SOURCE, sure)
            self.served.add(mention.host)
        else:
            self.unlikely.append(UnlikelyCall(part, mention, source, IN_SOURCE, not is_alone))

    def _call_indirectly(self, call: IndirectCall) -> None:
        self.called.add((call.source, call.target))
        subject, known = f"connection:{call.source}->{call.target}", self.by_id[call.target].guess.known
        sure: Confidence = "high" if call.is_certain else "medium"
        self._add(subject, "protocol", call.protocol or known.protocol, call.place, call.evidence, sure)
        if call.protocol == "dns":
            # Docker itself answers for the names of the project
            self._add(subject, "required", False, call.place, call.evidence)
        elif known.port is not None:
            self._add(subject, "number", known.port, call.place, call.evidence, "medium")
        self.proven |= {(call.source, call.target)} if sure == "high" else set()

    def _take_over(self, part: ServicePart, job: Service) -> None:
        """Add the calls whose addresses a job writes into the configuration of a service."""
        proven = set(self.proven)
        self._call(ServicePart(part.id, job, part.guess, Recipe()))
        for source, target in sorted(self.proven - proven):
            self._doubt(f"connection:{source}->{target}", job.source, f"set up by {job.name}")

    def _doubt(self, subject: str, source: Origin, evidence: str, *more: str) -> None:
        for key in ("is_assumed", *more):
            self._add(subject, key, True, source, evidence, "medium")

    def _ask(self, caller: str, target: str, source: Origin, evidence: str) -> None:
        """Ask if a component calls what files name to it, which nothing of its own speaks for."""
        self._add(f"component:{target}", "member", f"sharer:{caller}", source, evidence, "medium")

    def _mention(self, part: ServicePart, name: str, value: SourceText, evidence: str, told: Beside = ALONE) -> None:
        several = self.shared.is_for_several(part, value)
        if names_page(part.kind, name, value.text) or names_sources(part.kind, name, is_shared=several):
            return
        sharing = self.shared.of(value)
        if several and is_for_browsers(name) and part.kind not in ("app-server", "web-server"):
            return
        shared = several and part.guess.known.keeps_data
        elsewhere = self.neighbours.stores(name, value.text, told) if not shared else {}
        for mention in elsewhere.values():
            self._connect(part, mention, value.source, evidence)
            self._doubt(f"connection:{part.id}->{mention.host}", value.source, evidence)
        beside = {address: mention.host for address, mention in elsewhere.items()}
        reached = self.hosts | beside if beside else self.hosts
        is_own = shared or sets_store_itself(name, part.guess.known) or self.shared.is_for_tests(name, value)
        outside = list(self.outside.mentions(name, value.text, reached, value.source, told)) if not is_own else []
        if not part.guess.known.keeps_data and not KINDS[part.kind].observes:
            outside += services_outside(self.outside, name, value.text, reached, value.source, is_cluster=False)
        for mention, store in outside:
            self.by_id[store.id] = store
            if several and is_for_others(part, store):
                continue
            if several and not store.guess.known.keeps_data:
                self._ask(part.id, store.id, value.source, evidence)
                continue
            if self._lacks_library(part, store.guess.known):
                self.unlikely.append(UnlikelyCall(part, mention, value.source, evidence, several))
                continue
            reading = self.shared.reading_of(name, part, store, self._variables(part)) if several else None
            if reading == "lacks":
                continue
            self._connect(part, mention, value.source, evidence)
            self._doubt(f"connection:{part.id}->{store.id}", value.source, evidence)
            if several and reading is None and self.shared.is_meant_for_others(name, part, store, sharing):
                self.doubted.setdefault((part.id, store.id), (value.source, evidence))
            else:
                self.certain.add((part.id, store.id))
                self.served.add(store.id)
        for address, title in unknown_hosts(name, value.text, reached) if not part.guess.known.keeps_data else ():
            self.sheet.seek_in_vain(address, title, part.id, name, value.source)
        for named in self.networks.mentions(part, name, value, told, self.sheet):
            mention = heard_beside(named, self.by_mode, self.by_id[named.host], part)
            target = self.by_id[mention.host]
            if target.id == part.id or (shared and not agrees_with(part, target)) or (mention.assumed and elsewhere):
                continue
            if several and (is_for_others(part, target) or is_of_coordinated(name, part, target)):
                continue
            if several and not target.guess.known.keeps_data and self.shared.is_of_nobody_here(name, part, sharing):
                self._ask(part.id, target.id, value.source, evidence)
                continue
            if is_given_to_visitors(name, value.text, target):
                self._ask(part.id, target.id, value.source, evidence)
                continue
            exporter = exporter_at(self.parts.values(), target, mention.port)
            if exporter is not None and exporter is not part:
                self._connect(part, Mention(exporter.id, "http", mention.port), value.source, evidence)
                self._doubt(f"connection:{part.id}->{exporter.id}", value.source, evidence)
                continue
            reading = self.shared.reading_of(name, part, target, self._variables(part)) if several else None
            if reading == "lacks":
                continue
            if reading is None and self._lacks_library(part, target.guess.known):
                self.unlikely.append(UnlikelyCall(part, mention, value.source, evidence, several))
                continue
            self._connect(part, mention, value.source, evidence)
            if mention.assumed:
                self._doubt(f"connection:{part.id}->{target.id}", value.source, evidence)
            elif several and reading is None and self.shared.is_meant_for_others(name, part, target, sharing):
                self.doubted.setdefault((part.id, target.id), (value.source, evidence))
            else:
                self.certain.add((part.id, target.id))
                self.served.add(target.id)
            # a store answers without the tools and the registries around it
            is_tool = part.guess.known.keeps_data and target.kind == "other"
            is_needed = not is_tool and (not names_telemetry(name) or target.guess.known.keeps_data)
            self.sheet.use(part.id, target.id, is_needed, value.source, evidence)

    def _settle(self) -> None:
        """Connect programs with stores that they seem to have no library for, and ask; what others call is likely meant for them."""
        for call in self.unlikely:
            name, target = call.caller.id, call.mention.host
            self._ask(name, target, call.source, call.evidence)
            if not (call.may_be_for_others and target in self.served):
                self._connect(call.caller, call.mention, call.source, call.evidence)
                self._doubt(f"connection:{name}->{target}", call.source, call.evidence)
        self.unlikely.clear()

    def _connect(
        self, part: ServicePart, mention: Mention, source: Origin, evidence: str, sure: Confidence = "high"
    ) -> None:
        if mention.host == part.id:
            return
        target, subject = self.by_id[mention.host], f"connection:{part.id}->{mention.host}"
        known = target.guess.known
        copied = part.kind == "backup" and KINDS[target.kind].stores
        if copied and not takes_copies(target, self._variables(part), self.hosts, self.by_id):
            self._add(f"component:{part.id}", "member", f"backs_up:{target.id}", source, evidence)
            return
        self.called.add((part.id, target.id))
        if sure == "high":
            self.proven.add((part.id, target.id))
        stated = (mention.protocol, mention.port, mention.secured, protocol_of_port(mention.port, known))
        for key, value, certain in statements_of_call(*stated, target.guess, evidence):
            self._add(subject, key, value, source, evidence, sure if certain == "high" else certain)
        if replicates(part.guess.known, known, evidence):
            self._add(f"component:{part.id}", "copy_of", target.id, source, evidence)

    def _order(self, part: ServicePart) -> None:
        """Add calls for `depends_on`: a store is called; of anything else only the order of the start is known."""
        for name, value in part.service.depends_on.items():
            target = self.parts.get(name)
            called = self.proven if target is not None and target.guess.known.keeps_data else self.called
            if target is None or target.id == part.id or (part.id, target.id) in called:
                continue
            if part.kind == "backup" and KINDS[target.kind].stores:
                self._add(f"component:{part.id}", "member", f"backs_up:{target.id}", value.source, "depends_on")
                continue
            if self.networks.are_apart(part.service, target.id) or not may_call(part, target, self.proven, self.by_id):
                continue
            if self._lacks_library(part, target.guess.known):
                self.unlikely.append(UnlikelyCall(part, Mention(target.id), value.source, "depends_on", True))
                continue
            stores, known = target.guess.known.keeps_data, target.guess.known
            subject, serves = f"connection:{part.id}->{target.id}", serves_alone(part, target)
            is_guess = keeps_nothing(part) if stores else not serves
            self._add(subject, "protocol", known.protocol if stores or known.product else "http", value.source, "depends_on",
                      "high" if stores and not is_guess else "medium")  # fmt: skip
            if known.port is not None:
                self._add(subject, "number", known.port, value.source, "depends_on", "medium")
            if is_guess:
                self._add(subject, "guess", True, value.source, "depends_on", "medium")
            elif serves or uses_others(part, target, self._variables(part), self.copied, self.proven, self.by_id):
                self._doubt(subject, value.source, "depends_on", "is_doubtful")
            else:
                self.served.add(target.id)
                told = self.shared.told(self._variables(part))
                if not is_addressed(part, target, told, self.copied, self.lists):
                    self._doubt(subject, value.source, "depends_on")
                    self._ask(part.id, target.id, value.source, "depends_on")
