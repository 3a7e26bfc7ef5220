stack "federation" {
  terraform {
    dir = "terraform"
  }

  backend "local" {}

  drift {
    benign "ephemeral-address" {
      resources  = ["aws_instance.*"]
      attributes = ["public_ip", "public_dns"]
      reason     = "no Elastic IP: EC2 gives a new address at every start"
    }
  }

  inventory {
    # One block for each role: a group is named here and never by a tag.
    hosts "aws_instance" {
      when    = self.tags.Role == "leaf"
      name    = self.tags.Name
      address = self.public_ip
      port    = 2222 # where sshd of the simulated machines listens
      groups  = ["leaf"]
    }

    hosts "aws_instance" {
      when    = self.tags.Role == "federation"
      name    = self.tags.Name
      address = self.public_ip
      port    = 2222
      groups  = ["federation"]
    }

    group "prometheus" {
      children = ["leaf", "federation"]
    }
  }

  ansible {
    private_key = "id_ed25519"
  }

  # Reads no address: a restart of the instances does not run it again.
  playbook "baseline" {
    path  = "ansible/baseline.yml"
    hosts = ["prometheus"]
  }

  # The federating servers list the address of every leaf, so a restart of any runs it on
  # those two, and on no leaf.
  playbook "site" {
    path  = "ansible/site.yml"
    hosts = ["prometheus"]
  }
}
