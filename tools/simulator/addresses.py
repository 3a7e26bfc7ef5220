"""Loopback addresses for the machines of one simulator.

All of 127.0.0.0/8 is local on Linux, so a machine can have addresses of its own without
root, a bridge or a network namespace. Several simulators may run at once, each with its
own pair of networks.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Iterator

#: Second octet of the first public and of the first private network.
PUBLIC_BASE = 64
PRIVATE_BASE = 128
#: How many simulators can run at once.
BLOCKS = 64


class AddressBlock:
    """A pair of /16 networks that no other simulator uses.

    The claim is a listening socket on the first address of the public network: the kernel
    gives it to one process only, and takes it back however that process ends.
    """

    def __init__(self, ssh_port: int) -> None:
        """Claims the first free block; ``ssh_port`` is the port on which machines listen."""
        self._claim, block = _claim_block(ssh_port)
        self._lock = threading.Lock()
        self._public = _hosts(PUBLIC_BASE + block)
        self._private = _hosts(PRIVATE_BASE + block)

    def public(self) -> str:
        """The next public address. None is ever given twice, as if the cloud were large."""
        with self._lock:
            return next(self._public)

    def private(self) -> str:
        """The next private address."""
        with self._lock:
            return next(self._private)

    def private_in(self, address: str) -> bool:
        """Whether a private address can be used as it is: none but ours are on this computer."""
        return False

    def release(self) -> None:
        """Gives the block back."""
        self._claim.close()


def _claim_block(port: int) -> tuple[socket.socket, int]:
    for block in range(BLOCKS):
        claim = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            claim.bind((f"127.{PUBLIC_BASE + block}.0.1", port))
            claim.listen(1)
        except OSError:
            claim.close()
        else:
            return claim, block
    raise RuntimeError(
        f"no free loopback network: {BLOCKS} simulators run, or something listens on "
        f"port {port} of every address (choose another with --ssh-port)"
    )


def _hosts(second_octet: int) -> Iterator[str]:
    """Addresses of one /16, from .0.10 on: the first few are for the simulator itself."""
    network = ipaddress.IPv4Network(f"127.{second_octet}.0.0/16")
    addresses = network.hosts()
    for address in addresses:
        if int(address) - int(network.network_address) >= 10:
            yield str(address)


def is_loopback(address: str | None) -> bool:
    """Whether a machine can listen on this address."""
    return address is not None and ipaddress.ip_address(address).is_loopback
