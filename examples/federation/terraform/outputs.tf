output "primary" {
  description = "The public address of the primary server."
  value       = aws_instance.primary.public_ip
}

output "leaves" {
  description = "The public address of each leaf."
  value       = { for leaf in aws_instance.leaf : leaf.tags.Name => leaf.public_ip }
}
