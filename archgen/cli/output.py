"""The only place that writes to standard output and standard error: text for people is made inert, documents are UTF-8."""

from __future__ import annotations

import sys

from archgen.report.common.terminal import Style, inert

PEOPLE = ("text", "concise", "markdown")
"""The formats that people read; the others are documents for programs."""


def say(text: str, style: Style | None = None) -> None:
    """Write text for people to standard output; `style` is that of the text, if it has any."""
    sys.stdout.write(inert(text, style))


def warn(text: str, style: Style | None = None) -> None:
    """Write text for people to standard error."""
    sys.stderr.write(inert(text, style))


def write_output(text: str) -> None:
    """Write text for programs to standard output, in UTF-8 whatever the terminal has."""
    data(text.encode("utf-8", "backslashreplace"))


def data(content: bytes) -> None:
    """Write bytes to standard output; a stream of text that a caller put in its place gets them decoded."""
    sys.stdout.flush()
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:
        sys.stdout.write(content.decode("utf-8", "surrogateescape"))
        return
    buffer.write(content)
    buffer.flush()


def report(name: str, text: str | bytes, style: Style) -> None:
    """Write a report in the format of this name to standard output.

    What people read has the characters of their terminal; in a file or a pipe only `text` still has the encoding that
    the environment asks for.
    """
    if isinstance(text, bytes):
        data(text)
    elif name == "text":
        say(text, style)
    elif name in PEOPLE:
        exchange(text, style)
    else:
        write_output(text)


def exchange(text: str, style: Style | None = None) -> None:
    """Write text that people read on a terminal, and programs from a file or a pipe: there it is UTF-8."""
    if sys.stdout.isatty():
        say(text, style)
    else:
        write_output(inert(text, style))


def clear_screen() -> None:
    """Begin at the top of an empty screen (ECMA-48, ED and CUP), if standard output is a terminal."""
    if sys.stdout.isatty():
        sys.stdout.write("\x1b[2J\x1b[H")


def rewrite_line(text: str = "") -> None:
    """Put text in the place of the line on standard error that is written last (ECMA-48, EL)."""
    sys.stderr.write(f"\r\x1b[K{inert(text)}")
    sys.stderr.flush()


def flush() -> None:
    """Hand over what is written."""
    sys.stdout.flush()
    sys.stderr.flush()
