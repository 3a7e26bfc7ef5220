"""Starts the simulator: ``python -m simulator --dir DIR``."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path

from . import buckets, cloud
from .addresses import AddressBlock
from .control import Control
from .faults import Faults
from .fleet import BootRule, Fleet
from .log import RequestLog
from .processes import adopt_orphans, descendants
from .server import Api, serve

#: How often to look whether the parent is still there, in seconds.
_POLL = 0.25


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="simulator", description="A local AWS with machines to log in to.")
    parser.add_argument("--port", type=int, default=0, help="port of the API; 0 chooses one")
    parser.add_argument("--ssh-port", type=int, default=2222, help="port of sshd on every machine")
    parser.add_argument("--dir", type=Path, help="where the disks of the machines are; default: a temporary directory")
    parser.add_argument("--boot-delay", type=float, default=0.0, metavar="SECONDS", help="from running to sshd")
    parser.add_argument("--background", action="store_true", help="live on when the terminal is closed")
    parser.add_argument("--with-parent", action="store_true", help="end when the process that started this ends")
    parser.add_argument("--hours", type=float, help="end after so many hours")
    return parser.parse_args()


def main() -> None:
    """Runs until a signal, the end of the parent, or the end of its time."""
    arguments = _arguments()
    parent = os.getppid()
    if arguments.background:
        os.setsid()
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: ended.set())
    adopt_orphans()

    block = AddressBlock(arguments.ssh_port)
    cloud.use_addresses(block)
    buckets.correct_answers()
    directory = Path(tempfile.mkdtemp(prefix="machines-", dir=arguments.dir)).resolve()
    api_lock = threading.Lock()

    def instances() -> list[cloud.Instance]:
        with api_lock:
            return cloud.all_instances()

    faults, log = Faults(), RequestLog()
    fleet = Fleet(directory, arguments.ssh_port, instances)
    fleet.set_boot(BootRule(None, arguments.boot_delay))
    server = serve(Api(Control(fleet, faults, log, api_lock), faults, log, api_lock, fleet.refresh), arguments.port)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    print(json.dumps({"port": server.port, "ssh_port": arguments.ssh_port, "pid": os.getpid()}), flush=True)
    until = time.monotonic() + arguments.hours * 3600 if arguments.hours else float("inf")
    while not ended.wait(_POLL):
        if time.monotonic() > until or (arguments.with_parent and os.getppid() != parent):
            break

    server.shutdown()
    fleet.close()
    for pid in descendants(os.getpid()):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    shutil.rmtree(directory, ignore_errors=True)
    block.release()
    # Threads of connections that a client keeps open would hold the process up.
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
