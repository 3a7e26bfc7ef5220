//! The DNS records that a state has.

use crate::aws::plain_name;
use crate::terraform::{InstanceKey, Object, State};

/// A record of Route 53 that Terraform manages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StateRecord {
    /// The address of the resource, without its key
    pub(super) resource: String,
    /// Its key, as Terraform writes it: `[0]`, `["a"]`, or nothing
    pub(super) key: String,
    /// The id of its zone
    pub(super) zone: String,
    /// Its name
    pub(super) name: String,
    /// Its type
    pub(super) kind: String,
    /// Its values
    pub(super) values: Vec<String>,
    /// The addresses, without keys, of all resources that it depends on
    pub(super) depends_on: Vec<String>,
}

/// The records of type A, AAAA and CNAME of a state. Aliases have no addresses of their own,
/// and are left out.
pub(super) fn state_records(state: &State<'_>) -> Vec<StateRecord> {
    state.objects.iter().filter_map(record).collect()
}

fn record(object: &Object<'_>) -> Option<StateRecord> {
    if object.resource_type != "aws_route53_record" || !object.is_current_managed() {
        return None;
    }
    let attributes = object.values();
    let text = |name: &str| {
        let text = attributes.get(name)?.as_str()?;
        Some(text).filter(|text| !text.is_empty())
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
    let key = object.key.as_ref();
    Some(StateRecord {
        resource: object.resource_address(),
        key: key.map_or_else(String::new, InstanceKey::to_string),
        zone: text("zone_id")?.to_owned(),
        name: plain_name(text("fqdn").or_else(|| text("name"))?),
        kind: kind.to_owned(),
        values,
        depends_on: object.dependencies(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::read_state;

    #[test]
    fn records_with_addresses_are_read_and_aliases_are_not() {
        let raw = r#"{"version":4,"resources":[
            {"mode":"managed","type":"aws_route53_record","name":"web","module":"module.dns","instances":[
              {"index_key":"a","attributes":{"zone_id":"Z1","name":"web","fqdn":"Web.example.com","type":"A",
                "records":["192.0.2.1"]},"dependencies":["aws_instance.web"]},
              {"index_key":"b","attributes":{"zone_id":"Z1","name":"alias","type":"A","records":[]}},
              {"index_key":"c","attributes":{"zone_id":"Z1","name":"t","type":"TXT","records":["x"]}}]},
            {"mode":"data","type":"aws_route53_record","name":"web","instances":[
              {"attributes":{"zone_id":"Z1","name":"web","type":"A","records":["192.0.2.1"]}}]},
            {"mode":"managed","type":"odd","name":"x","instances":[{"attributes":7,"dependencies":7}]}]}"#;
        let records = state_records(&read_state(raw).unwrap());
        assert_eq!(records.len(), 1);
        assert_eq!(records[0].resource, "module.dns.aws_route53_record.web");
        assert_eq!(records[0].key, r#"["a"]"#);
        assert_eq!(records[0].name, "web.example.com");
        assert_eq!(records[0].depends_on, ["aws_instance.web"]);
    }
    #[test]
    fn a_shown_state_has_the_same_records() {
        let shown = r#"{"format_version":"1.0","terraform_version":"1.11.4","values":{"root_module":{"child_modules":[
            {"address":"module.dns","resources":[
              {"address":"module.dns.aws_route53_record.web[\"${a}\"]","mode":"managed","type":"aws_route53_record",
               "name":"web","index":"${a}","values":{"zone_id":"Z1","name":"web","type":"CNAME","records":["b."]},
               "depends_on":["aws_instance.web"]}]}]}}}"#;
        let records = state_records(&read_state(shown).unwrap());
        assert_eq!(records[0].resource, "module.dns.aws_route53_record.web");
        assert_eq!(records[0].key, r#"["$${a}"]"#, "as the address has it");
        assert_eq!(records[0].depends_on, ["aws_instance.web"]);
    }
}
