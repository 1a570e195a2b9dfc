"""The day that a verdict depends on: acceptances and certificates end on one."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime

from archgen.model.problems import UsageError


def today(declared: str | None) -> str:
    """The day to judge by, as an ISO date: the one declared, else that of SOURCE_DATE_EPOCH (UTC), else today."""
    if declared is not None:
        try:
            return date.fromisoformat(declared).isoformat()
        except ValueError as error:
            raise UsageError(f"--today must be a date such as 2026-12-31; got {declared}") from error
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch is None:
        return date.today().isoformat()
    try:
        return datetime.fromtimestamp(int(epoch), UTC).date().isoformat()
    except (ValueError, OverflowError, OSError) as error:
        raise UsageError(f"SOURCE_DATE_EPOCH `{epoch}` is not a number of seconds since 1970") from error
