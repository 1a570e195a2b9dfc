"""The stand-in of a monitoring service: `take PORT` listens, `report ADDRESS PORT` sends the host's load each second."""

from __future__ import annotations

import socket
import sys
import time
from pathlib import Path


def take(port: int) -> None:
    """Read what agents send."""
    with socket.create_server(("", port)) as server:
        while True:
            connection, _ = server.accept()
            with connection:
                connection.settimeout(2)
                connection.recv(1000)


def report(address: str, port: int) -> None:
    """Send the load; what can't be sent is dropped."""
    while True:
        try:
            with socket.create_connection((address, port), timeout=2) as connection:
                connection.sendall(Path("/proc/loadavg").read_bytes())
        except OSError as error:
            print(error, flush=True)
        time.sleep(1)


if __name__ == "__main__":
    take(int(sys.argv[2])) if sys.argv[1] == "take" else report(sys.argv[2], int(sys.argv[3]))
