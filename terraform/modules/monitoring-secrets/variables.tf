variable "prefix" {
  description = "What the names of the secrets begin with."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]*(/[a-z0-9-]+)*$", var.prefix))
    error_message = "A prefix is words of lowercase letters, digits and hyphens, with slashes between."
  }
}

variable "secrets" {
  description = "What each secret is for, by its name below the prefix. Values are put in by people or programs, never by Terraform."
  type        = map(string)
  nullable    = false

  validation {
    condition     = alltrue([for name in keys(var.secrets) : can(regex("^[a-z][a-z0-9-]*(/[a-z0-9-]+)*$", name))])
    error_message = "A name is words of lowercase letters, digits and hyphens, with slashes between."
  }

  validation {
    condition     = alltrue([for purpose in values(var.secrets) : length(trimspace(purpose)) > 0])
    error_message = "Each secret says what it is for."
  }
}

variable "recovery_days" {
  description = "How long a deleted secret can be had back. 0, for tests: not at all."
  type        = number
  nullable    = false
  default     = 30

  validation {
    condition     = var.recovery_days == 0 || (var.recovery_days >= 7 && var.recovery_days <= 30)
    error_message = "7 to 30 days, or 0."
  }
}

variable "tags" {
  description = "Tags of the secrets and their key."
  type        = map(string)
  nullable    = false
  default     = {}
}
