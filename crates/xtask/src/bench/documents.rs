//! The documents that Terraform would write of a fleet: a raw state, the same state by
//! `show -json`, and a plan in which one host in ten has another address than before.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};

use anyhow::{Context as _, Result};
use camino::{Utf8Path, Utf8PathBuf};
use serde_json::{Value, json};

use super::fleet::{KINDS, Kind, drifts, key};

const PROVIDER: &str = "registry.terraform.io/hashicorp/aws";

/// Documents that another version of this program wrote are made anew.
const VERSION: &str = "3";

/// The documents of one fleet, each written when it is first asked for.
#[derive(Debug)]
pub(super) struct Documents {
    hosts: usize,
    pub(super) dir: Utf8PathBuf,
}

impl Documents {
    /// Those of a fleet of `hosts` hosts. The same hosts, the same bytes.
    pub(super) fn of(hosts: usize, dir: &Utf8Path) -> Result<Self> {
        let dir = dir.join(format!("fleet-{hosts}"));
        let stamp = dir.join("version");
        if fs::read_to_string(&stamp).ok().as_deref() != Some(VERSION) {
            if dir.exists() {
                fs::remove_dir_all(&dir).with_context(|| format!("can't empty {dir}"))?;
            }
            fs::create_dir_all(&dir).with_context(|| format!("can't create {dir}"))?;
            fs::write(stamp, VERSION)?;
            // Of a plan without a playbook: what is measured is the reading.
            fs::write(dir.join("infra.hcl"), super::tree::bare_configuration())?;
        }
        Ok(Self { hosts, dir })
    }

    /// The state as a backend stores it.
    pub(super) fn raw(&self) -> Result<Utf8PathBuf> {
        self.file("terraform.tfstate", raw)
    }

    /// The same by `terraform show -json`.
    pub(super) fn show(&self) -> Result<Utf8PathBuf> {
        self.file("state.json", show)
    }

    /// A plan in which one host in ten has another address than before.
    pub(super) fn plan(&self) -> Result<Utf8PathBuf> {
        self.file("plan.json", |out, hosts| plan(out, hosts, true))
    }

    /// A plan with nothing to do.
    pub(super) fn quiet(&self) -> Result<Utf8PathBuf> {
        self.file("quiet.json", |out, hosts| plan(out, hosts, false))
    }

    fn file(
        &self,
        name: &str,
        write: fn(&mut dyn Write, usize) -> io::Result<()>,
    ) -> Result<Utf8PathBuf> {
        let path = self.dir.join(name);
        if path.exists() {
            return Ok(path);
        }
        anstream::eprintln!("  writing {path}");
        let unfinished = self.dir.join(format!("{name}.part"));
        let mut out = BufWriter::with_capacity(1 << 20, File::create(&unfinished)?);
        write(&mut out, self.hosts)
            .and_then(|()| out.flush())
            .and_then(|()| fs::rename(&unfinished, &path))
            .with_context(|| format!("can't write {path}"))?;
        Ok(path)
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

/// A plan. After a restart the addresses of one host in ten drifted, and their records are
/// to follow.
fn plan(out: &mut dyn Write, hosts: usize, restarted: bool) -> io::Result<()> {
    out.write_all(br#"{"format_version":"1.2","terraform_version":"1.9.8","planned_values":"#)?;
    values(out, hosts, restarted)?;
    out.write_all(br#","resource_drift":["#)?;
    let drifted = |kind: Kind, number: usize| {
        let before = kind.attributes(number, false);
        change(kind, number, "update", &before, true)
    };
    list(
        out,
        hosts,
        |(kind, number)| restarted && kind == Kind::Instance && drifts(number),
        drifted,
    )?;
    out.write_all(br#"],"resource_changes":["#)?;
    list(
        out,
        hosts,
        |_| true,
        |kind, number| {
            let follows = restarted && kind == Kind::Record && drifts(number);
            let action = if follows { "update" } else { "no-op" };
            let before = kind.attributes(number, restarted && !follows);
            change(kind, number, action, &before, restarted)
        },
    )?;
    out.write_all(br#"],"prior_state":"#)?;
    write_show(out, hosts, restarted)?;
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
        "applyable": restarted, "complete": true, "errored": false,
    });
    let rest = rest.to_string();
    write!(out, ",{}", rest.strip_prefix('{').unwrap_or(&rest))
}

fn change(kind: Kind, number: usize, action: &str, before: &Value, restarted: bool) -> Value {
    let mut entry = head(kind, number);
    entry["change"] = json!({
        "actions": [action],
        "before": before,
        "after": kind.attributes(number, restarted),
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
