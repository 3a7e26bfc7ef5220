"""A simulated AWS for a directory, to be started, played with and ended by hand.

``cloud.py --dir DIR start`` starts one in the background. It keeps what it has in memory:
one that has ended has forgotten all, and the next ``infra apply`` makes everything anew.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

#: A cloud that was forgotten must not run for ever.
_HOURS = 8

_VERBS = {
    "start": "start it, on the port that it had before",
    "end": "end it, with all machines",
    "machines": "list the instances",
    "restart": "stop and start instances: their public addresses change",
    "terminate": "terminate instances, behind Terraform's back",
    "cut": "pull the network cable of machines",
    "join": "plug it in again",
}


class Cloud:
    """The cloud of one directory."""

    def __init__(self, directory: Path) -> None:
        """``directory`` gets a ``.cloud`` with the machines and the address of the API."""
        self._directory = directory.resolve() / ".cloud"
        self._file = self._directory / "cloud.json"

    def start(self) -> None:
        """Starts it, unless it runs."""
        known = self._known()
        if known and self._answers(known):
            return
        self._directory.mkdir(exist_ok=True)
        command = [sys.executable, "-m", "simulator", "--background", "--hours", str(_HOURS)]
        command += ["--dir", str(self._directory), "--port", str(known.get("port", 0))]
        with open(self._directory / "log", "ab") as log:
            process = subprocess.Popen(
                command,
                cwd=Path(__file__).parent,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            sys.exit(f"the cloud did not start; see {self._directory / 'log'}")
        self._file.write_bytes(line)

    def end(self) -> None:
        """Ends it, unless it has ended."""
        known = self._known()
        if not known or not self._answers(known):
            return
        os.kill(known["pid"], signal.SIGTERM)
        while self._answers(known):
            time.sleep(0.05)

    def ask(self, verb: str, names: list[str]) -> list[dict[str, Any]]:
        """Has the control plane do something to machines; returns all of them."""
        known = self._known()
        if not known or not self._answers(known):
            sys.exit("the cloud has ended: `./cloud start` starts an empty one")
        if verb == "machines":
            return list(self._request(known, "GET", verb))
        body = {"how": "silent"} | ({"machines": names} if names else {})
        return list(self._request(known, "POST", verb, body))

    def _known(self) -> dict[str, int]:
        try:
            return dict(json.loads(self._file.read_text()))
        except FileNotFoundError:
            return {}

    def _answers(self, known: dict[str, int]) -> bool:
        try:
            self._request(known, "GET", "faults")
        except OSError:
            return False
        return True

    def _request(self, known: dict[str, int], method: str, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(
            f"http://127.0.0.1:{known['port']}/__sim/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)


def _show(machines: list[dict[str, Any]]) -> None:
    for machine in sorted(machines, key=lambda machine: machine["name"]):
        address = machine["public_ip"] or "-"
        state = "cut off" if machine.get("cut") else machine["state"]
        print(f"{machine['name']:<12} {machine['id']}  {state:<10} {address}")


def main() -> None:
    """Does what the command line says."""
    verbs = "\n".join(f"  {verb:<10} {what}" for verb, what in _VERBS.items())
    parser = argparse.ArgumentParser(
        prog="cloud",
        description=f"The simulated AWS of this directory.\n\n{verbs}\n\nWithout a name, all machines are meant.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--dir", type=Path, default=Path(), help=argparse.SUPPRESS)
    parser.add_argument("verb", choices=_VERBS, metavar="VERB")
    parser.add_argument("names", nargs="*", metavar="NAME")
    arguments = parser.parse_args()

    cloud = Cloud(arguments.dir)
    if arguments.verb == "start":
        cloud.start()
    elif arguments.verb == "end":
        cloud.end()
    else:
        try:
            _show(cloud.ask(arguments.verb, arguments.names))
        except urllib.error.HTTPError as error:
            sys.exit(error.read().decode())


if __name__ == "__main__":
    main()
