//! The backend block of a Terraform root module, from its sources and from what
//! `terraform init` has made of it.

use std::borrow::Cow;

use hcl::{Block, Body, Expression, TemplateExpr};
use indexmap::IndexMap;

use crate::config::operands::is_soon_read;
use crate::json::Value;

/// Where a root module keeps its state.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BackendBlock {
    /// The label: `s3`, `local`, …; `cloud` for a block of that name
    pub kind: String,
    /// The attributes that have a value
    pub settings: IndexMap<String, Value<'static>>,
    /// The attributes whose value isn't written there, such as a variable of OpenTofu's
    pub unknown: Vec<String>,
}

/// Finds the backend block in the sources of a root module, given as path and text. None:
/// there is none, and the state is a file beside the module.
///
/// A file called `override.tf` or `…_override.tf` counts after all others, as in Terraform.
pub fn block_of_module(files: &[(&str, &str)]) -> Option<BackendBlock> {
    let is_override = |path: &str| {
        let name = path.rsplit('/').next().unwrap_or(path);
        let stem = name.split('.').next().unwrap_or(name);
        stem == "override" || stem.ends_with("_override")
    };
    let mut sorted: Vec<_> = files.iter().collect();
    sorted.sort_by_key(|(path, _)| (is_override(path), *path));
    sorted
        .into_iter()
        .rev()
        .find_map(|(path, text)| block_of_file(path, text))
}

/// Finds what the sources of a root module say of a provider, such as `aws`, where they don't
/// give it an alias. None: it takes everything from its surroundings.
pub fn provider_of_module(files: &[(&str, &str)], name: &str) -> Option<BackendBlock> {
    files
        .iter()
        .find_map(|(path, text)| provider_of_file(path, text, name))
}

fn provider_of_file(path: &str, text: &str, name: &str) -> Option<BackendBlock> {
    let found = if path.rsplit('.').next() == Some("json") {
        let file: serde_json::Value = serde_json::from_str(text).ok()?;
        let bodies = each(file.get("provider")?.get(name)?);
        bodies
            .iter()
            .map(|body| read_json(name, body))
            .find(|read| !read.settings.contains_key("alias"))?
    } else {
        let body = body(text)?;
        let mut providers = body.blocks().filter(|block| {
            let is_named = matches!(block.labels(), [label] if label.as_str() == name);
            let has_alias = block.body().attributes().any(|of| of.key() == "alias");
            block.identifier() == "provider" && is_named && !has_alias
        });
        read_hcl(name, providers.next()?)
    };
    Some(found)
}

fn body(text: &str) -> Option<Body> {
    is_soon_read(text).then(|| hcl::parse(text))?.ok()
}

fn block_of_file(path: &str, text: &str) -> Option<BackendBlock> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if path.rsplit('.').next() == Some("json") {
        return block_of_json(&serde_json::from_str(text).ok()?);
    }
    let body = body(text)?;
    let mut found = None;
    for terraform in body
        .blocks()
        .filter(|block| block.identifier() == "terraform")
    {
        for block in terraform.body().blocks() {
            found = block_of_hcl(block).or(found);
        }
    }
    found
}

fn block_of_hcl(block: &Block) -> Option<BackendBlock> {
    let kind = match (block.identifier(), block.labels()) {
        ("backend", [kind]) => kind.as_str().to_owned(),
        ("cloud", _) => "cloud".to_owned(),
        _ => return None,
    };
    Some(read_hcl(&kind, block))
}

fn read_hcl(kind: &str, block: &Block) -> BackendBlock {
    let mut read = BackendBlock {
        kind: kind.to_owned(),
        ..BackendBlock::default()
    };
    for attribute in block.body().attributes() {
        read.add(attribute.key(), value_of(attribute.expr()));
    }
    // Older versions have blocks where newer ones have an attribute that is an object.
    for inner in block.body().blocks() {
        let members = inner
            .body()
            .attributes()
            .map(|attribute| {
                let value = value_of(attribute.expr())?;
                Some((Cow::Owned(attribute.key().to_owned()), value))
            })
            .collect::<Option<_>>();
        read.add(inner.identifier(), members.map(Value::Object));
    }
    read
}

/// JSON configuration (<https://developer.hashicorp.com/terraform/language/syntax/json>):
/// blocks are objects, or lists of them.
fn block_of_json(file: &serde_json::Value) -> Option<BackendBlock> {
    let mut found = None;
    for terraform in each(file.get("terraform")?) {
        if terraform.get("cloud").is_some() {
            found = Some(BackendBlock {
                kind: "cloud".to_owned(),
                ..BackendBlock::default()
            });
        }
        for backend in terraform.get("backend").map(each).unwrap_or_default() {
            for (kind, body) in backend.as_object()? {
                let body = each(body).into_iter().next().unwrap_or_default();
                found = Some(read_json(kind, &body));
            }
        }
    }
    found
}

fn each(value: &serde_json::Value) -> Vec<serde_json::Value> {
    match value {
        serde_json::Value::Array(items) => items.clone(),
        one => vec![one.clone()],
    }
}

fn read_json(kind: &str, body: &serde_json::Value) -> BackendBlock {
    let mut read = BackendBlock {
        kind: kind.to_owned(),
        ..BackendBlock::default()
    };
    for (name, value) in body.as_object().into_iter().flatten() {
        // Strings of JSON configuration are templates.
        let is_template = value.to_string().contains("${");
        read.add(name, (!is_template).then(|| owned(value)));
    }
    read
}

/// Reads what `terraform init` keeps in its data directory, `terraform.tfstate`: the backend
/// with everything that was given on the command line too
/// (`internal/command/workdir/backend_state.go`).
///
/// # Errors
///
/// What is wrong with the file.
pub fn block_of_data_directory(bytes: &[u8]) -> Result<Option<BackendBlock>, serde_json::Error> {
    #[derive(serde::Deserialize)]
    struct File {
        #[serde(default)]
        backend: Option<Kept>,
    }
    #[derive(serde::Deserialize)]
    struct Kept {
        #[serde(rename = "type", default)]
        kind: String,
        #[serde(default)]
        config: serde_json::Map<String, serde_json::Value>,
    }
    let file: File = serde_json::from_slice(bytes)?;
    Ok(file
        .backend
        .filter(|kept| !kept.kind.is_empty())
        .map(|kept| {
            let mut read = BackendBlock {
                kind: kept.kind,
                ..BackendBlock::default()
            };
            for (name, value) in &kept.config {
                read.add(name, Some(owned(value)));
            }
            read
        }))
}

impl BackendBlock {
    fn add(&mut self, name: &str, value: Option<Value<'static>>) {
        match value {
            Some(Value::Null) => {}
            Some(value) => {
                self.settings.insert(name.to_owned(), value);
            }
            None => self.unknown.push(name.to_owned()),
        }
    }
}

fn owned(value: &serde_json::Value) -> Value<'static> {
    match value {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(value) => Value::Bool(*value),
        serde_json::Value::Number(number) => Value::Number(Cow::Owned(number.to_string())),
        serde_json::Value::String(text) => Value::string(text.clone()),
        serde_json::Value::Array(items) => Value::Array(items.iter().map(owned).collect()),
        serde_json::Value::Object(members) => Value::Object(
            members
                .iter()
                .map(|(name, value)| (Cow::Owned(name.clone()), owned(value)))
                .collect(),
        ),
    }
}

/// The value of an expression that is a constant.
fn value_of(expression: &Expression) -> Option<Value<'static>> {
    Some(match expression {
        Expression::Null => Value::Null,
        Expression::Bool(value) => Value::Bool(*value),
        Expression::Number(number) => Value::Number(Cow::Owned(number.to_string())),
        Expression::String(text) => Value::string(text.clone()),
        Expression::TemplateExpr(template) => match &**template {
            TemplateExpr::QuotedString(text) if !text.contains(['$', '%']) => {
                Value::string(text.clone())
            }
            _ => return None,
        },
        Expression::Array(items) => {
            Value::Array(items.iter().map(value_of).collect::<Option<_>>()?)
        }
        Expression::Object(members) => Value::Object(
            members
                .iter()
                .map(|(name, value)| Some((Cow::Owned(name.to_string()), value_of(value)?)))
                .collect::<Option<_>>()?,
        ),
        Expression::Parenthesis(inner) => value_of(inner)?,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::S3Backend;

    #[test]
    fn a_block_is_read_from_hcl_and_from_json_alike() {
        let hcl = r#"
            terraform {
              required_version = ">= 1.2"
              backend "s3" {
                bucket       = "states"
                key          = "web/terraform.tfstate"
                use_lockfile = true
                endpoints    = { s3 = "http://127.0.0.1:1" }
                assume_role {
                  role_arn = "arn:x"
                }
                region = var.region
              }
            }"#;
        let json = r#"{"terraform":[{"backend":{"s3":{"bucket":"states",
            "key":"web/terraform.tfstate","use_lockfile":true,
            "endpoints":{"s3":"http://127.0.0.1:1"},"assume_role":{"role_arn":"arn:x"},
            "region":"${var.region}"}}}]}"#;
        let from_hcl = block_of_module(&[("a/main.tf", hcl), ("a/x.tf", "nonsense {")]).unwrap();
        let from_json = block_of_module(&[("a/main.tf.json", json)]).unwrap();
        for block in [from_hcl, from_json] {
            assert_eq!(block.kind, "s3");
            assert_eq!(block.unknown, ["region"]);
            let backend = S3Backend::from_settings(&block.settings).unwrap();
            assert_eq!(backend.bucket.as_deref(), Some("states"));
            assert_eq!(backend.use_lockfile, Some(true));
            assert_eq!(backend.access.endpoints.len(), 1);
            assert_eq!(backend.access.assume_role.unwrap().role_arn, "arn:x");
        }
    }

    #[test]
    fn the_default_configuration_of_a_provider_is_the_one_without_an_alias() {
        let hcl = r#"
            provider "aws" {
              alias  = "far"
              region = "us-east-1"
            }
            provider "aws" {
              region  = "eu-west-1"
              profile = var.profile
              assume_role {
                role_arn = "arn:x"
              }
            }"#;
        let json = r#"{"provider":{"aws":[{"alias":"far","region":"us-east-1"},
            {"region":"eu-west-1","profile":"${var.profile}","assume_role":{"role_arn":"arn:x"}}]}}"#;
        for files in [[("a.tf", hcl)], [("a.tf.json", json)]] {
            let block = provider_of_module(&files, "aws").unwrap();
            assert_eq!(block.unknown, ["profile"]);
            let access = S3Backend::from_settings(&block.settings).unwrap().access;
            assert_eq!(access.region.as_deref(), Some("eu-west-1"));
            assert_eq!(access.assume_role.unwrap().role_arn, "arn:x");
        }
        assert_eq!(provider_of_module(&[("a.tf", hcl)], "google"), None);
    }

    #[test]
    fn an_override_counts_after_all_others() {
        let of = |kind: &str| format!("terraform {{\n backend {kind:?} {{}}\n}}");
        let files = [
            ("override.tf", of("local")),
            ("zz.tf", of("s3")),
            ("a_override.tf", of("http")),
        ];
        let files: Vec<_> = files
            .iter()
            .map(|(path, text)| (*path, text.as_str()))
            .collect();
        assert_eq!(block_of_module(&files).unwrap().kind, "local");
        assert_eq!(block_of_module(&files[1..2]).unwrap().kind, "s3");
        assert_eq!(block_of_module(&[("a.tf", "")]), None);
        let cloud = "terraform {\n cloud {\n organization = \"x\"\n }\n}";
        assert_eq!(block_of_module(&[("a.tf", cloud)]).unwrap().kind, "cloud");
    }

    #[test]
    fn an_initialised_directory_says_what_was_given_on_the_command_line() {
        let kept = br#"{"version":3,"serial":1,"lineage":"x","backend":{"type":"s3","hash":1,
            "config":{"bucket":"b","key":"k","region":null,"use_lockfile":true}}}"#;
        let block = block_of_data_directory(kept).unwrap().unwrap();
        assert_eq!(block.kind, "s3");
        assert_eq!(block.settings.len(), 3);
        assert_eq!(block_of_data_directory(b"{\"version\":3}").unwrap(), None);
        assert!(block_of_data_directory(b"").is_err());
    }
}
