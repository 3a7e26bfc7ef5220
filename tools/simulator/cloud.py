"""moto's EC2, with addresses that are on this computer.

moto invents addresses that lead nowhere. This module makes it take them from an
:class:`~simulator.addresses.AddressBlock`, and reads out which instances there are.
moto already behaves as AWS does at a stop: without an Elastic IP the public address goes
away, and a start gives another one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from moto.ec2.models import (
    ec2_backends,
    elastic_ip_addresses,
    elastic_network_interfaces,
    instances,
    subnets,
)

from .addresses import AddressBlock


@dataclass(frozen=True)
class Instance:
    """What the fleet has to know of an EC2 instance."""

    id: str
    name: str
    state: str
    public_ip: str | None
    private_ip: str | None
    public_key: str | None

    @property
    def addresses(self) -> list[str]:
        """The addresses it has, public one first."""
        return [address for address in (self.public_ip, self.private_ip) if address]


def use_addresses(block: AddressBlock) -> None:
    """Makes moto give instances and Elastic IPs the addresses of ``block``."""

    def private_in_subnet(subnet: Any, instance: Any) -> str:
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
    )


def _public_key(backend: Any, key_name: str | None) -> str | None:
    pair = backend.key_pairs.get(key_name) if key_name else None
    return pair.public_key if pair else None
