# Offline: the provider is a mock, so what is tested is what this module decides.

mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
  mock_data "aws_region" {
    defaults = { name = "eu-central-1" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-000000000000" }
  }
}

variables {
  prefix  = "federation"
  secrets = { "password" = "The password of /federate", "tls/leaf-1" = "Certificate and key of leaf-1" }
}

run "each_secret_is_an_entry_below_the_prefix" {
  assert {
    condition     = toset([for secret in aws_secretsmanager_secret.this : secret.name]) == toset(["federation/password", "federation/tls/leaf-1"])
    error_message = "one entry for each name"
  }
  assert {
    condition     = alltrue([for secret in aws_secretsmanager_secret.this : secret.kms_key_id == aws_kms_key.this.arn && secret.recovery_window_in_days == 30])
    error_message = "encrypted under the key, and to be had back for 30 days"
  }
}

run "the_key_decrypts_for_secrets_manager_only" {
  assert {
    condition     = flatten([for statement in data.aws_iam_policy_document.key.statement : [for condition in statement.condition : tolist(condition.values) if condition.variable == "kms:ViaService"] if statement.sid == "ThroughSecretsManager"]) == ["secretsmanager.eu-central-1.amazonaws.com"]
    error_message = "no other way to decrypt"
  }
}

run "a_secret_without_a_purpose_is_refused" {
  command = plan
  variables {
    secrets = { password = " " }
  }
  expect_failures = [var.secrets]
}

run "a_name_that_climbs_out_of_the_prefix_is_refused" {
  command = plan
  variables {
    secrets = { "../other" = "Something else" }
  }
  expect_failures = [var.secrets]
}

run "a_recovery_that_aws_does_not_offer_is_refused" {
  command = plan
  variables {
    recovery_days = 3
  }
  expect_failures = [var.recovery_days]
}
