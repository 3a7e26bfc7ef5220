locals {
  zones = [for letter in var.availability_zones : "${var.region}${letter}"]

  # The zones of servers are spread: leaf 1 is in the first, leaf 2 in the second, and so on.
  servers = merge(
    {
      "${var.name}-primary"   = { role = "primary", zone = local.zones[0] }
      "${var.name}-secondary" = { role = "secondary", zone = local.zones[1] }
    },
    {
      for number in range(var.leaf_count) : "${var.name}-leaf-${number + 1}" => {
        role = "leaf"
        zone = local.zones[number % length(local.zones)]
      }
    },
  )

  globals = toset([for name, server in local.servers : name if server.role != "leaf"])
}

module "network" {
  source = "../../modules/network"

  name               = var.name
  cidr               = var.vpc_cidr
  availability_zones = local.zones
  admin_cidrs        = var.admin_cidrs
  client_cidrs       = var.client_cidrs
}

data "aws_ami" "debian" {
  count = var.ami_id == null ? 1 : 0

  # https://wiki.debian.org/Cloud/AmazonEC2Image
  owners      = ["136693071363"]
  most_recent = true

  filter {
    name   = "name"
    values = ["debian-12-amd64-*"]
  }
}

resource "aws_key_pair" "this" {
  key_name   = var.name
  public_key = var.public_key
}

module "secrets" {
  source = "../../modules/monitoring-secrets"

  prefix = var.name
  secrets = merge(
    {
      "password"  = "The password of the proxies, and so of /federate"
      "authority" = "The certificate of the authority that issued those of the servers"
    },
    { for name in keys(local.servers) : "tls/${name}" => "Certificate and key of ${name}" },
  )
  recovery_days = var.protected ? 30 : 0
}

module "server" {
  source   = "../../modules/prometheus-server"
  for_each = local.servers

  name               = each.key
  role               = each.value.role
  vpc_id             = module.network.vpc_id
  subnet_id          = module.network.public_subnet_ids[each.value.zone]
  ami_id             = var.ami_id == null ? data.aws_ami.debian[0].id : var.ami_id
  instance_type      = each.value.role == "leaf" ? var.instance_types.leaf : var.instance_types.global
  volume_size        = each.value.role == "leaf" ? var.volume_sizes.leaf : var.volume_sizes.global
  key_name           = aws_key_pair.this.key_name
  public_address     = var.public_address
  admin_cidrs        = var.admin_cidrs
  proxy_cidrs        = setunion(var.client_cidrs, [var.vpc_cidr])
  security_group_ids = each.value.role == "leaf" ? [] : [aws_security_group.cluster.id]

  # Each reads its own key, and what all have in common.
  secret_arns = [
    module.secrets.arns["password"],
    module.secrets.arns["authority"],
    module.secrets.arns["tls/${each.key}"],
  ]
  backup                 = var.backup_bucket == null ? null : { bucket = var.backup_bucket, prefix = "prometheus/${each.key}" }
  discover_instances     = each.value.role != "leaf"
  termination_protection = var.protected
}
