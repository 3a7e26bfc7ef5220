# The Alertmanagers on the global servers tell each other what they have told already.

resource "aws_security_group" "cluster" {
  name        = "${var.name}-cluster"
  description = "Alertmanagers of ${var.name} among themselves"
  vpc_id      = module.network.vpc_id

  tags = { Name = "${var.name}-cluster" }
}

resource "aws_vpc_security_group_ingress_rule" "cluster" {
  for_each = toset(["tcp", "udp"])

  security_group_id            = aws_security_group.cluster.id
  description                  = "Gossip over ${each.key}"
  referenced_security_group_id = aws_security_group.cluster.id
  ip_protocol                  = each.key
  from_port                    = 9094
  to_port                      = 9094
}

resource "aws_vpc_security_group_egress_rule" "cluster" {
  for_each = toset(["tcp", "udp"])

  security_group_id            = aws_security_group.cluster.id
  description                  = "Gossip over ${each.key}"
  referenced_security_group_id = aws_security_group.cluster.id
  ip_protocol                  = each.key
  from_port                    = 9094
  to_port                      = 9094
}
