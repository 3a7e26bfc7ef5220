# Names for addresses that change, and one name for both global servers.

module "load_balancer" {
  source = "../../modules/load-balancer"
  count  = var.dns == null ? 0 : 1

  name                = var.name
  vpc_id              = module.network.vpc_id
  subnet_ids          = values(module.network.public_subnet_ids)
  certificate_arn     = var.dns.certificate_arn
  targets             = { for name in local.globals : name => module.server[name].instance_id }
  client_cidrs        = var.client_cidrs
  deletion_protection = var.protected
}

module "dns" {
  source = "../../modules/dns"
  count  = var.dns == null ? 0 : 1

  zone_id        = var.dns.zone_id
  domain         = var.dns.domain
  hosts          = { for name, server in module.server : name => server.public_ip }
  health_checked = local.globals
  alias = {
    name     = "prometheus"
    dns_name = module.load_balancer[0].dns_name
    zone_id  = module.load_balancer[0].zone_id
  }
}
