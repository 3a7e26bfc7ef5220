output "names" {
  description = "The whole name of each host."
  value       = { for name, record in aws_route53_record.host : name => record.fqdn }
}

output "alias" {
  description = "The whole name that leads to the load balancer, null without one."
  value       = one(aws_route53_record.alias[*].fqdn)
}

output "health_check_ids" {
  description = "The health check of each host that has one."
  value       = { for name, check in aws_route53_health_check.host : name => check.id }
}
