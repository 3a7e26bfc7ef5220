"""moto's EC2, with addresses that are on this computer.

moto invents addresses that lead nowhere. This module makes it take them from an
:class:`~simulator.addresses.AddressBlock`, and reads out which instances there are.
moto already behaves as AWS does at a stop: without an Elastic IP the public address goes
away, and a start gives another one.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from moto.ec2.models import (
    amis,
    ec2_backends,
    elastic_ip_addresses,
    elastic_network_interfaces,
    instances,
    subnets,
)

#: The account that publishes Debian's images: https://wiki.debian.org/Cloud/AmazonEC2Image
_DEBIAN = "136693071363"


class Addresses(Protocol):
    """Where the addresses of instances come from."""

    def public(self) -> str:
        """The next public address."""

    def private(self) -> str:
        """The next private address."""

    def private_in(self, address: str) -> bool:
        """Whether a private address of moto's choice can be used as it is."""


@dataclass(frozen=True)
class Instance:
    """What the fleet has to know of an EC2 instance."""

    id: str
    name: str
    state: str
    public_ip: str | None
    private_ip: str | None
    public_key: str | None
    #: What cloud-init is to do
    user_data: bytes | None = None

    @property
    def addresses(self) -> list[str]:
        """The addresses it has, public one first."""
        return [address for address in (self.public_ip, self.private_ip) if address]


def offer_debian() -> None:
    """Adds an image of Debian 12, as Debian publishes them, to those that moto knows."""
    amis.AMIS.append(
        {
            "ami_id": "ami-0deb1a12000000001",
            "name": "debian-12-amd64-20260101-2000",
            "description": "Debian 12 (20260101-2000)",
            "owner_id": _DEBIAN,
            "architecture": "x86_64",
            "virtualization_type": "hvm",
            "hypervisor": "xen",
            "root_device_type": "ebs",
            "root_device_name": "/dev/xvda",
            "image_location": "amazon/debian-12-amd64-20260101-2000",
            "image_type": "machine",
            "public": True,
            "state": "available",
            "sriov": "simple",
        }
    )


def use_addresses(block: Addresses) -> None:
    """Makes moto give instances and Elastic IPs the addresses of ``block``."""
    choose: Callable[[Any, Any], str] = subnets.Subnet.get_available_subnet_ip

    def private_in_subnet(subnet: Any, instance: Any) -> str:
        address = choose(subnet, instance)
        if block.private_in(address):
            return address
        address = block.private()
        subnet._subnet_ips[address] = instance
        return address

    replacements: list[tuple[Any, str, Any]] = [
        (elastic_network_interfaces, "random_public_ip", block.public),
        (elastic_ip_addresses, "random_ip", block.public),
        (instances, "random_private_ip", block.private),
        (subnets.Subnet, "get_available_subnet_ip", private_in_subnet),
    ]
    for owner, name, replacement in replacements:
        # Another release of moto may call it something else, and must not pass unnoticed.
        if not hasattr(owner, name):
            raise RuntimeError(f"moto has no {name} where this release of the simulator expects it")
        setattr(owner, name, replacement)


def all_instances() -> list[Instance]:
    """The instances of all accounts and regions, terminated ones included."""
    return [_instance(backend, instance) for backend, instance in _walk()]


def restart(ids: set[str]) -> None:
    """Stops and starts instances, as a person would in the console."""
    for backend, instance in _walk():
        if instance.id in ids and instance.state == "running":
            backend.stop_instances([instance.id])
            backend.start_instances([instance.id])


def stop(ids: set[str]) -> None:
    """Stops instances."""
    for backend, instance in _walk():
        if instance.id in ids and instance.state == "running":
            backend.stop_instances([instance.id])


def start(ids: set[str]) -> None:
    """Starts instances that are stopped."""
    for backend, instance in _walk():
        if instance.id in ids and instance.state == "stopped":
            backend.start_instances([instance.id])


def terminate(ids: set[str]) -> None:
    """Terminates instances."""
    for backend, instance in _walk():
        if instance.id in ids and instance.state != "terminated":
            backend.terminate_instances([instance.id])


def _walk() -> list[tuple[Any, Any]]:
    return [
        (backend, instance)
        for account in list(ec2_backends.values())
        for backend in list(account.values())
        for instance in backend.all_instances()
    ]


def _instance(backend: Any, instance: Any) -> Instance:
    tags = {tag["key"]: tag["value"] for tag in instance.get_tags()}
    gone = instance.state == "terminated"
    return Instance(
        id=instance.id,
        name=tags.get("Name", ""),
        state=instance.state,
        public_ip=None if gone else instance.public_ip,
        private_ip=None if gone else instance.private_ip,
        public_key=_public_key(backend, instance.key_name),
        user_data=_user_data(instance.user_data),
    )


def _user_data(data: Any) -> bytes | None:
    """The API carries it in base64."""
    if isinstance(data, list):
        data = data[0] if data else None
    return base64.b64decode(str(data)) if data else None


def _public_key(backend: Any, key_name: str | None) -> str | None:
    pair = backend.key_pairs.get(key_name) if key_name else None
    return pair.public_key if pair else None
