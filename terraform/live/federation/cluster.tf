# The Alertmanagers on the global servers tell each other what they have told already.

locals {
  gossip = {
    for protocol in ["tcp", "udp"] : protocol => {
      description = "Gossip over ${protocol}"
      protocol    = protocol
      port        = 9094
    }
  }
}

# Its rules are part of it: one that anybody adds is seen as drift, and goes with the next apply.
resource "aws_security_group" "cluster" {
  name        = "${var.name}-cluster"
  description = "Alertmanagers of ${var.name} among themselves"
  vpc_id      = module.network.vpc_id

  dynamic "ingress" {
    for_each = local.gossip

    content {
      description = ingress.value.description
      self        = true
      protocol    = ingress.value.protocol
      from_port   = ingress.value.port
      to_port     = ingress.value.port
    }
  }

  dynamic "egress" {
    for_each = local.gossip

    content {
      description = egress.value.description
      self        = true
      protocol    = egress.value.protocol
      from_port   = egress.value.port
      to_port     = egress.value.port
    }
  }

  tags = { Name = "${var.name}-cluster" }
}
