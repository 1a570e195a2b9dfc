"""The command that `tests.forked` gives for one of archgen: it has the process that imported all of it fork one, and ends as it does.

It is run as a file by an interpreter that imports nothing else, and hands over its streams, its directory, its variables and
its bound on memory. An interrupt goes on to the forked process.
"""

import json
import os
import resource
import signal
import socket
import sys

LONGEST = 1 << 20
PASSED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(place: str, words: list[str]) -> int:
    """Return the exit code of the forked process, negative for a signal."""
    memory = resource.getrlimit(resource.RLIMIT_AS)
    order = json.dumps([words, os.getcwd(), dict(os.environ), memory]).encode()
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as asked:
        asked.connect(place)
        socket.send_fds(asked, [order], [0, 1, 2])
        child = int(asked.recv(LONGEST))
        for number in PASSED:
            signal.signal(number, lambda number, _: os.kill(child, number))
        for stream in (0, 1, 2):
            os.close(stream)
        return int(asked.recv(LONGEST))


if __name__ == "__main__":
    code = main(sys.argv[1], sys.argv[2:])
    if code < 0:
        signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)
