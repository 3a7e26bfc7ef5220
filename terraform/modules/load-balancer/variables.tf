variable "name" {
  description = "The name of the load balancer."
  type        = string
  nullable    = false

  validation {
    # https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
    condition     = can(regex("^[a-z][a-z0-9-]{1,24}$", var.name)) && !startswith(var.name, "internal-") && !endswith(var.name, "-")
    error_message = "A name is 2 to 25 lowercase letters, digits and hyphens; AWS keeps names that begin with internal- for itself."
  }
}

variable "vpc_id" {
  description = "The VPC that the subnets are in."
  type        = string
  nullable    = false

  validation {
    condition     = startswith(var.vpc_id, "vpc-")
    error_message = "The id of a VPC begins with vpc-."
  }
}

variable "subnet_ids" {
  description = "The public subnets to be in, in two availability zones or more."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(distinct(var.subnet_ids)) >= 2
    error_message = "A load balancer needs subnets in two availability zones."
  }
}

variable "certificate_arn" {
  description = "The certificate of the names that clients use, in Certificate Manager."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[^:]+:(acm|iam):", var.certificate_arn))
    error_message = "A certificate is the ARN of one in Certificate Manager or IAM."
  }
}

variable "targets" {
  description = "The instances to spread requests over, by name."
  type        = map(string)
  nullable    = false

  validation {
    condition     = length(var.targets) > 0
    error_message = "A load balancer has something to balance."
  }
}

variable "target_port" {
  description = "The port of the proxy on the instances, which speaks TLS too."
  type        = number
  nullable    = false
  default     = 443

  validation {
    condition     = var.target_port >= 1 && var.target_port <= 65535
    error_message = "A port is a number from 1 to 65535."
  }
}

variable "health_path" {
  description = "What answers 200 without a password as long as the proxy works."
  type        = string
  nullable    = false
  default     = "/healthz"

  validation {
    condition     = startswith(var.health_path, "/")
    error_message = "A path begins with a slash."
  }
}

variable "client_cidrs" {
  description = "The networks that may connect."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.client_cidrs) > 0 && alltrue([for cidr in var.client_cidrs : can(cidrnetmask(cidr))])
    error_message = "Each is an IPv4 network in CIDR notation, such as 192.0.2.0/24, and there is at least one."
  }
}

variable "access_log_bucket" {
  description = "The bucket for the log of requests, with a policy that lets the load balancer write there. Null: no log."
  type        = string
  default     = null
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete the load balancer until this is turned off."
  type        = bool
  nullable    = false
  default     = true
}

variable "tags" {
  description = "Tags of everything that belongs to the load balancer."
  type        = map(string)
  nullable    = false
  default     = {}
}
