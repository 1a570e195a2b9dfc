"""Documents of other programs: keys that stand twice, and the positions that they get."""

from __future__ import annotations

from archgen.language.yaml.documents import read_documents
from archgen.language.yaml.tree import Map, unpack


def read(text: str) -> Map:
    root = read_documents(text.encode())[0]
    assert isinstance(root, Map)
    return root


def lines_of(node: Map) -> dict[str, tuple[int, int]]:
    """Return the lines of each key and of its value."""
    return {key: (unpack(node.key_mark(key))[1], unpack(node.value_mark(key))[1]) for key in node}


def test_last_of_equal_keys_counts_with_its_own_position() -> None:
    root = read("a: 1\nb:\n  - 2\nc: 3\nb: 4\nd: {x: 5}\na:\n  6\nd: [7]\ne: 8\ne: 9\n")
    assert root == {"a": 6, "b": 4, "c": 3, "d": [7], "e": 9}
    assert lines_of(root) == {"a": (7, 8), "b": (5, 5), "c": (4, 4), "d": (9, 9), "e": (11, 11)}
    assert len(root.marks) == 2 * len(root)


def test_replacing_tags_and_merges_stand_beside_keys_that_stand_twice() -> None:
    root = read("x: &x {k: 1, m: 2}\ns:\n  a: 1\n  a: 2\n  b: !override [3]\n  <<: *x\n  '!b': 4\n  k: 5\n  k: 6\n")
    services = root["s"]
    assert services == {"a": 2, "!b": 4, "b": [3], "k": 6, "m": 2}
    assert lines_of(services) == {"a": (4, 4), "!b": (7, 7), "b": (5, 5), "k": (9, 9), "m": (1, 1)}
