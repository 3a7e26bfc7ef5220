# Offline: the provider is a mock, so what is tested is how the modules are put together.

mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_region" {
    defaults = { name = "eu-central-1" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_ami" {
    defaults = { id = "ami-0123456789abcdef0" }
  }
  mock_data "aws_vpc" {
    defaults = { cidr_block = "10.20.0.0/16" }
  }
  mock_resource "aws_vpc" {
    defaults = { id = "vpc-0123456789abcdef0" }
  }
  mock_resource "aws_subnet" {
    defaults = { id = "subnet-0123456789abcdef0" }
  }
  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-000000000000" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:/vpc/federation" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/any" }
  }
  mock_resource "aws_secretsmanager_secret" {
    defaults = { arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:any" }
  }
}

variables {
  public_key  = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINAv83Tcu1McmOSAAqnlJbV/gHTVlL0q1OKOCpetkRvX"
  admin_cidrs = ["192.0.2.0/24"]
}

run "there_are_two_global_servers_and_the_leaves" {
  variables {
    leaf_count = 3
  }
  assert {
    condition     = keys(module.server) == ["federation-leaf-1", "federation-leaf-2", "federation-leaf-3", "federation-primary", "federation-secondary"]
    error_message = "a primary, a secondary and three leaves"
  }
}

run "the_global_servers_are_in_different_zones" {
  assert {
    condition     = local.servers["federation-primary"].zone != local.servers["federation-secondary"].zone
    error_message = "the loss of a zone must not take both"
  }
}

run "a_further_leaf_leaves_the_others_where_they_are" {
  variables {
    leaf_count = 5
  }
  assert {
    condition     = local.servers["federation-leaf-1"].zone == "eu-central-1a" && local.servers["federation-leaf-2"].zone == "eu-central-1b"
    error_message = "zones go by number"
  }
}

run "only_the_global_servers_gossip" {
  assert {
    condition     = alltrue([for rule in aws_security_group.cluster.ingress : rule.self && rule.from_port == 9094 && rule.to_port == 9094])
    error_message = "the port of the cluster, and no other"
  }
}

run "every_server_has_a_secret_of_its_own" {
  assert {
    condition     = length([for name in keys(module.secrets.arns) : name if startswith(name, "tls/")]) == 4
    error_message = "one certificate and key for each server"
  }
}

run "without_a_domain_there_are_no_names" {
  assert {
    condition     = length(module.dns) == 0 && length(module.load_balancer) == 0 && output.url == null
    error_message = "no domain, no names and no load balancer"
  }
}

run "no_leaf_is_refused" {
  command = plan
  variables {
    leaf_count = 0
  }
  expect_failures = [var.leaf_count]
}

run "a_private_key_is_refused" {
  command = plan
  variables {
    public_key = "-----BEGIN OPENSSH PRIVATE KEY-----"
  }
  expect_failures = [var.public_key]
}
