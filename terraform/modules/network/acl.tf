# Network ACLs keep no state: an answer needs a rule as the question does, and goes to a port
# that the asker's system chose. They are the second fence; security groups are the first.

locals {
  # Linux chooses from 32768 on, a load balancer from 1024 on:
  # https://docs.aws.amazon.com/vpc/latest/userguide/custom-network-acl.html#nacl-ephemeral-ports
  answers = { from = 1024, to = 65535 }

  public_ingress = concat(
    [{ cidr = var.cidr, protocol = "-1", from = 0, to = 0 }],
    [for cidr in sort(var.client_cidrs) : { cidr = cidr, protocol = "tcp", from = 443, to = 443 }],
    [for cidr in sort(var.admin_cidrs) : { cidr = cidr, protocol = "tcp", from = 22, to = 22 }],
    [
      { cidr = "0.0.0.0/0", protocol = "tcp", from = local.answers.from, to = local.answers.to },
      # Answers of time servers.
      { cidr = "0.0.0.0/0", protocol = "udp", from = local.answers.from, to = local.answers.to },
    ],
  )

  public_egress = [
    { cidr = var.cidr, protocol = "-1", from = 0, to = 0 },
    { cidr = "0.0.0.0/0", protocol = "tcp", from = 443, to = 443 },
    # Package mirrors; packages are signed.
    { cidr = "0.0.0.0/0", protocol = "tcp", from = 80, to = 80 },
    { cidr = "0.0.0.0/0", protocol = "udp", from = 123, to = 123 },
    { cidr = "0.0.0.0/0", protocol = "tcp", from = local.answers.from, to = local.answers.to },
  ]
}

resource "aws_network_acl" "public" {
  vpc_id     = aws_vpc.this.id
  subnet_ids = [for subnet in aws_subnet.public : subnet.id]

  dynamic "ingress" {
    for_each = local.public_ingress

    content {
      rule_no    = 100 + 10 * ingress.key
      action     = "allow"
      cidr_block = ingress.value.cidr
      protocol   = ingress.value.protocol
      from_port  = ingress.value.from
      to_port    = ingress.value.to
    }
  }

  dynamic "egress" {
    for_each = local.public_egress

    content {
      rule_no    = 100 + 10 * egress.key
      action     = "allow"
      cidr_block = egress.value.cidr
      protocol   = egress.value.protocol
      from_port  = egress.value.from
      to_port    = egress.value.to
    }
  }

  tags = merge(local.tags, { Name = "${var.name}-public" })
}

resource "aws_network_acl" "private" {
  # checkov:skip=CKV_AWS_231: answers of S3 come to any port that Linux chooses, 3389 among them; no server here listens there
  vpc_id     = aws_vpc.this.id
  subnet_ids = [for subnet in aws_subnet.private : subnet.id]

  ingress {
    rule_no    = 100
    action     = "allow"
    cidr_block = var.cidr
    protocol   = "-1"
    from_port  = 0
    to_port    = 0
  }

  # Answers of S3, whose addresses are public.
  ingress {
    rule_no    = 110
    action     = "allow"
    cidr_block = "0.0.0.0/0"
    protocol   = "tcp"
    from_port  = local.answers.from
    to_port    = local.answers.to
  }

  egress {
    rule_no    = 100
    action     = "allow"
    cidr_block = var.cidr
    protocol   = "-1"
    from_port  = 0
    to_port    = 0
  }

  egress {
    rule_no    = 110
    action     = "allow"
    cidr_block = "0.0.0.0/0"
    protocol   = "tcp"
    from_port  = 443
    to_port    = 443
  }

  tags = merge(local.tags, { Name = "${var.name}-private" })
}
