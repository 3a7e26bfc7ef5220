output "dns_name" {
  description = "The name that AWS gave the load balancer, for an alias record."
  value       = aws_lb.this.dns_name
}

output "zone_id" {
  description = "The zone of that name, for an alias record."
  value       = aws_lb.this.zone_id
}

output "arn" {
  description = "The load balancer."
  value       = aws_lb.this.arn
}

output "security_group_id" {
  description = "Its security group: targets let members of it reach their proxies."
  value       = aws_security_group.this.id
}
