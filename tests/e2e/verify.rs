//! `infra verify`: instances that moved, and who still has their old addresses.

use infra_testkit::{Cut, Project, Simulator};
use serde_json::{Value, json};

/// Two instances of the example, a zone, and a record for one of them.
const ZONE: &str = r#"
resource "aws_route53_zone" "fed" {
  name = "fed.example"
}

resource "aws_route53_record" "primary" {
  zone_id = aws_route53_zone.fed.zone_id
  name    = "primary"
  type    = "A"
  ttl     = 60
  records = [aws_instance.primary.public_ip]
}
"#;

fn verified(project: &Project) -> Value {
    project.infra_json(["verify", "--ssh-timeout", "4s"])
}

fn host<'v>(document: &'v Value, name: &str) -> &'v Value {
    let hosts = document["hosts"].as_array().unwrap();
    let found = hosts.iter().find(|host| host["host"] == name);
    found.unwrap_or_else(|| panic!("nothing of {name}: {document:#}"))
}

fn stale(host: &Value) -> Vec<(&str, &str)> {
    host["stale"]
        .as_array()
        .unwrap()
        .iter()
        .map(|stale| {
            (
                stale["source"].as_str().unwrap(),
                stale["what"].as_str().unwrap(),
            )
        })
        .collect()
}

#[test]
fn every_source_that_is_stale_is_named() {
    let aws = Simulator::start();
    let project = Project::federation(&aws);
    project.write("terraform/zone.tf", ZONE);
    project
        .terraform("terraform", ["apply", "-auto-approve", "-var=leaves=2"])
        .succeeds();
    aws.wait_for_ssh();

    let all = verified(&project);
    assert_eq!(all["summary"]["ok"], 4, "{all:#}");
    let primary = host(&all, "primary");
    assert_eq!(primary["ec2"]["region"], "eu-central-1");
    assert_eq!(primary["dns"][0]["name"], "primary.fed.example");
    assert_eq!(primary["reachable"], true);
    project.infra(["verify", "--detailed-exitcode"]).succeeds();

    // One is restarted, one terminated, one stopped, one doesn't answer.
    let old = aws.machine("primary").public_ip.unwrap();
    aws.restart("primary");
    aws.terminate("secondary");
    aws.stop("leaf-1");
    aws.cut("leaf-2", Cut::Silent);
    aws.clear_log();
    let moved = verified(&project);
    assert_eq!(
        moved["summary"],
        json!({"ok": 0, "stale": 1, "stopped": 1, "gone": 1, "unreachable": 1, "unchecked": 0}),
        "{moved:#}"
    );
    let primary = host(&moved, "primary");
    assert_eq!(
        stale(primary),
        [("state", "public_ipv4"), ("dns", "primary.fed.example A")]
    );
    assert_eq!(primary["stale"][0]["says"], json!([old]));
    let new = aws.machine("primary").public_ip.unwrap();
    assert_eq!(primary["stale"][0]["is"], json!([new]));
    assert_eq!(primary["tried"], json!(new), "not whoever has the old one");
    assert_eq!(primary["reachable"], true);
    assert_eq!(host(&moved, "secondary")["verdict"], "gone");
    assert_eq!(host(&moved, "leaf-1")["ec2"]["status"], "stopped");
    assert_eq!(host(&moved, "leaf-2")["reachable"], false);
    // It only looked.
    for request in aws.log() {
        let action = request.action.unwrap_or_default();
        assert!(
            !["Create", "Change", "Modify", "Run", "Delete"]
                .iter()
                .any(|verb| action.starts_with(verb)),
            "{action}"
        );
    }
    let page = project.infra(["verify", "--ssh-timeout", "0"]).succeeds();
    assert!(page.stdout.contains("stale: state, DNS"), "{page}");
    project
        .infra(["verify", "--detailed-exitcode", "--ssh-timeout", "0"])
        .output()
        .exits(2);

    // A refresh gives the instance its new address, and leaves the record behind.
    let refresh = [
        "apply",
        "-refresh-only",
        "-auto-approve",
        "-var=leaves=2",
        "-target=aws_instance.primary",
    ];
    project.terraform("terraform", refresh).succeeds();
    let refreshed = verified(&project);
    assert_eq!(
        stale(host(&refreshed, "primary")),
        [("dns", "primary.fed.example A")],
        "{refreshed:#}"
    );
}

#[test]
fn ec2_is_asked_page_by_page_and_again_where_it_refuses() {
    let aws = Simulator::start();
    let project = Project::federation(&aws);
    project
        .terraform("terraform", ["apply", "-auto-approve", "-var=leaves=1"])
        .succeeds();
    aws.faults(&json!([
        {"body": "Action=DescribeInstances&", "status": 503, "code": "RequestLimitExceeded", "times": 2},
    ]));
    let answer = project.infra_json(["verify", "--ssh-timeout", "0"]);
    assert_eq!(answer["summary"]["ok"], 3, "{answer:#}");

    for (code, expected) in [
        ("UnauthorizedOperation", "do not allow it"),
        ("RequestExpired", "have expired"),
        ("AuthFailure", "does not know these credentials"),
    ] {
        aws.faults(&json!([
            {"body": "Action=DescribeInstances&", "status": 403, "code": code},
        ]));
        project
            .infra(["verify"])
            .output()
            .exits(1)
            .complains("describe EC2 instances in eu-central-1")
            .complains(expected);
    }
}
