"""Manifests of Kubernetes as facts."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from archgen.importers.addresses import Mention, may_hold_address, mentions
from archgen.importers.facts import AWAITED, IN_SOURCE, MOUNTED, Attachment, Fact, FactSheet, Opener, Origin
from archgen.importers.kubernetes.build import read_objects
from archgen.importers.kubernetes.configurations import attachments_of
from archgen.importers.kubernetes.container_settings import Told, as_program_calls, containers_by_purpose, told_to
from archgen.importers.kubernetes.custom_resources import (
    Resource,
    describe_resource,
    names_of_releases,
    references_of,
    resources_by_name,
    resources_of,
    settings_of,
)
from archgen.importers.kubernetes.hosts import (
    Hosts,
    LedTo,
    former_namespaces,
    public_names,
    renamed_services,
    runs_programs,
)
from archgen.importers.kubernetes.images import held_by_products, held_by_programs, stores_named_in
from archgen.importers.kubernetes.label_index import LabelIndex
from archgen.importers.kubernetes.manifests import WORKLOADS, Manifest, Manifests, containers_of
from archgen.importers.kubernetes.outer import add_providers_of_workloads, aliases_of
from archgen.importers.kubernetes.part import (
    Workload,
    describe_workload,
    is_unknown_program,
    jobs_of_programs,
    may_use_stores,
    only_passes_on,
    replicas_of,
    workloads,
)
from archgen.importers.kubernetes.pods import split_pods
from archgen.importers.kubernetes.policies import add_policies, admissions, warn_of_blocked
from archgen.importers.kubernetes.routing.controllers import routes_led
from archgen.importers.kubernetes.routing.routes import IngressRoute, routes_of
from archgen.importers.kubernetes.scraping import add_scraped
from archgen.importers.kubernetes.services import add_services, ports_by_id, ports_of_nodes, protocols_of, siblings_of
from archgen.importers.kubernetes.shared_settings import SharedSettings
from archgen.importers.kubernetes.sought_stores import components_sought, settings_in_no_file, sought_by
from archgen.importers.kubernetes.unread.mounted_settings import settings_in_files
from archgen.importers.kubernetes.unread.written_calls import written_calls
from archgen.importers.kubernetes.variables import ImpliedVariables, services_named, variables_of
from archgen.importers.nodes import SourceNode
from archgen.importers.outside import Outside, OutsideStore, is_asked_by_public_name
from archgen.importers.outside_services import services_outside, unknown_hosts
from archgen.importers.products import admits_anybody, replicates
from archgen.importers.protocols import statements_of_call
from archgen.importers.sources.program_settings import stores_by_variables
from archgen.importers.store_names import registry_named, sets_store_itself
from archgen.importers.variable_names import (
    calls_interface,
    names_page,
    names_sources,
    names_telemetry,
    title_of_address,
)
from archgen.model.finding import Confidence
from archgen.model.kinds import KINDS


def read_kubernetes(
    roots: list[SourceNode],
    kustomizations: list[SourceNode],
    opener: Opener,
    sheet: FactSheet,
    built: Mapping[str, tuple[str, str]],
) -> list[Attachment]:
    """Add the facts of documents; return the configurations that pods mount. `built` has directory and recipe of images."""
    if not roots:
        return []
    manifests = Manifests()
    for manifest in read_objects(kustomizations, roots, manifests, opener, sheet):
        if "{{" in manifest.name:
            message = "this is a template; render it first, as with `helm template`, and import the result"
            sheet.fail(manifest.origin.path, manifest.origin.line, 1, message)
            continue
        first, other, *_ = (each.node.path for each in manifests.add(manifest))
        if first != other and manifest.kind in WORKLOADS:
            sheet.repeat(f"{manifest.kind} {manifest.name}", first, other)
    return _Reader(manifests, opener, sheet).read(built)


class _Reader:
    def __init__(self, manifests: Manifests, opener: Opener, sheet: FactSheet) -> None:
        self.manifests = manifests
        self.sheet, self.opener = sheet, opener
        self.taken: dict[str, str] = {}
        split_pods(manifests, opener)
        self.parts = list(workloads(manifests, self.taken, sheet))
        self.outside = Outside(self.taken, sheet)
        self.resources = list(resources_of(manifests, self.parts, self.taken, opener, sheet))
        self.resources_by_name = resources_by_name(self.resources)
        self.by_id: dict[str, Workload | Resource | OutsideStore] = {part.id: part for part in self.parts}
        self.by_id |= {resource.id: resource for resource in self.resources}
        self.services = {(each.namespace, each.name): each for each in manifests.of("Service")}
        self.index = LabelIndex(self.parts)
        self.selected = {key: self.index.behind(service) for key, service in self.services.items()}
        self.sharing = SharedSettings(manifests, self.parts, admissions(manifests, self.index), opener)
        published = ports_of_nodes(self.services)
        aliases, stores = aliases_of(manifests, self.parts, self.resources, self.selected, self.outside)
        self.by_id |= {store.id: store for store in stores}
        self.hosts = Hosts(self.parts, self.selected, aliases, published, former_namespaces(self.services))
        self.hosts.meant = names_of_releases(self.resources) | self.index.meant_by_empty(self.services, self.selected)
        self.hosts.ports = ports_by_id(self.services, self.selected)
        self.hosts.renamed = renamed_services(self.services, self.selected)
        self.hosts.public = public_names(routes_of(manifests), self.hosts)
        self.implied = ImpliedVariables(self.services.values())
        self.siblings = dict(siblings_of(self.selected))
        self.called: set[tuple[str, str]] = set()
        self.copied: set[tuple[str, str]] = set()
        self.protocols = dict(protocols_of(self.services, self.selected))
        self.titles: set[tuple[str, str]] = set()
        self.elsewhere: list[tuple[str, Mention, Origin, str]] = []

    def read(self, built: Mapping[str, tuple[str, str]]) -> list[Attachment]:
        told = self.sharing.sources.reads_where_it_lies, self.sharing.roles.may_be_for_others
        attachments = attachments_of(self.manifests, self.parts, self.hosts.around, *told)
        runs = runs_programs(self.manifests, self.parts, self.hosts)
        for part in self.parts:
            describe_workload(part, replicas_of(part, self.manifests), runs, self.sheet)
            if not only_passes_on(part):
                self._seek(part)
            self.sharing.note_named(part, self.hosts.of(part.namespace))
        for part in self.parts:
            self._call(part, self.hosts.around(part))
        for part in self.parts:
            self._seek_components(part)
        around = self.hosts.all_in, self.by_id, self.called
        for part, mention, source, is_likely in written_calls(self.manifests, self.parts, self.sharing, *around):
            if is_likely:
                self._connect(part, mention, source, IN_SOURCE)
            (self._doubt if is_likely else self._ask)(part.id, mention.host, source, IN_SOURCE)
        add_providers_of_workloads(self.manifests, self.parts, self.sharing, self.outside, self.hosts.declared_in)
        for job, part in jobs_of_programs(self.manifests, self.parts):
            self._take_over(job, part)
        for job in self.manifests.of("Job"):
            called = self.sharing.called_by(job, self.hosts.of(job.namespace), self.by_id)
            self.sheet.note_calls(job.origin, job.name, called)
        for resource in self.resources:
            self._call_of_resource(resource)
        for pair in self.sharing.doubted.keys() - self.sharing.certain:
            self._doubt(*pair, *self.sharing.doubted[pair])
        self.sheet.services |= {name: identity for name, identity in self.hosts.of("").items() if name.endswith(".svc")}
        attachments += held_by_products(self.manifests, self.parts, self.opener, self.hosts.around)
        for attachment in attachments:
            self._call_outside(attachment)
            self._call_by_variables(attachment)
        add_scraped(attachments, self.manifests, self.parts, self.resources, self.selected, self.taken, self.sheet)
        add_services(self.manifests, self.parts, self.services, self.selected, self.sheet)
        routes = self.manifests, self.parts, self.hosts, self.taken, attachments, self.sheet
        for controller, route, to in routes_led(*routes):
            self._lead(controller, route, to)
        add_policies(self.manifests, self.index, self.taken, self.called, self.sheet)
        warn_of_blocked(self.sharing.admitted, self.called, self.by_id, self.sheet)
        known = {each.id: each.guess.known for each in self.by_id.values()}
        own = (self.manifests, self.parts, self.opener, self.hosts.around, self.hosts.former_in)
        inside = [*held_by_programs(*own, known, self.called, built, self.sharing.missing.lacks, self.sheet)]
        for attachment in inside:
            self._call_outside(attachment)
        return [*attachments, *inside]

    def _add(
        self, subject: str, key: str, value: object, source: Origin, shown: str, sure: Confidence = "high"
    ) -> None:
        self.sheet.add(Fact(subject, key, value, source, shown, sure))

    def _seek(self, part: Workload) -> None:
        if not may_use_stores(part):
            return
        stores = sought_by(self.manifests, part)
        for product, sought in stores.items():
            # a gateway of the system's own, which may only pass requests on, uses what its source reads
            reading = self.sharing.sources.reads_where_it_lies(part.id, sought.variable)
            is_given = not (part.guess.sure or self.sharing.is_shared(part, sought.source))
            is_unused = KINDS[part.guess.known.kind].balances and not (is_given if reading is None else reading)
            if not (is_unused or self.sharing.is_of_pages(part, sought.source)):
                value = {"variable": sought.variable, "reference": sought.reference}
                self._add(f"component:{part.id}", f"seeks-{product}", value, sought.source, sought.variable, "medium")
        lists_of = self.sharing.sources.lists_of_image
        for key, told, place, shown in settings_in_no_file(self.manifests, part, lists_of, stores):
            if not self.sharing.is_of_pages(part, place):
                self._add(f"component:{part.id}", key, told, place, shown, "medium")

    def _seek_components(self, part: Workload) -> None:
        if KINDS[part.guess.known.kind].role not in ("application", "web", "balancer"):
            return
        for target, name, source in components_sought(self.manifests, part, self.hosts.all_in(part.namespace)):
            is_new = (part.id, target) not in self.called and not self.by_id[target].guess.known.keeps_data
            # a program knows no more than the link of a page
            if is_new and not names_page(part.guess.known.kind, name, "://"):
                self._connect(part, Mention(target), source, f"{name}, in no file")
                self._add(f"connection:{part.id}->{target}", "variable", name, source, name, "medium")

    def _call_of_resource(self, resource: Resource) -> None:
        describe_resource(resource, self.sheet)
        for identity, node, is_needed in references_of(resource, self.resources_by_name):
            self._connect(resource, Mention(identity), node.origin, "reference")
            self.sheet.use(resource.id, identity, is_needed, node.origin, "reference")
        for name, node in settings_of(resource.settings):
            self._mention(resource, Told(name, node.text, node.origin, name), self.hosts.of(resource.namespace))
        self._call_elsewhere(resource)

    def _call(self, part: Workload, hosts: Mapping[str, str]) -> None:
        implied = self.implied.of(part.namespace)
        for container, waits in containers_by_purpose(part.manifest):
            values = dict(variables_of(self.manifests, part.namespace, container))
            for name, (text, source) in values.items() if part.guess.known.keeps_data else ():
                if admits_anybody(name, text):
                    self._add(f"component:{part.id}", "is_open", True, source, name)
            for mention, place in self.index.reached_by_kubectl(container):
                self._connect(part, mention, place, "kubectl")
            for each in told_to(container, values, implied):
                self._await(part, each) if waits else self._mention(part, each, hosts)
        # names of Services are sought in each line of a file, whatever its form
        for name, value, source in settings_in_files(self.manifests, part) if is_unknown_program(part) else ():
            self._mention(part, Told(name, value, source, name), {})
        self._call_elsewhere(part)

    def _await(self, part: Workload, told: Told) -> None:
        """Ask about what a program is only said to wait for; where it is a store, more than likely it calls that."""
        around = self.hosts.all_in(part.namespace)
        for mention, store in self.outside.mentions(told.name, told.value, around, told.source, told.beside):
            self.by_id[store.id] = store
            self._connect(part, mention, told.source, told.evidence)
        for mention in mentions(told.name, told.value, around, told.beside) if may_hold_address(told.value) else ():
            if (part.id, mention.host) not in self.called:
                evidence, known = f"{told.evidence}{AWAITED}", self.by_id[mention.host].guess.known
                if KINDS[known.kind].role == "data":
                    self._connect(part, as_program_calls(mention, known), told.source, evidence)
                    self.sharing.doubted.setdefault((part.id, mention.host), (told.source, evidence))
                self._ask(part.id, mention.host, told.source, told.evidence)

    def _call_outside(self, attachment: Attachment) -> None:
        """Add the stores in no file that the settings of a file name."""
        part = self.by_id[attachment.owner]
        if isinstance(part, Workload):
            called = [self.by_id[target].guess.known for caller, target in self.called if caller == part.id]
            hosts = self.hosts.all_in(part.namespace)
            for mention, store, source in stores_named_in(attachment, part, hosts, self.outside, called):
                self.by_id[store.id] = store
                self._connect(part, mention, source, IN_SOURCE if attachment.is_shared else MOUNTED)
            given = {name for each in part.containers for name, _ in variables_of(self.manifests, part.namespace, each)}
            self.sheet.add_all(stores_by_variables(attachment, part.namespace, given))

    def _call_by_variables(self, attachment: Attachment) -> None:
        """Add the Services of which a mounted program reads the variables that Kubernetes itself gives to pods."""
        part = self.by_id[attachment.owner]
        if not isinstance(part, Workload):
            return
        for name, line in services_named(attachment.file.data, self.implied.of(part.namespace)):
            target = self.hosts.of(part.namespace).get(name)
            if target is not None and target != part.id:
                source = Origin(attachment.file.path, attachment.line + line)
                self._connect(part, Mention(target), source, MOUNTED)
                self._doubt(part.id, target, source, MOUNTED)

    def _take_over(self, job: Manifest, part: Workload) -> None:
        """Add the stores that a job of the same program calls, as a migration does."""
        proven = set(self.called)
        self._call(
            replace(part, manifest=job, containers=containers_of(job.kind, job.node)), self.hosts.of(part.namespace)
        )
        for source, target in sorted(self.called - proven):
            self._doubt(source, target, job.origin, f"job {job.name}")

    def _mention(self, part: Workload | Resource, told: Told, hosts: Mapping[str, str]) -> None:
        name, value, source, evidence, beside = told.name, told.value, told.source, told.evidence, told.beside
        kind = part.guess.known.kind
        if not may_hold_address(value) or names_page(kind, name, value) or names_sources(kind, name):
            return
        meant = self.hosts.meant_in(part.namespace)
        is_own = sets_store_itself(name, part.guess.known)
        around = self.hosts.all_in(part.namespace)
        for mention, store in self.outside.mentions(name, value, around, source, beside) if not is_own else ():
            self.by_id[store.id] = store
            if self._judge(part, name, source, store.id) != "none":
                self._connect(part, mention, source, evidence)
        if not part.guess.known.keeps_data and not KINDS[kind].observes:
            self._call_services_outside(part, name, value, source, evidence)
        for mention in mentions(name, value, self.hosts.public) if self.hosts.public else ():
            if calls_interface(kind, name) or is_asked_by_public_name(name, self.by_id[mention.host].guess.known):
                self._connect(part, mention, source, evidence)
                self._doubt(part.id, mention.host, source, f"{evidence}, by its public name")
        for mention in mentions(name, value, meant, beside) if meant else ():
            if self._judge(part, name, source, mention.host) != "none":
                self.elsewhere.append((name, mention, source, evidence))
        for mention in mentions(name, value, hosts, beside):
            verdict = self._judge(part, name, source, mention.host)
            if verdict == "none":
                continue
            self.titles.add((part.id, title_of_address(name)))
            self._connect(part, mention, source, evidence)
            lack = self.hosts.lack(mention)
            if verdict == "doubtful" or lack:
                self.sharing.doubted.setdefault((part.id, mention.host), (source, f"{evidence}{lack}"))
            else:
                self.sharing.certain.add((part.id, mention.host))
            is_needed = not names_telemetry(name) or self.by_id[mention.host].guess.known.keeps_data
            self.sheet.use(part.id, mention.host, is_needed, source, evidence)

    def _call_elsewhere(self, part: Workload | Resource) -> None:
        """Add what a component names by no name of a Service in reach, unless an address under the same title is right."""
        for name, mention, source, evidence in self.elsewhere:
            pair = part.id, mention.host
            if pair in self.called or (part.id, title_of_address(name)) in self.titles:
                continue
            absent = self.hosts.absence(part.manifest.declared, mention.host)
            self._connect(part, mention, source, evidence)
            self.sharing.doubted.setdefault(pair, (source, f"{evidence}{absent}"))
        self.elsewhere.clear()

    def _call_services_outside(
        self, part: Workload | Resource, name: str, value: str, source: Origin, evidence: str
    ) -> None:
        """Add the services in no file that a setting names by their addresses in the cluster."""
        hosts = self.hosts.declared_in(part.namespace)
        for mention, service in services_outside(self.outside, name, value, hosts, source, is_cluster=True):
            self.by_id[service.id] = service
            if self.sharing.is_shared(part, source):
                self._ask(part.id, service.id, source, name)
            elif self._judge(part, name, source, service.id) != "none":
                self._connect(part, mention, source, evidence)
                self.sheet.use(part.id, service.id, not names_telemetry(name), source, evidence)
        for address, title in unknown_hosts(name, value, hosts):
            self.sheet.seek_in_vain(address, title, part.id, name, source)

    def _judge(self, part: Workload | Resource, name: str, source: Origin, target: str) -> str:
        """Return if a workload calls what a setting names; what nothing tells for certain is asked about."""
        verdict = self.sharing.judge(part, name, source, self.by_id[target])
        if verdict in ("doubtful", "open") and target != part.id:
            self._ask(part.id, target, source, name)
        return "none" if verdict == "open" else verdict

    def _ask(self, caller: str, target: str, source: Origin, evidence: str) -> None:
        self._add(f"component:{target}", "member", f"sharer:{caller}", source, evidence, "medium")

    def _connect(self, part: Workload | Resource, mention: Mention, source: Origin, evidence: str) -> None:
        if mention.host == part.id:
            return
        target, known = self.by_id[mention.host], self.by_id[mention.host].guess.known
        if isinstance(part, Workload) and part.manifest.kind == "Job" and not known.keeps_data:
            return
        self.called.add((part.id, target.id))
        if part.guess.known.kind == "backup" and KINDS[known.kind].stores:
            self._add(f"component:{part.id}", "member", f"backs_up:{target.id}", source, evidence)
            self.copied.add((part.id, target.id))
            return
        uncounted = isinstance(target, Resource) and target.replicas[0] is None
        if isinstance(target, OutsideStore) or uncounted or mention.assumed:
            self._doubt(part.id, target.id, source, evidence)
        named = registry_named(evidence)
        if named is not None and known.product is None and known.kind == "service":
            self._add(f"component:{target.id}", "product", named, source, evidence, "medium")
        self._pool(part.id, target.id, mention, source, evidence)
        subject, spoken = f"connection:{part.id}->{target.id}", self.protocols.get((target.id, mention.port or 0))
        stated = mention.protocol, mention.port, mention.secured
        for key, value, certain in statements_of_call(*stated, spoken, target.guess, evidence):
            self._add(subject, key, value, source, evidence, certain)
        if replicates(part.guess.known, known, evidence):
            self._add(f"component:{part.id}", "copy_of", target.id, source, evidence)

    def _doubt(self, caller: str, target: str, source: Origin, evidence: str) -> None:
        if caller != target and (caller, target) not in self.copied:
            self._add(f"connection:{caller}->{target}", "is_assumed", True, source, evidence, "medium")

    def _pool(self, caller: str, target: str, mention: Mention, source: Origin, evidence: str) -> None:
        """Add the same call of the other versions that a Service leads to."""
        pool, others = self.siblings.get(target, ("", []))
        for name in [target, *others] if pool else ():
            subject = f"connection:{caller}->{name}"
            self._add(subject, "protocol", mention.protocol or "http", source, evidence)
            self._add(subject, "pool", pool, source, evidence)

    def _lead(self, controller: str, route: IngressRoute, to: LedTo) -> None:
        target, source = to.target, to.backend.source
        if to.lack is not None:
            self._doubt(controller, target, source, f"{route.kind}{to.lack}")
        self._pool(controller, target, Mention(target), source, route.kind)
        subject = f"connection:{controller}->{target}"
        own = self.protocols.get((target, to.backend.port or 0)) or self.by_id[target].guess.known.protocol
        for key, value in to.backend.statements(own):
            self._add(subject, key, value, source, route.kind)
        self.sheet.use(controller, target, to.backend.needed, source, route.kind)
