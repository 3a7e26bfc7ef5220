variable "name" {
  description = "The Name tag of the instance, and the name of its role and security group. The inventory calls the host by it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,50}$", var.name))
    error_message = "A name is 2 to 51 lowercase letters, digits and hyphens, and begins with a letter."
  }
}

variable "role" {
  description = "What the server is in the federation: primary, secondary or leaf. The inventory makes groups of it."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["primary", "secondary", "leaf"], var.role)
    error_message = "A server is primary, secondary or leaf."
  }
}

variable "vpc_id" {
  description = "The VPC that the subnet is in."
  type        = string
  nullable    = false

  validation {
    condition     = startswith(var.vpc_id, "vpc-")
    error_message = "The id of a VPC begins with vpc-."
  }
}

variable "subnet_id" {
  description = "The subnet to be in."
  type        = string
  nullable    = false

  validation {
    condition     = startswith(var.subnet_id, "subnet-")
    error_message = "The id of a subnet begins with subnet-."
  }
}

variable "ami_id" {
  description = "The image to start from. A later one changes nothing on an instance that exists."
  type        = string
  nullable    = false

  validation {
    condition     = startswith(var.ami_id, "ami-")
    error_message = "The id of an image begins with ami-."
  }
}

variable "instance_type" {
  description = "The instance type; docs/reference-stack.md says which for how many series."
  type        = string
  nullable    = false
  default     = "t3.medium"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]*\\.[a-z0-9-]+$", var.instance_type))
    error_message = "An instance type is a family and a size, such as t3.medium."
  }
}

variable "key_name" {
  description = "The key pair whose owner may log in. Null: nobody by ssh."
  type        = string
  default     = null
}

variable "public_address" {
  description = "none; ephemeral, which changes at every start of the instance; or elastic, which stays."
  type        = string
  nullable    = false
  default     = "ephemeral"

  validation {
    condition     = contains(["none", "ephemeral", "elastic"], var.public_address)
    error_message = "A public address is none, ephemeral or elastic."
  }
}

variable "volume_size" {
  description = "The size of the encrypted volume in GiB, for the system and the time series."
  type        = number
  nullable    = false
  default     = 30

  validation {
    condition     = var.volume_size >= 8 && var.volume_size <= 16384 && floor(var.volume_size) == var.volume_size
    error_message = "A volume has 8 to 16384 GiB."
  }
}

variable "kms_key_arn" {
  description = "The key that encrypts the volume. Null: the account's own key for volumes."
  type        = string
  default     = null
}

variable "proxy_port" {
  description = "The port of the proxy: the only one open to others beside ssh."
  type        = number
  nullable    = false
  default     = 443

  validation {
    condition     = var.proxy_port >= 1 && var.proxy_port <= 65535 && var.proxy_port != 22
    error_message = "A port is a number from 1 to 65535, and that of ssh is taken."
  }
}

variable "proxy_cidrs" {
  description = "The networks that reach the proxy."
  type        = set(string)
  nullable    = false
  default     = []

  validation {
    condition     = alltrue([for cidr in var.proxy_cidrs : can(cidrnetmask(cidr))])
    error_message = "Each is an IPv4 network in CIDR notation, such as 192.0.2.0/24."
  }
}

variable "proxy_security_groups" {
  description = "The security groups whose members reach the proxy, by any name that says what they are."
  type        = map(string)
  nullable    = false
  default     = {}
}

variable "admin_cidrs" {
  description = "The networks from which ssh is allowed."
  type        = set(string)
  nullable    = false
  default     = []

  validation {
    condition     = alltrue([for cidr in var.admin_cidrs : can(cidrnetmask(cidr))])
    error_message = "Each is an IPv4 network in CIDR notation, such as 192.0.2.0/24."
  }

  validation {
    condition     = !contains(var.admin_cidrs, "0.0.0.0/0")
    error_message = "ssh is not for the whole internet: name the networks of those who log in."
  }
}

variable "security_group_ids" {
  description = "Further security groups to be in, such as one that servers reach each other through."
  type        = list(string)
  nullable    = false
  default     = []
}

variable "secret_arns" {
  description = "The secrets in Secrets Manager that the server may read."
  type        = list(string)
  nullable    = false
  default     = []

  validation {
    condition     = alltrue([for arn in var.secret_arns : can(regex("^arn:[^:]+:secretsmanager:[^:*]+:[0-9]+:secret:[^*]+$", arn))])
    error_message = "Each is the whole ARN of one secret, without wildcards."
  }
}

variable "backup" {
  description = "The bucket and the prefix that backups are written below. Null: none, and no right to write any."
  type        = object({ bucket = string, prefix = string })
  default     = null

  validation {
    condition     = var.backup == null || try(can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.backup.bucket)) && can(regex("^[A-Za-z0-9][A-Za-z0-9._/-]*$", var.backup.prefix)) && !endswith(var.backup.prefix, "/"), false)
    error_message = "A backup has the name of a bucket and a prefix without slashes at its ends or wildcards."
  }
}

variable "discover_instances" {
  description = "Whether the server may list EC2 instances, which Prometheus' service discovery needs."
  type        = bool
  nullable    = false
  default     = false
}

variable "termination_protection" {
  description = "Whether EC2 refuses to terminate the instance until this is turned off."
  type        = bool
  nullable    = false
  default     = true
}

variable "tags" {
  description = "Tags of everything that belongs to the server."
  type        = map(string)
  nullable    = false
  default     = {}
}
