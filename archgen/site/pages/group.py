"""The page of a group of components: its diagram, what it holds, its callers, the effect of its loss, and its findings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archgen.analysis.topology import Topology
from archgen.linting.checked_model import CheckedModel
from archgen.model.kinds import KINDS
from archgen.model.subject import Subject
from archgen.model.wording import plural
from archgen.reliability.simulation import statuses
from archgen.site.diagram_words import diagram_words
from archgen.site.escape import link, text
from archgen.site.html_builder import Html, Scripted, tag
from archgen.site.interactive.columns import SizedSvg
from archgen.site.interactive.groups import GroupLevel, group_levels, group_paths
from archgen.site.markdown import badge, blocks, bullets, codes, details, heading, image, page, section, table
from archgen.site.page import LinkTo, Page, Renderer
from archgen.site.pages.component import UP, call_table, component_link, component_path, issue_lines
from archgen.site.pages.failures import is_explorable
from archgen.views.elements import qualified
from archgen.views.levels import SYSTEM, content

PICTURE = "group.svg"
"""The file of a group's diagram, beside its page."""

GROUP_BOOST = 2
"""The weight of a group's page in search, beside 1 for the pages that only mention it."""


def group_pages(system: CheckedModel, level: GroupLevel, renderer: Renderer) -> Iterator[Page]:
    """Yield the page of a group, and its diagram as a file."""
    topology = system.topology
    path = f"{system.slug}/{group_paths(topology)[level.id]}"
    drawn = _sized(system, level, renderer)
    figure = tag("figure", *drawn.html(fitted=True), class_="archgen-picture")
    picture = tag("div", figure, class_="archgen-group-picture", data_search_exclude=True)
    parts = (
        heading(1, text(level.wide.title)),
        _trail(system, level),
        Scripted(picture, blocks(*_static(system, level)).rstrip()),
        f"[Open this diagram as a file]({PICTURE})\n{{ .archgen-full }}",
        heading(2, "Components", "components"),
        table(("Component", "Kind", "Product", "Runs on", "Issues"), _rows(system, level)),
        *section("Called by", "callers", _callers(topology, level)),
        *section("Calls", "calls", _calls(topology, level)),
        *_loss(topology, level),
        *section("Issues", "issues", bullets(issue_lines(system, frozenset(level.components)))),
    )
    yield page(path, level.wide.title, *parts, boost=GROUP_BOOST)
    yield Page(f"{path.removesuffix('index.md')}{PICTURE}", renderer.drawn(system, level.wide.diagram))


def _sized(system: CheckedModel, level: GroupLevel, renderer: Renderer) -> SizedSvg:
    address = _address(system.topology)
    return SizedSvg(
        renderer.drawn(system, level.wide.diagram, address),
        {
            "sheet": renderer.for_column("sheet").drawn(system, level.wide.diagram, address),
            "phone": renderer.for_column("phone").drawn(system, level.phone.diagram, address),
        },
    )


def _address(topology: Topology) -> LinkTo:
    """Return the addresses of the elements of a diagram on the page of a group."""

    def address(kind: str, id: str) -> str:
        if id in group_paths(topology):
            return f"{UP}{group_paths(topology)[id]}"
        if kind == "component" and id in topology.components:
            return f"{UP}{component_path(topology, id)}"
        return f"{UP}index.md#elements"

    return address


def _trail(system: CheckedModel, level: GroupLevel) -> str:
    """Return the way back up, from the system to the groups around this one, and what it holds."""
    topology = system.topology
    by_id = {each.id: each for each in group_levels(topology)}
    around: list[str] = []
    parent = level.wide.parent
    while parent is not None and parent != SYSTEM and parent in by_id:
        around.insert(0, link(text(by_id[parent].wide.title), f"{UP}{group_paths(topology)[parent]}"))
        parent = by_id[parent].wide.parent
    trail = " › ".join((link(text(system.architecture.name), f"{UP}index.md"), *around))
    count = plural(len(level.components), "component")
    return f"A group of {trail}: {count} ({text(content(topology, level.components))})."


def _static(system: CheckedModel, level: GroupLevel) -> Iterator[str]:
    yield image(PICTURE, f"{level.wide.title} of {system.architecture.name}")
    yield details("The same in words", bullets(diagram_words(level.wide.diagram)))


def _rows(system: CheckedModel, level: GroupLevel) -> Iterator[Sequence[str]]:
    topology = system.topology
    for name in level.components:
        component = topology.components[name]
        product = " ".join(filter(None, (component.product, component.version)))
        where = codes(topology.hosts_of(name)) or ("managed" if component.managed else "")
        yield (
            component_link(topology, name),
            KINDS[component.kind].title,
            text(product),
            where,
            _marks(system, name),
        )


def _marks(system: CheckedModel, component: str) -> str:
    groups = [group for group in system.open_groups if issue_lines(system, frozenset((component,)), (group,))]
    return " ".join(
        link(badge(group.number, group.first.severity), f"{UP}index.md#issue-{group.number}") for group in groups
    )


def _callers(topology: Topology, level: GroupLevel) -> str:
    inside = set(level.components)
    calls = [call for call in topology.architecture.connections if call.source not in inside]
    return call_table(topology, [(call.source, to, call) for call in calls for to in call.targets if to in inside])


def _calls(topology: Topology, level: GroupLevel) -> str:
    inside = set(level.components)
    calls = [call for name in level.components for call in topology.outgoing[name]]
    return call_table(topology, [(call.source, to, call) for call in calls for to in call.targets if to not in inside])


def _loss(topology: Topology, level: GroupLevel) -> Iterator[str]:
    """Yield the flows that the loss of the whole group stops."""
    parts = [topology.components[name] for name in level.components if topology.components[name].kind != "client"]
    replicas = [Subject("replica", replica.id) for part in parts for replica in part.replicas]
    if not topology.flows or not replicas:
        return
    yield heading(2, "Effect of its loss", "loss")
    gone = dict.fromkeys(replicas, 1)
    after = {
        flow.id: statuses(topology.index, flow, topology.losses.plans[flow.id], gone, 1)[0]
        for flow in topology.architecture.flows
    }
    down = codes(flow for flow, status in after.items() if status == "down")
    others = codes(flow for flow, status in after.items() if status not in ("down", "ok"))
    words = (
        f"If all of it fails, {down} {'goes' if list(after.values()).count('down') == 1 else 'go'} down" if down else ""
    )
    less = f"{others} {'works' if sum(s not in ('down', 'ok') for s in after.values()) == 1 else 'work'} less well"
    yield f"{'; '.join(filter(None, (words, less if others else ''))) or 'If all of it fails, every flow still works'}."
    if is_explorable(topology):
        names = ",".join(qualified(replica, topology) for replica in replicas)
        button = tag("a", "Simulate its loss", href=Html(f"{UP}failures/index.md"), class_="md-button", data_down=names)
        yield Scripted(button, "")


def group_table(system: CheckedModel) -> str:
    """Return the groups of a system with a page, each with what it holds; empty without one."""
    topology = system.topology
    paths = group_paths(topology)
    rows = (
        (
            link(text(level.wide.title), paths[level.id]),
            text(content(topology, level.components)),
            codes(level.components),
        )
        for level in group_levels(topology)
    )
    return table(("Group", "Holds", "Components"), rows)
