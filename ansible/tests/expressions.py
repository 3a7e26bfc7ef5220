#!/usr/bin/env python3
"""Runs every PromQL expression of every rule and dashboard panel against a Prometheus.

    ansible/tests/expressions.py                          a Prometheus of its own: is each valid, and does it run?
    ansible/tests/expressions.py https://primary --ca secrets/ca.crt --user federation --password-file secrets/password \\
        --resolve 203.0.113.7 --data                      a global server: does each have the data that it needs?

With --data an expression of a dashboard or a recording rule must have a result, and for an alert, which has none while
all is well, each metric that it reads must be there. ABSENT and CONTAINER list what may be missing, with the reason.
"""

import argparse
import http.client
import json
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.parse
from base64 import b64encode
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent

# Metrics that a healthy federation may be without.
ABSENT = {
    "ALERTS": "nothing fires while all is well",
    "federation_backup_last_success_timestamp_seconds": "backups are set up where there is a bucket",
    "federation_backup_last_attempt_success": "backups are set up where there is a bucket",
    "alertmanager_config_last_reload_successful": "leaves have no Alertmanager",
    "alertmanager_cluster_members": "leaves have no Alertmanager",
}

# Metrics that a host which is a container has none of.
CONTAINER = {
    "node_timex_offset_seconds": "a container may not ask the kernel for its clock",
    "node_timex_maxerror_seconds": "a container may not ask the kernel for its clock",
    "node_timex_sync_status": "a container may not ask the kernel for its clock",
    "instance:node_clock_offset:seconds": "a container may not ask the kernel for its clock",
    "node_filesystem_avail_bytes": "the root of a container is an overlay, which node_exporter leaves out",
    "node_filesystem_size_bytes": "the root of a container is an overlay, which node_exporter leaves out",
    "node_filesystem_readonly": "the root of a container is an overlay, which node_exporter leaves out",
    "instance_mountpoint:node_filesystem_avail:ratio": "the root of a container is an overlay, which node_exporter leaves out",
}

KEYWORDS = {
    "and", "or", "unless", "by", "without", "on", "ignoring", "group_left", "group_right", "offset", "bool", "inf", "nan",
    "start", "end", "atan2",
}  # fmt: skip


def expressions():
    """Yields (where, expression, whether it is an alert's)."""
    for file in sorted((ROOT / "roles/prometheus/files/rules").glob("*.yml")):
        for group in yaml.safe_load(file.read_text())["groups"]:
            for rule in group["rules"]:
                name = rule.get("alert") or rule["record"]
                yield f"{file.name}: {name}", rule["expr"], "alert" in rule
    for file in sorted((ROOT / "roles/grafana/files/dashboards").glob("*.json")):
        for panel in json.loads(file.read_text())["panels"]:
            for target in panel.get("targets", []):
                expression = target["expr"].replace("$instance", ".*")
                if "$" in expression:
                    sys.exit(f"{file.name}: {panel['title']}: a variable that this test doesn't know: {expression}")
                yield f"{file.name}: {panel['title']}", expression, False


def metrics(expression):
    """Returns the names of the metrics that an expression reads."""
    text = re.sub(r'"(\\.|[^"\\])*"', '""', expression)
    text = re.sub(r"\{[^}]*\}", " ", text)
    text = re.sub(r"\[[^\]]*\]", " ", text)
    text = re.sub(r"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", " ", text)
    found = re.findall(r"(?<![\w:.])([a-zA-Z_:][\w:]*)(?!\w)\s*(\()?", text)
    return sorted({name for name, call in found if not call and name.lower() not in KEYWORDS})


class Server:
    """A Prometheus that answers queries."""

    def __init__(self, url, ca=None, user=None, password=None, address=None):
        parts = urllib.parse.urlsplit(url)
        self.name = parts.hostname
        self.port = parts.port or (443 if parts.scheme == "https" else 80)
        self.address = address or self.name
        self.tls = ssl.create_default_context(cafile=ca) if parts.scheme == "https" else None
        self.headers = {"Host": parts.netloc}
        if user:
            self.headers["Authorization"] = "Basic " + b64encode(f"{user}:{password}".encode()).decode()

    def get(self, path):
        """Returns the status and the body of an answer."""
        connection = http.client.HTTPConnection(self.address, self.port, timeout=30)
        connection.connect()
        if self.tls:
            # The certificate is for the name, wherever the server is.
            connection.sock = self.tls.wrap_socket(connection.sock, server_hostname=self.name)
        connection.request("GET", path, headers=self.headers)
        answer = connection.getresponse()
        body = answer.read().decode("utf-8", "replace")
        connection.close()
        return answer.status, body

    def query(self, expression):
        """Returns the number of results, or the error as text."""
        status, body = self.get("/api/v1/query?" + urllib.parse.urlencode({"query": expression}))
        try:
            answer = json.loads(body)
        except ValueError:
            return f"HTTP {status}: {body[:200]}"
        if answer.get("status") != "success":
            return f"HTTP {status}: {answer.get('error')}"
        return len(answer["data"]["result"])


class Own:
    """A Prometheus of this test's own, with the rules, that scrapes itself."""

    def __enter__(self):
        program = shutil.which("prometheus") or sys.exit("prometheus is missing; on Debian: apt-get install prometheus")
        self.directory = tempfile.TemporaryDirectory()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        config = Path(self.directory.name, "prometheus.yml")
        config.write_text(
            yaml.safe_dump(
                {
                    "rule_files": [str(ROOT / "roles/prometheus/files/rules/*.yml")],
                    "scrape_configs": [{"job_name": "prometheus", "static_configs": [{"targets": [f"127.0.0.1:{port}"]}]}],
                }
            )
        )
        self.log = Path(self.directory.name, "log").open("w+", encoding="utf-8")
        self.process = subprocess.Popen(
            [
                program,
                f"--config.file={config}",
                f"--storage.tsdb.path={self.directory.name}/data",
                f"--web.listen-address=127.0.0.1:{port}",
            ],
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )
        server = Server(f"http://127.0.0.1:{port}")
        for _ in range(300):
            if self.process.poll() is not None:
                break
            try:
                if server.get("/-/ready")[0] == 200:
                    return server
            except OSError:
                pass
            time.sleep(0.1)
        self.log.seek(0)
        output = self.log.read()
        self.__exit__()
        sys.exit(f"Prometheus did not start:\n{output}")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.log.close()
        self.directory.cleanup()


def check(server, data, absent):
    """Runs everything; returns how much it was, and what is wrong."""
    wrong = []
    count = 0
    for where, expression, alert in expressions():
        count += 1
        result = server.query(expression)
        if isinstance(result, str):
            wrong.append(f"{where}: {result}")
        if not data:
            continue
        read = metrics(expression)
        missing = [name for name in read if name not in absent and server.query(name) == 0]
        if missing:
            wrong.append(f"{where}: no data for {', '.join(missing)}")
        elif not alert and result == 0 and not any(name in absent for name in read):
            wrong.append(f"{where}: no result")
    if count == 0:
        wrong.append("found no expression at all")
    return count, wrong


def main():
    """Runs the test."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url", nargs="?")
    parser.add_argument("--ca")
    parser.add_argument("--user")
    parser.add_argument("--password-file", type=Path)
    parser.add_argument("--resolve", metavar="ADDRESS", help="where the server is, if its name leads nowhere")
    parser.add_argument("--data", action="store_true", help="every expression must have the data that it needs")
    parser.add_argument("--containers", action="store_true", help="the hosts are containers, and have no data of some kinds")
    options = parser.parse_args()
    absent = {**ABSENT, **CONTAINER} if options.containers else ABSENT
    if options.url:
        password = options.password_file.read_text().strip() if options.password_file else None
        count, wrong = check(Server(options.url, options.ca, options.user, password, options.resolve), options.data, absent)
    else:
        with Own() as server:
            count, wrong = check(server, options.data, absent)
    for line in wrong:
        print(line)
    print(f"{count} expressions, {len(wrong)} wrong")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
