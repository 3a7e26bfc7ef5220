output "instance_id" {
  description = "The instance."
  value       = aws_instance.this.id
}

output "private_ip" {
  description = "Its address in the VPC, which it keeps."
  value       = aws_instance.this.private_ip
}

output "public_ip" {
  description = "Its public address, null without one. An ephemeral one is another after each start."
  value       = one(aws_eip.this[*].public_ip) != null ? one(aws_eip.this[*].public_ip) : (var.public_address == "none" ? null : aws_instance.this.public_ip)
}

output "security_group_id" {
  description = "Its own security group."
  value       = aws_security_group.this.id
}

output "role_arn" {
  description = "The role that it acts in."
  value       = aws_iam_role.this.arn
}
