# In a file of its own: runs of one file share a state, and what the instance was made with stays.

mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/leaf-1" }
  }
}

variables {
  name      = "leaf-1"
  role      = "leaf"
  vpc_id    = "vpc-0123456789abcdef0"
  subnet_id = "subnet-0123456789abcdef0"
  ami_id    = "ami-0123456789abcdef0"
}

run "without_a_public_address_there_is_none" {
  variables {
    public_address = "none"
  }
  assert {
    condition     = !aws_instance.this.associate_public_ip_address && length(aws_eip.this) == 0 && output.public_ip == null
    error_message = "no address was asked for"
  }
}
