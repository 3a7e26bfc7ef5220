"""Keeps one machine for each instance, in the state that the instance is in.

All machines are started and stopped by one thread: the kernel ends a machine when the
thread that started it ends (see :func:`~simulator.processes.die_with_parent`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from .cloud import Instance
from .processes import reap_orphans

#: How often orphans are collected when nothing else happens, in seconds.
_IDLE = 1.0


@dataclass
class BootRule:
    """How long machines take from ``running`` to a listening sshd."""

    #: An instance id or a Name tag; None for all machines without a rule of their own.
    machine: str | None
    #: Seconds. None: it never boots.
    delay: float | None


class Machine(Protocol):
    """The machine behind one instance, off or on."""

    addresses: list[str]

    @property
    def pid(self) -> int | None:
        """The process that ends with it, while it runs."""

    @property
    def home(self) -> object:
        """Where ``~`` of the login is."""

    @property
    def listening(self) -> bool:
        """Whether its sshd answers."""

    def facts(self) -> dict[str, object]:
        """What else a test may want to know of it."""

    def host_key(self) -> str | None:
        """The public host key of its sshd."""

    def start(self, addresses: list[str]) -> None:
        """Boots it with these addresses."""

    def power_off(self) -> None:
        """Asks it to shut down; returns at once."""

    def stop(self) -> None:
        """Turns it off."""

    def freeze(self, frozen: bool) -> None:
        """Makes it silent, or lets it speak again."""

    def remove(self) -> None:
        """Turns it off and deletes its disk."""


@dataclass
class _Slot:
    machine: Machine
    #: The addresses it was last told to boot with; empty while the instance is off.
    wanted: list[str] = field(default_factory=list)
    #: When it is due to boot, on the monotonic clock. None: not waiting, or never.
    due: float | None = None
    #: "refuse", "silent", or None while it can be reached.
    cut: str | None = None


class Fleet:
    """The machines of all instances."""

    def __init__(self, make: Callable[[Instance], Machine], instances: Callable[[], list[Instance]]) -> None:
        """``instances`` is asked for the present state of the cloud, ``make`` for the machine of
        a new instance."""
        self._make = make
        self._instances = instances
        self._slots: dict[str, _Slot] = {}
        self._rules: dict[str | None, BootRule] = {}
        self._changed = threading.Condition(threading.RLock())
        #: How many refreshes were asked for, and how many of those have been done.
        self._asked = 0
        self._done = 0
        self._ended = False
        self._thread = threading.Thread(target=self._run, name="fleet")
        self._thread.start()

    def refresh(self) -> None:
        """Says that the cloud may have changed. Returns at once."""
        with self._changed:
            self._asked += 1
            self._changed.notify_all()

    def settle(self) -> None:
        """Says that the cloud has changed, and returns when the machines have followed.

        A machine with a boot delay is not waited for."""
        with self._changed:
            self.refresh()
            ticket = self._asked
            self._changed.wait_for(lambda: self._done >= ticket or self._ended)

    def set_boot(self, rule: BootRule) -> None:
        """Sets how long machines take to boot, from their next boot on."""
        with self._changed:
            self._rules[rule.machine] = rule

    def cut(self, ids: set[str], how: str | None) -> None:
        """Makes machines unreachable, or with None reachable again.

        ``refuse`` ends all connections and refuses new ones, ``silent`` lets both hang.
        """
        with self._changed:
            for instance_id in ids:
                if instance_id in self._slots:
                    self._slots[instance_id].cut = how
        self.settle()

    def describe(self) -> dict[str, dict[str, object]]:
        """What is known of each machine, by instance id."""
        with self._changed:
            return {
                instance_id: {
                    "listening": slot.cut is None and slot.machine.listening,
                    "addresses": slot.machine.addresses,
                    "home": str(slot.machine.home),
                    "host_key": slot.machine.host_key(),
                    "cut": slot.cut,
                    **slot.machine.facts(),
                }
                for instance_id, slot in self._slots.items()
            }

    def close(self) -> None:
        """Ends all machines and deletes their disks."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()
        self._thread.join()

    def _run(self) -> None:
        while True:
            with self._changed:
                if self._asked == self._done and not self._ended:
                    self._changed.wait(self._until_next_boot())
                if self._ended:
                    for slot in self._slots.values():
                        slot.machine.remove()
                    return
                ticket = self._asked
            # Outside the lock: asking the cloud waits for the API, which may wait for us.
            seen = self._instances() if ticket != self._done else None
            with self._changed:
                if seen is not None:
                    self._reconcile(seen)
                self._boot_what_is_due()
                reap_orphans({slot.machine.pid for slot in self._slots.values() if slot.machine.pid})
                self._done = ticket
                self._changed.notify_all()

    def _until_next_boot(self) -> float:
        due = [slot.due for slot in self._slots.values() if slot.due is not None and slot.cut != "refuse"]
        return max(0.0, min([_IDLE, *(moment - time.monotonic() for moment in due)]))

    def _reconcile(self, seen: list[Instance]) -> None:
        # All that are to go off at once, and then each in turn.
        for instance in seen:
            slot = self._slots.get(instance.id)
            if slot is not None and instance.state != "terminated" and slot.wanted != _wanted(instance):
                slot.machine.power_off()
        for instance in seen:
            slot = self._slots.get(instance.id)
            if instance.state == "terminated":
                if slot is not None:
                    self._slots.pop(instance.id).machine.remove()
                continue
            if slot is None:
                slot = self._slots[instance.id] = _Slot(self._make(instance))
            wanted = _wanted(instance)
            if wanted != slot.wanted:
                slot.machine.stop()
                slot.wanted = wanted
                slot.due = self._boot_time(instance) if wanted else None
            _apply_cut(slot)
        # moto forgets terminated instances at a reset of all its state.
        for instance_id in self._slots.keys() - {instance.id for instance in seen}:
            self._slots.pop(instance_id).machine.remove()

    def _boot_time(self, instance: Instance) -> float | None:
        for key in (instance.id, instance.name, None):
            if key in self._rules:
                delay = self._rules[key].delay
                return None if delay is None else time.monotonic() + delay
        return time.monotonic()

    def _boot_what_is_due(self) -> None:
        for slot in self._slots.values():
            if slot.due is not None and slot.due <= time.monotonic() and slot.cut != "refuse":
                slot.machine.start(slot.wanted)
                slot.due = None
                _apply_cut(slot)


def _wanted(instance: Instance) -> list[str]:
    """The addresses that an instance is to be reached at."""
    return instance.addresses if instance.state == "running" else []


def _apply_cut(slot: _Slot) -> None:
    """Brings a machine into the state of its ``cut``."""
    if slot.cut == "refuse":
        if slot.machine.pid is not None:
            slot.machine.stop()
            slot.due = time.monotonic()
    else:
        slot.machine.freeze(slot.cut == "silent")
