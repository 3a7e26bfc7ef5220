//! How AWS is reached: region, credentials, role and endpoints.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::secret::Secret;

/// How AWS is reached. What is None here comes from the environment and from AWS's shared
/// files, as in Terraform and all SDKs.
///
/// The names are those of Terraform's S3 backend
/// (<https://developer.hashicorp.com/terraform/language/backend/s3>), which are those of its
/// AWS provider where the two have the same setting.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Access {
    /// The region
    pub region: Option<String>,
    /// The profile of the shared files
    pub profile: Option<String>,
    /// Where the shared configuration is. Empty: where AWS's tools look
    pub shared_config_files: Vec<String>,
    /// Where the shared credentials are. Empty: where AWS's tools look
    pub shared_credentials_files: Vec<String>,
    /// The key of fixed credentials
    pub access_key: Option<String>,
    /// The secret of fixed credentials
    pub secret_key: Option<Secret>,
    /// The session of fixed credentials
    pub token: Option<Secret>,
    /// Roles to take on, each with the credentials of the one before
    pub assume_role: Option<AssumeRole>,
    /// Where single services are, instead of where AWS has them
    pub endpoints: BTreeMap<Service, String>,
    /// Whether to use addresses that answer over IPv6 too
    pub use_dualstack_endpoint: Option<bool>,
    /// Whether to use endpoints that conform to FIPS 140
    pub use_fips_endpoint: Option<bool>,
    /// How often a request is sent again at most
    pub max_retries: Option<u32>,
}

/// A role to take on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AssumeRole {
    /// Its ARN
    pub role_arn: String,
    /// What the session is called
    pub session_name: Option<String>,
    /// What a third party must say
    pub external_id: Option<String>,
    /// How long the credentials hold
    pub duration: Option<Duration>,
    /// A policy that narrows the role's own, as JSON
    pub policy: Option<String>,
    /// Managed policies that narrow the role's own
    pub policy_arns: Vec<String>,
    /// Tags of the session
    pub tags: BTreeMap<String, String>,
}

/// A service of AWS that is used somewhere here, by the name that Terraform's `endpoints` has for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Service {
    /// DynamoDB
    DynamoDb,
    /// EC2
    Ec2,
    /// Route 53
    Route53,
    /// S3
    S3,
    /// The Security Token Service
    Sts,
}

impl Service {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::DynamoDb,
        Self::Ec2,
        Self::Route53,
        Self::S3,
        Self::Sts,
    ];

    /// Its name in Terraform's `endpoints`.
    pub fn terraform_name(self) -> &'static str {
        match self {
            Self::DynamoDb => "dynamodb",
            Self::Ec2 => "ec2",
            Self::Route53 => "route53",
            Self::S3 => "s3",
            Self::Sts => "sts",
        }
    }

    /// Its name for a person.
    pub fn title(self) -> &'static str {
        match self {
            Self::DynamoDb => "DynamoDB",
            Self::Ec2 => "EC2",
            Self::Route53 => "Route 53",
            Self::S3 => "S3",
            Self::Sts => "STS",
        }
    }

    /// The variable of the environment that Terraform read for its address before all SDKs
    /// agreed on `AWS_ENDPOINT_URL_…`, and still reads
    /// (`internal/backend/remote-state/s3/backend.go`).
    pub fn older_variable(self) -> Option<&'static str> {
        match self {
            Self::DynamoDb => Some("AWS_DYNAMODB_ENDPOINT"),
            Self::S3 => Some("AWS_S3_ENDPOINT"),
            Self::Sts => Some("AWS_STS_ENDPOINT"),
            Self::Ec2 | Self::Route53 => None,
        }
    }
}

impl Access {
    /// What `self` says, and where it is silent what `other` says. Fixed credentials stay
    /// together: a key of one and a secret of the other fit nowhere.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let own_credentials = self.access_key.is_some() || self.profile.is_some();
        let (access_key, secret_key, token) = if own_credentials {
            (self.access_key, self.secret_key, self.token)
        } else {
            (other.access_key, other.secret_key, other.token)
        };
        let mut endpoints = other.endpoints;
        endpoints.extend(self.endpoints);
        Self {
            region: self.region.or(other.region),
            profile: self.profile.or(other.profile),
            shared_config_files: either(self.shared_config_files, other.shared_config_files),
            shared_credentials_files: either(
                self.shared_credentials_files,
                other.shared_credentials_files,
            ),
            access_key,
            secret_key,
            token,
            assume_role: self.assume_role.or(other.assume_role),
            endpoints,
            use_dualstack_endpoint: self.use_dualstack_endpoint.or(other.use_dualstack_endpoint),
            use_fips_endpoint: self.use_fips_endpoint.or(other.use_fips_endpoint),
            max_retries: self.max_retries.or(other.max_retries),
        }
    }
}

fn either(first: Vec<String>, second: Vec<String>) -> Vec<String> {
    if first.is_empty() { second } else { first }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_and_a_secret_come_from_one_place() {
        let terraform = Access {
            region: Some("eu-central-1".to_owned()),
            access_key: Some("theirs".to_owned()),
            secret_key: Some(Secret::new("their secret")),
            endpoints: BTreeMap::from([(Service::S3, "http://one".to_owned())]),
            ..Access::default()
        };
        let own = Access {
            profile: Some("ours".to_owned()),
            endpoints: BTreeMap::from([(Service::DynamoDb, "http://two".to_owned())]),
            ..Access::default()
        };
        let both = own.or(terraform.clone());
        assert_eq!(both.access_key, None, "a profile is credentials too");
        assert_eq!(both.secret_key, None);
        assert_eq!(both.region.as_deref(), Some("eu-central-1"));
        assert_eq!(both.endpoints.len(), 2);
        let silent = Access::default().or(terraform.clone());
        assert_eq!(silent, terraform);
    }
}
