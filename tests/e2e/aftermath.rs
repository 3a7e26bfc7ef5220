//! What an apply itself brings about is no drift; what somebody else does meanwhile is.

use infra_testkit::{Project, Simulator};
use serde_json::{Value, json};

/// A group whose rules, and a role whose policy, are resources of their own: the provider has
/// written the group and the role into the state before there were any.
const ATTACHED: &str = r#"
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  region = "eu-central-1"
}

variable "ports" {
  default = [80]
}

resource "aws_security_group" "web" {
  name = "web"
}

resource "aws_security_group_rule" "port" {
  for_each = toset([for port in var.ports : tostring(port)])

  type              = "ingress"
  security_group_id = aws_security_group.web.id
  protocol          = "tcp"
  from_port         = each.key
  to_port           = each.key
  cidr_blocks       = ["192.0.2.0/24"]
}

resource "aws_iam_role" "web" {
  name               = "web"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow", Action = "sts:AssumeRole"
      Principal = { Service = "ec2.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "web" {
  role   = aws_iam_role.web.name
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "s3:ListBucket", Resource = "*" }]
  })
}
"#;

/// Somebody who opens a port of another group while Terraform works.
const SOMEBODY: &str = r#"
resource "terraform_data" "somebody" {
  triggers_replace = var.ports

  provisioner "local-exec" {
    command = <<-EOT
      python -c '
      import boto3
      client = boto3.client("ec2", region_name="eu-central-1")
      group = client.describe_security_groups(Filters=[{"Name": "group-name", "Values": ["other"]}])
      client.authorize_security_group_ingress(GroupId=group["SecurityGroups"][0]["GroupId"],
          IpProtocol="tcp", FromPort=22, ToPort=22, CidrIp="0.0.0.0/0")'
    EOT
  }
}
"#;

const OTHER: &str = "\nresource \"aws_security_group\" \"other\" {\n  name = \"other\"\n}\n";

fn project(aws: &Simulator, terraform: &str, settings: &str) -> Project {
    let project = Project::new(aws);
    project.write("main.tf", terraform).write(
        "infra.hcl",
        &format!("stack \"web\" {{\n  terraform {{\n    {settings}\n  }}\n}}\n"),
    );
    project.terraform(".", ["init", "-input=false"]).succeeds();
    project
}

fn refreshed(report: &Value) -> Vec<&str> {
    let resources = report["refreshed"].as_array().unwrap();
    let mut addresses: Vec<&str> = resources
        .iter()
        .map(|resource| resource["address"].as_str().unwrap())
        .collect();
    addresses.sort_unstable();
    addresses
}

#[test]
fn what_an_apply_brings_about_is_recorded_and_no_drift_of_the_next_plan() {
    let aws = Simulator::start();
    let project = project(&aws, ATTACHED, "");

    let report = project.infra_json(["apply", "--auto-approve"]);
    assert_eq!(
        refreshed(&report),
        ["aws_iam_role.web", "aws_security_group.web"],
        "{report:#}"
    );
    project.infra(["plan", "--detailed-exitcode"]).succeeds();

    // The group itself stays as it is, and is named by the rules that come and go.
    project.edit("main.tf", "default = [80]", "default = [443]");
    let report = project.infra_json(["apply", "--auto-approve"]);
    assert_eq!(refreshed(&report), ["aws_security_group.web"], "{report:#}");
    project.infra(["plan", "--detailed-exitcode"]).succeeds();
}

#[test]
fn what_somebody_else_does_during_an_apply_is_told_and_stays_drift() {
    let aws = Simulator::start();
    let project = project(&aws, &format!("{ATTACHED}{OTHER}"), "");
    project.infra(["apply", "--auto-approve"]).succeeds();

    project.write("main.tf", &format!("{ATTACHED}{OTHER}{SOMEBODY}"));
    project.edit("main.tf", "default = [80]", "default = [80, 443]");
    let apply = project
        .infra(["apply", "--auto-approve", "--json"])
        .succeeds();
    assert_eq!(apply.json()["refreshed"], json!([]), "{apply}");
    let warning = "something else has changed while Terraform applied: aws_security_group.other";
    assert!(apply.stderr.contains(warning), "{apply}");

    project
        .infra(["plan", "--detailed-exitcode"])
        .output()
        .exits(2);
    let drift = project.infra_json(["drift"]);
    let addresses: Vec<&str> = drift["drift"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["address"].as_str().unwrap())
        .collect();
    assert!(addresses.contains(&"aws_security_group.other"), "{drift:#}");
}

#[test]
fn nothing_is_refreshed_where_that_is_turned_off() {
    let aws = Simulator::start();
    let project = project(&aws, ATTACHED, "refresh_after_apply = false");
    let report = project.infra_json(["apply", "--auto-approve"]);
    assert_eq!(report["refreshed"], json!([]));
    let drift = project.infra_json(["drift"]);
    assert_eq!(drift["summary"]["material"], 2, "{drift:#}");
}
