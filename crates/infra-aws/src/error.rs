//! What AWS refuses, told apart by what a person has to do.

use std::error::Error as StdError;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use infra_core::hint::Hint;

/// A request that AWS did not carry out.
#[derive(Debug, thiserror::Error)]
#[error("can't {what}: {cause}")]
pub struct AwsError {
    /// What was tried, such as `read s3://bucket/key`
    pub what: String,
    /// Why it failed
    pub cause: Cause,
    /// The error as the SDK has it, where it tells more than the cause
    #[source]
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// Why a request failed, by what a person has to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Cause {
    /// No region is configured
    #[error("no AWS region is configured")]
    NoRegion,
    /// There are no credentials
    #[error("no AWS credentials were found")]
    NoCredentials,
    /// The credentials are too old
    #[error("the AWS credentials have expired")]
    ExpiredCredentials,
    /// AWS doesn't know the credentials
    #[error("AWS does not know these credentials ({0})")]
    UnknownCredentials(String),
    /// The credentials don't allow it
    #[error("these AWS credentials do not allow it ({0})")]
    Denied(String),
    /// The bucket is elsewhere
    #[error("the bucket is in another region{}", .0.as_ref().map(|region| format!(", {region}")).unwrap_or_default())]
    WrongRegion(Option<String>),
    /// There is no such bucket
    #[error("there is no such bucket")]
    NoBucket,
    /// There is no such table
    #[error("there is no such table in this region")]
    NoTable,
    /// The clock here and that of AWS are too far apart
    #[error("the clock of this machine and that of AWS are too far apart")]
    ClockSkew,
    /// Too many requests
    #[error("AWS asks for fewer requests ({0})")]
    Throttled(String),
    /// The service has trouble of its own
    #[error("the service answers {0}")]
    Unavailable(String),
    /// No answer came
    #[error("no answer")]
    Unreachable,
    /// Anything else, in the words of AWS
    #[error("{0}")]
    Other(String),
}

impl AwsError {
    /// An error that the SDK has nothing to say about.
    pub(crate) fn new(what: impl Into<String>, cause: Cause) -> Self {
        Self {
            what: what.into(),
            cause,
            source: None,
        }
    }

    /// The error of an answer that broke off in its middle.
    #[cfg(feature = "s3")]
    pub(crate) fn cut_off(
        what: impl Into<String>,
        source: impl StdError + Send + Sync + 'static,
    ) -> Self {
        Self {
            what: what.into(),
            cause: Cause::Unreachable,
            source: Some(Box::new(source)),
        }
    }

    pub(crate) fn no_region() -> Self {
        Self::new("reach AWS", Cause::NoRegion)
    }

    /// The error of one request. `what` says what was tried.
    pub fn of<E>(what: impl Into<String>, error: SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
    {
        let what = what.into();
        let cause = match &error {
            SdkError::ServiceError(answer) => {
                let raw = answer.raw();
                let status = raw.status().as_u16();
                let region = raw.headers().get("x-amz-bucket-region");
                refused(answer.err(), status, region)
            }
            SdkError::ResponseError(answer) => {
                Cause::Unavailable(format!("HTTP {}", answer.raw().status().as_u16()))
            }
            SdkError::TimeoutError(_) => Cause::Unreachable,
            other => credentials(other).unwrap_or(Cause::Unreachable),
        };
        // The number of the request, which AWS asks for, is in there.
        tracing::debug!(what, error = chain(&error), "AWS did not do it");
        // Of an answer the cause has all that matters; why there was none only the SDK knows.
        let is_answered = cause != Cause::Unreachable;
        Self {
            what,
            cause,
            source: (!is_answered).then(|| Box::new(error) as Box<_>),
        }
    }

    /// Whether the service is away rather than refusing: the same request may succeed later.
    pub fn is_away(&self) -> bool {
        matches!(
            self.cause,
            Cause::Throttled(_) | Cause::Unavailable(_) | Cause::Unreachable
        )
    }
}

/// Why there are no credentials, if that is what the chain of errors is about.
fn credentials(error: &(dyn StdError + 'static)) -> Option<Cause> {
    let mut next = Some(error);
    while let Some(error) = next {
        match error.downcast_ref::<CredentialsError>() {
            Some(CredentialsError::CredentialsNotLoaded(_)) => return Some(Cause::NoCredentials),
            Some(_) => {
                let text = chain(error);
                return Some(if text.to_lowercase().contains("expired") {
                    Cause::ExpiredCredentials
                } else if text.contains("IMDS") {
                    // Asked last, of a machine that may be none of EC2's: nothing else had any.
                    Cause::NoCredentials
                } else {
                    Cause::UnknownCredentials(text)
                });
            }
            None => next = error.source(),
        }
    }
    None
}

fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut texts = vec![error.to_string()];
    let mut next = error.source();
    while let Some(error) = next {
        texts.push(error.to_string());
        next = error.source();
    }
    texts.dedup();
    texts.join(": ")
}

/// By the codes of S3 (<https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>),
/// DynamoDB and EC2.
fn refused(error: &impl ProvideErrorMetadata, status: u16, region: Option<&str>) -> Cause {
    let code = error.code().unwrap_or_default();
    let message = error.message().unwrap_or_default();
    let said = || {
        let text = [code, message]
            .iter()
            .filter(|text| !text.is_empty())
            .copied()
            .collect::<Vec<_>>()
            .join(": ");
        if text.is_empty() {
            format!("HTTP {status}")
        } else {
            text
        }
    };
    match code {
        // EC2 says "RequestExpired" of credentials of a session that is over
        // (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html).
        "ExpiredToken" | "ExpiredTokenException" | "TokenRefreshRequired" | "RequestExpired" => {
            Cause::ExpiredCredentials
        }
        "RequestTimeTooSkewed" | "RequestInTheFuture" => Cause::ClockSkew,
        "InvalidSignatureException"
            if message.contains("Signature expired") || message.contains("not yet current") =>
        {
            Cause::ClockSkew
        }
        "InvalidAccessKeyId"
        | "SignatureDoesNotMatch"
        | "InvalidSignatureException"
        | "UnrecognizedClientException"
        | "InvalidClientTokenId"
        | "IncompleteSignature"
        | "MissingAuthenticationToken"
        | "AuthFailure"
        | "InvalidToken" => Cause::UnknownCredentials(said()),
        "AccessDenied"
        | "AccessDeniedException"
        | "AllAccessDisabled"
        | "UnauthorizedOperation"
        | "KMS.DisabledException"
        | "OptInRequired" => Cause::Denied(said()),
        "PermanentRedirect" | "AuthorizationHeaderMalformed" | "IncorrectEndpoint" => {
            Cause::WrongRegion(region.or_else(|| expected(message)).map(str::to_owned))
        }
        "NoSuchBucket" => Cause::NoBucket,
        "ResourceNotFoundException" | "TableNotFoundException" => Cause::NoTable,
        "SlowDown"
        | "Throttling"
        | "ThrottlingException"
        | "ProvisionedThroughputExceededException"
        | "RequestLimitExceeded"
        | "PriorRequestNotComplete"
        | "TooManyRequestsException"
        | "BandwidthLimitExceeded" => Cause::Throttled(code.to_owned()),
        _ => match status {
            301 => Cause::WrongRegion(region.map(str::to_owned)),
            403 => Cause::Denied(said()),
            429 => Cause::Throttled(said()),
            500.. => Cause::Unavailable(said()),
            _ => Cause::Other(said()),
        },
    }
}

/// The region that a message expects: "the region 'a' is wrong; expecting 'b'".
fn expected(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("expecting '")?;
    rest.split_once('\'').map(|(region, _)| region)
}

impl Hint for AwsError {
    fn hints(&self) -> Vec<String> {
        let hint = match &self.cause {
            Cause::NoRegion => "set AWS_REGION, or `region` in the backend block",
            Cause::NoCredentials => {
                "set AWS_PROFILE to one that `aws configure list-profiles` has, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in with `aws sso login`"
            }
            Cause::ExpiredCredentials => {
                "sign in again, such as with `aws sso login`, or get new ones from where these came from"
            }
            Cause::UnknownCredentials(_) => {
                "`aws sts get-caller-identity` says whether they are good; AWS_PROFILE chooses others"
            }
            Cause::Denied(_) => {
                "`aws sts get-caller-identity` says who asks; docs/backend.md lists the permissions that are needed"
            }
            Cause::WrongRegion(Some(region)) => {
                return vec![format!("set `region = {region:?}` in the backend block")];
            }
            Cause::WrongRegion(None) => "set the bucket's own `region` in the backend block",
            Cause::NoBucket => "check its name, or make it with `infra backend init`",
            Cause::NoTable => "check its name and the region, or make it with `infra backend init`",
            Cause::ClockSkew => "set the clock: `timedatectl` says whether it is synchronised",
            Cause::Throttled(_) | Cause::Unavailable(_) => "try again later",
            Cause::Unreachable => "check the network, the region and AWS_ENDPOINT_URL",
            Cause::Other(_) => return Vec::new(),
        };
        vec![hint.to_owned()]
    }
}
