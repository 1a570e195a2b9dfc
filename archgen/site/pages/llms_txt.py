"""The site for programs: an index of its pages (llms.txt), and all of it as one plain text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archgen.linting.checked_model import CheckedModel
from archgen.linting.finding_groups import FindingGroup
from archgen.linting.rule import Rule
from archgen.model.durations import format_duration
from archgen.model.percentages import format_availability
from archgen.model.wording import listed, plural
from archgen.report.common.terminal import escape_controls
from archgen.site.html_builder import one_line
from archgen.site.page import Page, flow_path
from archgen.site.pages.change_blocks import IMPOSSIBLE
from archgen.site.system_change import access, breaking

INDEX = "llms.txt"
FULL = "llms-full.txt"


def llms_files(systems: Sequence[CheckedModel], rules: Sequence[Rule], evolution: bool = True) -> Iterator[Page]:
    """Yield both files, as https://llmstxt.org proposes them: Markdown with a title, a quote, and lists of links.

    `evolution` is True if the site has that page.
    """
    yield Page(INDEX, "\n".join(_index(systems, rules, evolution)) + "\n")
    yield Page(FULL, "\n".join(line for system in systems for line in _system(system)) + "\n")


def _line(words: str) -> str:
    """Return the words on one line, without Markdown at its start or a link within it."""
    return one_line(words).replace("[", "(").replace("]", ")").replace("<", "‹").replace("`", "'").lstrip("#>-*+ ")


def _index(systems: Sequence[CheckedModel], rules: Sequence[Rule], evolution: bool) -> Iterator[str]:
    yield "# Architecture"
    yield ""
    yield "> Systems, each generated from one model: what runs, which failure takes down which requests, what to change."
    yield ""
    yield f"All systems in one text: [{FULL}]({FULL})"
    yield ""
    yield "## Systems"
    yield ""
    for system in systems:
        summary = _line(system.architecture.summary or "no summary")
        yield f"- [{_line(system.architecture.name)}]({system.slug}/index.html): {summary}"
        for flow in system.topology.flows.values():
            page = flow_path(system.topology, flow.id).removesuffix(".md")
            yield f"    - [{_line(flow.title)}]({system.slug}/{page}.html)"
    yield ""
    yield "## Across systems"
    yield ""
    if evolution:
        yield "- [Evolution](ladder/index.html): changes from each system to the next, with resolved, still open and new issues"
    yield "- [Issues](issues/index.html): every issue of every system"
    yield "- [Glossary](glossary/index.html): terms on these pages"
    yield ""
    yield "## Optional"
    yield ""
    yield f"- [Rules](rules/index.html): {plural(len(rules), 'rule')}, each with a model that triggers it"


def _system(system: CheckedModel) -> Iterator[str]:
    yield f"# {_line(system.architecture.name)} ({_line(system.id)})"
    yield ""
    summary = system.architecture.summary
    if summary:
        yield _line(summary)
        yield ""
    yield "## Request flows"
    yield ""
    yield from _flows(system)
    yield ""
    yield "## Issues"
    yield ""
    for group in system.groups:
        yield from _issue(group)
    yield ""
    yield "## Model"
    yield ""
    # indented, so that nothing in it ends a fence
    yield from (f"    {escape_controls(line)}".rstrip() for line in system.text.splitlines())
    yield ""


def _flows(system: CheckedModel) -> Iterator[str]:
    topology = system.topology
    for assessment in system.assessments:
        flow = topology.flows[assessment.flow]
        yield f"- {_line(flow.id)} ({access(topology, flow.id)}): {_line(flow.title)}"
        if assessment.possible:
            fatal = listed(breaking(topology, flow.id)) or "none"
            share, down = (
                format_availability(assessment.result.availability),
                format_duration(assessment.result.downtime),
            )
            yield f"    - available {share}, down {down} per year; single points of failure: {_line(fatal)}"
        else:
            yield f"    - {IMPOSSIBLE}"


def _issue(group: FindingGroup) -> Iterator[str]:
    first = group.first
    state = " (accepted)" if first.accepted else ""
    subject = _line(first.subject.id) if len(group.subjects) == 1 else plural(len(group.subjects), "subject")
    yield f"- {group.number}. {first.severity} {first.code} {first.rule}, {subject}{state}"
    for finding in group.findings:
        yield f"    - {_line(finding.file)}:{finding.line}:{finding.column}: {_line(finding.message)}"
    yield f"    - next step: {_line(group.fix)}"
