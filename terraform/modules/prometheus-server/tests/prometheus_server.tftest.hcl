# Offline: the provider is a mock, so what is tested is what this module decides. The policies
# are made by the provider in reality; here the statements that it is given are looked at.

mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/leaf-1" }
  }
}

variables {
  name      = "leaf-1"
  role      = "leaf"
  vpc_id    = "vpc-0123456789abcdef0"
  subnet_id = "subnet-0123456789abcdef0"
  ami_id    = "ami-0123456789abcdef0"
}

run "metadata_needs_a_session_and_stays_on_the_host" {
  assert {
    condition     = aws_instance.this.metadata_options[0].http_tokens == "required" && aws_instance.this.metadata_options[0].http_put_response_hop_limit == 1
    error_message = "IMDSv2 only, with a hop limit of 1"
  }
}

run "the_volume_is_encrypted" {
  assert {
    condition     = aws_instance.this.root_block_device[0].encrypted
    error_message = "the root volume is encrypted"
  }
}

run "the_inventory_finds_name_and_role_in_the_tags" {
  variables {
    tags = { Name = "another", Team = "observability" }
  }
  assert {
    condition     = aws_instance.this.tags == tomap({ Name = "leaf-1", Role = "leaf", Team = "observability" })
    error_message = "Name and Role are the module's, whatever else is tagged"
  }
}

run "as_it_comes_nobody_gets_in" {
  assert {
    condition     = length(aws_vpc_security_group_ingress_rule.ssh) + length(aws_vpc_security_group_ingress_rule.proxy_networks) + length(aws_vpc_security_group_ingress_rule.proxy_groups) == 0
    error_message = "no network is named, so no port is open"
  }
  assert {
    condition     = length(aws_iam_role_policy.this) == 0
    error_message = "no right is asked for, so none is given"
  }
}

run "only_the_proxy_and_ssh_are_open" {
  variables {
    proxy_port            = 8443
    proxy_cidrs           = ["10.20.0.0/16"]
    proxy_security_groups = { "load balancer" = "sg-0123456789abcdef0" }
    admin_cidrs           = ["192.0.2.0/24"]
  }
  assert {
    condition = toset([
      for rule in concat(
        values(aws_vpc_security_group_ingress_rule.ssh),
        values(aws_vpc_security_group_ingress_rule.proxy_networks),
        values(aws_vpc_security_group_ingress_rule.proxy_groups),
      ) : "${rule.ip_protocol} ${rule.from_port}-${rule.to_port}"
    ]) == toset(["tcp 22-22", "tcp 8443-8443"])
    error_message = "the ports of the proxy and of ssh, and none other"
  }
  assert {
    condition     = aws_vpc_security_group_egress_rule.proxy[0].from_port == 8443
    error_message = "a proxy on another port can be reached from here"
  }
}

run "secrets_are_read_one_by_one" {
  variables {
    secret_arns = ["arn:aws:secretsmanager:eu-central-1:123456789012:secret:federation/password-AbCdEf"]
  }
  assert {
    condition     = keys(aws_iam_role_policy.this) == ["secrets"]
    error_message = "one right was asked for"
  }
  assert {
    condition     = one(one(data.aws_iam_policy_document.secrets.statement).actions) == "secretsmanager:GetSecretValue" && one(data.aws_iam_policy_document.secrets.statement).resources == toset(["arn:aws:secretsmanager:eu-central-1:123456789012:secret:federation/password-AbCdEf"])
    error_message = "it may get the value of that secret, and nothing else"
  }
}

run "backups_can_be_written_and_no_version_of_them_deleted" {
  variables {
    backup = { bucket = "federation-backups", prefix = "leaf-1" }
  }
  assert {
    condition     = !anytrue([for action in flatten(data.aws_iam_policy_document.backup[0].statement[*].actions) : can(regex("Version|\\*", action))])
    error_message = "no right to delete a version"
  }
  assert {
    condition     = flatten([for statement in data.aws_iam_policy_document.backup[0].statement : tolist(statement.resources) if statement.sid == "WriteAndReadBackups"]) == ["arn:aws:s3:::federation-backups/leaf-1/*"]
    error_message = "only below its own prefix"
  }
}

run "an_elastic_address_is_made_on_request" {
  variables {
    public_address = "elastic"
  }
  assert {
    condition     = length(aws_eip.this) == 1 && output.public_ip == aws_eip.this[0].public_ip
    error_message = "the address of the server is the elastic one"
  }
}

run "it_is_protected_from_termination" {
  assert {
    condition     = aws_instance.this.disable_api_termination
    error_message = "EC2 refuses to terminate it"
  }
}

run "ssh_for_the_whole_internet_is_refused" {
  command = plan
  variables {
    admin_cidrs = ["0.0.0.0/0"]
  }
  expect_failures = [var.admin_cidrs]
}

run "a_secret_with_a_wildcard_is_refused" {
  command = plan
  variables {
    secret_arns = ["arn:aws:secretsmanager:eu-central-1:123456789012:secret:*"]
  }
  expect_failures = [var.secret_arns]
}

run "a_backup_of_everything_is_refused" {
  command = plan
  variables {
    backup = { bucket = "federation-backups", prefix = "" }
  }
  expect_failures = [var.backup]
}

run "an_unknown_role_is_refused" {
  command = plan
  variables {
    role = "tertiary"
  }
  expect_failures = [var.role]
}

run "the_port_of_ssh_is_not_for_the_proxy" {
  command = plan
  variables {
    proxy_port = 22
  }
  expect_failures = [var.proxy_port]
}
