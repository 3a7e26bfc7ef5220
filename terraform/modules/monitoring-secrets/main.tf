# Entries without values. A value that Terraform knew would stand in its state; so there is no
# aws_secretsmanager_secret_version here, and none may be added.

resource "aws_kms_key" "this" {
  description             = "Encrypts the secrets below ${var.prefix}"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = data.aws_iam_policy_document.key.json

  tags = var.tags
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

data "aws_iam_policy_document" "key" {
  # checkov:skip=CKV_AWS_109: a key's own policy: without kms:* for the account, nobody could change the key any more
  # checkov:skip=CKV_AWS_111: as above; IAM policies say who in the account may use it
  # checkov:skip=CKV_AWS_356: in a key's policy, * is that key and nothing else
  # The account's policies say who administers it. The resource is the key itself.
  statement {
    sid       = "Administration"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:root"]
    }
  }

  # Whoever may read a secret may have it decrypted, by Secrets Manager and in no other way.
  statement {
    sid       = "ThroughSecretsManager"
    actions   = ["kms:Decrypt"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["*"]
    }

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["secretsmanager.${data.aws_region.current.name}.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "kms:CallerAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }
  }
}

resource "aws_secretsmanager_secret" "this" {
  # checkov:skip=CKV2_AWS_57: certificates and the password are on the servers, too, so a playbook has to put new ones there
  for_each = var.secrets

  name                    = "${var.prefix}/${each.key}"
  description             = each.value
  kms_key_id              = aws_kms_key.this.arn
  recovery_window_in_days = var.recovery_days

  tags = merge(var.tags, { Name = "${var.prefix}/${each.key}" })
}
