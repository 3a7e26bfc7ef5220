"""One booted host: a Debian with its own systemd, disk and network.

``systemd-nspawn --boot`` runs it on an overlay over one image that all share. Its disk is in
memory, lives as long as the instance, and outlasts a stop. cloud-init makes the image this
instance, from a file with what EC2's metadata service would say.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

from . import groups
from .cloud import Instance
from .fabric import Fabric, run
from .processes import die_with_parent

#: How long a host may take to power off before its power is cut, in seconds.
_POWER_OFF = 20.0


class Container:
    """The host behind one EC2 instance, off or on."""

    def __init__(self, directory: Path, image: Path, fabric: Fabric, instance: Instance) -> None:
        """Makes a new disk in ``directory``, which must not be on an overlay itself."""
        self.directory = directory
        self.addresses: list[str] = []
        self.frozen = False
        self._fabric = fabric
        self._name = instance.id
        self._nspawn: subprocess.Popen[bytes] | None = None
        self._answered = False
        self._groups: list[Path] = []

        self._root = directory / "root"
        upper, work = directory / "disk", directory / "work"
        for path in (self._root, upper, work):
            path.mkdir(parents=True)
        options = f"lowerdir={image},upperdir={upper},workdir={work}"
        run("mount", "-t", "overlay", "overlay", "-o", options, str(self._root))
        self._seed(instance)

    @property
    def pid(self) -> int | None:
        """The process of nspawn, while it runs."""
        return self._nspawn.pid if self._nspawn and self._nspawn.poll() is None else None

    @property
    def home(self) -> Path:
        """``~`` of the login, seen from outside of the mount namespace of this process."""
        return Path("/proc", str(self._init() or 0), "root", "home", "admin")

    def facts(self) -> dict[str, object]:
        """What is to be known of this host beyond what every machine has."""
        return {"init": self._init(), "port": 22}

    @property
    def listening(self) -> bool:
        """Whether its sshd has answered since it was started, and it is not cut off."""
        if self.pid is None or self.frozen:
            return False
        self._answered = self._answered or _has_banner(self.addresses[0])
        return self._answered

    def host_key(self) -> str | None:
        """The public host key, without its comment. None before the first boot has made it."""
        try:
            text = (self._root / "etc/ssh/ssh_host_ed25519_key.pub").read_text()
        except FileNotFoundError:
            return None
        return " ".join(text.split()[:2])

    def start(self, addresses: list[str]) -> None:
        """Boots with these addresses."""
        self.stop()
        self.addresses = addresses
        self._fabric.plug(self._name, addresses)
        self._groups = groups.make(self._name)
        with open(self.directory / "console.log", "ab") as log:
            self._nspawn = subprocess.Popen(
                [
                    *("systemd-nspawn", "--quiet", "--boot", f"--directory={self._root}", f"--machine={self._name}"),
                    *("--register=no", "--keep-unit", f"--network-namespace-path=/run/netns/{self._name}"),
                    *("--resolv-conf=off", "--timezone=off", "--link-journal=no"),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=self._prepare,
            )

    def _prepare(self) -> None:
        """What nspawn does before it becomes nspawn."""
        die_with_parent()
        groups.enter(self._groups)

    def power_off(self) -> None:
        """Asks it to shut down, and returns at once."""
        if self._nspawn is not None and self._nspawn.poll() is None:
            self._nspawn.send_signal(signal.SIGTERM)

    def stop(self) -> None:
        """Shuts it down, and cuts the power if that takes too long."""
        self.power_off()
        self._end(_POWER_OFF)

    def freeze(self, frozen: bool) -> None:
        """Pulls its network cable, or plugs it in again."""
        if self.pid is not None and frozen != self.frozen:
            self._fabric.cut(self._name, frozen)
            self.frozen = frozen

    def remove(self) -> None:
        """Cuts its power and deletes its disk."""
        self._end(0.0)
        run("umount", "--lazy", str(self._root))
        run("rm", "-rf", str(self.directory))

    def _end(self, patience: float) -> None:
        if self._nspawn is None:
            return
        deadline = time.monotonic() + patience
        while self._nspawn.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        # Its first process, not nspawn: that one would leave the host running.
        while self._nspawn.poll() is None:
            init = self._init()
            # It may have ended meanwhile.
            with contextlib.suppress(ProcessLookupError):
                os.kill(init or self._nspawn.pid, signal.SIGKILL)
            time.sleep(0.05)
        self._nspawn = None
        self._answered = False
        self._fabric.unplug(self._name)
        groups.remove(self._groups)
        self.addresses = []
        self.frozen = False

    def _init(self) -> int | None:
        """The host's first process, as this computer numbers it."""
        try:
            children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        except FileNotFoundError:
            return None
        return int(children[0]) if children else None

    def _seed(self, instance: Instance) -> None:
        """Writes what cloud-init asks for: https://cloudinit.readthedocs.io/en/latest/reference/datasources/nocloud.html"""
        address = (instance.private_ip or "0.0.0.0").replace(".", "-")
        metadata = {
            "instance-id": instance.id,
            "local-hostname": f"ip-{address}",
            "public-keys": [instance.public_key] if instance.public_key else [],
        }
        seed = self._root / "var/lib/cloud/seed/nocloud"
        seed.mkdir(parents=True)
        # On a kernel with the first version of cgroups a host isn't told that the last process of a user
        # has ended. It would take two minutes to stop what it runs for the user, and logins wait for that.
        logind = self._root / "etc/systemd/logind.conf.d"
        logind.mkdir(parents=True, exist_ok=True)
        (logind / "users-stay.conf").write_text("[Login]\nUserStopDelaySec=infinity\n")
        # JSON is YAML.
        (seed / "meta-data").write_text(json.dumps(metadata))
        (seed / "user-data").write_bytes(instance.user_data or b"#cloud-config\n")


def _has_banner(address: str) -> bool:
    try:
        with socket.create_connection((address, 22), timeout=0.5) as connection:
            return connection.recv(4) == b"SSH-"
    except OSError:
        return False
