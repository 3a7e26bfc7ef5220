//! One request in the protocol of EC2
//! (<https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Query-Requests.html>).

use std::error::Error;
use std::fmt;

use aws_config::{Region, SdkConfig};
use aws_runtime::auth::SigV4OperationSigningConfig;
use aws_runtime::auth::sigv4::{SCHEME_ID, SigV4AuthScheme};
use aws_runtime::retries::classifiers::AwsErrorCodeClassifier;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime::client::retries::classifiers::{
    HttpStatusCodeClassifier, TransientErrorClassifier,
};
use aws_smithy_runtime_api::client::auth::static_resolver::StaticAuthSchemeOptionResolver;
use aws_smithy_runtime_api::client::auth::{
    AuthSchemeOptionResolverParams, SharedAuthScheme, SharedAuthSchemeOptionResolver,
};
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
use aws_smithy_runtime_api::client::runtime_plugin::StaticRuntimePlugin;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::Layer;
use aws_smithy_types::error::ErrorMetadata;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_xml::decode::{Document, try_data};
use infra_core::aws::Access;

use crate::{AwsError, Cloud, limits};

/// The version of the API
const VERSION: &str = "2016-11-15";

/// A request: an action and its parameters.
#[derive(Debug, Clone)]
pub(super) struct Query {
    action: &'static str,
    body: String,
}

impl Query {
    pub(super) fn new(action: &'static str) -> Self {
        Self {
            action,
            body: format!("Action={action}&Version={VERSION}"),
        }
    }

    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        for (sign, text) in [('&', name), ('=', value)] {
            self.body.push(sign);
            encode(text, &mut self.body);
        }
        self
    }

    /// Sends it, signed, with the time limits and the retries of all requests, and returns
    /// the text of the answer.
    pub(super) async fn send(
        self,
        cloud: &Cloud,
        region: Option<&str>,
        what: &str,
    ) -> Result<String, AwsError> {
        let (url, config, region) = cloud.ec2(region).await?;
        let body = self.body;
        let retries = limits::retries(cloud.access().max_retries);
        let mut operation = Operation::builder()
            .service_name("EC2")
            .operation_name(self.action)
            .behavior_version(BehaviorVersion::latest())
            .endpoint_url(&url)
            .standard_retry(&retries)
            .retry_classifier(AwsErrorCodeClassifier::<Refusal>::new())
            .retry_classifier(TransientErrorClassifier::<Refusal>::new())
            .retry_classifier(HttpStatusCodeClassifier::default())
            .timeout_config(limits::timeouts())
            .runtime_plugin(signing(config, region));
        if let Some(sleep) = config.sleep_impl() {
            operation = operation.sleep_impl(sleep);
        }
        if let Some(client) = config.http_client() {
            operation = operation.http_client(client);
        }
        let operation = operation
            .serializer(|body: String| {
                let mut request = HttpRequest::new(SdkBody::from(body));
                request.set_method("POST")?;
                let headers = request.headers_mut();
                headers.insert(
                    "content-type",
                    "application/x-www-form-urlencoded; charset=utf-8",
                );
                headers.insert("user-agent", concat!("infra/", env!("CARGO_PKG_VERSION")));
                Ok(request)
            })
            .deserializer(answer)
            .build();
        operation
            .invoke(body)
            .await
            .map_err(|error| AwsError::of(what, error))
    }
}

/// What signs a request: version 4 of AWS's signatures, with the credentials of all clients.
fn signing(config: &SdkConfig, region: Region) -> StaticRuntimePlugin {
    let mut layer = Layer::new("EC2");
    layer.store_put(AuthSchemeOptionResolverParams::new(()));
    layer.store_put(SigV4OperationSigningConfig {
        region: Some(region.into()),
        name: Some("ec2".into()),
        ..SigV4OperationSigningConfig::default()
    });
    let mut components = RuntimeComponentsBuilder::new("EC2");
    components.set_auth_scheme_option_resolver(Some(SharedAuthSchemeOptionResolver::new(
        StaticAuthSchemeOptionResolver::new(vec![SCHEME_ID]),
    )));
    components.push_auth_scheme(SharedAuthScheme::new(SigV4AuthScheme::new()));
    if let Some(cache) = config.identity_cache() {
        components.set_identity_cache(Some(cache));
    }
    if let Some(credentials) = config.credentials_provider() {
        components.set_identity_resolver(SCHEME_ID, credentials);
    }
    StaticRuntimePlugin::new()
        .with_config(layer.freeze())
        .with_runtime_components(components)
}

fn answer(response: &HttpResponse) -> Result<String, OrchestratorError<Refusal>> {
    let bytes = response.body().bytes().unwrap_or_default();
    let text = String::from_utf8_lossy(bytes).into_owned();
    if response.status().is_success() {
        Ok(text)
    } else {
        Err(OrchestratorError::operation(Refusal::read(&text)))
    }
}

/// What EC2 refuses, by its code.
#[derive(Debug)]
struct Refusal(ErrorMetadata);

impl Refusal {
    /// `<Response><Errors><Error><Code/><Message/></Error></Errors></Response>`; anything else
    /// says nothing.
    fn read(text: &str) -> Self {
        let mut metadata = ErrorMetadata::builder();
        let mut document = Document::new(text);
        while let Some(start) = document.next_start_element() {
            match start.local() {
                "Code" => {
                    metadata = metadata.code(try_data(&mut document).unwrap_or_default());
                }
                "Message" => {
                    metadata = metadata.message(try_data(&mut document).unwrap_or_default());
                }
                _ => {}
            }
        }
        Self(metadata.build())
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for Refusal {}

impl ProvideErrorMetadata for Refusal {
    fn meta(&self) -> &ErrorMetadata {
        &self.0
    }
}

/// Where AWS has EC2 in a region
/// (<https://docs.aws.amazon.com/general/latest/gr/ec2-service.html>).
pub(crate) fn default_endpoint(region: &str, access: &Access) -> String {
    let fips = if access.use_fips_endpoint == Some(true) {
        "-fips"
    } else {
        ""
    };
    let is_china = region.starts_with("cn-");
    let suffix = match (access.use_dualstack_endpoint == Some(true), is_china) {
        (true, false) => "api.aws",
        (true, true) => "api.amazonwebservices.com.cn",
        (false, false) => "amazonaws.com",
        (false, true) => "amazonaws.com.cn",
    };
    format!("https://ec2{fips}.{region}.{suffix}")
}

/// Percent-encodes all but the unreserved characters of RFC 3986.
fn encode(text: &str, into: &mut String) {
    use std::fmt::Write as _;
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            into.push(char::from(byte));
        } else {
            // Writing to a String can't fail.
            let _ = write!(into, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_encoded() {
        let query = Query::new("DescribeInstances").with("NextToken", "a b+/=&ü");
        assert_eq!(
            query.body,
            "Action=DescribeInstances&Version=2016-11-15&NextToken=a%20b%2B%2F%3D%26%C3%BC"
        );
    }

    #[test]
    fn a_refusal_has_its_code_whatever_is_around_it() {
        let text = "<?xml version=\"1.0\"?><Response><Errors><Error><Code>AuthFailure</Code>\
                    <Message>no &lt;key&gt;</Message></Error></Errors><RequestID>x</RequestID></Response>";
        let refusal = Refusal::read(text);
        assert_eq!(refusal.code(), Some("AuthFailure"));
        assert_eq!(refusal.message(), Some("no <key>"));
        assert_eq!(Refusal::read("nonsense").code(), None);
    }

    #[test]
    fn every_partition_has_its_own_names() {
        let fips = Access {
            use_fips_endpoint: Some(true),
            ..Access::default()
        };
        assert_eq!(
            default_endpoint("us-gov-west-1", &fips),
            "https://ec2-fips.us-gov-west-1.amazonaws.com"
        );
        assert_eq!(
            default_endpoint("cn-north-1", &Access::default()),
            "https://ec2.cn-north-1.amazonaws.com.cn"
        );
    }
}
