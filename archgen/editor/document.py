"""A model as an editor holds it: its text, what it means, and what is found in it; what a name or a key is about."""

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
from archgen.editor.cursor import cursor, scanned
from archgen.editor.grammar import NAMING, NAMING_KEYS, allowed, described, keys, words
from archgen.editor.outline import Name, Outline
from archgen.explanations import KIND_TEXTS, MECHANISMS, PROTOCOL_TEXTS
from archgen.language.write.patch import PatchError, apply_changes
from archgen.linting.checked_model import CheckedModel, Model
from archgen.linting.policy import apply_severities, is_shown, select_rules
from archgen.linting.rule import Rule
from archgen.model.change import Append
from archgen.model.finding import Finding
from archgen.model.kinds import KINDS
from archgen.model.wording import listed, plural


class Reading(Struct, frozen=True):
    """A text and what came of it. `known` is the last text of the file that had a meaning, for what is not read now."""

    file: str
    text: str
    outline: Outline
    model: Model
    known: Topology | None


def reading(file: str, text: str, today: str, settings: LintSettings, before: Reading | None = None) -> Reading:
    """Judge a text as the file that it will be saved as; the findings are those that a lint of it would tell."""
    every = catalogue()
    policy = settings.policy
    given = Input(file, text.encode("utf-8", "surrogatepass"))
    model = check_models((given,), today, rules=select_rules(policy, every), apart=policy.apart)[0]
    findings = apply_severities(policy, model.findings, {rule.id: rule for rule in every})
    model = replace(model, findings=tuple(one for one in findings if is_shown(policy.persona, one)))
    if isinstance(model, CheckedModel):
        known: Topology | None = model.topology
    else:
        known = before.known if before is not None else None
    outline = Outline(text)
    return Reading(file, text, outline, model, known)


# What something is about


def about(read: Reading, line: int, column: int) -> str:
    """What the key, the value or the name under a cursor means, as Markdown; empty for nothing known."""
    name = read.outline.name_at(line, column)
    if name is not None:
        return _of_name(read, name)
    part = read.outline.part_at(line, column)
    if part is None:
        return ""
    if part.is_key:
        told, example = described(part.way)
        return f"{told}\n\nExample: `{part.text}: {example}`" if told else ""
    return _of_word(part.text, part.way[-1] if part.way else "")


def _of_word(text: str, key: str | int) -> str:
    rule = next((one for one in catalogue() if text in (one.id, one.code)), None) if key == "rule" else None
    if rule is not None:
        return of_rule(rule)
    texts = {"kind": KIND_TEXTS, "mode": MECHANISMS}.get(str(key), PROTOCOL_TEXTS)
    found = texts.get(text)
    return f"**{found.title}**\n\n{found.text}" if found is not None else ""


def of_rule(rule: Rule) -> str:
    """A rule in a few lines of Markdown."""
    return f"**{rule.title}** ({rule.code}, {rule.severity})\n\n{rule.summary}\n\n{rule.why}\n\n*Fix:* {rule.fix}"


def _of_name(read: Reading, name: Name) -> str:
    lines = [f"**{name.id}** ({name.kind})"]
    if read.known is not None:
        lines += _facts(read.known, name)
    found = [one for one in read.model.findings if _concerns(one, name)]
    lines += [f"- {one.severity} `{one.rule}`: {escaped(one.message)}" for one in found[:5]]
    if len(found) > 5:
        lines.append(f"- and {len(found) - 5} more")
    return "\n\n".join(line for line in lines if line)


def _concerns(finding: Finding, name: Name) -> bool:
    subjects = (finding.subject, *(one.subject for one in finding.related))
    return any((one.kind, one.id) == (name.kind, name.id) for one in subjects)


def _facts(facts: Topology, name: Name) -> Iterator[str]:
    if name.kind == "component" and name.id in facts.components:
        component = facts.components[name.id]
        kind = KINDS[component.kind]
        yield f"{kind.title}: {kind.summary}"
        yield escaped(component.why or "")
        hosts = facts.hosts_of(name.id)
        where = f" on {listed(hosts)}" if hosts else ", run by somebody else" if component.managed else ""
        yield f"{plural(len(component.replicas), 'replica')}{where}."
        if facts.flows_of[name.id]:
            yield f"In the flows {listed(facts.flows_of[name.id])}."
    elif name.kind == "host" and name.id in facts.hosts:
        carried = dict.fromkeys(one.component for one in facts.replicas_on.get(name.id, ()))
        yield escaped(facts.hosts[name.id].why or "")
        yield f"Carries {listed(tuple(carried))}." if carried else "Carries nothing."
        breaks = [one for one in facts.losses.root_causes if (one.element.kind, one.element.id) == ("host", name.id)]
        yield from (f"Its loss breaks {listed(one.flows)}." for one in breaks)
    elif name.kind == "flow" and name.id in facts.flows:
        yield escaped(facts.flows[name.id].title)


def escaped(text: str) -> str:
    """A model's text in Markdown, where none of its characters is a mark."""
    return "".join(f"\\{char}" if char in "\\`*_{}[]<>()#+-.!|~&" else char for char in text)


# What may be written


class Offer(Struct, frozen=True):
    """A word that may stand at the cursor: what kind of thing it is, and what it means."""

    word: str
    sort: str
    detail: str


def offers(read: Reading, line: int, column: int) -> tuple[Offer, ...]:
    """The words that may stand where the cursor is."""
    here = cursor(read.outline.lines, line, column)
    known = _declared(read)
    near = next((step for step in reversed(here.way) if isinstance(step, str)), "")
    found: list[Offer] = []
    # a name in a key: who calls whom, in a connection or a step
    if here.in_key and near in NAMING and (near in NAMING_KEYS or here.way[-1] == 0):
        found += [Offer(name, "name", kind) for kind in NAMING[near] for name in known.get(kind, ())]
    if here.in_key:
        found += [Offer(key, "key", told) for key, told in keys(here.way)]
    else:
        found += [Offer(word, "word", _meaning(near, word)) for word in words(here.way)]
        names = NAMING.get(near, ()) if allowed(here.way) and near not in ("connections", "steps") else ()
        found += [Offer(name, "name", kind) for kind in names for name in known.get(kind, ())]
        if near == "rule":
            found += [Offer(rule.id, "rule", rule.summary) for rule in catalogue()]
    return tuple({one.word: one for one in reversed(found)}.values())[::-1]


def _meaning(key: str, word: str) -> str:
    return KINDS[word].summary if key == "kind" and word in KINDS else ""


def _declared(read: Reading) -> dict[str, tuple[str, ...]]:
    """The names of each kind; read off the lines while the text is no YAML."""
    found = {kind: tuple(names) for kind, names in read.outline.declared.items()}
    return found if any(found.values()) else {kind: tuple(names) for kind, names in scanned(read.outline.lines).items()}


# What may be done


class Repair(Struct, frozen=True):
    """A repair of a finding: what it does in words, and the text after it."""

    title: str
    text: str
    preferred: bool


def repairs(read: Reading, finding: Finding, settings: LintSettings, today: str) -> Iterator[Repair]:
    """What an editor offers for a finding: its fix, what was meant by a misspelt word, and to accept it as a risk.

    A fix is offered only if it is proved as those of `lint --unsafe-fixes` are: the finding goes, and no error comes.
    """
    if finding.changes:
        data = read.text.encode("utf-8", "surrogatepass")
        made = _fixed(read.file, data, settings, today, lambda one: one.fingerprint == finding.fingerprint)
        if made.findings:
            text = made.data.decode("utf-8", "surrogatepass")
            yield Repair(f"Fix {finding.rule} of {finding.subject.id}", text, True)
    elif finding.fixable is not None:
        put = fix_typos(read.file, read.text.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")
        if put != read.text:
            yield Repair("Put misspelt words right", put, True)
    if isinstance(read.model, CheckedModel) and finding.accepted is None:
        risk = {"rule": finding.rule, "subject": finding.subject.id, "reason": "say why this is acceptable"}
        try:
            yield Repair(
                f"Accept the risk {finding.rule}", apply_changes(read.text, (Append(("accept",), risk),)), False
            )
        except PatchError:
            return


def all_safe(read: Reading, settings: LintSettings, today: str) -> FixedModel:
    """The text with every fix that changes no meaning."""
    data = fix_typos(read.file, read.text.encode("utf-8", "surrogatepass"))
    return _fixed(read.file, data, settings, today, lambda one: one.fixable == "safe")


def _fixed(file: str, data: bytes, settings: LintSettings, today: str, wanted: Callable[[Finding], bool]) -> FixedModel:
    return apply_fixes(data, checker(Input(file, data), settings.policy, today), wanted)
