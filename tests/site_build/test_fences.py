"""Fences of hand-written pages: what each stands for, that an example stays one, and that a fault names its place."""

from __future__ import annotations

import os
import shutil

from archgen.site_build.fences import extract_fences
from tests.document import Element, article
from tests.forked import mkdocs
from tests.site_build.test_site_doors import project

TIER = "2-distributed-web-infrastructure"

NOTES = f"""---
title: Ours
---

# Notes

```archgen
model: models/{TIER}.arch.yaml
view: deployment
caption: Where <b>everything</b> runs.
```

## A flow

~~~archgen
model: {TIER}
flow: write-comment
~~~

## What is wrong

```archgen
model: {TIER}
issues: error
```

````markdown
```archgen
view: deployment
```
````
"""


def built(tmp_path: object, notes: str, strict: bool = True) -> tuple[Element, str, int]:
    directory = project(os.path.join(str(tmp_path), "ours"))
    with open(os.path.join(directory, "docs", "notes.md"), "w", encoding="utf-8") as stream:
        stream.write(notes)
    config = os.path.join(directory, "mkdocs.yml")
    with open(config, encoding="utf-8") as stream:
        declared = stream.read()
    with open(config, "w", encoding="utf-8") as stream:
        stream.write(f"{declared}markdown_extensions: [pymdownx.superfences]\n")
    done = mkdocs("build", *(["--strict"] if strict else []), at=directory)
    site = os.path.join(directory, "site")
    shutil.move(os.path.join(site, "notes.html"), os.path.join(site, "index.html"))
    return article(site), done.stderr, done.returncode


def test_a_fence_shows_a_view_a_flow_and_the_issues(tmp_path: object) -> None:
    document, errors, code = built(tmp_path, NOTES)
    assert code == 0, errors
    pictures = [one for one in document.all("figure") if one.has("archgen-picture")]
    assert [next(one.all("title")).text for one in pictures] == [
        "Distributed web infrastructure",
        "A visitor sends a comment",
    ]
    assert "Where <b>everything</b> runs." in document.words
    links = {one.attributes.get("href", "") for one in document.all("a")}
    pages = (f"{TIER}/index.html", f"{TIER}/flows/write-comment/index.html", f"{TIER}/index.html#issue-1")
    assert {f"architecture/{page}" for page in pages} <= links
    table = next(one for one in document.all("div") if one.has("archgen-issues"))
    severities = {row.attributes["data-severity"] for row in table.all("tr") if "data-severity" in row.attributes}
    assert severities == {"error"}
    example = [one.text for one in document.all("code")]
    assert any("view: deployment" in words for words in example)


FAULTS = (
    ("model: 1-simple-web-stack\nveiw: deployment", "{1}:1: unknown key `veiw`; did you mean `view`?"),
    ("model: 2-distributed-web\nview: deployment", "{0}:1: unknown model `2-distributed-web`; did you mean"),
    ("model: 1-simple-web-stack\nflow: read-pag", "{1}:1: unknown flow `read-pag` of 1-simple-web-stack; did you mean"),
    ("model: 1-simple-web-stack\nview: depth", "{1}:1: unknown view `depth` of 1-simple-web-stack"),
    (
        "model: 1-simple-web-stack\nissues: some",
        "{1}:1: `issues:` must be true or one of error, warning, info; got some",
    ),
    ("model: 1-simple-web-stack", "{0}:1: the fence must have exactly one of"),
    ("view: deployment", "{0}:1: there is more than one model; add `model:`"),
    ("model: [", "{0}:9: the fence is not YAML"),
    ("", "{0}:1: the fence must be a mapping with"),
)


def test_every_fault_names_its_place_and_the_next_step(tmp_path: object) -> None:
    notes, told = "# Notes\n", []
    for text, words in FAULTS:
        line = notes.count("\n") + 3
        notes += f"\n```archgen\n{text}\n```\n"
        told.append(f"notes.md:{words.format(line, line + 1)}")
    document, errors, code = built(tmp_path, f"{notes}\nThe rest.\n", strict=False)
    assert code == 0
    notices = [one.words for one in document.all("div") if one.has("admonition")]
    assert len(notices) == len(FAULTS)
    for words, notice in zip(told, notices, strict=True):
        assert words in errors
        assert words.partition(": ")[2] in notice
    assert "The rest." in document.words
    assert "Traceback" not in errors


def test_fences_that_are_not_ours_stay_as_they_are() -> None:
    for words in ("```yaml\na: 1\n```", "````\n```archgen\n```\n````", "~~~\n```archgen\n~~~\n", "archgen ``` x"):
        assert extract_fences(words, 1) == (words, ())


def test_a_fence_without_an_end_reaches_to_the_end() -> None:
    kept, found = extract_fences("a\n```archgen\nview: x", 10)
    assert [(one.text, one.line) for one in found] == [("view: x", 11)]
    assert kept.split() == ["a", "<div", 'data-archgen="0"></div>']
