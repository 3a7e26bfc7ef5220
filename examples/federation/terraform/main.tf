# A primary and a secondary Prometheus server that federate from leaf servers. No server has
# an Elastic IP: each gets a new public address whenever it is started.

resource "aws_key_pair" "admin" {
  key_name   = "federation-admin"
  public_key = file(var.public_key_file)
}

resource "aws_security_group" "prometheus" {
  name        = "prometheus"
  description = "ssh from the office, Prometheus among the servers"

  ingress {
    description = "ssh"
    from_port   = 2222
    to_port     = 2222
    protocol    = "tcp"
    cidr_blocks = [var.admin_cidr]
  }

  ingress {
    description = "Prometheus"
    from_port   = 9090
    to_port     = 9090
    protocol    = "tcp"
    self        = true
  }

  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_instance" "primary" {
  ami                    = var.ami
  instance_type          = var.instance_type
  key_name               = aws_key_pair.admin.key_name
  vpc_security_group_ids = [aws_security_group.prometheus.id]

  tags = {
    Name = "primary"
    Role = "federation"
  }
}

resource "aws_instance" "secondary" {
  ami                    = var.ami
  instance_type          = var.instance_type
  key_name               = aws_key_pair.admin.key_name
  vpc_security_group_ids = [aws_security_group.prometheus.id]

  tags = {
    Name = "secondary"
    Role = "federation"
  }
}

resource "aws_instance" "leaf" {
  count = var.leaves

  ami                    = var.ami
  instance_type          = var.instance_type
  key_name               = aws_key_pair.admin.key_name
  vpc_security_group_ids = [aws_security_group.prometheus.id]

  tags = {
    Name = "leaf-${count.index + 1}"
    Role = "leaf"
  }
}
