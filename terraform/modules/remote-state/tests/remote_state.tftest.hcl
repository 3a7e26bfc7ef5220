# Offline: the provider is a mock, so what is tested is what this module decides.

mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
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
  mock_resource "aws_s3_bucket" {
    defaults = { arn = "arn:aws:s3:::federation-state" }
  }
}

variables {
  bucket = "federation-state"
}

run "a_state_that_was_replaced_can_be_restored" {
  assert {
    condition     = aws_s3_bucket_versioning.this.versioning_configuration[0].status == "Enabled"
    error_message = "the bucket keeps versions"
  }
  assert {
    condition     = aws_s3_bucket_lifecycle_configuration.this.rule[0].noncurrent_version_expiration[0].noncurrent_days == 365 && aws_s3_bucket_lifecycle_configuration.this.rule[0].noncurrent_version_expiration[0].newer_noncurrent_versions == 10
    error_message = "for a year, and the last ten for ever"
  }
}

run "states_are_encrypted_with_a_key_of_their_own" {
  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).kms_master_key_id == aws_kms_key.this.arn && aws_kms_key.this.enable_key_rotation
    error_message = "encrypted under a key that is rotated"
  }
}

run "nobody_reads_them_without_tls_or_from_outside" {
  assert {
    condition     = [for statement in data.aws_iam_policy_document.bucket.statement : statement.effect] == ["Deny", "Deny"] && contains(flatten([for statement in data.aws_iam_policy_document.bucket.statement : [for condition in statement.condition : condition.variable]]), "aws:SecureTransport")
    error_message = "requests without TLS are denied"
  }
  assert {
    condition     = aws_s3_bucket_public_access_block.this.block_public_acls && aws_s3_bucket_public_access_block.this.restrict_public_buckets
    error_message = "nothing in it can be made public"
  }
}

run "the_lock_table_is_terraforms" {
  assert {
    condition     = aws_dynamodb_table.lock[0].hash_key == "LockID" && output.table == "federation-state-lock"
    error_message = "Terraform looks for LockID"
  }
  assert {
    condition     = aws_dynamodb_table.lock[0].deletion_protection_enabled && aws_dynamodb_table.lock[0].point_in_time_recovery[0].enabled
    error_message = "the table can't be deleted by accident"
  }
}

run "a_lock_file_needs_no_table" {
  variables {
    lock = "file"
  }
  assert {
    condition     = length(aws_dynamodb_table.lock) == 0 && output.table == null
    error_message = "no table was asked for"
  }
}

run "a_bucket_with_dots_is_refused" {
  command = plan
  variables {
    bucket = "federation.state"
  }
  expect_failures = [var.bucket]
}

run "versions_are_kept_for_a_month_at_least" {
  command = plan
  variables {
    keep_versions_days = 7
  }
  expect_failures = [var.keep_versions_days]
}
