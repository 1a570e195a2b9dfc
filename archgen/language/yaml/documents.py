"""YAML of other programs: several documents, merge keys and tags, within the bounds that hold for models."""

from __future__ import annotations

from typing import Any

from archgen.language.yaml.faults import SourceProblem, Unreadable
from archgen.language.yaml.parser import Builder, decode
from archgen.language.yaml.tree import Map, Seq, TreeNode

MOST_DOCUMENTS = 10_000

REPLACING = ("!override", "!reset")
"""Tags of Compose on a value that takes the place of another file's, and isn't joined with it."""


def read_documents(data: bytes) -> list[TreeNode]:
    """Return the roots of all documents of a file, merge keys applied; raise Unreadable.

    Tags are ignored, but for those by which a value replaces another: beside its key stands the key with a `!` before it. Of
    two equal keys the last counts, as for the programs that read these files. No message quotes a name of the file.
    """
    builder = _DocumentsBuilder(0, decode(0, data))
    builder.run()
    return builder.roots


class _DocumentsBuilder(Builder):
    """Builds a tree a document."""

    interns = False

    def __init__(self, file: int, text: str) -> None:
        super().__init__(file, text)
        self.roots: list[TreeNode] = []

    def _document(self, event: Any) -> None:
        if len(self.roots) >= MOST_DOCUMENTS:
            message = f"a file must have at most {MOST_DOCUMENTS:,} documents"
            raise Unreadable(SourceProblem(self._mark(event), message, "Split the file."))
        self.anchors.clear()

    def _take_root(self, value: TreeNode) -> None:
        self.roots.append(value)

    def _key(self, frame: Any, text: str, mark: int, event: Any) -> None:
        if text == "<<":
            frame.skip, frame.merges = text in frame.node, True
        elif text in frame.node:
            frame.index(text)
        frame.key = text
        frame.key_mark = mark

    def _put_again(self, frame: Any, key: str, value: TreeNode, mark: int) -> None:
        """Put the value in the place of the earlier one, without a search."""
        index = frame.index(key)
        frame.node[key] = value
        frame.node.marks[index : index + 2] = (frame.key_mark, mark)

    def _merge(self, node: Map) -> None:
        """Add the keys of what is merged (https://yaml.org/type/merge.html); the mapping's own keys win."""
        merged = node["<<"]
        node.cut("<<")
        for source in merged if isinstance(merged, Seq) else [merged]:
            for index, (key, value) in enumerate(source.items() if isinstance(source, Map) else ()):
                if key not in node:
                    node[key] = value
                    node.marks += source.marks[2 * index : 2 * index + 2]

    def _alias(self, event: Any) -> None:
        if event.anchor not in self.anchors:
            raise Unreadable(SourceProblem(self._mark(event), "an alias has no anchor before it", "Quote the value."))
        super()._alias(event)

    def _tag(self, event: Any, mark: int) -> None:
        """Ignore it: no tag is executed or resolved; that a value replaces another one is noted beside it."""
        frame = self.stack[-1] if self.stack else None
        node: Any = frame.node if frame is not None else None
        if event.tag in REPLACING and frame is not None and frame.key and f"!{frame.key}" not in node:
            if frame.first is not None:
                frame.first[f"!{frame.key}"] = len(node.marks)
            node[f"!{frame.key}"] = event.tag
            node.marks += (frame.key_mark, mark)
