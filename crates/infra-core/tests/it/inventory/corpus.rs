//! Real states, and the forms that one state comes in.

use infra_core::config::InventoryRules;
use infra_core::document::{decode, read_state};
use infra_core::inventory::{BuildOptions, Roster, build};

use super::built;
use crate::corpus;

const EMPTY: BuildOptions = BuildOptions {
    allow_empty: true,
    allow_unaddressed: false,
};

#[test]
fn every_recorded_state_gives_an_inventory_or_a_clean_error() {
    let mut hosts = 0;
    for (name, bytes) in corpus::documents() {
        let Ok(text) = decode(&bytes) else { continue };
        let Ok(state) = read_state(&text) else {
            continue;
        };
        for allow_unaddressed in [false, true] {
            let options = BuildOptions {
                allow_unaddressed,
                ..EMPTY
            };
            let built = build(&state, &InventoryRules::default(), options)
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            hosts += built.inventory.hosts.len();
            let inventory = &built.inventory;
            drop((
                inventory.yaml(),
                inventory.ini(),
                inventory.ssh_config(),
                inventory.digest(),
            ));
            let list = inventory.list().to_string();
            assert!(list.starts_with("{\"_meta\""), "{name}");
            let roster = Roster::of(&state, &InventoryRules::default(), options).unwrap();
            assert_eq!(roster.list().to_string(), list, "{name}");
            assert!(roster.names().eq(inventory.hosts.keys()), "{name}");
            for host in roster.names().chain(["no-such-host"]) {
                let alone = roster.host_vars(host).to_string();
                assert_eq!(alone, inventory.host_vars(host).to_string(), "{name}");
            }
        }
    }
    assert!(hosts > 0 || corpus::documents().is_empty());
}

const RAW: &str = r#"{"version":4,"serial":3,"lineage":"l","resources":[
    {"module":"module.cell[\"eu-1\"]","mode":"managed","type":"aws_instance","name":"web","provider":"module.cell.provider[\"registry.terraform.io/hashicorp/aws\"].eu","instances":[
        {"index_key":"a","attributes":{"id":"i-1","public_ip":"203.0.113.1","private_ip":"10.0.0.1","tags":{"b":"2","Name":"one"}},"sensitive_attributes":[[{"type":"get_attr","value":"private_ip"}]]},
        {"index_key":"b","attributes":{"id":"i-2","public_ip":"203.0.113.2","private_ip":"10.0.0.2","tags":null},"sensitive_attributes":[]}]},
    {"mode":"managed","type":"aws_eip","name":"e","provider":"provider[\"registry.terraform.io/hashicorp/aws\"]","instances":[{"attributes":{"id":"e","instance":"i-2","public_ip":"203.0.113.3"}}]}]}"#;

const VALUES: &str = r#"{"root_module":{"resources":[
    {"address":"aws_eip.e","mode":"managed","type":"aws_eip","name":"e","provider_name":"registry.terraform.io/hashicorp/aws","values":{"id":"e","instance":"i-2","public_ip":"203.0.113.3"},"sensitive_values":{}}],
    "child_modules":[{"address":"module.cell[\"eu-1\"]","resources":[
    {"address":"module.cell[\"eu-1\"].aws_instance.web[\"b\"]","index":"b","mode":"managed","type":"aws_instance","name":"web","provider_name":"registry.terraform.io/hashicorp/aws","values":{"id":"i-2","public_ip":"203.0.113.2","private_ip":"10.0.0.2","tags":null},"sensitive_values":{}},
    {"address":"module.cell[\"eu-1\"].aws_instance.web[\"a\"]","index":"a","mode":"managed","type":"aws_instance","name":"web","provider_name":"registry.terraform.io/hashicorp/aws","values":{"id":"i-1","private_ip":"10.0.0.1","public_ip":"203.0.113.1","tags":{"Name":"one","b":"2"}},"sensitive_values":{"private_ip":true,"tags":{}}}]}]}}"#;

#[test]
fn all_forms_of_one_state_give_the_same_bytes() {
    let show = format!(r#"{{"format_version":"1.0","values":{VALUES}}}"#);
    let plan = format!(
        r#"{{"format_version":"1.2","planned_values":{{}},"resource_changes":[],"prior_state":{show}}}"#
    );
    let expected = built(RAW);
    assert_eq!(expected.inventory.hosts.len(), 2);
    for text in [show, plan] {
        let other = built(&text);
        assert_eq!(other, expected);
        assert_eq!(
            other.inventory.list().to_string(),
            expected.inventory.list().to_string()
        );
        assert_eq!(other.inventory.yaml(), expected.inventory.yaml());
        assert_eq!(other.inventory.digest(), expected.inventory.digest());
    }
    assert_eq!(
        format!("{}", expected.inventory.host_vars("one")),
        concat!(
            r#"{"ansible_host":"203.0.113.1","infra":{"address":"module.cell[\"eu-1\"].aws_instance.web[\"a\"]","id":"i-1","#,
            r#""provider":"registry.terraform.io/hashicorp/aws","tags":[{"key":"Name","value":"one"},{"key":"b","value":"2"}],"type":"aws_instance"},"#,
            r#""infra_addresses":{"public_ipv4":"203.0.113.1"}}"#
        )
    );
    assert_eq!(expected.inventory.host_vars("nobody").to_string(), "{}");
}

#[test]
fn the_files_read_well() {
    let built = built(RAW);
    insta::assert_snapshot!(built.inventory.ssh_config(), @r###"
Host module.cell.eu-1.aws_instance.web.b
  HostName 203.0.113.3
  HostKeyAlias i-2

Host one
  HostName 203.0.113.1
  HostKeyAlias i-1
"###);
    insta::assert_snapshot!(built.inventory.yaml(), @r###"
all:
  hosts:
    "module.cell.eu-1.aws_instance.web.b":
      "ansible_host": "203.0.113.3"
      "infra": {"address": "module.cell[\"eu-1\"].aws_instance.web[\"b\"]", "id": "i-2", "provider": "registry.terraform.io/hashicorp/aws", "tags": [], "type": "aws_instance"}
      "infra_addresses": {"private_ipv4": "10.0.0.2", "public_ipv4": "203.0.113.3"}
    "one":
      "ansible_host": "203.0.113.1"
      "infra": {"address": "module.cell[\"eu-1\"].aws_instance.web[\"a\"]", "id": "i-1", "provider": "registry.terraform.io/hashicorp/aws", "tags": [{"key": "Name", "value": "one"}, {"key": "b", "value": "2"}], "type": "aws_instance"}
      "infra_addresses": {"public_ipv4": "203.0.113.1"}
"aws_instance":
  hosts:
    "module.cell.eu-1.aws_instance.web.b": {}
    "one": {}
"web":
  hosts:
    "module.cell.eu-1.aws_instance.web.b": {}
    "one": {}
"###);
    insta::assert_snapshot!(built.inventory.ini(), @r###"
module.cell.eu-1.aws_instance.web.b 'ansible_host="203.0.113.3"' 'infra={"address":"module.cell[\"eu-1\"].aws_instance.web[\"b\"]","id":"i-2","provider":"registry.terraform.io/hashicorp/aws","tags":[],"type":"aws_instance",}' 'infra_addresses={"private_ipv4":"10.0.0.2","public_ipv4":"203.0.113.3",}'
one 'ansible_host="203.0.113.1"' 'infra={"address":"module.cell[\"eu-1\"].aws_instance.web[\"a\"]","id":"i-1","provider":"registry.terraform.io/hashicorp/aws","tags":[{"key":"Name","value":"one",},{"key":"b","value":"2",},],"type":"aws_instance",}' 'infra_addresses={"public_ipv4":"203.0.113.1",}'

[aws_instance]
module.cell.eu-1.aws_instance.web.b
one

[web]
module.cell.eu-1.aws_instance.web.b
one
"###);
}
