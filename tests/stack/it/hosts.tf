terraform {
  required_providers { aws = { source = "hashicorp/aws" } }
}
provider "aws" {
  skip_credentials_validation = true
  skip_requesting_account_id  = true
}
variable "vpc" { type = string }
variable "names" { type = set(string) }
resource "aws_key_pair" "this" {
  key_name   = "test"
  public_key = file("../id_ed25519.pub")
}
resource "aws_vpc" "this" { cidr_block = var.vpc }
resource "aws_subnet" "this" {
  vpc_id     = aws_vpc.this.id
  cidr_block = cidrsubnet(var.vpc, 8, 1)
}
data "aws_ami" "debian" {
  owners      = ["136693071363"]
  most_recent = true
}
resource "aws_instance" "host" {
  for_each                    = var.names
  ami                         = data.aws_ami.debian.id
  instance_type               = "t3.micro"
  key_name                    = aws_key_pair.this.key_name
  subnet_id                   = aws_subnet.this.id
  associate_public_ip_address = true
  user_data                   = "#cloud-config\nwrite_files: [{path: /etc/told, content: ${each.key}}]\n"
  tags                        = { Name = each.key }
}
