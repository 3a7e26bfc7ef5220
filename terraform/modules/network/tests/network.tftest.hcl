# Offline: the provider is a mock, so what is tested is what this module decides.

mock_provider "aws" {
  mock_data "aws_region" {
    defaults = { name = "eu-central-1" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-000000000000" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:/vpc/federation" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/federation-flow-log" }
  }
}

variables {
  name               = "federation"
  cidr               = "10.20.0.0/16"
  availability_zones = ["eu-central-1a", "eu-central-1b"]
  admin_cidrs        = ["192.0.2.0/24"]
}

run "each_zone_has_a_public_and_a_private_subnet" {
  assert {
    condition     = aws_subnet.public["eu-central-1b"].cidr_block == "10.20.1.0/24"
    error_message = "the second public subnet is the second /24"
  }
  assert {
    condition     = aws_subnet.private["eu-central-1b"].cidr_block == "10.20.129.0/24"
    error_message = "private subnets begin in the middle of the VPC"
  }
  assert {
    condition     = alltrue([for subnet in concat(values(aws_subnet.public), values(aws_subnet.private)) : !subnet.map_public_ip_on_launch])
    error_message = "nothing gets a public address without asking"
  }
}

run "a_further_zone_leaves_the_subnets_that_there_are_alone" {
  variables {
    availability_zones = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
  }
  assert {
    condition     = aws_subnet.public["eu-central-1b"].cidr_block == "10.20.1.0/24" && aws_subnet.public["eu-central-1c"].cidr_block == "10.20.2.0/24"
    error_message = "the third zone comes after the others"
  }
}

run "ssh_is_for_those_who_are_named" {
  assert {
    condition     = [for rule in aws_network_acl.public.ingress : rule.cidr_block if rule.from_port == 22] == ["192.0.2.0/24"]
    error_message = "only admin_cidrs may connect to port 22"
  }
  assert {
    condition     = length([for rule in aws_network_acl.private.ingress : rule if rule.from_port == 22]) == 0
    error_message = "no ssh from outside into private subnets"
  }
}

run "without_admins_nobody_gets_in_by_ssh" {
  variables {
    admin_cidrs = []
  }
  assert {
    condition     = length([for rule in aws_network_acl.public.ingress : rule if rule.from_port == 22]) == 0
    error_message = "no admin_cidrs, no rule for port 22"
  }
}

run "private_subnets_have_no_way_to_the_internet" {
  assert {
    condition     = aws_route.internet.route_table_id == aws_route_table.public.id
    error_message = "the route to the internet is the public subnets' only"
  }
}

run "all_traffic_is_logged_and_the_log_is_encrypted" {
  assert {
    condition     = aws_flow_log.this.traffic_type == "ALL" && aws_cloudwatch_log_group.flow_log.kms_key_id == aws_kms_key.flow_log.arn
    error_message = "the flow log has accepted and refused traffic, under a key of its own"
  }
}

run "ssh_for_the_whole_internet_is_refused" {
  command = plan
  variables {
    admin_cidrs = ["0.0.0.0/0"]
  }
  expect_failures = [var.admin_cidrs]
}

run "one_zone_is_too_few" {
  command = plan
  variables {
    availability_zones = ["eu-central-1a"]
  }
  expect_failures = [var.availability_zones]
}

run "a_vpc_that_is_too_small_is_refused" {
  command = plan
  variables {
    cidr = "10.20.0.0/24"
  }
  expect_failures = [var.cidr]
}

run "a_vpc_must_be_written_by_its_first_address" {
  command = plan
  variables {
    cidr = "10.20.1.7/16"
  }
  expect_failures = [var.cidr]
}

run "logs_are_kept_for_a_time_that_cloudwatch_knows" {
  command = plan
  variables {
    flow_log_retention_days = 100
  }
  expect_failures = [var.flow_log_retention_days]
}
