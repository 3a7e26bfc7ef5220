variable "bucket" {
  description = "The name of the bucket, which no other bucket of anybody has."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.bucket))
    error_message = "A name is 3 to 63 lowercase letters, digits and hyphens; dots would break TLS."
  }
}

variable "lock" {
  description = "What keeps two applies apart: table, a DynamoDB table; or file, a lock file beside the state (Terraform 1.10 or newer)."
  type        = string
  nullable    = false
  default     = "table"

  validation {
    condition     = contains(["table", "file"], var.lock)
    error_message = "A lock is a table or a file."
  }
}

variable "table" {
  description = "The name of the lock table. Null: that of the bucket with -lock."
  type        = string
  default     = null

  validation {
    condition     = var.table == null || can(regex("^[a-zA-Z0-9_.-]{3,255}$", var.table))
    error_message = "A table's name is 3 to 255 letters, digits, dots, hyphens and underscores."
  }
}

variable "keep_versions_days" {
  description = "How long a state that was replaced is kept, so that it can be restored."
  type        = number
  nullable    = false
  default     = 365

  validation {
    condition     = var.keep_versions_days >= 30 && floor(var.keep_versions_days) == var.keep_versions_days
    error_message = "At least 30 days: a loss may be noticed late."
  }
}

variable "force_destroy" {
  description = "Whether destroying this deletes the states too. For tests."
  type        = bool
  nullable    = false
  default     = false
}

variable "tags" {
  description = "Tags of bucket, key and table."
  type        = map(string)
  nullable    = false
  default     = {}
}
