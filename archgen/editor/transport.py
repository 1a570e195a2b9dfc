"""The messages of an editor, checked before pygls reads them, so that each request gets a response.

pygls drops messages that it can't read, and waits forever after a header that it doesn't know. Base
protocol: https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#baseProtocol
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from io import BytesIO
from typing import Any, BinaryIO

from lsprotocol.types import ResponseError
from pygls.exceptions import (
    JsonRpcException,
    JsonRpcInternalError,
    JsonRpcInvalidParams,
    JsonRpcInvalidRequest,
    JsonRpcParseError,
)
from pygls.protocol import JsonRPCNotification, LanguageServerProtocol

LARGEST = 64 << 20
"""Bytes of one message: a model of the largest size, as JSON."""

LONGEST_LINE = 1 << 16
"""Bytes of a header line; a longer one isn't a header."""

_LENGTH = re.compile(rb"Content-Length[ \t]*:[ \t]*([^\r\n]*?)[ \t]*$", re.IGNORECASE)
"""Ends the first line of a message, even behind a body that was longer than its header announced."""

Report = Callable[[str], None]
"""Takes the reason why a message can't be read."""


class Messages:
    """A stream of complete messages in valid JSON; other input is reported and skipped.

    It has the two methods of a binary stream that pygls uses.
    """

    def __init__(self, stream: BinaryIO, report: Report) -> None:
        self._stream = stream
        self._report = report
        self._message = BytesIO()
        self._unread = b""

    def readline(self) -> bytes:
        """Return a header line of the next message; empty at the end of the stream."""
        line = self._message.readline()
        if not line:
            self._message = BytesIO(self._next_message())
            line = self._message.readline()
        return line

    def read(self, size: int) -> bytes:
        """Return the body of the message whose header was read."""
        return self._message.read(size)

    def _next_message(self) -> bytes:
        while line := self._next_line():
            match = _LENGTH.search(line.rstrip(b"\r\n"))
            if match is None:
                continue
            length = int(match[1]) if match[1].isdigit() and len(match[1]) < 12 else -1
            if not 0 < length <= LARGEST:
                self._report(f"Content-Length must be between 1 and {LARGEST}")
                continue
            if not self._skip_headers():
                return b""
            body = self._take(length)
            if len(body) < length:
                return b""
            if self._is_message(body):
                return b"Content-Length: %d\r\n\r\n%b" % (length, body)
        return b""

    def _skip_headers(self) -> bool:
        """Skip the rest of a header; return False at the end of the stream."""
        while line := self._next_line():
            if not line.strip():
                return True
        return False

    def _is_message(self, body: bytes) -> bool:
        try:
            message = json.loads(body)
        except (ValueError, RecursionError) as error:
            self._report(f"the message is not JSON: {error}")
            # a length that was too large took the next message's header with it
            again = body.find(b"Content-Length:")
            self._unread = body[again:] + self._unread if again > 0 else self._unread
            return False
        if isinstance(message, dict) and message.get("jsonrpc") == "2.0":
            return True
        self._report('a message must be an object with "jsonrpc": "2.0"')
        return False

    def _next_line(self) -> bytes:
        line, mark, rest = self._unread.partition(b"\n")
        if mark:
            self._unread = rest
            return line + mark
        self._unread = b""
        return line + self._stream.readline(LONGEST_LINE)

    def _take(self, size: int) -> bytes:
        body, self._unread = self._unread[:size], self._unread[size:]
        return body + self._stream.read(size - len(body)) if len(body) < size else body


class EditorProtocol(LanguageServerProtocol):
    """The protocol with a response to requests with invalid parameters, and without tracebacks in responses."""

    def structure_message(self, data: dict[str, Any]) -> Any:
        """Read a message; respond to an invalid one, and pass a notification without effect on instead."""
        try:
            return super().structure_message(data)
        except JsonRpcException as error:
            if isinstance(data.get("id"), str | int) and "method" in data:
                reason = _reason(error)
                self._send_response(data["id"], error=JsonRpcInvalidParams(reason).to_response_error())
            return JsonRPCNotification(method="$/unreadable", jsonrpc=self.VERSION, params=None)

    def refuse(self, message: str) -> None:
        """Respond to a message whose id is unknown."""
        kind = JsonRpcInvalidRequest if message.startswith("a message must") else JsonRpcParseError
        error = kind(message).to_response_error()
        body = {"code": error.code, "message": error.message}
        self._send_data({"jsonrpc": self.VERSION, "id": None, "error": body})

    def _send_response(self, msg_id: str | int, result: Any = None, error: ResponseError | None = None) -> None:
        if error is not None and error.code == JsonRpcInternalError.CODE:
            error = ResponseError(error.code, f"archgen failed on this request: {error.message}; please report it")
        super()._send_response(msg_id, result, error)


def _reason(error: BaseException) -> str:
    """Return the innermost reasons of an error, which cattrs nests by class and by field."""
    cause = error.__cause__
    if cause is None:
        return str(error)
    leaves: list[str] = []
    errors = [cause]
    for each in errors:
        inner = getattr(each, "exceptions", ())
        errors += inner
        missing = isinstance(each, KeyError) and each.args
        leaves += [] if inner else [f"`{each.args[0]}` is missing" if missing else str(each)]
    return "; ".join(dict.fromkeys(leaves))[:500]
