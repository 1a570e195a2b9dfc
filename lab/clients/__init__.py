"""Clients: each module sends a flow's requests as its visitors would, with Debian's own Python. None knows the model."""

PACKAGES: dict[str, tuple[str, ...]] = {
    "http": ("python3-minimal",),
    "mysql": ("python3-pymysql",),
    "orders": ("python3-amqp", "python3-pymysql"),
    "postgresql": ("python3-psycopg2",),
    "rabbitmq": ("python3-amqp",),
    "redis_sentinel": ("python3-redis",),
}
"""Debian's packages that each client imports."""
