variable "region" {
  description = "Where the servers are."
  type        = string
  default     = "eu-central-1"
}

variable "ami" {
  description = "The image of all servers."
  type        = string
  default     = "ami-12c6146b"
}

variable "instance_type" {
  description = "The size of all servers."
  type        = string
  default     = "t3.micro"
}

variable "leaves" {
  description = "How many leaf servers scrape the exporters."
  type        = number
  default     = 3
}

variable "public_key_file" {
  description = "The public half of the key that Ansible logs in with."
  type        = string
  default     = "../id_ed25519.pub"
}

variable "admin_cidr" {
  description = "From where ssh is allowed."
  type        = string
  default     = "203.0.113.0/24"
}
