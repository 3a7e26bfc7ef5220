output "arns" {
  description = "The ARN of each secret, for the rights of those who read it."
  value       = { for name, secret in aws_secretsmanager_secret.this : name => secret.arn }
}

output "kms_key_arn" {
  description = "The key that encrypts them."
  value       = aws_kms_key.this.arn
}
