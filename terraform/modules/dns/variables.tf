variable "zone_id" {
  description = "The public hosted zone that the names are in."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Z0-9]{1,32}$", var.zone_id))
    error_message = "The id of a hosted zone is 1 to 32 capital letters and digits, as in Z0123456789ABCDEFGHIJ."
  }
}

variable "domain" {
  description = "The domain that names are below, without a dot at its end."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,63}$", var.domain))
    error_message = "A domain is lowercase labels with dots between, such as example.org."
  }
}

variable "hosts" {
  description = "The public address of each host, by the name that it gets below the domain."
  type        = map(string)
  nullable    = false
  default     = {}

  validation {
    condition     = alltrue([for name in keys(var.hosts) : can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", name))])
    error_message = "A name is one label: lowercase letters, digits and hyphens."
  }
}

variable "alias" {
  description = "A name below the domain that leads to a load balancer. Null: none."
  type = object({
    name     = string
    dns_name = string
    zone_id  = string
  })
  default = null
}

variable "health_checked" {
  description = "The hosts that Route 53 is to probe from outside: names among hosts."
  type        = set(string)
  nullable    = false
  default     = []

  validation {
    condition     = length(setsubtract(var.health_checked, keys(var.hosts))) == 0
    error_message = "Only hosts that have a record can be probed."
  }
}

variable "health_path" {
  description = "What the health checks ask for."
  type        = string
  nullable    = false
  default     = "/healthz"

  validation {
    condition     = startswith(var.health_path, "/")
    error_message = "A path begins with a slash."
  }
}

variable "port" {
  description = "The port of the proxies."
  type        = number
  nullable    = false
  default     = 443

  validation {
    condition     = var.port >= 1 && var.port <= 65535
    error_message = "A port is a number from 1 to 65535."
  }
}

variable "ttl" {
  description = "How long resolvers keep an address, in seconds. An ephemeral address changes at every start."
  type        = number
  nullable    = false
  default     = 60

  validation {
    condition     = var.ttl >= 10 && var.ttl <= 86400
    error_message = "Ten seconds to a day."
  }
}

variable "tags" {
  description = "Tags of the health checks; records have none."
  type        = map(string)
  nullable    = false
  default     = {}
}
