"""A control group for each booted host.

systemd-nspawn puts the groups of a host's services below the one that it is started in. Two hosts in one
would share those of the same name, and each would take away what it takes for empty.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

_ROOT = Path("/sys/fs/cgroup")


def make(name: str) -> list[Path]:
    """Makes a group below ours in each hierarchy that systemd uses."""
    groups = []
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        number, controllers, path = line.split(":", 2)
        mount = {"0": _ROOT / "unified" if (_ROOT / "unified").is_dir() else _ROOT}.get(number)
        if controllers == "name=systemd":
            mount = _ROOT / "systemd"
        if mount is not None and mount.is_dir():
            groups.append(mount / path.lstrip("/") / name)
            groups[-1].mkdir(exist_ok=True)
    return groups


def enter(groups: list[Path]) -> None:
    """Puts this process into them. For ``preexec_fn``."""
    for group in groups:
        (group / "cgroup.procs").write_text("0")


def remove(groups: list[Path]) -> None:
    """Takes them away, with those below, after the last of their processes."""
    for group in groups:
        below = [path for path in group.rglob("*") if path.is_dir()]
        for directory in [*sorted(below, reverse=True), group]:
            # A process that is ending may still be in it.
            with contextlib.suppress(OSError):
                directory.rmdir()
