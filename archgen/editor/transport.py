"""The messages of an editor, checked before pygls reads them, so that each request gets a response.

pygls drops messages that it can't read, and waits forever after a header that it doesn't know. Base
protocol: https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#baseProtocol
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from concurrent.futures import Future
from io import BytesIO
from typing import Any, BinaryIO

from lsprotocol.types import ErrorCodes, LSPErrorCodes, ResponseError
from pygls.exceptions import (
    JsonRpcException,
    JsonRpcInternalError,
    JsonRpcInvalidParams,
    JsonRpcInvalidRequest,
    JsonRpcParseError,
)
from pygls.protocol import JsonRPCNotification, LanguageServerProtocol

from archgen.model.problems import UsageError
from archgen.report.common.terminal import brief
from archgen.system.internal_errors import is_debugging

LARGEST = 64 << 20
"""Bytes of one message: a model of the largest size, as JSON."""

LONGEST_LINE = 1 << 16
"""Bytes of a header line; a longer one isn't a header."""

_LENGTH = re.compile(rb"Content-Length[ \t]*:[ \t]*([^\r\n]*?)[ \t]*$", re.IGNORECASE)
"""Ends the first line of a message, even behind a body that was longer than its header announced."""

_NOT_INITIALIZED = ResponseError(ErrorCodes.ServerNotInitialized, "send `initialize` first")
_SHUT_DOWN = ResponseError(JsonRpcInvalidRequest.CODE, "the server is shut down; send `exit`")

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
            message = self._checked(body)
            if message:
                return b"Content-Length: %d\r\n\r\n%b" % (len(message), message)
        return b""

    def _skip_headers(self) -> bool:
        """Skip the rest of a header; return False at the end of the stream."""
        while line := self._next_line():
            if not line.strip():
                return True
        return False

    def _checked(self, body: bytes) -> bytes:
        """Return a message in which every text is Unicode; nothing if it isn't a message."""
        try:
            message = json.loads(body)
        except (ValueError, RecursionError) as error:
            self._report(f"the message is not JSON: {error}")
            # a length that was too large took the next message's header with it
            again = body.find(b"Content-Length:")
            self._unread = body[again:] + self._unread if again > 0 else self._unread
            return b""
        if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
            self._report('a message must be an object with "jsonrpc": "2.0"')
            return b""
        # an editor can cut a text in the middle of a character, and half a character is not Unicode
        has_halves = b"\\ud" in body or b"\\uD" in body
        return json.dumps(message, ensure_ascii=False).encode("utf-8", "replace") if has_halves else body

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


class _Brief(logging.Formatter):
    """Formats a record as a line; a message of the editor that can't be read would log a page."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the first line of the message, and the error."""
        first = record.getMessage().partition("\n")[0]
        error = record.exc_info[1] if record.exc_info else None
        return f"archgen: {brief(first)}{f': {brief(str(error))}' if error else ''}"


def log_briefly() -> None:
    """Log a line for each problem on standard error; with ARCHGEN_DEBUG, its traceback as well."""
    handler = logging.StreamHandler()
    if not is_debugging():
        handler.setFormatter(_Brief())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


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

    def handle_message(self, message: Any) -> None:
        """Handle a message; before `initialize` and after `shutdown`, requests get an error and the rest has no effect."""
        method = getattr(message, "method", "")
        refused = _SHUT_DOWN if self._shutdown else _NOT_INITIALIZED if self._workspace is None else None
        if refused is None or method == "exit" or (method == "initialize" and refused is _NOT_INITIALIZED):
            super().handle_message(message)
        elif method and hasattr(message, "id"):
            self._send_response(message.id, error=refused)

    def _send_handler_result(self, future: Future[Any], *, msg_id: str | int) -> None:
        """Respond to a request; a configuration or a directory that can't be read is no failure of archgen."""
        error = None if future.cancelled() else future.exception()
        if isinstance(error, UsageError | OSError):
            self._request_futures.pop(msg_id, None)
            words = error.strerror if isinstance(error, OSError) else None
            self._send_response(msg_id, error=ResponseError(LSPErrorCodes.RequestFailed, words or str(error)))
        else:
            super()._send_handler_result(future, msg_id=msg_id)

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
