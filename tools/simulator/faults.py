"""Faults to order: rules that make some requests fail, late or lost."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, fields
from typing import Any


@dataclass
class FaultRule:
    """What happens to requests that match all of the patterns given.

    With ``status`` the request is answered with that error and not executed. ``drop``
    closes the connection without an answer: ``before`` leaves the request undone, ``after``
    does it and loses the answer. ``silent`` closes nothing and answers nothing, for as long
    as the client waits. ``replace`` does the request and has the second of two texts in the
    place of the first in the answer. ``kill`` ends a process with SIGKILL at that point: a process id, or
    ``client`` for whichever made the request. ``delay`` comes first, in seconds.
    """

    method: str | None = None
    #: Regular expressions over path and query, X-Amz-Target, and body.
    path: str | None = None
    target: str | None = None
    body: str | None = None
    #: How many matching requests pass before the rule takes effect.
    skip: int = 0
    #: How many requests it then takes effect on. None: all.
    times: int | None = None
    delay: float = 0.0
    status: int | None = None
    code: str = "SlowDown"
    drop: str | None = None
    replace: list[str] | None = None
    kill: int | str | None = None

    @classmethod
    def from_json(cls, value: Any) -> FaultRule:
        """Reads a rule; a name that there isn't is an error, or a test would prove nothing."""
        known = {entry.name for entry in fields(cls)}
        unknown = sorted(set(value) - known)
        if unknown:
            raise ValueError(f"unknown in a fault rule: {', '.join(unknown)}")
        if value.get("drop") not in (None, "before", "after", "silent"):
            raise ValueError("drop is 'before', 'after' or 'silent'")
        kill = value.get("kill")
        if not (kill is None or kill == "client" or (isinstance(kill, int) and kill > 1)):
            raise ValueError("kill is a process id or 'client'")
        if kill is not None and value.get("drop") is None:
            raise ValueError("kill wants a drop: 'before' or 'after' the request is done")
        return cls(**value)

    def matches(self, method: str, path: str, target: str, body: bytes) -> bool:
        """Whether the request is one of those the rule is about."""
        return (
            self.method in (None, method)
            and (self.path is None or re.search(self.path, path) is not None)
            and (self.target is None or re.search(self.target, target) is not None)
            and (self.body is None or re.search(self.body.encode(), body) is not None)
        )


class Faults:
    """The rules in force. The first that matches a request counts."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: list[FaultRule] = []

    def replace(self, rules: list[FaultRule]) -> None:
        """Puts these rules in the place of all others."""
        with self._lock:
            self._rules = rules

    def rules(self) -> list[FaultRule]:
        """The rules, with what is left of their counts."""
        with self._lock:
            return list(self._rules)

    def hit(self, method: str, path: str, target: str, body: bytes) -> FaultRule | None:
        """The rule that takes effect on this request; counts it."""
        with self._lock:
            for rule in self._rules:
                if rule.times == 0 or not rule.matches(method, path, target, body):
                    continue
                if rule.skip > 0:
                    rule.skip -= 1
                    continue
                if rule.times is not None:
                    rule.times -= 1
                return rule
        return None
