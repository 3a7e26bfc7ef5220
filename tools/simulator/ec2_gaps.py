"""What EC2 has and moto lacks, as far as the reference stack needs it."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models.instances import InstanceBackend
from moto.ec2.responses.monitoring import Monitoring


def fill() -> None:
    """Makes moto behave as EC2 does."""
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_MonitorInstances.html
    for name, state in (("monitor_instances", "enabled"), ("unmonitor_instances", "disabled")):
        _replace(Monitoring, name, _monitoring(state))
    _replace(InstanceBackend, "run_instances", _with_security_groups(InstanceBackend.run_instances))


def _replace(owner: Any, name: str, value: Any) -> None:
    # Another release of moto may call it something else, and must not pass unnoticed.
    if not hasattr(owner, name):
        raise RuntimeError(f"moto has no {name} where this release of the simulator expects it")
    setattr(owner, name, value)


def _monitoring(state: str) -> Any:
    def respond(self: Any) -> ActionResult:
        self.error_on_dryrun()
        instances = [self.ec2_backend.get_instance(instance) for instance in self._get_param("InstanceIds", [])]
        for instance in instances:
            instance.monitoring_state = state
        said = [{"InstanceId": instance.id, "Monitoring": {"State": state}} for instance in instances]
        return ActionResult({"InstanceMonitorings": said})

    return respond


def _with_security_groups(run_instances: Any) -> Any:
    """Groups that are asked for with the network interface are the instance's, too:
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Instance.html"""

    def run(self: Any, *arguments: Any, **options: Any) -> Any:
        reservation = run_instances(self, *arguments, **options)
        for instance in reservation.instances:
            if not instance.security_groups and instance.nics:
                instance.security_groups = list(instance.nics[0].group_set)
        return reservation

    return run
