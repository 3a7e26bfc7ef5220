//! From the attributes of a `backend "s3"` block to what they mean.

use std::collections::BTreeMap;
use std::time::Duration;

use indexmap::IndexMap;

use super::{Access, AssumeRole, Encryption, S3Backend, Service};
use crate::json::Value;
use crate::secret::Secret;

/// The attributes of Terraform's S3 backend, those of older versions included
/// (`internal/backend/remote-state/s3/backend.go`). Some have no meaning here: they turn
/// checks off that are not made.
pub const ATTRIBUTES: &[&str] = &[
    "access_key",
    "acl",
    "allowed_account_ids",
    "assume_role",
    "assume_role_with_web_identity",
    "bucket",
    "custom_ca_bundle",
    "dynamodb_endpoint",
    "dynamodb_table",
    "ec2_metadata_service_endpoint",
    "ec2_metadata_service_endpoint_mode",
    "encrypt",
    "endpoint",
    "endpoints",
    "external_id",
    "forbidden_account_ids",
    "force_path_style",
    "http_proxy",
    "https_proxy",
    "iam_endpoint",
    "insecure",
    "key",
    "kms_key_id",
    "max_retries",
    "no_proxy",
    "profile",
    "region",
    "retry_mode",
    "role_arn",
    "secret_key",
    "session_name",
    "shared_config_files",
    "shared_credentials_file",
    "shared_credentials_files",
    "skip_credentials_validation",
    "skip_metadata_api_check",
    "skip_region_validation",
    "skip_requesting_account_id",
    "skip_s3_checksum",
    "sse_customer_key",
    "sts_endpoint",
    "sts_region",
    "token",
    "use_dualstack_endpoint",
    "use_fips_endpoint",
    "use_lockfile",
    "use_path_style",
    "workspace_key_prefix",
];

/// An attribute with a value that it can't have, or that can't be honoured.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingError {
    /// A value of the wrong type
    #[error("{attribute:?} must be {expected}, not {found}")]
    Type {
        /// The attribute
        attribute: String,
        /// The type it must have
        expected: &'static str,
        /// The type it has
        found: &'static str,
    },
    /// A setting that Terraform honours and that can't be honoured here
    #[error("{attribute:?} is not supported: {instead}")]
    Unsupported {
        /// The attribute
        attribute: &'static str,
        /// What to do instead
        instead: &'static str,
    },
}

impl SettingError {
    /// The attribute.
    pub fn attribute(&self) -> &str {
        match self {
            Self::Type { attribute, .. } => attribute,
            Self::Unsupported { attribute, .. } => attribute,
        }
    }
}

/// Reads typed values out of a map in which null is as good as absent.
struct Settings<'a>(&'a IndexMap<String, Value<'static>>);

impl S3Backend {
    /// Reads the attributes of a block. What isn't among [`ATTRIBUTES`] is left alone.
    ///
    /// # Errors
    ///
    /// A value of the wrong type, or a setting that can't be honoured: ignored, it would lead
    /// somewhere else than Terraform goes.
    pub fn from_settings(
        settings: &IndexMap<String, Value<'static>>,
    ) -> Result<Self, SettingError> {
        let read = Settings(settings);
        read.refuse(
            "custom_ca_bundle",
            "add the certificate to those of the system",
        )?;
        for proxy in ["http_proxy", "https_proxy"] {
            read.refuse(proxy, "set HTTPS_PROXY in the environment")?;
        }
        read.refuse(
            "assume_role_with_web_identity",
            "set AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE in the environment",
        )?;
        if read.boolean("insecure")? == Some(true) {
            return Err(SettingError::Unsupported {
                attribute: "insecure",
                instead: "certificates are always verified",
            });
        }
        Ok(Self {
            access: read.access()?,
            bucket: read.string("bucket")?,
            key: read.string("key")?,
            workspace_key_prefix: read.string("workspace_key_prefix")?,
            dynamodb_table: read.string("dynamodb_table")?,
            use_lockfile: read.boolean("use_lockfile")?,
            use_path_style: match read.boolean("use_path_style")? {
                Some(value) => Some(value),
                None => read.boolean("force_path_style")?,
            },
            encryption: Encryption {
                encrypt: read.boolean("encrypt")?,
                kms_key_id: read.string("kms_key_id")?,
                sse_customer_key: read.secret("sse_customer_key")?,
            },
            acl: read.string("acl")?,
        })
    }
}

impl Settings<'_> {
    fn access(&self) -> Result<Access, SettingError> {
        let mut files = self.strings("shared_credentials_files")?;
        files.extend(self.string("shared_credentials_file")?);
        Ok(Access {
            region: self.string("region")?,
            profile: self.string("profile")?,
            shared_config_files: self.strings("shared_config_files")?,
            shared_credentials_files: files,
            access_key: self.string("access_key")?,
            secret_key: self.secret("secret_key")?,
            token: self.secret("token")?,
            assume_role: self.assume_role()?,
            endpoints: self.endpoints()?,
            use_dualstack_endpoint: self.boolean("use_dualstack_endpoint")?,
            use_fips_endpoint: self.boolean("use_fips_endpoint")?,
            max_retries: self.whole("max_retries")?,
        })
    }

    /// `endpoints = {…}`, and the attributes of older versions.
    fn endpoints(&self) -> Result<BTreeMap<Service, String>, SettingError> {
        let older = [
            (Service::S3, "endpoint"),
            (Service::DynamoDb, "dynamodb_endpoint"),
            (Service::Sts, "sts_endpoint"),
        ];
        let mut endpoints = BTreeMap::new();
        for (service, attribute) in older {
            if let Some(url) = self.string(attribute)? {
                endpoints.insert(service, url);
            }
        }
        let newer = self.object("endpoints")?;
        let newer = Settings(&newer);
        for service in Service::ALL {
            if let Some(url) = newer.string(service.terraform_name())? {
                endpoints.insert(service, url);
            }
        }
        Ok(endpoints)
    }

    /// `assume_role = {…}`, and the attributes of older versions.
    fn assume_role(&self) -> Result<Option<AssumeRole>, SettingError> {
        let newer = self.object("assume_role")?;
        let newer = Settings(&newer);
        if let Some(role_arn) = newer.string("role_arn")? {
            let mut tags = BTreeMap::new();
            let given = newer.object("tags")?;
            for name in given.keys() {
                if let Some(value) = Settings(&given).string(name)? {
                    tags.insert(name.clone(), value);
                }
            }
            return Ok(Some(AssumeRole {
                role_arn,
                session_name: newer.string("session_name")?,
                external_id: newer.string("external_id")?,
                duration: newer.string("duration")?.and_then(|text| duration(&text)),
                policy: newer.string("policy")?,
                policy_arns: newer.strings("policy_arns")?,
                tags,
            }));
        }
        let Some(role_arn) = self.string("role_arn")? else {
            return Ok(None);
        };
        Ok(Some(AssumeRole {
            role_arn,
            session_name: self.string("session_name")?,
            external_id: self.string("external_id")?,
            ..AssumeRole::default()
        }))
    }

    fn typed<T>(
        &self,
        attribute: &str,
        expected: &'static str,
        convert: impl FnOnce(&Value<'static>) -> Option<T>,
    ) -> Result<Option<T>, SettingError> {
        match self.0.get(attribute) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => convert(value).map(Some).ok_or_else(|| SettingError::Type {
                attribute: attribute.to_owned(),
                expected,
                found: value.kind(),
            }),
        }
    }

    /// An empty string is what an initialised directory has for an attribute that isn't set.
    fn string(&self, attribute: &str) -> Result<Option<String>, SettingError> {
        let text = self.typed(attribute, "a string", |value| {
            value.as_str().map(str::to_owned)
        })?;
        Ok(text.filter(|text| !text.is_empty()))
    }

    fn secret(&self, attribute: &str) -> Result<Option<Secret>, SettingError> {
        Ok(self.string(attribute)?.map(Secret::new))
    }

    fn boolean(&self, attribute: &str) -> Result<Option<bool>, SettingError> {
        self.typed(attribute, "true or false", |value| match value {
            // Values given on the command line of `terraform init` are strings.
            Value::String(text) => text.parse().ok(),
            other => other.as_bool(),
        })
    }

    fn whole(&self, attribute: &str) -> Result<Option<u32>, SettingError> {
        self.typed(attribute, "a whole number", |value| match value {
            Value::Number(text) | Value::String(text) => text.parse().ok(),
            _ => None,
        })
    }

    fn strings(&self, attribute: &str) -> Result<Vec<String>, SettingError> {
        let strings = self.typed(attribute, "a list of strings", |value| {
            let items = value.as_array()?.iter();
            items
                .map(|item| item.as_str().map(str::to_owned))
                .collect::<Option<Vec<_>>>()
        })?;
        Ok(strings.unwrap_or_default())
    }

    /// An object, or a block of which there is one: those are a list in older versions.
    fn object(&self, attribute: &str) -> Result<IndexMap<String, Value<'static>>, SettingError> {
        let members = self.typed(attribute, "an object", |value| {
            let object = match value {
                Value::Array(items) if items.len() == 1 => items.first()?,
                Value::Array(items) if items.is_empty() => return Some(IndexMap::new()),
                other => other,
            };
            let members = object.as_object()?.iter();
            Some(
                members
                    .map(|(key, value)| (key.clone().into_owned(), value.clone()))
                    .collect(),
            )
        })?;
        Ok(members.unwrap_or_default())
    }

    fn refuse(&self, attribute: &'static str, instead: &'static str) -> Result<(), SettingError> {
        match self.0.get(attribute) {
            None | Some(Value::Null) => Ok(()),
            Some(value) if value.is_empty() => Ok(()),
            Some(_) => Err(SettingError::Unsupported { attribute, instead }),
        }
    }
}

/// A duration as Go writes it, in its plain forms: `1h`, `90m`, `1h30m`, `3600s`.
fn duration(text: &str) -> Option<Duration> {
    let mut total = Duration::ZERO;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: u64 = rest.get(..digits)?.parse().ok()?;
        let unit = rest.get(digits..digits + 1)?;
        total += Duration::from_secs(match unit {
            "h" => number.checked_mul(3600)?,
            "m" => number.checked_mul(60)?,
            "s" => number,
            _ => return None,
        });
        rest = rest.get(digits + 1..)?;
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &'static str) -> Result<S3Backend, SettingError> {
        let value = Value::parse(json).unwrap();
        let members = value.as_object().unwrap().iter();
        let settings = members
            .map(|(key, value)| (key.clone().into_owned(), value.clone()))
            .collect();
        S3Backend::from_settings(&settings)
    }

    #[test]
    fn a_block_in_full_and_what_an_initialised_directory_keeps_of_it() {
        let backend = read(
            r#"{"bucket":"b","key":"k","region":"eu-west-1","dynamodb_table":"t","use_lockfile":null,
                "access_key":"","use_path_style":"true","max_retries":7,"profile":null,
                "endpoints":{"s3":"http://s3","dynamodb":null,"iam":"http://iam"},
                "assume_role":{"role_arn":"arn:x","duration":"1h30m","external_id":null,"tags":{"a":"b"}},
                "encrypt":true,"kms_key_id":"arn:kms","unheard_of":1}"#,
        )
        .unwrap();
        assert_eq!(backend.bucket.as_deref(), Some("b"));
        assert_eq!(backend.dynamodb_table.as_deref(), Some("t"));
        assert_eq!(backend.use_lockfile, None);
        assert_eq!(backend.use_path_style, Some(true));
        assert_eq!(backend.access.access_key, None);
        assert_eq!(backend.access.max_retries, Some(7));
        assert_eq!(
            backend.access.endpoints,
            BTreeMap::from([(Service::S3, "http://s3".to_owned())])
        );
        let role = backend.access.assume_role.unwrap();
        assert_eq!(role.role_arn, "arn:x");
        assert_eq!(role.duration, Some(Duration::from_mins(90)));
        assert_eq!(
            role.tags,
            BTreeMap::from([("a".to_owned(), "b".to_owned())])
        );
        assert_eq!(backend.encryption.kms_key_id.as_deref(), Some("arn:kms"));
    }

    #[test]
    fn the_attributes_of_older_versions_mean_the_same() {
        let backend = read(
            r#"{"endpoint":"http://s3","dynamodb_endpoint":"http://db","force_path_style":true,
                "role_arn":"arn:x","session_name":"s","shared_credentials_file":"c",
                "assume_role":[],"endpoints":[]}"#,
        )
        .unwrap();
        assert_eq!(backend.access.endpoints.len(), 2);
        assert_eq!(backend.use_path_style, Some(true));
        assert_eq!(
            backend.access.assume_role.unwrap().session_name.as_deref(),
            Some("s")
        );
        assert_eq!(backend.access.shared_credentials_files, ["c"]);
    }

    #[test]
    fn what_cannot_be_honoured_is_refused_and_not_ignored() {
        let error = read(r#"{"custom_ca_bundle":"ca.pem"}"#).unwrap_err();
        assert_eq!(error.attribute(), "custom_ca_bundle");
        let error = read(r#"{"bucket":7}"#).unwrap_err();
        assert_eq!(
            error.to_string(),
            r#""bucket" must be a string, not a number"#
        );
        assert!(read(r#"{"insecure":false,"http_proxy":"","custom_ca_bundle":null}"#).is_ok());
    }
}
