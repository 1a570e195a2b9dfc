"""Models written otherwise: other line ends, comments in odd places, block texts, markers, another order of sections.

Many of the texts still say the same; some say something else or nothing. `fmt` has to keep apart which is which.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

Layout = Callable[[Random, str], str]

COMMENTS = ("# note", "# ", "#", "  # indented", "      # deep", "# a: b", "# -> ü 数据", "#\ttab", "# trailing  \t")
BLOCKS = ("|", ">", "|-", ">-", "|+", ">+", "|2", "|2+", "| # why", "|2-")
TEXTS = (
    ("  text",),
    ("  text", "", "  more"),
    ("  text", "   ", "    deeper  ", "", ""),
    ("  # no comment", "", "", "  b"),
    ("  ü\t", "  "),
)
QUOTED = ('"a\n\n\n  b"', "'a \n  # no comment'", '"a \\\n  b"', "a\n  b\n\n  c", '"a\n# b"', '"\\u2028"', "&a text")


def endings(rand: Random, text: str) -> str:
    """Every line with another end, or each with one of several."""
    ends = rand.choice((("\r\n",), ("\r",), ("\n", "\r\n"), ("\n", "\r"), ("\r\n", "\r\n", "\n"), ("\n", "\u2028")))
    lines = text.replace("\r\n", "\n").split("\n")
    return "".join(line + rand.choice(ends) for line in lines[:-1]) + lines[-1]


def mark(_: Random, text: str) -> str:
    """A byte order mark."""
    return "\ufeff" + text.removeprefix("\ufeff")


def cut(_: Random, text: str) -> str:
    """No end of the last line."""
    return text.rstrip("\r\n")


def comments(rand: Random, text: str) -> str:
    """Comments between lines or behind one."""
    lines = text.split("\n")
    for _ in range(rand.choice((1, 2, 5))):
        at = rand.randrange(len(lines) + 1)
        if rand.random() < 0.7 or at == len(lines):
            lines[at:at] = rand.choice(COMMENTS).split("\n")
        else:
            lines[at] += "  " + rand.choice(COMMENTS)
    return "\n".join(lines)


def gaps(rand: Random, text: str) -> str:
    """Empty lines, lines of white space, and white space behind lines."""
    lines = text.split("\n")
    for _ in range(rand.choice((1, 3, 8))):
        at = rand.randrange(len(lines))
        if rand.random() < 0.6:
            lines[at:at] = [rand.choice(("", "", "  ", "\t", "       "))] * rand.choice((1, 1, 3))
        else:
            lines[at] += rand.choice((" ", "\t", "  \t "))
    return "\n".join(lines)


def sections(rand: Random, text: str) -> str:
    """The sections in another order; comments above one go with the one before."""
    lines = text.split("\n")
    starts = [at for at, line in enumerate(lines) if line[:1].isalpha() and ":" in line]
    if not starts:
        return text
    blocks = [lines[start:end] for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)]
    rand.shuffle(blocks)
    return "\n".join(line for block in ([lines[: starts[0]]], blocks) for part in block for line in part)


def block(rand: Random, text: str) -> str:
    """A summary in block style, in some place between two sections."""
    lines = [line for line in text.split("\n") if not line.startswith("summary:")]
    words = [f"summary: {rand.choice(BLOCKS)}", *rand.choice(TEXTS)]
    return "\n".join(_between(rand, lines, words))


def quoted(rand: Random, text: str) -> str:
    """A summary of several lines, in quotes or without."""
    lines = [line for line in text.split("\n") if not line.startswith("summary:")]
    return "\n".join(_between(rand, lines, [f"summary: {rand.choice(QUOTED)}"]))


def _between(rand: Random, lines: list[str], words: list[str]) -> list[str]:
    places = [at for at, line in enumerate(lines) if line[:1].isalpha()] + [len(lines)]
    at = rand.choice(places)
    return [*lines[:at], *words, *lines[at:]]


def markers(rand: Random, text: str) -> str:
    """Markers of a document's start and end, and a directive."""
    start = rand.choice(("---\n", "--- # start\n", "%YAML 1.2\n---\n", "# c\n---\n\n", "---\n# c\n", ""))
    end = rand.choice(("", "...\n", "\n...\n# after\n", "\n\n"))
    return start + text + ("" if text.endswith("\n") else "\n") + end


def alias(rand: Random, text: str) -> str:
    """The name of the model again, as an alias in another section."""
    lines = [line for line in text.split("\n") if not line.startswith("summary:")]
    named = [f"name: &n {line[6:]}" if line.startswith("name: ") else line for line in lines]
    return "\n".join(_between(rand, named, ["summary: *n"]))


LAYOUTS: tuple[Layout, ...] = (endings, mark, cut, comments, gaps, sections, block, quoted, markers, alias)


def relaid(rand: Random, text: str) -> bytes:
    """A text after several changes of its layout."""
    for layout in rand.choices(LAYOUTS, k=rand.choice((1, 2, 3, 5))):
        text = layout(rand, text)
    return text.encode("utf-8", "surrogatepass")
