# The federation: what terraform/live/federation makes, and how ansible/ configures it.
# docs/reference-stack.md says how to make it your own.
stack "federation" {
  terraform {
    dir = "terraform/live/federation"
  }

  backend "local" {}

  drift {
    benign "ephemeral-public-address" {
      resources  = ["module.server*.aws_instance.this"]
      attributes = ["public_ip", "public_dns"]
      reason     = "no Elastic IP: EC2 gives a new address at every start"
    }
  }

  inventory {
    # One block for each role: a group is named here and never by a tag.
    hosts "aws_instance" {
      when    = contains(["primary", "secondary"], self.tags.Role)
      name    = self.tags.Name
      address = try(coalesce(self.public_ip, self.private_ip), null)
      user    = "admin"
      groups  = ["prometheus_global"]
      vars = {
        private_ip  = self.private_ip
        role        = self.tags.Role
        instance_id = self.id
        region      = try(regex("^[a-z-]+[0-9]", self.availability_zone), null)
      }
    }

    hosts "aws_instance" {
      when    = self.tags.Role == "leaf"
      name    = self.tags.Name
      address = try(coalesce(self.public_ip, self.private_ip), null)
      user    = "admin"
      groups  = ["prometheus_leaf"]
      vars = {
        private_ip  = self.private_ip
        role        = self.tags.Role
        instance_id = self.id
        region      = try(regex("^[a-z-]+[0-9]", self.availability_zone), null)
      }
    }

    group "prometheus" {
      children = ["prometheus_global", "prometheus_leaf"]
    }
  }

  ansible {
    config = "ansible/ansible.cfg"
  }

  # Reads no address: a restart of the instances does not run it again.
  playbook "baseline" {
    path  = "ansible/baseline.yml"
    hosts = ["prometheus"]

    ignore "ansible/**/*.md" { reason = "documentation, which no task reads" }
  }

  # Global servers list the addresses of leaves, and leaves those of the Alertmanagers: a restart runs it where they are.
  playbook "federation" {
    path  = "ansible/site.yml"
    hosts = ["prometheus"]

    ignore "ansible/**/*.md" { reason = "documentation, which no task reads" }

    health "proxy" {
      tcp      = 443
      deadline = "1m"
    }
  }
}
