//! AWS as one configuration reaches it.

use aws_config::{AppName, BehaviorVersion, Region, SdkConfig};
#[cfg(feature = "s3")]
use aws_sdk_s3::config::{RequestChecksumCalculation, ResponseChecksumValidation};
use infra_core::aws::{Access, Service};
use tokio::sync::OnceCell;

use crate::endpoint::endpoint;
#[cfg(feature = "ec2")]
use crate::endpoint::newer_variable;
use crate::error::AwsError;
use crate::{credentials, limits};

/// AWS as one [`Access`] reaches it.
///
/// Making one costs nothing: no file is read, no connection made and no credential looked
/// for before the first client is asked for. Clients share credentials and connections.
#[derive(Debug)]
pub struct Cloud {
    access: Access,
    config: OnceCell<SdkConfig>,
}

impl Cloud {
    /// AWS, reached like this.
    pub fn new(access: Access) -> Self {
        Self {
            access,
            config: OnceCell::new(),
        }
    }

    /// How it is reached.
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// The region.
    ///
    /// # Errors
    ///
    /// If neither the configuration, the environment nor the profile has one.
    pub async fn region(&self) -> Result<String, AwsError> {
        let config = self.config().await?;
        config
            .region()
            .map(ToString::to_string)
            .ok_or_else(AwsError::no_region)
    }

    /// A client of S3. With `path_style` the bucket is part of the path and not of the host
    /// name.
    #[cfg(feature = "s3")]
    pub async fn s3(&self, path_style: bool) -> Result<aws_sdk_s3::Client, AwsError> {
        let mut config = aws_sdk_s3::config::Builder::from(self.config().await?);
        if let Some(url) = endpoint(&self.access, Service::S3) {
            config = config.endpoint_url(url);
        }
        Ok(aws_sdk_s3::Client::from_conf(
            config
                .force_path_style(path_style)
                // Other stores than Amazon's refuse the checksums that they don't know.
                .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
                .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
                .build(),
        ))
    }

    /// A client of DynamoDB.
    #[cfg(feature = "dynamodb")]
    pub async fn dynamodb(&self) -> Result<aws_sdk_dynamodb::Client, AwsError> {
        let mut config = aws_sdk_dynamodb::config::Builder::from(self.config().await?);
        if let Some(url) = endpoint(&self.access, Service::DynamoDb) {
            config = config.endpoint_url(url);
        }
        Ok(aws_sdk_dynamodb::Client::from_conf(config.build()))
    }

    /// Where EC2 is, and what signs a request to it. None: in the region that is configured.
    #[cfg(feature = "ec2")]
    pub(crate) async fn ec2(
        &self,
        region: Option<&str>,
    ) -> Result<(String, &SdkConfig, Region), AwsError> {
        let config = self.config().await?;
        let region = match region {
            Some(region) => Region::new(region.to_owned()),
            None => config.region().cloned().ok_or_else(AwsError::no_region)?,
        };
        let url = endpoint(&self.access, Service::Ec2)
            .or_else(|| newer_variable(Service::Ec2))
            .or_else(|| config.endpoint_url().map(str::to_owned))
            .unwrap_or_else(|| crate::ec2::default_endpoint(region.as_ref(), &self.access));
        Ok((url, config, region))
    }

    /// A client of Route 53, which has no regions.
    #[cfg(feature = "route53")]
    pub async fn route53(&self) -> Result<aws_sdk_route53::Client, AwsError> {
        let mut config = aws_sdk_route53::config::Builder::from(self.config().await?);
        if let Some(url) = endpoint(&self.access, Service::Route53) {
            config = config.endpoint_url(url);
        }
        Ok(aws_sdk_route53::Client::from_conf(config.build()))
    }

    /// What all clients share.
    async fn config(&self) -> Result<&SdkConfig, AwsError> {
        let config = self.config.get_or_init(|| load(&self.access)).await;
        // Without a region each request would fail, and not say so as clearly.
        if config.region().is_none() {
            return Err(AwsError::no_region());
        }
        Ok(config)
    }
}

async fn load(access: &Access) -> SdkConfig {
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .timeout_config(limits::timeouts())
        .retry_config(limits::retries(access.max_retries));
    if let Ok(name) = AppName::new("infra") {
        loader = loader.app_name(name);
    }
    if let Some(region) = &access.region {
        loader = loader.region(Region::new(region.clone()));
    }
    if let Some(fips) = access.use_fips_endpoint {
        loader = loader.use_fips(fips);
    }
    if let Some(dual_stack) = access.use_dualstack_endpoint {
        loader = loader.use_dual_stack(dual_stack);
    }
    let config = credentials::configure(loader, access).load().await;
    match &access.assume_role {
        Some(role) => credentials::with_role(config, access, role).await,
        None => config,
    }
}

#[cfg(all(test, feature = "s3"))]
mod tests {
    use std::time::Duration;

    use aws_sdk_s3::presigning::PresigningConfig;
    use infra_core::secret::Secret;

    use super::*;

    #[tokio::test(flavor = "current_thread")]
    async fn an_endpoint_of_the_configuration_is_that_of_its_service_alone() {
        let cloud = Cloud::new(Access {
            region: Some("eu-central-1".to_owned()),
            access_key: Some("key".to_owned()),
            secret_key: Some(Secret::new("secret")),
            endpoints: [(Service::S3, "http://127.0.0.1:1".to_owned())].into(),
            ..Access::default()
        });
        assert!(cloud.config.get().is_none(), "nothing is loaded yet");
        let s3 = cloud.s3(true).await.unwrap();
        let minute = PresigningConfig::expires_in(Duration::from_mins(1)).unwrap();
        let request = s3.get_object().bucket("b").key("k");
        let request = request.presigned(minute).await.unwrap();
        assert!(
            request.uri().starts_with("http://127.0.0.1:1/b/k?"),
            "{}",
            request.uri()
        );
        assert_eq!(cloud.region().await.unwrap(), "eu-central-1");
        let shared = cloud.config().await.unwrap();
        assert_eq!(shared.endpoint_url(), None);
    }
}
