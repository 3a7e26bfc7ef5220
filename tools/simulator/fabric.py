"""The network of the booted hosts of one simulator.

A switch in a network namespace of its own, with one cable to this computer's network. The
namespace lives as long as something in it does: with the simulator goes the switch, and
with the switch the cable. Nothing forwards packets to other networks.
"""

from __future__ import annotations

import ipaddress
import subprocess
import threading

#: How many simulators with booted hosts can run at once.
BLOCKS = 64

_SWITCH = "fabric"


class Fabric:
    """A switch, and the addresses of those who are on it.

    The claim of a block of addresses is the cable's name: the kernel gives it once. It also
    gives the addresses of the VPC; those outside of it are of the network that RFC 2544
    sets apart for tests, which leads nowhere.
    """

    def __init__(self) -> None:
        """Makes it. Needs root, and a mount namespace of its own."""
        # The names of namespaces are files; nobody else is to see ours.
        _ip("netns", "add", "unused")
        _ip("netns", "del", "unused")
        run("mount", "-t", "tmpfs", "tmpfs", "/run/netns")
        _ip("netns", "add", _SWITCH)
        self._block = _claim()
        vpc, public = f"10.{64 + self._block}.0.0/16", f"198.18.{self._block}.0/24"
        self.vpc = ipaddress.IPv4Network(vpc)
        self._public_network = ipaddress.IPv4Network(public)
        self.gateway = str(self.vpc[1])
        cable = _cable(self._block)
        inside("link", "add", "switch", "type", "bridge")
        for device in ("switch", "uplink"):
            inside("link", "set", device, "up")
        inside("link", "set", "uplink", "master", "switch")
        _ip("address", "add", f"{self.gateway}/{self.vpc.prefixlen}", "dev", cable)
        _ip("address", "add", f"{self._public_network[1]}/{self._public_network.prefixlen}", "dev", cable)
        _ip("link", "set", cable, "up")

        self._lock = threading.Lock()
        self._public = (str(address) for address in self._public_network.hosts() if address.packed[3] >= 10)
        # Subnets begin at the start of the VPC; what has none of those gets one from the end.
        last = list(self.vpc.subnets(new_prefix=24))[-1]
        self._private = (str(address) for address in last.hosts())

    def public(self) -> str:
        """The next public address. None is ever given twice."""
        with self._lock:
            return next(self._public)

    def private(self) -> str:
        """The next private address for an instance in no subnet of this VPC."""
        with self._lock:
            return next(self._private)

    def private_in(self, address: str) -> bool:
        """Whether a private address can be reached as it is."""
        return ipaddress.ip_address(address) in self.vpc

    def plug(self, name: str, addresses: list[str]) -> None:
        """Gives a host a network namespace called ``name`` with these addresses."""
        _ip("netns", "add", name)
        inside("link", "add", _port(name), "type", "veth", "peer", "name", "host0", "netns", name)
        inside("link", "set", _port(name), "master", "switch", "up")
        for address in addresses:
            network = self.vpc if self.private_in(address) else self._public_network
            _ip("-n", name, "address", "add", f"{address}/{network.prefixlen}", "dev", "host0")
        for device in ("lo", "host0"):
            _ip("-n", name, "link", "set", device, "up")
        _ip("-n", name, "route", "add", "default", "via", self.gateway)

    def unplug(self, name: str) -> None:
        """Takes a host's network namespace away."""
        _ip("netns", "del", name)

    def cut(self, name: str, is_cut: bool) -> None:
        """Pulls a host's cable, or plugs it in again."""
        inside("link", "set", _port(name), "down" if is_cut else "up")

    def release(self) -> None:
        """Takes the cable away."""
        _ip("link", "del", _cable(self._block))


def _claim() -> int:
    taken = _networks()
    for block in range(BLOCKS):
        if any(ipaddress.IPv4Network(f"10.{64 + block}.0.0/16").overlaps(network) for network in taken):
            continue
        command = ["link", "add", _cable(block), "type", "veth", "peer", "name", "uplink", "netns", _SWITCH]
        if subprocess.run(["ip", *command], capture_output=True).returncode == 0:
            return block
    raise RuntimeError(f"no free network for hosts: {BLOCKS} simulators run, or this computer uses 10.64.0.0/10")


def _networks() -> list[ipaddress.IPv4Network]:
    """The networks that this computer already reaches."""
    lines = run("ip", "-4", "route", "show", "table", "all").splitlines()
    words = [line.split() for line in lines]
    firsts = [line[1] if line[0] in ("local", "broadcast", "unreachable") else line[0] for line in words if line]
    return [ipaddress.IPv4Network(first) for first in firsts if first != "default"]


def _cable(block: int) -> str:
    return f"infra-{block}"


def _port(name: str) -> str:
    # At most 15 characters; the end of an instance id is as good as all of it.
    return f"p-{name[-12:]}"


def inside(*arguments: str) -> None:
    """``ip``, in the namespace of the switch."""
    _ip("-n", _SWITCH, *arguments)


def _ip(*arguments: str) -> None:
    run("ip", *arguments)


def run(*command: str) -> str:
    """Runs a command and returns its output; RuntimeError with what it said if it fails."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout
