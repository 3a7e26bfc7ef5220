//! A bucket: whether it keeps a state as it should, and making it so.

use aws_sdk_s3::types::{
    BucketLocationConstraint, BucketVersioningStatus, CreateBucketConfiguration,
    PublicAccessBlockConfiguration, ServerSideEncryption, ServerSideEncryptionByDefault,
    ServerSideEncryptionConfiguration, ServerSideEncryptionRule, VersioningConfiguration,
};
use aws_smithy_types::error::metadata::ProvideErrorMetadata as _;

use super::Objects;
use crate::error::{AwsError, Cause};

/// What a bucket is like.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a setting of its own"
)]
pub struct BucketSettings {
    /// Whether it keeps every version of an object
    pub versioned: bool,
    /// Whether it encrypts what is written
    pub encrypted: bool,
    /// Whether it can't be opened to the public
    pub private: bool,
    /// Whether it refuses requests without TLS
    pub tls_only: bool,
    /// Its policy, as JSON
    pub policy: Option<String>,
}

/// The bucket of some objects.
#[derive(Debug)]
pub struct Bucket<'a> {
    objects: &'a Objects,
}

impl Objects {
    /// The bucket itself.
    pub fn settings(&self) -> Bucket<'_> {
        Bucket { objects: self }
    }
}

impl Bucket<'_> {
    /// What the bucket is like. None: there is none.
    pub async fn look(&self) -> Result<Option<BucketSettings>, AwsError> {
        let client = self.objects.client().await?;
        let bucket = self.objects.bucket();
        let what = format!("look at the bucket {bucket}");
        let versioning = match client.get_bucket_versioning().bucket(bucket).send().await {
            Ok(answer) => answer.status,
            Err(error) if error.code() == Some("NoSuchBucket") => return Ok(None),
            Err(error) => return Err(AwsError::of(what, error)),
        };
        let encrypted = match client.get_bucket_encryption().bucket(bucket).send().await {
            Ok(answer) => answer
                .server_side_encryption_configuration
                .is_some_and(|configuration| !configuration.rules.is_empty()),
            Err(error)
                if error.code() == Some("ServerSideEncryptionConfigurationNotFoundError") =>
            {
                false
            }
            Err(error) => return Err(AwsError::of(what, error)),
        };
        let private = match client.get_public_access_block().bucket(bucket).send().await {
            Ok(answer) => answer
                .public_access_block_configuration
                .is_some_and(|block| {
                    [
                        block.block_public_acls,
                        block.ignore_public_acls,
                        block.block_public_policy,
                        block.restrict_public_buckets,
                    ]
                    .iter()
                    .all(|set| *set == Some(true))
                }),
            Err(error) if error.code() == Some("NoSuchPublicAccessBlockConfiguration") => false,
            Err(error) => return Err(AwsError::of(what, error)),
        };
        let policy = match client.get_bucket_policy().bucket(bucket).send().await {
            Ok(answer) => answer.policy,
            Err(error) if error.code() == Some("NoSuchBucketPolicy") => None,
            Err(error) => return Err(AwsError::of(what, error)),
        };
        Ok(Some(BucketSettings {
            versioned: versioning == Some(BucketVersioningStatus::Enabled),
            encrypted,
            private,
            tls_only: policy.as_deref().is_some_and(super::policy::is_tls_only),
            policy,
        }))
    }

    /// Makes the bucket, in the region that is configured.
    pub async fn make(&self) -> Result<(), AwsError> {
        let objects = self.objects;
        let what = format!("make the bucket {}", objects.bucket());
        let region = objects.region().await?;
        let mut request = objects
            .client()
            .await?
            .create_bucket()
            .bucket(objects.bucket());
        // The region that S3 began in is the one that must not be named.
        if region != "us-east-1" {
            let place = BucketLocationConstraint::from(region.as_str());
            request = request.create_bucket_configuration(
                CreateBucketConfiguration::builder()
                    .location_constraint(place)
                    .build(),
            );
        }
        match request.send().await {
            Ok(_) => Ok(()),
            Err(error) if error.code() == Some("BucketAlreadyOwnedByYou") => Ok(()),
            Err(error) => Err(AwsError::of(what, error)),
        }
    }

    /// Keeps every version of an object from now on.
    pub async fn keep_versions(&self) -> Result<(), AwsError> {
        let what = format!("turn on versioning of the bucket {}", self.objects.bucket());
        let enabled = VersioningConfiguration::builder()
            .status(BucketVersioningStatus::Enabled)
            .build();
        self.objects
            .client()
            .await?
            .put_bucket_versioning()
            .bucket(self.objects.bucket())
            .versioning_configuration(enabled)
            .send()
            .await
            .map_err(|error| AwsError::of(what, error))?;
        Ok(())
    }

    /// Encrypts what is written from now on, with this KMS key or with S3's own.
    pub async fn encrypt(&self, kms_key: Option<&str>) -> Result<(), AwsError> {
        let what = format!("turn on encryption of the bucket {}", self.objects.bucket());
        let broken = |error: aws_smithy_types::error::operation::BuildError| {
            AwsError::new(&what, Cause::Other(error.to_string()))
        };
        let how = match kms_key {
            Some(key) => ServerSideEncryptionByDefault::builder()
                .sse_algorithm(ServerSideEncryption::AwsKms)
                .kms_master_key_id(key),
            None => {
                ServerSideEncryptionByDefault::builder().sse_algorithm(ServerSideEncryption::Aes256)
            }
        };
        let rule = ServerSideEncryptionRule::builder()
            .apply_server_side_encryption_by_default(how.build().map_err(broken)?)
            .bucket_key_enabled(kms_key.is_some())
            .build();
        let rules = ServerSideEncryptionConfiguration::builder().rules(rule);
        self.objects
            .client()
            .await?
            .put_bucket_encryption()
            .bucket(self.objects.bucket())
            .server_side_encryption_configuration(rules.build().map_err(broken)?)
            .send()
            .await
            .map_err(|error| AwsError::of(&what, error))?;
        Ok(())
    }

    /// Keeps the bucket from being opened to the public.
    pub async fn keep_private(&self) -> Result<(), AwsError> {
        let what = format!(
            "block public access to the bucket {}",
            self.objects.bucket()
        );
        let all = PublicAccessBlockConfiguration::builder()
            .block_public_acls(true)
            .ignore_public_acls(true)
            .block_public_policy(true)
            .restrict_public_buckets(true)
            .build();
        self.objects
            .client()
            .await?
            .put_public_access_block()
            .bucket(self.objects.bucket())
            .public_access_block_configuration(all)
            .send()
            .await
            .map_err(|error| AwsError::of(what, error))?;
        Ok(())
    }

    /// Refuses requests without TLS from now on. What the bucket's policy says besides stays.
    pub async fn require_tls(&self, policy: Option<&str>) -> Result<(), AwsError> {
        let bucket = self.objects.bucket();
        let what = format!("set the policy of the bucket {bucket}");
        let policy = super::policy::with_tls_only(policy, bucket)
            .map_err(|error| AwsError::new(&what, Cause::Other(format!("its policy: {error}"))))?;
        self.objects
            .client()
            .await?
            .put_bucket_policy()
            .bucket(bucket)
            .policy(policy)
            .send()
            .await
            .map_err(|error| AwsError::of(what, error))?;
        Ok(())
    }
}
