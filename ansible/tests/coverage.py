#!/usr/bin/env python3
"""Checks that each alert has a severity, a runbook that is there and a unit test, each recording rule a unit test, and
that there is no runbook of an alert that isn't.
"""

import re
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
RUNBOOKS = ROOT.parent / "docs/runbooks"
SEVERITIES = {"warning", "critical"}


def main():
    """Runs the checks."""
    wrong = []
    fired, recorded = set(), ""
    for file in sorted((ROOT / "tests/rules").glob("*.test.yml")):
        for test in yaml.safe_load(file.read_text())["tests"]:
            fired |= {case["alertname"] for case in test.get("alert_rule_test", []) if case["exp_alerts"]}
            recorded += " ".join(case["expr"] for case in test.get("promql_expr_test", [])) + " "

    alerts = {}
    for file in sorted((ROOT / "roles/prometheus/files/rules").glob("*.yml")):
        for group in yaml.safe_load(file.read_text())["groups"]:
            for rule in group["rules"]:
                if "record" in rule:
                    if not re.search(rf"(?<![\w:]){re.escape(rule['record'])}(?![\w:])", recorded):
                        wrong.append(f"{file.name}: {rule['record']} has no unit test")
                    continue
                name = rule["alert"]
                if name in alerts:
                    wrong.append(f"{file.name}: {name} is in {alerts[name]} as well")
                alerts[name] = file.name
                if rule.get("labels", {}).get("severity") not in SEVERITIES:
                    wrong.append(f"{file.name}: {name} has no severity")
                annotations = rule.get("annotations", {})
                if annotations.get("runbook_url") != "{{ $externalURL }}/runbooks/" + name + ".md":
                    wrong.append(f"{file.name}: {name} has no address of its runbook")
                if not annotations.get("summary") or not annotations.get("description"):
                    wrong.append(f"{file.name}: {name} has no summary or no description")
                if not (RUNBOOKS / f"{name}.md").is_file():
                    wrong.append(f"{file.name}: {name} has no runbook docs/runbooks/{name}.md")
                if name not in fired:
                    wrong.append(f"{file.name}: {name} fires in no unit test")
    if not alerts:
        wrong.append("found no alert at all")
    # Runbooks of other things have names in lower case.
    for file in sorted(RUNBOOKS.glob("[A-Z]*.md")):
        if file.stem not in alerts and file.stem != "README":
            wrong.append(f"docs/runbooks/{file.name}: no such alert")
    for line in wrong:
        print(line)
    print(f"{len(alerts)} alerts, {len(wrong)} wrong")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
