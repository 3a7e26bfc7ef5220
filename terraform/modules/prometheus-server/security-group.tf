resource "aws_security_group" "this" {
  name        = var.name
  description = "Prometheus server ${var.name}: the proxy, and ssh for administrators"
  vpc_id      = var.vpc_id

  tags = local.tags
}

resource "aws_vpc_security_group_ingress_rule" "proxy_networks" {
  for_each = var.proxy_cidrs

  security_group_id = aws_security_group.this.id
  description       = "The proxy, from ${each.value}"
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = var.proxy_port
  to_port           = var.proxy_port

  tags = local.tags
}

resource "aws_vpc_security_group_ingress_rule" "proxy_groups" {
  for_each = var.proxy_security_groups

  security_group_id            = aws_security_group.this.id
  description                  = "The proxy, from ${each.key}"
  referenced_security_group_id = each.value
  ip_protocol                  = "tcp"
  from_port                    = var.proxy_port
  to_port                      = var.proxy_port

  tags = local.tags
}

resource "aws_vpc_security_group_ingress_rule" "ssh" {
  for_each = var.admin_cidrs

  security_group_id = aws_security_group.this.id
  description       = "ssh, from ${each.value}"
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = 22
  to_port           = 22

  tags = local.tags
}

# Other servers' proxies, S3, Secrets Manager, receivers of alerts.
resource "aws_vpc_security_group_egress_rule" "https" {
  security_group_id = aws_security_group.this.id
  description       = "HTTPS to anywhere"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443

  tags = local.tags
}

resource "aws_vpc_security_group_egress_rule" "proxy" {
  count = var.proxy_port == 443 ? 0 : 1

  security_group_id = aws_security_group.this.id
  description       = "The proxies of other servers"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = var.proxy_port
  to_port           = var.proxy_port

  tags = local.tags
}

resource "aws_vpc_security_group_egress_rule" "packages" {
  security_group_id = aws_security_group.this.id
  description       = "Package mirrors, whose packages are signed"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 80
  to_port           = 80

  tags = local.tags
}

resource "aws_vpc_security_group_egress_rule" "time" {
  security_group_id = aws_security_group.this.id
  description       = "Time servers"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "udp"
  from_port         = 123
  to_port           = 123

  tags = local.tags
}
