"""The control plane: what a test does to the simulator, as JSON over HTTP.

==================  =====================================================================
GET  machines       instances with their state, addresses, home directory and host key
POST restart        stop and start: every address without an Elastic IP changes
POST stop, start    what they say
POST terminate      terminate behind Terraform's back
POST cut            {"how": "refuse" | "silent"}: unreachable, by refusing or by silence
POST join           reachable again
POST boot           {"delay": SECONDS | null, "machine": ID or NAME, for one machine only}
PUT  faults         a list of fault rules, in the place of all others; GET shows them
GET  log            requests so far; DELETE forgets them
GET  store          every object of S3 with all its versions, every item of DynamoDB
PUT  object         {"bucket", "key", "text"}: another version, as a person would upload it
==================  =====================================================================

All are below ``/__sim/``. Those that act on machines take ``{"machines": [ID or NAME…]}``,
and act on all without it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from . import cloud, store
from .faults import FaultRule, Faults
from .fleet import BootRule, Fleet
from .log import RequestLog

#: Paths that belong to the control plane.
PREFIX = "/__sim/"


class Control:
    """Answers the requests below :data:`PREFIX`."""

    def __init__(self, fleet: Fleet, faults: Faults, log: RequestLog, api_lock: threading.Lock) -> None:
        """``api_lock`` is held while the cloud is read or changed."""
        self._fleet = fleet
        self._faults = faults
        self._log = log
        self._api_lock = api_lock
        self._actions: dict[str, Callable[[set[str], dict[str, Any]], None]] = {
            "restart": lambda ids, _: self._change(cloud.restart, ids),
            "stop": lambda ids, _: self._change(cloud.stop, ids),
            "start": lambda ids, _: self._change(cloud.start, ids),
            "terminate": lambda ids, _: self._change(cloud.terminate, ids),
            "cut": lambda ids, body: fleet.cut(ids, _how(body)),
            "join": lambda ids, _: fleet.cut(ids, None),
        }

    def answer(self, method: str, path: str, body: Any) -> Any:
        """The answer to a request. Raises ValueError for one that makes no sense."""
        match method, path.removeprefix(PREFIX):
            case "GET", "machines":
                return self._machines()
            case "POST", "boot":
                delay = body.get("delay")
                self._fleet.set_boot(BootRule(body.get("machine"), None if delay is None else float(delay)))
                return {}
            case "POST", name if name in self._actions:
                body = body or {}
                self._actions[name](self._ids(body.get("machines")), body)
                return self._machines()
            case "PUT", "faults":
                self._faults.replace([FaultRule.from_json(rule) for rule in body])
                return self._fault_rules()
            case "GET", "faults":
                return self._fault_rules()
            case "GET", "log":
                return self._log.entries()
            case "GET", "store":
                with self._api_lock:
                    return store.everything()
            case "PUT", "object":
                with self._api_lock:
                    store.put(body["bucket"], body["key"], body["text"])
                return {}
            case "DELETE", "log":
                self._log.clear()
                return []
        raise ValueError(f"no such request: {method} {path}")

    def _change(self, change: Callable[[set[str]], None], ids: set[str]) -> None:
        with self._api_lock:
            change(ids)
        self._fleet.settle()

    def _instances(self) -> list[cloud.Instance]:
        with self._api_lock:
            return cloud.all_instances()

    def _machines(self) -> list[dict[str, Any]]:
        machines = self._fleet.describe()
        return [
            {
                "id": instance.id,
                "name": instance.name,
                "state": instance.state,
                "public_ip": instance.public_ip,
                "private_ip": instance.private_ip,
                **machines.get(instance.id, {"listening": False}),
            }
            for instance in self._instances()
        ]

    def _ids(self, wanted: list[str] | None) -> set[str]:
        present = [instance for instance in self._instances() if instance.state != "terminated"]
        if wanted is None:
            return {instance.id for instance in present}
        ids = set()
        for name in wanted:
            found = {instance.id for instance in present if name in (instance.id, instance.name)}
            if not found:
                raise ValueError(f"no machine is called {name!r}")
            ids |= found
        return ids

    def _fault_rules(self) -> list[dict[str, Any]]:
        return [asdict(rule) for rule in self._faults.rules()]


def _how(body: dict[str, Any]) -> str:
    match body.get("how", "refuse"):
        case "refuse" | "silent" as how:
            return str(how)
    raise ValueError("how is 'refuse' or 'silent'")
