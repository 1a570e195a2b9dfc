"""The exit codes of every command."""

from __future__ import annotations

OK = 0
"""Nothing to report."""

FINDINGS = 1
"""A finding at or above the severity that fails, a file that would change, an example that fails."""

INVALID = 2
"""A usage error, an invalid model, or an internal error; nothing that depends on it was written."""
