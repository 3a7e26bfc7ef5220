"""A machine that says yes to everything, for tracing what the controller reads.

Files that Ansible sends are read as a real connection would read them; nothing runs.
"""

import json
import os
import re

from ansible.plugins.connection import ConnectionBase

DOCUMENTATION = """
name: simulated
short_description: says yes to everything
description: No machine at all. Files that are sent are read, and every module succeeds.
version_added: historical
author: infra
options: {}
"""

FAMILIES = {
    "redhat": ("RedHat", "Rocky", "9.4", "dnf"),
    "suse": ("Suse", "openSUSE Leap", "15.6", "zypper"),
    "ubuntu": ("Debian", "Ubuntu", "24.04", "apt"),
}

RELEASES = {"Debian": "bookworm", "Ubuntu": "noble"}


def facts(host):
    name = next((name for name in FAMILIES if name in host), None)
    family, distribution, version, manager = FAMILIES.get(name, ("Debian", "Debian", "12.5", "apt"))
    return {
        "ansible_os_family": family,
        "ansible_distribution": distribution,
        "ansible_distribution_version": version,
        "ansible_distribution_major_version": version.split(".")[0],
        "ansible_distribution_release": RELEASES.get(distribution, "NA"),
        "ansible_pkg_mgr": manager,
        "ansible_service_mgr": "systemd",
        "ansible_system": "Linux",
        "ansible_kernel": "6.1.0",
        "ansible_architecture": "x86_64",
        "ansible_machine": "x86_64",
        "ansible_hostname": host.split(".")[0],
        "ansible_nodename": host,
        "ansible_fqdn": host,
        "ansible_domain": "",
        "ansible_user_id": "root",
        "ansible_user_dir": "/home/simulated",
        "ansible_processor_vcpus": 2,
        "ansible_processor_count": 1,
        "ansible_processor_cores": 2,
        "ansible_memtotal_mb": 4096,
        "ansible_memory_mb": {"real": {"total": 4096, "free": 2048, "used": 2048}},
        "ansible_swaptotal_mb": 0,
        "ansible_virtualization_type": "kvm",
        "ansible_virtualization_role": "guest",
        "ansible_selinux": {"status": "disabled"},
        "ansible_python": {"version": {"major": 3, "minor": 11, "micro": 2}},
        "ansible_python_version": "3.11.2",
        "ansible_default_ipv4": {"address": "192.0.2.10", "interface": "eth0", "gateway": "192.0.2.1"},
        "ansible_default_ipv6": {},
        "ansible_all_ipv4_addresses": ["192.0.2.10"],
        "ansible_all_ipv6_addresses": [],
        "ansible_interfaces": ["lo", "eth0"],
        "ansible_eth0": {"ipv4": {"address": "192.0.2.10"}, "device": "eth0"},
        "ansible_mounts": [],
        "ansible_devices": {},
        "ansible_env": {"HOME": "/home/simulated", "PATH": "/usr/bin:/bin"},
        "ansible_date_time": {"epoch": "1767225600", "iso8601": "2026-01-01T00:00:00Z", "date": "2026-01-01"},
        "ansible_local": {},
        "module_setup": True,
        "gather_subset": ["all"],
    }


def result(module, host):
    found = {
        "changed": True,
        "rc": 0,
        "stdout": "",
        "stderr": "",
        "status": 200,
        "msg": "",
    }
    if module in ("setup", "gather_facts"):
        found = {"changed": False, "ansible_facts": facts(host)}
    elif module == "ping":
        # Who waits for a connection waits for this answer.
        found = {"changed": False, "ping": "pong"}
    elif module == "stat":
        found = {"changed": False, "stat": {"exists": False}}
    elif module == "package_facts":
        found = {"changed": False, "ansible_facts": {"packages": {}}}
    elif module == "service_facts":
        found = {"changed": False, "ansible_facts": {"services": {}}}
    elif module == "slurp":
        found.update(content="", encoding="base64")
    elif module == "find":
        found.update(files=[], matched=0, examined=0)
    elif module == "tempfile":
        found.update(path="/tmp/simulated")
    elif module == "getent":
        found = {"changed": False, "ansible_facts": {}}
    return found


class Connection(ConnectionBase):
    transport = "simulated"
    has_pipelining = False

    def _connect(self):
        self._connected = True
        return self

    def close(self):
        self._connected = False

    def exec_command(self, cmd, in_data=None, sudoable=True):
        super().exec_command(cmd, in_data=in_data, sudoable=sudoable)
        text = cmd if isinstance(cmd, str) else cmd.decode()
        module = re.search(r"AnsiballZ_(\w+)\.py", text)
        if module:
            host = self._play_context.remote_addr or "host"
            out = json.dumps(result(module.group(1), str(host)))
        elif "ansible-tmp-" in text and "mkdir" in text:
            name = re.search(r"(ansible-tmp-[\d.]+-\d+-\d+)", text)
            word = name.group(1) if name else "ansible-tmp-0"
            out = f"{word}=/home/simulated/.ansible/tmp/{word}\n"
        elif "echo ~" in text:
            out = "/home/simulated\n"
        else:
            out = json.dumps(result("", "host"))
        return 0, out.encode(), b""

    def put_file(self, in_path, out_path):
        super().put_file(in_path, out_path)
        with open(in_path, "rb") as source:
            source.read()

    def fetch_file(self, in_path, out_path):
        super().fetch_file(in_path, out_path)
        os.makedirs(os.path.dirname(out_path), exist_ok=True)
        with open(out_path, "wb") as target:
            target.write(b"")
