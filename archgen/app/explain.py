"""Rules and kinds in words, for the terminal and for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archgen.app.config.catalogue import catalogue, own_rules
from archgen.linting.rule import Rule
from archgen.model.finding import CATEGORIES
from archgen.model.kinds import KINDS
from archgen.report.common.terminal import Style, display_width, wrap_columns
from archgen.report.lint.outcome import page_of
from archgen.rules import BY_NAME

if TYPE_CHECKING:
    from archgen.explanations import Explanation
    from archgen.language.schema.keys import KeyDescription


def rules_as_text(style: Style) -> str:
    """Return a line per rule: code, severity, id and title; a code links to the rule's first reference."""
    width = max(display_width(rule.id) for rule in catalogue())
    lines: list[str] = []
    for rule in catalogue():
        severity = style.paint(f"{rule.severity:<7}", rule.severity)
        first, *rest = wrap_columns(rule.title, style.width - 18 - width)
        link = style.link(rule.code, page_of(rule, ""))
        lines.append(f"{link}  {severity}  {style.paint(f'{rule.id:<{width}}', 'strong')}  {first}")
        lines += [f"{'':{18 + width}}{line}" for line in rest]
    return "\n".join(lines) + "\n"


def rules_as_json() -> bytes:
    """Every rule with its words, without its examples; `cases` are the severities that depend on the finding."""
    from archgen.report.common.encoding import encode

    return encode({"version": 1, "rules": [_described(rule) for rule in catalogue()]})


def rules_as_markdown() -> str:
    """A table a category: code, id, severity and what a rule finds."""
    from archgen.report.common.prose import inline_code, prose_text

    lines: list[str] = []
    category = ""
    for rule in sorted(catalogue(), key=lambda each: (CATEGORIES.index(each.category), each.code)):
        if rule.category != category:
            category = rule.category
            lines += ["", f"## {category.capitalize()}", "", "| Code | Rule | Severity | Finds |", "|---|---|---|---|"]
        lines.append(f"| {rule.code} | {inline_code(rule.id)} | {rule.severity} | {prose_text(rule.summary)} |")
    return "\n".join(lines[1:]) + "\n"


def _described(rule: Rule) -> dict[str, object]:
    return {
        "id": rule.id,
        "code": rule.code,
        "severity": rule.severity,
        "cases": dict(rule.cases),
        "thresholds": {name: number for name, number, _ in rule.thresholds},
        "category": rule.category,
        "title": rule.title,
        "summary": rule.summary,
        "why": rule.why,
        "fix": rule.fix,
        "limits": rule.limits,
        "references": [{"title": title, "url": url} for title, url in rule.references],
    }


def explainable() -> tuple[str, ...]:
    """Every name that `explain` knows."""
    from archgen.explanations import ALGORITHMS, MEASURES, MECHANISMS, PROTOCOL_TEXTS
    from archgen.language.schema.keys import key_names

    own = (name for rule in own_rules() for name in (rule.id, rule.code))
    return (*BY_NAME, *own, *KINDS, *MECHANISMS, *ALGORITHMS, *PROTOCOL_TEXTS, *MEASURES, *key_names())


def explainable_as_text() -> str:
    """The names that `explain` knows beside the rules, a line a sort."""
    from archgen.explanations import ALGORITHMS, MEASURES, MECHANISMS, PROTOCOL_TEXTS
    from archgen.language.schema.keys import key_names

    sorts = (
        ("kinds", KINDS),
        ("mechanisms", MECHANISMS),
        ("algorithms", ALGORITHMS),
        ("protocols", PROTOCOL_TEXTS),
        ("measures", MEASURES),
        ("keys", key_names()),
    )
    return "".join(f"{title}: {', '.join(names)}\n" for title, names in sorts) + "rules: see `archgen rules`\n"


def explain(name: str, today: str, style: Style) -> str | None:
    """A rule, by id or by code in any case, a notion by its id or a word for it, and a key of the language, in words.

    None for any other name. `today` is the ISO date as of which a rule's example is judged.
    """
    rules = BY_NAME | {each: rule for rule in catalogue() for each in (rule.id, rule.code)}
    rule = rules.get(name) or rules.get(name.upper()) or rules.get(name.lower())
    if rule is not None:
        return _rule(rule, today, style)
    from archgen.explanations import find_explanation
    from archgen.explanations.terms import phrases
    from archgen.language.schema.keys import keys

    word = name.lower()
    terms = {phrase.lower(): term for phrase, (_, term) in reversed(phrases().items())}
    known_as = terms.get(word.replace("-", " "), word)
    explanation = find_explanation(word) or find_explanation(known_as)
    parts = [_notion(explanation, style)] if explanation is not None else []
    parts += [_key(key, word, style) for key in keys(word)]
    return "\n".join(parts) or None


def _notion(notion: Explanation, style: Style) -> str:
    lines = [style.paint(notion.title, "strong"), *_paragraphs(notion.text, style)]
    if notion.id in KINDS:
        lines += ["", style.paint("In a model", "strong"), f"  my-{notion.id}: {{kind: {notion.id}}}"]
    return "\n".join(lines) + "\n"


def _key(key: KeyDescription, name: str, style: Style) -> str:
    lines = [style.paint(f"{name} ({key.owner})", "strong"), *_paragraphs(key.description, style)]
    lines += ["", style.paint("In a model", "strong"), *(f"  {example}" for example in key.examples)]
    if key.inner:
        lines += ["", style.paint("Keys in it", "strong"), *_paragraphs(", ".join(key.inner), style)]
    return "\n".join(lines) + "\n"


def _rule(rule: Rule, today: str, style: Style) -> str:
    from archgen.app.findings.examples import example_output

    head = f"{style.paint(f'{rule.severity}[{rule.code}]', rule.severity)} {style.paint(rule.id, 'strong')}"
    lines = [head, *_paragraphs(f"{rule.title}. {rule.summary}", style)]
    for title, text in (("Why", rule.why), ("Fix", rule.fix), ("Limits", rule.limits)):
        lines += ["", style.paint(title, "strong"), *_paragraphs(text, style)]
    if rule.cases:
        lines += ["", style.paint("Severity", "strong"), f"  {rule.severity} by default; in special cases:"]
        lines += [f"  {case}: {severity}" for case, severity in rule.cases]
    if rule.thresholds:
        lines += ["", style.paint("Thresholds", "strong")]
        lines += [f"  {name} = {number:g}: {words}" for name, number, words in rule.thresholds]
    output = example_output(rule, today, style).rpartition("\n\n")[0]
    before = tuple((f"Where {name} says", text) for name, text in rule.ladder)
    for title, block in (*before, ("Found in", rule.bad), ("What lint says of it", output), ("Not in", rule.good)):
        lines += ["", style.paint(title, "strong"), *(f"  {line}".rstrip() for line in block.strip().splitlines())]
    if rule.references:
        lines += ["", style.paint("References", "strong"), *(f"  {title}: {url}" for title, url in rule.references)]
    return "\n".join(lines) + "\n"


def _paragraphs(text: str, style: Style) -> list[str]:
    lines: list[str] = []
    for paragraph in text.strip().split("\n\n"):
        lines += ["", *wrap_columns(paragraph, min(style.width, 100), "  ", "  ")]
    return lines[1:]
