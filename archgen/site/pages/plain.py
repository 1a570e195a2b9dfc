"""The site for readers that are programs: an index of its pages (llms.txt), and all of it as one plain text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archgen.linting.rule import Rule
from archgen.model.finding import Finding
from archgen.model.wording import listed, plural
from archgen.report.common.assessment import lasting, percent
from archgen.report.common.terminal import plain
from archgen.site.page import Page, Tier, flow_path
from archgen.site.step import access, breaking

INDEX = "llms.txt"
FULL = "llms-full.txt"


def texts(tiers: Sequence[Tier], rules: Sequence[Rule]) -> Iterator[Page]:
    """Both files, as https://llmstxt.org proposes them: Markdown with a title, a quote, and lists of links."""
    yield Page(INDEX, "\n".join(_index(tiers, rules)) + "\n")
    yield Page(FULL, "\n".join(line for tier in tiers for line in _tier(tier)) + "\n")


def _line(words: str) -> str:
    """The words on one line that cannot be taken for a mark of Markdown at its start or a link within it."""
    shown = plain(" ".join(words.split()))
    return shown.replace("[", "(").replace("]", ")").replace("<", "‹").replace("`", "'").lstrip("#>-*+ ")


def _index(tiers: Sequence[Tier], rules: Sequence[Rule]) -> Iterator[str]:
    yield "# Architecture"
    yield ""
    yield "> Tiers of a system, each read from one model: what it is, which failures stop which request, what to change."
    yield ""
    yield f"Everything in one text: [{FULL}]({FULL})"
    yield ""
    yield "## Tiers"
    yield ""
    for tier in tiers:
        architecture = tier.topology.architecture
        yield f"- [{_line(architecture.name)}]({tier.slug}/index.html): {_line(architecture.summary or 'no summary')}"
        for flow in tier.topology.flows.values():
            yield f"    - [{_line(flow.title)}]({tier.slug}/{flow_path(tier.topology, flow.id).removesuffix('.md')}.html)"
    yield ""
    yield "## Across tiers"
    yield ""
    yield "- [The ladder](ladder/index.html): what each step bought, left open and brought with it"
    yield "- [Issues](issues/index.html): every issue of every tier"
    yield "- [Glossary](glossary/index.html): what the words mean"
    yield ""
    yield "## Optional"
    yield ""
    yield f"- [Rules](rules/index.html): {plural(len(rules), 'rule')}, each with a model in which it finds something"


def _tier(tier: Tier) -> Iterator[str]:
    topology = tier.topology
    architecture = topology.architecture
    yield f"# {_line(architecture.name)} ({_line(tier.id)})"
    yield ""
    if architecture.summary:
        yield _line(architecture.summary)
        yield ""
    yield "## Request flows"
    yield ""
    for one in tier.assessments:
        flow = topology.flows[one.flow]
        yield f"- {_line(flow.id)} ({access(topology, flow.id)}): {_line(flow.title)}"
        if one.possible:
            fatal = listed(breaking(topology, flow.id)) or "nothing"
            down = f"available {percent(one.result.availability)}, down {lasting(one.result.downtime)} a year"
            yield f"    - {down}; stopped by the loss of one of: {_line(fatal)}"
        else:
            yield "    - it fails with nothing failed"
    yield ""
    yield "## Issues"
    yield ""
    for number, finding in tier.numbered:
        yield from _issue(number, finding)
    yield ""
    yield "## Model"
    yield ""
    # indented, so that nothing in it ends a fence
    yield from (f"    {plain(line)}".rstrip() for line in tier.text.splitlines())
    yield ""


def _issue(number: int, one: Finding) -> Iterator[str]:
    state = " (accepted)" if one.accepted else ""
    yield f"- {number}. {one.severity} {one.code} {one.rule}, {_line(one.subject.id)}{state}: {_line(one.message)}"
    yield f"    - place: {_line(one.file)}:{one.line}:{one.column}"
    yield f"    - next step: {_line(one.fix)}"
