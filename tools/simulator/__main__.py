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

from . import buckets, cloud, ec2_gaps
from .addresses import AddressBlock
from .container import Container
from .control import Control
from .fabric import Fabric, run
from .faults import Faults
from .fleet import BootRule, Fleet
from .log import RequestLog
from .machine import Machine
from .processes import adopt_orphans, descendants
from .server import Api, serve

#: How often to look whether the parent is still there, in seconds.
_POLL = 0.25

#: Set where this process has a mount namespace of its own.
_OWN_MOUNTS = "SIMULATOR_OWN_MOUNTS"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="simulator", description="A local AWS with machines to log in to.")
    parser.add_argument("--port", type=int, default=0, help="port of the API; 0 chooses one")
    parser.add_argument("--ssh-port", type=int, default=2222, help="port of sshd on every machine")
    parser.add_argument("--dir", type=Path, help="where the disks of the machines are; default: a temporary directory")
    parser.add_argument("--boot-delay", type=float, default=0.0, metavar="SECONDS", help="from running to sshd")
    parser.add_argument("--image", type=Path, help="boot this Debian as the machines, rather than run sshds; needs root")
    parser.add_argument("--background", action="store_true", help="live on when the terminal is closed")
    parser.add_argument("--with-parent", action="store_true", help="end when the process that started this ends")
    parser.add_argument("--hours", type=float, help="end after so many hours")
    return parser.parse_args()


def main() -> None:
    """Runs until a signal, the end of the parent, or the end of its time."""
    arguments = _arguments()
    if arguments.image and os.environ.get(_OWN_MOUNTS) is None:
        # What is mounted for hosts goes when the last of them does, however this process ends.
        unshare = ["unshare", "--mount", "--propagation", "private", sys.executable, "-m", "simulator"]
        os.execvpe("unshare", [*unshare, *sys.argv[1:]], os.environ | {_OWN_MOUNTS: "1"})
    parent = os.getppid()
    if arguments.background:
        os.setsid()
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: ended.set())
    adopt_orphans()

    directory = Path(tempfile.mkdtemp(prefix="machines-", dir=arguments.dir)).resolve()
    block: AddressBlock | Fabric
    if arguments.image:
        run("mount", "-t", "tmpfs", "-o", "mode=0700", "tmpfs", str(directory))
        block = fabric = Fabric()
    else:
        block = AddressBlock(arguments.ssh_port)
    cloud.use_addresses(block)
    cloud.offer_debian()
    ec2_gaps.fill()
    buckets.correct_answers()
    api_lock = threading.Lock()

    def make(instance: cloud.Instance) -> Container | Machine:
        if arguments.image:
            return Container(directory / instance.id, arguments.image, fabric, instance)
        return Machine(directory / instance.id, arguments.ssh_port, instance.public_key)

    def instances() -> list[cloud.Instance]:
        with api_lock:
            return cloud.all_instances()

    faults, log = Faults(), RequestLog()
    fleet = Fleet(make, instances)
    fleet.set_boot(BootRule(None, arguments.boot_delay))
    api = Api(Control(fleet, faults, log, api_lock), faults, log, api_lock, fleet.refresh)
    servers = [serve(api, arguments.port)]
    ready: dict[str, object] = {"port": servers[0].port, "ssh_port": arguments.ssh_port, "pid": os.getpid()}
    if arguments.image:
        # Hosts reach the API where they reach this computer.
        servers.append(serve(api, servers[0].port, fabric.gateway))
        ready |= {"ssh_port": 22, "gateway": fabric.gateway, "vpc": str(fabric.vpc)}
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()

    print(json.dumps(ready), flush=True)
    until = time.monotonic() + arguments.hours * 3600 if arguments.hours else float("inf")
    while not ended.wait(_POLL):
        if time.monotonic() > until or (arguments.with_parent and os.getppid() != parent):
            break

    for server in servers:
        server.shutdown()
    fleet.close()
    for pid in descendants(os.getpid()):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    if arguments.image:
        run("umount", "--lazy", str(directory))
    shutil.rmtree(directory, ignore_errors=True)
    block.release()
    # Threads of connections that a client keeps open would hold the process up.
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
