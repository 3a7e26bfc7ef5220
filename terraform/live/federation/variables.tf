variable "name" {
  description = "What the federation is called: the start of all names."
  type        = string
  nullable    = false
  default     = "federation"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,20}$", var.name))
    error_message = "A name is 2 to 21 lowercase letters, digits and hyphens, and begins with a letter."
  }
}

variable "region" {
  description = "The region to be in."
  type        = string
  nullable    = false
  default     = "eu-central-1"

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "A region is written as in eu-central-1."
  }
}

variable "availability_zones" {
  description = "Letters of the availability zones. The primary is in the first, the secondary in the second."
  type        = list(string)
  nullable    = false
  default     = ["a", "b"]

  validation {
    condition     = length(var.availability_zones) >= 2 && alltrue([for letter in var.availability_zones : can(regex("^[a-f]$", letter))])
    error_message = "Two or more letters, such as a and b."
  }
}

variable "vpc_cidr" {
  description = "The addresses of the VPC, in CIDR notation."
  type        = string
  nullable    = false
  default     = "10.20.0.0/16"
}

variable "leaf_count" {
  description = "How many leaves there are."
  type        = number
  nullable    = false
  default     = 2

  validation {
    condition     = var.leaf_count >= 1 && var.leaf_count <= 50 && floor(var.leaf_count) == var.leaf_count
    error_message = "One to fifty leaves: beyond that, federate regions and not hosts."
  }
}

variable "instance_types" {
  description = "The instance types of global servers and leaves; docs/reference-stack.md says which for how many series."
  type        = object({ global = string, leaf = string })
  nullable    = false
  default     = { global = "t3.large", leaf = "t3.medium" }
}

variable "volume_sizes" {
  description = "The sizes of the volumes in GiB."
  type        = object({ global = number, leaf = number })
  nullable    = false
  default     = { global = 50, leaf = 30 }
}

variable "ami_id" {
  description = "The image to start new servers from. Null: the latest Debian 12."
  type        = string
  default     = null
}

variable "public_key" {
  description = "The ssh key of those who configure the servers, in OpenSSH's format."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^(ssh-ed25519|ecdsa-sha2-[a-z0-9-]+|ssh-rsa) [A-Za-z0-9+/=]+", var.public_key))
    error_message = "A public key is one line that begins with its type, such as ssh-ed25519."
  }
}

variable "admin_cidrs" {
  description = "The networks from which ssh is allowed: where infra runs, and where people log in from."
  type        = set(string)
  nullable    = false
}

variable "client_cidrs" {
  description = "The networks that reach the proxies, which ask for a password. The servers themselves are let in besides."
  type        = set(string)
  nullable    = false
  default     = ["0.0.0.0/0"]
}

variable "public_address" {
  description = "ephemeral: servers have another public address after each start; elastic: they keep it."
  type        = string
  nullable    = false
  default     = "ephemeral"
}

variable "dns" {
  description = "The hosted zone and the domain for names of servers, and a certificate for prometheus.DOMAIN. Null: no names and no load balancer."
  type        = object({ zone_id = string, domain = string, certificate_arn = string })
  default     = null
}

variable "backup_bucket" {
  description = "The bucket for backups of time series; it should keep versions. Null: servers may write none."
  type        = string
  default     = null
}

variable "protected" {
  description = "Whether servers and the load balancer are protected from deletion, and secrets can be had back. Not for tests."
  type        = bool
  nullable    = false
  default     = true
}
