"""What is tried of each command with the files of a case, and what must hold then."""

from __future__ import annotations

import io
import json
import logging
import os
import re
from collections.abc import Callable
from glob import glob
from typing import Any

import msgspec
from mkdocs.commands.build import build as mkdocs
from mkdocs.config import load_config
from mkdocs.exceptions import Abort, PluginError

from archgen.app.drawing.draw import VIEWS
from archgen.app.drawing.formats import FORMATS as PICTURES
from archgen.app.drawing.pictures import ICONS, MODES
from archgen.app.explain import explainable
from archgen.app.report_formats import ANALYZE, DIFF, LINT
from archgen.language.schema import schema_text
from archgen.language.yaml.parser import parse
from archgen.linting.policy import FAIL_ON, PERSONAS
from archgen.model.architecture import SUFFIX, Architecture
from archgen.rules import RULES
from archgen.site_build.serve import LiveSite
from archgen.style.theme import THEMES
from tests.fuzzing.fuzz_editor import editor
from tests.fuzzing.fuzz_import import import_
from tests.fuzzing.fuzz_lint import TODAY, Failed, readable
from tests.fuzzing.trial import Trial
from tests.generators.every_key import family

MOST_RUNS = 8
"""Times that fixes are asked for until there are none."""

PORTABLE = ("best", "domain")
"""The engines that need nothing installed."""


def lint(trial: Trial) -> None:
    """Every format in one run, places inside the files, and the same again from standard input."""
    rand = trial.rand
    words = ["lint", trial.main, "--today", TODAY, "--persona", rand.choice(PERSONAS)]
    formats = [word for name in LINT for word in ("--format", f"{name}=lint.{name}")]
    done = trial.run(*words, *formats, "--fail-on", rand.choice(FAIL_ON), refusable=True)
    for name in LINT:
        trial.check(f"lint.{name}", name)
    with open("lint.json", "rb") as stream:
        found = json.load(stream)["findings"]
    for one in found:
        for each in (one, *one["related"]):
            trial.place(each["file"], each["line"], each["column"])
    unread = any(one["rule"] in ("invalid-model", "dangling-reference") for one in found)
    if unread != (done.code == 2) or (unread and trial.architecture is not None and "follows" not in str(found)):
        raise Failed(f"exit code {done.code} with {found[:1]}")
    if len(trial.files) == 1:
        again = trial.run(
            "lint",
            "-",
            *words[2:],
            "--stdin-filename",
            trial.main,
            "--format",
            "json",
            stdin=trial.files[trial.main],
            refusable=True,
        )
        if json.loads(again.out)["findings"] != found:
            raise Failed("standard input is told otherwise than the file")


def fmt(trial: Trial) -> None:
    """One stable form of the same meaning, from a file and from standard input."""
    data = trial.files[trial.main]
    shown = trial.run("fmt", "--diff", trial.main)
    done = trial.run("fmt", trial.main)
    with open(trial.main, "rb") as stream:
        after = stream.read()
    if trial.architecture is None:
        if after != data or done.code != 2:
            raise Failed("a model without a meaning is formatted")
        return
    if trial.read(trial.main) != trial.architecture:
        raise Failed("the form means something else")
    if parse(0, "", after)[0].root != parse(0, "", data)[0].root:
        raise Failed("the form has other values")
    if (shown.code == 1) != (after != data) or trial.run("fmt", "--check", trial.main).code != 0:
        raise Failed("--diff and --check disagree with what is written")
    if trial.run("fmt", trial.main).out:
        raise Failed("the form is not stable")
    if len(trial.files) == 1 and trial.run("fmt", "-", stdin=data).out != after:
        raise Failed("standard output gets another form than the file")


def analyze(trial: Trial) -> None:
    """Every format; now and then without an element, and with larger cut sets."""
    words = [word for name in ANALYZE for word in ("--format", f"{name}=analyze.{name}")]
    if trial.rand.random() < 0.3:
        words += ["--order", trial.rand.choice("134")]
    if trial.rand.random() < 0.4:
        words += ["--maintain", _element(trial)]
    done = trial.run("analyze", trial.main, *words, refusable="--maintain" in words)
    for name in ANALYZE if done.code == 0 else ():
        trial.check(f"analyze.{name}", name)


def simulate(trial: Trial) -> None:
    """Some elements lost or in maintenance, in both formats, with pictures."""
    options = ("--kill", "--kill", "--maintain", "--lose-zone")
    words = [
        word for _ in range(trial.rand.choice((1, 1, 2))) for word in (trial.rand.choice(options), _element(trial))
    ]
    done = trial.run("simulate", trial.main, *words, "--format", "json", "--svg", "failed", refusable=True)
    if done.code == 0:
        readable("json", done.out)
    if os.path.isdir("failed"):
        for file in glob("failed/*.svg"):
            trial.check(file, "svg")
    elif os.path.isfile("failed"):
        trial.check("failed", "svg")
    trial.run("simulate", trial.main, *words, refusable=True)


def what_if(trial: Trial) -> None:
    """The smallest repair, and changes of each sort."""
    done = trial.run("what-if", trial.main, "--format", "json")
    if done.code == 0:
        readable("json", done.out)
    words = ["--set", "failover=automatic"] if trial.rand.random() < 0.4 else []
    component, host, zone = _id(trial, "components"), _id(trial, "hosts"), _id(trial, "zones")
    for add in trial.rand.sample(
        (
            f"replica of {component}",
            f"replica of {component} on {host}",
            f"replica of {component} on new in {zone}",
            f"host new-1 like {host}",
            f"host new-2 like {host} in {zone}",
        ),
        trial.rand.choice((1, 1, 2)),
    ):
        words += ["--add", add]
    trial.run("what-if", trial.main, *words, refusable=True)


def diff(trial: Trial) -> None:
    """The model with another one, in every format, with the picture of the change."""
    os.makedirs("other")
    other = dict(family(trial.number + 1))
    name = next(iter(other))
    for file, data in other.items():
        os.makedirs(os.path.dirname(os.path.join("other", file)), exist_ok=True)
        with open(os.path.join("other", file), "wb") as stream:
            stream.write(data)
    words = [word for form in DIFF for word in ("--format", f"{form}=diff.{form}")]
    done = trial.run(
        "diff", trial.main, f"other/{name}", *words, "--svg", "diff.svg", "--fail-on", trial.rand.choice(FAIL_ON)
    )
    if done.code != 2:
        trial.check("diff.json", "json")
        trial.check("diff.svg", "svg")
    if any(file.endswith(".arch.yaml") and file != trial.main for file in trial.files):
        trial.run("diff", trial.main, refusable=True)


def draw(trial: Trial) -> None:
    """Some formats and views of all, in some look."""
    rand = trial.rand
    for form in rand.sample(tuple(PICTURES), 3):
        words = [
            "draw",
            trial.main,
            "-o",
            f"drawn-{form}",
            "--format",
            form,
            "--theme",
            rand.choice(MODES),
            "--scale",
            "0.5",
        ]
        words += ["--engine", rand.choice(PORTABLE)] if rand.random() < 0.5 else []
        words += ["--icons", rand.choice(ICONS)] if rand.random() < 0.3 else []
        words += [each for each in ("--transparent", "--no-findings", "--score") if rand.random() < 0.2]
        words += ["--canvas", "16:9"] if rand.random() < 0.2 else []
        if rand.random() < 0.5:
            words += [word for view in rand.sample(VIEWS, 3) for word in ("--view", view)]
        elif rand.random() < 0.2:
            words += ["--flow", _id(trial, "flows")]
        # a view that a format cannot show is a wrong use, and so is one of a model that follows none
        done = trial.run(*words, refusable="--view" in words or "--flow" in words or PICTURES[form].deployment is None)
        for file in glob(f"drawn-{form}/*") if done.code == 0 else ():
            trial.check(file, PICTURES[form].extension if form == "diagrams-png" else form)


def show(trial: Trial) -> None:
    """Pictures of signs, in every way."""
    words = [each for each in ("--ascii", "--wide", "--no-findings") if trial.rand.random() < 0.3]
    done = trial.run("show", trial.main, *words)
    if "--ascii" in words and trial.architecture is not None and not done.out.isascii():
        _check_ascii(trial.architecture, done.out.decode("utf-8"))


def _check_ascii(architecture: Architecture, shown: str) -> None:
    own = set(msgspec.json.encode(architecture).decode())
    # a control character of the model is shown by its picture
    foreign = {char for char in shown if not char.isascii() and char not in own and not "␀" <= char <= "␡"}
    if foreign:
        raise Failed(f"--ascii draws {sorted(foreign)}")


def slides(trial: Trial) -> None:
    """A deck in one of its formats."""
    rand = trial.rand
    form = rand.choice(("pptx", "pptx", "pdf", "svg", "png"))
    output = f"deck.{form}" if form in ("pptx", "pdf") else "deck"
    words = ["slides", trial.main, "-o", output, "--format", form, "--theme", rand.choice(tuple(THEMES))]
    words += ["--steps"] if rand.random() < 0.2 else []
    done = trial.run(*words, *(["--no-findings"] if rand.random() < 0.2 else []))
    for file in ([output] if form in ("pptx", "pdf") else glob("deck/slide-*")) if done.code == 0 else ():
        trial.check(file, form)


def build(trial: Trial) -> None:
    """The site as HTML."""
    done = trial.run("build", trial.main, "-o", "site", "--today", TODAY)
    if done.code == 0 and not os.path.isfile("site/index.html"):
        raise Failed("the site has no start")


def single(trial: Trial) -> None:
    """The site as one file."""
    done = trial.run("build", trial.main, "--single-file", "site.html", "--today", TODAY)
    if done.code == 0:
        with open("site.html", encoding="utf-8") as stream:
            if not stream.read().endswith("</html>\n"):
                raise Failed("the file is cut")


def pages(trial: Trial) -> None:
    """The site as Markdown, the same each time."""
    first = trial.run("build", trial.main, "--pages", "one", "--today", TODAY)
    if first.code == 0 and trial.number % 5 == 0:
        trial.run("build", trial.main, "--pages", "two", "--today", TODAY)
        for file in filter(os.path.isfile, glob("one/**", recursive=True)):
            with open(file, "rb") as one, open(f"two{file[3:]}", "rb") as other:
                if one.read() != other.read():
                    raise Failed(f"{file} is another the second time")


def serve(trial: Trial) -> None:
    """The site while the model is written: right, spoilt by another, right again."""
    said: list[str] = []
    serving = LiveSite(lambda: (trial.main,), lambda: TODAY, "Systems", os.path.abspath("served"), said.append)
    other = family(trial.number + 1)
    for data in (trial.files[trial.main], next(iter(other.values())), b"archgen: [", trial.files[trial.main]):
        with open(trial.main, "wb") as stream:
            stream.write(data)
        with trial.timed():
            serving.build()
        if not os.path.isfile("served/index.html"):
            raise Failed("nothing is served")
    for words in said:
        if "internal error" in words:
            raise Failed(words)


def plugin(trial: Trial) -> None:
    """A site of the reader's own with the pages of the model, a view, a flow and its issues in it."""
    os.makedirs("docs")
    name = os.path.basename(trial.main).removesuffix(SUFFIX)
    ways = ("view: deployment", f"flow: {json.dumps(_id(trial, 'flows'))}", "issues: all", "view: nonsense")
    fences = "\n\n".join(f"```archgen\nmodel: {json.dumps(name, ensure_ascii=False)}\n{way}\n```" for way in ways)
    with open("docs/index.md", "w", encoding="utf-8") as stream:
        stream.write(f"# Ours\n\n{fences}\n")
    settings = {"name": "archgen", "models": f"*{SUFFIX}", "today": TODAY}
    config = {"site_name": "Ours", "theme": {"name": "material", "font": False}, "plugins": [{"archgen": settings}]}
    del settings["name"]
    with open("mkdocs.yml", "w", encoding="utf-8") as stream:
        json.dump(config, stream)
    noted = io.StringIO()
    handler = logging.StreamHandler(noted)
    logging.getLogger("mkdocs").addHandler(handler)
    try:
        with trial.timed():
            mkdocs(load_config("mkdocs.yml"))
    except (Abort, PluginError) as error:
        if trial.architecture is not None:
            raise Failed(f"MkDocs gives up: {error}") from error
    finally:
        logging.getLogger("mkdocs").removeHandler(handler)
    if "internal error" in noted.getvalue():
        raise Failed(noted.getvalue())


def fix(trial: Trial) -> None:
    """Fixes that are shown, and the same written: nothing that had a meaning loses it."""
    words = ["lint", trial.main, "--today", TODAY, "--fail-on", "never"]
    words += ["--unsafe-fixes"] if trial.rand.random() < 0.7 else []
    data = trial.files[trial.main]
    trial.run(*words, "--diff", refusable=True)
    with open(trial.main, "rb") as stream:
        if stream.read() != data:
            raise Failed("--diff writes")
    trial.run(*words, "--fix", refusable=True)
    if trial.architecture is not None and trial.read(trial.main) is None:
        raise Failed("a fix takes the meaning")
    with open(trial.main, "rb") as stream:
        fixed = stream.read()
    if fixed.startswith(b"\xef\xbb\xbf") != data.startswith(b"\xef\xbb\xbf"):
        raise Failed("a fix takes or gives a byte order mark")
    # what a fix brings may want a fix of its own, but that must end
    for _ in range(MOST_RUNS):
        if not re.search(r"[1-9]\d* findings? fixed", trial.run(*words, "--fix", refusable=True).err):
            return
    raise Failed("fixes never end")


def words(trial: Trial) -> None:
    """The commands that read no model: what they say of any word, and what they write."""
    rand = trial.rand
    trial.run("explain", rand.choice(explainable()))
    trial.run("explain", _id(trial, "components"), refusable=True)
    trial.run("rules", *rand.choice(((), ("--format", "json"), ("--format", "markdown"))), refusable=True)
    if json.loads(trial.run("schema").out) != json.loads(schema_text()):
        raise Failed("another schema is printed")
    trial.run("completion", rand.choice(("bash", "zsh", "fish")))
    trial.run("new", rand.choice("1234"), "-o", "started.arch.yaml", refusable=True)
    trial.run(
        "lint", trial.main, "--select", rand.choice(RULES).id, "--ignore", rand.choice(RULES).code, refusable=True
    )
    rule = rand.choice(RULES)
    with open("archgen.toml", "w", encoding="utf-8") as stream:
        stream.write(f"ignore = [{json.dumps(rule.code)}]\n[[rules]]\nid = 'our-rule'\ncode = 'OUR001'\n")
    trial.run("test-rules", refusable=True)
    os.unlink("archgen.toml")


def _id(trial: Trial, section: str) -> str:
    """An id of the model, or one of nothing."""
    found: tuple[Any, ...] = getattr(trial.architecture, section, ())
    return str(trial.rand.choice(found).id) if found else "nothing"


def _element(trial: Trial) -> str:
    """The word for something that can fail, or for nothing."""
    found = trial.architecture
    if found is None:
        return "nothing"
    names = [f"host:{one.id}" for one in found.hosts] + [f"zone:{one.id}" for one in found.zones]
    names += [f"replica:{one.id}" for each in found.components for one in each.replicas]
    names += [f"component:{one.id}" for one in found.components] + [one.id for one in found.components]
    return trial.rand.choice(names)


COMMANDS: dict[str, Callable[[Trial], None]] = {
    "lint": lint,
    "fmt": fmt,
    "fix": fix,
    "analyze": analyze,
    "simulate": simulate,
    "what-if": what_if,
    "diff": diff,
    "draw": draw,
    "show": show,
    "slides": slides,
    "build": build,
    "single": single,
    "pages": pages,
    "serve": serve,
    "plugin": plugin,
    "import": import_,
    "words": words,
    "lsp": editor,
}
"""What is fuzzed, by name; `single` and `pages` are ways of `build`, `fix` is `lint --fix`, `words` all that reads no model."""
