"""The reference on the page of the language, generated from the JSON Schema.

`python -m archgen.language.schema.reference docs/model-language.md` writes it between its two marks; with `--check` it
only reports whether that would change anything.
"""

from __future__ import annotations

import html
import json
import re
import sys
from collections.abc import Iterator
from typing import Any

from archgen.language.schema import schema_text
from archgen.language.schema.keys import nested_mappings
from archgen.language.write.values import inline

BEGIN = "<!-- reference: begin -->"
END = "<!-- reference: end -->"

_TYPES = {
    "object": "mapping",
    "array": "list",
    "string": "text",
    "number": "number",
    "integer": "whole number",
    "boolean": "`true` or `false`",
    "null": "nothing",
}


def key_reference(schema: Any) -> str:
    """Return every key of the language as Markdown: a section for the model and one per mapping in it."""
    parts = [_section("The model", schema, schema)]
    for name, rule in schema["$defs"].items():
        if "properties" in rule:
            parts.append(_section(_heading(name, rule), rule, schema))
    for name, rule in nested_mappings(schema):
        parts.append(_section(f"`{name}` as a mapping", {"description": f"A form of `{name}`.", **rule}, schema))
    parts.append(_values(schema))
    return "\n".join(parts)


def _heading(name: str, rule: Any) -> str:
    title = str(rule["title"])
    return (
        f"{title[0].upper()}{title[1:]} as a mapping" if name == "connectionMapping" else title[0].upper() + title[1:]
    )


def _section(heading: str, rule: Any, schema: Any) -> str:
    lines = [f"### {heading}", "", rule["description"], ""]
    lines += ["| key | what it says | form | example |", "| --- | --- | --- | --- |"]
    required = rule.get("required", ())
    rows = {**rule.get("properties", {}), **_patterns(rule)}
    for key, value in rows.items():
        mark = " (required)" if key in required else ""
        example = f"`{_cell(inline(value['examples'][0]))}`"
        description = _cell(value["description"])
        lines.append(_row(f"| `{_cell(key)}`{mark} | {description} | {_cell(_form(value, schema))} | {example} |"))
    return "\n".join([*lines, ""])


def _patterns(rule: Any) -> dict[str, Any]:
    names = {"call": "a -> b", "answer": "b --> a"}
    return {names[value["title"]]: value for value in rule.get("patternProperties", {}).values()}


def _values(schema: Any) -> str:
    lines = ["### Values", "", "| form | what it is | examples |", "| --- | --- | --- |"]
    for rule in schema["$defs"].values():
        if "properties" not in rule and "title" in rule:
            examples = ", ".join(f"`{_cell(inline(example))}`" for example in rule.get("enum", rule["examples"]))
            lines.append(_row(f"| {rule['title']} | {_cell(rule['description'])} | {examples} |"))
    return "\n".join([*lines, ""])


def _form(rule: Any, schema: Any) -> str:
    """Describe the form of a value in words."""
    if "$ref" in rule:
        target = schema["$defs"][rule["$ref"].rpartition("/")[2]]
        return _closed(target) if "enum" in target and len(target["enum"]) < 6 else str(target.get("title", "value"))
    if "anyOf" in rule:
        return " or ".join(dict.fromkeys(_form(each, schema) for each in rule["anyOf"]))
    if "enum" in rule:
        return _closed(rule)
    types = rule["type"] if isinstance(rule["type"], list) else [rule["type"]]
    if "additionalProperties" in rule and isinstance(rule["additionalProperties"], dict):
        return f"mapping of {_form(rule['additionalProperties'], schema)}s by name"
    if types == ["array"] and "items" in rule:
        return f"list of {_form(rule['items'], schema)}"
    return " or ".join(_TYPES[name] for name in types)


def _closed(rule: Any) -> str:
    return ", ".join(f"`{inline(option)}`" for option in rule["enum"])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _row(line: str) -> str:
    """Return a row without escaped bars in code: some Markdown readers would show the backslash."""
    return re.sub("`([^`]*)`", _code, line)


def _code(code: re.Match[str]) -> str:
    text = code[1]
    if "\\|" not in text:
        return code[0]
    shown = html.escape(text, quote=False).replace("\\|", "&#124;")
    return f"<code>{shown}</code>"


def renew(page: str) -> str:
    """Return a page with a new reference between its marks; raise ValueError if the marks are missing."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page has no `{BEGIN}` and `{END}`")
    return f"{before}{BEGIN}\n\n{key_reference(json.loads(schema_text()))}\n{END}{after}"


def _run(arguments: list[str]) -> Iterator[str]:
    for file in (argument for argument in arguments if argument != "--check"):
        with open(file, encoding="utf-8") as stream:
            page = stream.read()
        new = renew(page)
        if new == page:
            continue
        yield f"{file} is not what the schema says"
        if "--check" not in arguments:
            with open(file, "w", encoding="utf-8") as stream:
                stream.write(new)


if __name__ == "__main__":
    changed = list(_run(sys.argv[1:]))
    if "--check" in sys.argv and changed:
        sys.exit("\n".join([*changed, "mend with: python -m archgen.language.schema.reference docs/model-language.md"]))
