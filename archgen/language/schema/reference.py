"""The reference part of the language's page, made from the JSON Schema.

`python -m archgen.language.schema.reference docs/model-language.md` writes it anew between its two marks; with `--check` it
only says whether that would change anything.
"""

from __future__ import annotations

import html
import json
import re
import sys
from collections.abc import Iterator
from typing import Any

from archgen.language.schema import schema_text
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


def reference(schema: Any) -> str:
    """Every key of the language as Markdown: a section for the model and one for each mapping in it."""
    parts = [_section("The model", schema, schema)]
    for name, said in schema["$defs"].items():
        if "properties" in said:
            parts.append(_section(_heading(name, said), said, schema))
    parts.append(_values(schema))
    return "\n".join(parts)


def _heading(name: str, said: Any) -> str:
    title = str(said["title"])
    return (
        f"{title[0].upper()}{title[1:]} as a mapping" if name == "connectionMapping" else title[0].upper() + title[1:]
    )


def _section(heading: str, said: Any, schema: Any) -> str:
    lines = [f"### {heading}", "", said["description"], ""]
    lines += ["| key | what it says | form | example |", "| --- | --- | --- | --- |"]
    required = said.get("required", ())
    rows = {**said.get("properties", {}), **_patterns(said)}
    for key, value in rows.items():
        mark = " (required)" if key in required else ""
        example = f"`{_cell(inline(value['examples'][0]))}`"
        description = _cell(value["description"])
        lines.append(_row(f"| `{_cell(key)}`{mark} | {description} | {_cell(_form(value, schema))} | {example} |"))
    return "\n".join([*lines, ""])


def _patterns(said: Any) -> dict[str, Any]:
    names = {"call": "a -> b", "answer": "b --> a"}
    return {names[value["title"]]: value for value in said.get("patternProperties", {}).values()}


def _values(schema: Any) -> str:
    lines = ["### Values", "", "| form | what it is | examples |", "| --- | --- | --- |"]
    for said in schema["$defs"].values():
        if "properties" not in said and "title" in said:
            examples = ", ".join(f"`{_cell(inline(example))}`" for example in said.get("enum", said["examples"]))
            lines.append(_row(f"| {said['title']} | {_cell(said['description'])} | {examples} |"))
    return "\n".join([*lines, ""])


def _form(said: Any, schema: Any) -> str:
    """What a value may be, in words."""
    if "$ref" in said:
        target = schema["$defs"][said["$ref"].rpartition("/")[2]]
        return _closed(target) if "enum" in target and len(target["enum"]) < 6 else str(target.get("title", "value"))
    if "anyOf" in said:
        return " or ".join(dict.fromkeys(_form(each, schema) for each in said["anyOf"]))
    if "enum" in said:
        return _closed(said)
    types = said["type"] if isinstance(said["type"], list) else [said["type"]]
    if "additionalProperties" in said and isinstance(said["additionalProperties"], dict):
        return f"mapping of {_form(said['additionalProperties'], schema)}s by name"
    if types == ["array"] and "items" in said:
        return f"list of {_form(said['items'], schema)}"
    return " or ".join(_TYPES[name] for name in types)


def _closed(said: Any) -> str:
    return ", ".join(f"`{inline(option)}`" for option in said["enum"])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _row(line: str) -> str:
    """A row whose code holds no escaped bar: some readers of Markdown would show the backslash."""
    return re.sub("`([^`]*)`", _code, line)


def _code(found: re.Match[str]) -> str:
    text = found[1]
    if "\\|" not in text:
        return found[0]
    shown = html.escape(text, quote=False).replace("\\|", "&#124;")
    return f"<code>{shown}</code>"


def renewed(page: str) -> str:
    """A page with the reference between its marks made anew; raises ValueError where the marks are missing."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page has no `{BEGIN}` and `{END}`")
    return f"{before}{BEGIN}\n\n{reference(json.loads(schema_text()))}\n{END}{after}"


def _run(arguments: list[str]) -> Iterator[str]:
    for file in (argument for argument in arguments if argument != "--check"):
        with open(file, encoding="utf-8") as stream:
            page = stream.read()
        new = renewed(page)
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
