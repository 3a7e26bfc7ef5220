"""What the simulator asks of Linux about processes."""

from __future__ import annotations

import ctypes
import os
import signal
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent() -> None:
    """Has the kernel end this process when the thread that started it ends.

    For ``preexec_fn``. The thread, not the process: start children from one that stays.
    """
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def adopt_orphans() -> None:
    """Makes this process the parent of descendants that lose theirs, so that
    :func:`descendants` finds what a machine put in the background."""
    _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def reap_orphans(known: set[int]) -> None:
    """Collects adopted children that have ended. ``known`` are not touched: whoever
    started those waits for them."""
    for pid, parent in _parents().items():
        if parent == os.getpid() and pid not in known:
            try:
                os.waitpid(pid, os.WNOHANG)
            except ChildProcessError:
                continue


def descendants(root: int) -> list[int]:
    """All processes below ``root``, parents first."""
    parents = _parents()
    found: list[int] = []
    level = [root]
    while level:
        level = [pid for pid, parent in parents.items() if parent in level]
        found += level
    return found


def signal_tree(root: int, number: signal.Signals) -> None:
    """Sends a signal to ``root`` and to everything below it."""
    for pid in [root, *descendants(root)]:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def owner_of_port(port: int) -> int | None:
    """The process that has the connection from this local port of loopback."""
    inode = None
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if int(fields[1].rpartition(":")[2], 16) == port and int(fields[9]):
            inode = f"socket:[{fields[9]}]"
            break
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if any(os.readlink(file) == inode for file in (entry / "fd").iterdir()):
                return int(entry.name)
        except OSError:
            continue  # It ended while we looked, or is not ours to look into.
    return None


def _parents() -> dict[int, int]:
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stat = (entry / "stat").read_text()
        except OSError:
            continue  # It ended while we looked.
        # The second field is a name in brackets that may hold spaces and brackets.
        parents[int(entry.name)] = int(stat.rpartition(")")[2].split()[1])
    return parents
