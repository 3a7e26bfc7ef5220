#!/usr/bin/env python3
"""Renders the configurations of a primary, a secondary and two leaves, with every option in use, and has promtool and
amtool check them. Both global servers must have the same one, but for their own name.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
HOSTS = {"primary": "203.0.113.1", "secondary": "203.0.113.2", "leaf-1": "203.0.113.3", "leaf-2": "203.0.113.4"}

# Options that are off by default.
OPTIONS = {
    "prometheus_ec2_jobs": [{"job_name": "web", "region": "eu-central-1", "filters": [{"name": "tag:Role", "values": ["web"]}]}],
    "prometheus_remote_write": [{"url": "https://store.example.com/api/v1/write", "queue_config": {"capacity": 5000}}],
    "prometheus_scrape_configs": [{"job_name": "more", "static_configs": [{"targets": ["192.0.2.1:9100"]}]}],
    "alertmanager_receivers": [{"name": "team", "webhook_configs": [{"url": "https://pager.example.com/"}]}, {"name": "nobody"}],
    "alertmanager_routes": [{"matchers": ['severity="warning"'], "receiver": "nobody"}],
}


def run(*command, **options):
    """Runs a command, or ends with what it said."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, **options)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}:\n{done.stdout}{done.stderr}")


def inventory(directory):
    """Writes an inventory in which the defaults of roles are the weakest variables, as they are for a role."""
    everything = {"output": str(directory), "ansible_python_interpreter": sys.executable, **OPTIONS}
    for role in ("prometheus", "alertmanager", "credentials", "tls_proxy"):
        for part in ("defaults", "vars"):
            file = ROOT / "roles" / role / part / "main.yml"
            if file.exists():
                everything = {**yaml.safe_load(file.read_text()), **everything}
    hosts = {
        name: {"ansible_host": address, "private_ip": address.replace("203.0.113", "10.0.0"), "role": name}
        for name, address in HOSTS.items()
    }
    children = {
        "prometheus_global": {"hosts": {name: hosts[name] for name in ("primary", "secondary")}},
        "prometheus_leaf": {"hosts": {name: hosts[name] for name in ("leaf-1", "leaf-2")}},
    }
    file = directory / "inventory"
    (file / "group_vars").mkdir(parents=True)
    (file / "hosts.yml").write_text(json.dumps({"all": {"vars": everything, "children": {"prometheus": {"children": children}}}}))
    for variables in (ROOT / "group_vars").glob("*.yml"):
        (file / "group_vars" / variables.name).symlink_to(variables)
    return file


def main():
    """Runs the test."""
    with tempfile.TemporaryDirectory() as temporary:
        directory = Path(temporary)
        secrets = directory / "secrets"
        run(sys.executable, ROOT.parent / "tools/federation_secrets.py", secrets, *HOSTS)
        run(
            Path(sys.executable).with_name("ansible-playbook"), "-i", inventory(directory),
            "-e", f"federation_secrets={secrets}", ROOT / "tests/configurations.yml",
            env={**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_LOCALHOST_WARNING": "0"},
        )  # fmt: skip
        for host in HOSTS:
            run("promtool", "check", "config", "--syntax-only", directory / f"{host}.prometheus.yml")
        for host in ("primary", "secondary"):
            run("amtool", "check-config", directory / f"{host}.alertmanager.yml")

        text = {host: (directory / f"{host}.prometheus.yml").read_text() for host in HOSTS}
        one, other = text["primary"], text["secondary"]
        # Each scrapes itself under its own name, and has a label for its own name.
        own = {"replica", "server_name", "instance"}
        for a, b in zip(one.splitlines(), other.splitlines(), strict=True):
            name = a.strip().partition(":")[0]
            if a != b and (name not in own or a.replace("primary", "secondary") != b):
                sys.exit(f"the global servers differ in more than their own names: {a!r} and {b!r}")
        for leaf in ("leaf-1", "leaf-2"):
            if f"server_name: {leaf}" not in one or "honor_labels: true" not in one:
                sys.exit(f"the global servers do not federate {leaf} under its own name")
            if "/federate" in text[leaf]:
                sys.exit(f"{leaf} federates others")
        print(f"{len(text)} configurations")


if __name__ == "__main__":
    main()
