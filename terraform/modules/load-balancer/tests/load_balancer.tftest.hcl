# Offline: the provider is a mock, so what is tested is what this module decides.

mock_provider "aws" {
  mock_data "aws_vpc" {
    defaults = { cidr_block = "10.20.0.0/16" }
  }
  mock_resource "aws_lb" {
    defaults = { arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/federation/0123456789abcdef" }
  }
  mock_resource "aws_lb_target_group" {
    defaults = { arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/federation/0123456789abcdef" }
  }
}

variables {
  name            = "federation"
  vpc_id          = "vpc-0123456789abcdef0"
  subnet_ids      = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
  certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/00000000-0000-0000-0000-000000000000"
  targets         = { primary = "i-0123456789abcdef0", secondary = "i-0123456789abcdef1" }
  client_cidrs    = ["192.0.2.0/24"]
}

run "clients_and_servers_are_spoken_to_in_tls_only" {
  assert {
    condition     = aws_lb_listener.https.protocol == "HTTPS" && startswith(aws_lb_listener.https.ssl_policy, "ELBSecurityPolicy-TLS13-1-2")
    error_message = "TLS 1.2 or newer towards clients"
  }
  assert {
    condition     = aws_lb_target_group.this.protocol == "HTTPS"
    error_message = "TLS towards the proxies"
  }
}

run "a_server_is_healthy_while_its_proxy_answers" {
  assert {
    condition     = aws_lb_target_group.this.health_check[0].path == "/healthz" && aws_lb_target_group.this.health_check[0].protocol == "HTTPS"
    error_message = "the health check asks the proxy"
  }
}

run "every_target_is_attached" {
  assert {
    condition     = tomap({ for name, attachment in aws_lb_target_group_attachment.this : name => attachment.target_id }) == var.targets
    error_message = "both servers get requests"
  }
}

run "only_named_clients_may_connect" {
  assert {
    condition     = [for rule in aws_vpc_security_group_ingress_rule.clients : "${rule.cidr_ipv4} ${rule.from_port}"] == ["192.0.2.0/24 443"]
    error_message = "one network, one port"
  }
  assert {
    condition     = aws_vpc_security_group_egress_rule.targets.cidr_ipv4 == "10.20.0.0/16"
    error_message = "it reaches nothing outside of the VPC"
  }
}

run "one_subnet_is_too_few" {
  command = plan
  variables {
    subnet_ids = ["subnet-0123456789abcdef0"]
  }
  expect_failures = [var.subnet_ids]
}

run "nothing_to_balance_is_refused" {
  command = plan
  variables {
    targets = {}
  }
  expect_failures = [var.targets]
}

run "no_client_is_refused" {
  command = plan
  variables {
    client_cidrs = []
  }
  expect_failures = [var.client_cidrs]
}
