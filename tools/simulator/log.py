"""The requests that were made, for tests that ask what was done and in which order."""

from __future__ import annotations

import re
import threading
from collections import deque
from typing import Any

#: More than any test makes; a simulator that runs for days must not grow.
_KEPT = 20_000


class RequestLog:
    """The last requests, oldest first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: deque[dict[str, Any]] = deque(maxlen=_KEPT)

    def add(self, method: str, path: str, target: str, body: bytes, fault: bool) -> None:
        """Notes a request."""
        entry = {
            "method": method,
            "path": path,
            "action": target.rpartition(".")[2] or _form_action(body),
            "fault": fault,
        }
        with self._lock:
            self._entries.append(entry)

    def entries(self) -> list[dict[str, Any]]:
        """All that is kept."""
        with self._lock:
            return list(self._entries)

    def clear(self) -> None:
        """Forgets all."""
        with self._lock:
            self._entries.clear()


def _form_action(body: bytes) -> str | None:
    """The action of a request in the query protocol, which EC2, IAM and STS speak."""
    found = re.match(rb"(?:.*&)?Action=(\w+)", body[:4096])
    return found.group(1).decode() if found else None
