"""Random valid models that use every key of the schema, the same for the same number.

`family` gives the files of a case: a model with what it includes, and maybe the model that it follows.

    python -m tests.generators.every_key NUMBER [COMPONENTS]      prints the files of a case
"""

from __future__ import annotations

import json
import sys
from random import Random
from typing import Any

import yaml

from archgen.language.yaml.scalars import resolve
from tests.generators.making import Maker
from tests.walking import SECTIONS


def model(number: int, components: int | None = None) -> dict[str, Any]:
    """The model of a number as plain values, with 5 to 30 components unless their number is declared."""
    return Maker(Random(number), components).root()


def written(number: int, tree: dict[str, Any]) -> bytes:
    """A model as YAML in one of several styles, or as JSON."""
    rand = Random(-1 - number)
    if rand.random() < 0.2:
        return json.dumps(tree, ensure_ascii=False, indent=rand.choice((None, 2))).encode()
    text = yaml.dump(
        tree,
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=rand.random() < 0.8,
        default_flow_style=rand.choice((None, False, False, True)),
        width=rand.choice((40, 80, 120, 10_000)),
        indent=rand.choice((2, 4)),
    )
    return str(text).encode()


def family(number: int, components: int | None = None) -> dict[str, bytes]:
    """The files of a case by their paths: the model comes first, what it includes and the model that it follows after it."""
    rand = Random(number ^ 0x5EED)
    tree = model(number, components)
    name = rand.choice(("model", "2-tier", "10", "a b", "ü"))
    files: dict[str, bytes] = {}
    if number % 7 == 3:
        # what it repeats of the model that it extends overrides that by the same
        files["base.arch.yaml"] = written(number + 3, tree)
        repeated: dict[str, Any] = {key: tree[key] for key in ("zones", "networks", "objectives") if key in tree}
        tree = {"archgen": 1, "name": tree["name"], "extends": "base", **repeated}
    elif rand.random() < 0.3:
        files |= _parts(rand, number, tree)
    if rand.random() < 0.3:
        before = rand.choice(("before", "1-tier", "9"))
        files[f"{before}.arch.yaml"] = written(number + 2, model(number + rand.choice((0, 1)), components))
        tree["follows"] = int(before) if before == "9" and rand.random() < 0.5 else before
    return {f"{name}.arch.yaml": written(number, tree), **files}


def _parts(rand: Random, number: int, tree: dict[str, Any]) -> dict[str, bytes]:
    """Some sections of a model in a file that it includes, and of these some in another."""
    part = {key: tree.pop(key) for key in rand.sample(SECTIONS, rand.randint(1, 3)) if key in tree}
    files = {}
    if len(part) > 1 and rand.random() < 0.5:
        key = next(iter(part))
        files["parts/inner.yaml"] = written(number, {key: part.pop(key)})
        part["include"] = "inner.yaml"
    files["parts/part.yaml"] = written(number + 1, part or {"archgen": 1})
    tree["include"] = rand.choice(("parts/part.yaml", ["parts/part.yaml"]))
    return files


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as blocks; a value that is shared becomes an anchor and its aliases."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    # what YAML 1.2 reads as a number and YAML 1.1 as a text gets quotes too
    style = "|" if "\n" in text else '"' if not isinstance(resolve(text), str) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


if __name__ == "__main__":
    for file, data in family(*map(int, sys.argv[1:])).items():
        sys.stdout.write(f"# {file}\n{data.decode()}\n")
