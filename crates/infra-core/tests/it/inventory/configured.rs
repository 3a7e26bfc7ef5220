//! Hosts by `hosts` blocks.

use infra_core::hint::Hint as _;

use super::{raw, rules, try_build, var};

const WEB: &str = r#"{"id":"i-1","public_ip":"203.0.113.1","private_ip":"10.0.0.1","password":"hunter2","tags":{"Name":"web-1","Role":"web"}}"#;
const OLD: &str = r#"{"id":"i-2","public_ip":"","private_ip":"10.0.0.2","tags":{"Name":"old-1"}}"#;

fn state() -> String {
    raw(&[
        ("aws_instance", "web", WEB),
        ("aws_instance", "old", OLD),
        (
            "hcloud_server",
            "other",
            r#"{"name":"hz","ipv4_address":"203.0.113.9"}"#,
        ),
    ])
}

fn sensitive_state() -> String {
    state().replace(
        r#""attributes":{"id":"i-1""#,
        r#""sensitive_attributes":[[{"type":"get_attr","value":"password"}]],"attributes":{"id":"i-1""#,
    )
}

#[test]
fn blocks_alone_decide_and_the_first_that_holds_counts() {
    let rules = rules(
        r#"
        hosts "aws_instance" {
          when    = self.tags.Role == "web"
          name    = "${self.tags.Name}.example.com"
          address = self.private_ip
          user    = "admin"
          port    = 2222
          groups  = ["frontend"]
          vars    = { private_ip = self.private_ip, kind = resource.type }
        }
        hosts "aws_instance" {
          groups = ["rest"]
        }
        group "everything" {
          children = ["frontend", "rest"]
          vars     = { greeting = "{{ inventory_hostname }}" }
        }
        vars = { zone = "eu" }
        "#,
    );
    let built = try_build(&state(), &rules).unwrap();
    let hosts: Vec<&String> = built.inventory.hosts.keys().collect();
    assert_eq!(hosts, ["old-1", "web-1.example.com"]);
    let web = |name: &str| var(&built, "web-1.example.com", name).unwrap();
    assert_eq!(
        [
            web("ansible_host"),
            web("ansible_user"),
            web("ansible_port"),
            web("kind")
        ],
        ["10.0.0.1", "admin", "2222", "aws_instance"]
    );
    assert_eq!(
        var(&built, "old-1", "ansible_host").as_deref(),
        Some("10.0.0.2")
    );
    let list = built.inventory.list().to_string();
    assert!(list.ends_with(concat!(
        r#""all":{"children":["everything","ungrouped"],"vars":{"zone":"eu"}},"#,
        r#""everything":{"children":["frontend","rest"],"vars":{"greeting":"{{ inventory_hostname }}"}},"#,
        r#""frontend":{"hosts":["web-1.example.com"]},"rest":{"hosts":["old-1"]}}"#
    )), "{list}");
}

#[test]
fn a_value_of_the_wrong_form_is_an_error_that_names_resource_and_line() {
    for (block, expected) in [
        (
            "name = self.tags",
            "aws_instance.web: `name` in line 7 must be a string, not an object",
        ),
        (
            "name = \"-o${self.id}\"",
            "aws_instance.web: \"-oi-1\" cannot be the name of a host",
        ),
        (
            "name = \"one\"",
            "aws_instance.old and aws_instance.web would both be the host \"one\"",
        ),
        (
            "address = \"-o${self.id}\"",
            "aws_instance.web: `address` in line 7 must be an IP address or a host name, not \"-oi-1\"",
        ),
        (
            "port = self.tags.Name",
            "aws_instance.web: `port` in line 7 must be a number from 1 to 65535, not \"web-1\"",
        ),
        (
            "user = \"-l ${self.id}\"",
            "aws_instance.web: `user` in line 7 must be a login, not \"-l i-1\"",
        ),
        (
            "when = self.tags.Name",
            "aws_instance.web: `when` in line 7 must be true or false, not a string",
        ),
        (
            "when = false",
            "no host: none of the 3 resources of the state is one: 2 aws_instance, 1 hcloud_server",
        ),
    ] {
        let rules = rules(&format!("hosts \"aws_instance\" {{\n{block}\n}}"));
        let error = try_build(&state(), &rules).unwrap_err();
        assert_eq!(error.to_string(), expected, "{block}");
        assert!(!error.hints().is_empty());
    }
}

#[test]
fn a_sensitive_value_is_taken_only_where_it_is_asked_for_by_name() {
    let asked = rules(
        "hosts \"aws_instance\" {\nvars = { secret = self.password, ip = self.private_ip }\nsensitive = [\"secret\"]\n}",
    );
    let built = try_build(&sensitive_state(), &asked).unwrap();
    assert_eq!(var(&built, "web-1", "secret").as_deref(), Some("hunter2"));
    assert!(built.inventory.hosts["web-1"].secret.contains("secret"));
    for block in [
        "vars = { secret = self.password }",
        "vars = { secret = try(self.password, \"\") != \"\" }",
        "vars = { everything = self }",
        "name = self.password",
    ] {
        let rules = rules(&format!("hosts \"aws_instance\" {{\n{block}\n}}"));
        let error = try_build(&sensitive_state(), &rules).unwrap_err();
        assert!(error.to_string().ends_with("marks as sensitive"), "{error}");
        assert!(!error.to_string().contains("hunter2"));
    }
}

#[test]
fn a_host_with_the_name_of_a_configured_group_is_an_error() {
    let rules = rules(
        "hosts \"aws_instance\" {\nname = \"web\"\nwhen = self.tags.Role == \"web\"\ngroups = [\"web\"]\n}",
    );
    assert_eq!(
        try_build(&state(), &rules).unwrap_err().to_string(),
        "aws_instance.web: the host \"web\" has the name of a group"
    );
}
