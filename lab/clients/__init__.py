"""Clients: each module sends a flow's requests as its visitors would, with Debian's own Python. None knows the model."""

PACKAGES: dict[str, tuple[str, ...]] = {"http": ("python3-minimal",), "mysql": ("python3-pymysql",)}
"""Debian's packages that each client imports."""
