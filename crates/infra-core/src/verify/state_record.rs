//! The DNS records that a state has.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::aws::plain_name;

/// A record of Route 53 that Terraform manages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateRecord {
    /// The address of the resource, without its key
    pub resource: String,
    /// Its key, as Terraform writes it: `[0]`, `["a"]`, or nothing
    pub key: String,
    /// The id of its zone
    pub zone: String,
    /// Its name
    pub name: String,
    /// Its type
    pub kind: String,
    /// Its values
    pub values: Vec<String>,
    /// The addresses, without keys, of all resources that it depends on
    pub depends_on: Vec<String>,
}

/// Reads the records of type A, AAAA and CNAME out of a raw state: of what such a record
/// depends on only that tells. Aliases have no addresses of their own, and are left out.
///
/// # Errors
///
/// If the text is no JSON of that shape.
pub fn state_records(raw: &str) -> Result<Vec<StateRecord>, serde_json::Error> {
    const TYPE: &str = "aws_route53_record";
    // Most states have none, and are read by others already.
    if !raw.contains(TYPE) {
        return Ok(Vec::new());
    }
    let state: RawState<'_> = serde_json::from_str(raw)?;
    let mut records = Vec::new();
    for resource in &state.resources {
        if resource.mode == "data" || resource.resource_type != TYPE {
            continue;
        }
        for instance in &resource.instances {
            records.extend(record(resource, instance)?);
        }
    }
    Ok(records)
}

#[derive(Deserialize)]
struct RawState<'a> {
    #[serde(borrow, default)]
    resources: Vec<RawResource<'a>>,
}

#[derive(Deserialize)]
struct RawResource<'a> {
    #[serde(default)]
    module: Option<String>,
    #[serde(default)]
    mode: String,
    #[serde(rename = "type", default)]
    resource_type: String,
    #[serde(default)]
    name: String,
    #[serde(borrow, default)]
    instances: Vec<RawInstance<'a>>,
}

#[derive(Deserialize)]
struct RawInstance<'a> {
    #[serde(default)]
    index_key: Option<serde_json::Value>,
    #[serde(default)]
    deposed: Option<String>,
    /// Of other types a value of any kind, which isn't looked at
    #[serde(borrow, default)]
    attributes: Option<&'a RawValue>,
    #[serde(default)]
    dependencies: Vec<String>,
}

fn record(
    resource: &RawResource<'_>,
    instance: &RawInstance<'_>,
) -> Result<Option<StateRecord>, serde_json::Error> {
    match instance.attributes {
        Some(attributes) if instance.deposed.is_none() => {
            let attributes = serde_json::from_str(attributes.get())?;
            Ok(made_of(resource, instance, &attributes))
        }
        _ => Ok(None),
    }
}

fn made_of(
    resource: &RawResource<'_>,
    instance: &RawInstance<'_>,
    attributes: &serde_json::Value,
) -> Option<StateRecord> {
    let text = |name: &str| {
        attributes
            .get(name)?
            .as_str()
            .filter(|text| !text.is_empty())
    };
    let kind = text("type").filter(|kind| matches!(*kind, "A" | "AAAA" | "CNAME"))?;
    let values: Vec<String> = attributes
        .get("records")?
        .as_array()?
        .iter()
        .filter_map(|value| value.as_str().map(str::to_owned))
        .collect();
    if values.is_empty() {
        return None;
    }
    let module = resource
        .module
        .as_ref()
        .map_or_else(String::new, |module| format!("{module}."));
    Some(StateRecord {
        resource: format!("{module}{}.{}", resource.resource_type, resource.name),
        key: instance
            .index_key
            .as_ref()
            .map_or_else(String::new, |key| format!("[{key}]")),
        zone: text("zone_id")?.to_owned(),
        name: plain_name(text("fqdn").or_else(|| text("name"))?),
        kind: kind.to_owned(),
        values,
        depends_on: instance.dependencies.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_with_addresses_are_read_and_aliases_are_not() {
        let raw = r#"{"version":4,"resources":[
            {"mode":"managed","type":"aws_route53_record","name":"web","module":"module.dns","instances":[
              {"index_key":"a","attributes":{"zone_id":"Z1","name":"web","fqdn":"Web.example.com","type":"A",
                "records":["192.0.2.1"]},"dependencies":["aws_instance.web"]},
              {"index_key":"b","attributes":{"zone_id":"Z1","name":"alias","type":"A","records":[]}},
              {"index_key":"c","attributes":{"zone_id":"Z1","name":"t","type":"TXT","records":["x"]}}]},
            {"mode":"managed","type":"odd","name":"x","instances":[{"attributes":7}]}]}"#;
        let records = state_records(raw).unwrap();
        assert_eq!(records.len(), 1);
        assert_eq!(records[0].resource, "module.dns.aws_route53_record.web");
        assert_eq!(records[0].key, r#"["a"]"#);
        assert_eq!(records[0].name, "web.example.com");
        assert_eq!(records[0].depends_on, ["aws_instance.web"]);
    }
}
