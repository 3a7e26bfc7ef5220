# A role of its own for each server: what one is trusted with, the others needn't be.

data "aws_partition" "current" {}

resource "aws_iam_role" "this" {
  name               = var.name
  description        = "What the Prometheus server ${var.name} may do"
  assume_role_policy = data.aws_iam_policy_document.trust.json

  tags = local.tags
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

resource "aws_iam_instance_profile" "this" {
  name = var.name
  role = aws_iam_role.this.name

  tags = local.tags
}

locals {
  backup_bucket = var.backup == null ? null : "arn:${data.aws_partition.current.partition}:s3:::${var.backup.bucket}"

  # One policy for each right that is given: what isn't needed isn't there.
  policies = {
    for name, policy in {
      secrets  = length(var.secret_arns) > 0 ? data.aws_iam_policy_document.secrets.json : null
      backup   = var.backup != null ? data.aws_iam_policy_document.backup[0].json : null
      discover = var.discover_instances ? data.aws_iam_policy_document.discover.json : null
    } : name => policy
    if policy != null
  }
}

resource "aws_iam_role_policy" "this" {
  for_each = toset(concat(
    length(var.secret_arns) > 0 ? ["secrets"] : [],
    var.backup != null ? ["backup"] : [],
    var.discover_instances ? ["discover"] : [],
  ))

  name   = each.key
  role   = aws_iam_role.this.id
  policy = local.policies[each.key]
}

data "aws_iam_policy_document" "secrets" {
  statement {
    sid       = "ReadSecrets"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = var.secret_arns
  }
}

# Whoever breaks into a server can hide its backups, and no other's, but not destroy them: the
# bucket keeps versions, and those can't be deleted from here.
data "aws_iam_policy_document" "backup" {
  count = var.backup == null ? 0 : 1

  statement {
    sid       = "WriteAndReadBackups"
    actions   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]
    resources = ["${local.backup_bucket}/${var.backup.prefix}/*"]
  }

  statement {
    sid       = "ListBackups"
    actions   = ["s3:ListBucket"]
    resources = [local.backup_bucket]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["${var.backup.prefix}/*"]
    }
  }
}

data "aws_iam_policy_document" "discover" {
  statement {
    sid = "ListInstances"
    # EC2 knows no narrower resource for these.
    actions   = ["ec2:DescribeInstances", "ec2:DescribeAvailabilityZones"]
    resources = ["*"]
  }
}
