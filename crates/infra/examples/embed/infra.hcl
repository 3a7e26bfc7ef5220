stack "web" {
  terraform {
    dir = "."
  }
  drift {
    benign "ephemeral-public-ip" {
      resources  = ["aws_instance.*"]
      attributes = ["public_ip"]
      reason     = "no Elastic IP: a new address at every start"
    }
  }
  playbook "site" {
    path  = "ansible/site.yml"
    hosts = ["web"]
  }
}
