"""Runs a command on a terminal of its own: ``python terminal.py COMMAND…``.

What comes in on stdin is typed, what the command prints comes out on stdout. A Ctrl-C that
is typed here becomes a SIGINT for the whole foreground group, as at a real terminal, which
no test can get by sending a signal to one process.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import sys
import termios

#: Rows and columns: wide enough that no line of a test is wrapped.
_SIZE = (50, 160)


def main() -> int:
    """Runs the command and returns its exit code, as a shell would say it."""
    child, terminal = pty.fork()
    if child == 0:
        os.execvp(sys.argv[1], sys.argv[1:])
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", *_SIZE, 0, 0))
    _relay(terminal)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return code if code >= 0 else 128 - code


def _relay(terminal: int) -> None:
    sources = [terminal, sys.stdin.fileno()]
    while True:
        for source in select.select(sources, [], [])[0]:
            try:
                data = os.read(source, 65536)
            except OSError:
                data = b""  # Linux says EIO when the last program on a terminal has gone.
            if source == terminal:
                if not data:
                    return
                os.write(sys.stdout.fileno(), data)
            elif data:
                os.write(terminal, data)
            else:
                # Nobody will type any more; that is no reason to hang up.
                sources.remove(source)


if __name__ == "__main__":
    sys.exit(main())
