"""A model as an editor holds it: text, meaning and findings; descriptions, completions and fixes at a place in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from archgen.analysis.topology import Topology
from archgen.app.config.catalogue import catalogue
from archgen.app.config.settings import LintSettings
from archgen.app.findings.apply_fixes import FixedModel, apply_fixes, checker
from archgen.app.findings.typo_fixes import fix_typos
from archgen.app.models import check_models
from archgen.app.workspace.inputs import Input
from archgen.editor.cursor import cursor, scan_names
from archgen.editor.grammar import NAMING, NAMING_KEYS, describe_key, keys_at, rules_at, values_at
from archgen.editor.outline import ElementName, TextOutline
from archgen.explanations import KIND_TEXTS, MECHANISMS, PROTOCOL_TEXTS
from archgen.language.write.patch import PatchError, apply_changes
from archgen.linting.checked_model import CheckedModel, Model
from archgen.linting.policy import apply_severities, select_rules, visible_findings
from archgen.linting.rule import Rule
from archgen.model.change import Append
from archgen.model.finding import Finding
from archgen.model.kinds import KINDS
from archgen.model.products import service_place
from archgen.model.subject import Subject
from archgen.model.wording import listed, plural
from archgen.reliability.simulation import simulate


class OpenModel(Struct, frozen=True):
    """A text and its model. `last_topology` is that of the last valid text of the file."""

    file: str
    text: str
    outline: TextOutline
    model: Model
    last_topology: Topology | None


def check_text(file: str, text: str, today: str, settings: LintSettings, before: OpenModel | None = None) -> OpenModel:
    """Check a text as the file that it will be saved as; the findings are those of `archgen lint`."""
    every = catalogue()
    policy = settings.policy
    source = Input(file, text.encode("utf-8", "surrogatepass"))
    model = check_models((source,), today, rules=select_rules(policy, every), apart=policy.apart)[0]
    findings = apply_severities(policy, model.findings, {rule.id: rule for rule in every})
    model = replace(model, findings=visible_findings(policy.persona, findings, policy.min_confidence))
    if isinstance(model, CheckedModel):
        last_topology: Topology | None = model.topology
    else:
        last_topology = before.last_topology if before is not None else None
    outline = TextOutline(text)
    return OpenModel(file, text, outline, model, last_topology)


# Descriptions


def describe(read: OpenModel, line: int, column: int) -> str:
    """Return the meaning of the key, value or name under a cursor as Markdown; empty if it has none."""
    name = read.outline.name_at(line, column)
    if name is not None:
        return _of_name(read, name)
    part = read.outline.part_at(line, column)
    if part is None:
        return ""
    if part.is_key:
        description, example = describe_key(part.way)
        return f"{description}\n\nExample: `{part.text}: {example}`" if description else ""
    return _of_word(part.text, part.way[-1] if part.way else "")


def _of_word(text: str, key: str | int) -> str:
    rule = next((rule for rule in catalogue() if text in (rule.id, rule.code)), None) if key == "rule" else None
    if rule is not None:
        return of_rule(rule)
    texts = {"kind": KIND_TEXTS, "mode": MECHANISMS}.get(str(key), PROTOCOL_TEXTS)
    explanation = texts.get(text)
    return f"**{explanation.title}**\n\n{explanation.text}" if explanation is not None else ""


def of_rule(rule: Rule) -> str:
    """Return a rule in a few lines of Markdown."""
    return f"**{rule.title}** ({rule.code}, {rule.severity})\n\n{rule.summary}\n\n{rule.why}\n\n*Fix:* {rule.fix}"


def _of_name(read: OpenModel, name: ElementName) -> str:
    lines = [f"**{name.id}** ({name.kind})"]
    if read.last_topology is not None:
        lines += _facts(read.last_topology, name)
    findings = [finding for finding in read.model.findings if _concerns(finding, name)]
    lines += [f"- {finding.severity} `{finding.rule}`: {escape_markdown(finding.message)}" for finding in findings[:5]]
    if len(findings) > 5:
        lines.append(f"- and {len(findings) - 5} more")
    return "\n\n".join(line for line in lines if line)


def _concerns(finding: Finding, name: ElementName) -> bool:
    subjects = (finding.subject, *(related.subject for related in finding.related))
    return any((subject.kind, subject.id) == (name.kind, name.id) for subject in subjects)


def _facts(facts: Topology, name: ElementName) -> Iterator[str]:
    if name.kind == "component" and name.id in facts.components:
        component = facts.components[name.id]
        kind = KINDS[component.kind]
        yield f"{kind.title}: {kind.summary}"
        yield escape_markdown(component.why or "")
        hosts = facts.hosts_of(name.id)
        where = f" on {listed(hosts)}" if hosts else f", a {service_place(component)}" if component.managed else ""
        yield f"{plural(len(component.replicas), 'replica')}{where}."
        if facts.flows_of[name.id]:
            yield f"In the flows {listed(facts.flows_of[name.id])}."
            yield from _losses(facts, [Subject("replica", replica.id) for replica in component.replicas])
    elif name.kind == "host" and name.id in facts.hosts:
        carried = facts.carried_by(name.id)
        yield escape_markdown(facts.hosts[name.id].why or "")
        yield f"Runs {listed(carried)}." if carried else "Runs no replica."
        yield f"It is lost with {listed(facts.index.hosts_below(name.id))}." if facts.hosts[name.id].runs_on else ""
        if facts.flows_through([replica.component for replica in facts.replicas_on[name.id]]):
            yield _loss(facts, "it", [Subject("host", name.id)])
    elif name.kind == "zone" and name.id in facts.zones:
        yield _loss(facts, "it", [Subject("zone", name.id)])
    elif name.kind == "flow" and name.id in facts.flows:
        yield escape_markdown(facts.flows[name.id].title)


def _losses(facts: Topology, replicas: list[Subject]) -> Iterator[str]:
    """Yield what the loss of each replica does, and that of all: replicas with the same effect together."""
    effects: dict[str, list[str]] = {}
    for replica in replicas if len(replicas) <= _NAMED else ():
        effects.setdefault(_effect(facts, [replica]), []).append(replica.id)
    alone = len(replicas) == 1
    yield from (f"Losing {'it' if alone else listed(names, 'or')} {effect}." for effect, names in effects.items())
    if not alone:
        yield _loss(facts, "all of them", replicas)


_NAMED = 8
"""Replicas of a component up to which the loss of each is described."""


def _loss(facts: Topology, what: str, elements: list[Subject]) -> str:
    return f"Losing {what} {_effect(facts, elements)}."


def _effect(facts: Topology, elements: list[Subject]) -> str:
    """Return what a loss does to the flows, as `archgen simulate` says it."""
    states: dict[str, list[str]] = {}
    for flow in facts.architecture.flows:
        state = simulate(facts.index, flow, facts.losses.plans[flow.id], elements).status
        states.setdefault(state, []).append(flow.id)
    parts = [f"takes down {listed(states['down'])}"] if "down" in states else []
    parts += [
        f"leaves {listed(states[state])} {state}" for state in ("partial", "delayed", "degraded") if state in states
    ]
    return listed(parts) or "harms no flow"


def escape_markdown(text: str) -> str:
    """Escape the characters of a text that Markdown would read as markup."""
    return "".join(f"\\{char}" if char in "\\`*_{}[]<>()#+-.!|~&" else char for char in text)


# Completions


class Completion(Struct, frozen=True):
    """A word that may stand at the cursor: its sort, and its meaning."""

    word: str
    sort: str
    detail: str


def completions(read: OpenModel, line: int, column: int) -> tuple[Completion, ...]:
    """Return the words that may stand at a cursor."""
    here = cursor(read.outline.lines, line, column)
    declared = _declared(read)
    near = next((step for step in reversed(here.way) if isinstance(step, str)), "")
    options: list[Completion] = []
    # a name in a key: who calls whom, in a connection or a step
    if here.in_key and near in NAMING and (near in NAMING_KEYS or here.way[-1] == 0):
        options += [Completion(name, "name", kind) for kind in NAMING[near] for name in declared.get(kind, ())]
    if here.in_key:
        options += [Completion(key, "key", description) for key, description in keys_at(here.way)]
    else:
        options += [Completion(word, "word", _meaning(near, word)) for word in values_at(here.way)]
        names = NAMING.get(near, ()) if rules_at(here.way) and near not in ("connections", "steps") else ()
        options += [Completion(name, "name", kind) for kind in names for name in declared.get(kind, ())]
        if near == "rule":
            options += [Completion(rule.id, "rule", rule.summary) for rule in catalogue()]
    return tuple({offer.word: offer for offer in reversed(options)}.values())[::-1]


def _meaning(key: str, word: str) -> str:
    return KINDS[word].summary if key == "kind" and word in KINDS else ""


def _declared(read: OpenModel) -> dict[str, tuple[str, ...]]:
    """Return the names of each kind; read line by line while the text isn't valid YAML."""
    declared = {kind: tuple(names) for kind, names in read.outline.declared.items()}
    return (
        declared
        if any(declared.values())
        else {kind: tuple(names) for kind, names in scan_names(read.outline.lines).items()}
    )


# Fixes


class QuickFix(Struct, frozen=True):
    """A fix of a finding: its title, and the text after it."""

    title: str
    text: str
    preferred: bool


def quick_fixes(read: OpenModel, finding: Finding, settings: LintSettings, today: str) -> Iterator[QuickFix]:
    """Yield what an editor offers for a finding: its fix, the correction of a typo, and an acceptance of the risk.

    A fix is offered only if it is proved, as for `lint --unsafe-fixes`: it removes the finding and adds no error.
    """
    if finding.changes:
        data = read.text.encode("utf-8", "surrogatepass")
        result = _fixed(read.file, data, settings, today, lambda other: other.fingerprint == finding.fingerprint)
        if result.findings:
            text = result.data.decode("utf-8", "surrogatepass")
            yield QuickFix(f"Fix {finding.rule} of {finding.subject.id}", text, True)
    elif finding.fixable is not None:
        put = fix_typos(read.file, read.text.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")
        if put != read.text:
            yield QuickFix("Fix typos", put, True)
    if isinstance(read.model, CheckedModel) and finding.accepted is None:
        risk = {"rule": finding.rule, "subject": finding.subject.id, "reason": "state why this is acceptable"}
        try:
            yield QuickFix(
                f"Accept the risk {finding.rule}", apply_changes(read.text, (Append(("accept",), risk),)), False
            )
        except PatchError:
            return


def apply_safe_fixes(read: OpenModel, settings: LintSettings, today: str) -> FixedModel:
    """Return the text with every fix that keeps the meaning."""
    data = fix_typos(read.file, read.text.encode("utf-8", "surrogatepass"))
    return _fixed(read.file, data, settings, today, lambda finding: finding.fixable == "safe")


def _fixed(file: str, data: bytes, settings: LintSettings, today: str, wanted: Callable[[Finding], bool]) -> FixedModel:
    return apply_fixes(data, checker(Input(file, data), settings.policy, today), wanted)
