//! Where Terraform's S3 backend is: bucket, key, locks.

use super::Access;
use crate::secret::Secret;

/// What a `backend "s3"` block says. None of it has to be there: what one place doesn't say
/// another may, and [`or`](Self::or) joins them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct S3Backend {
    /// How AWS is reached
    pub access: Access,
    /// The bucket
    pub bucket: Option<String>,
    /// The key of the state in it
    pub key: Option<String>,
    /// What stands before the keys of workspaces other than `default`. Default: `env:`
    pub workspace_key_prefix: Option<String>,
    /// The table of the locks and digests
    pub dynamodb_table: Option<String>,
    /// Whether the lock is an object beside the state
    pub use_lockfile: Option<bool>,
    /// Whether the bucket is part of the path and not of the host name
    pub use_path_style: Option<bool>,
    /// How objects are encrypted
    pub encryption: Encryption,
    /// A canned ACL of what is written
    pub acl: Option<String>,
}

/// How objects are encrypted on the server's side.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Encryption {
    /// Whether to ask for encryption. Buckets encrypt by themselves since 2023
    pub encrypt: Option<bool>,
    /// The KMS key
    pub kms_key_id: Option<String>,
    /// A key of the customer's own, in Base64
    pub sse_customer_key: Option<Secret>,
}

impl S3Backend {
    /// What `self` says, and where it is silent what `other` says.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            access: self.access.or(other.access),
            bucket: self.bucket.or(other.bucket),
            key: self.key.or(other.key),
            workspace_key_prefix: self.workspace_key_prefix.or(other.workspace_key_prefix),
            dynamodb_table: self.dynamodb_table.or(other.dynamodb_table),
            use_lockfile: self.use_lockfile.or(other.use_lockfile),
            use_path_style: self.use_path_style.or(other.use_path_style),
            encryption: Encryption {
                encrypt: self.encryption.encrypt.or(other.encryption.encrypt),
                kms_key_id: self.encryption.kms_key_id.or(other.encryption.kms_key_id),
                sse_customer_key: self
                    .encryption
                    .sse_customer_key
                    .or(other.encryption.sse_customer_key),
            },
            acl: self.acl.or(other.acl),
        }
    }

    /// The key of a workspace's state, as Terraform makes it
    /// (`internal/backend/remote-state/s3/backend_state.go`). None: there is no `key`.
    pub fn state_key(&self, workspace: &str) -> Option<String> {
        let key = self.key.as_deref()?;
        if workspace == "default" {
            return Some(key.to_owned());
        }
        let prefix = self.workspace_key_prefix.as_deref().unwrap_or("env:");
        Some(format!("{prefix}/{workspace}/{key}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_of_a_workspace_is_where_terraform_has_it() {
        let backend = S3Backend {
            key: Some("tfstate/app/terraform.tfstate".to_owned()),
            ..S3Backend::default()
        };
        assert_eq!(
            backend.state_key("default").as_deref(),
            Some("tfstate/app/terraform.tfstate")
        );
        assert_eq!(
            backend.state_key("x").as_deref(),
            Some("env:/x/tfstate/app/terraform.tfstate")
        );
        let prefixed = S3Backend {
            workspace_key_prefix: Some("ws".to_owned()),
            ..backend
        };
        assert_eq!(
            prefixed.state_key("x").as_deref(),
            Some("ws/x/tfstate/app/terraform.tfstate")
        );
    }
}
