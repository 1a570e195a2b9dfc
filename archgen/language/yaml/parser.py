"""Bytes into a tree: YAML's event stream, with a position for every key and scalar and a bound on everything."""

from __future__ import annotations

from collections.abc import Iterator
from sys import intern
from typing import Any

import yaml
from msgspec import Struct
from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from archgen.language.yaml.faults import SourceProblem, Unreadable
from archgen.language.yaml.scalars import FIRST_OF_OTHER_TYPES, resolve, shorten
from archgen.language.yaml.syntax import (
    DEEPEST,
    TOO_DEEP,
    explain_forbidden_character,
    explain_syntax_error,
    position_of,
)
from archgen.language.yaml.tree import LINE, Document, Map, Seq, SourceFile, TreeNode, pack, unpack

EVENTS: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""Where events come from: libyaml, or pure Python where it is missing."""

LARGEST_FILE = 64 << 20
MOST_REPEATED = 100_000
"""Bytes of a file, and nodes that aliases may repeat in all."""


def decode(file: int, data: bytes) -> str:
    """Return the text of a file in UTF-8, the only encoding of a model; raise Unreadable."""
    start = pack(file, 0, 0)
    if len(data) > LARGEST_FILE:
        limit = LARGEST_FILE >> 20
        raise Unreadable(
            SourceProblem(start, f"the file is larger than {limit} MB", "Split the model with `include:`.")
        )
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "UTF-32" if data[2:4] == b"\0\0" else "UTF-16"
        raise Unreadable(SourceProblem(start, f"the file must be UTF-8; got {encoding}", "Save it as UTF-8."))
    try:
        text = data.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace")
        mark = position_of(file, before, len(before))
        message = f"the byte 0x{data[error.start]:02x} isn't valid UTF-8"
        raise Unreadable(SourceProblem(mark, message, "Save the file as UTF-8 text.")) from None
    return text


def parse(file: int, name: str, data: bytes) -> tuple[Document, list[SourceProblem]]:
    """Return the document of one file and its problems; raise Unreadable if there is no document."""
    text = decode(file, data)
    root, written, faults = read_tree(file, text)
    if not isinstance(root, Map) or not (root or faults):
        mark = pack(file, 0, 0)
        if root is None or isinstance(root, Map):
            fix = "Begin it with `archgen: 1` and `name: …`; `archgen new` writes a model to start from."
            raise Unreadable(SourceProblem(mark, "the file is empty", fix))
        fix = "Begin it with `archgen: 1` and `name: …`, one key per line."
        raise Unreadable(SourceProblem(mark, f"a model must be a mapping of keys; got {_noun(root)}", fix))
    return Document(root, [SourceFile(name, text)], written), faults


def read_tree(file: int, text: str) -> tuple[TreeNode, dict[int, str], list[SourceProblem]]:
    """Return the tree of a text, scalars as they were written by position, and the problems; raise Unreadable.

    All YAML is read here: the bounds on depth and on repetition by aliases hold for models, fences and editors alike.
    """
    builder = Builder(file, text)
    try:
        builder.run()
    except Unreadable as unreadable:
        unreadable.text = text
        unreadable.before = builder.faults
        raise
    return builder.root, builder.written, builder.faults


def _noun(value: TreeNode) -> str:
    return "a list" if isinstance(value, Seq) else "a single value"


def _events(text: str) -> Iterator[Any]:
    # what `yaml.parse` does, without a generator and a question before each event
    return iter(EVENTS(text).get_event, None)


class _Anchor(Struct, frozen=True):
    node: TreeNode
    mark: int
    size: int
    height: int


class _Frame(Struct):
    """A collection that is being read; `key` is the pending key, None where a mapping waits for the next one."""

    node: Map | Seq
    anchor: str | None
    before: int
    key: str | None
    height: int = 0
    key_mark: int = 0
    skip: bool = False
    merges: bool = False
    first: dict[str, int] | None = None

    def index(self, key: str) -> int:
        """Return the place of a key of this mapping among its marks; the places are kept for the next call."""
        if self.first is None:
            self.first = {name: 2 * count for count, name in enumerate(self.node)}
        return self.first[key]


class Builder:
    """Builds the tree with a stack of its own, so that depth is a number and not a crash."""

    interns = True
    """False for a tree whose texts are looked at once."""

    def __init__(self, file: int, text: str) -> None:
        self.base = pack(file, 0, 0)
        self.file = file
        self.text = text
        self.root: TreeNode = None
        self.faults: list[SourceProblem] = []
        self.written: dict[int, str] = {}
        self.anchors: dict[str, _Anchor | None] = {}
        self.stack: list[_Frame] = []
        self.count = 0
        self.repeated = 0
        self.documents = 0

    def run(self) -> None:
        base, interns = self.base, self.interns
        frame: _Frame | None = None
        try:
            for event in _events(self.text):
                kind = event.__class__
                if kind is ScalarEvent:
                    # nine of ten events, so what nearly every one of them needs is done here, without a call
                    if event.anchor is not None or event.tag is not None or frame is None:
                        self._scalar(event)
                        continue
                    node: Any = frame.node
                    start = event.start_mark
                    mark = base + start.line * LINE + start.column
                    # a model says the same words again and again: one of each takes less memory and is found faster
                    text = intern(event.value) if interns else event.value
                    key = frame.key
                    if key is None:
                        if text in node or text == "<<":
                            self._key(frame, text, mark, event)
                        else:
                            frame.key = text
                            frame.key_mark = mark
                        continue
                    self.count += 1
                    if not event.style and (not text or text[0] in FIRST_OF_OTHER_TYPES):
                        value = resolve(text)
                        if value.__class__ is not str:
                            self.written[mark] = text
                        self._put(frame, value, mark)
                    elif key and not frame.skip and frame.first is None:
                        node[key] = text
                        node.marks += (frame.key_mark, mark)
                        frame.key = None
                    elif node.__class__ is Seq:
                        node.append(text)
                        node.marks.append(mark)
                    else:
                        self._put(frame, text, mark)
                elif kind is MappingStartEvent or kind is SequenceStartEvent:
                    frame = self._open(event, kind is MappingStartEvent)
                elif kind is MappingEndEvent or kind is SequenceEndEvent:
                    frame = self._close()
                elif kind is AliasEvent:
                    self._alias(event)
                elif kind is yaml.DocumentStartEvent:
                    self._document(event)
        except yaml.reader.ReaderError:
            raise Unreadable(explain_forbidden_character(self.file, self.text)) from None
        except yaml.YAMLError as error:
            raise Unreadable(explain_syntax_error(error, self.file, self.text)) from None

    def _mark(self, event: Any) -> int:
        start = event.start_mark
        return self.base + start.line * LINE + start.column  # type: ignore[no-any-return]

    def _document(self, event: Any) -> None:
        self.documents += 1
        if self.documents > 1:
            fix = "Keep one document per file: remove `---`, or move the second document to another file."
            raise Unreadable(SourceProblem(self._mark(event), "a second document begins here", fix))

    def _scalar(self, event: Any) -> None:
        mark = self._mark(event)
        text: str = event.value
        if event.tag is not None:
            self._tag(event, mark)
        stack = self.stack
        frame = stack[-1] if stack else None
        if frame is not None and frame.key is None:
            self._key(frame, text, mark, event)
            return
        value: TreeNode = text
        if not event.style and (not text or text[0] in FIRST_OF_OTHER_TYPES):
            value = resolve(text)
            if value.__class__ is not str:
                self.written[mark] = text
        self.count += 1
        if event.anchor is not None:
            self.anchors[event.anchor] = _Anchor(value, mark, 1, 0)
            if value is None:
                fix = f"If it is text, quote the {self._what()}; otherwise write its value after it."
                self.faults.append(SourceProblem(mark, f"the anchor `&{shorten(event.anchor)}` has no value", fix))
        self._put(frame, value, mark)

    def _key(self, frame: _Frame, text: str, mark: int, event: Any) -> None:
        if text == "<<" and not event.style:
            fix = "Write the keys out, or give the whole value an anchor and repeat it with an alias."
            self.faults.append(
                SourceProblem(mark, "merge keys (`<<`) aren't part of YAML 1.2", fix, len(self.stack) < 3)
            )
            frame.skip = True
        elif text in frame.node:
            first = frame.node.marks[frame.index(text)]
            line = unpack(first)[1]
            message = f"duplicate key `{shorten(text)}`, first on line {line}"
            fix = "Remove one of them, or rename it."
            self.faults.append(SourceProblem(mark, message, fix, len(self.stack) == 1))
            frame.skip = True
        if event.anchor is not None:
            self.anchors[event.anchor] = _Anchor(text, mark, 1, 0)
        frame.key = text
        frame.key_mark = mark

    def _put(self, frame: _Frame | None, value: TreeNode, mark: int) -> None:
        if frame is None:
            self._take_root(value)
            return
        node: Any = frame.node
        if node.__class__ is Seq:
            node.append(value)
            node.marks.append(mark)
            return
        key = frame.key
        frame.key = None
        if frame.skip:
            frame.skip = False
            return
        if frame.first is not None and key is not None:
            if key in node:
                self._put_again(frame, key, value, mark)
                return
            frame.first[key] = len(node.marks)
        node[key] = value
        node.marks.append(frame.key_mark)
        node.marks.append(mark)

    def _put_again(self, frame: _Frame, key: str, value: TreeNode, mark: int) -> None:
        """Put the value of a key that is there, where it counts: that of a model is a fault, and left out."""

    def _take_root(self, value: TreeNode) -> None:
        self.root = value

    def _open(self, event: Any, mapping: bool) -> _Frame:
        start = event.start_mark
        mark = self.base + start.line * LINE + start.column
        stack = self.stack
        if event.tag is not None:
            self._tag(event, mark)
        if len(stack) >= DEEPEST:
            raise Unreadable(SourceProblem(mark, TOO_DEEP, "Flatten the nesting."))
        if stack and stack[-1].key is None:
            fix = "Write a plain text before the colon; put quotes around a key with brackets or braces."
            raise Unreadable(SourceProblem(mark, "a key must be a text; got a list or a mapping", fix))
        node = Map(mark) if mapping else Seq(mark)
        anchor = event.anchor
        if anchor is not None:
            self.anchors[anchor] = None
        frame = _Frame(node, anchor, self.count, None if mapping else "")
        stack.append(frame)
        self.count += 1
        return frame

    def _close(self) -> _Frame | None:
        stack = self.stack
        frame = stack.pop()
        node: Any = frame.node
        if frame.merges:
            self._merge(node)
        height = frame.height + 1
        if frame.anchor is not None:
            self.anchors[frame.anchor] = _Anchor(node, node.mark, self.count - frame.before, height)
        if not stack:
            self._take_root(node)
            return None
        outer = stack[-1]
        if outer.height < height:
            outer.height = height
        self._put(outer, node, node.mark)
        return outer

    def _merge(self, node: Map) -> None:
        """Apply the merge keys of a mapping, where they mean something."""

    def _alias(self, event: Any) -> None:
        mark = self._mark(event)
        name = event.anchor
        frame = self.stack[-1] if self.stack else None
        if name not in self.anchors:
            fix = f"If it is text, quote the {self._what()}: `'*…'`. An alias needs an anchor `&…` before it."
            raise Unreadable(
                SourceProblem(mark, f"unknown alias `*{shorten(name)}`: no anchor before it has that name", fix)
            )
        anchor = self.anchors[name]
        if anchor is None:
            message = f"the alias `*{shorten(name)}` is inside the value that it repeats"
            raise Unreadable(SourceProblem(mark, message, "Write the inner value out."))
        self._repeat(anchor, mark, frame)

    def _repeat(self, anchor: _Anchor, mark: int, frame: _Frame | None) -> None:
        self.repeated += anchor.size
        self.count += anchor.size
        if self.repeated > MOST_REPEATED or len(self.stack) + anchor.height > DEEPEST:
            message = f"aliases must repeat at most {MOST_REPEATED:,} values and {DEEPEST} levels"
            raise Unreadable(SourceProblem(mark, message, "Repeat fewer values."))
        if frame is not None and frame.height < anchor.height:
            frame.height = anchor.height
        if anchor.mark in self.written:
            self.written[mark] = self.written[anchor.mark]
        if frame is not None and frame.key is None:
            fix = "Write the key out."
            raise Unreadable(SourceProblem(mark, "a key must not be an alias", fix))
        self._put(frame, anchor.node, mark)

    def _what(self) -> str:
        """Return the word for a value here: that of a step is its message."""
        key = self.stack[-1].key if self.stack else None
        return "message" if key is not None and "->" in key else "value"

    def _tag(self, event: Any, mark: int) -> None:
        if event.tag == "!" and event.__class__ is ScalarEvent:
            return
        fix = f"Remove the tag; if the exclamation mark is part of a text, quote the {self._what()}."
        self.faults.append(SourceProblem(mark, f"the tag `{shorten(event.tag)}` isn't allowed in a model", fix))
