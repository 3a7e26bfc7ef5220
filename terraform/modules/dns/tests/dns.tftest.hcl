# Offline: the provider is a mock, so what is tested is what this module decides.

mock_provider "aws" {}

variables {
  zone_id        = "Z0123456789ABCDEFGHIJ"
  domain         = "federation.example.org"
  hosts          = { primary = "192.0.2.1", leaf-1 = "192.0.2.2" }
  health_checked = ["primary"]
  alias          = { name = "prometheus", dns_name = "federation-1.eu-central-1.elb.amazonaws.com", zone_id = "Z215JYRZR1TBD5" }
}

run "every_host_has_a_name_for_its_address" {
  assert {
    condition     = { for name, record in aws_route53_record.host : record.name => one(record.records) } == { "primary.federation.example.org" = "192.0.2.1", "leaf-1.federation.example.org" = "192.0.2.2" }
    error_message = "one record for each host"
  }
  assert {
    condition     = alltrue([for record in aws_route53_record.host : record.ttl == 60])
    error_message = "an address that changes is not kept long"
  }
}

run "the_load_balancer_has_an_alias" {
  assert {
    condition     = aws_route53_record.alias[0].name == "prometheus.federation.example.org" && aws_route53_record.alias[0].alias[0].evaluate_target_health
    error_message = "the alias leads to the load balancer, and only while it is healthy"
  }
}

run "health_is_checked_by_name_over_tls" {
  assert {
    condition     = keys(aws_route53_health_check.host) == ["primary"] && aws_route53_health_check.host["primary"].fqdn == "primary.federation.example.org"
    error_message = "the check follows the name, so that a new address needs no new check"
  }
  assert {
    condition     = aws_route53_health_check.host["primary"].type == "HTTPS" && aws_route53_health_check.host["primary"].resource_path == "/healthz"
    error_message = "it asks the proxy"
  }
}

run "without_a_load_balancer_there_is_no_alias" {
  variables {
    alias = null
  }
  assert {
    condition     = length(aws_route53_record.alias) == 0 && output.alias == null
    error_message = "no alias was asked for"
  }
}

run "a_host_without_a_record_cannot_be_checked" {
  command = plan
  variables {
    health_checked = ["secondary"]
  }
  expect_failures = [var.health_checked]
}

run "a_name_with_a_dot_is_refused" {
  command = plan
  variables {
    hosts = { "a.b" = "192.0.2.1", primary = "192.0.2.1" }
  }
  expect_failures = [var.hosts]
}
