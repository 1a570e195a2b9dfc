"""Models to start from, with the schema beside them."""

from __future__ import annotations

import os

from archgen.app.workspace.atomic_write import create, write
from archgen.language.extends import OWN
from archgen.language.load import load
from archgen.language.write.merge_patch import merge_patch
from archgen.language.write.patch import apply_changes
from archgen.language.write.sections import arrange_sections
from archgen.language.write.values import block
from archgen.language.yaml.parser import parse
from archgen.model.architecture import SUFFIX
from archgen.model.change import Remove
from archgen.model.problems import UsageError
from archgen.system.files import SCHEMA as SCHEMA_FILE
from archgen.system.files import read_file

NAMES = (
    "1-simple-web-stack",
    "2-distributed-web-infrastructure",
    "3-secured-and-monitored",
    "4-split-components",
)
SCHEMA = "archgen-1.schema.json"
_EDITORS = f"# yaml-language-server: $schema={SCHEMA}\n"
_LEVELS = {"flows": 4, "connections": 1, "networks": 1}
_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def read_schema() -> bytes:
    """The JSON Schema of the model language, version 1."""
    with open(os.path.join(_PACKAGE, "language", "schema", SCHEMA), "rb") as stream:
        return stream.read()


def create_model(tier: str, output: str, *, extends: bool = False) -> tuple[str, ...]:
    """Write a tier's model into a directory, or as a file that ends in .arch.yaml, and the schema next to it.

    With `extends` the model says only what differs from the tier before it, which is written too unless it is there.
    Returns the paths of the models. None is written over: UsageError.
    """
    name = _named(tier)
    file = output if output.endswith(SUFFIX) else os.path.join(output, name + SUFFIX)
    directory = os.path.dirname(file)
    beside = os.path.join(directory, SCHEMA)
    if os.path.lexists(beside) and read_file(beside, SCHEMA_FILE) != read_schema():
        raise UsageError(f"{beside} is another version; replace it with `archgen schema -o {beside}`")
    written = [file]
    if extends:
        before = _before(name)
        create(file, _short(name, before))
        if not os.path.exists(base := os.path.join(directory, before + SUFFIX)):
            create(base, _starter(before, directory))
            written.append(base)
    else:
        create(file, _starter(name, directory))
    write(beside, read_schema(), over_input=True)
    return tuple(written)


def _before(name: str) -> str:
    before = load(name, _reference(name)).architecture.follows
    if before is None:
        raise UsageError(f"{name} evolved from no other tier; leave out --extends")
    return before


def _short(name: str, before: str) -> bytes:
    """Return a tier's model as its differences from the tier before it."""
    old, new = (dict(parse(0, each, _reference(each))[0].root) for each in (before, name))
    lines = block({key: new[key] for key in ("archgen", "name", "summary") if key in new} | {"extends": before}, 0)
    for model in (old, new):
        for key in ("archgen", *OWN):
            model.pop(key, None)
    for key, values in merge_patch(old, new).items():
        lines += block({key: values}, _LEVELS.get(key, 2))
    text = arrange_sections("\n".join(lines) + "\n")
    return f"{_EDITORS}\n{text}".encode()


def _named(tier: str) -> str:
    if tier in NAMES:
        return tier
    if tier in {str(number) for number in range(1, len(NAMES) + 1)}:
        return NAMES[int(tier) - 1]
    for name in NAMES:
        if name.partition("-")[2] == tier:
            return name
    raise UsageError(f"there is no tier `{tier}`; tiers: 1 to {len(NAMES)}, or {', '.join(NAMES)}")


def _starter(name: str, directory: str) -> bytes:
    """Return the model below the line by which editors find the schema; without `follows` if that model isn't there."""
    text = _reference(name).decode("utf-8")
    follows = load(name, text.encode()).architecture.follows
    if follows is not None and not os.path.exists(os.path.join(directory, follows + SUFFIX)):
        text = apply_changes(text, (Remove(("follows",)),))
    return f"{_EDITORS}\n{text}".encode()


def _reference(name: str) -> bytes:
    """A reference model: a wheel carries them inside the package, a checkout has them beside it."""
    for directory in (os.path.join(_PACKAGE, "starter"), os.path.join(os.path.dirname(_PACKAGE), "models")):
        if os.path.exists(file := os.path.join(directory, name + SUFFIX)):
            with open(file, "rb") as stream:
                return stream.read()
    raise UsageError(f"the reference model {name} is not part of this installation")
