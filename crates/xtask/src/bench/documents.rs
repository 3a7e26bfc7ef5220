//! The documents that Terraform would write of a fleet: a raw state, the same state by
//! `show -json`, and a plan in which one host in ten has another address than before.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};

use anyhow::{Context as _, Result};
use camino::{Utf8Path, Utf8PathBuf};
use serde_json::{Value, json};

use super::fleet::{KINDS, Kind, drifts, key};

const PROVIDER: &str = "registry.terraform.io/hashicorp/aws";

/// The files of one fleet.
#[derive(Debug)]
pub(super) struct Documents {
    pub(super) dir: Utf8PathBuf,
    pub(super) raw: Utf8PathBuf,
    pub(super) show: Utf8PathBuf,
    pub(super) plan: Utf8PathBuf,
}

impl Documents {
    /// Writes the documents of a fleet of `hosts` hosts. The same hosts, the same bytes.
    pub(super) fn write(hosts: usize, dir: &Utf8Path) -> Result<Self> {
        let dir = dir.join(format!("fleet-{hosts}"));
        fs::create_dir_all(&dir).with_context(|| format!("can't create {dir}"))?;
        let file = |name: &str, write: fn(&mut dyn Write, usize) -> io::Result<()>| {
            let path = dir.join(name);
            let mut out = BufWriter::with_capacity(1 << 20, File::create(&path)?);
            write(&mut out, hosts)
                .and_then(|()| out.flush())
                .with_context(|| format!("can't write {path}"))?;
            Ok::<_, anyhow::Error>(path)
        };
        Ok(Self {
            raw: file("terraform.tfstate", raw)?,
            show: file("state.json", show)?,
            plan: file("plan.json", plan)?,
            dir,
        })
    }
}

/// A state as a backend stores it, indented as Terraform does.
fn raw(out: &mut dyn Write, hosts: usize) -> io::Result<()> {
    out.write_all(
        b"{\n  \"version\": 4,\n  \"terraform_version\": \"1.9.8\",\n  \"serial\": 42,\n  \
          \"lineage\": \"7d9c2f0e-3a6b-4c1d-9e8f-5a4b3c2d1e0f\",\n  \"outputs\": {},\n  \"resources\": [\n",
    )?;
    for (nth, kind) in KINDS.into_iter().enumerate() {
        write!(
            out,
            "{}    {{\n      \"mode\": \"managed\",\n      \"type\": \"{}\",\n      \"name\": \"web\",\n      \
             \"provider\": \"provider[\\\"{PROVIDER}\\\"]\",\n      \"instances\": [\n",
            if nth == 0 { "" } else { ",\n" },
            kind.name()
        )?;
        for number in 0..kind.count(hosts) {
            let instance = json!({
                "index_key": key(number),
                "schema_version": 1,
                "attributes": kind.attributes(number, false),
                "sensitive_attributes": [],
                "private": "eyJlMmJmYjczMC1lY2FhLTExZTYtOGY4OC0zNDM2M2JjN2M0YzAiOnsiY3JlYXRlIjo2MDAwMDAwMDAwMDAsImRlbGV0ZSI6MTIwMDAwMDAwMDAwMCwidXBkYXRlIjo2MDAwMDAwMDAwMDB9LCJzY2hlbWFfdmVyc2lvbiI6IjEifQ==",
                "dependencies": ["aws_security_group.web"],
            });
            let text = serde_json::to_string_pretty(&instance)?.replace('\n', "\n        ");
            write!(
                out,
                "{}        {text}",
                if number == 0 { "" } else { ",\n" }
            )?;
        }
        out.write_all(b"\n      ]\n    }")?;
    }
    out.write_all(b"\n  ],\n  \"check_results\": null\n}\n")
}

/// The same state as `terraform show -json` prints it.
fn show(out: &mut dyn Write, hosts: usize) -> io::Result<()> {
    write_show(out, hosts, false)
}

fn write_show(out: &mut dyn Write, hosts: usize, restarted: bool) -> io::Result<()> {
    out.write_all(br#"{"format_version":"1.0","terraform_version":"1.9.8","values":"#)?;
    values(out, hosts, restarted)?;
    out.write_all(b"}")
}

fn values(out: &mut dyn Write, hosts: usize, restarted: bool) -> io::Result<()> {
    out.write_all(br#"{"root_module":{"resources":["#)?;
    list(
        out,
        hosts,
        |_| true,
        |kind, number| {
            let mut resource = head(kind, number);
            resource["schema_version"] = json!(1);
            resource["values"] = kind.attributes(number, restarted);
            resource["sensitive_values"] = json!({"tags": {}, "tags_all": {}});
            resource
        },
    )?;
    out.write_all(b"]}}")
}

/// A plan after a restart: the addresses of one host in ten drifted, and their records
/// are to follow.
fn plan(out: &mut dyn Write, hosts: usize) -> io::Result<()> {
    out.write_all(br#"{"format_version":"1.2","terraform_version":"1.9.8","planned_values":"#)?;
    values(out, hosts, true)?;
    out.write_all(br#","resource_drift":["#)?;
    let drifted = |kind: Kind, number: usize| {
        let before = kind.attributes(number, false);
        change(kind, number, "update", &before)
    };
    list(
        out,
        hosts,
        |(kind, number)| kind == Kind::Instance && drifts(number),
        drifted,
    )?;
    out.write_all(br#"],"resource_changes":["#)?;
    list(
        out,
        hosts,
        |_| true,
        |kind, number| {
            let follows = kind == Kind::Record && drifts(number);
            let action = if follows { "update" } else { "no-op" };
            change(kind, number, action, &kind.attributes(number, !follows))
        },
    )?;
    out.write_all(br#"],"prior_state":"#)?;
    write_show(out, hosts, true)?;
    let resources: Vec<Value> = KINDS
        .into_iter()
        .map(|kind| {
            let expressions = if kind == Kind::Record {
                json!({"records": {"references": ["aws_instance.web", "each.key"]}})
            } else {
                json!({})
            };
            json!({"address": format!("{}.web", kind.name()), "mode": "managed", "type": kind.name(),
                "name": "web", "provider_config_key": "aws", "expressions": expressions,
                "schema_version": 1, "for_each_expression": {"references": ["local.hosts"]}})
        })
        .collect();
    let rest = json!({
        "configuration": {"root_module": {"resources": resources}},
        "relevant_attributes": [{"resource": "aws_instance.web", "attribute": ["public_ip"]}],
        "applyable": true, "complete": true, "errored": false,
    });
    let rest = rest.to_string();
    write!(out, ",{}", rest.strip_prefix('{').unwrap_or(&rest))
}

fn change(kind: Kind, number: usize, action: &str, before: &Value) -> Value {
    let mut entry = head(kind, number);
    entry["change"] = json!({
        "actions": [action],
        "before": before,
        "after": kind.attributes(number, true),
        "after_unknown": {},
        "before_sensitive": {"tags": {}, "tags_all": {}},
        "after_sensitive": {"tags": {}, "tags_all": {}},
    });
    entry
}

fn head(kind: Kind, number: usize) -> Value {
    json!({
        "address": format!("{}.web[\"{}\"]", kind.name(), key(number)),
        "mode": "managed",
        "type": kind.name(),
        "name": "web",
        "index": key(number),
        "provider_name": PROVIDER,
    })
}

/// Writes the resources for which `wanted` holds, with commas between.
fn list(
    out: &mut dyn Write,
    hosts: usize,
    wanted: impl Fn((Kind, usize)) -> bool,
    make: impl Fn(Kind, usize) -> Value,
) -> io::Result<()> {
    let all = KINDS
        .into_iter()
        .flat_map(|kind| (0..kind.count(hosts)).map(move |number| (kind, number)))
        .filter(|one| wanted(*one));
    for (nth, (kind, number)) in all.enumerate() {
        if nth > 0 {
            out.write_all(b",")?;
        }
        serde_json::to_writer(&mut *out, &make(kind, number))?;
    }
    Ok(())
}
