"""The worker of the lab: `QUEUE PORT DATABASE PORT`; it begins anew after each failure, and loses no message."""

from __future__ import annotations

import sys
import time

import amqp
import pymysql


def work(queue: tuple[str, int], database: tuple[str, int]) -> None:
    """Carry out orders until something fails."""
    limits = {"connect_timeout": 2, "read_timeout": 2, "write_timeout": 2}
    # a heartbeat, or the queue keeps for hours what a silent worker has taken
    with amqp.Connection(f"{queue[0]}:{queue[1]}", "lab", "lab", heartbeat=6, **limits) as connection:
        channel = connection.channel()
        while True:
            connection.heartbeat_tick()
            message = channel.basic_get("comments")
            if message is None:
                time.sleep(0.05)
                continue
            save(database, str(message.body))
            channel.basic_ack(message.delivery_tag)


def save(database: tuple[str, int], token: str) -> None:
    """Write an order; it may come twice."""
    limits = {"connect_timeout": 2, "read_timeout": 2, "write_timeout": 2}
    host, port = database
    account = {"user": "lab", "password": "lab", "database": "site", "autocommit": True}
    with pymysql.connect(host=host, port=port, **account, **limits) as connection, connection.cursor() as cursor:
        cursor.execute("INSERT IGNORE INTO comments VALUES (%s)", (token,))


def main(words: list[str]) -> None:
    """Work without end."""
    queue, database = (words[0], int(words[1])), (words[2], int(words[3]))
    while True:
        try:
            work(queue, database)
        except (OSError, amqp.AMQPError, pymysql.err.Error) as error:
            print(repr(error), flush=True)
            time.sleep(1)


if __name__ == "__main__":
    main(sys.argv[1:])
