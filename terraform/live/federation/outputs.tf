output "public_addresses" {
  description = "The public address of each server. An ephemeral one is another after each start."
  value       = { for name, server in module.server : name => server.public_ip }
}

output "names" {
  description = "The name of each server in DNS, empty without a domain."
  value       = try(module.dns[0].names, {})
}

output "url" {
  description = "Where the federation is found, whichever global server is up; null without a domain."
  value       = try("https://${module.dns[0].alias}/", null)
}

output "secret_arns" {
  description = "The entries in Secrets Manager that values are to be put into."
  value       = module.secrets.arns
}
