"""Templates of others: broken, of unusual sizes, or bombs; each is used or refused, and none is trusted."""

from __future__ import annotations

import io
import random
import re
import struct
import zipfile
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path

import pytest
from pptx import Presentation

from archgen.app.drawing.pictures import Drawing
from archgen.app.drawing.slides import export_pptx, make_deck
from archgen.app.drawing.systems import visible_systems
from archgen.app.models import check_models
from archgen.app.workspace.inputs import find_and_read
from archgen.linting.checked_model import CheckedModel
from archgen.model.problems import UsageError
from archgen.slides.pptx import package
from archgen.slides.pptx.package import check_package
from archgen.slides.values import Deck
from tests.forked import archgen
from tests.paths import ROOT

DRAWING = Drawing("best", "light", True)

MASTER = "ppt/slideMasters/slideMaster1.xml"
LAYOUT = "ppt/slideLayouts/slideLayout1.xml"
MAIN = "ppt/presentation.xml"
THEME = "ppt/theme/theme1.xml"

Parts = dict[str, bytes]


def usual() -> Parts:
    saved = io.BytesIO()
    Presentation().save(saved)
    with zipfile.ZipFile(saved) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


USUAL = usual()


def packed(parts: Parts) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def without(part: str, element: str) -> Parts:
    """The template without the elements of a name."""
    text = USUAL[part].decode()
    left = re.sub(rf"<{element}\b[^>]*/>", "", text)
    left = re.sub(rf"<{element}\b[^>]*>.*?</{element}>", "", left, flags=re.DOTALL)
    assert left != text
    return {**USUAL, part: left.encode()}


def stating(part: str, attribute: str, value: str) -> Parts:
    text = USUAL[part].decode()
    changed = re.sub(rf'( {attribute})="[^"]*"', rf'\1="{value}"', text)
    assert changed != text
    return {**USUAL, part: changed.encode()}


def lacking(part: str) -> Parts:
    return {name: content for name, content in USUAL.items() if name != part}


def holding(part: str, content: bytes) -> Parts:
    return {**USUAL, part: content}


def broken() -> Iterator[tuple[str, Callable[[], Parts]]]:
    """Names of broken templates, and what makes them: some take long."""
    for part in (part for part in USUAL if "slideLayouts" not in part or "slideLayout1." in part):
        yield f"without {part}", partial(lacking, part)
        yield f"empty {part}", partial(holding, part, b"")
        yield f"no XML in {part}", partial(holding, part, b"hello")
        yield f"another root of {part}", partial(holding, part, b"<a/>")
    for part, elements in {
        MAIN: ("p:sldMasterIdLst", "p:sldSz", "p:sldMasterId"),
        MASTER: ("p:sldLayoutIdLst", "p:sldLayoutId", "p:cSld", "p:spTree", "p:txStyles", "p:clrMap", "p:nvPr"),
        LAYOUT: ("p:cSld", "p:spTree", "p:spPr", "p:sp", "p:ph"),
        THEME: ("a:clrScheme", "a:fontScheme", "a:srgbClr"),
    }.items():
        for element in elements:
            yield f"{part} without {element}", partial(without, part, element)
    for part, attributes in {
        MAIN: ("cx", "cy", "r:id"),
        MASTER: ("sz", "x", "cy", "type"),
        LAYOUT: ("idx", "type"),
    }.items():
        for attribute in attributes:
            for value in ("odd", "-1", "999999999999"):
                yield f"{part} with {attribute}={value}", partial(stating, part, attribute, value)


BROKEN = dict(broken())


@cache
def systems() -> tuple[CheckedModel, ...]:
    file = str(ROOT / "models" / "1-simple-web-stack.arch.yaml")
    return visible_systems(check_models(find_and_read((file,)), "2026-11-24"))


@cache
def deck() -> Deck:
    return make_deck(systems(), DRAWING, None)


def used(template: bytes) -> tuple[bytes | None, str]:
    """The deck, or why there is none."""
    try:
        return export_pptx(systems(), DRAWING, deck(), template), ""
    except UsageError as error:
        return None, str(error)


@pytest.mark.sampled(7)
@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_template_is_used_or_refused(name: str) -> None:
    made, refusal = used(packed(BROKEN[name]()))
    if made is not None:
        assert len(Presentation(io.BytesIO(made)).slides) == len(deck().slides)
    else:
        assert "template" in refusal
        assert "\n" not in refusal


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (partial(without, MAIN, "p:sldMasterIdLst"), "no slide master"),
        (partial(without, MASTER, "p:sldLayoutIdLst"), "no slide layouts"),
        (partial(lacking, THEME), "lacks a part"),
        (partial(stating, MAIN, "cx", "1"), "1 to 56 inches"),
        (lambda: {"a.txt": b""}, "isn't a PowerPoint file"),
    ],
)
def test_what_a_template_lacks_is_told(parts: Callable[[], Parts], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        export_pptx(systems(), DRAWING, deck(), packed(parts()))


def test_a_template_with_changed_bytes_is_used_or_refused() -> None:
    chance = random.Random(1)
    whole = packed(USUAL)
    for _ in range(20):
        changed = bytearray(whole)
        for _ in range(chance.randrange(1, 9)):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        made, refusal = used(bytes(changed))
        assert made is not None or "template" in refusal


def bomb(megabytes: int, name: str = "ppt/media/a.bin", parts: int = 1) -> bytes:
    """A template with parts of so many zeros, by what its directory says: they are never to be unpacked."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in {**USUAL, **{f"{number}{name}": bytes(1 << 20) for number in range(parts)}}.items():
            archive.writestr(part, content)
        for entry in archive.filelist[len(USUAL) :]:
            entry.file_size = megabytes << 20
    return target.getvalue()


def zeros(megabytes: int) -> bytes:
    """A template with a part of so many zeros."""
    return packed({**USUAL, "ppt/media/a.bin": bytes(megabytes << 20)})


@pytest.mark.parametrize(
    ("bomb", "message"),
    [
        (partial(bomb, 520), "at most 512 MB; got 520"),
        (partial(bomb, 200, parts=3), "got 600"),
        (partial(bomb, 65, "x.xml"), "64 MB of XML; got 65"),
    ],
    ids=["one part", "several parts", "markup"],
)
def test_a_bomb_is_refused_before_anything_is_unpacked(
    bomb: Callable[[], bytes], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = bomb()

    def unpack(*_: object) -> None:
        raise AssertionError("nothing may be unpacked")

    monkeypatch.setattr(zipfile.ZipFile, "open", unpack)
    with pytest.raises(UsageError, match=message):
        check_package(content)


def test_a_part_that_is_larger_than_it_says_is_not_unpacked_further(monkeypatch: pytest.MonkeyPatch) -> None:
    content = bytearray(zeros(50))
    entry = content.rfind(package._ENTRY)
    struct.pack_into("<I", content, entry + 24, 10)
    sizes: list[int] = []
    read = zipfile.ZipExtFile.read

    def counted(stream: zipfile.ZipExtFile, size: int = -1) -> bytes:
        found = read(stream, size)
        sizes.append(len(found))
        return found

    monkeypatch.setattr(zipfile.ZipExtFile, "read", counted)
    with pytest.raises(UsageError, match="isn't a PowerPoint file"):
        check_package(bytes(content))
    assert sum(sizes) < 1 << 20


def test_an_archive_of_many_parts_is_refused_before_it_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipfile, "ZipFile", None)
    with pytest.raises(UsageError, match="at most 20,000 parts"):
        check_package(package._ENTRY * 20_001)


def test_the_command_tells_it_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "template.pptx").write_bytes(packed(without(MASTER, "p:sldLayoutIdLst")))
    done = archgen("slides", str(ROOT / "models"), "--template", "template.pptx", at=tmp_path)
    assert (done.returncode, done.stderr) == (2, "archgen: the template has no slide layouts\n")
    assert not (tmp_path / "deck.pptx").exists()
