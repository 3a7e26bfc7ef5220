output "bucket" {
  description = "The bucket, for the backend block."
  value       = aws_s3_bucket.this.id
}

output "table" {
  description = "The lock table, for the backend block; null with a lock file."
  value       = one(aws_dynamodb_table.lock[*].name)
}

output "kms_key_arn" {
  description = "The key that encrypts the states, for the backend block."
  value       = aws_kms_key.this.arn
}
