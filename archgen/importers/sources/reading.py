"""The names of the environment variables that the source of a program reads, in the forms of the usual languages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property, lru_cache
from typing import Any

from msgspec import Struct, field

from archgen.importers.catalogue import Known
from archgen.importers.packages import PackageLists, has_library_for

_BY_SLASHES = (re.compile(r"//(?<![^\s]//)[^\n]*"), re.compile(r"/\*.*?\*/", re.DOTALL))
_BY_HASH = (re.compile(r"#(?<![^\s]#)(?!\{)[^\n]*"), re.compile(r'^[ \t]*("""|\'\'\').*?\1', re.DOTALL | re.MULTILINE))
"""Comments of one line and of several; a pattern that begins with letters is searched for several times as fast.

What Ruby puts into a text, `#{ENV["X"]}`, is none.
"""

_OF_HASH = (".py", ".rb", ".ex", ".exs", ".pl", ".cr", ".nim", ".yml", ".yaml", ".properties", ".r", ".sh")
"""Ends of the names of files in whose languages comments begin with `#`."""

_ARGUMENTS = tuple(
    re.compile(rf"{sign}(?<=[\w!?>]{sign})\s*[\"'`]([A-Za-z][\w:.-]{{1,120}})[\"'`](?! *\] *=[^=>])")
    for sign in (r"\(", r"\[")
)
"""The first argument of a call, and an index: `getenv("X")`, `ENV["X"]`, `Configuration["A:B"]`; nothing that is set.

A pattern that begins with one sign is searched for four times as fast as one that begins with either.
"""

_TAGS = tuple(
    re.compile(rf"{word} *[:=(] *[\"']([A-Za-z]\w{{1,120}})")
    for word in ("env(?:config|_?var)?", "mapstructure", "alias", "from")
)
"""Fields that a variable is bound to, one pattern for each beginning: `env:"X"`, `Field(alias="X")`, `#[arg(env = "X")]`."""

_MEMBER = re.compile(r"env(?<![a-z]env)(?:iron(?:ment)?)?\??\.([A-Z]\w{1,120})")
_FROM_ALL = re.compile(r"\} *= *(?:process|import\.meta|Bun|Deno)\.env\b")
_OF_SYMFONY = re.compile(r"%env\((?:\w{1,20}:){0,5}([A-Z]\w{1,120})\)%")
_PLACEHOLDER = re.compile(r"\$\{([A-Z][A-Z0-9_]{1,120})[:}]")
_OF_CODE = (".java", ".kt", ".groovy", ".scala")
_OF_PLACEHOLDERS = (*_OF_CODE, ".properties", ".yml", ".yaml", ".xml", ".conf")
"""Ends of the names of files in which `${X}` stands for a variable."""

_SECTION = re.compile(r"\b(?:GetSection|GetRequiredSection|BindConfiguration)\(\s*\"([\w:]{1,120})\"")
_CONNECTION = re.compile(r"\bGetConnectionString\(\s*\"(\w{1,120})\"")
_FIELD = re.compile(r"^[ \t]+[\"']?([A-Za-z]\w{1,120})[\"']? *: *\S", re.MULTILINE)
_OF_SETTINGS = ("BaseSettings", "createEnv", "cleanEnv", "parse(")
_SETTINGS = re.compile(r"\(\s*(?:\w+\.)?BaseSettings\b|\b(?:createEnv|cleanEnv)\(|\bparse\( *process\.env\b")
"""Frameworks that read a variable for each field of a class or a schema."""

_BINDING = {
    "automaticenv": ("",),
    "configuration": ("configurationproperties", "configuration.bind(", "configuration.get<"),
    "configmapping": ("",),
    "env_nested_delimiter": ("",),
    "prefix": ("env_prefix", "envprefix", "with_prefix", "prefixed("),
    "envconfig": ("",),
    "koanf": ("",),
}
"""Words in small letters of frameworks that put the name of a variable together, so that the source holds it nowhere.

Several with the same part stand beside it, so that a source is searched for that alone.
"""

_BOUND = re.compile(
    r"(?:getsection|getrequiredsection|bindconfiguration)\(\s*(?![\s\"])|configure<[\w.]+>\(\s*(?:\w+\.)*configuration\s*\)"
)
_OF_BOUND = ("section(", "bindconfiguration(", "configure<")
"""Settings of .NET that are bound as a whole, or from a section whose name isn't there; a part of each is in the source."""

_OF_SYSTEM = re.compile(
    r"^.*(?:\bname\"? *[:=]|\bpath *=|workspace|\"(?:file|link):|^module |projectreference).*$", re.MULTILINE
)
"""Lines in lists of packages that name those of the system itself."""

_WORD = re.compile(r"[A-Z]?[a-z\d]+|[A-Z\d]+(?![a-z])")


class ReadNames(Struct):
    """The names of variables that sources read, their sections of settings, and the sources without comments in small letters.

    `is_bound` is True where a framework may read any variable; what is no source, such as a file of settings, may name others. `given` are
    those that files of settings take.
    """

    names: set[str]
    sections: set[str]
    text: str
    is_bound: bool
    given: set[str] = field(default_factory=set)
    beside: str = ""
    asked: dict[tuple[str, ...], bool] = field(default_factory=dict)

    def reads(self, variable: str) -> bool:
        """Return True if a source reads a variable; the settings of .NET write `A__B` as `A:B`."""
        if "__" not in variable:
            return variable in self.names or variable in self.given
        path = variable.lower().replace("__", ":")
        return path in self.names or any(path.startswith(f"{section}:") for section in self.sections)

    def reads_any(self, variables: tuple[str, ...]) -> bool:
        """Return True if a source reads one of several variables, which are the same for each of them."""
        if variables not in self.asked:
            self.asked[variables] = any(map(self.reads, variables))
        return self.asked[variables]

    def may_read(self, variable: str) -> bool:
        """Return True unless nothing in the sources is like the name of a variable, nor like a part that it is put together of."""
        return self.is_bound or variable in self.beside or is_like_any(variable, self.text)


class CodeText:
    """The text of a source, and what is read in it when that is asked for first: several programs may have it."""

    def __init__(self, path: str, text: str) -> None:
        self.path, self.text = path, text

    @cached_property
    def bare(self) -> str:
        """The text without comments, each of whose lines is where it was."""
        of_line, of_lines = _BY_HASH if self.path.endswith(_OF_HASH) else _BY_SLASHES
        return of_lines.sub(lambda match: "\n" * match[0].count("\n"), of_line.sub("", self.text))

    def line_at(self, place: int) -> int:
        """Return the line of a place in the text without comments."""
        return self.bare.count("\n", 0, place) + 1

    @cached_property
    def lower(self) -> str:
        """The text without comments in small letters."""
        return self.bare.lower()

    @cached_property
    def names(self) -> ReadNames:
        """The names that the source reads."""
        read = ReadNames(set(), set(), self.lower, self.binds_any)
        _add(read, self.path, self.bare)
        return read

    @cached_property
    def binds_any(self) -> bool:
        """True if a framework may read any variable for the source."""
        is_bound = any(word in self.lower for word in _OF_BOUND) and _BOUND.search(self.lower) is not None
        return is_bound or any(
            part in self.lower and any(word in self.lower for word in words) for part, words in _BINDING.items()
        )


def code_text(path: str, text: str, answers: dict[tuple[object, ...], Any]) -> CodeText:
    """Return a source out of the answers of a run, in which the same one is asked for many times."""
    question = CodeText, path, text
    if question not in answers:
        answers[question] = CodeText(path, text)
    found: CodeText = answers[question]
    return found


def names_read(files: Iterable[tuple[str, str]], answers: dict[tuple[object, ...], Any] | None = None) -> ReadNames:
    """Return the names that sources read; each has the path and the text of a file. `answers` are those of a run."""
    kept = answers if answers is not None else {}
    each = [code_text(path, text, kept) for path, text in files]
    return ReadNames(
        {name for source in each for name in source.names.names},
        {name for source in each for name in source.names.sections},
        "\n".join(source.lower for source in each),
        any(source.binds_any for source in each),
        {name for source in each for name in source.names.given},
    )


def may_be_of_library(variable: str, target: Known, lists: PackageLists) -> bool:
    """Return True for a variable that a library may read by itself, so that no source of the program names it."""
    if target.keeps_data:
        return not lists.text or has_library_for(target, lists)
    return target.product is not None or variable.partition("_")[0].lower() in _OF_SYSTEM.sub("", lists.text)


def is_like_any(variable: str, text: str) -> bool:
    """Return True if a text in small letters holds what may stand for a variable."""
    words, patterns = _like(variable)
    return any(word in text for word in words) and any(pattern.search(text) is not None for pattern in patterns)


def _add(read: ReadNames, path: str, text: str) -> None:
    for name in (name for argument in _ARGUMENTS for name in argument.findall(text)):
        read.names.add(name.lower() if ":" in name else name)
    read.names.update(*(tag.findall(text) for tag in _TAGS), _MEMBER.findall(text))
    if "%env(" in text:
        read.names.update(_OF_SYMFONY.findall(text))
    for match in _FROM_ALL.finditer(text):
        read.names.update(re.findall(r"\w+", text[text.rfind("{", 0, match.start()) : match.start()]))
    if path.endswith(_OF_PLACEHOLDERS):
        (read.names if path.endswith(_OF_CODE) else read.given).update(_PLACEHOLDER.findall(text))
    # a pattern without a beginning of its own is slow where nothing is found
    if "Section(" in text or "BindConfiguration(" in text:
        read.sections.update(name.lower() for name in _SECTION.findall(text))
    if "GetConnectionString(" in text:
        read.names.update(f"connectionstrings:{name.lower()}" for name in _CONNECTION.findall(text))
    if any(word in text for word in _OF_SETTINGS) and _SETTINGS.search(text) is not None and "prefix" not in text:
        read.names.update(name.upper() for name in _FIELD.findall(text))


@lru_cache(maxsize=1024)
def _like(variable: str) -> tuple[tuple[str, ...], tuple[re.Pattern[str], ...]]:
    """Return the patterns of what may stand for a variable, and the words of which one is there then.

    That is its words in any writing, or some of the last or the first ones, as a part of it.
    """
    words = [word.lower() for word in _WORD.findall(variable)] or [variable.lower()]
    patterns = [re.compile(r"[^a-z0-9]{0,12}".join(map(re.escape, words)))]
    for count in range(1, len(words)):
        last, first = f"_{'_'.join(words[-count:])}", f"{'_'.join(words[:count])}_"
        patterns.append(re.compile(rf"{last}(?:(?<=[}}\"'`]{last})|(?<=%[sv]{last}))\b"))
        patterns.append(re.compile(rf"{first}(?<![a-z0-9]{first})[\"'`{{$%]"))
    return (words[0], words[-1]), tuple(patterns)
