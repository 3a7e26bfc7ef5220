variable "name" {
  description = "What the network is called: the Name tag of the VPC, and the start of all other names."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}$", var.name))
    error_message = "A name is 2 to 31 lowercase letters, digits and hyphens, and begins with a letter."
  }
}

variable "cidr" {
  description = "The addresses of the VPC, in CIDR notation."
  type        = string
  nullable    = false

  validation {
    condition     = can(cidrnetmask(var.cidr)) && can(cidrsubnet(var.cidr, 8, 255)) && try(tonumber(split("/", var.cidr)[1]) >= 16, false)
    error_message = "The VPC is an IPv4 network from /16 to /20: AWS allows none larger, and subnets are 1/256 of it."
  }

  validation {
    condition     = try(tonumber(split("/", var.cidr)[1]) <= 20, false) && try(cidrhost(var.cidr, 0) == split("/", var.cidr)[0], false)
    error_message = "The VPC is an IPv4 network from /16 to /20, written by its first address."
  }
}

variable "availability_zones" {
  description = "The availability zones to use: each gets a public and a private subnet. A load balancer needs two."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.availability_zones) >= 2 && length(var.availability_zones) <= 6
    error_message = "Two to six availability zones: with one, its loss takes both global servers."
  }

  validation {
    condition     = length(distinct(var.availability_zones)) == length(var.availability_zones)
    error_message = "Each availability zone is named once."
  }
}

variable "admin_cidrs" {
  description = "The networks from which ssh is allowed. None: no ssh from outside of the VPC."
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

  validation {
    # A network ACL holds 20 rules in one direction, and the others need some of them.
    condition     = length(var.admin_cidrs) <= 10
    error_message = "At most ten networks, since a network ACL holds few rules."
  }
}

variable "client_cidrs" {
  description = "The networks from which the proxies and the load balancer can be reached over HTTPS."
  type        = set(string)
  nullable    = false
  default     = ["0.0.0.0/0"]

  validation {
    condition     = alltrue([for cidr in var.client_cidrs : can(cidrnetmask(cidr))])
    error_message = "Each is an IPv4 network in CIDR notation, such as 192.0.2.0/24."
  }

  validation {
    condition     = length(var.client_cidrs) <= 5
    error_message = "At most five networks, since a network ACL holds few rules."
  }
}

variable "flow_log_retention_days" {
  description = "How many days the log of accepted and refused connections is kept."
  type        = number
  nullable    = false
  default     = 365

  validation {
    # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.flow_log_retention_days)
    error_message = "CloudWatch keeps logs for 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, ... days."
  }
}

variable "tags" {
  description = "Tags of everything in the network."
  type        = map(string)
  nullable    = false
  default     = {}
}
