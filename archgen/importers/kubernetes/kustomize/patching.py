"""Patches of Kustomize applied to trees: those that are merged with an object, and those that are steps of JSON Patch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from archgen.importers.nodes import SourceNode
from archgen.language.yaml.tree import Map, Seq, TreeNode, pack, unpack

_MERGED_BY = {
    "containers": ("name",), "initContainers": ("name",), "env": ("name",), "volumes": ("name",), "imagePullSecrets": ("name",),
    "volumeMounts": ("mountPath",), "ports": ("containerPort", "port"), "hostAliases": ("ip",),
}  # fmt: skip
"""Lists of workloads and Services whose items are merged by a key; all others are replaced."""

_ONE_OF = ("value", "valueFrom")
"""Keys of a variable of which one takes the place of the other."""

_DIRECTIVE = "$patch"

_SETTINGS = ("data", "stringData", "binaryData")
"""Where the settings of a ConfigMap or a Secret stand."""


def is_deletion(patch: SourceNode) -> bool:
    """Return True for a patch that takes an object away."""
    return patch.text_at(_DIRECTIVE) == "delete"


def apply_patch(target: SourceNode, patch: SourceNode, merges_lists: bool, above: int = 0) -> SourceNode:
    """Return an object after a patch: a mapping is merged with it, and the steps of a list are made one by one.

    `above` are the lines of the file above the patch. What an object is called, a patch doesn't change.
    """
    files = target.files or (target.path,)
    number = files.index(patch.path) if patch.path in files else len(files)
    files = files if number < len(files) else (*files, patch.path)
    value = _moved(patch.value, number, above)
    root = target.value
    if isinstance(value, Map):
        value.cut("kind")
        value.cut("apiVersion")
        if isinstance(value.get("metadata"), Map):
            value["metadata"].cut("name")
            value["metadata"].cut("namespace")
        root = _merged(root, value, merges_lists)
    elif isinstance(value, Seq):
        for step in value:
            root = _after(root, step)
    return SourceNode(root, target.path, files=files)


def lacking(target: SourceNode, patch: SourceNode) -> Iterator[str]:
    """Yield the paths of settings that the steps of a patch replace and that an object doesn't have: Kustomize builds nothing then."""
    root = target.value
    for step in patch.value if isinstance(patch.value, Seq) else ():
        if isinstance(step, Map) and _is_in_vain(root, step):
            yield str(step["path"])
        root = _after(root, step)


def _is_in_vain(root: TreeNode, step: Map) -> bool:
    """Return True for a step that replaces a setting which isn't there; a field that isn't there has a value all the same."""
    keys = [_unescaped(key) for key in str(step.get("path")).split("/")[1:]]
    if step.get("op") != "replace" or len(keys) != 2 or keys[0] not in _SETTINGS or not isinstance(root, Map):
        return False
    settings = root.get(keys[0])
    return not isinstance(settings, Map) or keys[1] not in settings


def with_value(target: SourceNode, keys: tuple[str, ...], value: TreeNode, source: SourceNode) -> SourceNode:
    """Return an object with a value under keys, as a node of another file states it."""
    mark = pack(0, source.line - 1, 0)
    for key in reversed(keys):
        outer = Map(mark)
        outer.put(key, value, mark, mark)
        value = outer
    return apply_patch(target, SourceNode(value, source.path), merges_lists=False)


def with_items(target: SourceNode, keys: tuple[str, ...], kept: Sequence[int]) -> SourceNode:
    """Return an object with some items alone, in that order, of the list that it has under keys."""
    root = node = _copy(target.value)
    for key in keys[:-1]:
        node[key] = _copy(node[key])
        node = node[key]
    whole: Seq = node[keys[-1]]
    items = Seq(whole.mark)
    items += [whole[index] for index in kept]
    items.marks = [whole.marks[index] for index in kept]
    node[keys[-1]] = items
    return SourceNode(root, target.path, target.above, target.key, target.mark, target.way, target.files)


def with_images(target: SourceNode, pod: SourceNode, images: Mapping[str, SourceNode]) -> SourceNode:
    """Return a workload whose containers run the images that a kustomization names in place of their own."""
    above = [key for key in pod.pointer.removeprefix(target.pointer).split("/") if key]
    for key in ("containers", "initContainers"):
        for index, container in enumerate(pod.get(key).list()):
            name, rest = _split(container.text_at("image"))
            change = images.get(name)
            if change is None:
                continue
            tag, digest = change.text_at("newTag"), change.text_at("digest")
            rest = f"@{digest}" if digest else f":{tag}" if tag else rest
            keys = [*above, key, str(index), "image"]
            mark = pack(0, change.line - 1, 0)
            step = Map(mark)
            for word, value in (
                ("op", "replace"),
                ("path", f"/{'/'.join(keys)}"),
                ("value", (change.text_at("newName") or name) + rest),
            ):
                step.put(word, value, mark, mark)
            steps = Seq(mark)
            steps.append(step)
            steps.marks.append(mark)
            target = apply_patch(target, SourceNode(steps, change.path), merges_lists=False)
    return target


def _split(image: str) -> tuple[str, str]:
    """Return the name of an image, and its tag or digest with the sign before it."""
    head, at, digest = image.partition("@")
    directory, slash, last = head.rpartition("/")
    name, colon, tag = last.partition(":")
    return f"{directory}{slash}{name}", f"{colon}{tag}{at}{digest}"


def _moved(value: TreeNode, file: int, above: int) -> TreeNode:
    """Return a copy of a tree that stands in a file of another number, below some lines of it."""
    if isinstance(value, Map):
        mapping = Map(_mark_in(value.mark, file, above))
        mapping.update((key, _moved(item, file, above)) for key, item in value.items())
        mapping.marks = [_mark_in(mark, file, above) for mark in value.marks]
        return mapping
    if isinstance(value, Seq):
        items = Seq(_mark_in(value.mark, file, above))
        items += [_moved(item, file, above) for item in value]
        items.marks = [_mark_in(mark, file, above) for mark in value.marks]
        return items
    return value


def _mark_in(mark: int, file: int, above: int) -> int:
    _, line, column = unpack(mark)
    return pack(file, line - 1 + above, column - 1)


def _copy(value: TreeNode) -> TreeNode:
    """Return a mapping or list with the same values, to be changed."""
    copied: Map | Seq
    if isinstance(value, Map):
        copied = Map(value.mark)
        copied.update(value)
    elif isinstance(value, Seq):
        copied = Seq(value.mark)
        copied += value
    else:
        return value
    copied.marks = list(value.marks)
    return copied


def _set(node: Map, key: str, value: TreeNode, marks: tuple[int, int]) -> None:
    if key in node:
        index = 2 * list(node).index(key)
        node[key] = value
        node.marks[index : index + 2] = marks
    else:
        node.put(key, value, *marks)


def _merged(base: TreeNode, patch: Map, merges_lists: bool) -> TreeNode:
    """Return a mapping with what a patch says of it: a value that is null takes the key away."""
    result = _copy(base) if isinstance(base, Map) and patch.get(_DIRECTIVE) != "replace" else Map(patch.mark)
    for index, (key, value) in enumerate(patch.items()):
        if key.startswith("$"):
            continue
        is_map = isinstance(value, Map)
        if value is None or (is_map and value.get(_DIRECTIVE) == "delete"):
            result.cut(key)
            continue
        present = result.get(key)
        marks = patch.marks[2 * index], patch.marks[2 * index + 1]
        if is_map:
            if isinstance(present, Map):
                marks = result.key_mark(key), result.value_mark(key)
            value = _merged(present, value, merges_lists)
        elif merges_lists and isinstance(value, Seq) and isinstance(present, Seq) and key in _MERGED_BY:
            marks = result.key_mark(key), result.value_mark(key)
            value = _merged_list(present, value, _MERGED_BY[key])
        _set(result, key, value, marks)
    for key, other in (_ONE_OF, _ONE_OF[::-1]):
        if key in patch and other not in patch:
            result.cut(other)
    return result


def _merged_list(base: Seq, patch: Seq, keys: tuple[str, ...]) -> Seq:
    """Return a list with the items of a patch: one of the same key is merged, another one is added."""
    if any(isinstance(item, Map) and item.get(_DIRECTIVE) == "replace" for item in patch):
        base = Seq(base.mark)
    result: Seq = _copy(base)
    places = {_identity(item, keys): place for place, item in reversed([*enumerate(result)])}
    gone: list[int] = []
    for item, mark in zip(patch, patch.marks, strict=True):
        identity = _identity(item, keys)
        place = places.get(identity) if identity is not None else None
        directive = item.get(_DIRECTIVE) if isinstance(item, Map) else None
        if directive == "delete":
            gone += [place] if place is not None else []
        elif directive == "replace" and len(item) == 1:
            continue
        elif place is not None:
            result[place] = _merged(result[place], item, merges_lists=True)
        else:
            places[identity] = len(result)
            result.append(item)
            result.marks.append(mark)
    for place in sorted(set(gone), reverse=True):
        result.cut(place)
    return result


def _identity(item: TreeNode, keys: tuple[str, ...]) -> tuple[str, str] | None:
    """Return the key by which an item of a list is known, with its value; None for an item without one."""
    for key in keys if isinstance(item, Map) else ():
        if key in item:
            return key, str(item[key])
    return None


def _after(root: TreeNode, step: TreeNode) -> TreeNode:
    """Return a tree after a step of JSON Patch; one that leads nowhere changes nothing."""
    if not isinstance(step, Map) or not isinstance(step.get("path"), str):
        return root
    action, keys = step.get("op"), [_unescaped(key) for key in step["path"].split("/")[1:]]
    if action not in ("add", "replace", "remove") or not keys or (action != "remove" and "value" not in step):
        return root
    return _stepped(root, keys, action, step) if not _is_in_vain(root, step) else root


def _unescaped(key: str) -> str:
    return key.replace("~1", "/").replace("~0", "~")


def _stepped(node: TreeNode, keys: list[str], action: str, step: Map) -> TreeNode:
    result = _copy(node)
    if isinstance(result, Map):
        _step_in_map(result, keys, action, step)
    elif isinstance(result, Seq):
        _step_in_list(result, keys, action, step)
    return result


def _step_in_map(node: Map, keys: list[str], action: str, step: Map) -> None:
    key, *inner = keys
    if inner and key in node:
        _set(node, key, _stepped(node[key], inner, action, step), (node.key_mark(key), node.value_mark(key)))
    elif inner:
        return
    elif action == "remove":
        node.cut(key)
    else:
        _set(node, key, step["value"], (step.key_mark("value"), step.value_mark("value")))


def _step_in_list(node: Seq, keys: list[str], action: str, step: Map) -> None:
    key, *inner = keys
    if key == "-":
        index = len(node)
    elif key.isascii() and key.isdecimal() and len(key) < 6:
        index = int(key)
    else:
        return
    if inner:
        if index < len(node):
            node[index] = _stepped(node[index], inner, action, step)
    elif action == "remove":
        node.cut(index)
    elif action == "add" and index <= len(node):
        node.insert(index, step["value"])
        node.marks.insert(index, step.value_mark("value"))
    elif action == "replace" and index < len(node):
        node[index], node.marks[index] = step["value"], step.value_mark("value")
