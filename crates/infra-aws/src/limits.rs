//! How long a request may take, and how often it is sent again.

use std::time::Duration;

use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;

/// How often a request is sent at most, where nothing else is configured: as in Terraform's
/// S3 backend.
const ATTEMPTS: u32 = 5;

/// The time limits of a request. The SDK's own default has none on an attempt, and a service
/// that accepts connections and never answers would hold a run for ever.
pub(crate) fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(4))
        .read_timeout(Duration::from_secs(15))
        .operation_attempt_timeout(Duration::from_secs(20))
        .operation_timeout(Duration::from_mins(1))
        .build()
}

/// Standard mode waits a random part of an exponentially growing pause between attempts.
pub(crate) fn retries(max_attempts: Option<u32>) -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(max_attempts.unwrap_or(ATTEMPTS).max(1))
        .with_initial_backoff(Duration::from_millis(400))
        .with_max_backoff(Duration::from_secs(8))
}
