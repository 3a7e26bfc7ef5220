locals {
  tags = merge(var.tags, { Name = var.name, Role = var.role })

  # All that is done before infra's playbooks: nothing that they do.
  user_data = <<-EOT
    #cloud-config
    ssh_pwauth: false
    disable_root: true
    package_update: false
    package_upgrade: false
  EOT
}

resource "aws_instance" "this" {
  ami           = var.ami_id
  instance_type = var.instance_type
  subnet_id     = var.subnet_id
  key_name      = var.key_name
  user_data     = local.user_data

  vpc_security_group_ids      = concat([aws_security_group.this.id], var.security_group_ids)
  associate_public_ip_address = var.public_address != "none"
  iam_instance_profile        = aws_iam_instance_profile.this.name

  ebs_optimized           = true
  monitoring              = true
  disable_api_termination = var.termination_protection

  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = "required"
    # An answer ends at this host: nothing that runs in a container or behind the proxy gets it.
    http_put_response_hop_limit = 1
  }

  root_block_device {
    volume_type = "gp3"
    volume_size = var.volume_size
    encrypted   = true
    kms_key_id  = var.kms_key_arn
    tags        = local.tags
  }

  tags = local.tags

  lifecycle {
    # A new image is no reason to replace a server that works; unattended upgrades keep it current.
    # A stopped instance with an ephemeral address, or one with an Elastic IP, shows another
    # value here than was asked for, and Terraform would replace it for that.
    ignore_changes = [ami, associate_public_ip_address]
  }
}

resource "aws_eip" "this" {
  count = var.public_address == "elastic" ? 1 : 0

  domain   = "vpc"
  instance = aws_instance.this.id

  tags = local.tags
}
